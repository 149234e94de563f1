"""technicians.csv: staff who drive to visits, with what they can do and when they work."""

from __future__ import annotations

from dataclasses import replace

from db import people
from db.names import folded
from dispatch.desk.book.context import labour_classes
from dispatch.desk.imports.row_entry import WORD, RowEntry
from dispatch.desk.imports.table_rows import BY_WEEKDAY, RecordRows, RowDraft, Values, hours_on, present, same_hours
from dispatch.desk.session.user import User
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.trade import LOGIN
from dispatch.model.people import Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place
from dispatch.records.people import TECHNICIAN

WORKDAYS = range(5)


class TechnicianRows(RecordRows[Technician]):
    """Technicians, known again by their login: a column `login`, else the first part of the e-mail."""

    record_store = "technician"
    record = TECHNICIAN
    columns = {
        "name": TECHNICIAN.field("name"),
        "login": "ana; empty: the first part of the e-mail",
        "email": TECHNICIAN.field("email"),
        "skills": TECHNICIAN.field("skills"),
        "start_address": TECHNICIAN.field("home_address"),
        "start_lat": "degrees north, where the day starts",
        "start_lon": "degrees east, where the day starts",
        "shift_start": "08:00, Monday to Friday",
        "shift_end": "17:00, Monday to Friday",
        "lunch_from": "11:30: not earlier",
        "lunch_to": "13:30: not later",
        "lunch_minutes": "30",
        "labour_class": TECHNICIAN.field("labour_class"),
        "vehicle": TECHNICIAN.field("vehicle"),
        "carries": TECHNICIAN.field("carries"),
        "ends": TECHNICIAN.field("ends"),
        "cap": TECHNICIAN.field("cap"),
        "billable": TECHNICIAN.field("billable"),
    }
    required = ("name", "labour_class")
    key = "name"
    roles = (Role.LEAD,)

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._staff = {folded(person.login): person for person in people.all_staff(self.store)}
        self._technicians = {technician.id: technician for technician in people.technicians(self.store)}
        self._classes = labour_classes(self.store)

    def draft(self, entry: RowEntry) -> RowDraft:
        """The technician of a row; a member of staff with the login becomes one too."""
        name, email = entry.raw("name"), entry.raw("email")
        staff = self._by_name(name)
        login = self._login(entry, email, staff)
        staff = self._staff.get(login, staff)
        technician = self._technicians.get(staff.id) if staff else None
        self._refuse_somebody_else(entry, name, login, staff, technician)
        after = self.filled(entry, technician, login=login if staff is None else staff.login)
        labour_class = entry.text("labour_class", WORD, required=True)
        if labour_class and self._classes and labour_class not in self._classes:
            entry.warn(f"the rate card has no labour class {labour_class}: their visits cannot be charged")
        home, shift = entry.place("start_lat", "start_lon"), entry.span("shift_start", "shift_end")
        values = _columns(home, shift, _lunch(entry))
        # what the file would say if it had been written from the records
        ours = None
        if technician is not None:
            ours = _columns(technician.home, same_hours(technician.shifts, WORKDAYS), technician.lunch)
        theirs = present(entry, values)
        if staff is not None and technician is None and not email:
            after = replace(after, email=staff.email)
        after = self.judged(entry, technician, _after(after, values | (ours or {}) | theirs))
        keys = (f"login {login}",) if login else ()
        spelt = ours | self.spelt(entry, technician) if technician and ours else None
        named = (*keys, f"name {name}") if name else ()
        theirs |= self.spelt(entry, after)
        return RowDraft(name, named, theirs, spelt, lambda unit: self.book.save(self.user, unit, technician, after))

    def _by_name(self, name: str) -> Staff | None:
        typed = folded(name)
        return next((person for person in self._staff.values() if typed and folded(person.name) == typed), None)

    def _login(self, entry: RowEntry, email: str, known: Staff | None) -> str:
        """The login of the row: its own column, the one the person has already, or the first part of the e-mail."""
        if given := entry.parsed("login", lambda text: str(LOGIN.read(text, self.desk))):
            return given.casefold()
        if known is not None:
            return known.login.casefold()
        login = email.partition("@")[0].casefold()
        if login:
            try:
                LOGIN.read(login, NO_RECORDS)
            except ValueError:
                entry.fault("email", "does not begin with a login; give one in a column login")
        elif not email:
            entry.fault("email", "is missing, and there is no login either: a technician needs one of them")
        return login

    def _refuse_somebody_else(
        self, entry: RowEntry, name: str, login: str, staff: Staff | None, technician: Technician | None
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


def _columns(
    home: Place | None, shift: tuple[int | str | None, int | str | None] | None, lunch: Lunch | None
) -> Values:
    """What of a row is only a part of a field."""
    begins, ends = shift or (None, None)
    return {
        "start_lat": home and home.lat,
        "start_lon": home and home.lon,
        "shift_start": begins,
        "shift_end": ends,
        "lunch_from": lunch and lunch.earliest,
        "lunch_to": lunch and lunch.latest,
        "lunch_minutes": lunch and lunch.minutes,
    }


def _lunch(entry: RowEntry) -> Lunch | None:
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


def _after(technician: Technician, values: Values) -> Technician:
    """The technician with what the values say; shifts that vary by weekday stay unless the file has other hours."""
    lat, lon = values["start_lat"], values["start_lon"]
    begins, earliest = values["shift_start"], values["lunch_from"]
    return replace(
        technician,
        shifts=technician.shifts if begins == BY_WEEKDAY else hours_on(WORKDAYS, begins, values["shift_end"]),
        lunch=None if earliest is None else Lunch(earliest, values["lunch_to"], values["lunch_minutes"]),
        home=None if lat is None or lon is None else Place(lat, lon),
    )
