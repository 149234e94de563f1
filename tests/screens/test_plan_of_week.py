"""The plan of a week as a what-if, by the same keys as that of a day."""

from __future__ import annotations

import datetime
import threading

import pytest
from textual.pilot import Pilot

from db.store import Store
from dispatch.desk.plan import schedule, week
from dispatch.desk.requests import intake
from dispatch.desk.session.user import log_in
from dispatch.model.states import State
from screens.board.plan_of_week import WeekPlanScreen
from screens.board.week import WeekScreen
from tests.desk.conftest import DAY, Office, at
from tests.screens.test_screens import opened, press, state, until, until_true
from widgets.bars import StatusBar
from widgets.lines.ink import text_of
from widgets.listed import FigureList
from widgets.week_grid import WeekGrid

pytestmark = pytest.mark.usefixtures("at_once")

TOMORROW = DAY + datetime.timedelta(days=1)


@pytest.fixture
def busy(office: Office) -> Office:
    """The small firm with a request that is wanted tomorrow."""
    texts = {"client": "Harbor Dental", "site": "Warehouse", "work": "printer", "minutes": "60", "priority": "P3"}
    intake.add(office.dana, texts | {"reference": "CALM", "date": TOMORROW.isoformat()})
    return office


async def planned(pilot: Pilot[None]) -> WeekPlanScreen:
    """The plan of the week, once it is done."""
    await until(pilot, WeekScreen)
    await press(pilot, "p")
    await until(pilot, WeekPlanScreen)
    screen = pilot.app.screen
    assert isinstance(screen, WeekPlanScreen)
    await until_true(pilot, lambda: screen.shown is not None and not screen._looking)
    return screen


def lines(screen: WeekPlanScreen) -> str:
    return "\n".join(
        "".join(text for text, _ in line) for entry in screen.query_one(FigureList).entries(200) for line in entry.lines
    )


def placed(screen: WeekPlanScreen) -> dict[datetime.date, set[str]]:
    """What the grid has on each day."""
    shown = screen.query_one(WeekGrid)._week
    assert shown is not None
    found: dict[datetime.date, set[str]] = {}
    for load in (load for row in shown.rows for load in row.days if load.visits):
        found.setdefault(load.day, set()).update(visit.reference for visit in load.visits)
    return found


def head(screen: WeekPlanScreen) -> str:
    return text_of(screen.query_one(StatusBar).line_at(0, screen.size.width) or ()).strip()


async def test_a_week_is_seen_flipped_taken_and_taken_back(busy: Office) -> None:
    async with opened(busy.dana, "week") as pilot:
        screen = await planned(pilot)
        assert screen._days[0] == DAY, "what is over is not planned"
        assert placed(screen) == {DAY: {"R1", "R2"}, TOMORROW: {"CALM"}}
        said = lines(screen)
        assert "Tue 24 Nov: moves 2" in said
        assert "Wed 25 Nov: moves 1" in said
        assert "On none of these days 1" in said
        assert "its site has no coordinates" in said
        assert "3 placed · 1 left out" in head(screen)
        await press(pilot, "space")
        assert placed(screen) == {}
        assert "0 placed · 4 left out" in head(screen)
        await press(pilot, "space", "a")
        await until(pilot, WeekScreen)
        await until_true(pilot, lambda: state(busy, "CALM")[0] is State.PLANNED)
        assert state(busy, "R1")[0] is State.PLANNED
        await press(pilot, "u")
        await until_true(pilot, lambda: state(busy, "CALM")[0] is State.REQUESTED)
    assert state(busy, "R1")[0] is State.REQUESTED


async def test_the_moves_of_a_day_are_taken_and_the_rest_is_planned_again(busy: Office) -> None:
    async with opened(busy.dana, "week") as pilot:
        screen = await planned(pilot)
        screen.query_one(FigureList).select_key(f"day {TOMORROW}")
        await press(pilot, "m")
        assert screen.marks.on == {"CALM"}
        assert "Wed 25 Nov: moves 1, 1 marked" in lines(screen)
        await press(pilot, "i")
        assert screen.marks.on == {"R1", "R2"}
        await press(pilot, "i", "a")
        await until_true(pilot, lambda: state(busy, "CALM")[0] is State.PLANNED)
        assert state(busy, "R1")[0] is State.REQUESTED
        await until_true(pilot, lambda: screen.scope.held and not screen._looking and "R2" in lines(screen))
        assert placed(screen)[TOMORROW] == {"CALM"}, "it stays, as it was taken"
        await press(pilot, "u")
        await until_true(pilot, lambda: state(busy, "CALM")[0] is State.REQUESTED and not screen._looking)
        assert pilot.app.screen is screen


async def test_a_technician_of_the_grid_is_taken(busy: Office) -> None:
    async with opened(busy.dana, "week") as pilot:
        screen = await planned(pilot)
        await press(pilot, "tab")
        assert screen.query_one(WeekGrid).has_focus
        screen.query_one(WeekGrid).show_cell("Ana Ruiz", DAY)
        assert screen.technician_here() == "Ana Ruiz"
        await press(pilot, "o")
        await until_true(pilot, lambda: state(busy, "R1")[0] is State.PLANNED)
    assert visits_of(busy, "Ben Okafor") == []


def visits_of(office: Office, name: str) -> list[str]:
    return [reference for reference in ("R1", "R2", "CALM") if state(office, reference)[1] == name]


async def test_what_others_change_meanwhile_is_marked_and_left_out_by_name(busy: Office) -> None:
    async with opened(busy.dana, "week") as pilot:
        screen = await planned(pilot)
        with Store.open(busy.store.path, clock=busy.store.clock) as theirs:
            schedule.assign(log_in(theirs, "dana"), "CALM", ["Ana Ruiz"], at("13:00"), confirmed=True)
        await until_true(pilot, lambda: "CALM" in screen.changed)
        assert "changed by Dana Wells meanwhile" in lines(screen)
        assert "1 changed" in head(screen)
        assert "CALM" in placed(screen)[DAY], "it stands where it stands by now"
        await press(pilot, "a")
        await until_true(pilot, lambda: state(busy, "R1")[0] is State.PLANNED)


async def test_the_line_under_the_cursor_is_shown_on_the_grid(busy: Office) -> None:
    async with opened(busy.dana, "week") as pilot:
        screen = await planned(pilot)
        screen.query_one(FigureList).select_key("move CALM")
        grid = screen.query_one(WeekGrid)
        await until_true(pilot, lambda: grid.load is not None and grid.load.day == TOMORROW)
        load = grid.load
        assert load is not None
        assert [visit.reference for visit in load.visits] == ["CALM"]


async def test_a_week_that_is_over_is_not_planned(office: Office) -> None:
    async with opened(office.dana, "week") as pilot:
        await until(pilot, WeekScreen)
        screen = pilot.app.screen
        assert isinstance(screen, WeekScreen)
        await press(pilot, "[")
        await until_true(pilot, lambda: screen.week is not None and screen.week.days[-1] < DAY)
        await press(pilot, "p")
        assert pilot.app.screen is screen


async def test_a_key_ends_it_while_the_days_are_read(busy: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, go_on = threading.Event(), threading.Event()
    parts = week._parts

    def slow(*args: object, **more: object) -> object:
        reading.set()
        go_on.wait(20)
        return parts(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(week, "_parts", slow)
    async with opened(busy.dana, "week") as pilot:
        await until(pilot, WeekScreen)
        await press(pilot, "p")
        await until(pilot, WeekPlanScreen)
        screen = pilot.app.screen
        assert isinstance(screen, WeekPlanScreen)
        await until_true(pilot, reading.is_set)
        await press(pilot, "x")
        await until_true(pilot, lambda: screen._proposing is not None and screen._proposing._halted.is_set())
        go_on.set()
        await until_true(pilot, lambda: not screen._looking)
        assert screen.shown is None
        assert "no plan was found" in lines(screen)
        await press(pilot, "escape")
        await until(pilot, WeekScreen)
