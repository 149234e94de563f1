"""`dispatch plan`: a day proposed by the solver, applied, exported, or a day problem from a file solved."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from dispatch.commands import exits
from dispatch.commands.declared import alone
from dispatch.commands.opening import open_store, user_of
from dispatch.commands.options import JSON, Args, flag, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.standard_input import called, file_named
from dispatch.commands.typed import day_typed, hours, solver_host
from dispatch.desk.plan import scope
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.model import solver_hosts
from dispatch.model.forms import form, forms
from dispatch.model.text import show

with lazily(__name__):
    from db import settings
    from db.store import Store
    from dispatch.desk.plan import companions, proposing, taking, vroom_form, week
    from dispatch.desk.plan.plan_search import PlanFound
    from dispatch.desk.plan.proposal import DayFigures, Move, Proposal, Standing
    from dispatch.desk.plan.week_plan import WeekPlan
    from dispatch.desk.roads import road_engines
    from dispatch.desk.session.user import User
    from dispatch.desk.texts import plan_words
    from dispatch.desk.visits import steps
    from dispatch.planning import budget, crowd, problem_file, serving, why_not
    from dispatch.planning import solving as solver

_HERE = "here"
"""The host that is this machine."""


@alone(
    "plan",
    "propose a day: who goes where when, and why what is left out does not fit",
    option("--date", "DAY", "default: today"),
    option(
        "--seconds",
        "S",
        "how long to look for better plans (default 2, from 16 technicians on 5, from 51 on 10; 0: the first)",
        type=float,
    ),
    option(
        "--scope",
        None,
        "what may move: all that may, the least that has to, or only the queue (default: all)",
        choices=[*map(str, scope.Freedom)],
    ),
    option("--technician", "NAME", "plan only their part, the rest stays; repeat", action="append"),
    option("--between", "HOURS", "plan only this part of the day: 13-17, 8:30-12", type=hours),
    option("--overtime", "MINUTES", "past the shift at most (default: as the firm has it; 0: none)", type=int),
    flag("--week", "lay the requests over the seven days from that day on, each between its wanted and its latest day"),
    flag("--apply", "write it"),
    option(
        "--only",
        "WORDS",
        "with --apply: only these moves and what they need; a reference, technician, client, address, skill, P1, or hours; repeat",
        action="append",
    ),
    option("--but", "WORDS", "with --apply: all moves but these; repeat", action="append"),
    option(
        "--solver-host",
        "USER@HOST",
        "plan on another machine, where dispatch is installed; repeat: each plans a part of the map"
        " (default: as the firm has it; here: on this one)",
        action="append",
        type=solver_host,
    ),
    option("--problem", "FILE", "solve a day problem from a file (- reads standard input) instead; needs no database"),
    option("--export", None, "print the day as VROOM JSON instead of planning it", choices=["vroom"]),
    JSON,
    about="Proposes a plan of a day and changes nothing; --apply writes it as one change that undo takes back.",
)
def _plan(args: Args) -> Result:
    if args.seconds is not None and not 0 <= args.seconds <= 3600:
        raise Faulty(["seconds: from 0 to 3600"])
    if (args.only or args.but) and not args.apply:
        raise Faulty(["only, but: they say what --apply takes; give it too"])
    given = [name for name in _unused(args) if getattr(args, name) is not None and getattr(args, name) is not False]
    if given:
        raise Faulty([f"{', '.join(given)}: says nothing beside --{'export' if args.problem is None else 'problem'}"])
    if args.problem is not None:
        return _problem(args)
    if not args.export:
        return _day(args)
    store = open_store(args)
    return json.dumps(vroom_form.vroom_form(store, day_typed(store, args.date)))


def _unused(args: Args) -> Sequence[str]:
    """The options that say nothing for what is asked: a form for another program is of one day, as it stands."""
    of_a_plan = ("scope", "technician", "between", "overtime", "week", "apply")
    if args.problem is not None:
        return ("date", *of_a_plan, "export")
    return (*of_a_plan, "seconds", "solver_host") if args.export else ()


def _problem(args: Args) -> int:
    faults: list[str] = []
    name = show(called(args.problem), 200)
    try:
        with file_named(args.problem) as named, named.open(encoding="utf-8") as file:
            problem = problem_file.read_problem(file)
    except OSError as error:
        faults = [f"{name}: {error.strerror}."]
    except problem_file.BadProblem as bad:
        faults = [f"{name}: {show(fault, 200)}" for fault in bad.faults]
    except (ValueError, RecursionError) as error:
        faults = [f"{name} is not JSON: {show(str(error), 200)}"]
    if faults:
        print("\n".join(f"dispatch: {fault}" for fault in faults), file=sys.stderr)
        return exits.USAGE
    seconds = budget.thinking_time(len(problem.technicians)) if args.seconds is None else args.seconds
    bounds = budget.Budget(seconds, args.begun)
    solving = solver.Solving(problem, seconds, begun=bounds.begun, workplace=_workplace(args))
    for _ in solving:
        pass
    best = solving.best
    assert best is not None
    judged = best.judgement

    def clock(moment: int) -> str:
        return f"{moment // 3600:02}:{moment // 60 % 60:02}"

    left = {
        index: budget.NOT_REACHED
        if bounds.over()
        else why_not.no_room(problem, best.plan, index, lambda thing: thing.id, clock)
        for index in judged.left_out
    }
    if args.json:
        document = {
            "routes": {
                technician.id: [problem.visits[index].id for index in order]
                for technician, order in zip(problem.technicians, best.plan, strict=True)
            },
            "left_out": [{"id": problem.visits[index].id, "why": why} for index, why in left.items()],
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
    for index, why in left.items():
        print(f"left out {show(problem.visits[index].id)}: {show(why, 600)}")
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
    asked, workplace = _scope(user.store, args, day), _workplace(args, user.firm.solver_hosts)
    if args.week:
        days = [day + datetime.timedelta(days=number) for number in range(7)]
        planned = week.plan_week(user.store, days, args.seconds, asked, args.begun, workplace)
        taken = _taken(user, planned.moves, planned.label, args)
        return Answer(
            planned,
            lambda planned: _week_form(planned) | _taken_form(taken),
            lambda planned: [*plan_words.week_lines(planned), *_taken_lines(taken, planned.moves)],
        )
    found = proposing.propose(user.store, day, args.seconds, asked, args.begun, workplace)
    best = found.best
    taken = _taken(user, best.moves, best.label, args)
    return Answer(
        found,
        lambda found: _form(found) | _taken_form(taken),
        lambda found: [*plan_words.proposal_lines(*found), *_taken_lines(taken, best.moves)],
    )


def _workplace(args: Args, usual: str = "") -> crowd.Workplace:
    """Where it is solved: as the options say, else as usual."""
    hosts = solver_hosts.hosts_of(usual if args.solver_host is None else " ".join(args.solver_host))
    return crowd.Workplace(tuple(host for host in hosts if host != _HERE))


def _taken(user: User, moves: Sequence[Move], label: str, args: Args) -> taking.Taken | None:
    """What is written of a plan; None where nothing is asked to be."""
    return taking.take(user, moves, label, _chosen(user.store, moves, args)) if args.apply else None


def _taken_lines(taken: taking.Taken | None, moves: Sequence[Move]) -> Iterable[str]:
    if taken is not None:
        return plan_words.taken_lines(taken)
    return ["Nothing was changed. --apply writes it."] if moves else []


def _taken_form(taken: taking.Taken | None) -> dict[str, Any]:
    skipped = [] if taken is None else [{"reference": reference, "why": why} for reference, why in taken.skipped]
    return {"applied": None if taken is None else len(taken.moved), "skipped": skipped}


def _scope(store: Store, args: Args, day: datetime.date) -> scope.PlanScope:
    """What of the day is planned, as the options say."""
    technicians = None
    if args.technician:
        technicians = frozenset(steps.driver(store, name).id for name in args.technician)
    if args.overtime is not None and not 0 <= args.overtime <= 240:
        raise Faulty(["overtime: whole minutes from 0 to 240"])
    return scope.PlanScope(scope.Freedom(args.scope or scope.Freedom.ALL), technicians, args.between, args.overtime)


def _chosen(store: Store, moves: Sequence[Move], args: Args) -> set[str] | None:
    """The moves that are taken, by reference; None for all."""

    def named(words: Iterable[str]) -> set[str]:
        meant = taking.matching(store, moves, words, settings.firm(store).zone)
        if nothing := [word for word, found in meant.items() if not found]:
            raise Refusal(f"No move of this plan is spoken of by {show(', '.join(nothing))}. Nothing was changed.")
        return {move.visit.reference for found in meant.values() for move in found}

    if not args.only and not args.but:
        return None
    wanted = named(args.only) if args.only else {move.visit.reference for move in moves}
    return set(companions.without(moves, named(args.but))) & wanted if args.but else wanted


def _form(found: PlanFound[Proposal]) -> dict[str, Any]:
    least = found.least
    beside = None if least is None else _beside_form(least.after, least.stirred)
    return _proposal_form(found.best) | {"least_change": beside}


def _beside_form(after: DayFigures, stirred: int) -> dict[str, Any]:
    return {"after": asdict(after), "stirred": stirred}


def _week_form(planned: WeekPlan) -> dict[str, Any]:
    return form(
        planned,
        "days after stirred least_change gain_minutes left_out note cpu_seconds",
        after=asdict(planned.after),
        least_change=planned.least and _beside_form(planned.least.after, planned.least.stirred),
        gain_minutes=None if planned.gain is None else round(planned.gain.total, 1),
        days=[_proposal_form(day) for day in planned.days],
        left_out=forms(planned.left_out, "reference=visit.reference client=visit.client why"),
        cpu_seconds=round(planned.cpu_seconds, 3),
    )


def _proposal_form(proposal: Proposal) -> dict[str, Any]:
    def end(where: Standing | None) -> dict[str, Any] | None:
        return where and form(where, "technician start@ others", proposal.zone)

    return form(
        proposal,
        "date=day before after stirred broken technicians moves left_out note cpu_seconds",
        before=asdict(proposal.before),
        after=asdict(proposal.after),
        moves=[
            form(
                move,
                "reference=visit.reference client=visit.client before after later_days remark needs",
                before=end(move.before),
                after=end(move.after),
                later_days=forms(move.later, "day=number start@ end@ remark", proposal.zone),
            )
            for move in proposal.moves
        ],
        left_out=forms(
            proposal.left_out,
            "reference=visit.reference client=visit.client priority=visit.priority emergency=visit.emergency why",
        ),
        cpu_seconds=round(proposal.cpu_seconds, 3),
        broken=forms(proposal.broken, "reference=visit.reference client=visit.client technician text minutes"),
        technicians=[own._asdict() for own in proposal.technicians],
    )


@alone(
    "solve-worker",
    "plan for another machine, which asks over SSH (docs/growing.md)",
    about="Reads one question from standard input and answers it. It ends with whoever asks, and opens no database.",
    common=False,
)
def _solve_worker(_: Args) -> int:
    return serving.serve()


COMMANDS = (_plan, _solve_worker)
