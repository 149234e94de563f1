"""Requests by keyboard: the quick line, the form behind it."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from db import visits
from db.settings import today
from dispatch.desk.requests import intake
from screens.board.quick_line import QuickLine
from screens.dialogs.questions import Form
from screens.visit.visit import VisitScreen
from tests.conftest import Dispatch
from tests.desk.conftest import Office
from tests.quick import first_of
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from tests.screens.test_timesheets import messages
from widgets.bars import StatusBar
from widgets.choices import OneOf
from widgets.queue import Queue


def heard(screen: QuickLine) -> str:
    """What the dialog says it has understood."""
    return str(screen.query_one("#told", Static).render())


async def test_a_request_of_another_day_says_on_which_board_it_waits(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "n")
        await until(pilot, QuickLine)
        pilot.app.screen.query_one(Input).value = "Harbor Dental printer jam 45m /ware tomorrow"
        await settled(pilot)
        await press(pilot, "enter")
        await until_true(pilot, lambda: any("waits on the board of" in line for line in messages(pilot)))


@first_of("size", [(45, 20), (120, 36), (80, 24)])
async def test_a_line_becomes_a_request(office: Office, size: tuple[int, int]) -> None:
    async with opened(office.dana, "board", size) as pilot:
        await press(pilot, "n")
        await until(pilot, QuickLine)
        screen = pilot.app.screen
        assert isinstance(screen, QuickLine)
        line = screen.query_one(Input)
        line.value = "harb printer jam 45m"
        await settled(pilot)
        assert "? site: which of" in heard(screen)
        await press(pilot, "enter")
        assert pilot.app.screen is screen
        await press(pilot, "tab")
        assert line.value == "Harbor Dental printer jam 45m"
        line.value += " /ware today 9-11 p2 +server #many ~ana"
        await settled(pilot)
        assert "Harbor Dental / Warehouse · 45 min" in heard(screen).replace("\n", " ")
        await press(pilot, "enter")
        await until_true(pilot, lambda: len(visits.queued(office.store)) == 4)
        made = visits.visit_by_reference(office.store, "R1001")
        assert made is not None
        assert (made.site, made.work, made.minutes, made.priority) == ("Warehouse", "printer jam", 45, 2)
        assert (made.preferred, made.tags, made.skills) == ("Ana Ruiz", {"many"}, {"server"})
        assert made.wanted_on == today(office.store)
        assert made.came_by == "phone"
        await until_true(pilot, lambda: pilot.app.screen.query(Queue))
        selected = pilot.app.screen.query_one(Queue).selected
        assert selected is not None
        assert selected.reference == "R1001"
        await press(pilot, "u")
        await until_true(pilot, lambda: len(visits.queued(office.store)) == 3)


async def test_the_line_goes_on_in_the_form_and_loses_nothing(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "n")
        await until(pilot, QuickLine)
        pilot.app.screen.query_one(Input).value = "harbor /annex disk full 1h30 2026-11-26 9-11 p2 ! ~ana by Jo Lowe"
        await press(pilot, "ctrl+f")
        await until(pilot, Form)
        filled = {field.id: field.value for field in pilot.app.screen.query("Input, OneOf")}
        assert filled.items() >= {
            "field-client": "Harbor Dental", "field-site": "Annex", "field-work": "disk full", "field-minutes": "90",
            "field-date": "2026-11-26", "field-promised": "09:00-11:00", "field-priority": "P2", "field-skills": "",
            "field-tags": "", "field-preferred": "Ana Ruiz", "field-reported_by": "Jo Lowe", "field-same_job": "",
            "field-emergency": "yes", "field-came_by": "phone",
        }.items()  # fmt: skip
        await fill(pilot, minutes="60")
        await until_true(pilot, lambda: len(visits.queued(office.store)) == 4)
        made = visits.visit_by_reference(office.store, "R1001")
        assert made is not None
        assert (made.minutes, made.emergency, made.reported_by, made.preferred) == (60, True, "Jo Lowe", "Ana Ruiz")


@pytest.mark.again
async def test_an_emergency_is_one_or_none_however_it_is_typed(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "n")
        await until(pilot, QuickLine)
        pilot.app.screen.query_one(Input).value = "harbor /annex server down 45m"
        await press(pilot, "ctrl+f")
        await until(pilot, Form)
        # as it could be kept from another version
        await fill(pilot, emergency="yess")
        assert isinstance(pilot.app.screen, Form)
        assert "'yess' is not one of no, yes" in str(pilot.app.screen.query_one("#fault").render())
        assert len(visits.queued(office.store)) == 3
        emergency = pilot.app.screen.query_one("#field-emergency", OneOf)
        emergency.focus()
        for key in "yess":
            await pilot.press(key)
        assert emergency.value == "yes"
        await press(pilot, "ctrl+s")
        await until_true(pilot, lambda: len(visits.queued(office.store)) == 4)
        made = visits.visit_by_reference(office.store, "R1001")
        assert made is not None
        assert made.emergency


async def test_a_request_is_changed_on_the_board(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "G")
        board = pilot.app.screen
        await press(pilot, "w")
        await until(pilot, Form)
        await fill(pilot, minutes="0", promised="9-11")
        assert isinstance(pilot.app.screen, Form)
        assert "not between 1 and 1440" in str(pilot.app.screen.query_one("#fault").render())
        await fill(pilot, minutes="50", work="another thing", promised="")
        await until_true(pilot, lambda: pilot.app.screen is board)
        await until_true(pilot, lambda: "another thing" in {visit.work for visit in visits.queued(office.store)})
    (changed,) = [visit for visit in visits.queued(office.store) if visit.work == "another thing"]
    assert (changed.minutes, changed.promised) == (50, None)


def test_a_request_is_changed_by_command(firm: Dispatch) -> None:
    firm.ok("visit", "edit", "R4001", "--minutes", "35", "--promised", "", "--tags", "server, many", "--no-emergency")
    shown = firm.json("visit", "show", "R4001", "--json")
    assert (shown["minutes"], shown["promised_from"]) == (35, None)
    assert "as it was" in firm.ok("visit", "edit", "R4001", "--minutes", "35")
    refused = firm("visit", "edit", "R4001", "--minutes", "-1", "--priority", "high")
    assert refused.code == 1
    assert "minutes" in refused.err
    assert "priority" in refused.err


async def test_the_visit_screen_says_how_the_request_came_in(office: Office) -> None:
    intake.amend(office.dana, "R1", {"came_by": "mail"})
    async with opened(office.ana, "day") as pilot:
        pilot.app.push_screen(VisitScreen("R1"))
        await until(pilot, VisitScreen)
        assert "came in: by mail" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 120))
