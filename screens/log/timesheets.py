"""The time sheets of a week: of all technicians, as a lead looks at them."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dispatch.desk.session.private_file import write_private
from dispatch.desk.timesheets import approving
from dispatch.desk.timesheets.timesheet_words import payroll_csv, payroll_parts, short_text
from dispatch.model.instants import day_text
from dispatch.model.states import LEADS
from dispatch.model.timesheets import TimesheetState, WeekOfTechnician
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField
from screens.files import writing
from screens.reading import ScreenReading
from screens.visit.timesheet import SheetsOfWeek
from widgets.listed import FigureLine, FigureList

_SECTIONS = {
    TimesheetState.SUBMITTED: "To approve",
    TimesheetState.CHANGED: "Changed since they were submitted",
    TimesheetState.OPEN: "Not submitted",
    TimesheetState.APPROVED: "Approved",
}


class TimesheetsScreen(SheetsOfWeek[WeekOfTechnician]):
    """Every technician's week: those to approve first, then what differs, what is open, what is done."""

    SHOWS = "reports"

    TITLE_WORD = "the time sheets of a week"
    ENTER = "open"
    FOOTER = (
        "timesheet.open timesheet.approve timesheet.approve-all timesheet.reopen timesheet.payroll view.previous view.next "
        "screen.leave screen.keys"
    )
    BINDINGS = [BACK]

    def __init__(self, day: datetime.date) -> None:
        super().__init__(day)
        self.reading = ScreenReading(self, self._read, self._show)

    def reload(self) -> None:
        assert self.reading is not None
        self.reading.begin()

    def _read(self) -> list[WeekOfTechnician]:
        return approving.all_weeks(self.user, self.day)

    def _show(self, weeks: list[WeekOfTechnician]) -> None:
        order = [*_SECTIONS]
        weeks.sort(key=lambda week: order.index(week.state))
        self.things = {week.sheet.login: week for week in weeks}
        counts, unit = Counter(week.state for week in weeks), self.user.firm.distance_unit
        narrow = self.app.size.width < FigureList.NARROW
        lines = [
            FigureLine(
                f"{_SECTIONS[week.state]} ({counts[week.state]})",
                path,
                week.sheet.technician,
                ("lacking · " if week.sheet.lacking and not narrow else "")
                + short_text(week.sheet.total, unit, narrow=narrow),
                week.state is not TimesheetState.APPROVED,
                week.state is TimesheetState.CHANGED or bool(week.sheet.lacking),
            )
            for path, week in self.things.items()
        ]
        self.listed.set_figures(lines or [FigureLine("There is no technician", "none", "", "", False)])
        head = f"{counts[TimesheetState.SUBMITTED]} to approve · {counts[TimesheetState.APPROVED]} of {len(weeks)} approved"
        self.show_head(f"Week of {day_text(weeks[0].sheet.week)}" if weeks else "Time sheets", head)
        self.show_selected()

    def week_here(self) -> WeekOfTechnician | None:
        return self.here

    def notes(self) -> Sequence[tuple[str, str]]:
        """How the week under the cursor stands, and what differs."""
        return () if self.here is None else self.notes_of(self.here)

    @command("enter", "timesheet.open", "Open", about="week_here")
    def action_open(self, week: WeekOfTechnician) -> None:
        """The days of it, with their clock."""
        self.program.open("timesheet", self.day, week.sheet.technician_id)

    @command("Y", "timesheet.approve-all", "Approve all", LEADS)
    async def action_approve_all(self) -> None:
        """Agree to all that were submitted: what is approved is shown first."""
        await self.approve(None)

    @command("E", "timesheet.payroll", "Payroll")
    async def action_payroll(self) -> None:
        """Write the approved weeks into a CSV file for payroll; who is not approved is named."""
        assert self.reading is not None
        await self.reading.finished()
        weeks = [*self.things.values()]
        if not weeks:
            self.say("There is no technician.")
            return
        ready, left = payroll_parts(weeks)

        def write(typed: dict[str, str], path: Path, over: bool) -> str:
            write_private(path, payroll_csv(ready, self.user.firm.distance_unit), replace=over)
            out = f"; left out: {', '.join(week.sheet.technician for week in left)}" if left else ""
            return f"{len(ready)} time sheets are in {path}, which only you may read{out}."

        fields = [
            AskedField(
                "file",
                "File",
                f"~/timesheets-{weeks[0].sheet.week}.csv",
                ".csv: a row a technician, day and kind of time",
            )
        ]
        await writing.ask_to_write(self, "The approved weeks for payroll", fields, write)
