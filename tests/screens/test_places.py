"""A place that cannot be meant is asked about on the screens: taken as it stands, swapped, or left as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from db import clients, people, settings
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.model.clients import Site
from dispatch.model.travel import Place
from dispatch.travel.geocoding import FoundPlace
from screens.book import locating
from screens.book.book import BookScreen
from screens.dialogs.questions import AskConfirm, AskText, Choose, Form
from screens.program.setup import SetupScreen
from tests.desk.conftest import Office
from tests.quick import first_of
from tests.screens.test_importing import decide, import_file
from tests.screens.test_prices import answer, fill
from tests.screens.test_screens import opened, press, settled, until, until_true

MUNICH, SWAPPED = Place(48.1372, 11.5756), "-83.01, 39.96"


def annex(office: Office) -> Site:
    found = RECORD_STORES["site"].find(office.store, "annex")
    assert isinstance(found, Site)
    return found


@first_of(
    "typed, keys, kept",
    [
        (SWAPPED, ["enter"], Place(39.96, -83.01)),
        (SWAPPED, ["down", "enter"], Place(-83.01, 39.96)),
        (SWAPPED, ["escape"], None),
        ("48.1372, 11.5756", ["enter"], MUNICH),
        ("0, 0", ["escape"], None),
    ],
    quick=3,
)
async def test_a_form_asks(office: Office, typed: str, keys: list[str], kept: Place | None) -> None:
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "tab")
        screen = pilot.app.screen
        assert isinstance(screen, BookScreen)
        screen.listed.select_key(f"site {annex(office).id}")
        await press(pilot, "e")
        await fill(pilot, place=typed, address="9 Elm Street")
        await until(pilot, Choose)
        assert annex(office).place is None
        await press(pilot, *keys)
        await until(pilot, BookScreen)
        await settled(pilot)
        assert annex(office).place == kept
        await press(pilot, "e")
        await until(pilot, Form)
        # left with esc, what was typed stands there again
        text = pilot.app.screen.query_one("#field-address", Input).value
        assert text == "9 Elm Street"
        assert (annex(office).address == "9 Elm Street") is (kept is not None)


async def test_what_was_looked_up_is_asked_about(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    found = FoundPlace(MUNICH, "Front Street, Munich", "street", "127.0.0.1")
    monkeypatch.setattr(locating.locating, "ask", lambda store, address: [found])
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "tab")
        screen = pilot.app.screen
        assert isinstance(screen, BookScreen)
        screen.listed.select_key(f"site {annex(office).id}")
        for keys in (["escape"], ["y"]):
            await press(pilot, "o")
            await until(pilot, AskText)
            await answer(pilot, "3 Front Street")
            await until(pilot, Choose)
            await press(pilot, "enter")
            await until(pilot, AskConfirm)
            assert "Front Street, Munich (127.0.0.1)" in str(pilot.app.screen._lines)  # type: ignore[attr-defined]
            await press(pilot, *keys)
            await until(pilot, BookScreen)
            await settled(pilot)
            assert annex(office).place == (None if keys == ["escape"] else MUNICH)


async def test_setting_up_asks(office: Office) -> None:
    async with opened(office.lee, "setup") as pilot:
        await until(pilot, SetupScreen)
        screen = pilot.app.screen
        assert isinstance(screen, SetupScreen)
        screen.listed.select_key("depot")
        await press(pilot, "enter")
        await fill(pilot, depot=SWAPPED)
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until(pilot, SetupScreen)
        await settled(pilot)
    assert settings.firm(office.store).depot == Place(39.96, -83.01)


async def test_another_zone_of_the_firm_asks(office: Office) -> None:
    """What is written by its clocks keeps its time on them, or its moment: chosen on the screen, with the count."""
    async with opened(office.lee, "setup") as pilot:
        await until(pilot, SetupScreen)
        screen = pilot.app.screen
        assert isinstance(screen, SetupScreen)
        screen.listed.select_key("units")
        await press(pilot, "enter")
        await fill(pilot, zone="America/Chicago")
        await until(pilot, Choose)
        await press(pilot, "down", "enter")
        await until(pilot, SetupScreen)
        await settled(pilot)
    assert settings.firm(office.store).zone == "America/Chicago"
    assert {one.shifts[0].opens for one in people.technicians(office.store)} == {420}, "8:00 was 7:00 there"


async def test_a_file_asks(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("client,site,lat,lon\nHarbor Dental,Yard,39.95,-83.1\nHarbor Dental,Dock,48.1372,11.5756\n")
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "i")
        lines = await import_file(pilot, path, "meant")
        assert lines[0].startswith("sites.csv row 3: lat '48.1372': 48.1372, 11.5756 is 4,4")
        await decide(pilot, "all")
        await until_true(pilot, lambda: clients.site_by_name(office.store, 1, "Dock") is not None)
        await settled(pilot)
