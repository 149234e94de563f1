"""The kinds of records in the book: how each is found, called and written. What each consists of, `dispatch.records` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from db import audit, calendars, clients, invoices, legs, people, probes, settings
from db.faults import Stale
from db.names import folded
from db.store import Store
from db.unit import Unit
from dispatch.care.account import well_suited
from dispatch.desk.book import zone_change
from dispatch.desk.book.alert_records import AlertRecords
from dispatch.desk.book.context import Desk, labour_classes, price_lists
from dispatch.desk.book.equipment_records import EquipmentRecords
from dispatch.desk.book.holiday_records import HolidayRecords
from dispatch.desk.book.record_store import KeptInTables, RecordStore
from dispatch.desk.book.records import (
    client_named,
    end_title,
    site_named,
    site_title,
    staff_named,
    technician_named,
)
from dispatch.desk.book.recurrence_records import RecurrenceRecords
from dispatch.desk.book.service_plan_records import ServicePlanRecords
from dispatch.desk.book.target_records import InquiryRecords, TargetRecords
from dispatch.desk.book.template_records import TemplateRecords
from dispatch.desk.day.routing import reroute_ahead
from dispatch.desk.firm.letterhead import logo_words
from dispatch.desk.session.refusals import NotFound, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.travel.drive_times import reckoned
from dispatch.fields.record import FieldFault
from dispatch.fields.trade import hours_text
from dispatch.model.calendars import LinkedCalendar
from dispatch.model.clients import Client, Site
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of
from dispatch.model.people import AbsenceRecord, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.text import count_text, show
from dispatch.model.travel import Pin
from dispatch.records.clients import CLIENT, SITE
from dispatch.records.firm import SETTINGS
from dispatch.records.people import ABSENCE, CALENDAR, STAFF, TECHNICIAN
from dispatch.records.planning import PIN


class ClientRecords(RecordStore[Client]):
    """Clients with their contacts."""

    record = CLIENT
    rows = clients.CLIENTS

    def find(self, store: Store, name: str) -> Client:
        return client_named(store, name)

    def line(self, store: Store, record: Client) -> str:
        first = record.contacts[0] if record.contacts else None
        contact = "no contact yet" if first is None else f"{first.name} {first.phone}".strip()
        suited = "well suited" if well_suited(record, settings.firm(store)) else ""
        return "  ".join(filter(None, ("" if record.kind == "client" else record.kind, contact, suited)))

    def settled(self, desk: Desk, before: Client | None, after: Client) -> Client:
        """With the day on which it was noted that a prospect is unhappy."""
        if after.unhappy_since is None:
            return replace(after, unhappy_noted_on=None)
        if before is not None and before.unhappy_since == after.unhappy_since:
            return after
        return replace(after, unhappy_noted_on=day_of(desk.now, desk.firm.zone))

    def doubts(self, desk: Desk, before: Client | None, after: Client) -> Iterator[tuple[str, str]]:
        twin = clients.client_by_name(desk.store, after.name) if after.name else None
        if twin is not None and twin.id != after.id:
            yield "name", f"there is a client {after.name} already"
        lists = price_lists(desk.store)
        stands = before is not None and after.price_group == before.price_group
        if after.price_group and folded(after.price_group) not in map(folded, lists) and not stands:
            yield (
                "price_group",
                f"no rate card has a price list {after.price_group}: {', '.join(lists) or 'there is none yet'}",
            )


class SiteRecords(RecordStore[Site]):
    """Sites, placed or not."""

    record = SITE
    rows = clients.SITES

    def find(self, store: Store, name: str) -> Site:
        return site_named(store, name)

    def title(self, store: Store, record: Site) -> str:
        return site_title(store, record)

    def line(self, store: Store, record: Site) -> str:
        placed = "not placed" if record.place is None else ""
        return "  ".join(part for part in (record.address, placed) if part)

    def notes(self, store: Store, record: Site) -> Sequence[str]:
        source = ", ".join(part for part in (record.place_source, record.place_precision) if part)
        placed = [f"placed: {source}"] if record.place is not None and source else []
        tested = [
            " ".join(part for part in (f"test {target.name}:", target.kind, target.address, target.options) if part)
            for target in probes.targets_of(store, record.id)
        ]
        return [*placed, *zone_change.promised_there(store, record), *tested]

    def settled(self, desk: Desk, before: Site | None, after: Site) -> Site:
        """With the drive from the depot where nobody typed one (design/charges.md B17), and with who placed it."""
        drive = (after.one_way_distance, after.one_way_minutes)
        if drive == (None, None):
            after = reckoned(desk.firm, after)
        elif before is None or drive != (before.one_way_distance, before.one_way_minutes):
            after = replace(after, one_way_provenance="typed")
        source = (after.place_source, after.place_precision)
        if after.place is None:
            source = ("", "")
        elif before is not None and after.place == before.place:
            source = (before.place_source, before.place_precision)
        elif not source[0] or (before is not None and source == (before.place_source, before.place_precision)):
            # a new place that does not say who found it
            source = ("typed", "")
        return replace(after, place_source=source[0], place_precision=source[1])

    def doubts(self, desk: Desk, before: Site | None, after: Site) -> Iterator[tuple[str, str]]:
        if before is not None and after.client_id != before.client_id:
            yield "client", "a site stays with its client: archive it, and add one there"
        twin = clients.site_by_name(desk.store, after.client_id, after.name)
        if twin is not None and twin.id != after.id:
            yield "name", f"the client has a site {after.name} already"

    def follow(self, unit: Unit, key: int, before: Site | None, after: Site) -> None:
        """The ways to it are worked out again where it is placed elsewhere, or takes longer to enter."""
        if before is not None and (after.place, after.arrival_minutes) != (before.place, before.arrival_minutes):
            reroute_ahead(unit)


class StaffRecords(RecordStore[Staff]):
    """Everybody who may log in."""

    record = STAFF
    rows = KeptInTables(
        people.all_staff,
        people.staff_by_id,
        people.add_staff,
        people.update_staff,
        lambda unit, who, at: people.update_staff(unit, who, replace(who, active=at is None)),
    )

    def find(self, store: Store, name: str) -> Staff:
        return staff_named(store, name)

    def line(self, store: Store, record: Staff) -> str:
        return f"{record.login}  {', '.join(role.value for role in Role if role in record.roles)}"

    def doubts(self, desk: Desk, before: Staff | None, after: Staff) -> Iterator[tuple[str, str]]:
        """Login and name tell people apart. There is always a lead left."""
        for person in people.all_staff(desk.store):
            if person.id == after.id:
                continue
            if person.login.casefold() == after.login.casefold():
                yield "login", f"{after.login} is {person.name}'s"
            if person.name.casefold() == after.name.casefold():
                yield "name", f"{after.name} is on the staff already; names tell people apart on the board"
        if before is not None and Role.LEAD in before.roles and Role.LEAD not in after.roles:
            yield from _keep_a_lead(desk.store, before)

    def put_away(self, unit: Unit, record: Staff, at: int | None) -> None:
        if at is not None:
            for _, sentence in _keep_a_lead(unit.store, record):
                raise NotFound(f"roles: {sentence}")
        super().put_away(unit, record, at)


class TechnicianRecords(RecordStore[Technician]):
    """Who drives to visits: a member of staff with skills, hours and a home."""

    record = TECHNICIAN
    rows = KeptInTables(
        people.technicians,
        people.technician,
        people.add_technician,
        people.update_technician,
        people.put_technician_away,
    )

    def find(self, store: Store, name: str) -> Technician:
        return technician_named(store, name)

    def line(self, store: Store, record: Technician) -> str:
        billable = "" if record.billable else "  not billable"
        skills = ", ".join(sorted(record.skills)) or "no skills yet"
        return f"{skills}  {hours_text(record.shifts) or 'no hours yet'}{billable}"

    def draft(
        self, user: User, before: Technician | None, texts: Mapping[str, str], faults: list[FieldFault]
    ) -> Technician:
        """The technician of some texts. Somebody on the staff keeps the name and address that they have there."""
        known = people.staff_by_login(user.store, texts.get("login", "")) if before is None else None
        if known is not None:
            texts = {**texts, **{name: texts.get(name) or getattr(known, name) for name in ("name", "email")}}
        return super().draft(user, before, texts, faults)

    def usual(self, store: Store) -> Mapping[str, str]:
        """The hours and the lunch that the firm has set for a new technician."""
        firm = settings.firm(store)
        return {"shifts": firm.default_shifts, "lunch": firm.default_lunch}

    def settled(self, desk: Desk, before: Technician | None, after: Technician) -> Technician:
        """With the first labour class of the rate card, and the depot as their home, where neither was typed."""
        if after.home is None and not after.home_address:
            after = replace(after, home=desk.firm.depot, home_address=desk.firm.depot_address)
        return replace(after, labour_class=after.labour_class or next(iter(labour_classes(desk.store)), "tech"))

    def doubts(self, desk: Desk, before: Technician | None, after: Technician) -> Iterator[tuple[str, str]]:
        classes = labour_classes(desk.store)
        stands = before is not None and after.labour_class == before.labour_class
        if classes and after.labour_class not in classes and not stands:
            yield "labour_class", f"{after.labour_class!r} is not on the rate card: {', '.join(classes)}"
        person, on_staff = self._person(desk.store, before, after)
        if before is None and person is not None and people.technician(desk.store, person.id) is not None:
            yield "login", f"{person.name} is a technician already"
        yield from StaffRecords().doubts(desk, person, on_staff)

    def save(self, unit: Unit, before: Technician | None, after: Technician) -> int:
        """Write a technician, and with them their place on the staff."""
        person, on_staff = self._person(unit.store, before, after)
        if on_staff != person:
            after = replace(after, id=StaffRecords().save(unit, person, on_staff))
        elif person is not None:
            after = replace(after, id=person.id)
        return super().save(unit, before, after)

    def follow(self, unit: Unit, key: int, before: Technician | None, after: Technician) -> None:
        """The drives from another home, or to where the day ends, are worked out again."""
        if before is not None and (after.home, after.last_place) != (before.home, before.last_place):
            reroute_ahead(unit)

    @staticmethod
    def _person(store: Store, before: Technician | None, after: Technician) -> tuple[Staff | None, Staff]:
        """The member of staff that a technician is, as they are now and as they are to be."""
        known = people.staff_by_login(store, after.login)
        person = known if before is None else people.staff_by_id(store, before.id)
        staff = person or Staff(0, after.login, after.name, frozenset())
        roles = staff.roles | {Role.TECHNICIAN}
        return person, replace(staff, login=after.login, name=after.name, email=after.email, roles=roles)


class AbsenceRecords(RecordStore[AbsenceRecord]):
    """When a technician does not work."""

    record = ABSENCE
    rows = people.ABSENCES

    def find(self, store: Store, name: str) -> AbsenceRecord:
        absence = people.absence(store, int(name)) if name.strip().isdecimal() else None
        if absence is None:
            raise NotFound(f"There is no absence {show(name, 40)!r}. `dispatch absence list` shows their numbers.")
        return absence

    def title(self, store: Store, record: AbsenceRecord) -> str:
        who = people.staff_by_id(store, record.staff_id)
        return f"{record.id}  {who.name if who is not None else ''}"

    def line(self, store: Store, record: AbsenceRecord) -> str:
        texts = self.texts(store, record)
        return f"{texts['from']} – {texts['to']}  {record.reason}"


class CalendarRecords(RecordStore[LinkedCalendar]):
    """Technicians' own calendars on servers."""

    record = CALENDAR
    rows = calendars.CALENDARS

    def title(self, store: Store, record: LinkedCalendar) -> str:
        who = people.staff_by_id(store, record.staff_id)
        return who.name if who is not None else ""

    def line(self, store: Store, record: LinkedCalendar) -> str:
        state = calendars.sync_state(store, record.id)
        trouble = f"  ! {state.trouble}" if state is not None and state.trouble else ""
        return f"{record.url}{'  busy times are absences' if record.busy else ''}{trouble}"

    def doubts(self, desk: Desk, before: LinkedCalendar | None, after: LinkedCalendar) -> Iterator[tuple[str, str]]:
        for other in self.all(desk.store):
            if other.staff_id == after.staff_id and other.id != after.id:
                yield "technician", "has a calendar here already"

    def notes(self, store: Store, record: LinkedCalendar) -> Sequence[str]:
        state, times = calendars.sync_state(store, record.id), settings.firm(store).times()
        if state is None:
            return ["never brought up to date: dispatch calendar sync"]
        if state.trouble:
            return [f"not brought up to date since {times.moment(state.at)}: {state.trouble}"]
        return [
            f"{count_text(len(calendars.copies(store, record.id)), 'visit')} there; changed last {times.moment(state.at)}"
        ]


class PinRecords(RecordStore[Pin]):
    """Pinned drives. A pin counts before everything that is learned or reckoned, in its one direction."""

    record = PIN
    rows = legs.PINS

    def title(self, store: Store, record: Pin) -> str:
        return f"{end_title(store, record.origin)} → {end_title(store, record.destination)}"

    def line(self, store: Store, record: Pin) -> str:
        return f"{record.minutes} min  {record.reason}".rstrip()

    def doubts(self, desk: Desk, before: Pin | None, after: Pin) -> Iterator[tuple[str, str]]:
        ends = (after.origin, after.destination)
        twin = legs.pin_between(desk.store, *ends) if None not in ends else None
        if twin is not None and twin.id != after.id:
            yield "to", "this drive is pinned already"

    def follow(self, unit: Unit, key: int, before: Pin | None, after: Pin) -> None:
        """The legs that it changes are worked out again."""
        reroute_ahead(unit)


class SettingsRecords(RecordStore[Firm]):
    """What the firm has set for itself: one record, in force at once in every session."""

    record = SETTINGS
    standing = True

    def all(self, store: Store) -> Sequence[Firm]:
        return [settings.firm(store)]

    def get(self, store: Store, key: int) -> Firm:
        return settings.firm(store)

    def find(self, store: Store, name: str) -> Firm:
        return settings.firm(store)

    def line(self, store: Store, record: Firm) -> str:
        return f"{record.zone}, {record.distance_unit}, buffer {record.buffer_minutes} min, overlap {record.overlap}"

    def notes(self, store: Store, record: Firm) -> Sequence[str]:
        return [f"Papers: logo: {logo_words(store) or '–'}"]

    def doubts(self, desk: Desk, before: Firm | None, after: Firm) -> Iterator[tuple[str, str]]:
        stands = settings.firm(desk.store).invoice_start
        if after.invoice_start != stands and (newest := invoices.newest_number(desk.store)) is not None:
            yield "invoice_start", f"{newest} is issued: the numbers go on from there, and began with {stands}"

    def save(self, unit: Unit, before: Firm | None, after: Firm) -> int:
        """Set what differs.

        Raises:
            Stale: somebody changed a setting since `before` was read.
        """
        now = settings.firm(unit.store)
        if before is not None and before.version != now.version:
            last = audit.last_of(unit.store, "setting", settings.AUDITED_AS)
            who = last.actor if last is not None else "Somebody"
            raise Stale(
                f"{who} changed the settings after you had opened them. Nothing was saved.", table="setting", key=0
            )
        names = [field.of for field in self.record.typed if getattr(after, field.of) != getattr(now, field.of)]
        settings.set_firm(unit, **{name: getattr(after, name) for name in names})
        return 0

    def put_away(self, unit: Unit, record: Firm, at: int | None) -> None:
        raise Refusal("Settings are not archived.")


RECORD_STORES: Mapping[str, RecordStore[Any]] = {
    "client": ClientRecords(),
    "site": SiteRecords(),
    "equipment": EquipmentRecords(),
    "target": TargetRecords(),
    "inquiry": InquiryRecords(),
    "template": TemplateRecords(),
    "service-plan": ServicePlanRecords(),
    "recurrence": RecurrenceRecords(),
    "holiday": HolidayRecords(),
    "technician": TechnicianRecords(),
    "absence": AbsenceRecords(),
    "calendar": CalendarRecords(),
    "pin": PinRecords(),
    "staff": StaffRecords(),
    "alerts": AlertRecords(),
    "settings": SettingsRecords(),
}
"""Every kind of record by its name."""


def _keep_a_lead(store: Store, person: Staff) -> Iterator[tuple[str, str]]:
    others = [lead for lead in people.all_staff(store) if Role.LEAD in lead.roles and lead.id != person.id]
    if Role.LEAD in person.roles and not others:
        yield "roles", f"{show(person.name)} is the only lead; make somebody else one first"
