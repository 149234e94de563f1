"""What a lead does to a charge, asked for in a form that stays open until it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dispatch.desk.session.shown import Shown
from dispatch.lazily import lazily
from dispatch.model.states import LEADS
from screens.binding import command
from screens.dialogs.asked import AskedField
from screens.user_screen import UserScreen

with lazily(__name__):
    from dispatch.desk.billing import adjusting
    from dispatch.desk.log import visit_page
    from screens.visit import charge_change

_REASON = AskedField("reason", "Why", placeholder="it stands on the sheet and in the audit")


@command("g", "charge.goodwill", "Goodwill", LEADS, about="reference_here")
async def goodwill(screen: UserScreen, reference: str) -> None:
    """Give something away, with a reason."""
    fields = (
        AskedField("target", "On labour, travel or fee", "labour"),
        AskedField("value", "How much", placeholder="10% or 25.00"),
        _REASON,
    )

    def give(typed: dict[str, str]) -> object:
        value = typed["value"].strip()
        mode = "percent" if value.endswith("%") else "amount"
        target = typed["target"].strip().casefold()
        return adjusting.give_goodwill(screen.user, reference, target, mode, value.removesuffix("%"), typed["reason"])

    await _ask(screen, reference, f"Goodwill on {reference}", fields, give)


@command("T", "charge.travel", "Travel", LEADS, about="reference_here")
async def travel(screen: UserScreen, reference: str) -> None:
    """Set the travel by hand, with a reason."""
    fields = (AskedField("amount", "Travel charge", placeholder="25.00; empty: by the rate card again"), _REASON)

    def put(typed: dict[str, str]) -> object:
        return adjusting.set_travel(screen.user, reference, typed["amount"].strip() or None, typed["reason"])

    await _ask(screen, reference, f"Travel of {reference}", fields, put)


@command("a", "charge.accept", "Accept", LEADS, about="reference_here")
async def accept(screen: UserScreen, reference: str) -> None:
    """Accept a charge that is flagged for review."""
    page = screen.look(visit_page.visit_page, screen.user.store, reference)
    if page is None:
        return
    charge = page.charge
    shown = Shown(page.visit.version, 0 if charge is None else charge.revision or 0)

    def take(typed: dict[str, str]) -> object:
        return adjusting.accept_charge(screen.user, reference, typed["reason"], shown)

    title = f"Accept the charge of {reference}"
    if charge is not None and charge.form["total"] is not None:
        title += f": {charge.form['total']} {charge.currency}"
    await _ask(screen, reference, title, (_REASON,), take, unchanged="is accepted at")


async def ask_again(screen: UserScreen, reference: str, *, afresh: bool) -> None:
    """Ask why an ended visit is reckoned again, from its record as it is now, and do it.

    Args:
        afresh: by what the book says today, instead of what it was priced from.
    """

    def correct(typed: dict[str, str]) -> object:
        return adjusting.correct_charge(screen.user, reference, typed["reason"], afresh=afresh)

    title = f"Reckon {reference} afresh, by today's book" if afresh else f"Reckon {reference} again"
    await _ask(screen, reference, title, (_REASON,), correct)


async def _ask(
    screen: UserScreen,
    reference: str,
    title: str,
    fields: Sequence[AskedField],
    deed: Callable[[dict[str, str]], object],
    *,
    unchanged: str = "stays",
) -> None:
    page = screen.look(visit_page.visit_page, screen.user.store, reference)
    before = page.charge.form["total"] if page is not None and page.charge is not None else None
    if not await charge_change.fill_and_do(screen, reference, title, fields, deed):
        return
    page = screen.look(visit_page.visit_page, screen.user.store, reference)
    charge = None if page is None else page.charge
    if charge is not None and charge.form["total"] is not None:
        total = f"{charge.form['total']} {charge.currency}"
        screen.say(
            f"The charge {unchanged} {total}." if charge.form["total"] == before else f"The charge is {total} now."
        )
    else:
        screen.say("Done; the charge is still blocked.")
