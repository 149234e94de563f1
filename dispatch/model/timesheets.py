"""The time sheet: a technician's week as the clock has it, and the words that it is right (design/timesheets.md)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dispatch.model.forms import forms
from dispatch.model.text import LabelledEnum

NO_CARD = "no rate card"
"""The band of paid time on a day for which no rate card is in force."""


class TimesheetState(LabelledEnum):
    """Where a week stands between its technician and a lead."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    CHANGED = "changed"
    """It was submitted, or approved too, and the clock says something else by now."""


class ClockLine(NamedTuple):
    """A stretch of the clock on a day. `kind` is travel, home, work, wait, test or break; `starts_at` and `ends_at` are cut to the
    minute; `minutes` are those of it that count: one on two clocks at once counts on one of them."""

    reference: str
    client: str
    kind: str
    starts_at: int
    ends_at: int
    minutes: int


class TimesheetDay(NamedTuple):
    """A day of a time sheet, or the sum of several. Minutes: `bands` is all paid time by the rate card's bands; `driving` and
    `waiting` are parts of it, and so are `outside_shift` (as the figure *Overtime* counts it) and `over_day` (what the rate card
    calls overtime, after so many minutes of the day); `breaks` are not paid. `metres` are those of the drives whose length is
    known."""

    day: datetime.date
    bands: Mapping[str, int] = {}
    driving: int = 0
    waiting: int = 0
    breaks: int = 0
    outside_shift: int = 0
    over_day: int = 0
    metres: int = 0
    clock: tuple[ClockLine, ...] = ()

    @property
    def paid(self) -> int:
        """All paid minutes."""
        return sum(self.bands.values())


class Timesheet(NamedTuple):
    """A technician's week. `lacking` is what has to be settled before it can be right, `notices` is worth knowing, in sentences."""

    technician_id: int
    technician: str
    login: str
    zone: str
    days: tuple[TimesheetDay, ...]
    lacking: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def week(self) -> datetime.date:
        """Its first day, by which it is known."""
        return self.days[0].day

    @property
    def total(self) -> TimesheetDay:
        """The sum of its days, without their clock."""
        return sum_of(self.days)

    @property
    def form(self) -> list[dict[str, Any]]:
        """All that stands in it, day by day, as it is kept with the word that it is right."""
        return [day_form(day) | {"clock": forms(day.clock, _CLOCK, self.zone)} for day in self.days]


class Submitted(NamedTuple):
    """That a week is right: said by the technician, or for them by somebody with the reason; `form` is the sheet as it stood then.

    `approved_by` and `approved_at` say who of the leads agreed, if anybody did.
    """

    id: int
    version: int
    technician_id: int
    week: datetime.date
    form: list[Any]
    reason: str
    staff_id: int
    by: str
    at: int
    approval_id: int | None = None
    approved_by: str = ""
    approved_at: int | None = None


class Reopened(NamedTuple):
    """That a week was opened again after it had been submitted: by whom, when and why."""

    technician_id: int
    week: datetime.date
    by: str
    at: int
    reason: str


class WeekOfTechnician(NamedTuple):
    """A time sheet, with what was said of it: the newest word that stands, or that it was opened again since."""

    sheet: Timesheet
    state: TimesheetState
    said: Submitted | None = None
    reopened: Reopened | None = None


def state_of(sheet: Timesheet, said: Submitted | None) -> TimesheetState:
    """Where a week stands: a sheet that is not the one that was submitted has changed, whatever was said of it."""
    if said is None:
        return TimesheetState.OPEN
    if said.form != sheet.form:
        return TimesheetState.CHANGED
    return TimesheetState.SUBMITTED if said.approval_id is None else TimesheetState.APPROVED


_SUMS = (
    "date=day paid_min=paid bands driving_min=driving waiting_min=waiting break_min=breaks outside_shift_min=outside_shift "
    "over_day_min=over_day distance_m=metres"
)
_CLOCK = "reference kind from=starts_at@ to=ends_at@ minutes"


def day_form(day: TimesheetDay) -> dict[str, Any]:
    """The sums of a day as JSON has them."""
    (form,) = forms([day], _SUMS)
    return form | {"bands": dict(day.bands)}


def sum_of(days: Iterable[TimesheetDay]) -> TimesheetDay:
    """Days of which there is one at least in one, without their clock; the bands in the order in which they first come."""
    each = tuple(days)
    bands: Counter[str] = Counter()
    for day in each:
        bands.update(day.bands)
    names = ("driving", "waiting", "breaks", "outside_shift", "over_day", "metres")
    return TimesheetDay(each[0].day, dict(bands), *(sum(getattr(day, name) for day in each) for name in names))
