"""A day in shares, each planned by another process: a part of the map, or all of a day that is too small to be cut."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from dispatch.planning.problem import Plan, Problem, able
from dispatch.planning.solver.territories import WHOLE, territories


class Share(NamedTuple):
    """A problem of its own, with what each of its technicians and visits is in the whole."""

    problem: Problem
    technicians: Sequence[int]
    visits: Sequence[int]

    def of(self, plan: Plan) -> Plan:
        """What a plan of the whole says of it."""
        own = {index: number for number, index in enumerate(self.visits)}
        return tuple(tuple(own[index] for index in plan[technician] if index in own) for technician in self.technicians)


def shares(problem: Problem, start: Plan | None, count: int) -> list[Share]:
    """So many shares, or fewer. What stands goes with its technician, and what comes after another visit with that one."""
    every, all_visits = range(len(problem.technicians)), range(len(problem.visits))
    if count < 2 or len(every) <= WHOLE:
        return [Share(problem, every, all_visits)] * count
    parts = territories(problem, able(problem), count)
    of = {technician: number for number, (technicians, _) in enumerate(parts) for technician in technicians}
    stands = {index: of[technician] for technician, order in enumerate(start or ()) for index in order}
    part_of = {index: number for number, (_, visits) in enumerate(parts) for index in visits} | stands
    known = {visit.id: index for index, visit in enumerate(problem.visits)}
    waiting = [
        (index, known[rule.id]) for index in all_visits if (rule := problem.visits[index].after) and rule.id in known
    ]
    for _ in waiting:  # a chain is as long as there are links
        for index, before in waiting:
            one, other = (before, index) if index in stands else (index, before)
            part_of[one] = part_of[other]
    return [
        _share(problem, technicians, [index for index in all_visits if part_of[index] == number])
        for number, (technicians, _) in enumerate(parts)
    ]


def joined(found: Mapping[int, Plan], parts: Sequence[Share]) -> Plan:
    """The plan of the whole from those of some of its shares; of the others nobody does anything."""
    routes: dict[int, tuple[int, ...]] = {}
    for number, plan in found.items():
        share = parts[number]
        for technician, order in zip(share.technicians, plan, strict=True):
            routes[technician] = tuple(share.visits[index] for index in order)
    count = sum(len(share.technicians) for share in parts) if is_cut(parts) else len(parts[0].technicians)
    return tuple(routes.get(technician, ()) for technician in range(count))


def is_cut(parts: Sequence[Share]) -> bool:
    """Whether each is a part of the map."""
    return len(parts) > 1 and parts[0].problem is not parts[1].problem


def _share(problem: Problem, technicians: Sequence[int], visits: Sequence[int]) -> Share:
    drivers = [problem.technicians[index] for index in technicians]
    work = [problem.visits[index] for index in visits]
    used = {place for driver in drivers for place in (driver.start, driver.end)} | {visit.place for visit in work}
    places = sorted(used)
    number = {place: index for index, place in enumerate(places)}
    cells = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    own = replace(
        problem,
        technicians=tuple(replace(one, start=number[one.start], end=number[one.end]) for one in drivers),
        visits=tuple(replace(one, place=number[one.place]) for one in work),
        seconds=tuple(array("I", cells(problem.seconds[place])) for place in places),
        addresses=tuple(problem.addresses[place] for place in places) if problem.addresses else (),
    )
    return Share(own, technicians, visits)
