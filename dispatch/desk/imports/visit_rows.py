"""visits.csv: requests for the unscheduled queue."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from db import agreements, clients, people, visits
from db.names import folded
from db.store import existing
from db.unit import Unit
from db.visits import NewVisit
from dispatch.desk.imports.row_entry import RowEntry, instant
from dispatch.desk.imports.table_rows import Column, RowDraft, TableRows, Values, present
from dispatch.desk.session.user import User
from dispatch.fields.kinds import clock
from dispatch.model.clients import Client, Site
from dispatch.model.instants import AmbiguousTime, at_local, clock_text, day_of, day_text, iso
from dispatch.model.people import openings_on
from dispatch.model.requests import Request
from dispatch.model.states import AHEAD, QUEUED, Role, State
from dispatch.model.text import REFERENCE, show
from dispatch.model.visits import Visit
from dispatch.records.requests import REQUEST


class VisitRows(TableRows[Request]):
    """Requests, each for a site of a client that is known by then."""

    record = REQUEST
    columns: ClassVar[Mapping[str, Column]] = {
        "reference": REQUEST.field("reference"),
        "client": "as it is called in the book",
        "site": "as it is called there",
        "date": REQUEST.field("date"),
        "latest": REQUEST.field("latest"),
        "work": REQUEST.field("work"),
        "minutes": REQUEST.field("minutes"),
        "skills": REQUEST.field("skills"),
        "tags": REQUEST.field("tags"),
        "priority": REQUEST.field("priority"),
        "promised_from": "09:00, on the wanted day",
        "promised_to": "11:00",
        "requested_at": "2026-11-24T08:10:00-05:00; empty: now",
        "reported_by": REQUEST.field("reported_by"),
        "emergency": REQUEST.field("emergency"),
        "preferred_technician": "name or login",
        "description": REQUEST.field("description"),
        **{name: REQUEST.field(name) for name in ("equipment", "people", "crew_skills", "after_minutes", "after_day")},
        "after": "R4001, a visit that is there already",
        "came_by": REQUEST.field("came_by"),
    }
    named = ("reference",)
    required: ClassVar[tuple[str, ...]] = ("reference", "client", "site", "work", "minutes")
    key = "reference"
    roles = (Role.DISPATCHER,)

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._zone = user.firm.zone
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._sites = {(site.client_id, folded(site.name)): site for site in clients.all_sites(self.store)}
        self._skills = people.skills(self.store)
        technicians = people.technicians(self.store)
        self._technicians = {folded(technician.login): technician for technician in technicians}
        self._technicians |= {folded(technician.name): technician for technician in technicians}
        self._visits = {folded(visit.reference): visit for visit in visits.all_visits(self.store, archived=True)}
        self._last_days: dict[int, datetime.date | None] = {}
        for agreement in agreements.all_agreements(self.store):
            # without an end is the latest of all
            known = self._last_days.get(agreement.client_id, agreement.ends)
            self._last_days[agreement.client_id] = agreement.ends and known and max(agreement.ends, known)

    def draft(self, entry: RowEntry) -> RowDraft:
        """The request of a row, with what is known about it already."""
        reference = entry.text("reference", REFERENCE, required=True)
        visit = self._visits.get(folded(reference))
        before = None if visit is None else Request.of(visit)
        client = self.client_of(entry, self._clients)
        site = self._site_of(entry, client)
        zone = site.zone if site is not None else self._zone
        given: Values = {"client_id": client.id if client else 0, "site": site.name if site else "", "window": None}
        given |= {"reference": reference if visit is None else visit.reference, "same_job": ""}
        given["after"] = entry.text("after", REFERENCE) if entry.has("after") else before.after if before else ""
        before_it = self._visits.get(folded(given["after"]))
        if given["after"] and (before_it is None or before_it is visit):
            entry.fault("after", f"there is no visit {given['after']} that it could come after")
        if entry.has("preferred_technician") or visit is None:
            given["preferred_id"] = self._preferred(entry)
        request = self.filled(entry, before, **given)
        self._look_at_skills(entry, request.skills)
        promised = _promised(entry, request.wanted_on, zone)
        if visit is not None and not (entry.has("promised_from") or entry.has("promised_to")):
            promised = visit.promised
        if not entry.faults and site is not None:
            self._look_at(entry, site, request.wanted_on, promised)
        requested_at = entry.parsed("requested_at", instant) or (self.user.now if visit is None else visit.requested_at)

        names = client.name if client else "", site.name if site else ""
        ours = None
        if visit is not None and before is not None:
            ours = self._as_row(entry, before, (visit.client, visit.site), visit.promised, visit.requested_at)
        return RowDraft(
            reference=reference,
            keys=(reference,) if reference else (),
            theirs=self._as_row(entry, request, names, promised, requested_at),
            ours=ours,
            write=lambda unit: write_request(
                unit,
                visit,
                NewVisit.of(request, existing(site), promised, requested_at)._replace(
                    after_id=None if before_it is None else before_it.id
                ),
            ),
            obstacles=lambda entry, columns: refuse_begun(entry, visit, columns),
        )

    def spell(self, column: str, value: Any) -> str:
        """Instants on the firm's clocks."""
        if value is None or isinstance(value, str):
            return value or ""
        if column == "requested_at":
            return iso(value, self._zone)
        return f"{day_of(value, self._zone)} {clock_text(value, self._zone)}"

    def _as_row(
        self,
        entry: RowEntry,
        request: Request,
        names: Sequence[str],
        promised: tuple[int, int] | None,
        requested_at: int,
    ) -> Values:
        """What the file would say if it had been written from a request; `names` are those of its client and its site."""
        opens, closes = promised or (None, None)
        values: Values = {
            "client": names[0],
            "site": names[1],
            "preferred_technician": self.desk.title("technician", request.preferred_id) if request.preferred_id else "",
            "promised_from": opens,
            "promised_to": closes,
            # "now" is a default for new requests, not a correction of an old one
            **({"requested_at": requested_at} if entry.raw("requested_at") else {}),
        }
        return present(entry, values) | self.spelt(entry, request)

    def _site_of(self, entry: RowEntry, client: Client | None) -> Site | None:
        place = entry.name("site", required=True)
        if client is None:
            return None
        site = self._sites.get((client.id, folded(place)))
        if site is None and place:
            own = [show(site.name, 40) for (client_id, _), site in self._sites.items() if client_id == client.id]
            known = f"has {', '.join(own)}" if own else "has no site yet: import sites first"
            entry.fault("site", f"no such site; {show(client.name, 40)} {known}")
        return site

    def _look_at_skills(self, entry: RowEntry, skills: frozenset[str]) -> None:
        for skill in sorted(skills - self._skills):
            known = ", ".join(map(show, sorted(self._skills))) or "none yet: import technicians first"
            entry.fault("skills", f"nobody has {show(skill)!r}; known are {known}", skill)

    def _preferred(self, entry: RowEntry) -> int | None:
        name = entry.name("preferred_technician")
        technician = self._technicians.get(folded(name))
        if name and technician is None:
            entry.fault("preferred_technician", "no such technician; import technicians first or check the spelling")
        return technician.id if technician else None

    def _look_at(
        self, entry: RowEntry, site: Site, date: datetime.date | None, promised: tuple[int, int] | None
    ) -> None:
        """Say what will matter when the visit is planned or charged, though it can be taken."""
        if site.place is None:
            entry.warn("the site has no coordinates: drives to it are unknown")
        open_at = () if date is None else openings_on(site.access, date, site.zone)
        outside = promised is not None and not any(
            opens <= promised[0] and promised[1] <= closes for opens, closes in open_at
        )
        if date is not None and site.access and outside:
            opening = ", ".join(
                f"{clock(hours.opens)}–{clock(hours.closes)}"
                for hours in site.access
                if hours.weekday == date.weekday()
            )
            entry.warn(f"the promised window is outside the access hours ({opening or 'closed'})")
        last_day = self._last_days.get(site.client_id)
        if last_day is not None and last_day < (date or day_of(self.user.now, site.zone)):
            entry.warn(f"the client's agreement ended on {day_text(last_day)}")


def write_request(unit: Unit, visit: Visit | None, new: NewVisit) -> None:
    """Write a request, or what the visit that it made is asked for otherwise."""
    if visit is None:
        visits.add_visit(unit, unit.store, new)
    else:
        visits.update_request(unit, visit, new)


def refuse_begun(entry: RowEntry, visit: Visit | None, columns: Sequence[str]) -> None:
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


def _promised(entry: RowEntry, date: datetime.date | None, zone: str) -> tuple[int, int] | None:
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
