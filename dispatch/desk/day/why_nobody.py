"""Why nobody can come for a visit on some days: one sentence that somebody can act on."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from db import settings
from db.store import Store
from dispatch.desk.day import routing, run_of_days
from dispatch.desk.day.placement import best_of_each, need_of, stop_on
from dispatch.desk.visits.steps import driver, find
from dispatch.model.instants import day_text, span_local
from dispatch.model.people import Technician
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.candidates import Candidate
from dispatch.planning.checker import PlacementGrade
from dispatch.planning.obstacles import Case, never, not_together


def in_the_way(
    store: Store, reference: str, day: datetime.date, found: Sequence[Candidate], number: int | None = None
) -> str:
    """What keeps a visit off a day whatever else stands on it, where nobody is found or only with something against it; empty where
    there is no such.

    Args:
        found: as `placement.candidates` finds them.
        number: of a visit that takes several days, the one that is placed; None: the one that is next.
    """
    if found and found[0].verdict.level is PlacementGrade.FEASIBLE:
        return ""
    with store.read():
        visit = run_of_days.day_meant(find(store, reference), number)
        return never(_case(store, visit, day, None)) if found else _reason(store, visit, day, None, None)[1]


def why_nobody(
    store: Store,
    reference: str,
    days: Sequence[datetime.date],
    between: tuple[int, int] | None = None,
    technician: str | None = None,
    number: int | None = None,
) -> str:
    """Why `placement.slots` finds nothing: of the first day that only lacks room, else of the first. Arguments as there."""
    with store.read():
        visit = run_of_days.day_meant(find(store, reference), number)
        who = None if technician is None else driver(store, technician)
        reasons = []
        for day in days:
            rank, said = _reason(store, visit, day, between, who)
            reasons.append((rank, day, said))
            if rank == _ROOM:
                break
        _, day, said = min(reasons, key=lambda reason: reason[0])
        return said if len(days) == 1 else f"{day_text(day)}: {said}"


_ROOM, _LASTING, _OFF = range(3)
"""What a day lacks: only room, something else, or people who work."""


def _reason(
    store: Store, visit: Visit, day: datetime.date, between: tuple[int, int] | None, who: Technician | None
) -> tuple[int, str]:
    """What a day lacks for a visit, and that in words: what keeps it off whatever else stands there, else what is against the best
    place."""
    case = _case(store, visit, day, between)
    works = [one for one in case.staff if one.spans_for(case.stop) and (who is None or who.id == one.technician_id)]
    if who is None and (said := never(case)):
        return (_LASTING if works else _OFF), said
    found = best_of_each(store, visit, day, between, None if who is None else {who.id})
    if found:
        (best,) = run_of_days.with_later_days(store, visit, found[:1])
        said = "; ".join(finding.text for finding in best.verdict.blocking)
        return _ROOM, f"best is {show(best.name)} at {case.clock(best.start)}: {said}"
    if visit.people > 1:
        return _ROOM, not_together(case) if who is None else f"nobody is free for it together with {show(who.name)}"
    then = f" in {case.part}" if works and case.hours is not None else ""
    return _OFF, f"{show(who.name) if who is not None else 'nobody'} does not work{then}"


def _case(store: Store, visit: Visit, day: datetime.date, between: tuple[int, int] | None) -> Case:
    firm = settings.firm(store)
    return Case(
        stop_on(store, visit, day),
        need_of(visit),
        day,
        firm.zone,
        store.clock.now(),
        routing.days_on(store, day, without={visit.id}),
        hours=None if between is None else span_local(day, *between, visit.zone),
        overtime=firm.plan_overtime_minutes * 60,
    )
