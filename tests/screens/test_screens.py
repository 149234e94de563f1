"""The three screens by keyboard: what a dispatcher, a technician and a lead do, and what they see."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual._context import active_message_pump
from textual.css.query import NoMatches
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static, TextArea

from db import handovers
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.app import DispatchApp
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.requests.intake import add
from dispatch.desk.session.user import User, log_in
from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.board.plan import PlanScreen
from screens.dialogs.note import AskNote
from screens.dialogs.questions import AskConfirm, AskText, Choose, Form
from screens.log.visit_record import VisitRecord
from screens.prices.sheet_view import ChargeSheet
from screens.program.keys import KeysHelp, key_lines
from screens.visit.day import DayScreen
from screens.visit.visit import VisitScreen
from tests.desk.conftest import DAY, Office, at
from tests.quick import first_of
from tests.screens.idle import is_about_to_act
from tests.wall import started
from widgets.bars import KeyBar, Separator, StatusBar
from widgets.checklist import ChecklistView
from widgets.lines.line_list import LineList
from widgets.queue import Queue
from widgets.themes import DARK
from widgets.timeline.view import Timeline

PATIENCE = 1000
"""How often a test looks, every 20 ms, before it says that something did not happen."""


@asynccontextmanager
async def opened(user: User, mode: str, size: tuple[int, int] = (120, 36), **more: Any) -> AsyncIterator[Pilot[None]]:
    """The app in a mode on the day of the tests, ready for keys."""
    app = DispatchApp(user, mode, day=DAY, **more)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


async def settled(pilot: Pilot[None]) -> None:
    """Wait until what was begun by a key is done."""
    for _ in range(3):
        # one that asks something on its way goes on only when it is answered
        while (list(pilot.app.workers) or not getattr(pilot.app.screen, "rests", True)) and not waits(pilot):
            await pilot.pause(0.005)
        await pilot.pause()


def waits(pilot: Pilot[None]) -> bool:
    """Whether a dialog waits for an answer."""
    return isinstance(pilot.app.screen, (AskText, AskConfirm, Choose, Form)) or len(pilot.app.screen_stack) > 1


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each once the one before has had its effect."""
    for key in keys:
        await pilot.press(key)
        while is_about_to_act(pilot):
            await pilot.pause(0.01)
        await settled(pilot)


async def until(pilot: Pilot[None], kind: type) -> None:
    """Wait for a screen of a kind."""
    for _ in range(PATIENCE):
        if isinstance(pilot.app.screen, kind):
            await pilot.pause()
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{kind.__name__} did not come; {pilot.app.screen} is there")


async def until_true(pilot: Pilot[None], condition: Any) -> None:
    """Wait until something holds."""
    for _ in range(PATIENCE):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError("it did not happen")


def state(office: Office, reference: str) -> tuple[State, int | None]:
    visit = visit_page(office.store, reference).visit
    return visit.state, visit.starts_at


async def test_place_from_the_queue_then_take_back(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab")
        assert pilot.app.screen.query_one(Queue).has_focus
        pilot.app.screen.query_one(Queue).select_key(1)
        await pilot.press("a")
        await until(pilot, Choose)
        await pilot.press("enter")
        await until_true(pilot, lambda: pilot.app.screen.query(Timeline) and pilot.app.screen.query_one(Timeline).ghost)
        await pilot.press("right", "enter")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)

        await pilot.press("u")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.REQUESTED)
        await pilot.press("ctrl+r")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)


async def test_move_says_the_verdict_and_escape_puts_back(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        timeline.select(1)
        await press(pilot, "m", "down")
        assert timeline.ghost is not None
        assert timeline.ghost.level == "blocked"
        assert "needs server" in timeline.ghost.text
        await press(pilot, "escape")
        assert timeline.ghost is None
    assert state(office, "R1") == (State.PLANNED, at("09:00"))


async def test_a_visit_is_dragged_to_another_time_with_the_verdict_shown(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        timeline.select(1)
        await pilot.pause()
        place = timeline.cursor_place
        assert place is not None
        await pilot.mouse_down(Timeline, offset=(place.x + 1, place.y))
        await pilot.hover(Timeline, offset=(place.x + 7, place.y))
        await until_true(pilot, lambda: timeline.ghost is not None and timeline.ghost.level == "feasible")
        assert timeline.ghost is not None
        start = timeline.ghost.start
        assert start > at("09:00")
        await pilot.mouse_up(Timeline, offset=(place.x + 7, place.y))
        await until_true(pilot, lambda: state(office, "R1") == (State.PLANNED, start))


async def test_blocked_placement_asks_for_a_reason(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        pilot.app.screen.query_one(Timeline).select(1)
        await press(pilot, "m", "down")
        await pilot.press("enter")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "Ben learns it today"
        await pilot.press("enter")
        await until_true(pilot, lambda: visit_page(office.store, "R1").visit.assignments[0].technician == "Ben Okafor")
    assert any("Ben learns it today" in event.text for event in visit_page(office.store, "R1").events)


async def test_eaten_buffer_is_confirmed(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        timeline.select(2)
        await press(pilot, "m", "left")
        await pilot.press("enter")
        await until(pilot, AskConfirm)
        await pilot.press("y")
        await until_true(pilot, lambda: (state(office, "R2")[1] or 0) < at("11:00"))


async def test_changes_of_another_process_appear(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        assert pilot.app.screen.query_one(Timeline).selected is None
        change = (
            "import sys; from db.store import Store; from dispatch.desk.plan import schedule; "
            "from dispatch.desk.session.user import log_in; store = Store.open(sys.argv[1]); "
            f"schedule.assign(log_in(store, 'dana'), 'R1', ['Ana Ruiz'], {at('09:00')})"
        )
        subprocess.run(started("-c", change, str(office.store.path)), check=True, timeout=30)
        timeline = pilot.app.screen.query_one(Timeline)
        await until_true(pilot, lambda: timeline.board is not None and timeline.board.planned == 1)


async def test_technician_walks_through_the_day(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:40")
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await pilot.press("space")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.EN_ROUTE)
        office.go("09:00")
        await pilot.press("space")
        await until(pilot, VisitScreen)
        assert state(office, "R1")[0] is State.ON_SITE

        await pilot.press("x")
        await until(pilot, Choose)
        await pilot.press("down", "down", "enter")
        await until(pilot, VisitScreen)
        view = pilot.app.screen.query_one(ChecklistView)
        assert view.selected is not None
        assert view.selected.ref == "A3"

        await pilot.press("space")
        await until_true(pilot, lambda: settled_item(office, "A3"))
        office.finish(but=frozenset({"A3"}))
        pilot.app.screen.reload()  # type: ignore[attr-defined]
        await pilot.press("x")
        await until(pilot, AskConfirm)
        await pilot.press("y")
        await until(pilot, ChargeSheet)
    assert state(office, "R1")[0] is State.CLOSED


def settled_item(office: Office, ref: str) -> bool:
    item = visit_page(office.store, "R1").checklist.item(ref)
    return item is not None and item.latest is not None


async def test_refused_result_is_said_and_nothing_is_kept(office: Office) -> None:
    office.on_site()
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, VisitScreen)
        pilot.app.screen.query_one(ChecklistView).select("T2")
        await pilot.press("space")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "ok"
        await pilot.press("enter")
        dialog = pilot.app.screen
        await until_true(pilot, lambda: "at least 10 characters" in str(dialog.query_one("#fault", Label).content))
        await pilot.press("escape")
        await until(pilot, VisitScreen)
    assert not settled_item(office, "T2")


async def test_what_was_done_on_a_visit_shows_on_the_day_behind_it(office: Office) -> None:
    office.on_site()
    office.finish()
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await pilot.press("enter")
        await until(pilot, VisitScreen)
        await pilot.press("x")
        await until(pilot, AskConfirm)
        await pilot.press("y")
        await until(pilot, ChargeSheet)
        await pilot.press("escape")
        await until(pilot, VisitScreen)
        keys = pilot.app.screen.query_one(KeyBar)
        assert "report" in str(keys._keys)
        assert "fail" not in str(keys._keys)
        await pilot.press("escape")
        await until(pilot, DayScreen)
        await until_true(pilot, lambda: pilot.app.screen.query_one(LineList).selected.state is State.CLOSED)


async def test_a_visit_that_is_cancelled_shows_no_key_that_does_nothing(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.cancel(office.dana, "R1", "bought elsewhere")
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, VisitScreen)
        shown = str(pilot.app.screen.query_one(KeyBar)._keys)
        assert "charge" in shown
        assert "report" not in shown
        assert not pilot.app.screen.query_one(ChecklistView).recording
        await pilot.press("B")
        await until_true(pilot, lambda: any("already" in one.message for one in pilot.app._notifications))
        assert isinstance(pilot.app.screen, VisitScreen)
        await pilot.press("escape")
        await until(pilot, DayScreen)
        await pilot.press("N")
        await until_true(pilot, lambda: any("cancelled already" in one.message for one in pilot.app._notifications))
        assert isinstance(pilot.app.screen, DayScreen)


async def test_a_technician_is_not_offered_what_only_a_lead_does(office: Office) -> None:
    office.on_site()
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, VisitScreen)
        for key in ("L", "U"):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(pilot.app.screen, VisitScreen)
            assert key not in {line.keys for line in key_lines(pilot.app.screen)}
        await pilot.press("V")
        await until(pilot, VisitRecord)
        assert "approve" not in str(pilot.app.screen.query_one(KeyBar)._keys)


async def test_lead_opens_the_log_to_its_record(office: Office) -> None:
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    async with opened(office.lee, "log") as pilot:
        await pilot.press("v")
        await until(pilot, ChargeSheet)
        await pilot.press("escape")
        await pilot.press("enter")
        await until(pilot, VisitRecord)
        await pilot.press("escape")
        await until_true(pilot, lambda: len(pilot.app.screen_stack) == 1)


@first_of("size", [(45, 20), (120, 36), (80, 24)])
@pytest.mark.parametrize("mode", ["board", "day", "log"])
async def test_every_screen_lists_its_keys_at_every_size(office: Office, mode: str, size: tuple[int, int]) -> None:
    async with opened(office.ana, mode, size) as pilot:
        await pilot.press("question_mark")
        await until(pilot, KeysHelp)


@pytest.mark.parametrize("mode", ["board", "day", "log"])
async def test_empty_day_says_what_to_do(office: Office, mode: str) -> None:
    async with opened(office.ana, mode) as pilot:
        await press(pilot, "right_square_bracket", "right_square_bracket")
        shown = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert "Thu 26 Nov 2026" in shown
        assert "[" in shown
        assert "visit" in shown.casefold()


async def test_store_that_is_gone_is_said(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        pilot.app.screen.query_one(Timeline).select(1)
        office.store.path.rename(office.store.path.with_suffix(".moved"))
        await pilot.press("y")
        await until_true(pilot, lambda: len(pilot.app._notifications) > 0)
        office.store.path.with_suffix(".moved").rename(office.store.path)
    assert state(office, "R1")[0] is State.PLANNED


def test_new_request_form_keeps_what_was_typed(office: Office) -> None:
    from dispatch.desk.session.refusals import Faulty

    with pytest.raises(Faulty) as refused:
        add(office.dana, {"client": "Nobody", "work": " ", "minutes": "many", "priority": "P9", "date": "some day"})
    assert {fault.split(":")[0] for fault in refused.value.faults} == {"client", "work", "minutes", "priority", "date"}


def test_second_store_sees_what_the_first_saved(office: Office) -> None:
    with Store.open(office.store.path, clock=office.clock) as other:
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
        assert other.changed()
        assert visit_page(other, "R1").visit.state is State.PLANNED
        with unit_of_work(other, "note", Actor(None, "system", "s", "system")) as unit:
            unit.audit("visit", 1, note="seen")
        assert office.store.changed()


async def test_first_frame_is_in_the_colours_of_the_product(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        assert pilot.app.screen.query_one(Timeline).background_colors[1].hex.lower() == DARK.background
        await press(pilot, "3", "1")
        assert pilot.app.screen.query_one(Timeline).background_colors[1].hex.lower() == DARK.background


async def test_two_visits_are_swapped_by_two_keys(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("14:00"))
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        timeline.select(1)
        await press(pilot, "s")
        timeline.select(2)
        await pilot.press("s")
        await until_true(pilot, lambda: state(office, "R1")[1] == at("14:00"))
        assert state(office, "R2")[1] == at("09:00")
        timeline.select(1)
        await press(pilot, "s", "escape", "s", "escape")
    assert state(office, "R1")[1] == at("14:00")


async def test_a_second_technician_shares_the_work(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        pilot.app.screen.query_one(Timeline).select(1)
        await pilot.press("W")
        await until(pilot, Choose)
        await pilot.press("enter")
        await pilot.pause(0.1)
        await until(pilot, Choose)
        await pilot.press("enter")
        await until(pilot, AskText)  # Ben has not the skill
        pilot.app.screen.query_one(Input).value = "he carries the rack"
        await pilot.press("enter")
        await until_true(pilot, lambda: len(visit_page(office.store, "R1").visit.assignments) == 2)


async def test_a_visit_is_seen_when_its_technician_looks(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.dispatch(office.dana, "R1")
    async with opened(office.dana, "day") as pilot:
        await settled(pilot)
    assert visit_page(office.store, "R1").visit.assignments[0].seen_at is None
    async with opened(office.ana, "day") as pilot:
        await until_true(pilot, lambda: visit_page(office.store, "R1").visit.assignments[0].seen_at is not None)


async def test_a_started_job_is_handed_over_when_both_agree(office: Office) -> None:
    office.on_site("R1")
    follow_up = add(
        office.dana,
        {"client": "Harbor Dental", "work": "the rest", "minutes": "30", "site": "Main office", "same_job": "R1"},
    )
    schedule.assign(office.dana, follow_up.reference, ["Ana Ruiz"], at("14:00"), reason="later", confirmed=True)
    async with opened(office.lee, "board") as pilot:
        pilot.app.screen.query_one(Timeline).select(follow_up.id)
        await pilot.press("A")
        await until(pilot, Choose)
        await pilot.press("enter")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "Ana is ill"
        await pilot.press("enter")
        await until_true(pilot, lambda: handovers.open_for(office.store, office.ben.staff.id))
    async with opened(office.ben, "day") as pilot:
        await pilot.press("A")
        await until(pilot, Choose)
        await pilot.press("enter")
        await until_true(pilot, lambda: not handovers.open_for(office.store, office.ben.staff.id))
    assert schedule.move(
        office.dana, follow_up.reference, ["Ben Okafor"], None, reason="Ana is ill", confirmed=True
    ).crew


async def test_what_others_do_is_shown_with_who_did_it(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    with Store.open(office.store.path, clock=office.clock) as elsewhere:
        lee = log_in(elsewhere, "dana")
        async with opened(office.dana, "board") as pilot:
            await settled(pilot)
            schedule.move(lee, "R1", None, at("10:00"))
            bar, news = pilot.app.screen.query_one(StatusBar), pilot.app.screen.query_one(Separator)
            await until_true(pilot, lambda: "Dana Wells: move R1 Harbor Dental" in str(news.line_at(0, 140)))
            assert "unscheduled" in str(bar.line_at(0, 140)), "the counts stay"
            await press(pilot, "L")
            await until(pilot, Choose)
            await press(pilot, "enter")
            await until(pilot, BoardScreen)
            board = pilot.app.screen
            assert isinstance(board, BoardScreen)
            await until_true(pilot, lambda: (here := board.visit_here()) is not None and here.reference == "R1")


@first_of("size", [(45, 20), (120, 36)])
async def test_a_forgotten_check_out_is_asked_for_on_my_day(office: Office, size: tuple[int, int]) -> None:
    office.on_site("R1")
    office.finish("R1")
    office.go("14:30")
    async with opened(office.ana, "day", size) as pilot:
        assert "still at Harbor Dental" in str(pilot.app.screen.query_one("#comments", Static).content)
        await pilot.press("E")
        await until(pilot, Form)
        pilot.app.screen.query_one("#field-at", Input).value = "08:00"
        await pilot.press("enter")
        await settled(pilot)
        assert "cannot have left" in str(pilot.app.screen.query_one("#fault", Static).render())
        pilot.app.screen.query_one("#field-at", Input).value = "10:15"
        await pilot.press("enter")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.CLOSED)
    assert visit_page(office.store, "R1").visit.assignments[0].check_out_at == at("10:15")


async def test_the_clock_is_told_of_a_break(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.ana, "day") as pilot:
        await pilot.press("C")
        await until(pilot, Choose)
        await pilot.press("enter")
        await until_true(
            pilot,
            lambda: [one.kind for one in visit_page(office.store, "R1").visit.assignments[0].segments][-1] == "break",
        )


async def test_a_note_that_was_not_saved_stands_there_again(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.ana, "day") as pilot:
        await press(pilot, "enter")
        await until(pilot, VisitScreen)
        await pilot.press("w")
        await until(pilot, AskNote)
        await press(pilot, *"new switch", "escape")
        await pilot.press("w")
        await until(pilot, AskNote)
        assert pilot.app.screen.query_one(TextArea).text == "new switch"
        await pilot.press("ctrl+s")
        await until_true(pilot, lambda: visit_page(office.store, "R1").checklist.last_work > 0)
        await until(pilot, VisitScreen)
        await pilot.press("w")
        await until(pilot, AskNote)
        assert pilot.app.screen.query_one(TextArea).text == ""


@pytest.mark.parametrize(("mode", "field"), [("log", "#search"), ("book", "#find")])
async def test_what_is_typed_fast_goes_where_it_is_meant(office: Office, mode: str, field: str) -> None:
    """Over a slow line a key and the word after it come together."""
    async with opened(office.lee, mode) as pilot:
        await settled(pilot)
        app = pilot.app
        here = app.screen
        for key in ("slash", "a", "slash", "v"):
            app.post_message(Key(key, "/" if key == "slash" else key))
        await until_true(pilot, lambda: here.query_one(field, Input).value == "a/v")
        assert app.screen is here


async def test_what_was_told_is_asked_and_the_technician_hears_of_it(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.dispatch(office.dana, "R1")
    with Store.open(office.store.path, clock=office.clock) as elsewhere:
        dana = log_in(elsewhere, "dana")
        async with opened(office.ana, "day", (80, 24)) as technician:
            await settled(technician)
            async with opened(dana, "board") as pilot:
                pilot.app.screen.query_one(Timeline).select(1)
                await pilot.press("b")
                await until(pilot, AskConfirm)
                assert "Ana Ruiz has been told" in "\n".join(
                    str(one.render()) for one in pilot.app.screen.query(Static)
                )
                await pilot.press("enter")
                await until_true(pilot, lambda: state(office, "R1")[0] is State.REQUESTED)
            strip = technician.app.screen.query_one("#comments", Static)
            await until_true(
                technician, lambda: "R1 Harbor Dental is taken off you (Dana Wells)" in str(strip.render())
            )
            assert not technician.app.screen.query_one(LineList).selected
            await press(technician, "A")
            await until_true(technician, lambda: not strip.display)


async def test_who_is_on_the_way_is_moved_for_a_reason(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    arriving.depart(office.ana, "R1")
    async with opened(office.dana, "board") as pilot:
        pilot.app.screen.query_one(Timeline).select(1)
        await press(pilot, "m")
        await press(pilot, *["right"] * 4)
        await pilot.press("enter")
        await until(pilot, AskText)
        assert "is on the way there" in "\n".join(str(one.render()) for one in pilot.app.screen.query(Static))
        pilot.app.screen.query_one(Input).value = "the client called"
        await pilot.press("enter")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)


async def test_what_comes_late_to_a_screen_that_was_left_is_no_crash(office: Office) -> None:
    """A plan that was found, a timer that was still to ring: the parts of the screen may be gone before the screen is."""
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "p")
        await until(pilot, PlanScreen)
        left = pilot.app.screen
        assert left.stands  # type: ignore[attr-defined]
        await press(pilot, "escape")
        await until_true(pilot, lambda: not left.query(Timeline))
        assert not left.stands  # type: ignore[attr-defined]
        left._ended()  # type: ignore[attr-defined]
        before = active_message_pump.set(left)
        pilot.app._handle_exception(NoMatches("no Timeline"))
        active_message_pump.reset(before)
        await press(pilot, "p")
        await until(pilot, PlanScreen)


async def test_what_looks_for_a_screen_that_goes_away_with_the_program_is_no_crash(office: Office) -> None:
    """A worker or timer that was still at it: it is kept in the log, and the program ends as it was told to."""
    app = DispatchApp(office.dana, "board", day=DAY)
    async with app.run_test() as pilot:
        await settled(pilot)
        app.exit(return_code=0)
        app._handle_exception(NoMatches("no Timeline"))
    assert app.return_code == 0
    assert "no Timeline" in office.store.path.with_name("firm.db.crashes.log").read_text(encoding="utf-8")
