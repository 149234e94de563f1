"""visits.csv: requests for the unscheduled queue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from db import clients, people, planned, visits
from db.names import folded
from db.store import existing
from db.unit import Unit
from db.visits import NewVisit
from dispatch.desk.day import routing
from dispatch.desk.files.as_written import TimeKind
from dispatch.desk.files.verdicts import JudgedRow, shortened
from dispatch.desk.imports.row_order import RowOrder
from dispatch.desk.imports.sites_named import site_among, sites_by_client
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, TableRows, Together, forward, time_of
from dispatch.desk.requests.intake import picked_up
from dispatch.desk.session.user import User
from dispatch.desk.visits import needs
from dispatch.desk.visits.remarks import Remarks
from dispatch.fields.context import FieldContext
from dispatch.fields.kinds import Link, Moment, Text
from dispatch.fields.record import Field
from dispatch.model.clients import Site
from dispatch.model.forms import shared
from dispatch.model.instants import AmbiguousTime, Unclear, at_local, clock_text, day_of, iso, parse_iso
from dispatch.model.promises import ends_of, is_window
from dispatch.model.requests import Request, too_late
from dispatch.model.states import AHEAD, QUEUED, State
from dispatch.model.text import show
from dispatch.model.travel import Place
from dispatch.model.typed_times import YEARS
from dispatch.model.visits import Visit
from dispatch.records.requests import REQUEST


@dataclass(frozen=True, slots=True)
class RowRequest(Request):
    """A request as a file has it: with the instants of its window, and when it was asked."""

    promised: tuple[int, int] | None = None
    requested_at: int = 0
    after_id: int | None = None
    pickup_place: Place | None = None

    @classmethod
    def of(cls, visit: Visit) -> RowRequest:
        """What is asked for of a visit."""
        return cls(
            **shared(Request, visit),
            promised=visit.promised,
            requested_at=visit.requested_at,
            after_id=visit.after_id,
            pickup_place=visit.pickup_place,
        )

    def write(self, unit: Unit, visit: Visit | None, site: Site, uid: str | None = None) -> None:
        """Write it at a site, as a new visit or as what the visit that it made is asked for otherwise."""
        after_id = self.after_id
        if self.after and after_id is None:  # it was written before this one, from another row of the file
            after_id = existing(visits.visit_by_reference(unit.store, self.after)).id
        known = {"client_id": site.client_id, "site_id": site.id, "uid": uid, "after_id": after_id}
        new = NewVisit(**shared(NewVisit, self) | known)
        if visit is None:
            visits.add_visit(unit, unit.store, new)
        else:
            visits.update_request(unit, visit, new)
            planned.drop_days(unit, visit, new.days + 1)
            routing.reroute(unit, [visit, visits.again(unit.store, visit)])


class _Instant(Moment):
    """An ISO 8601 date and time; without an offset, and written, on the firm's clocks."""

    description = "a date and a time"

    def read(self, text: str, context: FieldContext) -> int:
        try:
            said = datetime.fromisoformat(text.strip())
            if said.utcoffset() is None:
                at = at_local(said.date(), said.hour * 60 + said.minute, context.zone, Unclear.FIRST)
            else:
                at = parse_iso(text)
        except (ValueError, OverflowError):
            raise ValueError("is not a date and time such as 2026-11-24T09:00:00-05:00") from None
        if not 0 <= at < 7_258_118_400:  # the end of the last of YEARS
            raise ValueError(f"is out of range; years go from {YEARS[0]} to {YEARS[-1]}")
        return at

    def write(self, value: int | None, context: FieldContext) -> str:
        return "" if value is None else iso(value, context.zone)


@dataclass(frozen=True, slots=True)
class _Promised(TimeKind):
    """One end of the promised window: read as a time of the day, written as an instant on the firm's clocks."""

    description = "a time"
    at: int

    def read(self, text: str, context: FieldContext) -> int:
        return time_of(text, end=bool(self.at))

    def write(self, value: tuple[int, int] | None, context: FieldContext) -> str:
        at = value and value[self.at]
        return "" if at is None else f"{day_of(at, context.zone)} {clock_text(at, context.zone)}"


_PROMISED = Together(
    (
        Field("promised_from", "09:00, on the wanted day", _Promised(0), attribute="promised"),
        Field("promised_to", "11:00", _Promised(1), attribute="promised"),
    ),
    lambda opens, closes: (opens, closes) if is_window(opens, closes) else forward("promised_from", opens, closes),
)
_ROW = replace(
    REQUEST,
    cls=RowRequest,
    fields=(
        replace(REQUEST.field("reference"), required=True),
        Field("client", "as it is called in the book", Link("client"), attribute="client_id", required=True),
        Field("site", "as it is called there; empty: the client's only one", Text()),
        *map(REQUEST.field, ("date", "latest", "work", "minutes", "days", "skills", "tags", "priority")),
        *_PROMISED.fields,
        Field(
            "requested_at",
            "2026-11-24T08:10:00-05:00, without an offset by the firm's clocks; empty: now",
            _Instant("start"),
            otherwise=lambda context: context.now,
        ),
        *map(REQUEST.field, ("reported_by", "emergency")),
        Field("preferred_technician", "name or login", Link("technician"), attribute="preferred_id"),
        *map(REQUEST.field, ("description", "came_by", "equipment", "people", "crew_skills")),
        *map(REQUEST.field, ("after", "after_minutes", "after_day", "pickup", "pickup_minutes")),
    ),
)


_STATUS = Field("status", "as the other program has it; what is closed, resolved or cancelled there is skipped", Text())
_OVER = re.compile(
    r"\W*(?:closed|resolved|completed?|done|finished|cancell?ed|rejected|invoiced|billed"
    r"|geschlossen|gelöst|erledigt|abgeschlossen|beendet|storniert|abgebrochen|abgerechnet"
    r"|(?:fermé|résolu|clôturé|terminé|annulé|facturé)e?|close|clos"
    r"|(?:cerrad|resuelt|terminad|finalizad|completad|cancelad|anulad|facturad)[oa]"
    r"|gesloten|opgelost|afgerond|afgesloten|afgehandeld|voltooid|geannuleerd|gefactureerd"
    r"|(?:chius|risolt|completat|terminat|conclus|annullat|fatturat)[oa])(?!\w)",
    re.IGNORECASE,
)
"""What other programs, and other languages, say of a request that is over; more may stand behind it."""


class VisitRows(TableRows[RowRequest]):
    """Requests, each for a site of a client that is known by then."""

    record = _ROW
    columns = {field.name: field for field in (*_ROW.fields, _STATUS)}
    together = (_PROMISED,)
    named = ("reference",)
    key = "reference"

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._clients = {client.id: client for client in clients.all_clients(self.store)}
        self._sites = sites_by_client(self.store)
        self._there = needs.on_hand(self.store)
        technicians = people.technicians(self.store)
        self.desk.known["client"] = {folded(client.name): client for client in self._clients.values()}
        self.desk.known["technician"] = {
            folded(getattr(technician, name)): technician for name in ("login", "name") for technician in technicians
        }
        self._visits = {folded(visit.reference): visit for visit in visits.all_visits(self.store, archived=True)}
        self._order = RowOrder(self.store, self._visits)
        self._remarks = Remarks(self.store)

    def look_through(self, entries: Sequence[RowEntry]) -> None:
        self._order = RowOrder(self.store, self._visits, [entry for entry in entries if not _is_over(entry)])

    def settled(self, judged: list[JudgedRow]) -> list[JudgedRow]:
        return self._order.settled(judged)

    def draft(self, entry: RowEntry) -> RowDraft:
        if _is_over(entry):
            why = f"over by status: {shortened(entry.raw('status'))}"
            return RowDraft(entry.raw("reference"), (), {}, None, lambda unit: None, skipped=why)
        if not entry.raw("requested_at"):
            # now is a default for new requests, not a correction of an old one
            entry.texts.pop("requested_at", None)
        visit = self._visits.get(folded(entry.raw("reference")))
        before = None if visit is None else RowRequest.of(visit)
        after = self.filled(entry, before)
        site = self._site_of(entry, after)
        if site is not None:
            after = replace(after, site=site.name)
        if after.promised and any(part.name in entry.texts for part in _PROMISED.fields):
            after = replace(after, promised=_instants(entry, after, self.user.firm.zone_at(site)))
        after = self._after(entry, visit, after)
        stays = before is not None and after.latest_on == before.latest_on
        if not stays and (fault := too_late(after.latest_on, day_of(after.requested_at, self.user.firm.zone))):
            entry.fault("latest", fault)
        if before is None or after.pickup != before.pickup:
            pickup, fault = picked_up(self.store, after.pickup)
            if fault:
                entry.fault("pickup", fault)
            after = replace(after, pickup_place=pickup)
        for name, word, sentence in needs.lacking(self._there, after, before):
            entry.fault(name, sentence, word)
        self.tell_whole(entry, before, after)
        if not entry.faults and site is not None:
            self.look_at(entry, site, after)
        return self.requested(entry, after, site, visit)

    def _after(self, entry: RowEntry, visit: Visit | None, request: RowRequest) -> RowRequest:
        """The request with the visit that is to be over before it: one that is there, or another row of the file."""
        if visit is not None and folded(request.after) == folded(visit.after):
            return replace(request, after=visit.after)
        other = self._visits.get(folded(request.after))
        if self._order.goes_round(entry.raw("reference")):
            entry.fault("after", needs.COMES_ROUND)
        elif self._order.has(request.after):
            return replace(request, after_id=None)
        elif request.after and (other is None or other.archived_at is not None):
            entry.fault("after", f"there is no visit {show(request.after, 40)}, and no row of that reference")
        elif other is not None:
            return replace(request, after=other.reference, after_id=other.id)
        return replace(request, after="", after_id=None)

    def requested(
        self,
        entry: RowEntry,
        after: RowRequest,
        site: Site | None,
        visit: Visit | None,
        uid: str | None = None,
        **beside: Any,
    ) -> RowDraft:
        """The draft of a request at a site, or of the event `uid` of a calendar."""
        key = after.reference if uid is None else uid
        return RowDraft(
            reference=after.reference,
            keys=(key,) if key else (),
            theirs=self.spelt(entry, after),
            ours=None if visit is None else self.spelt(entry, RowRequest.of(visit)),
            write=self._order.writes(key, lambda unit: after.write(unit, visit, existing(site), uid)),
            obstacles=lambda entry, columns: refuse_begun(entry, visit, columns),
            **beside,
        )

    def _site_of(self, entry: RowEntry, request: RowRequest) -> Site | None:
        client = self._clients.get(request.client_id)
        return None if client is None else site_among(entry, client, self._sites.get(client.id, ()), request.site)

    def look_at(self, entry: RowEntry, site: Site, request: RowRequest) -> None:
        """Say what will matter when the visit is planned or charged, though it can be taken."""
        after = None if request.after_id is None else request.after
        entry.warnings += self._remarks.of(request, site, request.promised, after)


def _is_over(entry: RowEntry) -> bool:
    """Whether another program says of a request that nothing is left to do."""
    return _OVER.match(entry.raw("status")) is not None


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
    elif visit.begun:
        entry.fault("reference", f"day {visit.next_day - 1} of the visit is done; an import does not change it")
    elif visit.state in AHEAD:
        entry.warnings.append(f"the visit is {visit.state.label}: look at its place on the board again")


def _instants(entry: RowEntry, request: RowRequest, zone: str) -> tuple[int, int] | None:
    """The window of a row, which is in minutes of its day, as instants."""
    if request.wanted_on is None:
        if not entry.raw("date"):
            entry.fault("promised_from", "needs a date")
        return None
    ends = []
    window = ends_of(request.wanted_on, existing(request.promised))
    for column, (day, minutes) in zip(("promised_from", "promised_to"), window, strict=True):
        try:
            ends.append(at_local(day, minutes, zone))
        except AmbiguousTime as fault:
            entry.fault(column, str(fault))
    if len(ends) < 2:
        return None
    if ends[1] <= ends[0]:
        entry.fault("promised_to", "is not after promised_from on the day on which clocks change")
        return None
    return ends[0], ends[1]
