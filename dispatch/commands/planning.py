"""`dispatch plan`: a day proposed by the solver, applied, exported, or a day problem from a file solved."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dispatch.commands import exits
from dispatch.commands.declared import alone
from dispatch.commands.opening import open_store, user_of
from dispatch.commands.options import JSON, Args, flag, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.standard_input import called, file_named
from dispatch.commands.typed import day_typed
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.forms import form, forms
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.desk.plan import proposing
    from dispatch.desk.roads import road_engines
    from dispatch.desk.texts import plan_words
    from dispatch.planning import problem_file, why_not
    from dispatch.planning import solving as solver


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
        yield from plan_words.proposal_lines(proposal)
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


COMMANDS = (_plan,)
