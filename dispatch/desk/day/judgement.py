"""What the checker says of a visit at a place in the plan, for its whole crew: who and when, for how long, and the verdict."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from db import settings
from db.store import Store
from dispatch.desk.day import notices, routing
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import driver
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of, span_text
from dispatch.model.people import Technician
from dispatch.model.skills import abilities
from dispatch.model.states import UNREACHED
from dispatch.model.text import show
from dispatch.model.travel import UNKNOWN_LEG
from dispatch.model.visits import Visit
from dispatch.planning.checker import Finding, PlacementGrade, Verdict, at, check, worst
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay

_JUST_NOW = 900
"""So many seconds ago is not asked about."""


PlannedDays = Mapping[datetime.date, Sequence[TechnicianDay]]
"""The days of technicians as a plan has them that is not written."""


def days_without(
    store: Store,
    day: datetime.date,
    visit: Visit,
    ids: Collection[int],
    planned: PlannedDays | None = None,
    but: Collection[int] = (),
) -> list[TechnicianDay]:
    """The days of some technicians without a visit, and without those of `but`: as a plan has them where it has any, else as they
    stand."""
    known = {one.technician_id: one for one in (planned or {}).get(day, ())}
    return [
        replace(own, stops=tuple(stop for stop in own.stops if stop.visit_id != visit.id))
        if (own := known.get(one.technician_id)) is not None
        else one
        for one in routing.days_on(store, day, without={visit.id, *but}, only=ids)
    ]


def stay_minutes(store: Store, minutes: int) -> int:
    """The planned length of a stay in the firm of a store."""
    return settings.firm(store).stay_minutes(minutes)


def target(store: Store, visit: Visit, crew: Sequence[str] | None, at: int | None) -> tuple[list[Technician], int]:
    """Who and when, from what was named and how the visit stands."""
    technicians: list[Technician] = []
    for name in crew or visit.crew:
        technician = driver(store, name)
        if technician.id not in {other.id for other in technicians}:
            technicians.append(technician)
    start = at if at is not None else visit.starts_at
    if start is None or not technicians:
        raise Refusal(f"{show(visit.reference)} has no time or technician yet: say both.")
    return technicians, start - start % 60


def length_of(store: Store, visit: Visit, technicians: Sequence[Technician], work: int | None = None) -> int:
    """The planned stay in seconds: what was planned for a crew of this size stays planned."""
    if work is None and visit.span is not None and len(technicians) == len(visit.assignments) > 1:
        return visit.span[1] - visit.span[0]
    return stay_minutes(store, visit.minutes if work is None else work) * 60


def planned_length(store: Store, before: Visit, after: Visit, technicians: Sequence[Technician]) -> int:
    """The planned stay in seconds of a placed visit whose request was changed; as it was where its minutes are the same."""
    if before.minutes == after.minutes and before.span is not None:
        return before.span[1] - before.span[0]
    return length_of(store, after, technicians, after.minutes)


def verdicts_of(visit: Visit, stop: Stop, crew: Sequence[TechnicianDay], drives: Drives, rules: Rules) -> list[Verdict]:
    """What the checker says of a visit in the day of each who comes, the first one first.

    Args:
        visit: what is placed, as it stands before.
        stop: the same where it would stand.
        crew: the days of those who come, without it.
        drives: the legs of the day.
        rules: policy and weights.
    """
    if stop.owners is not None and any(day.technician_id in stop.owners for day in crew):
        stop = replace(stop, owners=None)  # one of those who started it is there
    charged = any(day.billable for day in crew)
    helper = replace(stop, skills=abilities(visit.crew_skills)) if visit.people > 1 else stop
    return [
        check(
            replace(day, billable=charged),
            helper if number else stop,
            drives,
            rules,
            _stood(visit, stop, day.technician_id),
        )
        for number, day in enumerate(crew)
    ]


def _stood(visit: Visit, stop: Stop, technician_id: int) -> tuple[int, Stop] | None:
    """With whom and where a visit stands that nobody has reached and this technician is to come to."""
    if visit.starts_at is None or visit.state not in UNREACHED:
        return None
    holder = technician_id if visit.assignment_of(technician_id) else visit.assignments[0].technician_id
    return holder, at(stop, visit.starts_at)


def judge_placement(
    store: Store,
    visit: Visit,
    technicians: Sequence[Technician],
    start: int,
    length: int | None = None,
    was: Visit | None = None,
    planned: PlannedDays | None = None,
    but: Collection[int] = (),
) -> Verdict:
    """One verdict for the whole crew: each technician's day is checked on its own. `was`: the visit where it stood, where
    it has just been taken out of the plan. `planned`: days as a plan that is not written has them. `but`: the visits, by id, beside
    which it is not judged."""
    firm = settings.firm(store)
    day = day_of(start, firm.zone)
    before = was or visit
    stop = routing.stop_of(store, before, start, start + (length or length_of(store, visit, technicians)))
    ids = {technician.id for technician in technicians}
    alone = days_without(store, day, visit, ids, planned, but)
    read = routing.with_what_follows(store, alone, day, stop.end, without=but)
    days = {one.technician_id: one for one in read}
    for technician in technicians:
        if technician.id not in days:
            raise Refusal(
                f"{show(technician.name)} drives to visits no longer: give {show(visit.reference)} to another."
            )
    crew = [days[technician.id] for technician in technicians]
    verdicts = verdicts_of(before, stop, crew, drive_times.drives_on(store, day), routing.rules_of(firm))
    known = None
    beside = [] if start == before.starts_at else _in_the_past(start, store.clock.now(), firm)
    if start != before.starts_at or ids != {part.technician_id for part in before.assignments}:
        known = notices.finding(before, firm)
    if known is not None:
        beside.append(known)
    findings = (*beside, *dict.fromkeys(finding for verdict in verdicts for finding in verdict.findings))
    if len(technicians) < visit.people:
        come = "1 comes" if len(technicians) == 1 else f"{len(technicians)} come"
        text = f"{visit.people} people are needed, {come}"
        findings = (*findings, Finding("crew", PlacementGrade.WARNINGS, text, confirm=True))
    if len(verdicts) == 1 and findings == verdicts[0].findings:
        return verdicts[0]
    return Verdict(
        worst([finding.level for finding in findings]),
        findings,
        sum(verdict.extra_travel for verdict in verdicts),
        sum(verdict.cost for verdict in verdicts),
        verdicts[0].leg if len(verdicts) == 1 else UNKNOWN_LEG,
    )


def _in_the_past(start: int, now: int, firm: Firm) -> list[Finding]:
    """The question that a start in the past is, by more than a cell of the board: nobody can be sent then."""
    if start >= now - _JUST_NOW:
        return []
    times, today = firm.times(), day_of(start, firm.zone) == day_of(now, firm.zone)
    when = times.clock(start) if today else times.moment(start)
    text = f"{when} is {span_text((now - start) // 60)} in the past"
    return [Finding("past", PlacementGrade.WARNINGS, text, confirm=True)]


class DayPlace(NamedTuple):
    """Where a day of a visit is to stand: its number, who comes, from when to when, and what the checker says of it."""

    day: int
    crew: Sequence[Technician]
    start: int
    end: int
    verdict: Verdict
