"""Where one can jump to: technicians, clients, sites, visits, each found by a few letters."""

from __future__ import annotations

import datetime
from enum import Enum
from typing import NamedTuple

from db import directory
from db.directory import VisitName
from db.store import Store
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.matching import Findable, findable
from dispatch.model.states import State

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


def targets(store: Store) -> list[Findable[JumpTarget]]:
    """Everything there is, in the order in which equally good finds stand: people, clients, sites, visits, newest first."""
    with store.read():
        people, clients = directory.technicians(store), directory.clients(store)
        sites, visits = directory.sites(store), directory.visits(store, NEWEST)
    return [
        *(findable(JumpTarget(TargetKind.TECHNICIAN, staff_id, name), name) for staff_id, name in people),
        *(findable(JumpTarget(TargetKind.CLIENT, client_id, name), name) for client_id, name in clients),
        *(
            findable(
                JumpTarget(TargetKind.SITE, site.client_id, f"{site.client} / {site.name}", site.address),
                site.client, site.name, site.address,
            )
            for site in sites
        ),
        *(findable(_target(visit), visit.reference, visit.client, visit.work) for visit in visits),
    ]  # fmt: skip


def of_reference(store: Store, typed: str, limit: int) -> list[JumpTarget]:
    """Visits whose reference begins with what was typed, however old they are."""
    prefix = typed.strip()
    return [_target(visit) for visit in directory.visits_from(store, prefix, limit)] if prefix else []


def _target(visit: VisitName) -> JumpTarget:
    return JumpTarget(TargetKind.VISIT, visit.id, visit.reference, visit=visit)


def detail_of(target: JumpTarget, times: Times) -> str:
    """What is said of a target beside its name."""
    visit = target.visit
    if visit is None:
        return target.detail
    if visit.starts_at is not None:
        when = times.moment(visit.starts_at)
    elif visit.wanted_on is not None:
        when = f"wanted {day_text(datetime.date.fromisoformat(visit.wanted_on))}"
    else:
        when = "undated"
    return f"{visit.client} · {when} · {State(visit.state).label} · {visit.work}"


def day_of_visit(visit: VisitName, zone: str) -> datetime.date | None:
    """The day on whose board a visit stands; None for one that is undated and stands on all."""
    if visit.starts_at is not None:
        return day_of(visit.starts_at, zone)
    return None if visit.wanted_on is None else datetime.date.fromisoformat(visit.wanted_on)
