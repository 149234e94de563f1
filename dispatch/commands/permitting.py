"""`dispatch visit ask-permission|permit|refuse|permissions`: words that settle a test, because a lead lets them."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from dispatch.commands.opening import open_seat, open_store

Deed = Callable[..., argparse.ArgumentParser]


def add_deeds(deed: Deed) -> None:
    """Register the deeds with the group of `dispatch visit`."""
    ask = deed("ask-permission", _ask, "ask a lead to let words settle a test that cannot run")
    ask.add_argument("--why", default="", metavar="TEXT")
    permit = deed("permit", _permit, "lead: let words settle a test at this visit")
    permit.add_argument("--reason", default="", metavar="TEXT", help="needed where a way leads to what is tested")
    refuse = deed("refuse", _refuse, "lead: do not let words settle a test")
    refuse.add_argument("--reason", required=True, metavar="TEXT")
    for parser in (ask, permit, refuse):
        parser.add_argument("item", metavar="ITEM", help="T3, T4.mail")
    listing = deed("permissions", _list, "what technicians ask the leads to permit", reference=False)
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")


def _ask(args: argparse.Namespace) -> int:
    from dispatch.desk import permitting
    from dispatch.model.text import show

    asked = permitting.ask(open_seat(args), args.reference, args.item, args.why)
    print(f"{show(asked.reference)} {show(asked.item)}: the leads are asked.")
    return 0


def _permit(args: argparse.Namespace) -> int:
    from dispatch.desk import permitting
    from dispatch.model.checklists import BY_PERMISSION, NO_WAY_IN
    from dispatch.model.text import show

    item = permitting.give(open_seat(args), args.reference, args.item, args.reason)
    how = BY_PERMISSION if item.lowered else NO_WAY_IN
    print(f"{show(args.reference)} {show(item.ref)}: words settle it at this visit; it shows as attested, {how}.")
    return 0


def _refuse(args: argparse.Namespace) -> int:
    from dispatch.desk import permitting
    from dispatch.model.text import show

    permitting.refuse(open_seat(args), args.reference, args.item, args.reason)
    print(f"{show(args.reference)} {show(args.item)}: words do not settle it.")
    return 0


def _list(args: argparse.Namespace) -> int:
    from db import permissions
    from dispatch.commands.forms import asking_form, print_json
    from dispatch.desk.permitting import asked_text

    found = permissions.waiting(open_store(args))
    if args.json:
        print_json([asking_form(one) for one in found])
        return 0
    print("\n".join(map(asked_text, found)) or "Nobody asks for a permission.")
    return 0
