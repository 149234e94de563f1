"""Why a visit stays out of a plan: what keeps it from each technician, and what giving way would place it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from dispatch.model.skills import spoken
from dispatch.planning.cheapest_insertion import Room
from dispatch.planning.judging import TimedRoute, may_do, timed
from dispatch.planning.problem import Plan, PlannedTechnician, Problem

HOURS = 3 * 3600
"""So much past the shift is tried before it is said that the day is too short."""

SHORT = 120
"""A reason in a line is no longer than about this."""

NameOf = Callable[[PlannedTechnician], str]
ClockText = Callable[[int], str]


class WhyNot(NamedTuple):
    """`reasons` has a sentence for each technician, `relaxing` what would place it, each tried."""

    visit: int
    reasons: tuple[str, ...]
    relaxing: tuple[str, ...]

    @property
    def text(self) -> str:
        """The most of it in one short line: what would place it, then what keeps it out."""
        text = f"would fit {self.relaxing[0]}" if self.relaxing else ""
        for reason in self.reasons:
            longer = f"{text}; {reason}" if text else reason
            if text and len(longer) > SHORT:
                break
            text = longer
        return text


def why_not(problem: Problem, plan: Plan, visit: int, named: NameOf, clock: ClockText) -> WhyNot:
    """What keeps a visit out of a plan.

    Args:
        problem: the day.
        plan: the plan without it.
        visit: its index.
        named: a technician in words.
        clock: a moment in words.
    """
    reasons, relaxing = [], []
    alike: dict[str, list[str]] = {}
    for number, technician in enumerate(problem.technicians):
        reason, ways = _with(problem, plan, visit, number, clock)
        alike.setdefault(reason, []).append(named(technician))
        relaxing += [f"with {named(technician)} {way}" for way in ways]
    for reason, names in alike.items():
        shown = ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
        reasons.append(f"{reason} ({shown})")
    if not problem.technicians:
        reasons.append("nobody works on this day")
    return WhyNot(visit, tuple(reasons), tuple(dict.fromkeys(relaxing))[:4])


def _with(problem: Problem, plan: Plan, index: int, number: int, clock: ClockText) -> tuple[str, list[str]]:
    """The reason that keeps a visit from one technician, and what of it could give way."""
    technician, visit = problem.technicians[number], problem.visits[index]
    missing = spoken(visit.skills - technician.skills)
    if missing:
        learned = replace(technician, skills=technician.skills | visit.skills)
        ways = (
            [f"if they knew {', '.join(missing)}"] if _fits(_one(problem, number, learned), plan, index, number) else []
        )
        return f"lacks {', '.join(missing)}", ways
    if not may_do(technician, visit):
        return "is not among those who may do it", []
    if (fit := _fits(problem, plan, index, number)) is not None:
        dearer = round(fit[0].price - _now(problem, plan, number))
        return f"would cost {dearer} min, more than leaving it out", []
    reasons: list[tuple[str, str]] = []
    late = _one(problem, number, replace(technician, overtime=technician.overtime + HOURS))
    if (fit := _fits(late, plan, index, number)) is not None:
        over = f"{-(-(fit[0].home - technician.shift[1]) // 60)} min past the shift"
        reasons.append((f"home {over}", over))
    open_all_day = replace(visit, windows=(technician.shift,))
    opened = replace(problem, visits=(*problem.visits[:index], open_all_day, *problem.visits[index + 1 :]))
    if (fit := _fits(opened, plan, index, number)) is not None:
        at = f"at {clock(fit[0].starts[fit[1]])}, outside its hours"
        reasons.append((f"only {at}", at))
    if technician.breaks and _fits(_one(problem, number, replace(technician, breaks=())), plan, index, number):
        reasons.append(("no time left beside the break", "without the break"))
    if problem.buffer and _fits(replace(problem, buffer=0), plan, index, number):
        reasons.append(("only without the buffer", "without the buffer"))
    if technician.cap is not None and _fits(_one(problem, number, replace(technician, cap=None)), plan, index, number):
        reasons.append(("the day is as full as it may be", "beyond the utilisation cap"))
    return " · ".join(reason for reason, _ in reasons) or "no room in the day", [way for _, way in reasons]


def _fits(problem: Problem, plan: Plan, index: int, number: int) -> tuple[TimedRoute, int] | None:
    """The cheapest timing of a technician's route with the visit in it, and which stop that is; None where there is none."""
    route = plan[number]
    places = [at for _, at in Room(problem, number, route).places(index)]
    tried = ((timed(problem, number, (*route[:at], index, *route[at:])), at) for at in places)
    return min(
        ((route_time, at) for route_time, at in tried if route_time is not None),
        key=lambda fit: fit[0].price,
        default=None,
    )


def _now(problem: Problem, plan: Plan, number: int) -> float:
    route = timed(problem, number, plan[number])
    return route.price if route is not None else 0.0


def _one(problem: Problem, number: int, technician: PlannedTechnician) -> Problem:
    technicians = (*problem.technicians[:number], technician, *problem.technicians[number + 1 :])
    return replace(problem, technicians=technicians)
