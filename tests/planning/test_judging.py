"""The judge of day problems against a second, plainer one, and against every order there is on small days."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.planning import nearest_visit
from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import judge, timed
from dispatch.planning.problem import KEPT, Break, PlannedTechnician, PlannedVisit, Prices, Problem
from dispatch.planning.problem_file import BadProblem, problem_from
from tests.quick import examples
from tests.worked import carried

BEST = {"day-3-0": 387.2, "day-10-0": 1448.6, "day-10-1": 852.2, "day-30-0": 3471.4, "day-30-1": 3629.2}

H = 3600


def plainly(problem: Problem, number: int, order: tuple[int, ...]) -> tuple[int, float] | None:  # noqa: C901  rule after rule, as the page has them
    """Travel seconds and price of lateness of a route by trying every place for its one break."""
    who = problem.technicians[number]
    visits = [problem.visits[index] for index in order]
    if not visits:
        return 0, 0.0
    if any(not visit.skills <= who.skills or (visit.only is not None and who.id not in visit.only) for visit in visits):
        return None

    def drive(pause_at: int | None, on_arrival: bool) -> tuple[float, int] | None:
        now, place, late = who.shift[0], who.start, 0.0
        for index in range(len(visits) + 1):
            target = visits[index].place if index < len(visits) else who.end
            leg = problem.seconds[place][target] + (problem.buffer if 0 < index < len(visits) else 0)
            if pause_at == index and not on_arrival:
                begin = max(now, who.breaks[0].earliest)
                if begin > who.breaks[0].latest:
                    return None
                now = begin + who.breaks[0].seconds
            now += leg
            if pause_at == index and on_arrival:
                begin = max(now, who.breaks[0].earliest)
                if begin > who.breaks[0].latest:
                    return None
                now = begin + who.breaks[0].seconds
            place = target
            if index < len(visits):
                opens, closes = visits[index].windows[0]
                now = max(now, opens)
                if now > closes:
                    return None
                late += sum((now - due) / 60 * price for due, price in visits[index].dues if now > due)
                now += visits[index].service
        return None if now > who.shift[1] else (late, now)

    travel = sum(
        problem.seconds[a][b] for a, b in itertools.pairwise([who.start, *(visit.place for visit in visits), who.end])
    )
    bare = drive(None, False)
    if bare is None:
        return None
    if not who.breaks or (who.breaks[0].unless_home_by is not None and bare[1] <= who.breaks[0].unless_home_by):
        return travel, bare[0]
    ways = [drive(index, on_arrival) for index in range(len(visits)) for on_arrival in (False, True)]
    ways.append(drive(len(visits), False))
    found = [way for way in ways if way is not None]
    return (travel, min(found)[0]) if found else None


def moment(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low * 4, high * 4).map(lambda quarter: quarter * 900)


@st.composite
def problems(draw: st.DrawFn, visits: int = 4) -> Problem:
    count = draw(st.integers(1, visits))
    places = count + 1
    seconds = tuple(
        tuple(0 if row == column else draw(st.integers(1, 30)) * 60 for column in range(places))
        for row in range(places)
    )
    made = []
    for number in range(count):
        opens = draw(moment(8, 14))
        due = draw(st.none() | moment(9, 16))
        made.append(
            PlannedVisit(
                f"v{number}",
                number + 1,
                draw(st.integers(1, 8)) * 900,
                ((opens, opens + draw(st.integers(0, 16)) * 900),),
                draw(st.sampled_from([120.0, 480.0])),
                frozenset(draw(st.sets(st.sampled_from("ab"), max_size=1))),
                dues=() if due is None else ((due, 0.5),),
                only=draw(st.none() | st.frozensets(st.sampled_from(["t0", "t1"]))),
            )
        )
    pause = draw(st.none() | st.just(Break(11 * H, 13 * H, 1800, 12 * H)))
    technicians = tuple(
        PlannedTechnician(f"t{number}", 0, 0, (8 * H, 17 * H), frozenset("ab"[: number + 1]), (pause,) if pause else ())
        for number in range(draw(st.integers(1, 2)))
    )
    return Problem(technicians, tuple(made), seconds, draw(st.sampled_from([0, 900])), Prices())


@settings(max_examples=examples(40), deadline=None)
@given(problems())
def test_a_route_is_timed_as_the_plain_judge_does(problem: Problem) -> None:
    for order in itertools.permutations(range(len(problem.visits))):
        for number in range(len(problem.technicians)):
            route, plain = timed(problem, number, order), plainly(problem, number, order)
            assert (route is None) == (plain is None)
            if route is not None and plain is not None:
                assert (route.travel, round(route.price, 6)) == (plain[0], round(plain[0] / 60 + plain[1], 6))


@pytest.mark.parametrize(("left_out", "begins"), [(120.0, 12.5), (KEPT, 12)])
def test_nobody_sets_out_before_an_absence_is_over_but_to_what_stays(left_out: float, begins: float) -> None:
    away = Break(9 * H, 9 * H, 3 * H)
    who = PlannedTechnician("t", 0, 0, (8 * H, 17 * H), breaks=(away,))
    visit = PlannedVisit("v", 1, H, ((9 * H, 16 * H),), left_out)
    route = timed(Problem((who,), (visit,), [[0, H // 2], [H // 2, 0]]), 0, (0,))
    assert route is not None
    assert route.starts == (begins * H,)


def cheapest_of_all(problem: Problem) -> float:
    """The cost of the best plan there is, by trying each."""
    best = float("inf")
    visits = range(len(problem.visits))
    for assignment in itertools.product(range(-1, len(problem.technicians)), repeat=len(problem.visits)):
        routes = [
            [index for index in visits if assignment[index] == number] for number in range(len(problem.technicians))
        ]
        for orders in itertools.product(*(itertools.permutations(route) for route in routes)):
            judged = judge(problem, tuple(orders))
            if judged is not None:
                best = min(best, judged.cost)
    return best


@settings(max_examples=examples(30), deadline=None)
@given(problems(visits=3))
def test_no_plan_by_hand_is_better_than_the_best_and_each_is_approved(problem: Problem) -> None:
    best = cheapest_of_all(problem)
    empty: list[list[int]] = [[] for _ in problem.technicians]
    for plan in (nearest_visit(problem), insert_cheapest(problem, empty, range(len(problem.visits)))):
        judged = judge(problem, plan)
        assert judged is not None
        assert judged.cost >= best - 1e-6


@settings(max_examples=examples(25), deadline=None)
@given(problems(visits=3))
def test_the_solver_finds_the_best_plan_of_a_small_day(problem: Problem) -> None:
    pytest.importorskip("vroom", reason="needs VROOM: install the extra plan")
    from dispatch.planning.solver.search import Search
    from dispatch.planning.solver.vroom_engine import VroomEngine

    search = Search(problem, VroomEngine(problem))
    *_, found = search.first()
    tried = iter(range(60))
    found = [found, *search.better(lambda: next(tried, 60) / 60)][-1]
    judged = judge(problem, found.plan)
    assert judged is not None
    assert judged.cost == pytest.approx(found.cost)
    assert judged.cost <= cheapest_of_all(problem) + 1e-6


@pytest.fixture(scope="module")
def day() -> dict[str, Any]:
    return carried("planning/day-10-0.json")


def test_a_problem_file_is_read(day: dict[str, Any]) -> None:
    problem = problem_from(day)
    assert (len(problem.technicians), len(problem.visits), problem.buffer) == (10, 58, 900)
    judged = judge(problem, nearest_visit(problem))
    assert judged is not None
    assert judged.cost > 3 * BEST["day-10-0"]


def test_every_fault_of_a_problem_file_is_named_at_once(day: dict[str, Any]) -> None:
    bad = json.loads(json.dumps(day))
    bad["visits"][0]["place"] = 10_000
    bad["visits"][1]["window"] = [5, 1]
    bad["visits"][2]["id"] = bad["visits"][3]["id"]
    bad["visits"][4]["priority"] = 9
    bad["technicians"][0]["shift"] = "all day"
    del bad["weights"]["travel_minute"]
    with pytest.raises(BadProblem) as refused:
        problem_from(bad)
    assert len(refused.value.faults) >= 6
    raws: list[Any] = [[], {}, {"matrix": 5}, None, {"matrix": {"seconds": [[0, 1], [1]]}}]
    for raw in raws:
        with pytest.raises(BadProblem):
            problem_from(raw)
