"""What a dispatcher does about what a client asked for: taken, changed, agreed, held, answered, called off."""

from __future__ import annotations

from db.faults import StoreFault
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.boards import BoardVisit
from dispatch.model.instants import day_text
from dispatch.model.requests import Request
from dispatch.model.states import DISPATCHERS, OPEN_ON_SITE, State
from screens.binding import command
from screens.dialogs.asked import needed
from screens.of_day import DayOfVisits, on_visit
from widgets.queue import Queue

with lazily(__name__):
    from dispatch.desk.book import context, series
    from dispatch.desk.plan import schedule
    from dispatch.desk.requests import intake
    from dispatch.records import requests
    from screens import record_forms, series_forms
    from screens.board import answering, quick_line, taken


_FIXED = ("client", "site", "same_job")
"""What a visit keeps: another client or site is another visit."""


async def _step(screen: DayOfVisits, name: str, visit: BoardVisit) -> None:
    if (changed := await screen.do(getattr(schedule, name), visit.reference)) is not None:
        screen.say(f"{changed.reference} {changed.client}: {changed.state.label}")


@on_visit("confirm")
@command("y", "visit.confirm", "Confirm", DISPATCHERS)
async def confirm(screen: DayOfVisits, visit: BoardVisit) -> None:
    """The client has agreed to the time."""
    await _step(screen, "confirm", visit)


@on_visit("dispatch")
@command("d", "visit.dispatch", "Dispatch", DISPATCHERS)
async def dispatch(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Tell the technician."""
    await _step(screen, "dispatch", visit)


@command("n", "visit.new", "New", DISPATCHERS)
async def new(screen: DayOfVisits) -> None:
    """Put a new request into the queue."""
    visit = await quick_line.ask_quickly(screen)
    if visit is not None:
        await screen.read_again()
        client = visit.client.removesuffix(".")
        if visit.wanted_on is not None and visit.wanted_on > screen.program.day:
            words = f"{visit.reference} waits on the board of {day_text(visit.wanted_on)}: {client}. ] goes on."
            taken.say_taken(screen, words, visit)
            return
        taken.say_taken(screen, f"{visit.reference} is in the queue: {client}. a assigns it.", visit)
        screen.add_class("-queue")
        queue = screen.query_one(Queue)
        queue.focus()
        queue.select_key(visit.id)


@on_visit("change")
@command("w", "visit.amend", "Request", DISPATCHERS)
async def amend(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Change what is asked for: work, minutes, day, window, skills."""
    try:
        whole = intake.visit_to_amend(screen.user.store, visit.reference)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    desk = context.Desk.for_user(screen.user)
    texts = requests.REQUEST.texts(Request.of(whole), desk)
    fields = [
        record_forms.line_of(field, texts[field.name], desk)
        for field in requests.REQUEST.typed
        if field.name not in _FIXED
    ]

    def check(entered: dict[str, str]) -> list[str]:
        store = screen.user.store
        return screen.faults_of(
            lambda: intake.checked(screen.user, entered, intake.visit_to_amend(store, visit.reference)), saves=False
        )

    entered = await screen.fill(f"{whole.reference} {whole.client}", fields, check)
    stood = series.kept(screen.user.store, whole)
    changed = await screen.insist(
        f"Change {visit.reference}", intake.amend, visit.reference, entered, version=whole.version
    )
    if changed is not None:
        taken.say_taken(screen, "", changed, whole)
        series_forms.say_kept(screen, [line for line in series.kept(screen.user.store, changed) if line not in stood])


@on_visit("hold")
@command("H", "visit.hold", "Hold", DISPATCHERS)
async def hold(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Put on hold, or take off hold."""
    if visit.state is State.ON_HOLD:
        await screen.do(schedule.resume, visit.reference)
    else:
        await answering.ask_hold(screen, visit.reference)


@on_visit("answer")
@command("r", "visit.answer", "Request")
async def answer(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Answered, another priority, why a target was missed; at another site, once more, split in two."""
    await answering.ask_answer(screen, visit.reference)


@on_visit("cancel")
@command("X", "visit.cancel", "Cancel", DISPATCHERS)
async def cancel(screen: DayOfVisits, visit: BoardVisit) -> None:
    """The client cancels the visit."""
    if visit.state in OPEN_ON_SITE:
        screen.say("Somebody is on site: a visit is cancelled before arrival, or aborted after.", "warning")
        return
    reason = await screen.ask(
        f"Cancel {visit.reference} {visit.client}", "what did the client say?", check=needed("a reason is needed")
    )
    cancelled = await screen.insist(f"Cancel {visit.reference}", schedule.cancel, visit.reference, reason)
    if cancelled is not None and cancelled.recurrence_id is not None:
        series_forms.say_kept(screen, series.kept(screen.user.store, cancelled))
