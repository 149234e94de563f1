"""The judge of a plan for a day problem: when everything happens, what it costs, or why it cannot be.

It knows nothing of any solver. A route is timed as early as it can be; the break goes where it costs least.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dispatch.planning.problem import Break, Plan, PlannedTechnician, PlannedVisit, Problem, may_do
from dispatch.planning.sequences import behind, followers, no_later


class TimedRoute(NamedTuple):
    """A route in time. `starts` are the begins of service, `home` the moment of coming home; seconds otherwise.

    `price` is in minutes of driving and holds everything but visits left out.
    """

    starts: tuple[int, ...]
    home: int
    travel: int
    late: float
    waiting: int
    overtime: int
    price: float


class Judgement(NamedTuple):
    """A whole plan: its routes in time, what is left out, its cost. `late_minutes` counts every due that is missed."""

    routes: tuple[TimedRoute, ...]
    left_out: tuple[int, ...]
    cost: float
    travel_minutes: float
    late_minutes: float


class _State(NamedTuple):
    """How far a route has come: the moment, the lateness priced so far, the waiting, and when each service began."""

    now: int
    late_price: float
    late: float
    waiting: int
    starts: tuple[int, ...]


def timed(
    problem: Problem, technician: int, order: Sequence[int], legs: Sequence[int] | None = None
) -> TimedRoute | None:
    """The best timing of a route; None where it cannot be driven within windows, breaks and shift.

    Args:
        problem: the day.
        technician: an index.
        order: indexes of visits.
        legs: the drive to each of them and home, where it is not that of the matrix.
    """
    who = problem.technicians[technician]
    visits = [problem.visits[index] for index in order]
    if not visits:
        # nobody who stays at home needs a break
        return TimedRoute((), who.shift[0], 0, 0.0, 0, 0, 0.0)
    if not all(may_do(who, visit) for visit in visits):
        return None
    if who.cap is not None and sum(visit.service for visit in visits) > who.cap:
        return None
    if who.capacity is not None and sum(visit.load for visit in visits) > who.capacity:
        return None
    if legs is None:
        seconds = problem.seconds
        places = [who.start, *(visit.place for visit in visits), who.end]
        legs = [seconds[place][following] for place, following in pairwise(places)]
    bare = _run(problem, who, visits, legs, ())
    needed = tuple(
        pause
        for pause in who.breaks
        if pause.unless_home_by is None or bare is None or bare.home > pause.unless_home_by
    )
    if not needed:
        return bare
    if bare is None:
        return None  # with a break nothing gets earlier
    return _run(problem, who, visits, legs, needed)


class PricedRoute(NamedTuple):
    """What a route costs, and when each service of it begins."""

    price: float
    starts: tuple[int, ...]


def priced(problem: Problem, technician: int, order: Sequence[int]) -> PricedRoute | None:
    """A route with what it costs extra that this technician does its visits; None where it cannot be driven."""
    if (route := timed(problem, technician, order)) is None:
        return None
    name = problem.technicians[technician].id
    return PricedRoute(route.price + sum(problem.visits[visit].extra.get(name, 0.0) for visit in order), route.starts)


def price_of(problem: Problem, technician: int, order: Sequence[int]) -> float | None:
    """What a route costs; None where it cannot be driven."""
    route = priced(problem, technician, order)
    return None if route is None else route.price


def sequenced(problem: Problem, plan: Plan) -> Problem | None:
    """The problem with windows in which the visits of a plan come after one another as they have to; None where they cannot."""
    if not (waits := followers(problem)):
        return problem
    now, starts = problem, dict[int, int]()
    # in each round one more of those that wait stands where it can; where no end comes, they wait for one another
    for _ in range(len(waits) + 2):
        routes = [timed(now, technician, order) for technician, order in enumerate(plan)]
        begun = {
            index: start
            for order, route in zip(plan, routes, strict=True)
            if route is not None
            for index, start in zip(order, route.starts, strict=True)
        }
        if None in routes:
            return None
        if begun == starts:
            return no_later(now, starts)
        now, starts = behind(problem, begun), begun
    return None


def judge(problem: Problem, plan: Plan) -> Judgement | None:
    """What a plan costs; None where a route of it cannot be, a visit is done twice, or before what it comes after is over."""
    in_sequence = sequenced(problem, plan)
    if in_sequence is None:
        return None
    problem = in_sequence
    routes = []
    done: set[int] = set()
    for technician, order in enumerate(plan):
        route = timed(problem, technician, order)
        if route is None or done.intersection(order) or len(set(order)) != len(order):
            return None
        done.update(order)
        routes.append(route)
    left = tuple(index for index in range(len(problem.visits)) if index not in done)
    cost = sum(route.price for route in routes) + sum(problem.visits[index].left_out for index in left)
    cost += sum(
        problem.visits[index].extra.get(problem.technicians[technician].id, 0.0)
        for technician, order in enumerate(plan)
        for index in order
    )
    return Judgement(
        tuple(routes), left, cost, sum(route.travel for route in routes) / 60, sum(route.late for route in routes) / 60
    )


def _run(
    problem: Problem,
    who: PlannedTechnician,
    visits: Sequence[PlannedVisit],
    legs: Sequence[int],
    breaks: tuple[Break, ...],
) -> TimedRoute | None:
    """Drive the route with all of `breaks` on the way, each before a drive or on arrival, where it costs least."""
    # states by how many breaks were taken; of those with as many, only what nothing else beats is kept
    states: list[list[_State]] = [[_State(who.shift[0], 0.0, 0.0, 0, ())]] + [[] for _ in breaks]
    for position, leg in enumerate(legs):
        _pause(states, breaks)
        home = position == len(visits)
        drive = leg
        if position and not home:
            drive += problem.between(visits[position - 1].place, visits[position].place)
        for taken, own in enumerate(states):
            states[taken] = [state._replace(now=state.now + drive) for state in own]
        if home:
            break
        visit = visits[position]
        # nobody sets out before an absence is over; what stays where it is was put there all the same
        _pause(states, breaks, absences=visit.kept)
        for taken, own in enumerate(states):
            served = [after for state in own if (after := _serve(problem, state, visit)) is not None]
            states[taken] = _best(served)
    travel = sum(legs)
    return min(
        (ended for state in states[len(breaks)] if (ended := _ended(problem, who, visits, state, travel)) is not None),
        key=lambda ended: (ended.price, ended.home),
        default=None,
    )


def _pause(states: list[list[_State]], breaks: tuple[Break, ...], *, absences: bool = True) -> None:
    """Let each state also take the breaks that come next, as early as it may; without `absences` none from the first absence on."""
    for taken, pause in enumerate(breaks):
        if pause.is_absence and not absences:
            break
        for state in states[taken]:
            begins = max(state.now, pause.earliest)
            if begins <= pause.latest:
                waited = state.waiting + begins - state.now
                states[taken + 1].append(state._replace(now=begins + pause.seconds, waiting=waited))


def _serve(problem: Problem, state: _State, visit: PlannedVisit) -> _State | None:
    """Begin the service as early as its windows and the raster allow."""
    for opens, closes in visit.windows:
        begins = max(state.now, opens)
        if opens < closes and not visit.kept:  # else it is held at that moment
            begins = problem.on_raster(begins)
        if begins <= closes:
            late = [(begins - due, price) for due, price in visit.dues if begins > due]
            return _State(
                begins + visit.service,
                state.late_price + sum(seconds * price for seconds, price in late) / 60,
                state.late + sum(seconds for seconds, _ in late),
                state.waiting + begins - state.now,
                (*state.starts, begins),
            )
    return None


def _best(states: list[_State]) -> list[_State]:
    """Without those that are no earlier and no cheaper than another."""
    best: list[_State] = []
    for state in sorted(states, key=lambda state: (state.now, state.late_price, state.waiting)):
        if not best or state.late_price < best[-1].late_price:
            best.append(state)
    return best


def _ended(
    problem: Problem, who: PlannedTechnician, visits: Sequence[PlannedVisit], state: _State, travel: int
) -> TimedRoute | None:
    over = max(0, state.now - who.shift[1])
    if over > who.overtime:
        return None
    prices = problem.prices
    # before the first visit nobody waits: the day just begins later
    waiting = max(0, state.waiting - max(0, state.starts[0] - who.shift[0])) if state.starts else 0
    hours = sum(visit.service for visit in visits) / 3600
    price = (
        travel / 60 * prices.travel
        + prices.balance * hours**2
        + state.late_price
        + waiting / 60 * prices.waiting
        + over / 60 * prices.overtime
    )
    return TimedRoute(state.starts, state.now, travel, state.late, waiting, over, price)
