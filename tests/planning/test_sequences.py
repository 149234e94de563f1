"""Visits that come after one another in a plan of the solver."""

from __future__ import annotations

from dispatch.planning.cheapest_insertion import CheapestInsertion
from dispatch.planning.judging import judge, sequenced
from dispatch.planning.problem import Follows, PlannedTechnician, PlannedVisit, Problem
from dispatch.planning.sequences import in_order, leaving_room
from dispatch.planning.solver.stages import StagedSearch

H = 3600
DAY = 24 * H


def problem(*visits: PlannedVisit, technicians: int = 1, midnights: tuple[int, ...] = ()) -> Problem:
    crew = tuple(PlannedTechnician(f"t{number}", 0, 0, (8 * H, 17 * H)) for number in range(technicians))
    return Problem(crew, visits, ((0,),), midnights=midnights)


def visit(name: str, after: Follows | None = None, hours: int = 1, price: float = 1e6, last: int = 17) -> PlannedVisit:
    return PlannedVisit(name, 0, hours * H, ((8 * H, last * H),), price, after=after)


def planned(given: Problem) -> dict[str, int]:
    """When each visit begins that is placed."""
    *_, plan = StagedSearch(given, CheapestInsertion, 0).first()
    judged = judge(given, plan)
    assert judged is not None
    return {
        given.visits[index].id: start
        for order, route in zip(plan, judged.routes, strict=True)
        for index, start in zip(order, route.starts, strict=True)
    }


def test_a_chain_stands_in_order_whoever_does_it() -> None:
    chain = (visit("C", Follows("B")), visit("B", Follows("A", 1800)), visit("A"))
    starts = planned(problem(*chain, technicians=3))
    assert starts["B"] >= starts["A"] + H + 1800
    assert starts["C"] >= starts["B"] + H


def test_what_waits_counts_for_what_it_is() -> None:
    """Six hours of calm work leave room for one hour more only: the two that matter go in."""
    calm = [visit(f"calm{number}", hours=3, price=1e6) for number in range(3)]
    starts = planned(problem(*calm, visit("A", price=1e6), visit("B", Follows("A"), price=4e6)))
    assert starts["B"] >= starts["A"] + H
    assert len(starts) == 4


def test_what_is_waited_for_in_vain_has_no_more_weight_than_its_own() -> None:
    """B can never come after A: what matters more than A alone stays in."""
    given = problem(visit("A", hours=6), visit("B", Follows("A"), price=8e6, last=8), visit("X", hours=6, price=2e6))
    assert planned(given).keys() == {"X"}


def test_the_same_day_and_a_later_one() -> None:
    rules = (Follows("A", day="later"), Follows("A", day="same"))
    windows = ((8 * H, 16 * H), (DAY + 8 * H, DAY + 16 * H))
    later, same = (
        PlannedVisit(name, 0, H, windows, 1e6, after=rule) for name, rule in zip(("L", "S"), rules, strict=True)
    )
    first = PlannedVisit("A", 0, H, windows, 1e6)
    crew = tuple(PlannedTechnician(f"t{day}", 0, 0, (day * DAY + 8 * H, day * DAY + 17 * H)) for day in range(2))
    starts = planned(Problem(crew, (later, same, first), ((0,),), midnights=(DAY,)))
    assert starts["L"] >= DAY > starts["S"] >= starts["A"] + H


def test_those_that_wait_for_one_another_in_two_routes_are_no_plan() -> None:
    given = problem(visit("A"), visit("B", Follows("A")), visit("C"), visit("D", Follows("C")), technicians=2)
    assert judge(given, ((0, 1), (2, 3))) is not None
    assert sequenced(given, ((1, 2), (3, 0))) is None, "B, C by one and D, A by the other"
    assert judge(given, ((1,), ())) is None, "what it waits for is not there"
    assert in_order(given, ((1, 2), (3,))) == ((2,), (3,))


def test_what_is_waited_for_leaves_time_to_do_what_waits_and_drive_home() -> None:
    crew = (
        PlannedTechnician("near", 0, 1, (8 * H, 17 * H)),
        PlannedTechnician("late", 0, 0, (8 * H, 22 * H)),
        PlannedTechnician("more", 0, 0, (8 * H, 16 * H), frozenset({"server"}), overtime=H),
    )
    waits = PlannedVisit(
        "B", 0, 5 * H, ((8 * H, 17 * H),), 1e6, only=frozenset({"near", "more"}), after=Follows("A", 1800)
    )
    given = leaving_room(Problem(crew, (visit("A"), waits), ((0, 600), (600, 0))))
    assert [moment for moment, _ in given.visits[0].dues] == [17 * H - 5 * H - 1800 - H]
