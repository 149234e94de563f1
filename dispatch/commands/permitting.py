"""`dispatch visit ask-permission|permit|refuse|permissions`: words that settle a test, because a lead lets them."""

from __future__ import annotations

from dispatch.commands.declared import by, on_visit, reads
from dispatch.commands.options import JSON, REASON, Args, Store, User, option
from dispatch.commands.printing import Answer, listing
from dispatch.lazily import lazily
from dispatch.model.forms import form

with lazily(__name__):
    from db import permissions
    from dispatch.desk.closeout import permitting
    from dispatch.model import checklists

_ITEM = option("item", "ITEM", "T3, T4.mail")


@on_visit(
    "permit",
    "lead: let words settle a test at this visit",
    option("--reason", "TEXT", "needed where a way leads to what is tested", default=""),
    _ITEM,
)
def _permit(user: User, args: Args) -> str:
    item = permitting.give(user, args.reference, args.item, args.reason)
    how = checklists.BY_PERMISSION if item.lowered else checklists.NO_WAY_IN
    return f"{args.reference} {item.ref}: words settle it at this visit; it shows as attested, {how}."


@reads("permissions", "what technicians ask the leads to permit", JSON)
def _list(store: Store, _: Args) -> Answer:
    return listing(
        permissions.waiting(store),
        lambda request: form(request, "reference client item label by at@ why"),
        permitting.asked_text,
        "Nobody asks for a permission.",
    )


DEEDS = (
    on_visit(
        "ask-permission",
        "ask a lead to let words settle a test that cannot run",
        option("--why", "TEXT", default=""),
        _ITEM,
    )(by("closeout.permitting.ask", "{0.reference} {0.item}: the leads are asked.", ref="item")),
    _permit,
    on_visit("refuse", "lead: do not let words settle a test", REASON, _ITEM)(
        by("closeout.permitting.refuse", "{reference} {item}: words do not settle it.", ref="item")
    ),
    _list,
)
