"""What others change under a technician's hands is said on the spot, with who, what and why, whatever they look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from db import audit
from db.store import Store
from dispatch.app import DispatchApp
from dispatch.desk.access import keyring, logins
from dispatch.desk.closeout import leaving
from dispatch.desk.day import board_view
from dispatch.desk.plan import schedule
from dispatch.desk.review import reviewing
from dispatch.desk.session.user import User, log_in
from screens.visit.visit import VisitScreen
from tests.desk.conftest import Office, at
from tests.screens.test_access import public_key
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.bars import Separator, StatusBar
from widgets.lines.line_list import LineList


def told(pilot: Pilot[None]) -> list[str]:
    """What is said now."""
    return [one.message for one in pilot.app._notifications]


def _cancel(dana: User) -> None:
    schedule.cancel(dana, "R1", "closed today")


def _move(dana: User) -> None:
    schedule.move(dana, "R1", None, at("11:00"), confirmed=True)


def _give_away(dana: User) -> None:
    schedule.move(dana, "R1", ["Ben Okafor"], None, confirmed=True, reason="Ana is needed elsewhere")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_cancel, ("R1 Harbor Dental", "Dana Wells", "cancelled", "closed today")),
        (_move, ("R1 Harbor Dental", "Dana Wells", "11:00")),
        (_give_away, ("R1 Harbor Dental", "Dana Wells", "Ana is needed elsewhere")),
    ],
)
async def test_a_visit_that_is_changed_under_the_hands(
    office: Office, change: Callable[[User], None], words: tuple[str, ...]
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.dispatch(office.dana, "R1")
    with Store.open(office.store.path, clock=office.clock) as elsewhere:
        async with opened(office.ana, "day") as pilot:
            await press(pilot, "enter")
            await until(pilot, VisitScreen)
            change(log_in(elsewhere, "dana"))
            await until_true(pilot, lambda: any(all(word in said for word in words) for said in told(pilot)))


async def test_a_visit_that_is_sent_back(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    leaving.close(office.ana, "R1")
    with Store.open(office.store.path, clock=office.clock) as elsewhere:
        async with opened(office.ana, "day") as pilot:
            reviewing.send_back(log_in(elsewhere, "lee"), "R1", "Which driver was it?")
            said = "R1 Harbor Dental is sent back (Lee Moreau): Which driver was it?"
            await until_true(pilot, lambda: said in told(pilot))


@pytest.mark.parametrize("mode", ["day", "board"])
async def test_after_midnight_the_header_says_which_day_it_is(office: Office, mode: str) -> None:
    async with opened(office.ana if mode == "day" else office.dana, mode, (45, 20)) as pilot:
        bar = pilot.app.screen.query_one(StatusBar)
        assert "Wed" not in str(bar.line_at(0, 80))
        office.clock.set(at("23:59") + 180)
        pilot.app.screen.tick()  # type: ignore[attr-defined]
        assert "Tue 24 Nov" in str(bar.line_at(0, 80))
        assert "Wed 25 Nov 00:02" in str(bar.line_at(0, 80))


@pytest.mark.parametrize("mode", ["day", "board"])
async def test_a_day_is_not_read_again_for_each_who_logs_in(
    office: Office, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many log in at once each of them would else have all who are there read everything."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    key = keyring.add_key(office.lee, "ben", public_key(1)).id
    read: list[object] = []
    board = board_view.board
    monkeypatch.setattr(board_view, "board", lambda *asked: read.append(asked) or board(*asked))
    with Store.open(office.store.path, clock=office.clock) as elsewhere:
        async with opened(office.ana if mode == "day" else office.dana, mode) as pilot:
            app = pilot.app
            assert isinstance(app, DispatchApp)
            assert len(read) == 1
            for _ in range(3):
                logins.log_in_by_key(elsewhere, key)
                newest = audit.newest(elsewhere)
                await until_true(pilot, lambda newest=newest: app.activity.heard == newest)
                await settled(pilot)
            assert len(read) == 1
            if mode == "board":
                news = app.screen.query_one(Separator)
                assert "log in" not in str(news.line_at(0, 120)), "who comes is no news"
            logins.log_in_by_key(elsewhere, key)
            schedule.move(log_in(elsewhere, "dana"), "R1", None, at("11:00"), confirmed=True)
            await until_true(pilot, lambda: len(read) >= 2)


async def test_what_another_program_changed_while_others_logged_in_is_shown_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.app.REREAD_SECONDS", 0.1)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    key = keyring.add_key(office.lee, "ben", public_key(1)).id
    with Store.open(office.store.path, clock=office.clock) as elsewhere:
        async with opened(office.ana, "day") as pilot:
            elsewhere.conn.execute("UPDATE client SET name = 'Harbour Clinic' WHERE name = 'Harbor Dental'")
            logins.log_in_by_key(elsewhere, key)
            stops = pilot.app.screen.query_one(LineList)
            await until_true(pilot, lambda: any("Harbour Clinic" in str(one.lines) for one in stops.entries(80)))
