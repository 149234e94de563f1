"""Visits that come after one another in a plan: one begins when the other is over (design/planning.md, Jobs as they are).

No route knows of another one. So windows say it: whoever waits has them from the moment at which a plan has the other one over,
and that one may come earlier from then on, but no later. Every plan within such windows is in order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from dispatch.planning.problem import Follows, Plan, PlannedVisit, Problem, Span, may_do

HOLDS_UP = 100.0
"""What it costs, in minutes of driving, that a visit begins a minute later than leaves room for what waits for it: more than a
late arrival, less than leaving it out."""
_NEVER = 1 << 60


def followers(problem: Problem) -> dict[int, int | None]:
    """What waits for another visit, and for which; None where that is not among what is planned. All are indexes."""
    if not any(visit.after for visit in problem.visits):
        return {}
    index = {visit.id: number for number, visit in enumerate(problem.visits)}
    return {number: index.get(visit.after.id) for number, visit in enumerate(problem.visits) if visit.after is not None}


def behind(problem: Problem, starts: Mapping[int, int]) -> Problem:
    """The problem in which what waits has windows only from where the other one, begun as `starts` says, is over."""
    visits = list(problem.visits)
    for number, before in followers(problem).items():
        visit, rule = visits[number], visits[number].after
        if rule is None or before is None or before not in starts:
            visits[number] = replace(visit, windows=())
        else:
            room = _room(problem, rule, starts[before] + visits[before].service)
            visits[number] = replace(visit, windows=_within(visit.windows, *room))
    return replace(problem, visits=tuple(visits))


def no_later(problem: Problem, starts: Mapping[int, int]) -> Problem:
    """The problem in which what others wait for begins no later than `starts` says."""
    visits = list(problem.visits)
    for before in set(followers(problem).values()):
        if before is not None and before in starts:
            visits[before] = replace(visits[before], windows=_within(visits[before].windows, 0, starts[before]))
    return replace(problem, visits=tuple(visits))


def worth_what_waits(problem: Problem, given_up: Collection[int] = ()) -> Problem:
    """The problem in which leaving a visit out costs what leaving out all that waits for it does too, but for what was given up."""
    waits = followers(problem)
    visits = list(problem.visits)
    for number in waits:
        if number in given_up:
            continue
        price, before = problem.visits[number].left_out, waits[number]
        while before is not None:
            visits[before] = replace(visits[before], left_out=visits[before].left_out + price)
            before = waits.get(before)
    return replace(problem, visits=tuple(visits))


def leaving_room(problem: Problem) -> Problem:
    """The problem in which it is dear that a visit is over too late for what waits for it."""
    visits = list(problem.visits)
    latest: dict[int, int] = {}
    if not (waits := followers(problem)):
        return problem
    # from the end of each chain on
    for number in sorted(waits, key=lambda number: -len(list(_before(waits, number)))):
        visit, before = problem.visits[number], waits[number]
        if before is None or not visit.windows or visit.after is None:
            continue
        last = min(latest.get(number, _NEVER), _last_begin(problem, visit))
        if visit.after.day == "later":
            last = min(last, _midnight(problem, last))
        moment = _earlier(problem, last, visit.after.days) - visit.after.seconds - visits[before].service
        if visits[before].windows and moment >= visits[before].windows[0][0]:  # else there is no room, wherever it is
            latest[before] = min(latest.get(before, _NEVER), moment)
    for number, moment in latest.items():
        visits[number] = replace(visits[number], dues=(*visits[number].dues, (moment, HOLDS_UP)))
    return replace(problem, visits=tuple(visits))


def without_windows(problem: Problem, numbers: Collection[int]) -> Problem:
    """The problem in which some visits cannot be done."""
    visits = (replace(visit, windows=()) if number in numbers else visit for number, visit in enumerate(problem.visits))
    return replace(problem, visits=tuple(visits)) if numbers else problem


def in_order(problem: Problem, plan: Plan) -> Plan:
    """A plan without what waits for something that is not in it."""
    waits = followers(problem)
    done = {index for order in plan for index in order}
    while lost := {index for index in done if index in waits and waits[index] not in done}:
        done -= lost
    return tuple(tuple(index for index in order if index in done) for order in plan) if waits else plan


def _last_begin(problem: Problem, visit: PlannedVisit) -> int:
    """The last moment at which somebody can begin a visit and be home in time."""
    return min(
        visit.windows[-1][1],
        max(
            (
                who.shift[1] + who.overtime - problem.seconds[visit.place][who.end] - visit.service
                for who in problem.technicians
                if may_do(who, visit)
            ),
            default=_NEVER,
        ),
    )


def _before(waits: Mapping[int, int | None], number: int) -> Iterator[int]:
    before = waits.get(number)
    while before is not None:
        yield before
        before = waits.get(before)


def _room(problem: Problem, rule: Follows, over: int) -> Span:
    """From when to when a visit may begin after one that is over at a moment, or goes on then on the next days."""
    begins = (problem.midnight, *problem.midnights)
    first = bisect_right(problem.midnights, over)
    day = first + rule.days
    if day >= len(begins):
        return _NEVER, _NEVER
    over += begins[day] - begins[first]
    ends = begins[day + 1] if day + 1 < len(begins) else _NEVER
    if rule.day == "later":
        return max(ends, over + rule.seconds), _NEVER
    return over + rule.seconds, ends - 1 if rule.day == "same" else _NEVER


def _earlier(problem: Problem, moment: int, days: int) -> int:
    """The same time so many of the planned days earlier; before all of them where there are not so many."""
    begins = (problem.midnight, *problem.midnights)
    day = bisect_right(problem.midnights, moment)
    return moment - (begins[day] - begins[day - days]) if days <= day else 0


def _midnight(problem: Problem, moment: int) -> int:
    """When the day of a moment began; for the first of the days the smallest moment there is."""
    day = bisect_right(problem.midnights, moment)
    return problem.midnights[day - 1] if day else 0


def _within(windows: tuple[Span, ...], first: int, last: int) -> tuple[Span, ...]:
    return tuple(
        (max(opens, first), min(closes, last)) for opens, closes in windows if opens <= last and closes >= first
    )
