"""Working days: the weekdays on which the firm opens, less its holidays."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Workdays:
    """`weekdays` are numbers from 0 for Monday."""

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[datetime.date] = frozenset()

    def after(self, day: datetime.date, count: int) -> datetime.date:
        """The `count`-th working day after a day. A firm that never opens counts every day."""
        while count:
            day += _DAY
            count -= not self.weekdays or (day.weekday() in self.weekdays and day not in self.holidays)
        return day
