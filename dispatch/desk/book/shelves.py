"""The kinds of records in the book: which blanks each has, how it is found, shown and written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from db import audit, clients, people, settings, targets
from db.faults import Stale
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.blanks import (
    WEEKDAYS,
    Blank,
    Reading,
    contacts_text,
    hours_text,
    lunch_text,
    number_text,
    place_text,
)
from dispatch.desk.book.finding import client_named, near, site_named, site_title, technician_named
from dispatch.desk.book.pin_shelf import PinShelf
from dispatch.desk.book.recurrence_shelf import RecurrenceShelf
from dispatch.desk.book.shelf import Shelf
from dispatch.desk.book.target_shelf import TargetShelf
from dispatch.desk.book.template_shelf import TemplateShelf
from dispatch.desk.one_way import one_way_from
from dispatch.desk.refusals import NotFound, Refusal
from dispatch.desk.routing import reroute_ahead
from dispatch.desk.seat import Seat
from dispatch.desk.staff import faults_of_person
from dispatch.levels.targets import read_targets, targets_text
from dispatch.model import text as limits
from dispatch.model.clients import Client, Site
from dispatch.model.firm import Firm
from dispatch.model.instants import clock_text, day_of
from dispatch.model.messages import PLACE_HOLDERS, About
from dispatch.model.notices import WORDS, faults_of
from dispatch.model.people import Absence, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.travel.sources import ENGINES


class ClientShelf(Shelf[Client]):
    """Clients with their contacts."""

    noun = "client"
    roles = (Role.LEAD, Role.DISPATCHER)
    blanks = (
        Blank("name", "Name"),
        Blank("kind", "Kind", "client or prospect"),
        Blank(
            "unhappy_since",
            "Unhappy with the present provider since",
            "a prospect: 2026-11-24; empty: not that we know",
        ),
        Blank("contacts", "Contacts", "Jane Lowe; +1 614 555 0100; jane@example.com; office manager | Bob …"),
        Blank("computers", "Computers", "12"),
        Blank("servers", "Servers", "1"),
        Blank("not_with", "Not with", "technicians whom they do not want: Ana Ruiz, Ben Okafor"),
        Blank("told", "Wants to be told", "confirmed, on the way, late, report; empty: nothing"),
        Blank("told_at", "Told at", "an e-mail address; empty: the first contact's"),
        Blank("tax_exempt", "Tax exempt", "yes or no"),
        Blank("tax_ref", "Exemption reference"),
        Blank("notes", "Notes"),
    )

    def all(self, store: Store) -> Sequence[Client]:
        """Every client."""
        return clients.all_clients(store)

    def get(self, store: Store, key: int) -> Client | None:
        """The client with that id."""
        return clients.client(store, key)

    def find(self, store: Store, name: str) -> Client:
        """The client of that name, or whose name holds it."""
        return client_named(store, name)

    def title(self, store: Store, record: Client) -> str:
        """Its name."""
        return record.name

    def line(self, store: Store, record: Client) -> str:
        """The first contact."""
        first = record.contacts[0] if record.contacts else None
        told = "no contact yet" if first is None else f"{first.name} {first.phone}".strip()
        return told if record.kind == "client" else f"{record.kind}  {told}"

    def texts(self, store: Store, record: Client) -> dict[str, str]:
        """The client as it is typed."""
        return {
            "name": record.name,
            "kind": record.kind,
            "unhappy_since": "" if record.unhappy_since is None else record.unhappy_since.isoformat(),
            "contacts": contacts_text(record.contacts),
            "computers": "" if record.computers is None else str(record.computers),
            "servers": "" if record.servers is None else str(record.servers),
            "not_with": ", ".join(_names(store, record.not_with)),
            "told": ", ".join(one.label for one in record.told),
            "told_at": record.told_at,
            "tax_exempt": "yes" if record.tax_exempt else "no",
            "tax_ref": record.tax_ref,
            "notes": record.notes,
        }

    def write(self, seat: Seat, unit: Unit, before: Client | None, texts: Mapping[str, str], faults: list[str]) -> int:
        """Write a client."""
        reading = Reading(texts)
        after = Client(
            0 if before is None else before.id,
            reading.text("name", required=True),
            reading.contacts("contacts"),
            reading.whole("computers", 0, 100_000),
            reading.whole("servers", 0, 100_000),
            reading.flag("tax_exempt"),
            reading.text("tax_ref"),
            reading.choice("kind", ("client", "prospect"), "client"),
            notes=reading.text("notes", limits.NOTE),
            unhappy_since=reading.day("unhappy_since", day_of(seat.now, seat.firm.zone)),
            not_with=_technicians(seat.store, reading, "not_with"),
            told=_told(reading, "told"),
            told_at=_mail(reading, "told_at"),
        )
        if after.told and not reading.raw("told_at").strip() and not any(one.email for one in after.contacts):
            reading.fault("told_at", "is missing: no contact has an e-mail address either")
        if after.unhappy_since is not None:
            same = before is not None and before.unhappy_since == after.unhappy_since
            noted_on = before.unhappy_noted_on if before is not None and same else day_of(seat.now, seat.firm.zone)
            after = replace(after, unhappy_noted_on=noted_on)
        if after.unhappy_since is not None and after.kind != "prospect":
            reading.fault(
                "unhappy_since", "belongs to a prospect: a client who is unhappy with us is noted by the visit"
            )
        if after.tax_exempt and not after.tax_ref:
            reading.fault("tax_ref", "is missing: what exempts the client?")
        twin = clients.client_by_name(seat.store, after.name) if after.name else None
        if twin is not None and (before is None or twin.id != before.id):
            reading.fault("name", f"there is a client {after.name} already")
        faults += reading.faults
        if faults:
            return 0
        if before is None:
            return clients.add_client(
                unit,
                after.name,
                after.contacts,
                after.computers,
                after.servers,
                after.tax_exempt,
                after.tax_ref,
                after.kind,
                after.notes,
                after.unhappy_since,
                after.unhappy_noted_on,
                after.not_with,
                after.told,
                after.told_at,
            )
        clients.update_client(unit, before, after)
        return before.id

    def shelve(self, unit: Unit, record: Client, at: int | None) -> None:
        """Archive it, or take it back."""
        unit.update("client", record.id, record.version, archived_at=at)


class SiteShelf(Shelf[Site]):
    """Sites, placed or not."""

    noun = "site"
    roles = (Role.LEAD, Role.DISPATCHER)
    blanks = (
        Blank("client", "Client"),
        Blank("name", "Name", "Main office"),
        Blank("address", "Address"),
        Blank("place", "Place", "39.9612, -82.9988, or the link of a map; empty: not placed yet"),
        Blank("zone", "Time zone", "empty: the firm's"),
        Blank("access", "Access hours", "mon-fri 08:00-18:00; empty: always"),
        Blank("access_notes", "Access notes", "keys at the desk"),
        Blank("services", "Services", "mail, files, print"),
        Blank("one_way_distance", "One way, distance", "empty: from the depot, when it is placed"),
        Blank("one_way_minutes", "One way, minutes", "empty: from the depot, when it is placed"),
    )

    def all(self, store: Store) -> Sequence[Site]:
        """Every site."""
        return clients.all_sites(store)

    def get(self, store: Store, key: int) -> Site | None:
        """The site with that id."""
        return clients.site(store, key)

    def find(self, store: Store, name: str) -> Site:
        """The site of that title, `client / site`; the site's name alone where there is one such, or the client's of one site."""
        return site_named(store, name)

    def title(self, store: Store, record: Site) -> str:
        """Client and site."""
        return site_title(store, record)

    def line(self, store: Store, record: Site) -> str:
        """Address, and whether it is placed."""
        placed = "not placed" if record.place is None else ""
        return "  ".join(part for part in (record.address, placed) if part)

    def texts(self, store: Store, record: Site) -> dict[str, str]:
        """The site as it is typed."""
        client = clients.client(store, record.client_id)
        return {
            "client": client.name if client else "",
            "name": record.name,
            "address": record.address,
            "place": place_text(record.place),
            "zone": record.zone,
            "access": hours_text(record.access),
            "access_notes": record.access_notes,
            "services": ", ".join(record.services),
            "one_way_distance": record.one_way_distance or "",
            "one_way_minutes": "" if record.one_way_minutes is None else str(record.one_way_minutes),
            "place_source": record.place_source,
            "place_precision": record.place_precision,
        }

    def notes(self, store: Store, record: Site) -> Sequence[str]:
        """Who placed it, how near to the door, and what may be tested there."""
        told = ", ".join(part for part in (record.place_source, record.place_precision) if part)
        placed = [f"placed: {told}"] if record.place is not None and told else []
        tested = [
            " ".join(part for part in (f"test {one.name}:", one.kind, one.address, one.options) if part)
            for one in targets.targets_of(store, record.id)
        ]
        return [*placed, *tested]

    def write(self, seat: Seat, unit: Unit, before: Site | None, texts: Mapping[str, str], faults: list[str]) -> int:
        """Write a site. Where it is placed for the first time, the drive from the depot is noted (design/charges.md B17)."""
        reading, firm = Reading(texts), seat.firm
        client = reading.found("client", lambda name: client_named(seat.store, name))
        after = Site(
            id=0 if before is None else before.id,
            client_id=client.id if client is not None else 0,
            name=reading.text("name") or "Main office",
            address=reading.text("address", limits.ADDRESS),
            zone=reading.zone("zone", firm.zone),
            place=reading.place("place"),
            access=reading.hours("access"),
            access_notes=reading.text("access_notes", limits.LINE),
            services=reading.words("services", 80),
            one_way_minutes=reading.whole("one_way_minutes", 0, 10_000),
            one_way_distance=_distance(reading),
            one_way_provenance=before.one_way_provenance if before is not None else "unknown",
        )
        typed = (after.one_way_distance, after.one_way_minutes)
        if before is not None and client is not None and client.id != before.client_id:
            reading.fault("client", "a site stays with its client: archive it, and add one there")
        if before is not None and typed != (before.one_way_distance, before.one_way_minutes) and typed != (None, None):
            if Role.LEAD not in seat.roles_now:
                reading.fault("one_way_distance", "only a lead types the drive that clients are charged for")
            after = replace(after, one_way_provenance="typed")
        elif before is None and typed != (None, None):
            after = replace(after, one_way_provenance="typed")
        if typed == (None, None):
            drive = one_way_from(firm, after.place)
            after = replace(
                after,
                one_way_distance=drive.distance,
                one_way_minutes=drive.minutes,
                one_way_provenance=drive.provenance,
            )
        twin = clients.site_by_name(seat.store, after.client_id, after.name)
        if twin is not None and (before is None or twin.id != before.id):
            reading.fault("name", f"the client has a site {after.name} already")
        faults += reading.faults
        if faults:
            return 0
        if before is None:
            source, precision = _placed_by(None, after, reading)
            return clients.add_site(
                unit,
                after.client_id,
                after.name,
                after.zone,
                after.address,
                after.place,
                after.access,
                after.access_notes,
                after.services,
                after.one_way_distance,
                after.one_way_minutes,
                after.one_way_provenance,
                source,
                precision,
            )
        if after.place == before.place:
            clients.update_site(unit, before, after)
        else:
            clients.update_site(unit, before, after, *_placed_by(before, after, reading))
            reroute_ahead(unit)
        return before.id

    def shelve(self, unit: Unit, record: Site, at: int | None) -> None:
        """Archive it, or take it back."""
        unit.update("site", record.id, record.version, archived_at=at)


class StaffShelf(Shelf[Staff]):
    """Everybody who may log in."""

    noun = "staff"
    roles = (Role.LEAD,)
    blanks = (
        Blank("login", "Login", "ana"),
        Blank("name", "Name"),
        Blank("roles", "Roles", "technician, dispatcher, lead"),
        Blank("email", "E-mail"),
    )

    def all(self, store: Store) -> Sequence[Staff]:
        """Everybody who is active."""
        return people.all_staff(store)

    def get(self, store: Store, key: int) -> Staff | None:
        """The member of staff with that id."""
        return people.staff_by_id(store, key)

    def find(self, store: Store, name: str) -> Staff:
        """The member of staff of that login or name."""
        found = people.staff_by_login(store, name)
        if found is None or not found.active:
            found = near("member of staff", name, {one.name: one for one in self.all(store)})
        assert isinstance(found, Staff)
        return found

    def title(self, store: Store, record: Staff) -> str:
        """The name."""
        return record.name

    def line(self, store: Store, record: Staff) -> str:
        """Login and roles."""
        return f"{record.login}  {', '.join(role.value for role in Role if role in record.roles)}"

    def texts(self, store: Store, record: Staff) -> dict[str, str]:
        """The person as typed."""
        roles = ", ".join(role.value for role in Role if role in record.roles)
        return {"login": record.login, "name": record.name, "roles": roles, "email": record.email}

    def write(self, seat: Seat, unit: Unit, before: Staff | None, texts: Mapping[str, str], faults: list[str]) -> int:
        """Write a member of staff. There is always a lead left."""
        reading = Reading(texts)
        login, name, email = reading.raw("login"), reading.raw("name"), reading.raw("email")
        words = [word.casefold() for word in reading.words("roles")]
        known = {role.value: role for role in Role}
        for word in words:
            if word not in known:
                reading.fault("roles", f"{word!r} is not one of {', '.join(known)}")
        roles = frozenset(known[word] for word in words if word in known)
        if not roles:
            reading.fault("roles", f"at least one of {', '.join(known)} is expected")
        reading.faults += faults_of_person(login, name, email)
        for one in people.all_staff(seat.store):
            if before is not None and one.id == before.id:
                continue
            if one.login.casefold() == login.casefold():
                reading.fault("login", f"{login} is {one.name}'s")
            if one.name.casefold() == name.casefold():
                reading.fault("name", f"{name} is on the staff already; names tell people apart on the board")
        if before is not None and Role.LEAD in before.roles and Role.LEAD not in roles:
            _keep_a_lead(seat.store, before, reading.faults)
        faults += reading.faults
        if faults:
            return 0
        if before is None:
            return people.add_staff(unit, login, name, roles, email)
        people.update_staff(unit, before, replace(before, login=login, name=name, roles=roles, email=email))
        return before.id

    def shelve(self, unit: Unit, record: Staff, at: int | None) -> None:
        """Take somebody off the staff, or back."""
        if at is not None:
            faults: list[str] = []
            _keep_a_lead(unit.store, record, faults)
            if faults:
                raise NotFound(faults[0])
        people.update_staff(unit, record, replace(record, active=at is None))


class TechnicianShelf(Shelf[Technician]):
    """Who drives to visits: a member of staff with skills, hours and a home."""

    noun = "technician"
    roles = (Role.LEAD,)
    blanks = (
        Blank("name", "Name"),
        Blank("login", "Login", "ana; somebody of the staff, or somebody new"),
        Blank("email", "E-mail"),
        Blank("skills", "Skills", "server, network"),
        Blank("labour_class", "Labour class", "as on the rate card; empty: its first"),
        Blank("shifts", "Hours", "mon-fri 08:00-17:00"),
        Blank("lunch", "Lunch", "11:30-13:30 30: from, to, minutes"),
        Blank("home", "Home", "39.9612, -82.9988, or the link of a map; empty: the depot"),
        Blank("home_address", "Home address"),
        Blank("vehicle", "Vehicle", "van 1; empty: their own"),
        Blank("cap", "Utilisation cap, %", "85: so much of a shift plans may fill"),
    )

    def all(self, store: Store) -> Sequence[Technician]:
        """Everybody who drives."""
        return people.technicians(store)

    def get(self, store: Store, key: int) -> Technician | None:
        """The technician with that id."""
        return people.technician(store, key)

    def find(self, store: Store, name: str) -> Technician:
        """The technician of that name or login."""
        return technician_named(store, name)

    def title(self, store: Store, record: Technician) -> str:
        """The name."""
        return record.name

    def line(self, store: Store, record: Technician) -> str:
        """Skills and hours."""
        return f"{', '.join(sorted(record.skills)) or 'no skills yet'}  {hours_text(record.shifts) or 'no hours yet'}"

    def texts(self, store: Store, record: Technician) -> dict[str, str]:
        """The technician as typed."""
        staff = people.staff_by_id(store, record.id)
        return {
            "name": record.name,
            "login": record.login,
            "email": staff.email if staff is not None else "",
            "skills": ", ".join(sorted(record.skills)),
            "labour_class": record.labour_class,
            "shifts": hours_text(record.shifts),
            "lunch": lunch_text(record.lunch),
            "home": place_text(record.home),
            "home_address": record.home_address,
            "vehicle": record.vehicle or "",
            "cap": str(record.cap_pct),
        }

    def write(
        self, seat: Seat, unit: Unit, before: Technician | None, texts: Mapping[str, str], faults: list[str]
    ) -> int:
        """Write a technician, and with them their place on the staff."""
        from db import agreements

        store, reading = seat.store, Reading(texts)
        card = agreements.rate_card_on(store, day_of(seat.now, seat.firm.zone))
        classes = list(card.card["classes"]) if card is not None else []
        labour_class = reading.text("labour_class", 40) or (classes[0] if classes else "tech")
        if classes and labour_class not in classes and (before is None or labour_class != before.labour_class):
            reading.fault("labour_class", f"{labour_class!r} is not on the rate card: {', '.join(classes)}")
        after = Technician(
            id=0 if before is None else before.id,
            login=reading.raw("login"),
            name=reading.raw("name"),
            skills=frozenset(word.casefold() for word in reading.words("skills")),
            labour_class=labour_class,
            shifts=reading.hours("shifts"),
            lunch=reading.lunch("lunch"),
            home=reading.place("home"),
            home_address=reading.text("home_address", limits.ADDRESS),
            vehicle=reading.text("vehicle", 80) or None,
            cap_pct=reading.whole("cap", 10, 100) or 85,
        )
        known = people.staff_by_login(store, after.login)
        current = people.staff_by_id(store, before.id) if before is not None else known
        person = {
            "login": after.login,
            "name": after.name or (current.name if current is not None else ""),
            "email": reading.raw("email") or (current.email if current is not None else ""),
            "roles": ", ".join({*(current.roles if current is not None else ()), Role.TECHNICIAN}),
        }
        if before is None and known is not None and people.technician(store, known.id) is not None:
            reading.fault("login", f"{known.name} is a technician already")
        faults += reading.faults
        staff_id = StaffShelf().write(seat, unit, current, person, faults)
        if faults:
            return 0
        if before is None:
            return people.add_technician(
                unit,
                staff_id,
                after.labour_class,
                after.skills,
                after.shifts,
                after.lunch,
                after.home,
                after.home_address,
                after.vehicle,
                after.cap_pct,
            )
        people.update_technician(unit, before, after)
        if after.home != before.home:
            reroute_ahead(unit)
        return before.id

    def shelve(self, unit: Unit, record: Technician, at: int | None) -> None:
        """Take a technician off the board, or back."""
        unit.update("technician", record.id, record.version, archived_at=at)


class AbsenceShelf(Shelf[people.AbsenceRecord]):
    """When a technician does not work."""

    noun = "absence"
    roles = (Role.LEAD, Role.DISPATCHER)
    blanks = (
        Blank("technician", "Technician"),
        Blank("from", "From", "2026-11-24T08:00, tomorrow 8:00, now"),
        Blank("to", "To", "2026-11-24T17:00, tomorrow 17:00, +4h"),
        Blank("reason", "Reason", "sick, holiday, training"),
    )

    def all(self, store: Store) -> Sequence[people.AbsenceRecord]:
        """Every absence that is not archived, the first to begin first."""
        return people.absences(store)

    def get(self, store: Store, key: int) -> people.AbsenceRecord | None:
        """The absence with that id."""
        return people.absence(store, key)

    def find(self, store: Store, name: str) -> people.AbsenceRecord:
        """The absence of that number."""
        found = people.absence(store, int(name)) if name.strip().isdecimal() else None
        if found is None:
            raise NotFound(f"There is no absence {show(name, 40)!r}. `dispatch absence list` shows their numbers.")
        return found

    def title(self, store: Store, record: people.AbsenceRecord) -> str:
        """Who, and its number."""
        who = people.staff_by_id(store, record.staff_id)
        return f"{record.id}  {who.name if who is not None else ''}"

    def line(self, store: Store, record: people.AbsenceRecord) -> str:
        """When and why."""
        texts = self.texts(store, record)
        return f"{texts['from']} – {texts['to']}  {record.absence.reason}"

    def texts(self, store: Store, record: people.AbsenceRecord) -> dict[str, str]:
        """The absence as typed."""
        zone = settings.firm(store).zone
        who = people.staff_by_id(store, record.staff_id)

        def moment(instant: int) -> str:
            return f"{day_of(instant, zone).isoformat()}T{clock_text(instant, zone)}"

        return {
            "technician": who.name if who is not None else "",
            "from": moment(record.absence.starts_at),
            "to": moment(record.absence.ends_at),
            "reason": record.absence.reason,
        }

    def write(
        self, seat: Seat, unit: Unit, before: people.AbsenceRecord | None, texts: Mapping[str, str], faults: list[str]
    ) -> int:
        """Write an absence."""
        reading, zone = Reading(texts), seat.firm.zone
        technician = reading.found("technician", lambda name: technician_named(seat.store, name))
        starts = reading.when("from", zone, seat.now)
        ends = reading.when("to", zone, starts or seat.now, day=day_of(starts or seat.now, zone))
        reason = reading.text("reason", limits.LINE)
        if starts is not None and ends is not None and ends <= starts:
            reading.fault("to", "is not after from")
        faults += reading.faults
        if faults or technician is None or starts is None or ends is None:
            return 0
        absence = Absence(starts, ends, reason)
        if before is None:
            return people.add_absence(unit, technician.id, absence)
        people.update_absence(unit, before, technician.id, absence)
        return before.id

    def shelve(self, unit: Unit, record: people.AbsenceRecord, at: int | None) -> None:
        """Take it back, or let it stand again."""
        unit.update("absence", record.id, record.version, archived_at=at)


@dataclass(frozen=True, slots=True)
class FirmRecord:
    """The firm's settings as the one record that they are."""

    firm: Firm
    version: int
    id: int = 0


_MESSAGES = tuple(f"message_{about.value}" for about in About)
_MESSAGE_HINT = "with {firm} {reference} {client} {site} {work} {technician} {when}"
_WEIGHTS = (
    ("late_promise", "a minute late for the promise", 10),
    ("late_target", "a minute late for a service level", 30),
    ("travel", "a minute of driving", 1),
    ("overtime", "a minute of overtime", 3),
    ("waiting", "a minute of waiting", 0.3),
    ("buffer_eaten", "a minute of buffer eaten", 2),
    ("confirmed_moved", "moving what the client confirmed", 60),
    ("confirmed_moved_minute", "each minute of such a move", 1),
    ("not_preferred", "not the preferred technician", 20),
    ("over_qualified", "a technician who knows more than is needed", 5),
    ("no_lunch", "no room for lunch", 60),
)
"""The weights of the checker's rules: the field of `Rules`, in words, and what it weighs where nothing is set."""
MOST_WEIGHT = 100_000


class SettingsShelf(Shelf[FirmRecord]):
    """What the firm has set for itself: one record, in force at once in every session."""

    noun = "settings"
    roles = (Role.LEAD,)
    blanks = (
        Blank("name", "Name of the firm"),
        Blank("zone", "Time zone", "America/New_York"),
        Blank("distance_unit", "Distances in", "mi or km"),
        Blank("clock_hours", "Clock", "24 or 12"),
        Blank("first_weekday", "The week begins on", "mon or sun"),
        Blank("currency", "Currency", "USD"),
        Blank("depot", "Depot", "39.9612, -82.9988, or the link of a map"),
        Blank("depot_address", "Address of the depot"),
        Blank("buffer_minutes", "Buffer, minutes", "30"),
        Blank("test_minutes", "Time for tests, minutes", "15"),
        Blank("overlap", "Overlapping visits", "block, warn or allow"),
        Blank("late_minutes", "Late beyond, minutes", "10"),
        Blank("running_over_minutes", "Running over beyond, minutes", "10"),
        *(Blank(f"weight_{name}", f"Weight: {label}", str(hint)) for name, label, hint in _WEIGHTS),
        Blank("default_shifts", "Hours of a new technician", "mon-fri 08:00-17:00"),
        Blank("default_lunch", "Lunch of a new technician", "11:30-13:30 30"),
        *(
            Blank(
                f"targets_p{priority}",
                f"Service-level targets of P{priority}",
                "minutes for phone, remote, on site, resolution, and on site without an agreement, - for none: "
                "30 60 240 480 480",
            )
            for priority in (1, 2, 3, 4)
        ),
        Blank("at_risk_pct", "A target is at risk from, %", "75"),
        Blank("critical_pct", "A target is critical from, %", "90"),
        Blank("geocoder_url", "Address look-up, endpoint", "nominatim.example.com; empty: addresses are not looked up"),
        Blank("geocoder_agent", "Address look-up, agent", "who asks, as the endpoint's terms want it"),
        Blank("notice_dispatched", "Notice: dispatched", "with {reference} {client} {site} {work} {when}"),
        Blank("notice_moved", "Notice: moved", "and {instead}, the client who comes first"),
        Blank("notice_new_time", "Notice: new time", "and {by}, who gave it, with {why} behind it"),
        Blank("notice_taken_off", "Notice: taken off", "and {by}, who took it off, with {why} behind it"),
        Blank("messages_by", "Clients are told by", "none, smtp or apprise"),
        Blank("mail_host", "Mail server", "mail.example.com"),
        Blank("mail_port", "Mail server, port", "587"),
        Blank("mail_security", "Mail server, security", "starttls, tls or none"),
        Blank("mail_user", "Mail server, login", "its password: DISPATCH_SMTP_PASSWORD or the file smtp.password"),
        Blank("mail_from", "Mail from", "dispatch@example.com"),
        Blank("message_confirmed", "Message: confirmed", _MESSAGE_HINT),
        Blank("message_on_the_way", "Message: on the way", _MESSAGE_HINT),
        Blank("message_late", "Message: late", _MESSAGE_HINT),
        Blank("message_report", "Message: report", _MESSAGE_HINT),
        Blank("travel_engine", "Remote road engine", "none, osrm, valhalla or openrouteservice"),
        Blank("travel_url", "Remote road engine, address", "https://osrm.example.com"),
        Blank("travel_cache_minutes", "Its answers count for, minutes", "1440; 0: they are not kept"),
    )

    def all(self, store: Store) -> Sequence[FirmRecord]:
        """The one record."""
        return [FirmRecord(settings.firm(store), settings.version(store))]

    def get(self, store: Store, key: int) -> FirmRecord:
        """The one record."""
        return FirmRecord(settings.firm(store), settings.version(store))

    def find(self, store: Store, name: str) -> FirmRecord:
        """The one record."""
        return self.get(store, 0)

    def title(self, store: Store, record: FirmRecord) -> str:
        """The firm's name."""
        return record.firm.name

    def line(self, store: Store, record: FirmRecord) -> str:
        """Where and when it lives."""
        firm = record.firm
        return f"{firm.zone}, {firm.distance_unit}, buffer {firm.buffer_minutes} min, overlap {firm.overlap}"

    def texts(self, store: Store, record: FirmRecord) -> dict[str, str]:
        """The settings as typed."""
        firm = record.firm
        return {
            "name": firm.name,
            "zone": firm.zone,
            "distance_unit": firm.distance_unit,
            "clock_hours": str(firm.clock_hours),
            "first_weekday": WEEKDAYS[firm.first_weekday],
            "currency": firm.currency,
            "depot": place_text(firm.depot),
            "depot_address": firm.depot_address,
            "buffer_minutes": str(firm.buffer_minutes),
            "test_minutes": str(firm.test_minutes),
            "overlap": firm.overlap,
            "late_minutes": str(firm.late_minutes),
            "running_over_minutes": str(firm.running_over_minutes),
            **{f"weight_{name}": number_text(getattr(firm, f"weight_{name}")) for name, _, _ in _WEIGHTS},
            "default_shifts": firm.default_shifts,
            "default_lunch": firm.default_lunch,
            "targets_p1": firm.targets_p1,
            "targets_p2": firm.targets_p2,
            "targets_p3": firm.targets_p3,
            "targets_p4": firm.targets_p4,
            "at_risk_pct": str(firm.at_risk_pct),
            "critical_pct": str(firm.critical_pct),
            "geocoder_url": firm.geocoder_url,
            "geocoder_agent": firm.geocoder_agent,
            "notice_dispatched": firm.notice_dispatched,
            "notice_moved": firm.notice_moved,
            "notice_new_time": firm.notice_new_time,
            "notice_taken_off": firm.notice_taken_off,
            "messages_by": firm.messages_by,
            "mail_host": firm.mail_host,
            "mail_port": str(firm.mail_port),
            "mail_security": firm.mail_security,
            "mail_user": firm.mail_user,
            "mail_from": firm.mail_from,
            "message_confirmed": firm.message_confirmed,
            "message_on_the_way": firm.message_on_the_way,
            "message_late": firm.message_late,
            "message_report": firm.message_report,
            "travel_engine": firm.travel_engine,
            "travel_url": firm.travel_url,
            "travel_cache_minutes": str(firm.travel_cache_minutes),
        }

    def write(
        self, seat: Seat, unit: Unit, before: FirmRecord | None, texts: Mapping[str, str], faults: list[str]
    ) -> int:
        """Set what differs."""
        reading, now = Reading(texts), self.get(seat.store, 0)
        if before is not None and before.version != now.version:
            last = audit.last_of(seat.store, "setting", settings.AUDITED_AS)
            who = last.actor if last is not None else "Somebody"
            raise Stale(
                f"{who} changed the settings after you had opened them. Nothing was saved.", table="setting", key=0
            )
        currency = reading.text("currency", 3, required=True).upper()
        if currency and (len(currency) != 3 or not currency.isalpha()):
            reading.fault("currency", f"{currency!r} is not a code such as USD")
        reading.hours("default_shifts")
        reading.lunch("default_lunch")
        values: dict[str, Any] = {
            "name": reading.text("name", required=True),
            "zone": reading.zone("zone", now.firm.zone),
            "distance_unit": reading.choice("distance_unit", ("mi", "km"), "mi"),
            "clock_hours": int(reading.choice("clock_hours", ("24", "12"), "24")),
            "first_weekday": WEEKDAYS.index(reading.choice("first_weekday", ("mon", "sun"), "mon")),
            "currency": currency,
            "depot": reading.place("depot"),
            "depot_address": reading.text("depot_address", limits.ADDRESS),
            "buffer_minutes": reading.whole("buffer_minutes", 0, 240),
            "test_minutes": reading.whole("test_minutes", 0, 240),
            "overlap": reading.choice("overlap", ("block", "warn", "allow"), "block"),
            "late_minutes": reading.whole("late_minutes", 0, 240),
            "running_over_minutes": reading.whole("running_over_minutes", 0, 240),
            **{f"weight_{name}": reading.number(f"weight_{name}", MOST_WEIGHT) for name, _, _ in _WEIGHTS},
            "default_shifts": reading.text("default_shifts", limits.LINE),
            "default_lunch": reading.text("default_lunch"),
            **{f"targets_p{priority}": _targets(reading, f"targets_p{priority}") for priority in (1, 2, 3, 4)},
            "at_risk_pct": reading.whole("at_risk_pct", 1, 100),
            "critical_pct": reading.whole("critical_pct", 1, 100),
            "geocoder_url": reading.text("geocoder_url"),
            "geocoder_agent": reading.text("geocoder_agent"),
            "notice_dispatched": _notice(reading, "notice_dispatched"),
            "notice_moved": _notice(reading, "notice_moved"),
            "notice_new_time": _notice(reading, "notice_new_time"),
            "notice_taken_off": _notice(reading, "notice_taken_off"),
            "messages_by": reading.choice("messages_by", ("none", "smtp", "apprise"), "none"),
            "mail_host": _host(reading, "mail_host"),
            "mail_port": reading.whole("mail_port", 1, 65535),
            "mail_security": reading.choice("mail_security", ("starttls", "tls", "none"), "starttls"),
            "mail_user": reading.text("mail_user"),
            "mail_from": _mail(reading, "mail_from"),
            **{name: _notice(reading, name, PLACE_HOLDERS) for name in _MESSAGES},
            "travel_engine": reading.choice("travel_engine", ENGINES, "none"),
            "travel_url": _address(reading, "travel_url"),
            "travel_cache_minutes": reading.whole("travel_cache_minutes", 0, 525_600),
        }
        if (values["at_risk_pct"] or 0) > (values["critical_pct"] or 100):
            reading.fault("critical_pct", "is below the share from which a target is at risk")
        if values["travel_engine"] != "none" and not values["travel_url"]:
            reading.fault("travel_url", "is missing: where is the road engine?")
        minutes = (
            "buffer_minutes", "test_minutes", "late_minutes", "running_over_minutes", "at_risk_pct", "critical_pct",
            "travel_cache_minutes",
        )  # fmt: skip
        for name in (*minutes, *(f"weight_{name}" for name, _, _ in _WEIGHTS)):
            if values[name] is None and not reading.raw(name):
                reading.fault(name, "is missing")
        faults += reading.faults
        if not faults:
            current = {name: getattr(now.firm, name) for name in values}
            settings.set_firm(unit, **{name: value for name, value in values.items() if value != current[name]})
        return 0

    def shelve(self, unit: Unit, record: FirmRecord, at: int | None) -> None:
        """Settings are not archived."""
        raise Refusal("Settings are not archived.")


SHELVES: Mapping[str, Shelf[Any]] = {
    "client": ClientShelf(),
    "site": SiteShelf(),
    "target": TargetShelf(),
    "template": TemplateShelf(),
    "recurrence": RecurrenceShelf(),
    "technician": TechnicianShelf(),
    "absence": AbsenceShelf(),
    "pin": PinShelf(),
    "staff": StaffShelf(),
    "settings": SettingsShelf(),
}
"""Every kind of record by its name."""


def _placed_by(before: Site | None, after: Site, reading: Reading) -> tuple[str, str]:
    """Source and precision of a new place: what came with it, else that it was typed."""
    if after.place is None:
        return "", ""
    told = reading.text("place_source", 80), reading.text("place_precision", 80)
    if not told[0] or (before is not None and told == (before.place_source, before.place_precision)):
        return "typed", ""
    return told


def _address(reading: Reading, name: str) -> str:
    """The address of a service, without the names and passwords that do not belong into a database."""
    url = reading.text(name)
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and not (parts.username or parts.query)
    except ValueError:
        fits = False
    if url and not fits:
        reading.fault(
            name, f"{url!r} is not an address such as https://osrm.example.com, without a user or a key in it"
        )
        return ""
    return url.rstrip("/")


def _distance(reading: Reading) -> str | None:
    raw = reading.raw("one_way_distance")
    if not raw:
        return None
    whole, dot, part = raw.partition(".")
    if not whole.isdecimal() or (dot and not part.isdecimal()) or len(raw) > 9:
        reading.fault("one_way_distance", f"{raw!r} is not a distance such as 9.5")
        return None
    return f"{float(raw):.1f}"


def _targets(reading: Reading, name: str) -> str:
    try:
        return targets_text(read_targets(reading.raw(name)))
    except ValueError as fault:
        reading.fault(name, str(fault))
        return ""


def _names(store: Store, technicians: Sequence[int]) -> list[str]:
    wanted = set(technicians)
    return [one.name for one in people.all_staff(store) if one.id in wanted] if wanted else []


def _technicians(store: Store, reading: Reading, name: str) -> tuple[int, ...]:
    found = []
    for typed in reading.words(name, limits.NAME):
        technician = people.technician_by_name(store, typed)
        if technician is None:
            reading.fault(name, f"there is no technician {show(typed, 60)}")
        else:
            found.append(technician.id)
    return tuple(sorted(found))


def _told(reading: Reading, name: str) -> tuple[About, ...]:
    """What a client wants to be told, in the order in which it happens."""
    known = {one.label: one for one in About}
    wanted = set()
    for part in re.split(r"[,;]", reading.raw(name)):
        typed = " ".join(part.replace("_", " ").casefold().split())
        if typed in known:
            wanted.add(known[typed])
        elif typed:
            reading.fault(name, f"{show(part.strip(), 40)!r} is not one of {', '.join(known)}")
    return tuple(one for one in About if one in wanted)


def _host(reading: Reading, name: str) -> str:
    typed = reading.text(name)
    if typed and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?", typed):
        reading.fault(name, f"{show(typed, 60)} is not the name of a server")
    return typed


def _mail(reading: Reading, name: str) -> str:
    """An e-mail address that stands for itself in a header."""
    typed = reading.text(name)
    if typed and not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", typed):
        reading.fault(name, f"{show(typed, 60)} is not an e-mail address such as office@example.com")
    return typed


def _notice(reading: Reading, name: str, known: Sequence[str] = WORDS) -> str:
    words = reading.text(name, limits.LINE)
    for fault in faults_of(words, known):
        reading.fault(name, fault)
    return words


def _keep_a_lead(store: Store, person: Staff, faults: list[str]) -> None:
    others = [one for one in people.all_staff(store) if Role.LEAD in one.roles and one.id != person.id]
    if Role.LEAD in person.roles and not others:
        faults.append(f"roles: {show(person.name)} is the only lead; make somebody else one first")
