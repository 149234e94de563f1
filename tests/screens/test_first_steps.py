"""The keys that somebody who is new needs first: shown below the head, and gone by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.app import DispatchApp
from dispatch.desk.plan import schedule
from dispatch.desk.session.preferences import FIRST_SESSIONS, Personal, read_personal
from tests.desk.conftest import Office, at
from tests.screens.test_keymap import shown
from tests.screens.test_screens import opened, press, until_true
from widgets.bars import KeyBar


def new_here(folder: Path) -> Personal:
    return read_personal(folder / "new")


@pytest.mark.parametrize(
    ("login", "mode", "said"),
    [("dana", "board", "n enters a request"), ("ana", "day", "the checklist"), ("lee", "log", "the whole visit")],
)
async def test_each_role_is_told_its_first_keys(
    office: Office, tmp_path: Path, login: str, mode: str, said: str
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(getattr(office, login), mode, (80, 24), personal=new_here(tmp_path)) as pilot:
        await until_true(
            pilot, lambda: said in next((line for line in shown(pilot).splitlines() if "New here?" in line), "")
        )
        line = next(line for line in shown(pilot).splitlines() if "New here?" in line)
        assert "? help" in line
        assert pilot.app.screen.query_one("#guide").size.height == 1


async def test_a_small_terminal_gives_no_row_away(office: Office, tmp_path: Path) -> None:
    async with opened(office.dana, "board", (45, 20), personal=new_here(tmp_path)) as pilot:
        await until_true(pilot, lambda: read_personal(tmp_path / "new").hints == FIRST_SESSIONS - 1)
        assert "New here?" not in shown(pilot)


async def test_they_go_once_they_are_done_and_for_good(office: Office, tmp_path: Path) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.ana, "day", personal=new_here(tmp_path)) as pilot:
        await until_true(pilot, lambda: "New here?" in shown(pilot))
        await press(pilot, "enter")
        await until_true(pilot, lambda: pilot.app.screen.TITLE_WORD == "the visit")  # type: ignore[attr-defined]
        await pilot.pause(1.2)
        await press(pilot, "escape")
        await until_true(pilot, lambda: "the checklist" not in shown(pilot))
        assert "New here?" in shown(pilot)
        schedule.dispatch(office.dana, "R1")
        await press(pilot, "space")
        await until_true(pilot, lambda: "New here?" not in shown(pilot))
    assert read_personal(tmp_path / "new").hints == 0


async def test_they_go_by_themselves_after_some_sessions(office: Office, tmp_path: Path) -> None:
    for session in range(FIRST_SESSIONS + 1):
        async with opened(office.dana, "board", personal=new_here(tmp_path)) as pilot:
            if session < FIRST_SESSIONS:
                await until_true(pilot, lambda: "New here?" in shown(pilot))
            else:
                assert isinstance(pilot.app, DispatchApp)
                await pilot.pause()
                assert pilot.app.guide is None
                assert pilot.app.screen.query_one(KeyBar)
