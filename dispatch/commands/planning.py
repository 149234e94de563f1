"""`dispatch plan`: a day proposed by the solver; `candidates`, `emergency`, `late` and `call`: the running day."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from dispatch.commands import exits
from dispatch.commands.crews import PLACING
from dispatch.commands.declared import alone, of_visit, on_visit, reads
from dispatch.commands.opening import open_store, user_of
from dispatch.commands.options import JSON, REFERENCE, Args, Store, User, flag, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.standard_input import called, file_named
from dispatch.commands.typed import day, day_or_today, day_typed, moment_there
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.forms import form, forms
from dispatch.model.instants import clock_text, day_of, day_text
from dispatch.model.text import pad, show

with lazily(__name__):
    from db import settings
    from dispatch.commands import forms as json_forms
    from dispatch.desk.day import board_view, placement
    from dispatch.desk.messages import calling_ahead
    from dispatch.desk.plan import emergency, proposing
    from dispatch.desk.roads import road_engines
    from dispatch.desk.texts import board_words
    from dispatch.desk.visits import steps
    from dispatch.model.visits import Visit
    from dispatch.planning import calls, problem_file, why_not
    from dispatch.planning import solving as solver
    from dispatch.planning.candidates import Candidate
    from dispatch.planning.insertion import Insertion


@alone(
    "plan",
    "propose a day: who goes where when, and why what is left out does not fit",
    option("--date", "DAY", "default: today"),
    option("--seconds", "S", "how long to look for better plans (default 2; 0: the first)", type=float, default=2.0),
    flag("--apply", "write it"),
    option("--technician", "NAME", "with --apply: only their part; repeat", action="append"),
    option("--problem", "FILE", "solve a day problem from a file (- reads standard input) instead; needs no database"),
    option("--export", None, "print the day as VROOM JSON instead of planning it", choices=["vroom"]),
    JSON,
    about="Proposes a plan of a day and changes nothing; --apply writes it as one change that undo takes back.",
)
def _plan(args: Args) -> Result:
    if not 0 <= args.seconds <= 3600:
        raise Faulty(["seconds: from 0 to 3600"])
    if args.problem is not None:
        return _problem(args)
    if not args.export:
        return _day(args)
    store = open_store(args)
    return json.dumps(proposing.vroom_form(store, day_typed(store, args.date)))


def _problem(args: Args) -> int:
    faults: list[str] = []
    name = show(called(args.problem), 200)
    try:
        with file_named(args.problem) as named, named.open(encoding="utf-8") as file:
            problem = problem_file.problem_from(json.load(file))
    except OSError as error:
        faults = [f"{name}: {error.strerror}."]
    except problem_file.BadProblem as bad:
        faults = [f"{name}: {show(fault, 200)}" for fault in bad.faults]
    except (ValueError, RecursionError) as error:
        faults = [f"{name} is not JSON: {show(str(error), 200)}"]
    if faults:
        print("\n".join(f"dispatch: {fault}" for fault in faults), file=sys.stderr)
        return exits.USAGE
    solving = solver.Solving(problem, args.seconds)
    for _ in solving:
        pass
    best = solving.best
    assert best is not None
    judged = best.judgement

    def clock(moment: int) -> str:
        return f"{moment // 3600:02}:{moment // 60 % 60:02}"

    left = [why_not.why_not(problem, best.plan, index, lambda thing: thing.id, clock) for index in judged.left_out]
    if args.json:
        document = {
            "routes": {
                technician.id: [problem.visits[index].id for index in order]
                for technician, order in zip(problem.technicians, best.plan, strict=True)
            },
            "left_out": [{"id": problem.visits[reason.visit].id, "why": reason.text} for reason in left],
            "cost": round(judged.cost, 3),
            "travel_minutes": round(judged.travel_minutes, 2),
            "late_minutes": round(judged.late_minutes, 2),
            "cpu_seconds": round(solving.cpu_seconds, 3),
        }
        print(json.dumps(document | ({"note": solving.note} if solving.note else {})))
        return 0
    if solving.note:
        print(show(solving.note, 300))
    for technician, order, route in zip(problem.technicians, best.plan, judged.routes, strict=True):
        stops = "  ".join(
            f"{clock(start)} {show(problem.visits[index].id)}" for start, index in zip(route.starts, order, strict=True)
        )
        print(f"{show(technician.id)}: {stops or 'nothing'}")
    for reason in left:
        print(f"left out {show(problem.visits[reason.visit].id)}: {show(reason.text, 600)}")
    print(
        f"cost {judged.cost:.1f}: {judged.travel_minutes:.0f} min driving, {judged.late_minutes:.0f} min late, "
        f"{len(judged.left_out)} left out; {solving.cpu_seconds:.2f} CPU seconds"
    )
    return 0


def _day(args: Args) -> Answer:
    user = user_of(args)
    day = day_typed(user.store, args.date)
    for note in road_engines.prefetch(user, day).notes:
        print(show(note, 300), file=sys.stderr)
    proposal = proposing.propose(user.store, day, args.seconds)
    applied = proposing.apply(user, proposal, args.technician) if args.apply else None

    def lines(proposal: proposing.Proposal) -> Iterator[str]:
        yield from board_words.proposal_lines(proposal)
        if applied is not None:
            yield f"{applied} moved; dispatch visit undo takes it back as one." if applied else "Nothing moved."
        elif proposal.moves:
            yield "Nothing was changed. --apply writes it."

    return Answer(proposal, lambda proposal: _proposal_form(proposal, applied), lines)


def _proposal_form(proposal: proposing.Proposal, applied: int | None) -> dict[str, Any]:
    def end(where: tuple[str, int] | None) -> dict[str, Any] | None:
        return where and form(where, "technician=0 start=1@", proposal.zone)

    return form(
        proposal,
        "date=day before after moves left_out note cpu_seconds applied",
        before=asdict(proposal.before),
        after=asdict(proposal.after),
        moves=[
            form(
                move,
                "reference=visit.reference client=visit.client before after remark",
                before=end(move.before),
                after=end(move.after),
            )
            for move in proposal.moves
        ],
        left_out=forms(proposal.left_out, "reference=visit.reference client=visit.client why"),
        cpu_seconds=round(proposal.cpu_seconds, 3),
        applied=applied,
    )


@of_visit(
    "candidates",
    "who could do a visit and when, the best first, with reasons and cost",
    JSON,
    option(
        "--date", "DAY", "2026-11-24, today, tomorrow, tue (default: its planned or wanted day, else today)", reads=day
    ),
)
def _candidates(store: Store, args: Args) -> Answer:
    zone, today = settings.firm(store).zone, settings.today(store)
    visit = steps.find(store, args.reference)
    own = day_of(visit.starts_at, zone) if visit.starts_at is not None else visit.wanted_on
    day = args.date or max(own or today, today)

    def json_form(candidate: Candidate) -> dict[str, Any]:
        return form(
            candidate,
            "technician=name start@ verdict=verdict.level cost extra_travel_minutes slack_minutes=slack reasons findings pushes",
            zone,
            cost=round(candidate.cost, 2),
            extra_travel_minutes=round(candidate.verdict.extra_travel / 60),
            findings=[finding.text for finding in candidate.verdict.findings],
        )

    def lines(candidates: Sequence[Candidate]) -> Iterator[str]:
        yield f"{visit.reference} {visit.client}, {visit.work}: {day_text(day)}"
        for candidate in candidates:
            yield _way(
                candidate.name, candidate.start, candidate.verdict.level.value, candidate.cost, candidate.words, zone
            )
        if not candidates:
            yield "Nobody works on this day."

    return Answer(
        placement.candidates(store, args.reference, day),
        lambda candidates: {
            "reference": visit.reference,
            "date": str(day),
            "candidates": [*map(json_form, candidates)],
        },
        lines,
    )


def _way(name: str, start: int, level: str, cost: float, words: str, zone: str) -> str:
    return f"{pad(name, 18)} {clock_text(start, zone)}  {level:<8}  cost {cost:7.1f}  {words}"


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
    zone = settings.firm(store).zone
    ways = emergency.ways(store, args.reference, args.to)
    visit = steps.find(store, args.reference)

    def lines(ways: Sequence[Insertion]) -> Iterator[str]:
        yield f"{visit.reference} {visit.client}, {visit.work}: nothing is placed yet, --apply does it"
        for way in ways:
            yield _way(way.name, way.start, way.level.value, way.cost, way.words(zone), zone)
        if not ways:
            yield "Nobody works today."

    return Answer(ways, lambda ways: _ways_form(store, visit, ways, zone, applied=False), lines)


def _apply(args: Args) -> Answer:
    user = user_of(args)
    placed = emergency.insert(user, args.reference, args.to, reason=args.override, confirmed=args.confirm)
    visit, zone = placed.visit, user.firm.zone

    def lines(way: Insertion) -> Iterator[str]:
        yield f"{visit.reference} {visit.client} stands at {clock_text(way.start, zone)} with {way.name}."
        for push in way.pushed:
            yield f"  {push.client} is pushed by {push.minutes} min to {clock_text(push.start, zone)}: call them"
        for finding in way.findings:
            yield f"  {finding.text}"

    return Answer(placed.way, lambda way: _ways_form(user.store, visit, [way], zone, applied=True), lines)


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
    return Answer(board_view.board(store, args.date), json_forms.late_form, board_words.late_lines)


@on_visit(
    "call",
    "log a call to a client before we arrive",
    JSON,
    option(
        "--promised",
        "WHEN",
        "the time the client was told, such as 15:40 (default: the projected arrival)",
        reads=moment_there,
    ),
    flag("--no-answer", "nobody answered; after ten minutes it goes to the lead"),
    option("--note", "TEXT", "what was said", default=""),
)
def _call(user: User, args: Args) -> Answer:
    if args.no_answer and args.promised:
        raise Faulty(["--promised: nobody answered, so nothing was promised"])

    def line(logged: calling_ahead.Called) -> str:
        zone, promised = logged.visit.zone, logged.call.promised
        outcome = f"no answer. It goes to the lead at {clock_text(logged.call.at + calls.ESCALATED_AFTER, zone)}"
        if promised is not None:
            outcome = f"told {clock_text(promised, zone)}"
        return f"{logged.visit.reference} {logged.visit.client}: {outcome}."

    return Answer(
        calling_ahead.call(user, args.reference, answered=not args.no_answer, promised=args.promised, note=args.note),
        lambda logged: form(
            logged,
            "reference=visit.reference at=call.at@ outcome=call.outcome promised=call.promised@ phone=call.phone? note=call.note?",
            logged.visit.zone,
        ),
        line,
    )


COMMANDS = (_plan, _candidates, _emergency, _late, _call)
