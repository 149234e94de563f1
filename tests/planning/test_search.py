"""The search by itself: nobody idle while a request that fits is left out, insertion that misses nothing, helpers, loads."""

from __future__ import annotations

import itertools
import math
import random
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.solomon import problem_of
from dispatch.planning.cheapest_insertion import CheapestInsertion, insert_cheapest
from dispatch.planning.judging import judge, price_of
from dispatch.planning.problem import KEPT, Break, PlannedTechnician, PlannedVisit, Prices, Problem, SubProblem
from dispatch.planning.problem_file import BadProblem, problem_from
from dispatch.planning.solver.helpers import ForkedHelpers
from dispatch.planning.solver.search import PlanEngine, Search
from tests.planning.test_judging import problems
from tests.quick import examples

H = 3600
LEFT_OUT = {1: 8e6, 2: 4e6, 3: 2e6, 4: 1e6}


def overdue_day(seed: int, technicians: int = 3, visits: int = 9) -> Problem:
    """A day on which some of the work should have been done before, with the prices of a firm's own days."""
    chance = random.Random(seed)
    places = [(chance.uniform(0, 40), chance.uniform(0, 40)) for _ in range(technicians + visits)]
    seconds = [[60 * round(1.7 * math.dist(one, other)) for other in places] for one in places]
    crew = tuple(
        PlannedTechnician(
            f"t{number}",
            number,
            number,
            (8 * H, chance.choice((12, 17, 17)) * H),
            frozenset(chance.sample(("net", "print", "voip"), 2)),
            (Break(12 * H, 13 * H, H // 2, unless_home_by=13 * H),),
            overtime=chance.choice((0, H // 2)),
        )
        for number in range(technicians)
    )
    work = []
    for index in range(visits):
        overdue = chance.random() < 0.5
        opens = chance.choice((8, 8, 8, 10, 13)) * H
        priority = chance.randint(1, 4)
        work.append(
            PlannedVisit(
                f"v{index}",
                technicians + index,
                chance.choice((2, 4, 6, 10)) * H // 4,
                ((opens, chance.choice((opens + 2 * H, 17 * H))),),
                LEFT_OUT[priority] * (1.4 if overdue else 1.0),
                frozenset({chance.choice(("net", "print", "voip"))} if chance.random() < 0.6 else ()),
                priority,
                ((8 * H, 30.0),) if overdue else ((16 * H, 10.0),) if chance.random() < 0.3 else (),
                extra={"t0": 20.0} if chance.random() < 0.2 else {},
            )
        )
    prices = Prices(1.0, 0.3, 3.0)
    return Problem(crew, tuple(work), seconds, 1800, prices, addresses=tuple(range(len(places))), raster=300)


def fits_alone(problem: Problem, number: int, visit: PlannedVisit) -> bool:
    """Whether a technician with nothing else to do can do a visit: there, on the raster, home again, lunch at some time."""
    who = problem.technicians[number]
    if not visit.skills <= who.skills:
        return False
    there, back = problem.seconds[who.start][visit.place], problem.seconds[visit.place][who.end]
    ((opens, closes),) = visit.windows
    begins = -(-max(who.shift[0] + there, opens) // 300) * 300
    home = begins + visit.service + back
    if begins > closes or home > who.shift[1] + who.overtime:
        return False
    (lunch,) = who.breaks
    if lunch.unless_home_by is not None and home <= lunch.unless_home_by:
        return True
    # before it leaves, on arrival, after the work: one of them is enough
    late_there = -(-max(lunch.earliest + lunch.seconds + there, opens) // 300) * 300
    if late_there <= closes and late_there + visit.service + back <= who.shift[1] + who.overtime:
        return True
    waits = max(who.shift[0] + there, lunch.earliest)
    after = -(-max(waits + lunch.seconds, opens) // 300) * 300
    if waits <= lunch.latest and after <= closes and after + visit.service + back <= who.shift[1] + who.overtime:
        return True
    rests = max(begins + visit.service, lunch.earliest)
    return rests <= lunch.latest and rests + lunch.seconds + back <= who.shift[1] + who.overtime


def engines(problem: Problem) -> list[PlanEngine]:
    """VROOM where it is installed, and what is there without it."""
    try:
        from dispatch.planning.solver.vroom_engine import VroomEngine
    except ImportError:
        return [CheapestInsertion(problem)]
    return [VroomEngine(problem), CheapestInsertion(problem)]


@pytest.mark.parametrize("engine", [0, 1])
def test_nobody_is_idle_while_a_request_that_fits_is_left_out(engine: int) -> None:
    for seed in range(examples(200)):
        problem = overdue_day(seed)
        search = Search(problem, engines(problem)[min(engine, len(engines(problem)) - 1)], seed)
        *_, first = search.first()
        steps = search.steps + 12
        list(search.better(lambda steps=steps, search=search: float(search.steps >= steps)))  # type: ignore[misc]
        search.fill()
        for plan in (first.plan, search.found.plan):
            judged = judge(problem, plan)
            assert judged is not None
            for index in judged.left_out:
                idle = [number for number, order in enumerate(plan) if not order]
                assert not any(fits_alone(problem, number, problem.visits[index]) for number in idle), (seed, index)
                for number, order in enumerate(plan):
                    places = range(len(order) + 1)
                    tried = [price_of(problem, number, [*order[:at], index, *order[at:]]) for at in places]
                    assert tried == [None] * len(tried), (seed, index, number)


def test_what_is_late_already_waits_for_no_nearer_technician_of_a_later_day() -> None:
    """A technician on each of two days, the second of whom lives next door."""
    crew = tuple(PlannedTechnician(f"ana@{day}", day, day, ((24 * day + 8) * H, (24 * day + 17) * H)) for day in (0, 1))
    windows = tuple(who.shift for who in crew)
    visit = PlannedVisit("OLD", 2, H, windows, LEFT_OUT[3], dues=((9 * H, 10.0),))
    seconds = [[0, 0, H], [0, 0, 60], [H, 60, 0]]
    problem = Problem(crew, (visit,), seconds, prices=Prices(1.0, 0.3, 3.0), midnights=(24 * H,))
    for engine in engines(problem):
        assert dict(engine.solve(SubProblem((0, 1), (0,)))) == {0: [0], 1: []}


def test_what_is_due_on_the_first_day_has_it_before_what_may_wait() -> None:
    """One technician on each of two days, room for one visit each, and the one that may wait is nearer."""
    crew = tuple(PlannedTechnician(f"ana@{day}", 0, 0, ((24 * day + 8) * H, (24 * day + 12) * H)) for day in (0, 1))
    windows = tuple(who.shift for who in crew)
    waits = PlannedVisit("WAITS", 1, 2 * H, windows, LEFT_OUT[3])
    due = PlannedVisit("DUE", 2, 2 * H, windows, LEFT_OUT[3], dues=((17 * H, 10.0),))
    seconds = [[0, 60, H // 2], [60, 0, H], [H // 2, H, 0]]
    problem = Problem(crew, (waits, due), seconds, prices=Prices(1.0, 0.3, 3.0), midnights=(24 * H,))
    for engine in engines(problem):
        assert dict(engine.solve(SubProblem((0, 1), (0, 1)))) == {0: [1], 1: [0]}
    search = Search(problem, CheapestInsertion(problem))
    assert search.adopt(((0,), (1,))) is not None
    *_, found = search.better(lambda: float(search.steps > 50))
    assert found.plan == ((1,), (0,))


def test_late_on_the_day_that_is_due_is_nothing_for_the_next_one() -> None:
    """Two visits that are due at nine, one of which is late whatever is done; the second day's technician lives next door."""
    crew = tuple(PlannedTechnician(f"ana@{day}", day, day, ((24 * day + 8) * H, (24 * day + 17) * H)) for day in (0, 1))
    windows = tuple(who.shift for who in crew)
    both = tuple(PlannedVisit(name, 2, H, windows, LEFT_OUT[3], dues=((19 * H // 2, 10.0),)) for name in "AB")
    seconds = [[0, 0, H], [0, 0, 60], [H, 60, 0]]
    problem = Problem(crew, both, seconds, prices=Prices(1.0, 0.3, 3.0), midnights=(24 * H,))
    for engine in engines(problem):
        routes = engine.solve(SubProblem((0, 1), (0, 1), of_the_day=(0, 1)))
        assert (sorted(routes[0]), routes[1]) == ([0, 1], [])


def test_what_stays_is_reached_at_its_moment_whatever_the_raster_is() -> None:
    """Two visits that stay, and between them the drive and nothing else."""
    crew = (PlannedTechnician("ana", 0, 0, (8 * H, 17 * H)),)
    drive = 61 * 60
    starts = (9 * H, 10 * H + drive)
    stays = tuple(
        PlannedVisit(f"{number}@ana", number + 1, H, ((start, start + 600),), KEPT, dues=((start, KEPT / 10),))
        for number, start in enumerate(starts)
    )
    problem = Problem(crew, stays, [[0, 60, 60], [60, 0, drive], [60, drive, 0]], raster=300)
    for engine in engines(problem):
        assert engine.solve(SubProblem((0,), (0, 1))) == {0: [0, 1]}


@settings(max_examples=examples(60), deadline=None)
@given(problems(visits=4), st.integers(0, 3))
def test_insertion_looks_wherever_something_fits(problem: Problem, index: int) -> None:
    index = min(index, len(problem.visits) - 1)
    others = [other for other in range(len(problem.visits)) if other != index]
    empty: list[list[int]] = [[] for _ in problem.technicians]
    routes = insert_cheapest(problem, empty, others)
    put_in = insert_cheapest(problem, routes, [index])
    costs = [
        price_of(problem, number, [*order[:at], index, *order[at:]])
        for number, order in enumerate(routes)
        for at in range(len(order) + 1)
    ]
    before = [
        price_of(problem, number, order) or 0.0 for number, order in enumerate(routes) for _ in range(len(order) + 1)
    ]
    added = [cost - was for cost, was in zip(costs, before, strict=True) if cost is not None]
    fits = bool(added) and min(added) < problem.visits[index].left_out
    assert fits == (put_in != routes)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: processes are copied there only")
def test_helpers_give_the_same_first_plan_and_a_better_one() -> None:
    problem = overdue_day(1, technicians=60, visits=150)
    alone = Search(problem, CheapestInsertion(problem))
    *_, first = alone.first()
    together = Search(problem, CheapestInsertion(problem))
    helpers = ForkedHelpers(lambda number: Search(problem, CheapestInsertion(problem), number), 2)
    *_, same = together.first(helpers=helpers)
    assert same == first
    gone = iter((0.0, 0.3, 0.6, 1.0))
    *_, better = [first, *together.better(lambda: next(gone), helpers, 2.0)]
    judged = judge(problem, better.plan)
    assert judged is not None
    assert judged.cost == pytest.approx(better.cost)
    assert better.cost <= first.cost
    assert helpers.cpu_seconds > 0


SOLOMON = """C1

VEHICLE
NUMBER     CAPACITY
  3         40

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0      40         50          0          0       1236          0
    1      45         68         10        912        967         90
    2      45         70         30        825        870         90
    3      42         66         10         65        146         90
    4      42         68         10        727        782         90
"""


def test_an_instance_of_solomon_is_a_day_problem_with_loads() -> None:
    problem = problem_from(problem_of(SOLOMON))
    assert [visit.load for visit in problem.visits] == [10, 30, 10, 10]
    assert judge(problem, ((2, 3, 1), (0,), ())) is None
    assert judge(problem, ((1, 0), (2, 3), ())) is not None
    for engine in engines(problem):
        search = Search(problem, engine)
        *_, found = search.first()
        judged = judge(problem, found.plan)
        assert judged is not None
        assert judged.left_out == ()
        assert sum(1 for order in found.plan if order) >= 2
        legs = sum(problem.seconds[a][b] for a, b in pairwise((0, 2, 1, 0)))
        assert judged.travel_minutes * 60 >= legs


def test_what_is_no_instance_of_solomon_is_said() -> None:
    with pytest.raises(ValueError, match="seven for each customer"):
        problem_of("what is this")


def test_a_load_that_is_no_number_is_a_fault() -> None:
    raw = problem_of(SOLOMON)
    raw["visits"][0]["load"] = "much"
    raw["technicians"][0]["capacity"] = -1
    with pytest.raises(BadProblem) as bad:
        problem_from(raw)
    assert [fault.partition(":")[0] for fault in bad.value.faults] == ["technicians[0].capacity", "visits[0].load"]


def test_where_there_is_little_time_the_first_plan_is_made_quickly() -> None:
    problem = problem_from(problem_of(SOLOMON))
    asked: list[tuple[int, int]] = []

    class Noting(CheapestInsertion):
        def solve(self, part: SubProblem) -> dict[int, list[int]]:
            asked.append((part.searches, part.depth))
            return super().solve(part)

    for quick in (False, True):
        *_, found = Search(problem, Noting(problem)).first(quick=quick)
        judged = judge(problem, found.plan)
        assert judged is not None
        assert judged.left_out == ()
    assert asked == [(2, 2), (1, 0)]


def test_what_is_held_comes_by_the_moment_that_a_part_gives_it() -> None:
    engine = pytest.importorskip("dispatch.planning.solver.vroom_engine", reason="needs VROOM: install the extra plan")
    due = ((0, 1.0),)
    work = tuple(PlannedVisit(f"v{place}", place, H, ((0, 9 * H),), 100.0, dues=due) for place in (1, 2, 3))
    # a round: whichever comes first, the drives are as long
    seconds = [[600 * min(abs(one - other), 4 - abs(one - other)) for other in range(4)] for one in range(4)]
    problem = Problem((PlannedTechnician("t", 0, 0, (0, 9 * H)),), work, seconds)
    asked = SubProblem([0], range(3))
    for first in (0, 2):
        assert engine.VroomEngine(problem).solve(asked._replace(held={first: 600}))[0][0] == first


def test_what_is_late_is_not_made_later_for_the_sake_of_the_drive() -> None:
    pytest.importorskip("vroom", reason="needs VROOM: install the extra plan")
    from dispatch.planning.solver.vroom_engine import VroomEngine

    chance, count = random.Random(3), 36
    places = [(chance.uniform(0, 40), chance.uniform(0, 40)) for _ in range(count + 6)]
    seconds = [[60 * round(math.dist(one, other)) for other in places] for one in places]
    crew = tuple(PlannedTechnician(f"t{number}", number, number, (0, 10 * H)) for number in range(6))
    work = tuple(
        PlannedVisit(f"v{index}", 6 + index, H // 2 * (1 + index % 3), ((0, 10 * H),), 1e6, dues=((0, 10.0),))
        for index in range(count)
    )
    problem = Problem(crew, work, seconds)
    search = Search(problem, VroomEngine(problem))
    *_, first = search.first()
    steps = itertools.count()
    *_, last = search.better(lambda: next(steps) / 300)
    # the engine by itself sees the drives only: from its plans alone the search comes down to 0.78
    assert last.cost < 0.72 * first.cost
