"""visits.csv: requests for the unscheduled queue."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from db import agreements, clients, people, visits
from db.names import folded
from db.unit import Unit
from db.visits import NewVisit
from dispatch.desk.imports.entries import Entry
from dispatch.desk.imports.judging import Column, Draft, Subject, Values, present
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.clients import Client, Site
from dispatch.model.instants import AmbiguousTime, at_local, clock_text, day_of, day_text, iso, span_local
from dispatch.model.people import Technician
from dispatch.model.states import AHEAD, QUEUED, Role, State
from dispatch.model.text import show
from dispatch.model.visits import CAME_BY, Visit

_PRIORITIES = {"P1": 1, "P2": 2, "P3": 3, "P4": 4}
_USUAL_PRIORITY = 3


class VisitRows(Subject):
    """Requests, each for a site of a client that is known by then."""

    columns: ClassVar[Mapping[str, Column]] = {
        "reference": "by which a visit is known again: R4001",
        "client": "as it is called in the book",
        "site": "as it is called there",
        "date": "the wanted day: 2026-11-24; empty: any",
        "work": "what is asked for",
        "minutes": "of work, without the time for tests: 45",
        "skills": "server; network",
        "tags": "server; many",
        "priority": f"{', '.join(_PRIORITIES)}; empty: P{_USUAL_PRIORITY}",
        "promised_from": "09:00, on the wanted day",
        "promised_to": "11:00",
        "requested_at": "2026-11-24T08:10:00-05:00; empty: now",
        "reported_by": "who asked",
        "emergency": "yes or no",
        "preferred_technician": "name or login",
        "description": "more about it, in as many lines as it takes",
        "came_by": f"{', '.join(CAME_BY)}; empty: nobody knows",
    }
    required: ClassVar[tuple[str, ...]] = ("reference", "client", "site", "work", "minutes")
    key = "reference"
    roles = (Role.DISPATCHER,)

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._zone = seat.firm.zone
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._sites = {(site.client_id, folded(site.name)): site for site in clients.all_sites(self.store)}
        self._skills = people.skills(self.store)
        self._technicians = _by_name_and_login(people.technicians(self.store))
        self._visits = {folded(visit.reference): visit for visit in visits.all_visits(self.store, archived=True)}
        self._last_days: dict[int, datetime.date | None] = {}
        for agreement in agreements.all_agreements(self.store):
            self._last_days[agreement.client_id] = _later(agreement.ends, self._last_days, agreement.client_id)

    def draft(self, entry: Entry) -> Draft:
        """The request of a row, with what is known about it already."""
        reference = entry.text("reference", limits.REFERENCE, required=True)
        visit = self._visits.get(folded(reference))
        client, site = self._whose(entry)
        zone = site.zone if site is not None else self._zone
        values: Values = {
            "client": client.name if client else "",
            "site": site.name if site else "",
            "work": entry.text("work", required=True),
            "minutes": entry.whole("minutes", 1, 1440, required=True),
            "date": entry.day("date"),
            "skills": self._known_skills(entry),
            "tags": frozenset(entry.words("tags")),
            "priority": entry.choice("priority", _PRIORITIES, empty=_USUAL_PRIORITY),
            "requested_at": entry.instant("requested_at"),
            "reported_by": entry.name("reported_by"),
            "came_by": entry.choice("came_by", {one: one for one in CAME_BY}, empty=""),
            "emergency": entry.yes_no("emergency"),
            "preferred_technician": self._preferred(entry),
            "description": entry.text("description", limits.NOTE, multiline=True),
        }
        ours = None if visit is None else self._as_row(visit)
        theirs = present(entry, values)
        if not entry.raw("requested_at"):
            theirs.pop("requested_at", None)  # "now" is a default for new requests, not a correction of an old one
        date = values["date"] if entry.has("date") or ours is None else ours["date"]
        promised = _promised(entry, date, zone)
        if entry.has("promised_from") or entry.has("promised_to"):
            theirs |= {"promised_from": promised and promised[0], "promised_to": promised and promised[1]}
        if not entry.faults and site is not None:
            self._look_at(entry, site, date, promised)
        merged = values | {"promised_from": None, "promised_to": None} | (ours or {}) | theirs
        if merged["requested_at"] is None:
            merged["requested_at"] = self.seat.now

        def new() -> NewVisit:
            assert client is not None
            assert site is not None
            return self._new_visit(visit.reference if visit else reference, client, site, merged)

        def change(unit: Unit) -> None:
            assert visit is not None
            visits.update_request(unit, visit, new())

        return Draft(
            reference=reference,
            keys=(reference,) if reference else (),
            theirs=theirs,
            ours=ours,
            add=lambda unit: add_request(unit, self.seat, new()),
            change=change,
            obstacles=lambda entry, columns: refuse_begun(entry, visit, columns),
        )

    def spell(self, column: str, value: Any) -> str:
        """Instants on the firm's clocks, priorities as P1 to P4."""
        if value is None:
            return ""
        if column == "priority":
            return f"P{value}"
        if column == "requested_at":
            return iso(value, self._zone)
        if column in ("promised_from", "promised_to"):
            return f"{day_of(value, self._zone)} {clock_text(value, self._zone)}"
        return super().spell(column, value)

    def _whose(self, entry: Entry) -> tuple[Client | None, Site | None]:
        name, place = entry.name("client", required=True), entry.name("site", required=True)
        client = self._clients.get(folded(name))
        if client is None:
            if name:
                entry.fault("client", "no such client; import clients first or check the spelling")
            return None, None
        site = self._sites.get((client.id, folded(place)))
        if site is None and place:
            own = [show(site.name, 40) for (client_id, _), site in self._sites.items() if client_id == client.id]
            known = f"has {_listed(own)}" if own else "has no site yet: import sites first"
            entry.fault("site", f"no such site; {show(client.name, 40)} {known}")
        return client, site

    def _known_skills(self, entry: Entry) -> frozenset[str]:
        skills = entry.words("skills")
        for skill in skills:
            if skill not in self._skills:
                known = _listed(show(name) for name in sorted(self._skills)) or "none yet: import technicians first"
                entry.fault("skills", f"no technician has this skill; known are {known}", skill)
        return frozenset(skills)

    def _preferred(self, entry: Entry) -> str:
        name = entry.name("preferred_technician")
        technician = self._technicians.get(folded(name))
        if name and technician is None:
            entry.fault("preferred_technician", "no such technician; import technicians first or check the spelling")
        return technician.name if technician else ""

    def _as_row(self, visit: Visit) -> Values:
        """What the file would say if it had been written from the visit."""
        promised_from, promised_to = visit.promised or (None, None)
        return {
            "client": visit.client,
            "site": visit.site,
            "work": visit.work,
            "minutes": visit.minutes,
            "date": visit.wanted_on,
            "skills": visit.skills,
            "tags": visit.tags,
            "priority": visit.priority,
            "promised_from": promised_from,
            "promised_to": promised_to,
            "requested_at": visit.requested_at,
            "reported_by": visit.reported_by,
            "came_by": visit.came_by,
            "emergency": visit.emergency,
            "preferred_technician": visit.preferred,
            "description": visit.description,
        }

    def _look_at(self, entry: Entry, site: Site, date: datetime.date | None, promised: tuple[int, int] | None) -> None:
        """Say what will matter when the visit is planned or charged, though it can be taken."""
        if site.place is None:
            entry.warn("the site has no coordinates: drives to it are unknown")
        if promised is not None and date is not None and not _within_access(site, date, promised):
            opening = ", ".join(
                f"{_hhmm(hours.opens)}–{_hhmm(hours.closes)}"
                for hours in site.access
                if hours.weekday == date.weekday()
            )
            entry.warn(f"the promised window is outside the access hours ({opening or 'closed'})")
        last_day = self._last_days.get(site.client_id)
        if last_day is not None and last_day < (date or day_of(self.seat.now, site.zone)):
            entry.warn(f"the client's agreement ended on {day_text(last_day)}")

    def _new_visit(self, reference: str, client: Client, site: Site, values: Values) -> NewVisit:
        start, end = values["promised_from"], values["promised_to"]
        preferred = self._technicians.get(folded(values["preferred_technician"]))
        return NewVisit(
            reference=reference,
            client_id=client.id,
            site_id=site.id,
            work=values["work"],
            minutes=values["minutes"],
            priority=values["priority"],
            requested_at=values["requested_at"],
            wanted_on=values["date"],
            promised=None if start is None else (start, end),
            skills=values["skills"],
            tags=values["tags"],
            reported_by=values["reported_by"],
            came_by=values["came_by"],
            emergency=values["emergency"],
            preferred_id=preferred.id if preferred else None,
            description=values["description"],
        )


def add_request(unit: Unit, seat: Seat, new: NewVisit) -> None:
    """Write a request."""
    visits.add_visit(unit, seat.store, new)


def refuse_begun(entry: Entry, visit: Visit | None, columns: Sequence[str]) -> None:
    """Refuse to change a visit that has begun, is over or was put away, and to give it to another client."""
    if visit is None:
        return
    if visit.archived_at is not None:
        entry.fault("reference", "the visit was put away; an import does not change it")
    elif visit.state not in QUEUED | AHEAD:
        over = "has begun" if visit.state in (State.EN_ROUTE, State.ON_SITE, State.CLOSING_OUT) else "is over"
        entry.fault("reference", f"the visit {over} ({visit.state.label}); an import does not change it")
    elif "client" in columns:
        entry.fault(
            "client", f"the visit is one of {show(visit.client, 40)}'s and stays theirs; give it another reference"
        )
    elif visit.state in AHEAD:
        entry.warn(f"the visit is {visit.state.label}: look at its place on the board again")


def _promised(entry: Entry, date: datetime.date | None, zone: str) -> tuple[int, int] | None:
    span = entry.span("promised_from", "promised_to")
    if span is None:
        return None
    if date is None:
        if not entry.raw("date"):
            entry.fault("promised_from", "needs a date")
        return None
    ends = []
    for column, minutes in zip(("promised_from", "promised_to"), span, strict=True):
        try:
            ends.append(at_local(date, minutes, zone))
        except AmbiguousTime as fault:
            entry.fault(column, str(fault))
    if len(ends) < 2:
        return None
    if ends[1] <= ends[0]:
        entry.fault("promised_to", "is not after promised_from on the day on which clocks change")
        return None
    return ends[0], ends[1]


def _within_access(site: Site, date: datetime.date, promised: tuple[int, int]) -> bool:
    if not site.access:
        return True
    for hours in site.access:
        if hours.weekday == date.weekday():
            opens, closes = span_local(date, hours.opens, hours.closes, site.zone)
            if opens <= promised[0] and promised[1] <= closes:
                return True
    return False


def _by_name_and_login(technicians: Iterable[Technician]) -> dict[str, Technician]:
    known = list(technicians)
    by_login = {folded(technician.login): technician for technician in known}
    return by_login | {folded(technician.name): technician for technician in known}


def _later(
    ends: datetime.date | None, last_days: dict[int, datetime.date | None], client_id: int
) -> datetime.date | None:
    """The later of an agreement's last day and the one known so far; None, unlimited, is the latest of all."""
    if client_id not in last_days:
        return ends
    known = last_days[client_id]
    return None if ends is None or known is None else max(ends, known)


def _hhmm(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
