"""Time sheets by keyboard: a technician's own week over a narrow terminal, and all of them before a lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from dispatch.desk.closeout import clocking
from dispatch.desk.timesheets import approving
from dispatch.model.timesheets import TimesheetState
from screens.log.timesheets import TimesheetsScreen
from screens.visit.timesheet import TimesheetScreen
from tests.desk.conftest import DAY, Office, at
from tests.desk.test_timesheets import said, week, worked
from tests.screens.test_open_work import said as rows_said
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.lines.ink import text_of
from widgets.lines.lines_pane import NotesPane
from widgets.listed import FigureList


def noted(pane: NotesPane) -> str:
    """What the pane says."""
    return " ".join(text_of(line).strip() for line in pane.lines(200))


def messages(pilot: Pilot[None]) -> list[str]:
    """What the program says at the moment."""
    return [one.message for one in pilot.app._notifications]


async def test_a_technician_looks_at_the_week_from_my_day_and_submits_it(office: Office) -> None:
    worked(office)
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await press(pilot, "H")
        await until(pilot, TimesheetScreen)
        screen = pilot.app.screen
        rows, pane = screen.query_one(FigureList), screen.query_one(NotesPane)
        assert "Tue 24 Nov 2026" in rows_said(rows)
        assert "3h paid (business 3h)" in noted(pane)
        await press(pilot, "down", "down")
        assert "09:00–12:00  3h work  R1 Harbor Dental" in noted(pane)
        await press(pilot, "s", "y")
        await until_true(pilot, lambda: week(office).state is TimesheetState.SUBMITTED)
        await press(pilot, "]")
        await until_true(pilot, lambda: "Tue 1 Dec 2026" in rows_said(rows))
        await press(pilot, "[", "u")
        await until_true(pilot, lambda: week(office).state is TimesheetState.OPEN)


@pytest.mark.parametrize("letter", "HS")
async def test_who_is_no_technician_is_told_so(office: Office, letter: str) -> None:
    async with opened(office.lee, "day") as pilot:
        await until_true(
            pilot, lambda: "n under technicians" in str(pilot.app.screen.query_one("#place", Static).render())
        )
        await press(pilot, letter)
        await until_true(pilot, lambda: "Lee Moreau is not a technician here." in messages(pilot))


async def test_a_firm_without_technicians_has_nothing_for_payroll(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        office.store.conn.execute("UPDATE technician SET archived_at = 1")
        await press(pilot, "H")
        await until(pilot, TimesheetsScreen)
        await press(pilot, "E")
        await until_true(pilot, lambda: "There is no technician." in messages(pilot))


async def test_what_a_lead_opened_again_stands_in_my_day(office: Office) -> None:
    worked(office)
    said(office.ana, approving.submit)
    approving.reopen(office.lee, DAY, office.ana.staff.id, "the break is missing")
    async with opened(office.ana, "day", (80, 24)) as pilot:
        comments = pilot.app.screen.query_one("#comments")
        await until_true(pilot, lambda: "the break is missing" in str(comments.render()))
        said(office.ana, approving.submit)
        pilot.app.screen.reload()  # type: ignore[attr-defined]
        assert "the break is missing" not in str(comments.render())


async def test_a_lead_sees_what_is_lacking_and_approves_one_or_all(office: Office) -> None:
    worked(office)
    async with opened(office.lee, "log", (80, 24)) as pilot:
        await press(pilot, "H")
        await until(pilot, TimesheetsScreen)
        screen = pilot.app.screen
        rows = screen.query_one(FigureList)
        await until_true(pilot, lambda: "Not submitted (2)" in rows_said(rows))
        await press(pilot, "Y")
        await until_true(pilot, lambda: week(office).state is TimesheetState.OPEN)
        said(office.ana, approving.submit)
        screen.reload()  # type: ignore[attr-defined]
        await until_true(pilot, lambda: "To approve (1)" in rows_said(rows))
        assert rows.select_key("ana")
        await press(pilot, "Y", "y")
        await until_true(pilot, lambda: week(office).state is TimesheetState.APPROVED)
        await until_true(pilot, lambda: "Approved (1)" in rows_said(rows))


async def test_a_lead_sees_what_differs_and_opens_it_again(office: Office, tmp_path: Path) -> None:
    worked(office)
    said(office.ana, approving.submit)
    said(office.lee, approving.approve)
    async with opened(office.lee, "log", (120, 36)) as pilot:
        await press(pilot, "H")
        await until(pilot, TimesheetsScreen)
        screen = pilot.app.screen
        rows, pane = screen.query_one(FigureList), screen.query_one(NotesPane)
        await until_true(pilot, lambda: "Approved (1)" in rows_said(rows))
        file = tmp_path / "payroll.csv"
        await press(pilot, "E")
        await fill(pilot, file=str(file))
        await until_true(pilot, file.exists)
        assert "paid,business,180,3.0000" in file.read_text(encoding="utf-8")
        clocking.correct(office.lee, "R1", "leaving", at("12:30"), "half an hour more")
        screen.reload()  # type: ignore[attr-defined]
        await until_true(pilot, lambda: "Changed since they were submitted (1)" in rows_said(rows))
        assert rows.select_key("ana")
        await until_true(pilot, lambda: "paid 3h30, was 3h" in noted(pane))
        await press(pilot, "enter")
        await until(pilot, TimesheetScreen)
        await press(pilot, "escape")
        await until(pilot, TimesheetsScreen)
        await press(pilot, "b")
        await press(pilot, *"wrongday", "enter")
        await until_true(pilot, lambda: week(office).reopened is not None)
