"""What a lead does with a visit under review, on the log and on the visit's history."""

from __future__ import annotations

from dispatch.desk.review import reviewing
from dispatch.desk.session.unsent import Unsent
from dispatch.lazily import lazily
from dispatch.model.states import LEADS
from screens.binding import command
from screens.dialogs.asked import ChoiceRow, a_reason
from screens.log import charges
from screens.user_screen import UserScreen

with lazily(__name__):
    from screens.visit import right_times


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
        await charges.ask_again(screen, visit.reference, afresh=chosen == "afresh")


REVIEW = (approve, send_back, put_right, charges.accept, charges.goodwill, charges.travel)
"""What a lead does with a visit under review."""
