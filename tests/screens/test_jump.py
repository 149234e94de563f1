"""Jumping, the palette, the next problem and the next request: what they find, and where they lead."""

from __future__ import annotations

import datetime
from typing import cast

import pytest
from textual.pilot import Pilot

from dispatch.app import DispatchApp
from dispatch.desk.plan import schedule
from dispatch.model.instants import at_local
from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.book.client import ClientScreen
from screens.dialogs.finder import FindScreen
from screens.log.log import LogScreen
from screens.prices.terms import TermsScreen
from screens.visit.visit import VisitScreen
from tests.desk.conftest import DAY, ZONE, Office, at
from tests.quick import first_of
from tests.screens.test_prices import choose, fill
from tests.screens.test_screens import opened, press, state, until, until_true
from tests.widgets.terminals import Terminal, on_terminal
from widgets.listed import FoundList
from widgets.queue import Queue
from widgets.timeline.view import Timeline

SIZES = [(120, 36), (80, 24)]


async def ask(pilot: Pilot[None], key: str, letters: str) -> list[str]:
    """Open the finder with a key and type; returns the names that it lists."""
    await pilot.press(key)
    await until(pilot, FindScreen)
    finder = cast("FindScreen[object]", pilot.app.screen)
    await until_true(pilot, lambda: finder._finder is not None)
    await pilot.press(*letters)
    await pilot.pause(0.05)
    return [finder._line(entry.value).name for entry in finder.query_one(FoundList)._entries]


@first_of("mode, size", [("3", (120, 36)), ("4", (80, 24))])
async def test_jump_to_a_technician_from_every_mode(office: Office, mode: str, size: tuple[int, int]) -> None:
    async with opened(office.dana, "board", size) as pilot:
        await press(pilot, mode)
        assert await ask(pilot, "J", "ben") == ["Ben Okafor"]
        await pilot.press("enter")
        await until(pilot, BoardScreen)
        timeline = pilot.app.screen.query_one(Timeline)
        await until_true(
            pilot,
            lambda: timeline.has_focus and timeline.cursor.board_row and timeline.cursor.board_row.name == "Ben Okafor",
        )


@first_of("size", SIZES)
async def test_jump_to_visits_of_other_days_placed_and_waiting(office: Office, size: tuple[int, int]) -> None:
    later = DAY + datetime.timedelta(days=2)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at_local(later, "16:00", ZONE))
    async with opened(office.dana, "board", size) as pilot:
        await press(pilot, "tab")
        assert await ask(pilot, "J", "r1") == ["R1"]
        await pilot.press("enter")
        await until(pilot, BoardScreen)
        timeline, queue = pilot.app.screen.query_one(Timeline), pilot.app.screen.query_one(Queue)
        await until_true(
            pilot, lambda: timeline.has_focus and timeline.selected is not None and timeline.selected.id == 1
        )
        assert cast(DispatchApp, pilot.app).day == later
        shown = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert "16:00" in shown

        await ask(pilot, "J", "r2")
        await pilot.press("enter")
        await until_true(
            pilot, lambda: queue.has_focus and queue.selected is not None and queue.selected.reference == "R2"
        )
        assert cast(DispatchApp, pilot.app).day == DAY


async def test_jump_to_a_client_and_to_the_page_of_a_visit(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        names = await ask(pilot, "J", "harb")
        assert names[0] == "Harbor Dental"
        assert "Harbor Dental / Warehouse" in names
        await pilot.press("enter")
        await until(pilot, ClientScreen)
        await ask(pilot, "J", "r2")
        await pilot.press("ctrl+o")
        await until(pilot, VisitScreen)


async def test_a_client_who_asks_is_answered_by_the_first_find(office: Office) -> None:
    """Where is your man? One key and the name, at every size."""
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at_local(DAY, "15:00", ZONE))
    for size in ((120, 36), (80, 24), (45, 20)):
        async with opened(office.dana, "board", size) as pilot:
            assert (await ask(pilot, "J", "harb"))[:2] == ["R2", "Harbor Dental"]
            shown = pilot.app.screen.query_one(FoundList)
            lines = range(3 if size[0] < 60 else 1)
            first = " ".join(word for y in lines for word in shown.render_line(y).text.split())
            assert "Ben Okafor" in first
            assert "today 15:00" in first


async def test_jump_opens_what_stands_on_no_board_and_forgets_what_is_gone(office: Office) -> None:
    schedule.cancel(office.dana, "R2", "no longer needed")
    async with opened(office.dana, "board") as pilot:
        assert await ask(pilot, "J", "zz") == []
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, FindScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, BoardScreen)
        await ask(pilot, "J", "r2")
        await pilot.press("enter")
        await until(pilot, VisitScreen)


async def test_references_that_are_too_old_to_be_listed_are_found_by_their_begin(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.desk.book.jump_search.NEWEST", 1)
    async with opened(office.dana, "board") as pilot:
        assert await ask(pilot, "J", "R1") == ["R1"]


@pytest.mark.again
async def test_jump_to_the_board_does_not_lose_what_is_not_saved(office: Office) -> None:
    async with opened(office.lee, "board") as pilot:
        await press(pilot, "dollar_sign", "n")
        await choose(pilot, "preset half day")
        await fill(pilot, name="Half days", day="2027-01-01")
        await until(pilot, TermsScreen)
        await ask(pilot, "J", "ben")
        await pilot.press("enter")
        await until(pilot, BoardScreen)
        await press(pilot, "dollar_sign", "n")
        await until(pilot, TermsScreen)
        assert pilot.app.screen._draft.name == "Half days"  # type: ignore[attr-defined]


@first_of("size", SIZES)
async def test_next_unscheduled_goes_round_the_queue(office: Office, size: tuple[int, int]) -> None:
    async with opened(office.dana, "board", size) as pilot:
        queue = pilot.app.screen.query_one(Queue)
        seen = []
        for _ in range(4):
            await press(pilot, "G")
            assert queue.has_focus
            assert queue.selected is not None
            seen.append(queue.selected.reference)
        assert len(set(seen[:3])) == 3
        assert seen[3] == seen[0]


async def test_next_unscheduled_says_when_there_is_none(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.hold(office.dana, reference, "waits for parts")
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "G")
        assert pilot.app.screen.query_one(Timeline).has_focus
        assert [told.message for told in pilot.app._notifications] == ["Nothing is unscheduled."]


async def test_next_problem_goes_round_in_the_order_of_time(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("08:30"), reason="Ben learns it", confirmed=True)
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        await press(pilot, "F")
        assert [told.message for told in pilot.app._notifications] == ["No problem on Tue 24 Nov 2026."]
        office.go("11:10")
        pilot.app.screen.tick()
        await press(pilot, "tab")
        for reference in ("R1", "R2", "R1"):
            await press(pilot, "F")
            assert timeline.has_focus
            assert timeline.selected is not None
            assert timeline.selected.reference == reference


@pytest.mark.again
async def test_palette_holds_every_deed_of_the_screen_and_does_it(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        pilot.app.screen.query_one(Timeline).select(1)
        names = await ask(pilot, "ctrl+p", "")
        assert {"Open", "Assign", "Confirm", "Zoom", "Undo", "Log", "Book", "Jump", "Theme dispatch-light"} <= set(
            names
        )
        assert not {"Back", "Palette", "Earlier", "Screenshot"} & set(names)
        await press(pilot, "escape")
        for word in ("customer", "holidays", "staff"):
            assert await ask(pilot, "ctrl+p", word) == ["Book"]
            await press(pilot, "escape")
        assert (await ask(pilot, "ctrl+p", "agreed"))[0] == "Confirm"
        await pilot.press("enter")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.CONFIRMED)
        await ask(pilot, "ctrl+p", "log")
        await pilot.press("enter")
        await until(pilot, LogScreen)
        await ask(pilot, "ctrl+p", "h-li")
        await pilot.press("enter")
        await until_true(pilot, lambda: pilot.app.theme == "dispatch-light")


async def test_a_session_has_neither_palette_nor_jumping(office: Office) -> None:
    async with opened(office.ana, "day", restricted=True) as pilot:
        await press(pilot, "ctrl+p", "J")
        assert len(pilot.app.screen_stack) == 1


async def test_palette_comes_and_goes_without_a_trace(office: Office) -> None:
    async def play(terminal: Terminal) -> None:
        before = terminal.cells()
        await terminal.pilot.press("ctrl+p")
        await until(terminal.pilot, FindScreen)
        await terminal.settle()
        await terminal.pilot.press("z", "o")
        await terminal.settle()
        assert any("Zoom" in line for line in terminal.text())
        await terminal.pilot.press("escape")
        await until(terminal.pilot, BoardScreen)
        await terminal.settle()
        assert terminal.cells() == before

    await on_terminal(DispatchApp(office.dana, "board", day=DAY), (100, 30), play)
