"""`dispatch visit ask-permission|permit|refuse|permissions`: words that settle a test, because a lead lets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.commands.declared import JSON, REASON, Args, by, on_visit, option, reads
from dispatch.commands.printing import Listing
from dispatch.model.forms import form

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.seat import Seat

_ITEM = option("item", "ITEM", "T3, T4.mail")


@on_visit(
    "permit",
    "lead: let words settle a test at this visit",
    option("--reason", "TEXT", "needed where a way leads to what is tested", default=""),
    _ITEM,
)
def _permit(seat: Seat, args: Args) -> str:
    from dispatch.desk import permitting
    from dispatch.model.checklists import BY_PERMISSION, NO_WAY_IN

    item = permitting.give(seat, args.reference, args.item, args.reason)
    how = BY_PERMISSION if item.lowered else NO_WAY_IN
    return f"{args.reference} {item.ref}: words settle it at this visit; it shows as attested, {how}."


@on_visit("refuse", "lead: do not let words settle a test", REASON, _ITEM)
def _refuse(seat: Seat, args: Args) -> str:
    from dispatch.desk import permitting

    permitting.refuse(seat, args.reference, args.item, args.reason)
    return f"{args.reference} {args.item}: words do not settle it."


@reads("permissions", "what technicians ask the leads to permit", JSON)
def _list(store: Store, _: Args) -> Listing:
    from db import permissions
    from dispatch.desk.permitting import asked_text

    return Listing(
        permissions.waiting(store),
        lambda one: form(one, "reference client item label by at@ why"),
        asked_text,
        "Nobody asks for a permission.",
    )


DEEDS = (
    on_visit(
        "ask-permission",
        "ask a lead to let words settle a test that cannot run",
        option("--why", "TEXT", default=""),
        _ITEM,
    )(by("permitting.ask", "{0.reference} {0.item}: the leads are asked.", ref="item")),
    _permit,
    _refuse,
    _list,
)
