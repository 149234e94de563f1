"""What was used at a client's: read against the rate card, and taken back when it was entered by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from db import agreements, stays
from db.store import Store
from dispatch.desk.charges.charge_input import standing
from dispatch.desk.charges.charging import open_charge, settled
from dispatch.desk.session.refusals import NotFound, reason_of, refuse, taken
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import on_visit, own_parts
from dispatch.model.instants import day_of
from dispatch.model.money import shortest
from dispatch.model.states import Role
from dispatch.model.text import NAME, show
from dispatch.model.visits import UsedItem, Visit


def on_card(store: Store, visit: Visit) -> Mapping[str, Any]:
    """The items of the rate card that a visit is charged by (of its day, or of the sheet that is kept), by code; empty without
    a card."""
    if (sheet := standing(store, visit)) is not None:
        return sheet.input["card"].get("items", {})  # type: ignore[no-any-return]
    anchor = store.clock.now() if visit.anchor is None else visit.anchor
    card = agreements.rate_card_on(store, day_of(anchor, visit.zone))
    items = card.card.get("items", {}) if card is not None else {}
    return items if isinstance(items, Mapping) else {}


def read(user: User, visit: Visit, what: str, quantity: str, amount: str | None) -> UsedItem:
    """What somebody typed, checked.

    Raises:
        Faulty: with everything that cannot be taken.
    """
    faults: list[str] = []
    items = on_card(user.store, visit)
    number = _number(quantity, "quantity", faults)
    label = taken("item", what, NAME, faults)
    code = next((key for key in items if key.casefold() == label.casefold()), None)
    price = None
    if amount is not None:
        price = _number(amount, "amount", faults)
        if Role.LEAD not in user.roles_now:
            faults.append("amount: only a lead sets the price of what is not on the rate card")
        code = None
    elif code is None and label:
        known = ", ".join(show(one) for one in items) or "none"
        faults.append(f"item: {show(label, 40)!r} is not on the rate card; it has {known}")
    if not label and not faults:
        faults.append("item: is missing")
    refuse(faults)
    assert number is not None
    return UsedItem(code, label if code is None else code, number, price)


def take_back(user: User, reference: str, item_id: int, reason: str) -> Visit:
    """Take back something that was entered by mistake; an ended visit is charged again without it.

    Raises:
        NotFound: there is no such entry on the visit.
        Refusal, NotAllowed: the charge must not be changed.
    """
    with on_visit(user, reference, "take back an item", Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        own_parts(user, visit, None)
        why = reason_of(reason)
        entered = next((item for item in stays.items_of(user.store, visit.id) if item.id == item_id), None)
        if entered is None:
            raise NotFound(f"{show(visit.reference)} has no entry {item_id}.")
        open_charge(user, unit, visit, why)
        stays.withdraw_item(unit, item_id)
        unit.audit("visit", visit.id, withdrawn=f"{entered.quantity} × {entered.label}", reason=why)
        return settled(user, unit, visit, why)


def _number(text: str, name: str, faults: list[str]) -> str | None:
    try:
        number = Decimal(text.strip())
        good = number.is_finite() and 0 < number <= 1_000_000 and number == round(number, 4)
    except InvalidOperation:
        good = False
    if not good:
        faults.append(f"{name}: {show(text, 20)!r} is not a number above 0, such as 2 or 1.5")
        return None
    return shortest(number)
