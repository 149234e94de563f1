"""`dispatch candidates`, `near`, `emergency`, `late` and `call`: the running day."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.commands.crews import PLACING
from dispatch.commands.declared import alone, of_visit, on_visit, reads
from dispatch.commands.opening import open_store, user_of
from dispatch.commands.options import JSON, REFERENCE, Args, Store, User, flag, option
from dispatch.commands.printing import Answer
from dispatch.commands.typed import day, day_or_today, day_to_place, hours, moment_of_visit
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.instants import Times, day_text, time_text
from dispatch.model.text import pad, show
from dispatch.model.travel import minutes_of

with lazily(__name__):
    from db import settings
    from dispatch.commands import forms
    from dispatch.desk.day import board_view, nearby, placement, questions, why_nobody
    from dispatch.desk.messages import calling_ahead
    from dispatch.desk.plan import emergency
    from dispatch.desk.texts import board_words
    from dispatch.desk.visits import steps
    from dispatch.model.visits import Visit
    from dispatch.planning import calls
    from dispatch.planning.candidates import Candidate
    from dispatch.planning.insertion import Insertion


MOST_WEEKS, MOST_SLOTS = 8, 40
"""So far ahead is looked, and so many slots are told."""


@of_visit(
    "candidates",
    "who could do a visit and when, the best first: what it adds, what is left, why",
    JSON,
    option(
        "--date", "DAY", "2026-11-24, today, tomorrow, tue (default: its planned or wanted day, else today)", reads=day
    ),
    option("--weeks", "N", "on all days of so many weeks from that day on", type=int),
    option("--between", "HOURS", "only starts between these times: 13-17", type=hours),
    option("--with", "NAME", "only this technician (name or login)"),
    option("--day", "N", "of a visit of several days: this one (default: the one that is next)", type=int),
)
def _candidates(store: Store, args: Args) -> Answer:
    times, visit = settings.firm(store).times(), steps.find(store, args.reference)
    day = args.date or day_to_place(store, visit)
    if args.weeks is not None and not 1 <= args.weeks <= MOST_WEEKS:
        raise Faulty([f"weeks: from 1 to {MOST_WEEKS}"])
    if args.weeks is not None or args.between is not None or getattr(args, "with") is not None:
        return _slots(store, args, visit, day, times)

    found = placement.candidates(store, args.reference, day, args.day)
    why = why_nobody.in_the_way(store, args.reference, day, found, args.day)

    def lines(candidates: Sequence[Candidate]) -> Iterator[str]:
        yield f"{visit.reference} {visit.client}, {visit.work}: {day_text(day)}"
        for candidate in candidates:
            yield _candidate_line(candidate, visit, times)
        if why:
            yield f"{visit.reference if candidates else 'Nobody can come'}: {show(why)}."

    return Answer(
        found,
        lambda candidates: {
            "reference": visit.reference,
            "date": str(day),
            "candidates": [_candidate_form(candidate, times.zone) for candidate in candidates],
            "why": why or None,
        },
        lines,
    )


def _slots(store: Store, args: Args, visit: Visit, first: datetime.date, times: Times) -> Answer:
    """The best slots over some days."""

    days = [first + datetime.timedelta(days=number) for number in range((args.weeks or 0) * 7 or 1)]
    asked = (args.between, getattr(args, "with"), args.day)
    found = placement.slots(store, args.reference, days, *asked)[:MOST_SLOTS]
    why = "" if found else why_nobody.why_nobody(store, args.reference, days, *asked)

    def lines(slots: Sequence[placement.Slot]) -> Iterator[str]:
        yield f"{visit.reference} {visit.client}, {visit.work}"
        for slot in slots:
            yield f"{pad(day_text(slot.day), 15)} {_candidate_line(slot.candidate, visit, times)}"
        if why:
            yield f"Nobody can come {'on these days. ' if len(days) > 1 else f'on {day_text(first)}: '}{show(why)}."

    return Answer(
        found,
        lambda slots: {
            "reference": visit.reference,
            "slots": [{"date": str(slot.day)} | _candidate_form(slot.candidate, times.zone) for slot in slots],
            "why": why or None,
        },
        lines,
    )


@of_visit("near", "who is free near a visit now: by the drive from where they are, with when they are free", JSON)
def _near(store: Store, args: Args) -> Answer:
    times, visit = settings.firm(store).times(), steps.find(store, args.reference)

    def lines(found: Sequence[nearby.Nearby]) -> Iterator[str]:
        yield f"{visit.reference} {visit.client}, {visit.work}"
        for one in found:
            yield f"{pad(one.name, 18)} {times.clock(one.arrival, visit.zone)}  {one.words(times)}"
        if not found:
            yield "Nobody is free any more today."

    return Answer(
        nearby.nearby(store, args.reference),
        lambda found: {"reference": visit.reference, "near": [_near_form(one, times.zone) for one in found]},
        lines,
    )


@reads(
    "glance",
    "what a day answers at a glance: who is free, has room, has not set out; what has little slack, breaks next, is at risk",
    option(
        "question",
        "QUESTION",
        "free, room, slack, not-set-out, breaks or tomorrow (the next working day)",
        choices=("free", "room", "slack", "not-set-out", "breaks", "tomorrow"),
    ),
    JSON,
)
def _glance(store: Store, args: Args) -> Answer:
    def lines(glance: questions.Glance) -> Iterator[str]:
        yield f"{day_text(glance.day)}  {glance.times.clock(glance.now)}  {glance.question.words}"
        for line in glance.lines:
            about = "" if line.visit is None else f"{pad(line.visit.reference, 7)} {pad(line.visit.client, 26)} "
            yield f"{pad(line.technician, 18)} {about}{line.words}"
        if not glance.lines:
            yield glance.question.nothing

    return Answer(questions.ask(store, questions.DayQuestion(args.question)), _glance_form, lines)


def _glance_form(glance: questions.Glance) -> dict[str, Any]:
    zone = glance.times.zone
    keys = "technician? reference=visit.reference client=visit.client at@ minutes grave words"
    lines = [form(line, keys, zone) for line in glance.lines]
    return form(glance, "question date=day zone now@ lines", zone, zone=zone, lines=lines)


def _near_form(one: nearby.Nearby, zone: str) -> dict[str, Any]:
    return form(
        one,
        "technician=name where drive_minutes provenance=leg.provenance free_from=free.start@ free_to=free.end@ arrival@ lacks",
        zone,
        drive_minutes=None if one.leg.seconds is None else minutes_of(one.leg.seconds),
        lacks=list(one.lacks),
    )


def _candidate_form(candidate: Candidate, zone: str) -> dict[str, Any]:
    return form(
        candidate,
        "technician=name others start@ verdict=verdict.level cost extra_travel_minutes slack_minutes=slack reasons "
        "findings pushes",
        zone,
        cost=round(candidate.cost, 2),
        extra_travel_minutes=round(candidate.verdict.extra_travel / 60),
        findings=[finding.text for finding in candidate.verdict.findings],
    )


def _candidate_line(candidate: Candidate, visit: Visit, times: Times) -> str:
    level = candidate.verdict.level.value
    return _way(" + ".join(candidate.crew), times.clock(candidate.start, visit.zone), level, candidate.words)


def _way(name: str, start: str, level: str, words: str) -> str:
    """One of several ways to do a visit."""
    return f"{pad(name, 18)} {start}  {level:<8}  {words}"


@alone(
    "emergency",
    "how a visit gets into the running day at once: who is there when, and what is pushed by how much",
    JSON,
    REFERENCE,
    option("--to", "TECHNICIAN", "only with this technician (name or login)"),
    flag("--apply", "place it, the best way; undo takes all of it back"),
    *PLACING,
)
def _emergency(args: Args) -> Answer:
    if args.apply:
        return _apply(args)
    store = open_store(args)
    times = settings.firm(store).times()
    ways = emergency.ways(store, args.reference, args.to)
    visit = steps.find(store, args.reference)

    def lines(ways: Sequence[Insertion]) -> Iterator[str]:
        yield f"{visit.reference} {visit.client}, {visit.work}: nothing is placed yet, --apply does it"
        for way in ways:
            yield _way(way.name, times.clock(way.start, visit.zone), way.level.value, way.words(times))
        if not ways:
            yield "Nobody works today."

    return Answer(ways, lambda ways: _ways_form(store, visit, ways, times.zone, applied=False), lines)


def _apply(args: Args) -> Answer:
    user = user_of(args)
    placed = emergency.insert(user, args.reference, args.to, reason=args.override, confirmed=args.confirm)
    visit, times = placed.visit, user.firm.times()

    def lines(way: Insertion) -> Iterator[str]:
        yield f"{visit.reference} {visit.client} stands at {times.clock(way.start, visit.zone)} with {way.name}."
        for push in way.pushed:
            yield f"  {push.client} is pushed by {time_text(push.minutes)} to {times.clock(push.start, push.zone)}: call them"
        for finding in way.findings:
            yield f"  {finding.text}"

    return Answer(placed.way, lambda way: _ways_form(user.store, visit, [way], times.zone, applied=True), lines)


def _ways_form(
    store: Store, visit: Visit, insertions: Sequence[Insertion], zone: str, *, applied: bool
) -> dict[str, Any]:
    references = emergency.references(store, insertions)
    pushed = "reference client minutes was@ start@ late?"
    ways = [
        form(
            way,
            "technician=name start@ end@ verdict=level cost extra_travel_minutes pushed findings",
            zone,
            cost=round(way.cost, 2),
            extra_travel_minutes=round(way.extra_travel / 60),
            pushed=[form(push, pushed, zone, reference=references[push.visit_id]) for push in way.pushed],
            findings=[finding.text for finding in way.findings],
        )
        for way in insertions
    ]
    return {"reference": visit.reference, "applied": applied, "ways": ways}


@reads(
    "late",
    "who is late or runs over, and whom to call, the first call first",
    JSON,
    option("--date", "DAY", "2026-11-24, today, tomorrow, tue (default: today)", reads=day_or_today),
)
def _late(store: Store, args: Args) -> Answer:
    return Answer(board_view.board(store, args.date), forms.late_form, board_words.late_lines)


@on_visit(
    "call",
    "log a call to a client before we arrive",
    JSON,
    option(
        "--promised",
        "WHEN",
        "the time the client was told, such as 15:40 (default: the projected arrival)",
        reads=moment_of_visit,
    ),
    flag("--no-answer", "nobody answered; after ten minutes it goes to the lead"),
    option("--note", "TEXT", "what was said", default=""),
)
def _call(user: User, args: Args) -> Answer:
    if args.no_answer and args.promised:
        raise Faulty(["--promised: nobody answered, so nothing was promised"])

    def line(logged: calling_ahead.Called) -> str:
        times, promised = user.firm.times(), logged.call.promised
        outcome = f"no answer. It goes to the lead at {times.clock(logged.call.at + calls.ESCALATED_AFTER)}"
        if promised is not None:
            outcome = f"told {times.clock(promised, logged.visit.zone)}"
        return f"{logged.visit.reference} {logged.visit.client}: {outcome}."

    return Answer(
        calling_ahead.call(user, args.reference, answered=not args.no_answer, promised=args.promised, note=args.note),
        lambda logged: form(
            logged,
            "reference=visit.reference at=call.at@ outcome=call.outcome promised=call.promised@ phone=call.phone? note=call.note?",
            user.firm.zone,
        ),
        line,
    )


COMMANDS = (_candidates, _near, _glance, _emergency, _late, _call)
