"""technicians.csv: staff who drive to visits, with what they can do and when they work."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from db import agreements, people
from db.names import folded
from db.unit import Unit
from dispatch.desk.imports.entries import WORD, Entry
from dispatch.desk.imports.judging import Draft, Subject, Values, present
from dispatch.desk.seat import Seat
from dispatch.desk.staff import LOGIN, is_login
from dispatch.model import text as limits
from dispatch.model.instants import day_of
from dispatch.model.people import Hours, Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place

WORKDAYS = range(5)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LUNCH = ("lunch_from", "lunch_to", "lunch_minutes")


class TechnicianRows(Subject):
    """Technicians, known again by their login: a column `login`, else the first part of the e-mail."""

    columns = (
        "name", "login", "email", "skills", "start_address", "start_lat", "start_lon", "shift_start", "shift_end",
        *_LUNCH, "labour_class", "vehicle",
    )  # fmt: skip
    required = ("name", "labour_class")
    key = "name"
    roles = (Role.LEAD,)

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._staff = {folded(person.login): person for person in people.all_staff(self.store)}
        self._technicians = {technician.id: technician for technician in people.technicians(self.store)}
        today = day_of(seat.now, seat.firm.zone)
        card = agreements.rate_card_on(self.store, today)
        self._classes: frozenset[str] | None = None if card is None else frozenset(card.card.get("classes", ()))

    def draft(self, entry: Entry) -> Draft:
        """The technician of a row; a member of staff with the login becomes one too."""
        name = entry.name("name", required=True)
        email = entry.name("email")
        if email and not _EMAIL.fullmatch(email):
            entry.fault("email", "is not an e-mail address")
            email = ""
        staff = self._by_name(name)
        login = self._login(entry, email, staff)
        staff = self._staff.get(login, staff)
        technician = self._technicians.get(staff.id) if staff else None
        self._refuse_somebody_else(entry, name, login, staff, technician)
        values = self._values(entry) | {"name": name, "email": email}
        ours = None if staff is None or technician is None else _as_row(staff, technician)
        theirs = present(entry, values)
        merged = values | (ours or {}) | theirs

        def add(unit: Unit) -> None:
            if staff is None:
                staff_id = people.add_staff(unit, login, name, [Role.TECHNICIAN], email)
            else:
                staff_id = staff.id
                after = replace(staff, name=name, email=email or staff.email, roles=staff.roles | {Role.TECHNICIAN})
                people.update_staff(unit, staff, after)
            new = _after(Technician(staff_id, login, name, frozenset(), "", ()), merged)
            people.add_technician(
                unit,
                staff_id,
                new.labour_class,
                new.skills,
                new.shifts,
                new.lunch,
                new.home,
                new.home_address,
                new.vehicle,
            )

        def change(unit: Unit) -> None:
            assert staff is not None
            assert technician is not None
            person = replace(staff, name=merged["name"], email=merged["email"])
            if person != staff:
                people.update_staff(unit, staff, person)
            after = replace(_after(technician, merged), name=technician.name)
            if after != technician:
                people.update_technician(unit, technician, after)

        keys = [f"login {login}"] if login else []
        return Draft(name, (*keys, f"name {name}") if name else (), theirs, ours, add, change)

    def spell(self, column: str, value: Any) -> str:
        """Times as HH:MM."""
        if column.endswith(("_start", "_end", "_from", "_to")) and isinstance(value, int):
            return f"{value // 60:02}:{value % 60:02}"
        return super().spell(column, value)

    def _values(self, entry: Entry) -> Values:
        home = entry.place("start_lat", "start_lon")
        shift = entry.span("shift_start", "shift_end")
        lunch = _lunch(entry)
        labour_class = entry.text("labour_class", WORD, required=True)
        if labour_class and self._classes is not None and labour_class not in self._classes:
            entry.warn(f"the rate card has no labour class {labour_class}: their visits cannot be charged")
        return {
            "skills": frozenset(entry.words("skills")),
            "start_address": entry.text("start_address", limits.ADDRESS),
            "start_lat": home and home.lat,
            "start_lon": home and home.lon,
            "shift_start": shift and shift[0],
            "shift_end": shift and shift[1],
            "lunch_from": lunch and lunch.earliest,
            "lunch_to": lunch and lunch.latest,
            "lunch_minutes": lunch and lunch.minutes,
            "labour_class": labour_class,
            "vehicle": entry.text("vehicle", 2 * WORD) or None,
        }

    def _by_name(self, name: str) -> Staff | None:
        wanted = folded(name)
        return next((person for person in self._staff.values() if wanted and folded(person.name) == wanted), None)

    def _login(self, entry: Entry, email: str, known: Staff | None) -> str:
        """The login of the row: its own column, the one the person has already, or the first part of the e-mail."""
        given = entry.text("login", LOGIN).casefold()
        if given:
            if not is_login(given):
                entry.fault("login", "is not a login: letters, digits, dots, hyphens and underscores")
            return given
        if known is not None:
            return known.login.casefold()
        login = email.partition("@")[0].casefold()
        if login and not is_login(login):
            entry.fault("email", "does not begin with a login; give one in a column login")
        elif not login and not entry.raw("email"):
            entry.fault("email", "is missing, and there is no login either: a technician needs one of them")
        return login

    def _refuse_somebody_else(
        self, entry: Entry, name: str, login: str, staff: Staff | None, technician: Technician | None
    ) -> None:
        """Refuse a row whose name or login belongs to somebody else on the staff."""
        inactive = people.staff_by_login(self.store, login) if login and staff is None else None
        if inactive is not None:
            entry.fault("login" if entry.raw("login") else "email", "the login is that of somebody who has left", login)
        namesake = self._by_name(name)
        if namesake is not None and staff is not None and namesake.id != staff.id:
            entry.fault("name", f"there is somebody of that name with the login {namesake.login}")
        never_named = staff is not None and folded(staff.name) == folded(staff.login)
        if staff is not None and technician is None and folded(staff.name) != folded(name) and not never_named:
            entry.fault("name", f"the login {login} belongs to {staff.name}; give the name as there, or another login")


def _lunch(entry: Entry) -> Lunch | None:
    span = entry.span("lunch_from", "lunch_to")
    minutes = entry.whole("lunch_minutes", 0, 240)
    if span is None:
        if minutes and not entry.raw("lunch_from"):
            entry.fault("lunch_from", "is missing beside lunch_minutes")
        return None
    if minutes is None:
        if not entry.raw("lunch_minutes"):
            entry.fault("lunch_minutes", "is missing beside lunch_from")
        return None
    if span[1] - span[0] < minutes:
        entry.fault("lunch_minutes", f"does not fit between {entry.raw('lunch_from')} and {entry.raw('lunch_to')}")
        return None
    return Lunch(*span, minutes)


def _as_row(staff: Staff, technician: Technician) -> Values:
    """What the file would say if it had been written from the records. Shifts that vary by weekday fit in no file."""
    spans = {(hours.opens, hours.closes) for hours in technician.shifts}
    opens: int | str | None
    closes: int | str | None
    if not spans:
        opens = closes = None
    elif len(spans) == 1 and [hours.weekday for hours in technician.shifts] == list(WORKDAYS):
        ((opens, closes),) = spans
    else:
        opens = closes = "by weekday"
    lunch, home = technician.lunch, technician.home
    return {
        "name": staff.name,
        "email": staff.email,
        "skills": technician.skills,
        "start_address": technician.home_address,
        "start_lat": home and home.lat,
        "start_lon": home and home.lon,
        "shift_start": opens,
        "shift_end": closes,
        "lunch_from": lunch and lunch.earliest,
        "lunch_to": lunch and lunch.latest,
        "lunch_minutes": lunch and lunch.minutes,
        "labour_class": technician.labour_class,
        "vehicle": technician.vehicle,
    }


def _after(technician: Technician, values: Values) -> Technician:
    """The technician with what the values say; shifts that vary by weekday stay unless the file has other hours."""
    lat, lon = values["start_lat"], values["start_lon"]
    earliest = values["lunch_from"]
    return replace(
        technician,
        name=values["name"],
        skills=values["skills"],
        labour_class=values["labour_class"],
        shifts=technician.shifts if values["shift_start"] == "by weekday" else _shifts(values),
        lunch=None if earliest is None else Lunch(earliest, values["lunch_to"], values["lunch_minutes"]),
        home=None if lat is None or lon is None else Place(lat, lon),
        home_address=values["start_address"],
        vehicle=values["vehicle"],
    )


def _shifts(values: Values) -> tuple[Hours, ...]:
    opens, closes = values["shift_start"], values["shift_end"]
    return () if opens is None else tuple(Hours(weekday, opens, closes) for weekday in WORKDAYS)
