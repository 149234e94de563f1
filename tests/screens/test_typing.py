"""From the key that opens a place to type, all that is typed goes there, however fast the keys come."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from db import audit
from db.people import put_technician_away, technician_by_name
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from screens.board.quick_line import QuickLine
from screens.dialogs.note import AskNote
from tests.desk.conftest import Office, at
from tests.quick import first_of
from tests.screens.test_screens import opened, settled, state, until, until_true
from widgets.timeline.view import Timeline

WORDS = "nbuckeye wlan 45m /j y1 "
"""Most of these letters are keys of every screen."""
_NAMES = {" ": "space", "/": "slash", "$": "dollar_sign", "?": "question_mark", "[": "left_square_bracket"}


def key(letter: str) -> Key:
    return Key(_NAMES.get(letter, letter), letter if len(letter) == 1 else None)


async def burst(pilot: Pilot[None], keys: Sequence[str]) -> None:
    """Let keys come at once, as after a stall of the line."""
    for one in keys:
        pilot.app.post_message(key(one))


async def at_rest(pilot: Pilot[None]) -> None:
    """Wait until every key that came has had its effect."""
    while True:
        await pilot.pause()
        letting_in = pilot.app._letting_in  # type: ignore[attr-defined]
        if letting_in is not None and not letting_in.done():
            await letting_in
        elif not pilot.app._busy():  # type: ignore[attr-defined]
            return


def typed(pilot: Pilot[None]) -> str:
    """What stands in the field that is typed in."""
    field = pilot.app.screen.focused
    return field.value if isinstance(field, Input) else field.text if isinstance(field, TextArea) else ""


def changes(office: Office) -> int:
    return audit.newest(office.store)


ASKS = [("board", "n"), ("day", "N"), ("visit", "w"), ("log", "slash"), ("book", "e"), ("board", "ctrl+p")]
ASKS += [("board", key) for key in ("J", "w", "i", "slash", "g", "Q")]
ASKS += [("day", key) for key in ("ctrl+p", "S")]
ASKS += [("visit", key) for key in ("n", "space", "B", "ctrl+p")]
ASKS += [("log", key) for key in ("f", "ctrl+p")]
ASKS += [("book", key) for key in ("slash", "n", "J", "ctrl+p")]
"""Each first screen, or a visit, with the keys behind which something is typed; each of them first."""


def user_of(office: Office, mode: str) -> tuple[object, str]:
    who = {"board": office.dana, "day": office.ana, "visit": office.ana, "log": office.lee, "book": office.lee}[mode]
    return who, "day" if mode == "visit" else mode


async def at_place(pilot: Pilot[None], mode: str) -> None:
    if mode == "visit":
        await pilot.press("enter")
        await settled(pilot)
    if mode == "board":
        pilot.app.screen.query_one(Timeline).select(1)
    await pilot.pause()


@first_of("mode, opening", ASKS, 6)
async def test_a_burst_goes_where_it_is_meant(office: Office, mode: str, opening: str) -> None:
    """A key and the words behind it come together: the words stand in the field, and nothing else was done."""
    if mode in ("visit", "log"):
        office.on_site("R1")
    else:
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
        schedule.dispatch(office.dana, "R1")
    who, first = user_of(office, mode)
    async with opened(who, first) as pilot:  # type: ignore[arg-type]
        await at_place(pilot, mode)
        before, was = changes(office), state(office, "R1")
        beside = typed(pilot)
        await burst(pilot, [opening, *WORDS])
        await until_true(pilot, lambda: typed(pilot).endswith(WORDS))
        assert typed(pilot) != beside
        assert (changes(office), state(office, "R1")) == (before, was)


@first_of("count", [2, 200, 1, 7], 2)
async def test_however_many_keys_come(office: Office, count: int) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    words = (WORDS * 10)[:count]
    async with opened(office.dana, "board") as pilot:
        await at_place(pilot, "board")
        before = changes(office)
        await burst(pilot, ["n", *words])
        await until(pilot, QuickLine)
        await at_rest(pilot)
        await until_true(pilot, lambda: typed(pilot) == words)
        assert changes(office) == before


async def test_a_chain_of_questions_takes_its_answers_in_one_burst(office: Office) -> None:
    """The keys behind an answer wait for the next question, and those behind the last one for the deed."""
    office.on_site("R1")
    async with opened(office.ana, "day") as pilot:
        await at_place(pilot, "visit")
        await burst(pilot, ["space", *"Dr. Lowe", "enter", "w", *"new driver", "ctrl+s", "escape"])
        await until_true(pilot, lambda: len(pilot.app.screen_stack) == 1)
    items = {one.ref: one for one in visit_page(office.store, "R1").checklist.items}
    assert [one.text for one in items["A1"].attempts] == ["Dr. Lowe"]
    assert [one.text for one in items["W2"].attempts] == ["new driver"]


async def test_a_paste_behind_a_key_goes_where_it_is_meant(office: Office) -> None:
    from textual.events import Paste

    office.on_site("R1")
    async with opened(office.ana, "day") as pilot:
        await at_place(pilot, "visit")
        pilot.app.post_message(key("w"))
        pilot.app.post_message(Paste("two\nlines"))
        pilot.app.post_message(key("x"))
        await until(pilot, AskNote)
        await until_true(pilot, lambda: typed(pilot) == "two\nlinesx")


async def test_what_waits_for_something_that_does_not_end_is_dropped_and_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys never act on a screen that they were not meant for, and never wait for ever."""
    import asyncio

    from screens.board.board import BoardScreen
    from widgets.terminal import type_ahead

    never = asyncio.Event()

    async def hang(screen: BoardScreen) -> None:
        await never.wait()

    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    monkeypatch.setattr(type_ahead, "PATIENCE_SECONDS", 0.05)
    async with opened(office.dana, "board") as pilot:
        await at_place(pilot, "board")
        pilot.app.screen.run_worker(hang(pilot.app.screen))  # type: ignore[arg-type]
        await burst(pilot, ["b", "b"])
        await until_true(pilot, lambda: any("did nothing" in one.message for one in pilot.app._notifications))
        assert state(office, "R1") == (visit_page(office.store, "R1").visit.state, at("09:00"))
        await burst(pilot, ["slash", *"ben"])
        await until_true(pilot, lambda: typed(pilot) == "ben")
        never.set()


@first_of("seed", range(3))
async def test_any_keys_at_all_leave_a_program_that_works(office: Office, seed: int) -> None:
    await _any_keys(office, seed, 120)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
async def test_many_keys_of_any_kind_leave_a_program_that_works(office: Office, seed: int) -> None:
    await _any_keys(office, seed, 4000)


async def _any_keys(office: Office, seed: int, count: int) -> None:
    office.on_site("R1")
    chosen = random.Random(seed)
    letters = [*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPRSTUVWXYZ0123456789 /[]$?-"]
    names = [*letters, "enter", "escape", "up", "down", "left", "right", "backspace", "tab", "ctrl+s", "pagedown"]
    async with opened(office.lee if seed % 2 else office.ana, "log" if seed % 2 else "day") as pilot:
        for _ in range(count // 20):
            await burst(pilot, [chosen.choice(names) for _ in range(20)])
            await pilot.pause()
            if not pilot.app.is_running:
                break
    assert pilot.app._exception is None


async def test_a_visit_in_hand_stays_with_its_technician_when_others_change_who_works_here(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        timeline.select(2)
        await pilot.press("m", "right")
        await settled(pilot)
        ana = technician_by_name(office.store, "Ana Ruiz")
        assert ana is not None
        with office.lee.write("archive technician") as unit:
            put_technician_away(unit, ana, unit.at)
            unit.audit("technician", ana.id)
        pilot.app.screen.reload()  # type: ignore[attr-defined]
        await until_true(pilot, lambda: timeline.board is not None and len(timeline.board.rows) == 1)
        await pilot.press("enter")
        await until_true(pilot, lambda: state(office, "R2")[1] != at("09:00"))
    assert [part.technician for part in visit_page(office.store, "R2").visit.assignments] == ["Ben Okafor"]
