"""technicians.csv: staff who drive to visits, with what they can do and when they work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from db import people
from db.names import folded
from dispatch.desk.book.context import labour_classes
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.files.as_written import NumberText
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, TableRows, Together, hours_in, place_in, time_in
from dispatch.desk.session.user import User
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.kinds import Whole, clock
from dispatch.fields.record import Field
from dispatch.fields.trade import LOGIN
from dispatch.model.people import Lunch, Staff, Technician
from dispatch.records.people import TECHNICIAN


def _lunch(earliest: int, latest: int, minutes: int) -> Lunch:
    if latest - earliest < minutes:
        raise ValueError(f"does not fit between {clock(earliest)} and {clock(latest)}")
    return Lunch(earliest, latest, minutes)


_HOME = place_in(
    "home", ("start_lat", "degrees north, where the day starts"), ("start_lon", "degrees east, where the day starts")
)
_SHIFTS = hours_in(
    "shifts", range(5), ("shift_start", "08:00, Monday to Friday"), ("shift_end", "17:00, Monday to Friday")
)
_LUNCH = Together(
    (
        time_in("lunch_from", "11:30: not earlier", "lunch", lambda lunch: clock(lunch.earliest)),
        time_in("lunch_to", "13:30: not later", "lunch", lambda lunch: clock(lunch.latest), end=True),
        Field(
            "lunch_minutes",
            "30",
            # none at all is no lunch
            NumberText(
                "minutes", lambda text: Whole(0, 240).read(text, NO_RECORDS) or None, lambda lunch: f"{lunch.minutes}"
            ),
            attribute="lunch",
        ),
    ),
    _lunch,
)
_ROW = replace(
    TECHNICIAN,
    fields=(
        TECHNICIAN.field("name"),
        replace(TECHNICIAN.field("login"), label="ana; empty: the first part of the e-mail", hint="", required=False),
        TECHNICIAN.field("email"),
        TECHNICIAN.field("skills"),
        replace(TECHNICIAN.field("home_address"), name="start_address", attribute="home_address"),
        *_HOME.fields,
        *_SHIFTS.fields,
        *_LUNCH.fields,
        *map(TECHNICIAN.field, ("labour_class", "vehicle", "carries", "ends", "on_call", "cap", "billable")),
    ),
)


class TechnicianRows(TableRows[Technician]):
    """Technicians, known again by their login: a column `login`, else the first part of the e-mail."""

    record = _ROW
    columns = {field.name: field for field in _ROW.fields}
    together = (_HOME, _SHIFTS, _LUNCH)
    book = RECORD_STORES["technician"]
    key = "name"

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
        if technician is None:
            after = replace(after, **self._usual(after))
        if after.labour_class and self._classes and after.labour_class not in self._classes:
            entry.warnings.append(
                f"the rate card has no labour class {after.labour_class}: their visits cannot be charged"
            )
        if staff is not None and technician is None and not email:
            after = replace(after, email=staff.email)
        keys = tuple(f"{what} {text}" for what, text in (("login", login), ("name", name)) if text)
        return self.drafted(entry, name, keys, technician, self.judged(entry, technician, after))

    def _usual(self, after: Technician) -> dict[str, Any]:
        """What a new technician has of itself where the row says nothing of it, by attribute."""
        usual = self.book.usual(self.store)
        empty = (name for name in usual if not getattr(after, name))
        return {name: TECHNICIAN.field(name).read(usual[name], self.desk) for name in empty}

    def _by_name(self, name: str) -> Staff | None:
        typed = folded(name)
        return next((person for person in self._staff.values() if typed and folded(person.name) == typed), None)

    def _login(self, entry: RowEntry, email: str, known: Staff | None) -> str:
        """The login of the row: its own column, the one the person has already, or the first part of the e-mail."""
        if given := self.value(entry, self.columns["login"]):
            return str(given).casefold()
        if known is not None:
            return known.login.casefold()
        login = email.partition("@")[0].casefold()
        if login:
            try:
                LOGIN.read(login, self.desk)
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
