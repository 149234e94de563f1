"""A visit that takes several days: on which of them each stands, one after another, with the same people."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from db import planned, settings, visits
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day import routing
from dispatch.desk.day.judgement import (
    DayPlace,
    PlannedDays,
    days_without,
    judge_placement,
    length_of,
    planned_length,
    stay_minutes,
    target,
)
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import crew_of, driver
from dispatch.model.instants import Unclear, at_local, day_of
from dispatch.model.people import Technician
from dispatch.model.skills import abilities
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.candidates import STEP, Candidate, best_start
from dispatch.planning.checker import Finding, PlacementGrade, Verdict, worst
from dispatch.planning.teams import TeamNeed, TeamSearch

LOOKING_AHEAD = 14
"""So many days after a day of a visit its next one is looked for."""
BEGINNING = 3600
"""Seconds at the beginning of a shift in which a day of a visit begins that is longer than the shift."""


class PlannedRun(NamedTuple):
    """What a plan that is not written knows of a run of days: when days after the first begin, by number, and the days of the
    technicians as it has them."""

    starts: Mapping[int, int] = {}
    days: PlannedDays = {}


NOTHING_PLANNED = PlannedRun()


def run_at(
    store: Store,
    visit: Visit,
    crew: Sequence[str] | None,
    at: int | None,
    *,
    day: int | None = None,
    alone: bool | None = None,
    work: int | None = None,
) -> list[DayPlace]:
    """Where a visit would stand: the day that is meant, and those that are placed with it. Arguments as of `schedule.assign`;
    `work` as of `length_of`.

    Raises:
        Faulty, Refusal: there is no such day, or it is not said whether it goes alone, or one of them has no place.
    """
    one = day_meant(visit, day)
    technicians, start = target(store, one, crew or one.crew or visit.crew, at)
    length = length_of(store, one, technicians, work)
    return lay_out(store, one, technicians, start, length, alone=_alone(one, alone))


def lay_out(
    store: Store,
    visit: Visit,
    crew: Sequence[Technician],
    start: int,
    length: int,
    *,
    alone: bool = False,
    plan: PlannedRun = NOTHING_PLANNED,
) -> list[DayPlace]:
    """A day of a visit from `start` on for `length` seconds, and the days after it: each on the next day on which all of the crew
    work and nothing blocks it, at the start that costs least there.

    Args:
        visit: as it stands on the first of these days.
        alone: only that day; those after it stay where they are, and it is judged with them.
        plan: what a plan that is not written knows of it.

    Raises:
        Refusal: there is no such day within two weeks of the one before it.
    """
    if not alone:
        earlier = tuple(other for other in visit.other_days if other.number < visit.day_number)
        visit = visit._replace(other_days=earlier)
    verdict = judge_placement(store, visit, crew, start, length, planned=plan.days)
    places = [DayPlace(visit.day_number, crew, start, start + length, verdict)]
    for number in () if alone else range(visit.day_number + 1, visit.days + 1):
        before = places[-1]
        visit = visit._replace(starts_at=before.start, ends_at=before.end).on_day(number)
        places.append(_next_place(store, visit, crew, before, plan))
    return places


def _next_place(store: Store, visit: Visit, crew: Sequence[Technician], before: DayPlace, plan: PlannedRun) -> DayPlace:
    """The place of a day of a visit after the day before it, for as long: where a plan has it, else where it costs least."""
    length = before.end - before.start
    if (meant := plan.starts.get(visit.day_number)) is not None:
        verdict = judge_placement(store, visit, crew, meant, length, planned=plan.days)
        return DayPlace(visit.day_number, crew, meant, meant + length, verdict)
    day = day_of(before.start, settings.firm(store).zone)
    for _ in range(LOOKING_AHEAD):
        day += datetime.timedelta(days=1)
        start = _start_on(store, visit, crew, day, length, plan.days)
        if start is not None:
            verdict = judge_placement(store, visit, crew, start, length, planned=plan.days)
            if verdict.level is not PlacementGrade.BLOCKED:
                return DayPlace(visit.day_number, crew, start, start + length, verdict)
    who = " and ".join(show(technician.name) for technician in crew)
    raise Refusal(
        f"{show(visit.reference)} has no place for day {visit.day_number} of {visit.days}: {who} cannot do it on any of the "
        f"{LOOKING_AHEAD} days after {settings.firm(store).times().moment(before.start, visit.zone)}."
    )


def _start_on(
    store: Store, visit: Visit, crew: Sequence[Technician], day: datetime.date, length: int, planned: PlannedDays
) -> int | None:
    """The start on a day at which all of a crew can be there and which costs least; None where they cannot."""
    firm = settings.firm(store)
    noon = at_local(day, "12:00", firm.zone, Unclear.FIRST)
    stop = routing.stop_of(store, visit, noon, noon + length)
    ids = {technician.id for technician in crew}
    days = days_without(store, day, visit, ids, planned)
    hours = [span for one in days if (span := one.hours_for(stop)) is not None]
    if len(hours) < len(ids):
        return None
    earliest, closes = max(span[0] for span in hours), min(span[1] for span in hours)
    # within the shift; what is longer than that begins with it
    latest = max(earliest + BEGINNING, closes - length)
    drives, rules = drive_times.drives_on(store, day), routing.rules_of(firm)
    if len(days) == 1:
        tried = best_start(days[0], stop, drives, rules, earliest, latest)
        return None if tried is None or tried[1].level is PlacementGrade.BLOCKED else tried[0]
    search = TeamSearch(days, drives, rules, firm.plan_overtime_minutes * 60)
    need = TeamNeed(len(days), abilities(visit.crew_skills))
    team = search.best(stop, need, range(-(-earliest // STEP) * STEP, latest + 1, STEP))
    return None if team is None else team.start


def again(store: Store, before: Visit, after: Visit) -> list[DayPlace]:
    """The days that are ahead of a visit whose request was changed, each where it stands, as long as it takes now."""
    found = []
    for was, one in zip(before.coming, after.coming, strict=False):
        crew, start = crew_of(store, one), existing(one.starts_at)
        length = planned_length(store, was, one, crew)
        verdict = judge_placement(store, one, crew, start, length)
        found.append(DayPlace(one.day_number, crew, start, start + length, verdict))
    return found


def lengthen(unit: Unit, visit: Visit, places: Sequence[DayPlace]) -> None:
    """Let the days of a visit end where they are to end now."""
    for place in places[1:]:
        planned.put_at(unit, visit, place.day, place.start, place.end)
    visits.change(unit, visit, ends_at=places[0].end)


def day_meant(visit: Visit, day: int | None) -> Visit:
    """The visit as it stands on the day that is meant; None: the next one."""
    number = day or visit.next_day
    if not visit.next_day <= number <= visit.days:
        done = f"day {visit.next_day - 1} of it is done" if visit.next_day > 1 else "no day of it is done"
        raise Faulty(
            [f"day: {show(visit.reference)} takes {visit.days} days and {done}: {number} is none that is ahead"]
        )
    return visit.on_day(number)


def waiting_day(visit: Visit, zone: str) -> Visit:
    """A visit as it stands on the first of its days that has no place, which is wanted the day after the one before it."""
    number = visit.without_place
    before = day_of(existing(visit.on_day(number - 1).starts_at), zone)
    return visit.on_day(number)._replace(wanted_on=before + datetime.timedelta(days=1))


def each_day(visit: Visit, zone: str) -> tuple[Visit, ...]:
    """A visit as it stands on each of its days that have a place, and on the first that waits for one."""
    waiting = (waiting_day(visit, zone),) if visit.without_place else ()
    return (*visit.all_days, *waiting) or (visit,)


def _alone(visit: Visit, alone: bool | None) -> bool:
    """Whether a day of a visit is placed without those after it, which has to be said where both have a place."""
    if alone is None and visit.span is not None and any(other.number > visit.day_number for other in visit.ahead):
        which = f"whether day {visit.day_number} alone is placed (--this-day), or the days after it too (--all-days)"
        raise Refusal(f"{show(visit.reference)} takes {visit.days} days: say {which}.")
    return bool(alone)


def number_of(visit: Visit) -> int | None:
    """Which of its days a visit stands on, for the audit; None where it takes one."""
    return visit.day_number if visit.days > 1 else None


def with_later_days(store: Store, visit: Visit, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates for a day of a visit, each with when the days after it would be; refused where one has no place."""
    if visit.day_number == visit.days:
        return [*candidates]
    found = [_with_later_days(store, visit, candidate) for candidate in candidates]
    return sorted(found, key=lambda candidate: candidate.verdict.level is PlacementGrade.BLOCKED)


def _with_later_days(store: Store, visit: Visit, candidate: Candidate) -> Candidate:
    if candidate.verdict.level is PlacementGrade.BLOCKED:
        return candidate
    crew = [driver(store, name) for name in candidate.crew]
    try:
        places = lay_out(store, visit, crew, candidate.start, stay_minutes(store, visit.minutes) * 60)
    except Refusal as refusal:
        said = Finding("days", PlacementGrade.BLOCKED, str(refusal))
        verdict = replace(candidate.verdict, level=PlacementGrade.BLOCKED, findings=(*candidate.verdict.findings, said))
        return replace(candidate, verdict=verdict)
    times = settings.firm(store).times()
    later = [f"day {place.day} {times.moment(place.start, visit.zone)}" for place in places[1:]]
    return replace(candidate, reasons=(", ".join(later), *candidate.reasons))


def verdict_of(store: Store, visit: Visit, places: Sequence[DayPlace]) -> Verdict:
    """What the checker says of all days together: of each after the first with the day in front."""
    first, *later = places
    if not later:
        return first.verdict
    findings, times = [*first.verdict.findings], settings.firm(store).times()
    for place in later:
        when = f"day {place.day}, {times.moment(place.start, visit.zone)}"
        findings += [replace(finding, text=f"{when}: {finding.text}") for finding in place.verdict.findings]
    return Verdict(
        worst([finding.level for finding in findings]),
        tuple(findings),
        sum(place.verdict.extra_travel for place in places),
        sum(place.verdict.cost for place in places),
        first.verdict.leg,
    )


def put(unit: Unit, visit: Visit, places: Sequence[DayPlace]) -> None:
    """Give days of a visit their places."""
    for place in places:
        if place.day != visit.next_day:
            planned.place_day(unit, visit, place.day, place.crew, place.start, place.end)
    # one change of the visit, whatever of it was placed
    if places[0].day == visit.next_day:
        planned.place(unit, visit, places[0].crew, places[0].start, places[0].end)
    else:
        visits.change(unit, visit)
