"""Where one can jump to: technicians, clients, sites, visits, each found by a few letters."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from db import directory, settings
from db.directory import VisitName
from db.store import Store
from dispatch.desk.day import routing
from dispatch.desk.day.routing import TechnicianRunning
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.matching import Findable, findable
from dispatch.model.states import ENDED, QUEUED
from dispatch.model.ways import state_words, way_and_work

_MINUTE, _LAST = 60, 1 << 62
NEWEST = 20_000
"""So many visits are found by any of their words; older ones by the begin of their reference."""


class TargetKind(Enum):
    """What one jumps to."""

    TECHNICIAN = "technician"
    CLIENT = "client"
    SITE = "site"
    VISIT = "visit"


class JumpTarget(NamedTuple):
    """Something to jump to. `id` is the technician's, the client's (a site's too) or the visit's."""

    kind: TargetKind
    id: int
    name: str
    detail: str = ""
    visit: VisitName | None = None
    expected: int | None = None


def targets(store: Store) -> list[Findable[JumpTarget]]:
    """Everything there is, in the order in which equally good finds stand: the visits that somebody comes for today, by their start
    and with the time at which they are expected; people, clients, sites; then the other visits: the rest of today's, what is to
    come, the next first, what has no day, and what is over, the latest first."""
    with store.read():
        people, clients = directory.technicians(store), directory.clients(store)
        sites, visits = directory.sites(store), directory.visits(store, NEWEST)
        zone, today = settings.firm(store).zone, settings.today(store)
        expected = _expected(routing.running_on(store, today))
    visits.sort(key=lambda visit: _from_today(visit, zone, today))
    coming = [visit for visit in visits if _comes_today(visit, zone, today)]
    others = [visit for visit in visits if not _comes_today(visit, zone, today)]

    def found(visit: VisitName) -> Findable[JumpTarget]:
        target = _target(visit, expected.get(visit.id))
        return findable(target, visit.client, visit.site, visit.reference, visit.work, visit.crew)

    return [
        *map(found, coming),
        *(findable(JumpTarget(TargetKind.TECHNICIAN, staff_id, name), name) for staff_id, name in people),
        *(findable(JumpTarget(TargetKind.CLIENT, client_id, name), name) for client_id, name in clients),
        *(
            findable(
                JumpTarget(TargetKind.SITE, site.client_id, f"{site.client} / {site.name}", site.address),
                site.client, site.name, site.address,
            )
            for site in sites
        ),
        *map(found, others),
    ]  # fmt: skip


def _expected(days: Sequence[TechnicianRunning]) -> dict[int, int]:
    """When somebody will be at the visits of a day that nobody has reached yet, as it goes."""
    return {
        visit.id: ahead.arrival
        for day in days
        for visit in day.visits
        if visit.checked_in_at is None and (ahead := day.running.projection.stop(visit.id)) is not None
    }


def _comes_today(visit: VisitName, zone: str, today: datetime.date) -> bool:
    """Whether a visit is placed on today, and not over."""
    return visit.starts_at is not None and day_of(visit.starts_at, zone) == today and visit.state not in ENDED


def _from_today(visit: VisitName, zone: str, today: datetime.date) -> tuple[int, int, int]:
    """Where a visit stands among those that fit equally well."""
    day = day_of_visit(visit, zone)
    if day is None:
        return 2, 0, -visit.id
    away = (day - today).days
    if away < 0 and visit.state in QUEUED:
        away = 1  # it waits still
    if away:
        return 1 if away > 0 else 3, abs(away), -visit.id
    return 0, visit.starts_at or _LAST, -visit.id


def of_reference(store: Store, typed: str, limit: int) -> list[JumpTarget]:
    """Visits whose reference begins with what was typed, however old they are."""
    prefix = typed.strip()
    return [_target(visit) for visit in directory.visits_from(store, prefix, limit)] if prefix else []


def _target(visit: VisitName, expected: int | None = None) -> JumpTarget:
    return JumpTarget(TargetKind.VISIT, visit.id, visit.reference, visit=visit, expected=expected)


def detail_of(target: JumpTarget, times: Times, today: datetime.date) -> str:
    """What is said of a target beside its name; of a visit when, by whom and how far it is before what is done."""
    visit = target.visit
    if visit is None:
        return target.detail
    if visit.starts_at is not None:
        clock = times.clock(visit.starts_at, visit.zone)
        day = day_of(visit.starts_at, times.zone)
        when = f"{'today' if day == today else day_text(day)} {clock}"
        if target.expected is not None and abs(target.expected - visit.starts_at) >= _MINUTE:
            when += f", expected {times.clock(target.expected, visit.zone)}"
    elif visit.wanted_on is not None:
        day = datetime.date.fromisoformat(visit.wanted_on)
        when = f"wanted {'today' if day == today else day_text(day)}"
    else:
        when = "undated"
    return " · ".join(filter(None, (visit.client, when, visit.crew, state_words(visit), way_and_work(visit))))


def day_of_visit(visit: VisitName, zone: str) -> datetime.date | None:
    """The day on whose board a visit stands; None for one that is undated and stands on all."""
    if visit.starts_at is not None:
        return day_of(visit.starts_at, zone)
    return None if visit.wanted_on is None else datetime.date.fromisoformat(visit.wanted_on)
