"""The service report on the screens: shown, with the charge, written to a file, and never from a session over SSH."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from dispatch.desk.plan import schedule
from screens.log.visit_record import VisitRecord
from screens.visit.service_report import ReportView
from screens.visit.visit import VisitScreen
from tests.desk.conftest import Office, at, closed
from tests.quick import first_of
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until, until_true


def shown(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#report", Static).content)


@first_of("size", [(40, 20), (120, 36), (80, 24)])
async def test_it_is_shown_from_my_day_the_visit_and_its_record(office: Office, size: tuple[int, int]) -> None:
    closed(office)
    async with opened(office.ana, "day", size) as pilot:
        await press(pilot, "p")
        await until(pilot, ReportView)
        assert "Service report R1" in shown(pilot)
        assert "166.63" not in shown(pilot)
        assert max(map(len, shown(pilot).splitlines())) <= size[0] - 4
        await press(pilot, "v")
        assert "166.63" in shown(pilot)
        await press(pilot, "v")
        assert "166.63" not in shown(pilot)
        await press(pilot, "escape", "enter")
        await until(pilot, VisitScreen)
        await press(pilot, "p")
        await until(pilot, ReportView)
        await press(pilot, "escape", "V")
        await until(pilot, VisitRecord)
        await press(pilot, "p")
        await until(pilot, ReportView)


@pytest.mark.again
async def test_it_is_written_to_a_file_that_says_its_form(office: Office, tmp_path: Path) -> None:
    closed(office)
    path = tmp_path / "report.md"
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "p", "v", "S")
        await fill(pilot, file=str(path))
        await until(pilot, ReportView)
        assert "# Service report R1" in path.read_text(encoding="utf-8")
        assert "166.63" in path.read_text(encoding="utf-8")

        path.write_text("something else", encoding="utf-8")
        await press(pilot, "S")
        await fill(pilot, file=str(path))
        assert path.read_text(encoding="utf-8") == "something else"
        await press(pilot, "enter")
        await until(pilot, ReportView)
        assert "# Service report R1" in path.read_text(encoding="utf-8")


async def test_a_session_over_ssh_reads_it_and_writes_no_file(office: Office) -> None:
    closed(office)
    async with opened(dataclasses.replace(office.ana, key_id=1), "day", (80, 24)) as pilot:
        await press(pilot, "p")
        await until(pilot, ReportView)
        await press(pilot, "S")
        await until_true(pilot, lambda: any("over SSH" in one.message for one in pilot.app._notifications))
        assert isinstance(pilot.app.screen, ReportView)


async def test_before_arrival_it_is_said_that_there_is_none(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "p")
        await until_true(pilot, lambda: any("nothing to report" in one.message for one in pilot.app._notifications))
        assert len(pilot.app.screen_stack) == 1
