"""What was understood of a line, in words."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.desk.quick.reading import Understood
from dispatch.model.instants import day_text, parse_clock
from dispatch.model.text import show
from dispatch.model.visits import CAME_BY


def told(found: Understood, *, hours24: bool = True) -> Iterator[tuple[str, str]]:
    """What a line says, each sentence with what it is: `good`, or `warn` for what is missing or has two readings."""
    facts = [
        f"{found.client} / {found.site}" if found.site else found.client,
        f"{found.minutes} min" if found.minutes is not None else "",
        day_text(found.day) if found.day is not None else "",
        "–".join(_clock(end, hours24) for end in found.window) if found.window is not None else "",
        f"P{found.priority}",
        "emergency" if found.emergency else "",
    ]
    yield " · ".join(show(fact) for fact in facts if fact), "good"
    more = [
        f"work: {found.work}" if found.work else "",
        f"needs {', '.join(found.skills)}" if found.skills else "",
        " ".join(f"#{tag}" for tag in found.tags),
        f"for {found.preferred}" if found.preferred else "",
        f"reported by {found.reported_by}" if found.reported_by else "",
        CAME_BY.get(found.came_by, ""),
    ]
    if any(more):
        yield " · ".join(show(fact) for fact in more if fact), "good"
    for problem in found.problems:
        yield problem, "warn"


def _clock(clock: str, hours24: bool) -> str:
    if hours24:
        return clock
    minutes = parse_clock(clock, allow_24=True)
    hour = minutes // 60 % 24
    return f"{hour % 12 or 12}:{minutes % 60:02}{'am' if hour < 12 else 'pm'}"
