"""What every report ends with, and times as reports write them."""

from __future__ import annotations

from db import audit
from db.store import Store
from dispatch.model.firm import Firm
from dispatch.model.instants import clock_text, day_of, day_text


class Times:
    """Clock times of a report in one zone, in the firm's way of writing them."""

    __slots__ = ("hours24", "zone")

    def __init__(self, firm: Firm, zone: str) -> None:
        self.zone, self.hours24 = zone, firm.clock_hours == 24

    def clock(self, instant: int | None) -> str:
        """The time of day, "–" where there is none."""
        return "–" if instant is None else clock_text(instant, self.zone, self.hours24)

    def span(self, start: int | None, end: int | None) -> str:
        """From one time of day to another, "…" while it lasts, "–" where it did not begin."""
        if start is None:
            return "–"
        return f"{self.clock(start)}–{'…' if end is None else self.clock(end)}"

    def moment(self, instant: int | None) -> str:
        """Day and time, "–" where there is none."""
        return "–" if instant is None else f"{day_text(day_of(instant, self.zone))} {self.clock(instant)}"


def foot_of(store: Store, by: str, times: Times) -> tuple[str, ...]:
    """When and by whom a report was made, its zone, and the head of the audit chain that vouches for what it says."""
    head = audit.chain_head(store)
    return (
        f"Made {times.moment(store.clock.now())} by {by}; times as in {times.zone}.",
        f"Audit: {head.rows:,} rows, head {head.short}; dispatch audit verify --head {head.short} says whether they still stand.",
    )
