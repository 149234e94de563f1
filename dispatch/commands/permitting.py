"""`dispatch visit ask-permission|permit|refuse|permissions`: words that settle a test, because a lead lets them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from dispatch.commands.declared import JSON, REASON, Listing, by, on_visit, option, reads

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.seat import Seat


def _permit(seat: Seat, args: argparse.Namespace) -> str:
    from dispatch.desk import permitting
    from dispatch.model.checklists import BY_PERMISSION, NO_WAY_IN

    item = permitting.give(seat, args.reference, args.item, args.reason)
    how = BY_PERMISSION if item.lowered else NO_WAY_IN
    return f"{args.reference} {item.ref}: words settle it at this visit; it shows as attested, {how}."


def _refuse(seat: Seat, args: argparse.Namespace) -> str:
    from dispatch.desk import permitting

    permitting.refuse(seat, args.reference, args.item, args.reason)
    return f"{args.reference} {args.item}: words do not settle it."


def _list(store: Store, args: argparse.Namespace) -> Listing:
    from db import permissions
    from dispatch.commands.forms import asking_form
    from dispatch.desk.permitting import asked_text

    return Listing(permissions.waiting(store), asking_form, asked_text, "Nobody asks for a permission.")


_ITEM = option("item", "ITEM", "T3, T4.mail")
DEEDS = (
    on_visit(
        "ask-permission",
        by("permitting.ask", "reference", "item", "why", says="{0.reference} {0.item}: the leads are asked."),
        "ask a lead to let words settle a test that cannot run",
    ).takes(option("--why", "TEXT", default=""), _ITEM),
    on_visit("permit", _permit, "lead: let words settle a test at this visit").takes(
        option("--reason", "TEXT", "needed where a way leads to what is tested", default=""), _ITEM
    ),
    on_visit("refuse", _refuse, "lead: do not let words settle a test").takes(REASON, _ITEM),
    reads("permissions", _list, "what technicians ask the leads to permit").takes(JSON),
)
