"""Putting right what was recorded, times or words: what stood there is kept beside, and how the charge of an ended visit changes is
shown, line by line, before anything is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dispatch.desk.billing.adjusting import ChargeChange, do_as_shown, rehearse
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.visits.steps import find
from dispatch.lazily import lazily
from dispatch.model.instants import Times, day_of
from dispatch.model.states import ENDED
from dispatch.model.text import show
from dispatch.model.typed_times import parse_when
from dispatch.model.visits import MOMENTS, Assignment, Visit
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.user_screen import UserScreen

with lazily(__name__):
    from dispatch.desk.closeout import arriving, clocking
    from dispatch.desk.review import reviewing


def instant_of(visit: Visit, typed: str, now: int) -> int:
    """An instant as it is typed: a clock time is on the day of the visit, of several on the one that it stands for.

    Raises:
        Faulty: it cannot be read.
    """
    begun = visit.checked_in_on(visit.day_number) or visit.starts_at or now
    try:
        return parse_when(typed, visit.zone, now=now, day=day_of(begun, visit.zone))
    except ValueError as fault:
        raise Faulty([str(fault)]) from None


def times_there(screen: UserScreen, visit: Visit) -> Times:
    """Times by the clocks of a visit's site, as its screens show and take them."""
    return screen.user.firm.times(visit.zone)._replace(where="at the office")


def clocks_of(screen: UserScreen, visit: Visit) -> str:
    """By whose clocks a time is typed, where a site's are not the office's."""
    differs = times_there(screen, visit).differs(screen.user.firm.zone, screen.user.now)
    return f" · by the clocks of {visit.zone}" if differs else ""


async def arrive(screen: UserScreen, visit: Visit, technician: str | None) -> Visit | None:
    """Check in, having asked who comes early whether that was agreed; None where it was not done."""
    agreed = ""
    if arriving.early(visit, screen.user.now):
        agreed = await screen.ask(
            f"Planned for {times_there(screen, visit).clock(visit.starts_at, screen.user.firm.zone)}",
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
    times = times_there(screen, visit)
    rows = [
        ChoiceRow(f"{what:8} {times.clock(moment, screen.user.firm.zone)}", what)
        for what, column in sorted(MOMENTS.items(), key=lambda moment: moment[0] != "leaving")  # it is wrong most often
        if (moment := getattr(part, column)) is not None
        or (column != "return_at" and clocking.may_be_entered(visit.on_day(part.day), column))
    ]
    if not rows:
        return
    what = await screen.choose("Which time?", rows)
    fields = [AskedField("at", "Right time", placeholder="13:35"), AskedField("reason", "Why")]

    def deed(typed: dict[str, str]) -> None:
        at = instant_of(visit.on_day(part.day), typed["at"], screen.user.now)
        clocking.correct(
            screen.user, visit.reference, what, at, typed["reason"], technician=part.technician, day=part.day
        )

    await fill_and_do(screen, visit.reference, f"The {what} at {visit.client}{clocks_of(screen, visit)}", fields, deed)


async def ask_words(screen: UserScreen, reference: str) -> None:
    """Ask which words of a visit are wrong and what is right, and put them right."""
    written = screen.look(reviewing.words_of, screen.user.store, reference)
    if not written:
        if written is not None:
            screen.say("Nothing was written on it.")
        return
    rows = [ChoiceRow(f"{words.called} {show(words.text, 100)}", words) for words in written]
    before = await screen.choose("Which words?", rows)
    fields = [AskedField("words", "Right words", " ".join(before.text.split())), AskedField("reason", "Why")]

    def save(typed: dict[str, str]) -> object:
        return reviewing.correct_words(screen.user, reference, str(before.sequence), typed["words"], typed["reason"])

    await screen.fill_in(f"{before.called} of {reference}", fields, save)


async def _whose(screen: UserScreen, visit: Visit) -> Assignment | None:
    """The part of a visit that is meant: one's own, else the only one, else the one that is chosen."""
    own = [part for part in visit.stays if part.technician_id == screen.user.staff.id] or [*visit.stays]
    if len(own) < 2:
        return next(iter(own), None)
    several = visit.days > 1
    rows = [ChoiceRow(f"{part.technician}, day {part.day}" if several else part.technician, part) for part in own]
    return await screen.choose("Whose time?", rows)


_FRAME = 12
"""Columns that the dialog takes beside its lines."""


async def fill_and_do(
    screen: UserScreen,
    reference: str,
    title: str,
    fields: Sequence[AskedField],
    deed: Callable[[dict[str, str]], object],
    *,
    stays: str = "stays",
) -> None:
    """Ask for the fields of a correction until the deed takes them; for an ended visit, show what it does to the charge, do it when
    that is meant, and say what the charge is then (`stays`: what it does where it is the same)."""
    changes: list[ChargeChange] = []

    def check(typed: dict[str, str]) -> list[str]:
        def attempt() -> None:
            changes.clear()
            # only what has ended has a charge that is kept
            if find(screen.user.store, reference).state in ENDED:
                changes.append(rehearse(screen.user, reference, lambda: deed(typed)))
            else:
                deed(typed)

        return screen.faults_of(attempt, saves=False)

    typed = await screen.fill(title, fields, check)
    if changes:
        await _meant(screen, title, changes[0], lambda: deed(typed), stays)
    screen.reload()


async def show_and_do(screen: UserScreen, reference: str, title: str, deed: Callable[[], object]) -> None:
    """As `fill_and_do`, for a deed that has nothing more to ask."""
    visit = screen.look(find, screen.user.store, reference)
    if visit is None:
        return
    if visit.state not in ENDED:
        await screen.do(lambda _: deed() or True)
        return
    change = screen.look(rehearse, screen.user, reference, deed)
    if change is not None:
        await _meant(screen, title, change, deed)


async def _meant(
    screen: UserScreen, title: str, change: ChargeChange, deed: Callable[[], object], stays: str = "stays"
) -> None:
    lines = change.lines(min(72, screen.app.size.width - _FRAME))
    if lines:
        await screen.confirm(title, lines)

    def as_it_was_shown(_: object) -> bool:
        do_as_shown(screen.user, change, deed)
        return True

    if await screen.do(as_it_was_shown):
        screen.say(change.outcome(stays))
