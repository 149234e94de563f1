"""`dispatch plan`: a day proposed by the solver, applied, exported, or a day problem from a file solved."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dispatch.commands.opening import common_options, open_seat, open_store
from dispatch.commands.standard_input import called, file_named


def add_parsers(groups: Any) -> None:
    """Register `dispatch plan`."""
    plan = groups.add_parser(
        "plan",
        parents=[common_options()],
        help="propose a day: who goes where when, and why what is left out does not fit",
        description="Proposes a plan of a day and changes nothing; --apply writes it as one change that undo takes back.",
    )
    plan.add_argument("--date", metavar="DAY", help="default: today")
    plan.add_argument(
        "--seconds", type=float, metavar="S", help="how long to look for better plans (default 2; 0: the first)"
    )
    plan.add_argument("--apply", action="store_true", help="write it")
    plan.add_argument("--technician", action="append", metavar="NAME", help="with --apply: only their part; repeat")
    plan.add_argument(
        "--problem",
        metavar="FILE",
        help="solve a day problem from a file (- reads standard input) instead; needs no database",
    )
    plan.add_argument("--export", choices=["vroom"], help="print the day as VROOM JSON instead of planning it")
    plan.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    plan.set_defaults(run=_plan)


def _plan(args: argparse.Namespace) -> int:
    from dispatch.desk.refusals import Faulty

    seconds = 2.0 if args.seconds is None else args.seconds
    if not 0 <= seconds <= 3600:
        raise Faulty(["seconds: from 0 to 3600"])
    if args.problem is not None:
        return _problem(args.problem, seconds, as_json=args.json)
    if args.export:
        return _export(args)
    return _day(args, seconds)


def _problem(path: str, seconds: float, *, as_json: bool) -> int:
    import json

    from dispatch.commands.usage import EXIT_USAGE
    from dispatch.model.text import show
    from dispatch.planning.problem_file import BadProblem, problem_from
    from dispatch.planning.solving import Solving
    from dispatch.planning.why_not import why_not

    try:
        with file_named(path) as named, named.open(encoding="utf-8") as file:
            problem = problem_from(json.load(file))
    except OSError as error:
        print(f"dispatch: {show(called(path), 200)}: {error.strerror}.", file=sys.stderr)
        return EXIT_USAGE
    except BadProblem as bad:
        print(
            "\n".join(f"dispatch: {show(called(path), 200)}: {show(fault, 200)}" for fault in bad.faults),
            file=sys.stderr,
        )
        return EXIT_USAGE
    except (ValueError, RecursionError) as error:
        print(f"dispatch: {show(called(path), 200)} is not JSON: {show(str(error), 200)}", file=sys.stderr)
        return EXIT_USAGE
    solving = Solving(problem, seconds)
    for _ in solving:
        pass
    best = solving.best
    assert best is not None
    judged = best.judgement

    def clock(moment: int) -> str:
        return f"{moment // 3600:02}:{moment // 60 % 60:02}"

    left = [why_not(problem, best.plan, index, lambda one: one.id, clock) for index in judged.left_out]
    if as_json:
        form = {
            "routes": {
                one.id: [problem.visits[index].id for index in order]
                for one, order in zip(problem.technicians, best.plan, strict=True)
            },
            "left_out": [{"id": problem.visits[one.visit].id, "why": one.text} for one in left],
            "cost": round(judged.cost, 3),
            "travel_minutes": round(judged.travel_minutes, 2),
            "late_minutes": round(judged.late_minutes, 2),
            "cpu_seconds": round(solving.cpu_seconds, 3),
        }
        print(json.dumps(form | ({"note": solving.note} if solving.note else {})))
        return 0
    if solving.note:
        print(show(solving.note, 300))
    for one, order, route in zip(problem.technicians, best.plan, judged.routes, strict=True):
        stops = "  ".join(
            f"{clock(start)} {show(problem.visits[index].id)}" for start, index in zip(route.starts, order, strict=True)
        )
        print(f"{show(one.id)}: {stops or 'nothing'}")
    for reason in left:
        print(f"left out {show(problem.visits[reason.visit].id)}: {show(reason.text, 600)}")
    print(
        f"cost {judged.cost:.1f}: {judged.travel_minutes:.0f} min driving, {judged.late_minutes:.0f} min late, "
        f"{len(judged.left_out)} left out; {solving.cpu_seconds:.2f} CPU seconds"
    )
    return 0


def _export(args: argparse.Namespace) -> int:
    import json

    from dispatch.desk.proposing import vroom_form

    store = open_store(args)
    print(json.dumps(vroom_form(store, _wanted(args, store))))
    return 0


def _day(args: argparse.Namespace, seconds: float) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk import proposing, roads
    from dispatch.desk.plain import proposal_lines
    from dispatch.model.text import show

    seat = open_seat(args)
    day = _wanted(args, seat.store)
    for note in roads.prefetch(seat, day).notes:
        print(show(note, 300), file=sys.stderr)
    proposal = proposing.propose(seat.store, day, seconds)
    applied = proposing.apply(seat, proposal, args.technician) if args.apply else 0
    if args.json:
        print_json(proposal_form(proposal, applied if args.apply else None))
        return 0
    print("\n".join(proposal_lines(proposal)))
    if args.apply:
        print(f"{applied} moved; dispatch visit undo takes it back as one." if applied else "Nothing moved.")
    elif proposal.moves:
        print("Nothing was changed. --apply writes it.")
    return 0


def proposal_form(proposal: Any, applied: int | None) -> dict[str, Any]:
    """A proposal for `--json`."""
    from dataclasses import asdict

    from dispatch.model.instants import iso

    def end(where: tuple[str, int] | None) -> dict[str, str] | None:
        return None if where is None else {"technician": where[0], "start": iso(where[1], proposal.zone)}

    return {
        "date": proposal.day.isoformat(),
        "before": asdict(proposal.before),
        "after": asdict(proposal.after),
        "moves": [
            {"reference": move.visit.reference, "client": move.visit.client}
            | {"before": end(move.before), "after": end(move.after)}
            for move in proposal.moves
        ],
        "left_out": [
            {"reference": one.visit.reference, "client": one.visit.client, "why": one.why} for one in proposal.left_out
        ],
        "note": proposal.note,
        "cpu_seconds": round(proposal.cpu_seconds, 3),
        "applied": applied,
    }


def _wanted(args: argparse.Namespace, store: Any) -> Any:
    from dispatch.desk import views
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day

    today = views.today(store)
    if args.date is None:
        return today
    try:
        return parse_day(args.date, today=today)
    except ValueError as fault:
        raise Faulty([str(fault)]) from None
