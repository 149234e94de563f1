"""What came of the probes of one item, as one result of it."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.probes import ProbeOutcome, Try
from dispatch.model.text import NOTE


def passed(outcomes: Sequence[ProbeOutcome]) -> bool:
    """Whether all of them passed."""
    return bool(outcomes) and all(outcome.passed for outcome in outcomes)


def not_run(outcomes: Sequence[ProbeOutcome]) -> str:
    """Why nothing came of them: some could not run, and none of the others failed. Empty: something did."""
    if any(outcome.ran and not outcome.passed for outcome in outcomes):
        return ""
    return "; ".join(_sentence(outcome) for outcome in outcomes if not outcome.ran)


def evidence(outcomes: Sequence[ProbeOutcome]) -> str:
    """One sentence for each, what failed first."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.passed)
    return "; ".join(_sentence(outcome) for outcome in ordered)[:NOTE]


def value(outcomes: Sequence[ProbeOutcome]) -> str | None:
    """The figure that was measured, where there is just one."""
    return outcomes[0].value or None if len(outcomes) == 1 else None


def tries(outcomes: Sequence[ProbeOutcome]) -> tuple[Try, ...]:
    """Every try of all of them."""
    return tuple(attempt for outcome in outcomes for attempt in outcome.tries)


def _sentence(outcome: ProbeOutcome) -> str:
    where = outcome.probe.where
    return f"{outcome.probe.name}: {outcome.text}" + ("" if where in outcome.text else f" ({where})")
