"""The benefits of a service plan, written out from its terms for whoever reads them before they are a client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dispatch.levels.targets import CLOCKS
from dispatch.model.service_plans import ServicePlan

_BY_CLOCK: Mapping[str, str] = {
    "phone": "Answered by phone",
    "remote": "Worked on from a distance",
    "onsite": "On site",
    "resolution": "Solved",
}
_WHEN: Mapping[str, str] = {
    "P1": "when business stops",
    "P2": "when a group is hampered",
    "P3": "for one person",
    "P4": "for what is planned",
}
"""The priorities in the words of design/service-levels.md D1."""
_BANDS: Mapping[str, str] = {"after_hours": "after hours", "weekend": "at weekends", "holiday": "on holidays"}
_COUNTS = ("no", "one", "two", "three", "four", "five", "six")


def benefits(plan: ServicePlan, radius: str) -> Iterator[str]:
    """A sentence for each benefit that the terms hold, and for nothing else (design/account-care.md E15).

    Args:
        radius: what lies within the included radius of the rate card, in words; empty where it has none.
    """
    for clock in CLOCKS:
        spans = [
            f"{span_words(minutes)} {_WHEN[priority]}"
            for priority, targets in plan.targets.items()
            if (minutes := targets.get(clock)) is not None
        ]
        if spans:
            yield f"{_BY_CLOCK[clock]} within {', '.join(spans)}"
    bands = [_BANDS.get(band, f"in {band}") for band in plan.waive_bands if band != "business"]
    if plan.kind == "fixed_price":
        # a band that is waived counts as business, and so is covered
        yield f"Work {', '.join(['in business hours', *bands])} is in the fee"
    elif bands:
        yield f"No premium {', '.join(bands)}"
    if plan.allowance_min:
        yield f"{_capital(span_words(plan.allowance_min))} of work a month in the fee"
    if plan.visits:
        number = _COUNTS[plan.visits] if plan.visits < len(_COUNTS) else str(plan.visits)
        yield f"{_capital(number)} visit{'' if plan.visits == 1 else 's'} a month"
    if plan.labour_discount_pct not in ("", "0"):
        yield f"{plan.labour_discount_pct} % off labour"
    if plan.waive_emergency:
        yield "No premium for an emergency"
    if plan.waive_travel == "all":
        yield "No charge for travel"
    elif plan.waive_travel == "in_radius" and radius:
        yield f"No charge for travel within {radius}"
    if plan.proactive:
        yield _capital(plan.proactive)


def span_words(minutes: int) -> str:
    """Minutes as they are promised: 30 minutes, 1 hour, 90 minutes, 8 hours."""
    hours, rest = divmod(minutes, 60)
    number, unit = (minutes, "minute") if rest else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
