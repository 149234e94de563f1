"""`dispatch plan`: a day proposed by the solver, applied, exported, or a day problem from a file solved."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from dispatch.commands import exits
from dispatch.commands.declared import alone
from dispatch.commands.opening import open_store, user_of
from dispatch.commands.options import JSON, Args, flag, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.standard_input import called, file_named
from dispatch.commands.typed import day_typed, reading
from dispatch.desk.plan import scope
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.model.forms import form, forms
from dispatch.model.instants import span_local
from dispatch.model.text import show

with lazily(__name__):
    from db import settings
    from db.store import Store
    from dispatch.desk.plan import companions, proposing, taking, vroom_form
    from dispatch.desk.plan.proposal import Proposal, Standing
    from dispatch.desk.roads import road_engines
    from dispatch.desk.texts import plan_words
    from dispatch.desk.visits import crew
    from dispatch.fields import kinds
    from dispatch.planning import problem_file, why_not
    from dispatch.planning import solving as solver


@alone(
    "plan",
    "propose a day: who goes where when, and why what is left out does not fit",
    option("--date", "DAY", "default: today"),
    option("--seconds", "S", "how long to look for better plans (default 2; 0: the first)", type=float, default=2.0),
    option(
        "--scope",
        None,
        "what may move: all that may, the least that has to, or only the queue (default: all)",
        choices=[*map(str, scope.Freedom)],
        default="all",
    ),
    option("--technician", "NAME", "plan only their part, the rest stays; repeat", action="append"),
    option("--between", "HOURS", "plan only this part of the day: 13-17, 8:30-12"),
    option("--overtime", "MINUTES", "past the shift at most (default: as the firm has it; 0: none)", type=int),
    flag("--apply", "write it"),
    option(
        "--only",
        "WORDS",
        "with --apply: only these moves and what they need; a reference, technician, client, address, skill, P1, or hours; repeat",
        action="append",
    ),
    option("--but", "WORDS", "with --apply: all moves but these; repeat", action="append"),
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
    return json.dumps(vroom_form.vroom_form(store, day_typed(store, args.date)))


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
    found = proposing.propose(user.store, day, args.seconds, _scope(user.store, args, day))
    taken = taking.take(user, found.best, _chosen(user.store, found.best, args)) if args.apply else None

    def lines(found: proposing.PlanFound) -> Iterator[str]:
        yield from plan_words.proposal_lines(*found)
        if taken is not None:
            yield from plan_words.taken_lines(taken)
        elif found.best.moves:
            yield "Nothing was changed. --apply writes it."

    return Answer(found, lambda found: _form(found, taken), lines)


def _scope(store: Store, args: Args, day: datetime.date) -> scope.PlanScope:
    """What of the day is planned, as the options say."""
    technicians = None
    if args.technician:
        technicians = frozenset(crew.driver(store, name).id for name in args.technician)
    if args.overtime is not None and not 0 <= args.overtime <= 240:
        raise Faulty(["overtime: whole minutes from 0 to 240"])
    between = None
    if args.between is not None:
        with reading("between"):
            between = span_local(day, *kinds.span_of(args.between), settings.firm(store).zone)
    return scope.PlanScope(scope.Freedom(args.scope), technicians, between, args.overtime)


def _chosen(store: Store, proposal: Proposal, args: Args) -> set[str] | None:
    """The moves that are taken, by reference; None for all."""

    def named(words: Iterable[str]) -> set[str]:
        moves = [(word, taking.matching(store, proposal, word)) for word in words]
        if nothing := [word for word, found in moves if not found]:
            raise Refusal(f"No move of this plan is spoken of by {show(', '.join(nothing))}. Nothing was changed.")
        return {move.visit.reference for _, found in moves for move in found}

    if not args.only and not args.but:
        return None
    wanted = named(args.only) if args.only else {move.visit.reference for move in proposal.moves}
    return set(companions.without(proposal.moves, named(args.but))) & wanted if args.but else wanted


def _form(found: proposing.PlanFound, taken: taking.Taken | None) -> dict[str, Any]:
    applied = None if taken is None else len(taken.moved)
    skipped = [] if taken is None else [{"reference": reference, "why": why} for reference, why in taken.skipped]
    least = found.least
    document = _proposal_form(found.best) | {"applied": applied, "skipped": skipped}
    return document | {"least_change": least and {"after": asdict(least.after), "stirred": least.stirred}}


def _proposal_form(proposal: Proposal) -> dict[str, Any]:
    def end(where: Standing | None) -> dict[str, Any] | None:
        return where and form(where, "technician=0 start=1@", proposal.zone)

    return form(
        proposal,
        "date=day before after stirred broken technicians moves left_out note cpu_seconds",
        before=asdict(proposal.before),
        after=asdict(proposal.after),
        moves=[
            form(
                move,
                "reference=visit.reference client=visit.client before after remark needs",
                before=end(move.before),
                after=end(move.after),
            )
            for move in proposal.moves
        ],
        left_out=forms(proposal.left_out, "reference=visit.reference client=visit.client why"),
        cpu_seconds=round(proposal.cpu_seconds, 3),
        broken=forms(proposal.broken, "reference=visit.reference client=visit.client technician text minutes"),
        technicians=[own._asdict() for own in proposal.technicians],
    )


COMMANDS = (_plan,)
