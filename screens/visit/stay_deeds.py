"""What a technician enters about a stay beside its checklist: the clock, what was used, work that is charged otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from db import settings
from dispatch.desk.session.unsent import Unsent
from dispatch.lazily import lazily
from dispatch.model.instants import clock_text
from dispatch.model.states import OPEN_ON_SITE, THERE, Role
from dispatch.model.typed_times import parse_day, parse_minutes
from dispatch.model.visits import Assignment, Visit
from dispatch.model.ways import state_words
from screens.binding import command
from screens.dialogs.asked import YES_NO, AskedField, ChoiceRow, day_fault, needed
from screens.user_screen import UserScreen

with lazily(__name__):
    from db import stays
    from dispatch.desk.billing import work_marks
    from dispatch.desk.closeout import clocking, leaving, onsite
    from screens.visit import right_times


def _part(screen: UserScreen, visit: Visit) -> Assignment | None:
    """One's own part in a visit, else the first; of several days on the newest that anybody worked on."""
    there = visit.last_worked
    return there.assignment_of(screen.user.staff.id) or next(iter(there.assignments), None)


@command("C", "stay.clock", "Clock", THERE, about="whole_visit")
async def clock(screen: UserScreen, visit: Visit) -> None:
    """Break, wait, home; put a recorded time right."""
    part = _part(screen, visit)
    rows: list[ChoiceRow[Callable[[], Awaitable[object]]]] = []

    def offer(text: str, deed: Callable[..., Awaitable[object]], *about: Any, detail: str = "") -> None:
        rows.append(ChoiceRow(text, partial(deed, *about), detail))

    running = next((segment.kind for segment in reversed(part.segments) if segment.ends_at is None), "") if part else ""
    if visit.state in OPEN_ON_SITE and part is not None and part.check_in_at is None:
        offer("arrived", right_times.arrive, screen, visit, part.technician)
    elif visit.state in OPEN_ON_SITE and part is not None and part.check_out_at is not None:
        again, free = "went back: the clock runs again", "the time away is not charged"
        offer(again, right_times.arrive, screen, visit, part.technician, detail=free)
    elif visit.state in OPEN_ON_SITE:
        _while_there(offer, screen, visit, running)
    if part is not None and part.check_out_at is not None and part.return_at is None:
        home = partial(clocking.home, screen.user, visit.reference)
        offer("home, or back at the depot", _show_and_do, screen, visit, f"Home from {visit.client}", home)
    if part is not None and (part.check_in_at is not None or clocking.may_be_entered(visit, "check_in_at")):
        kept = "what the clock had recorded is kept beside it"
        offer("put a time right", right_times.ask_time, screen, visit, detail=kept)
    if part is not None and part.check_in_at is not None:
        offer("enter a break that was not clocked", _span, screen, visit, "A break that was not clocked", "break")
        offer("take a break out: it was work", _span, screen, visit, "A break that was work", "work")
    for name in clocking.may_be_absent(visit):
        offer(f"{name} did not come", _absent, screen, visit, name, detail="not charged")
    if rows:
        await (await screen.choose(f"The clock at {visit.client}", rows))()
    else:
        screen.say(f"{visit.reference} is {state_words(visit)}: the clock has nothing yet.")


def _while_there(offer: Callable[..., None], screen: UserScreen, visit: Visit, running: str) -> None:
    """What is offered to whoever is on the clock, which runs as `running`."""
    if running in ("break", "wait"):
        offer("go on working", screen.do, clocking.resume, visit.reference)
    if running != "break":
        offer("begin a break", screen.do, clocking.pause, visit.reference, "break", detail="not charged")
    if running != "wait":
        offer("begin to wait", screen.do, clocking.pause, visit.reference, "wait", detail="charged as work")
    if visit.next_day < visit.days:
        goes_on = f"it goes on with day {visit.next_day + 1} of {visit.days}; no gate is asked"
        offer("done for today", screen.do, leaving.end_day, visit.reference, detail=goes_on)
    elif screen.user.has(Role.LEAD):
        offer("done for today, it takes another day", _another_day, screen, visit, detail="a lead, with the reason")


async def _another_day(screen: UserScreen, visit: Visit) -> None:
    why = await screen.ask(f"Why does {visit.reference} take another day?", check=needed("say why", 3))
    await screen.do(leaving.end_day, visit.reference, another=why)


async def _absent(screen: UserScreen, visit: Visit, name: str) -> None:
    title = f"{name} did not come to {visit.client}"
    reason = await screen.ask(title, "Why? Nothing of theirs is charged.", check=needed("say why", 3))
    await _show_and_do(screen, visit, title, lambda: clocking.did_not_come(screen.user, visit.reference, name, reason))


async def _show_and_do(screen: UserScreen, visit: Visit, title: str, deed: Callable[[], object]) -> None:
    await right_times.show_and_do(screen, visit.reference, title, deed)


async def _span(screen: UserScreen, visit: Visit, title: str, kind: str) -> None:
    part = _part(screen, visit)
    assert part is not None
    fields = [
        AskedField("from", "From", placeholder="12:00"),
        AskedField("to", "To", placeholder="12:30"),
        AskedField("reason", "Why"),
    ]

    def rewrite(typed: dict[str, str]) -> None:
        starts, ends = (
            right_times.instant_of(visit.on_day(part.day), typed[name], screen.user.now) for name in ("from", "to")
        )
        clocking.correct_break(
            screen.user, visit.reference, kind, starts, ends, typed["reason"], technician=part.technician, day=part.day
        )

    await right_times.fill_and_do(screen, visit.reference, title, fields, rewrite)


@command("m", "stay.use", "Used", THERE, about="whole_visit")
async def use(screen: UserScreen, visit: Visit) -> None:
    """Something was used: by its code on the rate card."""
    entered = stays.items_of(screen.user.store, visit.id)
    rows = [ChoiceRow(str(code), f"+{code}") for code in onsite.on_card(screen.user.store, visit)]
    rows += [ChoiceRow("something else, at a price of its own", "+", "a lead")] if screen.user.has(Role.LEAD) else []
    rows += [ChoiceRow(f"take back {item.quantity} × {item.label}", f"-{item.id}") for item in entered]
    if not rows:
        screen.say("The rate card has no items. The lead adds them under $.")
        return
    chosen = await screen.choose(f"Used at {visit.client}", rows)
    if chosen.startswith("-"):
        reason = await screen.ask("Why was it a mistake?", check=needed("say why", 3))
        await _show_and_do(
            screen,
            visit,
            f"Take it back from {visit.client}",
            lambda: onsite.take_back(screen.user, visit.reference, int(chosen[1:]), reason),
        )
        return
    fields = [AskedField("quantity", "How many", "1")]
    if chosen == "+":
        fields = [AskedField("what", "What"), *fields, AskedField("amount", "Price of one", placeholder="12.50")]

    def save(typed: dict[str, str]) -> object:
        what, amount = typed.get("what", chosen[1:]), typed.get("amount")
        return onsite.use(screen.user, visit.reference, what, typed["quantity"], amount=amount)

    await screen.fill_in(f"Used at {visit.client}: {chosen[1:]}".rstrip(": "), fields, save)
    screen.say("Noted. The tests must pass again after it.")


@command("K", "stay.mark", "Mark work", THERE, about="whole_visit")
async def mark(screen: UserScreen, visit: Visit) -> None:
    """Our own fault, not covered, or new work."""
    from dispatch.model.visits import MARKS

    if (part := _part(screen, visit)) is None:
        return
    rows = [ChoiceRow(name.replace("_", " "), name, text) for name, text in MARKS.items()]
    if any(mark.assignment_id == part.id for mark in stays.marks_of(screen.user.store, visit.id)):
        rows.append(ChoiceRow("take all marks off", "off"))
    kind = await screen.choose(f"Mark work at {visit.client}", rows)
    if kind == "off":
        reason = await screen.ask("Why?", check=needed("say why", 3))
        await _show_and_do(
            screen,
            visit,
            f"Take all marks off at {visit.client}",
            lambda: work_marks.unmark(screen.user, visit.reference, reason, technician=part.technician, day=part.day),
        )
        return
    last = work_marks.span_of_last_entry(screen.user.store, visit, part)
    begins, ends = (clock_text(moment, visit.zone) for moment in last) if last else ("", "")
    fields = [AskedField("from", "From", begins), AskedField("to", "To", ends), AskedField("reason", "Why")]

    def deed(typed: dict[str, str]) -> None:
        starts, until = (
            right_times.instant_of(visit.on_day(part.day), typed[name], screen.user.now) for name in ("from", "to")
        )
        # the span of an entry is kept to the second; what is typed has minutes
        if last is not None and (typed["from"], typed["to"]) == (begins, ends):
            starts, until = last
        span = {"starts_at": starts, "ends_at": until}
        work_marks.mark(
            screen.user, visit.reference, kind, typed["reason"], **span, technician=part.technician, day=part.day
        )

    title = f"{kind.replace('_', ' ').capitalize()} at {visit.client}{right_times.clocks_of(screen, visit)}"
    await right_times.fill_and_do(screen, visit.reference, title, fields, deed)


STAY = (clock, use, mark)
"""What is entered about a stay."""


async def ask_aborting(screen: UserScreen, reference: str) -> dict[str, Any]:
    """What `leaving.abort` is given beside the visit."""
    if not (screen.user.has(Role.DISPATCHER) or screen.user.has(Role.LEAD)):
        hint = "why; nothing is charged, and the request goes back into the queue"
        kept = Unsent(screen.user, reference, "Abort")
        return {"reason": await screen.ask("Abort", hint, check=needed("nothing was typed"), unsent=kept)}
    return await screen.fill(
        "Abort: nothing is charged",
        [AskedField("reason", "Why"), AskedField("not_again", "Not again, because (empty: back into the queue)")],
        check=lambda form: [] if form["reason"].strip() else ["why: is missing"],
    )


_FIELDS = (
    AskedField("reason", "Why"),
    AskedField("on", "Follow-up wanted on", "tomorrow"),
    AskedField("minutes", "Its length", placeholder="45, 1h30; empty: as this visit"),
    AskedField("ours", "Our own failure", "no", options=YES_NO),
    AskedField("said_by", "Or none: who wants none"),
    AskedField("words", "In the client's words"),
)


async def ask_leaving(screen: UserScreen) -> dict[str, Any]:
    """What `leaving.leave` is given beside the visit."""
    today = settings.today(screen.user.store)

    def faults_of(form: dict[str, str]) -> list[str]:
        faults = [] if form["reason"].strip() else ["why: is missing"]
        if form["said_by"].strip() or form["words"].strip():
            faults += [] if form["said_by"].strip() else ["none wanted: say who wants none"]
            faults += [] if len(form["words"].strip()) >= 3 else ["none wanted: the client's own words are missing"]
        elif form["on"].strip() and (fault := day_fault(form["on"], today)):
            faults.append(f"follow-up: {fault}")
        try:
            parse_minutes(form["minutes"] or "1")
        except ValueError as fault:
            faults.append(f"its length: {fault}")
        return faults

    form = await screen.fill("Leave open", _FIELDS, faults_of)
    none = leaving.NoneWanted(form["said_by"], form["words"]) if form["said_by"].strip() else None
    return {
        "reason": form["reason"],
        "follow_up_on": parse_day(form["on"], today=today) if none is None and form["on"].strip() else None,
        "minutes": parse_minutes(form["minutes"]) if form["minutes"].strip() else None,
        "our_fault": form["ours"] == "yes",
        "none_wanted": none,
    }
