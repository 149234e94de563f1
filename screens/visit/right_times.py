"""Asking for a recorded time, or words, that are to be put right; what stood there is kept beside."""

from __future__ import annotations

from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.instants import clock_text, day_of
from dispatch.model.text import show
from dispatch.model.typed_times import parse_when
from dispatch.model.visits import MOMENTS, Assignment, Visit
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.user_screen import UserScreen
from screens.visit.charge_change import fill_and_do

with lazily(__name__):
    from dispatch.desk.closeout import arriving, clocking
    from dispatch.desk.review import reviewing


def instant_of(visit: Visit, typed: str, now: int) -> int:
    """An instant as it is typed: a clock time is on the day of the visit.

    Raises:
        Faulty: it cannot be read.
    """
    begun = visit.checked_in_at or visit.starts_at or now
    try:
        return parse_when(typed, visit.zone, now=now, day=day_of(begun, visit.zone))
    except ValueError as fault:
        raise Faulty([str(fault)]) from None


async def arrive(screen: UserScreen, visit: Visit, technician: str | None) -> Visit | None:
    """Check in, having asked who comes early whether that was agreed; None where it was not done."""
    agreed = ""
    if arriving.early(visit, screen.user.now):
        agreed = await screen.ask(
            f"Planned for {clock_text(visit.starts_at or 0, visit.zone, screen.user.firm.clock_hours == 24)}",
            "You are early. If the client agreed to begin now, type who did; "
            "left empty, the time before the appointment is not charged.",
        )
    return await screen.do(
        arriving.arrive, visit.reference, technician=technician, early_agreed_by=agreed, early_not_agreed=not agreed
    )


async def ask_time(screen: UserScreen, visit: Visit) -> None:
    """Ask which time of a visit is wrong and what is right, and put it right."""
    part = await _whose(screen, visit)
    if part is None:
        return
    rows = [
        ChoiceRow(f"{what:8} {'–' if moment is None else clock_text(moment, visit.zone)}", what)
        for what, column in MOMENTS.items()
        if (moment := getattr(part, column)) is not None
        or (column != "return_at" and clocking.may_be_entered(visit, column))
    ]
    if not rows:
        return
    what = await screen.choose("Which time?", rows)
    fields = [AskedField("at", "Right time", placeholder="13:35"), AskedField("reason", "Why")]

    def deed(typed: dict[str, str]) -> None:
        at = instant_of(visit, typed["at"], screen.user.now)
        clocking.correct(screen.user, visit.reference, what, at, typed["reason"], technician=part.technician)

    await fill_and_do(screen, visit.reference, f"The {what} at {visit.client}", fields, deed)


async def ask_words(screen: UserScreen, reference: str) -> None:
    """Ask which words of a visit are wrong and what is right, and put them right."""
    written = screen.look(reviewing.words_of, screen.user.store, reference)
    if not written:
        if written is not None:
            screen.say("Nothing was written on it.")
        return
    rows = [ChoiceRow(f"{words.item:8} {show(words.text, 100)}", words) for words in written]
    before = await screen.choose("Which words?", rows)
    fields = [AskedField("words", "Right words", " ".join(before.text.split())), AskedField("reason", "Why")]

    def save(typed: dict[str, str]) -> object:
        return reviewing.correct_words(screen.user, reference, str(before.sequence), typed["words"], typed["reason"])

    await screen.fill_in(f"{before.item} of {reference}", fields, save)


async def _whose(screen: UserScreen, visit: Visit) -> Assignment | None:
    """The part of a visit that is meant: one's own, else the only one, else the one that is chosen."""
    own = visit.assignment_of(screen.user.staff.id)
    if own is not None or len(visit.assignments) < 2:
        return own or next(iter(visit.assignments), None)
    return await screen.choose("Whose time?", [ChoiceRow(part.technician, part) for part in visit.assignments])
