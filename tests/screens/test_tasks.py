"""What people want to do on a screen, in the help and in the palette."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from textual.binding import Binding

from dispatch.app import DispatchApp
from screens.dialogs.finder import FindScreen
from screens.program.keymap import EVERYWHERE, PLACES, own_bindings
from screens.program.keys import TASKS, KeysHelp
from screens.program.tasks import EVERYWHERE as ANYWHERE
from screens.program.tasks import all_tasks
from tests.desk.conftest import Office
from tests.screens.test_keymap import shown
from tests.screens.test_screens import opened, press, until, until_true
from widgets.lines.line_list import LineList
from widgets.listed import FoundList, KeyLine


def named(name: str) -> Any:
    module, _, member = name.partition(":")
    return getattr(import_module(module), member)


def places() -> Iterator[tuple[str, set[str]]]:
    """Each screen's name in its help, and the ids of all that works there."""
    everywhere = [DispatchApp, *map(named, EVERYWHERE.owners)]
    for place in PLACES:
        for screen in map(named, place.owners):
            owners = [*screen.__mro__, *everywhere, *map(named, place.widgets)]
            bindings: list[Binding] = [binding for owner in owners for binding in own_bindings(owner)]
            if title := getattr(screen, "TITLE_WORD", ""):
                yield title, {binding.id or "" for binding in bindings}
    yield ANYWHERE, {binding.id or "" for owner in everywhere for binding in own_bindings(owner)}


def test_every_task_is_done_by_keys_of_its_screen() -> None:
    known = dict(places())
    wrong = [
        f"{screen}: {task.does}: {name}"
        for screen, tasks in all_tasks().items()
        for task in tasks
        for name in task.ids
        if name not in known.get(screen, ())
    ]
    assert wrong == []


def test_tasks_of_a_screen_are_told_apart_and_say_their_steps() -> None:
    for tasks in all_tasks().values():
        assert len({task.does for task in tasks}) == len(tasks)
        assert all(task.deed in task.ids for task in tasks)


async def test_help_begins_with_what_people_want_and_enter_does_it(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await pilot.press("question_mark")
        await until(pilot, KeysHelp)
        lines: LineList[KeyLine] = pilot.app.screen.query_one(LineList)
        await until_true(pilot, lambda: lines.selected is not None)
        assert lines.selected is not None
        assert lines.selected.section == TASKS
        assert lines.select_key("know how we are doing")
        await pilot.press("enter")
        await until_true(pilot, lambda: getattr(pilot.app.screen, "TITLE_WORD", "") == "the figures")


async def test_help_tells_the_persons_own_keys(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        assert isinstance(pilot.app, DispatchApp)
        pilot.app.rebind({"visit.assign": "f7"})
        await pilot.press("question_mark")
        await until(pilot, KeysHelp)
        await until_true(pilot, lambda: "arrows to it, f7" in " ".join(shown(pilot).split()))


async def test_help_offers_what_the_persons_roles_may_do(office: Office) -> None:
    async with opened(office.ana, "day", (120, 36)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, KeysHelp)
        lines: LineList[KeyLine] = pilot.app.screen.query_one(LineList)
        await until_true(pilot, lambda: lines.selected is not None)
        assert lines.select_key("take a break, wait, or go home")
        assert not lines.select_key("send a client their month")


async def test_help_is_searched_by_what_people_say(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("question_mark")
        await until(pilot, KeysHelp)
        lines: LineList[KeyLine] = pilot.app.screen.query_one(LineList)
        await pilot.press("slash")
        await until(pilot, FindScreen)
        await press(pilot, *"reschedule")
        await until_true(pilot, lambda: "1 found" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, KeysHelp)
        assert lines.selected is not None
        assert lines.selected.id == "move a visit to another time or technician"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("place", "Assign"),
        ("schedule", "Assign"),
        ("reschedule", "Move"),
        ("optimize", "Plan"),
        ("excel", "Import"),
        ("backup", "keep a copy of everything"),
        ("print", "print a day, a month or a visit"),
        ("password", "let people in by keys, without passwords"),
        ("language", "set currency, units, clock or paper"),
    ],
)
async def test_palette_knows_what_people_call_it(office: Office, words: str, name: str) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, FindScreen)
        await press(pilot, *words)
        found = pilot.app.screen.query_one(FoundList)
        await until_true(pilot, lambda: found.selected is not None and found.selected.name == name)
