"""The firm's holidays as records of the book. The series of visits follow them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from db import holidays, recurrences, settings, visits
from db.store import Store
from db.unit import Unit
from dispatch.desk.book import recurring
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.session.refusals import NotFound
from dispatch.model.holidays import Holiday
from dispatch.model.instants import day_text
from dispatch.model.text import show
from dispatch.model.typed_times import parse_day
from dispatch.model.visits import Visit
from dispatch.records.planning import HOLIDAY

_MOVED = datetime.timedelta(days=31)
"""A holiday may move the visits of days that lie so far before it."""


class HolidayRecords(RecordStore[Holiday]):
    """The days on which the firm does not work beside its weekdays."""

    record = HOLIDAY
    rows = holidays.HOLIDAYS

    def find(self, store: Store, name: str) -> Holiday:
        try:
            found = holidays.holiday_on(store, parse_day(name, today=settings.today(store)))
        except ValueError:
            return super().find(store, name)
        if found is None:
            raise NotFound(f"{show(name, 40)} is no holiday. `dispatch holidays list` shows them.")
        return found

    def title(self, store: Store, record: Holiday) -> str:
        return f"{record.day}  {record.name}".rstrip()

    def line(self, store: Store, record: Holiday) -> str:
        return day_text(record.day)

    def doubts(self, desk: Desk, before: Holiday | None, after: Holiday) -> Iterator[tuple[str, str]]:
        twin = holidays.holiday_on(desk.store, after.day)
        if twin is not None and twin.id != after.id:
            yield "day", f"{day_text(after.day)} is a holiday already"

    def visits_of(self, store: Store, key: int) -> Sequence[Visit]:
        return visits.of_series_from(store, settings.today(store))

    def follow(self, unit: Unit, key: int, before: Holiday | None, after: Holiday) -> None:
        """Visits that wait for a day on which nobody works any more, or works again, follow."""
        today = settings.today(unit.store)
        days = [holiday.day for holiday in (before, after) if holiday is not None]
        if any(today <= day <= today + recurring.AHEAD + _MOVED for day in days):
            for recurrence in recurrences.recurrences(unit.store):
                recurring.follow(unit, unit.store, recurrence, recurrence)
