"""Agreements and rate cards, as they are dated and kept. What they mean in money is in `dispatch.charges`."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RateCard:
    """A dated price list; `card` is the object of charges.md B14."""

    id: int
    name: str
    valid_from: datetime.date
    card: Mapping[str, Any]
    version: int = 1


@dataclass(frozen=True, slots=True)
class Agreement:
    """Dated terms between firm and client; `terms` is the agreement object of charges.md B14, blocks included.

    `rollover` says what becomes of a month's unused allowance: none, next_month, or capped at `rollover_cap` rate-minutes.
    """

    id: int
    client_id: int
    name: str
    kind: str
    starts: datetime.date
    ends: datetime.date | None
    terms: Mapping[str, Any]
    version: int = 1
    rollover: str = "none"
    rollover_cap: int | None = None

    def month_of(self, day: datetime.date) -> datetime.date:
        """The first day of the agreement month of `day`: months count from the day on which the agreement starts."""
        count = (day.year - self.starts.year) * 12 + day.month - self.starts.month
        first = self._month(count)
        return first if first <= day else self._month(count - 1)

    def months_until(self, month: datetime.date) -> Iterator[datetime.date]:
        """The first days of the agreement months before that one, from the first on."""
        count = 0
        while (first := self._month(count)) < month:
            yield first
            count += 1

    def _month(self, count: int) -> datetime.date:
        year, month = divmod(self.starts.year * 12 + self.starts.month - 1 + count, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return datetime.date(year, month + 1, min(self.starts.day, last))
