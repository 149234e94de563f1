"""The plan as a what-if: seen beside the day as it is, taken as one change, or dropped."""

from __future__ import annotations

import datetime
import threading
from functools import lru_cache

import pytest
from textual.pilot import Pilot

from db import visits
from db.store import Store
from dispatch.desk.book import editing
from dispatch.desk.plan import schedule
from dispatch.desk.plan.taking import take
from dispatch.desk.requests import intake
from dispatch.desk.session.user import log_in
from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.board.move_mode import MoveTimeline
from screens.board.plan import PlanScreen
from screens.board.plan_lines import moves_of
from screens.dialogs.asked import ChoiceRow
from screens.dialogs.questions import Choose
from tests.desk.conftest import DAY, Office, at
from tests.screens.test_screens import opened, press, state, until, until_true
from widgets import listed
from widgets.bars import StatusBar
from widgets.choices import Choices
from widgets.lines.ink import text_of
from widgets.listed import FigureList
from widgets.timeline.view import Timeline

pytestmark = pytest.mark.usefixtures("at_once")


def placed(screen: PlanScreen) -> int:
    board = screen.query_one(Timeline).board
    return 0 if board is None else sum(len(row.visits) for row in board.rows)


async def test_a_plan_is_seen_flipped_taken_and_taken_back(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("p")
        await until(pilot, PlanScreen)
        screen = pilot.app.screen
        assert isinstance(screen, PlanScreen)
        await until_true(pilot, lambda: placed(screen) == 2)
        assert state(office, "R1")[0] is State.REQUESTED
        # what planned it, as it is not VROOM
        lines = screen.query_one(FigureList).entries(45)
        assert ["planned by cheapest insertion", "as DISPATCH_SOLVER says"] in [
            ["".join(text for text, _ in line).strip() for line in entry.lines] for entry in lines
        ]
        await press(pilot, "space")
        assert placed(screen) == 0
        await press(pilot, "space", "a")
        await until(pilot, BoardScreen)
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)
        await press(pilot, "u")
        await until_true(pilot, lambda: state(office, "R2")[0] is State.REQUESTED)


async def test_a_dropped_plan_leaves_the_day_as_it_is(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("p")
        await until(pilot, PlanScreen)
        await press(pilot, "escape")
        await until(pilot, BoardScreen)
    assert state(office, "R1")[0] is State.REQUESTED


async def planning(pilot: Pilot[None]) -> PlanScreen:
    await until(pilot, PlanScreen)
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


def lines(screen: PlanScreen) -> str:
    return "\n".join(
        "".join(text for text, _ in line) for entry in screen.query_one(FigureList).entries(200) for line in entry.lines
    )


async def test_single_moves_are_taken_and_the_rest_is_planned_again(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("p")
        screen = await planning(pilot)
        await until_true(pilot, lambda: placed(screen) == 2 and not screen._looking)
        screen.query_one(FigureList).select_key("move R1")
        await press(pilot, "m")
        assert "1 marked" in lines(screen)
        await press(pilot, "a")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)
        assert state(office, "R2")[0] is State.REQUESTED
        await until_true(pilot, lambda: screen.scope.held and not screen._looking and "R2" in lines(screen))
        assert pilot.app.screen is screen
        first = state(office, "R1")
        await press(pilot, "a")
        await until(pilot, BoardScreen)
        assert state(office, "R1") == first
        assert state(office, "R2")[0] is State.PLANNED


async def test_moves_are_marked_by_words_and_turned_round(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("p")
        screen = await planning(pilot)
        await until_true(pilot, lambda: placed(screen) == 2 and not screen._looking)
        await press(pilot, "/", *"r1", "enter")
        await until_true(pilot, lambda: screen.marks.on == {"R1"})
        await press(pilot, "i")
        assert screen.marks.on == {"R2"}


async def planned(pilot: Pilot[None]) -> PlanScreen:
    """The plan of two visits, once it is done."""
    await pilot.press("p")
    screen = await planning(pilot)
    await until_true(pilot, lambda: placed(screen) == 2 and not screen._looking)
    return screen


def marked_on_the_board(screen: PlanScreen) -> set[str]:
    board = screen.query_one(Timeline).board
    assert board is not None
    return {card.reference for row in board.rows for card in row.visits if card.changed}


def head(screen: PlanScreen) -> str:
    return text_of(screen.query_one(StatusBar).line_at(0, screen.size.width) or ()).strip()


async def test_what_others_change_meanwhile_is_marked_and_left_out_by_name(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        screen = await planned(pilot)
        schedule.assign(log_in(office.store, "dana"), "R1", ["Ana Ruiz"], at("15:00"), confirmed=True)
        screen.reload()
        await until_true(pilot, lambda: "changed by Dana Wells meanwhile: with Ana Ruiz 15:00" in lines(screen))
        assert marked_on_the_board(screen) == {"R1"}
        assert "1 changed" in head(screen)
        await press(pilot, "a")
        await until_true(pilot, lambda: state(office, "R2")[0] is State.PLANNED)
        assert state(office, "R1")[1] == at("15:00")
        first = visits.visit_by_reference(office.store, "R1")
        assert first is not None
        held = first.id
        await until_true(pilot, lambda: held in screen.scope.held)  # the rest is planned again around it


async def test_an_absence_and_a_cancelled_visit_are_marked_at_once_wherever_the_plan_shows_them(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        screen = await planned(pilot)
        editing.add(office.lee, "absence", {"technician": "ana", "from": "2026-11-24T07:00", "to": "18:00"})
        schedule.cancel(office.dana, "R2", "not needed any more")
        screen.reload()
        await until_true(pilot, lambda: "not possible any more: Ana Ruiz is" in lines(screen))
        assert "meanwhile: cancelled: it will be left out" in lines(screen)
        assert "1 changed meanwhile" in lines(screen)
        assert marked_on_the_board(screen) == {"R1", "R2"}
        assert "2 changed" in head(screen)


async def test_a_change_by_the_other_dispatcher_is_seen_without_a_key(office: Office) -> None:
    """Two connections to one file: the other one takes a move of the same plan first."""
    async with opened(office.dana, "board") as pilot:
        screen = await planned(pilot)
        assert screen.shown is not None
        with Store.open(office.store.path, clock=office.clock) as elsewhere:
            assert take(log_in(elsewhere, "dana"), screen.shown.moves, screen.shown.label, ["R1"]).moved == ("R1",)
            await until_true(pilot, lambda: "changed by Dana Wells meanwhile" in lines(screen))
        assert marked_on_the_board(screen) == {"R1"}
        told = "Not as planned any more: R1. a leaves that out by name, p plans again."
        await until_true(pilot, lambda: told in [str(notice.message) for notice in pilot.app._notifications])


async def test_undo_takes_back_what_was_taken_of_this_plan_and_nothing_else(office: Office) -> None:
    intake.amend(office.dana, "R2", {"minutes": "45"})
    async with opened(office.dana, "board") as pilot:
        screen = await planned(pilot)
        await press(pilot, "u")
        assert visits.visit_by_reference(office.store, "R2").minutes == 45, "that was done elsewhere"
        screen.query_one(FigureList).select_key("move R1")
        await press(pilot, "m", "a")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED and not screen._looking)
        await press(pilot, "u")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.REQUESTED)
        both = {"move R1", "move R2"}
        await until_true(pilot, lambda: not screen._looking and both <= set(keys(screen)))  # both are planned again
        assert "changed" not in head(screen) + lines(screen), "what one did oneself is no change by others"
        await press(pilot, "ctrl+r")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)
        await until_true(pilot, lambda: not screen._looking and "move R1" not in keys(screen))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
async def test_the_head_counts_what_is_shown(office: Office, size: tuple[int, int]) -> None:
    async with opened(office.dana, "board", size) as pilot:
        screen = await planned(pilot)
        assert "2 placed · 1 left out" in head(screen)
        await press(pilot, "space")
        assert "0 placed · 3 left out" in head(screen)
        heads = {120: "Plan  Tue 24 Nov 2026  as it is", 80: "Plan  Tue 24 Nov  as it is", 45: "As it is Tue 24 Nov"}
        assert head(screen).startswith(heads[size[0]])
        await press(pilot, "space", "i")
        assert ("2 of 2 marked" if size[0] < 70 else "2 placed · 1 left out · 2 marked") in head(screen)


async def test_a_plan_is_laid_out_before_the_screen_shows_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of a large plan take longer than a key may wait: the thread that found it lays them out."""
    laid_out: dict[str, bool] = {}
    draw = listed._figure.__wrapped__

    def drawn(figure: listed.FigureLine, width: int, names: int, narrow: bool) -> object:
        # what is laid out again by the screen, for other columns, was laid out in vain
        laid_out[figure.path] = threading.current_thread() is threading.main_thread()
        return draw(figure, width, names, narrow)

    monkeypatch.setattr(listed, "_figure", lru_cache(drawn))
    async with opened(office.dana, "board") as pilot:
        await planned(pilot)
    assert {"move R1", "move R2", "who Ana Ruiz"} <= laid_out.keys()
    assert [path for path, by_the_screen in laid_out.items() if by_the_screen] == ["wait"]


async def test_all_moves_of_a_technician_are_marked_and_the_marks_taken_off_before_the_plan_goes(
    office: Office,
) -> None:
    async with opened(office.dana, "board") as pilot:
        screen = await planned(pilot)
        assert screen.shown is not None
        theirs = moves_of(screen.shown)["Ana Ruiz"]
        screen.query_one(FigureList).select_key("who Ana Ruiz")
        await press(pilot, "m")
        assert screen.marks.on == theirs
        assert f"{len(theirs)} marked" in head(screen)
        await press(pilot, "escape")
        assert pilot.app.screen is screen
        assert "marked" not in head(screen) + lines(screen)
        await press(pilot, "escape")
        await until(pilot, BoardScreen)


async def test_a_day_that_is_over_is_not_planned(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "[", "p")
        assert isinstance(pilot.app.screen, BoardScreen)
        said = [str(notice.message) for notice in pilot.app._notifications]
        assert said == ["Mon 23 Nov 2026 is over: nothing is planned on it any more."]


async def test_another_freedom_and_no_overtime_plan_again(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("p")
        screen = await planning(pilot)
        await until_true(pilot, lambda: placed(screen) == 2 and not screen._looking)
        await press(pilot, "s")
        await until_true(pilot, lambda: not screen._looking and "only what cannot stay" in lines(screen))
        await press(pilot, "v")
        await until_true(pilot, lambda: not screen._looking and screen.scope.overtime == 0)


async def test_why_is_said_of_what_is_left_out_where_the_cursor_stands(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        for number in range(20):
            texts = {"client": "Harbor Dental", "site": "Main office", "work": "x", "minutes": "200"}
            intake.add(office.dana, texts | {"reference": f"V{number}"})
        await pilot.press("p")
        screen = await planning(pilot)
        await until_true(pilot, lambda: not screen._looking and "left V" in str(keys(screen)))
        key = next(key for key in keys(screen) if key.startswith("left V"))
        screen.query_one(FigureList).select_key(key)
        await until_true(pilot, lambda: "would fit with" in lines(screen))


def keys(screen: PlanScreen) -> list[str]:
    return [str(entry.key) for entry in screen.query_one(FigureList).entries(200)]


async def test_another_day_is_found_where_no_time_of_this_one_pleases(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab", "a")
        await until(pilot, Choose)
        await press(pilot, "end", "enter")
        await until_true(pilot, lambda: isinstance(pilot.app.screen, Choose) and "Wed 25 Nov" in str(choices(pilot)))
        row = next(number for number, text in enumerate(choices(pilot)) if "Wed 25 Nov" in text)
        await press(pilot, *["down"] * row, "enter")
        await until(pilot, BoardScreen)
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        timeline = screen.query_one(MoveTimeline)
        await until_true(pilot, lambda: timeline.ghost is not None and screen.board.day == DAY + datetime.timedelta(1))
        assert not any(one.state is State.PLANNED for one in visits.all_visits(office.store)), "it is in hand"
        await press(pilot, "escape")
        await until_true(pilot, lambda: timeline.ghost is None and screen.board.day == DAY)
        await press(pilot, "tab", "a")
        await until(pilot, Choose)
        await press(pilot, "end", "enter")
        await until_true(pilot, lambda: isinstance(pilot.app.screen, Choose) and "Wed 25 Nov" in str(choices(pilot)))
        assert not pilot.app._notifications, "what was said of the search is not so any more"
        await press(pilot, *["down"] * row, "enter")
        await until_true(pilot, lambda: timeline.ghost is not None)
        await press(pilot, "enter")
        await until_true(pilot, lambda: any(one.state is State.PLANNED for one in visits.all_visits(office.store)))
        (placed_there,) = [one for one in visits.all_visits(office.store) if one.state is State.PLANNED]
        assert at("00:00", 1) <= (placed_there.starts_at or 0) < at("00:00", 2)
        await until_true(pilot, lambda: timeline.selected is not None and timeline.selected.id == placed_there.id)


def choices(pilot: Pilot[None]) -> list[str]:
    listed = pilot.app.screen.query_one(Choices)
    return [str(listed.get_option_at_index(number).prompt) for number in range(listed.option_count)]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
async def test_the_cursor_of_a_list_of_choices_stays_in_sight(office: Office, size: tuple[int, int]) -> None:
    async with opened(office.dana, "board", size) as pilot:
        rows = [ChoiceRow(f"row {number}", number, "what it means, in words " * 3) for number in range(30)]
        pilot.app.push_screen(Choose("R1 Harbor Dental · the work that is asked for " * 2, rows, "enter takes it " * 3))
        await until(pilot, Choose)
        await press(pilot, *["down"] * 7, "end")
        listed = pilot.app.screen.query_one(Choices)
        hint = pilot.app.screen.query_one("#hint")
        assert listed.highlighted == len(rows) - 1
        assert listed.scroll_offset.y == listed.max_scroll_y
        assert listed.region.bottom <= hint.region.y
        assert hint.region.bottom < size[1]
