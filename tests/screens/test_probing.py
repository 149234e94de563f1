"""Tests run from the visit's screen: live, stopped by esc, recorded."""

from __future__ import annotations

import re
from typing import Any

from textual.screen import Screen
from textual.widgets import Input, Static

from db import checklists, probes
from dispatch.desk.book import editing
from dispatch.desk.log.visit_page import visit_page
from dispatch.model.checklists import Attempt, Grade, Result
from screens.dialogs.questions import AskText, Form
from screens.visit.running_tests import RunTests
from screens.visit.visit import VisitScreen
from tests.closeout.probes.servers import HERE, mail, saying, serving
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, until, until_true
from widgets.checklist import ChecklistView


def register(office: Office, **texts: str) -> None:
    """A target at the site of R1."""
    editing.add(office.dana, "target", {"site": "Main office", "reason": "a server of the tests", **texts})


def latest(office: Office, ref: str) -> Attempt | None:
    item = visit_page(office.store, "R1").checklist.item(ref)
    assert item is not None
    return item.latest


async def test_run_shows_each_step_and_records(office: Office) -> None:
    with serving(mail(greeting=b"220 \x1b]0;owned\x07 hi\r\n")) as port:
        register(office, name="mail", kind="smtp", address=f"{HERE}:{port}")
        office.on_site()
        async with opened(office.ana, "day", ascii_only=True) as pilot:
            await press(pilot, "enter")
            await until(pilot, VisitScreen)
            pilot.app.screen.query_one(ChecklistView).select("T4.mail")
            await pilot.press("r")
            await until(pilot, RunTests)
            await until_true(pilot, lambda: latest(office, "T4.mail") is not None)
            await until_true(pilot, lambda: "\nmail: pass" in steps(pilot.app.screen))
            assert "\x1b" not in steps(pilot.app.screen)
            assert CODE.search(texts(pilot.app.screen)) is None, "a technician reads no codes"
            await pilot.press("enter")
            await until(pilot, VisitScreen)
    found = latest(office, "T4.mail")
    assert found is not None
    assert (found.result, found.grade, found.vantage) == (Result.PASS, Grade.EXECUTED, "host")


def steps(screen: object) -> str:
    assert isinstance(screen, RunTests)
    return str(screen.query_one("#steps", Static).render())


CODE = re.compile(r"\b[AWTL][0-9]")
"""An item's id."""


def texts(screen: Screen[Any]) -> str:
    return "\n".join(str(one.render()) for one in screen.query(Static))


async def test_escape_stops_and_nothing_is_recorded(office: Office) -> None:
    with serving(saying(hold=True)) as port:
        register(office, name="mail", kind="tcp", address=f"{HERE}:{port}", options="expect=hello; seconds=60")
        office.on_site()
        async with opened(office.ana, "day") as pilot:
            await press(pilot, "enter")
            await until(pilot, VisitScreen)
            await pilot.press("R")
            await until(pilot, RunTests)
            await until_true(pilot, lambda: "mail: 127.0.0.1" in steps(pilot.app.screen))
            await pilot.press("escape")
            await until_true(pilot, lambda: "was stopped" in steps(pilot.app.screen))
            await pilot.pause(0.1)
            await pilot.press("escape")
            await until(pilot, VisitScreen)
    assert latest(office, "T4.mail") is None


async def test_item_without_a_test_says_so(office: Office) -> None:
    office.on_site()
    async with opened(office.ana, "day") as pilot:
        await press(pilot, "enter")
        await until(pilot, VisitScreen)
        pilot.app.screen.query_one(ChecklistView).select("T1")
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, VisitScreen)
        await pilot.press("R")
        await until(pilot, RunTests)
        await until_true(pilot, lambda: "has no test that runs" in steps(pilot.app.screen))
    assert checklists.checklist(office.store, 1).item("T1").attempts == ()  # type: ignore[union-attr]


async def test_value_is_asked_for_with_its_bounds(office: Office) -> None:
    register(office, name="backup", kind="value", options="unit=h; most=24")
    office.on_site()
    async with opened(office.ana, "day") as pilot:
        await press(pilot, "enter")
        await until(pilot, VisitScreen)
        pilot.app.screen.query_one(ChecklistView).select("T6")
        await pilot.press("space")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "30 h"
        await pilot.press("enter")
        await until_true(pilot, lambda: latest(office, "T6") is not None)
    found = latest(office, "T6")
    assert found is not None
    assert (found.result, found.grade, found.text) == (Result.FAIL, Grade.MEASURED, "backup: 30 h is above 24 h")


async def test_a_target_is_registered_from_its_site(office: Office) -> None:
    async with opened(office.dana, "book") as pilot:
        await press(pilot, "t")
        assert not isinstance(pilot.app.screen, Form)
        await press(pilot, "tab")
        await pilot.press("t")
        await until(pilot, Form)
        fields = {field.id or "": field for field in pilot.app.screen.query("Input, OneOf")}
        assert fields["field-site"].value.startswith("Harbor Dental / ")
        for name, text in (("name", "mail"), ("kind", "smtp"), ("address", "mail.example.com")):
            fields[f"field-{name}"].value = text
        await pilot.press("ctrl+s")
        await until_true(pilot, lambda: probes.all_targets(office.store))
    (one,) = probes.all_targets(office.store)
    assert (one.name, one.kind, one.address) == ("mail", "smtp", "mail.example.com")
