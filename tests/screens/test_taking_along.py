"""A day where there is no line, on the screen: taken along, done on the laptop's own screens, handed in."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from db import visits
from db.store import Store, existing
from dispatch.desk.plan import schedule
from dispatch.desk.session.user import log_in
from dispatch.model.states import State
from screens.dialogs.questions import AskConfirm, Choose
from screens.visit.visit import VisitScreen
from tests.desk.conftest import Office, at
from tests.screens.test_screens import opened, press, until, until_true
from widgets.bars import StatusBar


def state(store: Store) -> State:
    return existing(visits.visit_by_reference(store, "R1")).state


async def test_a_day_is_taken_along_and_handed_in_by_a_key(office: Office, tmp_path: Path) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    path = tmp_path / "today.db"
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "D", "enter", "ctrl+u")
        await pilot.press(*str(path))
        await press(pilot, "ctrl+s")
        await until_true(pilot, path.is_file)
    office.go("09:00")
    with Store.open(path, clock=office.clock) as store:
        async with opened(log_in(store), "day", (45, 20)) as pilot:
            assert "taken along" in str(pilot.app.screen.query_one(StatusBar).render_line(0).text)
            await press(pilot, "space")
            await until_true(pilot, lambda: state(store) is State.EN_ROUTE)
            await press(pilot, "space")
            await until(pilot, VisitScreen)
            assert state(store) is State.ON_SITE
    assert state(office.store) is State.PLANNED
    schedule.move(office.dana, "R1", None, at("10:00"), confirmed=True)
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "D", "down", "enter")
        await pilot.press(*str(path))
        await press(pilot, "enter")
        await until(pilot, AskConfirm)
        assert state(office.store) is State.PLANNED
        await press(pilot, "y")
        await until_true(pilot, lambda: state(office.store) is State.ON_SITE)


async def test_in_a_session_over_ssh_it_says_how(office: Office) -> None:
    async with opened(dataclasses.replace(office.ana, key_id=1), "day", (45, 20)) as pilot:
        await press(pilot, "D")
        assert not isinstance(pilot.app.screen, Choose)
        assert any("ssh HOST take" in one.message for one in pilot.app._notifications)
