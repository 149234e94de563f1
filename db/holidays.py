"""The firm's holidays in the store."""

from __future__ import annotations

import datetime

from db.rows import Query, Rows
from db.store import Store
from dispatch.model.holidays import Holiday

HOLIDAYS = Rows("holiday", Holiday, order="r.day")
"""Holidays, by their days."""
holidays = HOLIDAYS.all
holiday_on: Query[Holiday | None, datetime.date] = HOLIDAYS.single("WHERE r.day = ? AND r.archived_at IS NULL")
"""The holiday of a day."""


def days(store: Store) -> frozenset[datetime.date]:
    """The days that are holidays."""
    return frozenset(holiday.day for holiday in holidays(store))
