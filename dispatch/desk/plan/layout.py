"""A plan of the solver laid out in the technicians' days. The checker has the last word on each stop."""

from __future__ import annotations

import time
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.desk.day.placement import need_of
from dispatch.desk.plan.day_problem import DayProblem, matters, starts_on
from dispatch.desk.plan.proposal import Standing
from dispatch.desk.plan.solver_terms import overtime_of
from dispatch.desk.plan.timing import starts_of
from dispatch.model.visits import Visit
from dispatch.planning.budget import NOT_REACHED
from dispatch.planning.checker import Verdict, at, check
from dispatch.planning.day import Stop, TechnicianDay
from dispatch.planning.judging import sequenced
from dispatch.planning.solving import BetterPlan
from dispatch.planning.teams import Team, TeamSearch

FILLING = 0.2
"""CPU seconds for which it is tried to put in by the checker what the solver left out, whatever runs beside it."""


@dataclass(slots=True)
class LaidOut:
    """The technicians' days as a plan makes them. `verdicts` has the first technician's name and what the checker says, by the id
    of a visit, `crews` the names of those who come together, `refused` why the checker refuses what the solver had placed,
    `over` when each visit ends that is placed."""

    days: list[TechnicianDay]
    verdicts: dict[int, tuple[str, Verdict]]
    crews: dict[int, tuple[str, ...]]
    refused: dict[int, str]
    over: dict[int, int]

    def standing(self, wanted: Container[int]) -> dict[int, Standing]:
        """Where the wanted visits stand."""
        found = {
            stop.visit_id: Standing(day.name, stop.start)
            for day in self.days
            for stop in day.stops
            if stop.visit_id in wanted
        }
        return found | {
            key: Standing(names[0], found[key].start, names[1:]) for key, names in self.crews.items() if key in found
        }

    def join(self, visit: Visit, team: Team) -> None:
        """Note who comes for a visit, and what the checker says of the first of them."""
        names = tuple(self.days[number].name for number in team.members)
        self.verdicts[visit.id], self.crews[visit.id] = (names[0], team.verdicts[0]), names

    def take_out(self, visit_id: int, why: str) -> None:
        """Take a visit out again that is not allowed where it stands."""
        self.days = [
            replace(day, stops=tuple(stop for stop in day.stops if stop.visit_id != visit_id)) for day in self.days
        ]
        self.refused[visit_id] = why
        self.verdicts.pop(visit_id, None)
        self.crews.pop(visit_id, None)
        self.over.pop(visit_id, None)


def laid_out(given: DayProblem, better: BetterPlan, ends: Mapping[int, int]) -> LaidOut:
    """A plan in days. What the checker refuses, and what waits for that, is put in where it fits.

    `ends`: when visits of other days end that are planned with it, by id.
    """
    laid = LaidOut(list(given.days), {}, {}, {}, dict(ends))
    for visit, team in given.teams.items():
        laid.join(visit, team)
    planned = _planned(given, better)
    laid.over |= {stop.visit_id: stop.end for day in given.days for stop in day.stops}
    laid.over |= {stop.visit_id: stop.end for _, stop in planned}
    for number, stop in planned:
        _check_in(given, laid, number, stop.told(laid.over))
    _out_with_what_waited(given, laid)
    _fill(given, laid)
    return laid


def _fill(given: DayProblem, laid: LaidOut) -> None:
    """Put in what was refused, and what the solver left out and the checker lets in, whose drives are those of the hour: what
    matters most first, and before it what it comes after. After `FILLING` seconds only what was refused, or waited for this."""
    ends = time.thread_time() + FILLING
    out = [
        (-given.problem.visits[index].left_out, index)
        for index, visit in enumerate(given.movable)
        if visit.id not in laid.over and (visit.id in laid.refused or visit.id not in given.later)
    ]
    again = [*(given.movable[index] for _, index in sorted(out)), *given.deferred]
    while again:
        names = {visit.id for visit in again}
        visit = next((one for one in again if one.after_id not in names), again[0])
        again.remove(visit)
        if given.budget.over():
            laid.refused |= {one.id: NOT_REACHED for one in (visit, *again) if one.people > 1}
            return
        if visit.id not in laid.refused and visit not in given.deferred and time.thread_time() > ends:
            continue
        if not _put_in(given, laid, visit):
            again += _given_way(given, laid, visit)


def _planned(given: DayProblem, better: BetterPlan) -> list[tuple[int, Stop]]:
    """What the solver places: the row of the technician's day, and the stop as it then stands."""
    in_sequence = sequenced(given.problem, better.plan)
    assert in_sequence is not None, "it was judged"
    timed = replace(given, problem=in_sequence)
    return [
        (given.vehicles[number].row, at(given.stops[given.movable[index].id], start))
        for number, order in enumerate(better.plan)
        for index, start in zip(order, starts_of(timed, number, order, better.judgement.routes[number]), strict=True)
        if index < len(given.movable)
    ]


def _check_in(given: DayProblem, laid: LaidOut, number: int, stop: Stop) -> None:
    """Take a stop into a technician's day, if the checker allows it."""
    if stop.waits_in_vain:
        laid.take_out(stop.visit_id, "")
        return
    day = laid.days[number]
    verdict = check(day, stop, given.drives, given.rules)
    if verdict.blocking:
        laid.take_out(stop.visit_id, "; ".join(finding.text for finding in verdict.blocking))
    else:
        laid.days[number] = replace(day, stops=(*day.stops, stop))
        laid.verdicts[stop.visit_id] = (day.name, verdict)


def _out_with_what_waited(given: DayProblem, laid: LaidOut) -> None:
    """Take out what waits for something that is out."""
    while lost := [visit for visit in given.movable if visit.after_id in laid.refused and visit.id in laid.verdicts]:
        for visit in lost:
            laid.take_out(visit.id, f"comes after {visit.after}, which has no place")


def _put_in(
    given: DayProblem, laid: LaidOut, visit: Visit, start: int | None = None, among: Collection[int] | None = None
) -> bool:
    """Put a visit where it costs least in the days as they have become, if it fits anywhere without anybody's consent; with `start`
    and `among` only then and in some of the days. Whether it fits."""
    stop = given.stops[visit.id].told(laid.over)
    if stop.waits_in_vain or (team := _best_team(given, laid.days, visit, stop, start, among)) is None:
        return False
    placed = at(stop, team.start)
    for number in team.members:
        laid.days[number] = replace(laid.days[number], stops=(*laid.days[number].stops, placed))
    laid.over[visit.id] = placed.end
    laid.join(visit, team)
    return True


def _given_way(given: DayProblem, laid: LaidOut, visit: Visit) -> list[Visit]:
    """Put in a visit in whose way a team stands that was placed beforehand and matters less, with whatever else matters less there;
    and one for several people, which the solver never weighs, or an emergency, which it may have put in the way of what somebody
    has in the evening, in place of all that matters less. What gives way keeps its time where it can; the rest is returned."""
    stop, lesser = given.stops[visit.id].told(laid.over), _that_matter_less(given, laid, visit)
    weighed = visit.people == 1 and not visit.emergency
    if stop.waits_in_vain or (weighed and lesser.keys().isdisjoint(one.id for one in given.teams)):
        return []
    without = [replace(day, stops=tuple(one for one in day.stops if one.visit_id not in lesser)) for day in laid.days]
    if (team := _best_team(given, without, visit, stop)) is None:
        return []
    stood = {one.visit_id: one.start for number in team.members for one in laid.days[number].stops}
    giving = sorted((lesser[key] for key in stood.keys() & lesser.keys()), key=matters)
    if weighed and not any(one in given.teams for one in giving):
        return []  # what the solver placed there it weighed itself
    rows = {one.id: [row for row, day in enumerate(laid.days) if one.id in _ids([day])] for one in giving}
    for one in giving:
        laid.take_out(one.id, "")
    _put_in(given, laid, visit, team.start, team.members)
    lost = [one for one in giving if not _put_in(given, laid, one, stood[one.id], rows[one.id])]
    for before in lost:  # grows by what waits for it
        here = _ids(laid.days)
        for one in lesser.values():
            if one.after_id == before.id and one.id in here:
                laid.take_out(one.id, "")
                lost.append(one)
    return lost


def _that_matter_less(given: DayProblem, laid: LaidOut, visit: Visit) -> dict[int, Visit]:
    """What the plan places and matters less than a visit, as does all that waits for it, by id."""
    every = {one.id: one for one in (*given.movable, *given.teams, *given.deferred)}
    kept = set[int]()
    for one in every.values():
        weighty: Visit | None = one if matters(one) <= matters(visit) else None
        while weighty is not None and weighty.id not in kept:
            kept.add(weighty.id)
            weighty = every.get(weighty.after_id or 0)
    return {key: every[key] for key in (_ids(laid.days) & every.keys()) - kept}


def _ids(days: Sequence[TechnicianDay]) -> set[int]:
    """What stands in some days."""
    return {stop.visit_id for day in days for stop in day.stops}


def _best_team(
    given: DayProblem,
    days: Sequence[TechnicianDay],
    visit: Visit,
    stop: Stop,
    start: int | None = None,
    among: Collection[int] | None = None,
) -> Team | None:
    busy = [sum(other.end - other.start for other in day.stops) for day in days]
    able = {
        one.row
        for one, technician in zip(given.vehicles, given.problem.technicians, strict=True)
        if (among is None or one.row in among)
        and (
            (one.on_call and visit.emergency)
            or (technician.cap is not None and busy[one.row] + stop.end - stop.start <= technician.cap)
        )
    }
    starts: Sequence[int] = () if start is None else (start,)
    if start is None:
        earliest = min((technician.shift[0] for technician in given.problem.technicians), default=0)
        starts = starts_on(days, given.firm, given.scope, given.problem.midnight, earliest, on_call=visit.emergency)
    search = TeamSearch(days, given.drives, given.rules, overtime_of(given.firm, given.scope))
    return search.best(stop, need_of(visit), starts, among=able)
