"""Learned drives that cannot be: not counted with, shown with why, and taken or dropped by a dispatcher."""

from __future__ import annotations

import pytest

from db import travel_times
from dispatch.desk.roads import driving
from dispatch.desk.session.refusals import NotAllowed, NotFound
from dispatch.model.travel import Place, Provenance
from dispatch.travel.learning import LASTING_DAYS, Observed
from screens.board.drives import DrivesScreen
from screens.dialogs.questions import Form
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, Office, at
from tests.screens.test_screens import opened, press, settled, until
from tests.travel.test_cache import drive_there
from tests.travel.test_commands import planned
from widgets.listed import FigureList

HOME, MAIN = Place(39.95, -83.0), Place(39.93, -82.95)
WAY = ("home of Ana Ruiz", "Harbor Dental / Main office")


@pytest.fixture
def learned(office: Office, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    """Ana pressed a key too late three times."""
    dispatch = planned(office)
    legs = [Observed(HOME, MAIN, at("08:30", days), 36) for days in (-3, -2, -1)]
    monkeypatch.setattr(
        travel_times, "observed", lambda store, since=0: [leg for leg in legs if leg.departed_at >= since]
    )
    found = driving.learn(office.lee)
    assert (found.legs, found.pairs, found.doubted) == (3, 0, 1)
    return dispatch


def first_leg(office: Office) -> driving.KnownDrive:
    (known,) = [one for one in driving.drives_of(office.store, DAY) if (one.origin, one.destination) == WAY]
    return known


def test_it_is_not_counted_with_and_said_why(office: Office, learned: Dispatch) -> None:
    known = first_leg(office)
    assert known.leg.provenance is Provenance.ESTIMATED
    why = "1 min of 3 drives, 9 min reckoned, last Mon 23 Nov 2026"
    assert f"learned, not believed: {why}" in learned.ok("travel", "show", "--date", str(DAY))
    assert f"{WAY[0]} → {WAY[1]}: {why}" in learned.ok("travel", "doubted")
    figures = {"minutes": 1, "reckoned_minutes": 9, "legs": 3, "last": "2026-11-23"}
    assert learned.json("travel", "doubted", "--json") == [{"from": WAY[0], "to": WAY[1], **figures}]
    (drive,) = learned.json("travel", "show", *WAY, "--json")["drives"]
    assert drive["doubted"] == figures
    assert learned.json("travel", "learn", "--as", "lee", "--json")["doubted"] == 1
    assert "1 more cannot be believed" in learned.ok("travel", "learn", "--as", "lee")


def test_it_is_taken_by_a_pin(office: Office, learned: Dispatch) -> None:
    learned.ok("travel", "pin", *WAY, "1", "--as", "dana")
    assert driving.doubted(office.store) == []
    assert (first_leg(office).leg.seconds, first_leg(office).doubt) == (60, None)
    learned.ok("visit", "undo", "--as", "dana")
    assert len(driving.doubted(office.store)) == 1


def test_it_is_dropped_until_it_is_driven_again(
    office: Office, learned: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotAllowed):
        driving.drop(office.ana, *WAY)
    assert "was no drive" in learned.ok("travel", "drop", *WAY, "--as", "dana")
    assert driving.doubted(office.store) == []
    with pytest.raises(NotFound):
        driving.drop(office.dana, *WAY)
    driving.learn(office.lee)
    assert driving.doubted(office.store) == []
    again = [Observed(HOME, MAIN, at("08:30", days), 36) for days in (-2, -1, 0)]
    monkeypatch.setattr(travel_times, "observed", lambda store, since=0: again)
    driving.learn(office.lee)
    assert len(driving.doubted(office.store)) == 1


def test_what_was_driven_long_ago_teaches_nothing(office: Office, learned: Dispatch) -> None:
    office.clock.advance((LASTING_DAYS + 5) * 86_400)
    assert (driving.learn(office.lee).legs, driving.doubted(office.store)) == (0, [])


def test_legs_from_a_moment_on(office: Office) -> None:
    planned(office)
    drive_there(office, "R1", "08:30", "08:50")
    assert len(travel_times.observed(office.store, at("08:30"))) == 1
    assert travel_times.observed(office.store, at("08:31")) == []


@pytest.mark.parametrize("key", ["enter", "X"])
async def test_on_the_screen(office: Office, learned: Dispatch, key: str) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "D")
        await until(pilot, DrivesScreen)
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, DrivesScreen)
        (line,) = [line for line, drive in screen.things.items() if drive.doubt and not drive.technician]
        assert screen.query_one(FigureList).select_key(line)
        await press(pilot, key)
        if key == "enter":
            await until(pilot, Form)
            await press(pilot, "enter")
            await until(pilot, DrivesScreen)
        await settled(pilot)
        assert [drive for drive in screen.things.values() if drive.doubt] == []
    assert (first_leg(office).pin is not None) is (key == "enter")
