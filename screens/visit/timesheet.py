"""A technician's time sheet: the days of a week with their clock; submitted, approved, opened again."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import TypeVar

from db import settings
from dispatch.desk.timesheets import approving
from dispatch.desk.timesheets.timesheet_words import (
    bands_text,
    difference_lines,
    lines_of_day,
    short_text,
    state_text,
    sums_text,
)
from dispatch.model.instants import day_text
from dispatch.model.states import LEADS
from dispatch.model.timesheets import Timesheet, TimesheetDay, TimesheetState, WeekOfTechnician
from screens.binding import BACK, command, key
from screens.dialogs.asked import a_reason
from screens.listed import ListScreen
from widgets.listed import FigureLine, FigureList

T = TypeVar("T")

_TONES = {TimesheetState.APPROVED: "good", TimesheetState.CHANGED: "warn", TimesheetState.SUBMITTED: "info"}


class SheetsOfWeek(ListScreen[T]):
    """What the screens of time sheets have in common: a week, and the deeds on one."""

    PANE = "below"
    DEFAULT_CSS = """
    SheetsOfWeek FigureList { height: 1fr; }
    SheetsOfWeek NotesPane { height: 1fr; }
    """

    def __init__(self, day: datetime.date) -> None:
        super().__init__()
        self.day = day

    def week_here(self) -> WeekOfTechnician | None:
        """The week that a deed is about."""
        raise NotImplementedError

    def notes_of(self, week: WeekOfTechnician) -> list[tuple[str, str]]:
        """What there is to say of a week: how it stands, its sums, what is lacking, what is another since."""
        firm = self.user.firm
        times = firm.times()
        notes = [(state_text(week, times), _TONES.get(week.state, "plain"))]
        notes.append((sums_text(week.sheet.total, firm.distance_unit), "strong"))
        notes += [(f"Lacking: {line}", "warn") for line in week.sheet.lacking]
        notes += [(line, "warn") for line in difference_lines(week, times)]
        return [*notes, *((f"To know: {line}", "dim") for line in week.sheet.notices)]

    async def approve(self, technicians: Collection[int] | None) -> None:
        """Approve some, or all that can be: what is approved is shown first."""
        done = await self.insist("Approve?", approving.approve, self.day, technicians)
        if done is not None:
            named = ", ".join(week.sheet.technician for week in done.approved)
            self.say("\n".join([f"Approved: {named}.", *(f"{name}: {why}" for name, why in done.left_out)]))
            self.reload()

    @command("y", "timesheet.approve", "Approve", LEADS, about="week_here")
    async def action_approve(self, week: WeekOfTechnician) -> None:
        """Agree to a week that was submitted: what is in it is shown first."""
        await self.approve([week.sheet.technician_id])

    @command("b", "timesheet.reopen", "Reopen", about="week_here")
    async def action_reopen(self, week: WeekOfTechnician) -> None:
        """Open it again, with the reason: your own until it is approved, as a lead any."""
        reason = await self.ask(f"Open the week of {week.sheet.technician} again", "why", check=a_reason)
        if await self.do(approving.reopen, self.day, week.sheet.technician_id, reason) is not None:
            self.say("It is open again.")

    KEYS_OF_WEEKS = [
        key("[ left", "view.previous", "Week before", action="week(-1)"),
        key("] right", "view.next", "Week after", action="week(1)"),
        key("t", "view.today", "Today", "go to this week"),
    ]

    def action_week(self, by: int) -> None:
        """Go to the next or the previous week."""
        self.day += datetime.timedelta(days=7 * by)
        self.reload()

    def action_today(self) -> None:
        """Go to this week."""
        self.day = settings.today(self.user.store)
        self.reload()


class TimesheetScreen(SheetsOfWeek[TimesheetDay | Timesheet]):
    """One technician's week: its sum, then its days; the pane has the clock of the day under the cursor."""

    TITLE_WORD = "the time sheet"
    FOOTER = "timesheet.submit timesheet.approve timesheet.reopen view.previous view.next screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self, day: datetime.date, technician_id: int) -> None:
        super().__init__(day)
        self.technician_id = technician_id
        self._week: WeekOfTechnician | None = None

    def week_here(self) -> WeekOfTechnician | None:
        return self._week

    def reload(self) -> None:
        week = self.look(approving.week_of, self.user, self.day, self.technician_id)
        if week is None:
            return
        self._week = week
        sheet, unit, narrow = week.sheet, self.user.firm.distance_unit, self.app.size.width < FigureList.NARROW

        def value(day: TimesheetDay) -> str:
            return short_text(day, unit, narrow=narrow) if day.clock or day is total else "–"

        total = sheet.total
        self.things = {"week": sheet, **{str(day.day): day for day in sheet.days}}
        lines = [FigureLine("", "week", "The week", value(total), True, bool(sheet.lacking))]
        lines += [FigureLine("", str(day.day), day_text(day.day), value(day), bool(day.clock)) for day in sheet.days]
        self.listed.set_figures(lines)
        self.show_head(f"Week of {day_text(sheet.week)}", week.state.label, sheet.technician, whose=False)
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """The clock of the day, or how the week stands."""
        here = self.here
        if isinstance(here, TimesheetDay):
            lines = [(line, "plain") for line in lines_of_day(here, self.user.firm.times())]
            return [(bands_text(here), "strong"), *lines] if lines else [("Nothing is on the clock.", "dim")]
        return () if self._week is None else self.notes_of(self._week)

    @command("s", "timesheet.submit", "Submit", about="week_here")
    async def action_submit(self, week: WeekOfTechnician) -> None:
        """Say that the week is right, once it is over: what is in it is shown first; a lead for somebody, with the reason."""
        own = week.sheet.technician_id == self.user.staff.id
        name = week.sheet.technician
        reason = "" if own else await self.ask(f"Submit it for {name}", "why you, and not they", check=a_reason)
        done = await self.insist("Submit?", approving.submit, self.day, week.sheet.technician_id, reason)
        if done is not None:
            self.say("It is submitted: a lead approves it.")
            self.reload()
