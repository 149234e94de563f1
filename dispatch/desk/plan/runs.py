"""The later days of what a plan places for several: laid out beside all that it places, or left out where there is no room."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from db.store import Store, existing
from dispatch.desk.day import routing
from dispatch.desk.day.judgement import DayPlace, length_of
from dispatch.desk.day.run_of_days import PlannedRun, lay_out
from dispatch.desk.plan.day_problem import DayProblem
from dispatch.desk.plan.proposal import (
    LeftOut,
    Move,
    Proposal,
    RunDay,
    broken_of,
    figures_of,
    legs_of,
    most_first,
    technician_figures,
)
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.visits.steps import driver
from dispatch.model.instants import day_of
from dispatch.model.visits import Visit
from dispatch.planning.budget import NOT_REACHED
from dispatch.planning.checker import PlacementGrade, out_of_order
from dispatch.planning.day import TechnicianDay


def with_runs(store: Store, planned: Sequence[tuple[DayProblem, Proposal]]) -> list[Proposal]:
    """The proposals of days that are planned together, with the later days of what takes several: each stands where it costs least
    beside all that they place, and is counted on its day where that is one of them. What has no place for one of its days, and what
    would begin before all days of what it comes after are over, is left out by name."""
    moves = [(given, move) for given, proposal in planned for move in proposal.moves if move.after is not None]
    if not any(_takes_more(move.visit) for _, move in moves):
        return [proposal for _, proposal in planned]
    with store.read():
        runs = _Runs(store, [proposal for _, proposal in planned])
        for given, move in moves:
            if _takes_more(move.visit):
                runs.lay(given, move)
    runs.leave_followers(moves)
    return [runs.told(given, proposal) for given, proposal in planned]


def _takes_more(visit: Visit) -> bool:
    """Whether days come after the one that is placed."""
    return visit.days > visit.next_day


class _Runs:
    """The days that are planned together, as they become with the runs; the later days of each, and why some have none, by
    reference."""

    def __init__(self, store: Store, proposals: Sequence[Proposal]) -> None:
        self.store = store
        self.days: dict[datetime.date, list[TechnicianDay]] = {one.day: [*one.days] for one in proposals}
        self.places: dict[str, list[DayPlace]] = {}
        self.out: dict[str, str] = {}

    def lay(self, given: DayProblem, move: Move) -> None:
        """Lay out the days after the one on which a visit would stand."""
        visit, first = move.visit, existing(move.after)
        if given.budget.over():
            self._leave_out(visit, NOT_REACHED)
            return
        crew = [driver(self.store, name) for name in first.crew]
        length = length_of(self.store, visit, crew)
        try:
            places = lay_out(self.store, visit, crew, first.start, length, plan=PlannedRun(days=self.days))
        except Refusal as refusal:
            self._leave_out(visit, str(refusal))
            return
        self.places[visit.reference] = places[1:]
        ids = {technician.id for technician in crew}
        for place in places[1:]:
            days = self.days.get(day_of(place.start, given.zone), [])
            stop = routing.stop_of(self.store, visit.on_day(place.day), place.start, place.end)
            days[:] = [replace(one, stops=(*one.stops, stop)) if one.technician_id in ids else one for one in days]

    def leave_followers(self, moves: Sequence[tuple[DayProblem, Move]]) -> None:
        """Leave out what comes after a visit that is left out, or not as it has to after its last day; and what comes after
        that."""
        left = True
        while left:
            left = False
            for given, move in moves:
                visit, ends = move.visit, self.places.get(move.visit.after)
                if visit.reference in self.out:
                    continue
                if visit.after in self.out:
                    why = f"comes after {visit.after}, which has no place"
                elif ends and (fault := self._too_early(given, move, ends[-1].end)):
                    why = f"comes after {visit.after}, which ends {given.times.moment(ends[-1].end)}: {fault}"
                else:
                    continue
                self._leave_out(visit, why)
                left = True

    def _too_early(self, given: DayProblem, move: Move, over: int) -> str:
        rule = existing(given.stops[move.visit.id].after)._replace(days=0)
        return out_of_order(rule, over, existing(move.after).start, given.zone)

    def _leave_out(self, visit: Visit, why: str) -> None:
        self.out[visit.reference] = why
        self.places.pop(visit.reference, None)
        for days in self.days.values():
            days[:] = [
                replace(one, stops=tuple(stop for stop in one.stops if stop.visit_id != visit.id)) for one in days
            ]

    def told(self, given: DayProblem, proposal: Proposal) -> Proposal:
        """A proposal with the runs, and its day and figures as they are then."""
        days, out = tuple(self.days[proposal.day]), self.out
        moves = [
            replace(move, later=tuple(map(_later, self.places.get(move.visit.reference, ()))))
            for move in proposal.moves
            if move.visit.reference not in out
        ]
        gone = [move.visit for move in proposal.moves if move.visit.reference in out]
        left = (*proposal.left_out, *(LeftOut(visit, out[visit.reference]) for visit in gone))
        broken = [one for one in proposal.broken if one.visit.reference not in out]
        for move in moves:
            for place in self.places.get(move.visit.reference, ()):
                who, day = existing(move.after).technician, f"day {place.day}: {{}}"
                broken += broken_of(move.visit, who, place.verdict, given.begins, day)
        return replace(
            proposal,
            days=days,
            after=figures_of(days, given.drives, len(left), given.begins),
            moves=tuple(moves),
            left_out=left,
            legs=legs_of(days, given.drives),
            broken=most_first(broken),
            technicians=technician_figures(days, given.drives, given.begins),
        )


def _later(place: DayPlace) -> RunDay:
    said = [
        finding.text
        for finding in place.verdict.findings
        if finding.level is not PlacementGrade.FEASIBLE and finding.due is None
    ]
    return RunDay(place.day, place.start, place.end, "; ".join(said))
