"""What is wanted of each skill beside who has it, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dispatch.care.skill_demand import WEEKS, SkillDemand, SkillState, SkillsWanted
from dispatch.model.forms import form
from dispatch.model.instants import span_text
from dispatch.model.text import count_text, show

MEANING = (
    f"Work of the next {WEEKS} weeks: what stands, what agreements promise beyond it, and as much as was asked for in the last "
    f"{WEEKS} weeks. Beside it the hours that plans may fill; who has two skills gives the same hours to both."
)
_SEVERAL = 4


def skill_notes(one: SkillDemand) -> Iterator[str]:
    """What the sum of a skill is made up of, who wants it, who has it and who of them is away; a sentence each."""
    parts = {"stands": one.standing, "agreed beyond it": one.agreed, "asked for as a rule": one.usual}
    if said := [f"{span_text(minutes)} {word}" for word, minutes in parts.items() if minutes]:
        yield f"Wanted: {', '.join(said)}."
    if one.clients:
        more = len(one.clients) - _SEVERAL
        names = [*map(show, one.clients[:_SEVERAL]), *([count_text(more, "other")] if more > 0 else [])]
        yield f"By {', '.join(names)}."
    for holder in one.holders:
        away = f", {count_text(holder.days_away, 'working day')} away" if holder.days_away else ""
        yield f"{show(holder.name)}: {span_text(holder.minutes)}{away}"


def skill_lines(found: SkillsWanted) -> Iterator[str]:
    """All of it as text: a line a skill and what is behind it."""
    for one in found.demands:
        state = "" if one.state in (SkillState.ENOUGH, SkillState.ONE_HOLDER) else f" ({one.state.label})"
        yield f"{one.sentence}{state}"
        yield from (f"  {line}" for line in skill_notes(one))
    yield from unknown(found)
    yield MEANING


def unknown(found: SkillsWanted) -> Iterator[str]:
    """What is in no sum."""
    if found.unknown:
        yield f"{count_text(found.unknown, 'agreed visit')} to clients without any visit of late: what they need is not known."


def skills_form(found: SkillsWanted) -> dict[str, Any]:
    """All of it in JSON; all work is the skill null."""
    holder = "name minutes days_away"
    keys = " ".join(
        ("skill state", *(f"{part}_minutes={part}" for part in ("wanted", "there", "standing", "agreed", "usual")))
    )
    return {
        "skills": [
            form(
                one,
                keys,
                skill=one.skill or None,
                clients=[*one.clients],
                holders=[form(each, holder) for each in one.holders],
            )
            for one in found.demands
        ],
        "unknown_visits": found.unknown,
    }
