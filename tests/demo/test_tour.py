"""The tour of the sample firm: each step is one that can be done, and is seen when it was done."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from db.store import Store
from dispatch.app import DispatchApp
from dispatch.demo.tour import VISIT, TourChapter, chapters, reachable
from dispatch.desk.closeout import leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session.user import log_in
from dispatch.model.checklists import Item, ItemKind
from screens.dialogs.questions import AskConfirm, AskText, Choose
from screens.log.visit_record import VisitRecord
from screens.program.guide import Guide
from screens.program.keymap import key_rows
from screens.visit.running_tests import RunTests
from screens.visit.visit import VisitScreen
from tests.desk.conftest import good
from tests.prepared import copied
from tests.screens.test_keymap import shown
from tests.screens.test_screens import press, until, until_true
from tests.terminal.terminal import terminal
from widgets.queue import Queue


def test_every_step_names_keys_that_there_are() -> None:
    known = {row.id for row in key_rows(DispatchApp)}
    said = [text for chapter in chapters() for text in (chapter.end, *(step.says for step in chapter.steps))]
    assert {name for text in said for name in re.findall(r"\{([^}]*)\}", text)} <= known
    assert all(bool(step.deed) != bool(step.screen) for chapter in chapters() for step in chapter.steps)


@pytest.fixture
def sample(day_of_sample: Path, tmp_path: Path) -> Path:
    return copied(day_of_sample, tmp_path / "sample.db")


@contextmanager
def session(path: Path, login: str) -> Iterator[tuple[Store, DispatchApp, TourChapter]]:
    chapter = next(one for one in chapters() if one.login == login)
    with Store.open(path) as store:
        app = DispatchApp(log_in(store, login), chapter.mode)
        app.guide = Guide(chapter.steps, chapter.end)
        yield store, app, chapter


@asynccontextmanager
async def guided(path: Path, login: str) -> AsyncIterator[tuple[Store, Pilot[None], Guide]]:
    with session(path, login) as (store, app, chapter):
        async with app.run_test(size=(120, 36)) as pilot:
            assert app.guide is not None
            await until_true(pilot, lambda: f"1 of {len(chapter.steps)}" in shown(pilot))
            yield store, pilot, app.guide


async def test_the_dispatchers_part(sample: Path) -> None:
    async with guided(sample, "dana") as (_, pilot, guide):
        await press(pilot, "tab", "e")
        await until(pilot, Choose)
        await pilot.press("enter")
        await until_true(pilot, lambda: guide.done == 1)
        await pilot.press("c")
        await until_true(pilot, lambda: "Call ahead" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, AskText)
        await pilot.press("enter")
        await until_true(pilot, lambda: guide.done == 2)
        await press(pilot, "escape", "tab")
        queue = pilot.app.screen.query_one(Queue)
        while queue.selected is None or queue.selected.client != "Osprey Accounting":
            await press(pilot, "down")
        await pilot.press("a")
        await until(pilot, Choose)
        await press(pilot, "enter", "enter")
        if isinstance(pilot.app.screen, AskConfirm):
            await pilot.press("y")
        await until_true(pilot, lambda: guide.done == 3)
        await pilot.press("u")
        await until_true(pilot, lambda: guide.done == 4)
        await pilot.press("p")
        await until_true(pilot, lambda: guide.done == 5)


async def test_the_technicians_part(sample: Path) -> None:
    with reachable(sample):
        async with guided(sample, "finn") as (store, pilot, guide):
            await pilot.press("space")
            await until_true(pilot, lambda: guide.done == 1)
            await pilot.press("space")
            await until(pilot, AskText)
            await press(pilot, *"Jo Lowe", "enter")
            await until(pilot, VisitScreen)
            await until_true(pilot, lambda: guide.done == 2)
            await pilot.press("space")
            await until(pilot, AskText)
            await press(pilot, *"with Jo Lowe: all print by noon", "enter")
            await until_true(pilot, lambda: guide.done == 3)
            await pilot.press("R")
            await until(pilot, RunTests)
            await until_true(pilot, lambda: guide.done == 4)
            await until_true(pilot, lambda: pilot.app.screen._over)
            settle(store, lambda item: not item.runnable and item.kind is not ItemKind.SIGN_OFF)
            await press(pilot, "enter", "R")  # after work is noted, what was tested is tested again
            await until(pilot, RunTests)
            await until_true(pilot, lambda: pilot.app.screen._over)
            settle(store, lambda item: item.kind is ItemKind.SIGN_OFF)
            leaving.close(log_in(store, "finn"), VISIT)
            await pilot.press("enter")
            await until_true(pilot, lambda: guide.done == 5)
            await until_true(pilot, lambda: "next you are Lee" in shown(pilot))


def settle(store: Store, wanted: Callable[[Item], bool]) -> None:
    """A good result on what is wanted of Finn's visit and open."""
    finn = log_in(store, "finn")
    for item in visit_page(store, VISIT).checklist.items:
        if item.required and not item.counts and wanted(item):
            onsite.record(finn, VISIT, item.ref, good(item))


async def test_the_leads_part(sample: Path) -> None:
    async with guided(sample, "lee") as (_, pilot, guide):
        await press(pilot, "down", "enter")
        await until(pilot, VisitRecord)
        await until_true(pilot, lambda: guide.done == 1)
        await pilot.press("y")
        await until(pilot, AskConfirm)
        await pilot.press("y")
        await until_true(pilot, lambda: guide.done == 2)
        await press(pilot, "escape", "Y")
        await until(pilot, AskConfirm)
        await pilot.press("y")
        await until_true(pilot, lambda: guide.done == 3)
        await pilot.press("S")
        await until_true(pilot, lambda: guide.done == 4)
        await until_true(pilot, lambda: "That was the tour" in shown(pilot))


@pytest.mark.long
def test_the_tour_on_a_terminal_is_left_when_one_likes(kept_sample: Path, tmp_path: Path) -> None:
    with terminal(["tour"], db=tmp_path / "none.db", XDG_CACHE_HOME=str(kept_sample.parents[1])) as screen:
        screen.wait_for("1 of 6")
        screen.press("q")
        assert screen.wait_for_exit() == 0
        assert b"You left the tour at step 1 of dana" in screen.sent
