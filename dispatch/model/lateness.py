"""How late a visit is, and against what. For the dispatcher and the lead only: never on a technician's screen (R4, R5)."""

from __future__ import annotations

from typing import NamedTuple

from dispatch.model.instants import long_text, time_text

MINUTE = 60
_WORDS = {
    "promise": "late for the promised window",
    "target": "late for the service level",
    "plan": "behind the plan",
    "end": "over the planned end",
}


class Late(NamedTuple):
    """How late a visit is, in minutes (1 or more), and against what: `promise`, `target`, `plan` (its start) or `end`."""

    minutes: int
    against: str

    @property
    def text(self) -> str:
        """ "18m late"; a stay that outlasts its plan is not late but over: "12m over"."""
        return f"{long_text(self.minutes)} {'over' if self.against == 'end' else 'late'}"

    @property
    def sentence(self) -> str:
        """The lateness with what it is measured against."""
        return f"{time_text(self.minutes)} {_WORDS[self.against]}"


def late_arrival(
    arrival: int, start: int, promised: tuple[int, int] | None, target: int | None, grace_minutes: int
) -> Late | None:
    """How late an arrival is, once it is more than `grace_minutes` behind; None: it is not.

    The promised window counts first, then the service level's target; the planned start only where neither is there,
    because inside a window that was promised nobody waits in vain.
    """
    if promised is not None and (late := _late(arrival - promised[1], "promise", grace_minutes)) is not None:
        return late
    if target is not None and (late := _late(arrival - target, "target", grace_minutes)) is not None:
        return late
    return _late(arrival - start, "plan", grace_minutes) if promised is None and target is None else None


def running_over(end: int, planned_end: int, grace_minutes: int) -> Late | None:
    """By how much a stay outlasts its plan, once it is more than `grace_minutes`; None: it does not."""
    return _late(end - planned_end, "end", grace_minutes)


def _late(seconds: int, against: str, grace_minutes: int) -> Late | None:
    return Late(seconds // MINUTE, against) if seconds // MINUTE > grace_minutes else None
