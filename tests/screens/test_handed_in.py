"""Photographs and files on the visit's screen and in its record."""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App

from dispatch.desk.closeout import evidence
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session import viewer
from dispatch.model.media import JPEG, media_of
from screens.dialogs.questions import Choose
from screens.log.visit_record import VisitRecord
from screens.visit import handed_in
from screens.visit.visit import VisitScreen
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, settled, until, until_true

PICTURE = b"\xff\xd8\xff\xe0 a photograph"


def names(office: Office) -> list[str]:
    return [file.name for file in visit_page(office.store, "R1").files]


async def test_several_are_handed_in_and_seen_below_their_item(office: Office, tmp_path: Path) -> None:
    office.on_site()
    for name in ("IMG_1.jpg", "IMG_2.jpg"):
        (tmp_path / name).write_bytes(PICTURE + name.encode())
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "enter", "P")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await pilot.press(*f"{tmp_path}/no_*.jpg")
        await press(pilot, "enter")
        assert names(office) == [], "nothing is like that, and the question stays"
        await press(pilot, "ctrl+u")
        await pilot.press(*f"{tmp_path}/IMG_*.jpg")
        await press(pilot, "enter")
        await until_true(pilot, lambda: names(office) == ["IMG_1.jpg", "IMG_2.jpg"])
        await settled(pilot)
        assert "IMG_1.jpg, IMG_2.jpg" in str(pilot.app.screen.query_one("#foot").visual)


async def test_one_is_looked_at_and_a_lead_takes_it_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.on_site()
    evidence.attach(office.ana, "R1", "A1", "desk.jpg", io.BytesIO(PICTURE))
    seen: list[str] = []
    monkeypatch.setattr(viewer, "browser_is_here", lambda: True)
    monkeypatch.setattr(viewer, "open_link", lambda link: seen.append(link) or True)
    async with opened(office.lee, "log") as pilot:
        pilot.app.push_screen(VisitRecord("R1"))  # type: ignore[arg-type]
        await settled(pilot)
        await press(pilot, "P", "enter", "enter")
        await until_true(pilot, lambda: seen)
        assert media_of(Path(seen[0].removeprefix("file://")).read_bytes()) == JPEG
        await press(pilot, "P", "enter", "down", "down", "down", "enter")
        await pilot.press(*"another client")
        await press(pilot, "enter")
        await until_true(pilot, lambda: names(office) == [])
        await press(pilot, "u")
        await until_true(pilot, lambda: names(office) == ["desk.jpg"])


async def test_a_picture_is_drawn_while_the_program_stands_aside(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.on_site()
    evidence.attach(office.ana, "R1", "A1", "desk.jpg", io.BytesIO(PICTURE))
    deeds: list[str | bytes] = []

    @contextlib.contextmanager
    def aside(_: object) -> Iterator[None]:
        deeds.append("left")
        yield
        deeds.append("back")

    monkeypatch.setattr(App, "suspend", aside)
    monkeypatch.setattr(handed_in, "draw", lambda data: deeds.append(data) or "")
    monkeypatch.setattr("builtins.input", deeds.append)
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "enter", "P", "enter", "down", "enter")
        await until_true(pilot, lambda: "back" in deeds)
        assert deeds == ["left", PICTURE, "desk.jpg: enter goes back ", "back"]
        assert isinstance(pilot.app.screen, VisitScreen)


async def test_in_a_session_over_ssh_nothing_is_opened(office: Office) -> None:
    office.on_site()
    evidence.attach(office.ana, "R1", "A1", "desk.jpg", io.BytesIO(PICTURE))
    async with opened(dataclasses.replace(office.ana, key_id=1), "day", (45, 20)) as pilot:
        pilot.app.push_screen(VisitScreen("R1"))
        await settled(pilot)
        await press(pilot, "P", "enter")
        assert isinstance(pilot.app.screen, VisitScreen), "neither looking nor copying is offered"
