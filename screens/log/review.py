"""What a lead does with a visit under review, on the log and on the visit's history; a form about a charge stays open until it is
taken."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.desk.figures import lateness
from dispatch.desk.review import late_causes, reviewing
from dispatch.desk.session.shown import Shown
from dispatch.desk.session.unsent import Unsent
from dispatch.lazily import lazily
from dispatch.levels.late_causes import TOLD, LateCause
from dispatch.model.promises import Promise
from dispatch.model.states import LEADS
from dispatch.model.visits import Visit
from screens.binding import command
from screens.dialogs.asked import AskedField, ChoiceRow, a_reason
from screens.user_screen import UserScreen

with lazily(__name__):
    from dispatch.desk.billing import adjusting
    from dispatch.desk.log import visit_page
    from screens.board import answering
    from screens.visit import right_times

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

    await right_times.fill_and_do(screen, reference, f"Goodwill on {reference}", fields, give)


@command("T", "charge.travel", "Travel", LEADS, about="reference_here")
async def travel(screen: UserScreen, reference: str) -> None:
    """Set the travel by hand, with a reason."""
    fields = (AskedField("amount", "Travel charge", placeholder="25.00; empty: by the rate card again"), _REASON)

    def put(typed: dict[str, str]) -> object:
        return adjusting.set_travel(screen.user, reference, typed["amount"].strip() or None, typed["reason"])

    await right_times.fill_and_do(screen, reference, f"Travel of {reference}", fields, put)


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
    await right_times.fill_and_do(screen, reference, title, (_REASON,), take, stays="is accepted at")


async def ask_again(screen: UserScreen, reference: str, *, afresh: bool) -> None:
    """Ask why an ended visit is reckoned again, from its record as it is now, and do it.

    Args:
        afresh: by what the book says today, instead of what it was priced from.
    """

    def correct(typed: dict[str, str]) -> object:
        return adjusting.correct_charge(screen.user, reference, typed["reason"], afresh=afresh)

    title = f"Reckon {reference} afresh, by today's book" if afresh else f"Reckon {reference} again"
    await right_times.fill_and_do(screen, reference, title, (_REASON,), correct)


@command("y", "review.approve", "Approve", LEADS)
async def approve(screen: UserScreen) -> None:
    """Approve the visit; what it does is shown first."""
    reference = screen.reference_here()
    judged = None if reference is None else screen.look(reviewing.judge, screen.user.store, reference)
    if judged is None or reference is None:
        return
    if judged.refusals:
        screen.say("\n".join([f"{reference} cannot be approved:", *judged.refusals]), "warning")
        return
    if await _ask_unsettled(screen, judged.visit):
        judged = screen.look(reviewing.judge, screen.user.store, reference) or judged
    reason = ""
    if judged.doubts:
        reason = await screen.ask(
            f"Approve {reference} all the same?",
            "\n".join([*judged.doubts, *judged.consequences, "Why is it right? The reason is kept."]),
            check=a_reason,
        )
    else:
        await screen.confirm(f"Approve {reference}?", judged.consequences)
    visit = await screen.do(reviewing.approve, reference, reason, judged.shown)
    if visit is not None:
        screen.say(reviewing.approved_words(screen.user.store, visit))


@command("b", "review.send-back", "Send back", LEADS, about="reference_here")
async def send_back(screen: UserScreen, reference: str) -> None:
    """Back to the technician, with a comment."""
    unsent = Unsent(screen.user, "comment", reference)
    hint = "What is missing, or wrong? It stands in the technician's day."
    comment = await screen.ask_note(f"Send {reference} back", hint, unsent)
    if await screen.do(reviewing.send_back, reference, comment) is not None:
        screen.say(f"{reference} is sent back. It comes to be reviewed again when it is answered.")


@command("e", "review.correct", "Put right", LEADS)
async def put_right(screen: UserScreen) -> None:
    """A time or words, with a reason; the original stays."""
    visit = screen.whole_visit()
    if visit is None:
        return
    rows = [
        ChoiceRow("a time", "time", "the charge is reckoned again as its next revision"),
        ChoiceRow("words: evidence, an answer, a note", "words"),
        ChoiceRow(
            "the charge, from the record as it is now", "again", "by what the visit was priced from when it ended"
        ),
        ChoiceRow("the charge afresh", "afresh", "by today's rate card, agreement, site and client"),
    ]
    chosen = await screen.choose(f"Put right on {visit.reference}", rows)
    if chosen == "time":
        await right_times.ask_time(screen, visit)
    elif chosen == "words":
        await right_times.ask_words(screen, visit.reference)
    else:
        await ask_again(screen, visit.reference, afresh=chosen == "afresh")


@command("l", "review.late", "Why late", LEADS)
async def why_late(screen: UserScreen) -> None:
    """Why somebody came late, nobody came, or a target was missed: told once, where the record does not say or you know better."""
    visit = screen.whole_visit()
    if visit is None:
        return
    untold = screen.look(late_causes.broken, screen.user.store, visit)
    if untold is None:
        return
    if not untold:
        if missed := screen.look(answering.unexplained_of, screen.user.store, visit):
            await answering.ask_causes(screen, visit.reference, missed)
        else:
            screen.say(f"{visit.reference} broke no promise and missed no target whose cause is not told.")
        return
    recorded = screen.look(lateness.recorded, screen.user.store, visit, untold) or lateness.Lateness("", "")
    if await _ask_cause(screen, visit, untold, recorded, ()):
        screen.say(f"The cause of {visit.reference} is kept, as you tell it.")


async def _ask_unsettled(screen: UserScreen, visit: Visit) -> bool:
    """Ask why a visit was late before it is approved, where the record does not say; whether it was told."""
    untold = screen.look(late_causes.broken, screen.user.store, visit)
    if not untold:
        return False
    recorded = screen.look(lateness.recorded, screen.user.store, visit, untold)
    if recorded is None or recorded.gravest not in ("", LateCause.UNKNOWN):
        return False
    leave = ChoiceRow("I cannot tell either", "", "it stays to be looked at")
    return await _ask_cause(screen, visit, untold, recorded, (leave,))


async def _ask_cause(
    screen: UserScreen,
    visit: Visit,
    untold: Sequence[Promise],
    recorded: lateness.Lateness,
    more: Sequence[ChoiceRow[str]],
) -> bool:
    """Ask why a visit broke its promises, the record's own answer first, and keep what is told; whether something was."""
    times = screen.user.firm.times()
    rows = [
        ChoiceRow(str(cause), name, f"by the record: {recorded.text}" if recorded.gravest == cause else "")
        for name, cause in TOLD.items()
    ]
    rows.sort(key=lambda row: not row.detail)
    said = "; ".join(one.words(times) for one in untold)
    cause = await screen.choose(f"Why was {visit.reference} late? {said}", [*rows, *more])
    if not cause:
        return False
    words = await screen.ask("What made it late?", check=a_reason) if TOLD[cause] is LateCause.OTHER else ""
    return await screen.do(late_causes.tell, visit.reference, cause, words) is not None


REVIEW = (approve, send_back, put_right, why_late, accept, goodwill, travel)
"""What a lead does with a visit under review."""
