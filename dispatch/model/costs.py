"""What an hour of a technician costs the firm, from which day on (design/invoices.md, Margin)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from dispatch.model.money import rounded

_HOUR = 3600


class HourlyCost(NamedTuple):
    """From a day on an hour costs so much, in minor units of the firm's currency: of a technician, by id, or, `technician_id` None,
    of all of whom nothing else is said. None: from then on that counts again."""

    technician_id: int | None
    since: datetime.date
    cost: int | None
    id: int = 0


class Costs:
    """All that was said of it; of one day the last word counts."""

    def __init__(self, said: Iterable[HourlyCost]) -> None:
        self._by: dict[int | None, list[HourlyCost]] = {}
        for one in sorted(said, key=lambda one: (one.since, one.id)):
            self._by.setdefault(one.technician_id, []).append(one)

    def said_on(self, technician_id: int | None, day: datetime.date) -> HourlyCost | None:
        """What was said of just them and counts on a day."""
        return next((one for one in reversed(self._by.get(technician_id, ())) if one.since <= day), None)

    def next_after(self, technician_id: int | None, day: datetime.date) -> HourlyCost | None:
        """What was said of just them and counts first of what counts from a later day."""
        later = [one.since for one in self._by.get(technician_id, ()) if one.since > day]
        return self.said_on(technician_id, later[0]) if later else None

    def on(self, technician_id: int | None, day: datetime.date) -> int | None:
        """What an hour of a technician, or of all of whom nothing else is said, costs on a day; None: it is not known."""
        own = self.said_on(technician_id, day)
        if own is not None and own.cost is not None:
            return own.cost
        firms = self.said_on(None, day)
        return None if firms is None else firms.cost

    def known_otherwise(self, other: Costs, technician_id: int | None, until: datetime.date) -> bool:
        """Whether on a day before `until` an hour of theirs was known to cost what it does not cost by other words."""
        days = {one.since for said in (*self._by.values(), *other._by.values()) for one in said if one.since < until}
        return any(self.on(technician_id, day) not in (None, other.on(technician_id, day)) for day in days)

    def of(self, technician_id: int, day: datetime.date, seconds: int) -> int | None:
        """What so many seconds of a technician on a day cost; None: it is not known. Nothing costs nothing."""
        if not seconds:
            return 0
        hourly = self.on(technician_id, day)
        return None if hourly is None else rounded(Fraction(hourly * seconds, _HOUR))
