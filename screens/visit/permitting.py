"""Words that settle a test: a technician asks for it with a key, a lead answers with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import permissions
from dispatch.desk.closeout import permitting
from dispatch.desk.closeout.permitting import ASKED, asked_text
from dispatch.lazily import lazily
from dispatch.model.checklists import Item, called
from dispatch.model.states import Role
from screens.dialogs.asked import ChoiceRow, a_reason

with lazily(__name__):
    from dispatch.desk.log import visit_page

if TYPE_CHECKING:
    from dispatch.model.checklists import Asking
    from screens.user_screen import UserScreen


async def of_item(screen: UserScreen, reference: str, item: Item) -> None:
    """What a person does about words for an item: a lead answers or lowers it, its technician asks."""
    if screen.user.has(Role.LEAD):
        asking = permissions.waiting_for(screen.user.store, item.id)
        await (_answer(screen, asking) if asking is not None else _lower(screen, reference, item))
    elif (asking := await screen.do(permitting.ask, reference, item.ref)) is not None:
        screen.say(f"The leads are asked: {asked_text(asking)}")


async def of_all(screen: UserScreen) -> None:
    """What a lead is asked for, one after the other."""
    waiting = permissions.waiting(screen.user.store)
    if not waiting:
        screen.say("Nobody asks for a permission.")
        return
    asking = await screen.choose(
        "Words instead of a test that runs", [ChoiceRow(asked_text(asking), asking) for asking in waiting]
    )
    await _answer(screen, asking)


async def _answer(screen: UserScreen, asking: Asking) -> None:
    rows = [ChoiceRow("yes, words settle it at this visit", "yes"), ChoiceRow("no, and why", "no")]
    chosen = await screen.choose(asked_text(asking), rows)
    if chosen == "yes":
        page = screen.look(visit_page.visit_page, screen.user.store, asking.reference)
        if page is not None and (item := page.checklist.item(asking.item)) is not None:
            await _lower(screen, asking.reference, item)
    else:
        reason = await screen.ask(f"{called(asking.label)}: why not?", "the technician reads it", check=a_reason)
        if await screen.do(permitting.refuse, asking.reference, asking.item, reason) is not None:
            screen.say(f"{called(asking.label)} stays as it is.")


async def _lower(screen: UserScreen, reference: str, item: Item) -> None:
    """Give the permission; one that needs a reason asks for it."""
    reason = ""
    if item.asks in ASKED:
        hint = "why will words do? it shows as attested by permission"
        reason = await screen.ask(f"{item.called} asks for {ASKED[item.asks]}", hint, check=a_reason)
    if await screen.do(permitting.give, reference, item.ref, reason) is not None:
        screen.say(f"Words settle {item.called} at this visit.")
