"""A keyboard with letters, digits, space, enter, arrows and backspace, as a phone has it, does every deed of a technician."""

from __future__ import annotations

import string

import pytest
from textual.pilot import Pilot

from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.model.checklists import Item, ItemKind, Result
from dispatch.model.states import State
from screens.dialogs.note import AskNote
from screens.dialogs.questions import AskConfirm, AskText, Form
from screens.prices.sheet_view import ChargeSheet
from screens.visit.day import DayScreen
from screens.visit.visit import VisitScreen
from tests.desk.conftest import Office, at
from tests.screens.test_screens import opened, state, until
from tests.screens.test_typing import at_rest, burst
from widgets.checklist import ChecklistView

KEYS = {*string.ascii_letters, *string.digits, "space", "enter", "up", "down", "left", "right", "backspace"}


async def tap(pilot: Pilot[None], *keys: str) -> None:
    """Press keys that a phone has."""
    assert KEYS.issuperset(keys), set(keys) - KEYS
    await burst(pilot, [{"space": " "}.get(key, key) for key in keys])
    await at_rest(pilot)


async def write(pilot: Pilot[None], words: str) -> None:
    """Type words."""
    await tap(pilot, *("space" if letter == " " else letter for letter in words))


async def to_item(pilot: Pilot[None], ref: str) -> None:
    """Go to an item by the arrows."""
    assert isinstance(pilot.app.screen, VisitScreen), (
        ref,
        [str(one.render()) for one in pilot.app.screen.query("Label")],
    )
    view = pilot.app.screen.query_one(ChecklistView)
    assert view.selected is not None
    refs = [entry.value.ref for entry in view._entries if entry.value is not None]
    steps = refs.index(ref) - refs.index(view.selected.ref)
    await tap(pilot, *["down" if steps > 0 else "up"] * abs(steps))
    assert view.selected.ref == ref


async def settle(pilot: Pilot[None], item: Item) -> None:
    """Record a good result of an item."""
    await to_item(pilot, item.ref)
    await tap(pilot, "space")
    if item.kind is ItemKind.SIGN_OFF:
        await until(pilot, Form)
        await write(pilot, "J Lowe")
        await tap(pilot, "down", "down")
        await write(pilot, "thank you")
        await tap(pilot, "down", "enter")
    elif isinstance(pilot.app.screen, AskNote):
        await write(pilot, "nothing was changed")
        await tap(pilot, "down", "enter")
    elif isinstance(pilot.app.screen, AskText):
        await write(pilot, "seen working at the desk as " + "".join(filter(str.isalnum, item.ref)))
        await tap(pilot, "enter")


@pytest.mark.again
async def test_a_whole_visit(office: Office) -> None:  # noqa: PLR0915  one walk from beginning to end
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.dispatch(office.dana, "R1")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:00"))
    schedule.dispatch(office.dana, "R2")
    office.go("08:40")
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await tap(pilot, "space")
        assert state(office, "R1")[0] is State.EN_ROUTE
        await tap(pilot, "space")
        await until(pilot, AskText)  # early: did the client agree?
        await tap(pilot, "enter")
        await until(pilot, VisitScreen)
        assert state(office, "R1")[0] is State.ON_SITE

        # a note that is left, taken up again, and saved
        await tap(pilot, "w")
        await write(pilot, "new driver")
        await tap(pilot, "enter")
        await write(pilot, "on the server")
        await tap(pilot, "down", "right", "enter")
        await tap(pilot, "w", "down", "enter")
        await until(pilot, VisitScreen)
        # something that the client asks for, done now
        await tap(pilot, "n")
        await write(pilot, "a longer cable")
        await tap(pilot, "enter")
        # a question that is left unanswered, a choice that is left, a break
        await tap(pilot, "B", "down", "enter")
        await until(pilot, VisitScreen)
        await tap(pilot, "C", "q")
        await until(pilot, VisitScreen)
        await tap(pilot, "C", "down", "up", "enter")
        await tap(pilot, "C", "enter")

        checklist = visit_page(office.store, "R1").checklist
        spare = next(one for one in checklist.items if one.na_allowed and one.kind is ItemKind.TEST)
        await to_item(pilot, spare.ref)
        await tap(pilot, "f")
        await write(pilot, "the printer says nothing")
        await tap(pilot, "enter")
        for item in checklist.items:
            if item.kind is not ItemKind.SIGN_OFF and item.required and item.ref not in ("W2", "A3"):
                office.clock.advance(60)
                await settle(pilot, item)
        named = [one for one in visit_page(office.store, "R1").checklist.items if one.kind is ItemKind.NAMED]
        for item in named:
            await to_item(pilot, item.ref)
            await tap(pilot, "space", "down", "down", "enter")
            await write(pilot, "not today")
            await tap(pilot, "enter")
        for item in visit_page(office.store, "R1").checklist.items:
            if item.required and (item.latest is None or item.kind is ItemKind.SIGN_OFF):
                office.clock.advance(60)
                await settle(pilot, item)
        assert not visit_page(office.store, "R1").unmet, visit_page(office.store, "R1").unmet
        await tap(pilot, "x")
        await until(pilot, AskConfirm)
        await tap(pilot, "y")
        await until(pilot, ChargeSheet)
        await tap(pilot, "q", "p", "q", "q")
        await until(pilot, DayScreen)
        assert state(office, "R1")[0] is State.CLOSED

        # the next one lets nobody in
        await tap(pilot, "left", "right", "down", "space", "N")
        await until(pilot, AskText)
        await write(pilot, "Dr Lowe")
        await tap(pilot, "enter")
        assert state(office, "R2")[0] is State.NO_ACCESS, [one.message for one in pilot.app._notifications]


async def test_what_does_not_apply(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await tap(pilot, "enter")
        await until(pilot, VisitScreen)
        item = next(one for one in visit_page(office.store, "R1").checklist.items if one.na_allowed)
        await to_item(pilot, item.ref)
        await tap(pilot, "d")
        await write(pilot, "there is no such thing here")
        await tap(pilot, "enter")
        items = {one.ref: one for one in visit_page(office.store, "R1").checklist.items}
        latest = items[item.ref].latest
        assert latest is not None
        assert latest.result is Result.NA
