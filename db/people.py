"""Staff and technicians in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from db.names import changed, folded
from db.rows import Rows
from db.store import Store
from dispatch.model.people import Absence, AbsenceRecord, Hours, Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place

if TYPE_CHECKING:
    from db.unit import Unit

_STAFF = """
  SELECT s.id, s.login, s.name, s.active, s.email, s.version,
    (SELECT group_concat(role, ';') FROM staff_role WHERE staff_id = s.id) FROM staff s
"""
_TECHNICIAN = """
  SELECT t.staff_id, s.login, s.name, t.labour_class, t.lunch_from, t.lunch_to, t.lunch_minutes, t.home_lat, t.home_lon,
    t.home_address, t.vehicle, t.version, t.cap_pct, s.email FROM technician t JOIN staff s ON s.id = t.staff_id
"""
_WORKING = "WHERE t.archived_at IS NULL AND s.active = 1"

ABSENCES = Rows("absence", AbsenceRecord, order="r.starts_at, r.id")
"""Absences, the first to begin first."""
absence, absences, add_absence, update_absence = ABSENCES.one, ABSENCES.all, ABSENCES.add, ABSENCES.update

# staff


def staff_by_id(store: Store, staff_id: int) -> Staff | None:
    """The member of staff with that id, active or not."""
    row = store.one(f"{_STAFF} WHERE s.id = ?", (staff_id,))
    return None if row is None else _staff(row)


def staff_by_login(store: Store, login: str) -> Staff | None:
    """The member of staff with that login, whatever its case, active or not."""
    row = store.one(f"{_STAFF} WHERE s.login = ?", (login.strip(),))
    return None if row is None else _staff(row)


def all_staff(store: Store) -> list[Staff]:
    """Everybody who is active, by name."""
    return [_staff(row) for row in store.all(f"{_STAFF} WHERE s.active = 1 ORDER BY s.name COLLATE NOCASE, s.id")]


def add_staff(unit: Unit, new: Staff) -> int:
    """Add a member of staff; returns the id.

    Raises:
        Refused: the login, or the name among those who are active, is taken.
    """
    staff_id = unit.insert("staff", **_staff_columns(new))
    granted = sorted(role.value for role in new.roles)
    unit.execute_many("INSERT INTO staff_role (staff_id, role) VALUES (?, ?)", [(staff_id, role) for role in granted])
    unit.audit("staff", staff_id, login=new.login, name=new.name, roles=granted, email=new.email)
    return staff_id


def update_staff(unit: Unit, before: Staff, after: Staff) -> int:
    """Take over what `after` says differently; returns the new version.

    Raises:
        Stale: somebody else changed the record since `before` was read.
        Refused: the login or the name is taken.
    """
    old, new = _staff_columns(before), _staff_columns(after)
    version = unit.update("staff", before.id, before.version, **new)
    if before.roles != after.roles:
        unit.execute("DELETE FROM staff_role WHERE staff_id = ?", (before.id,))
        rows = [(before.id, role.value) for role in after.roles]
        unit.execute_many("INSERT INTO staff_role (staff_id, role) VALUES (?, ?)", rows)
    roles = {"roles": sorted(before.roles)}, {"roles": sorted(after.roles)}
    unit.audit("staff", before.id, changed=changed(old | roles[0], new | roles[1]))
    return version


# technicians


def technicians(store: Store) -> list[Technician]:
    """Everybody who drives to visits now, by name; four queries whatever their number."""
    return _technicians(store, _WORKING)


def technician(store: Store, staff_id: int) -> Technician | None:
    """The technician with that id, also one who has left."""
    return next(iter(_technicians(store, "WHERE t.staff_id = ?", (staff_id,), alone=staff_id)), None)


def technician_by_name(store: Store, name_or_login: str) -> Technician | None:
    """The technician of that name, or else of that login, whatever the case."""
    wanted = folded(name_or_login)
    rows = store.all(
        f"SELECT t.staff_id, s.name, s.login FROM technician t JOIN staff s ON s.id = t.staff_id {_WORKING}"
    )
    for position in (1, 2):
        for row in rows:
            if folded(row[position]) == wanted:
                return technician(store, row[0])
    return None


def skills(store: Store) -> frozenset[str]:
    """Every skill that somebody was entered with, in lower case."""
    return frozenset(name for (name,) in store.all("SELECT name FROM skill"))


def add_skills(unit: Unit, names: Iterable[str]) -> None:
    """Make skills known. They have no audit row of their own: the deed that needs them has."""
    unit.execute_many("INSERT OR IGNORE INTO skill (name) VALUES (?)", [(name.casefold(),) for name in sorted(names)])


def add_technician(unit: Unit, new: Technician) -> int:
    """Make the member of staff of that id a technician (the role too); returns the id. Skills that are new become known."""
    unit.insert("technician", staff_id=new.id, **_technician_columns(new))
    _write_skills(unit, new)
    _write_shifts(unit, new)
    unit.execute("INSERT OR IGNORE INTO staff_role (staff_id, role) VALUES (?, ?)", (new.id, Role.TECHNICIAN.value))
    unit.audit("technician", new.id, **_picture(new))
    return new.id


def update_technician(unit: Unit, before: Technician, after: Technician) -> int:
    """Take over what `after` says differently; returns the new version. Name and login belong to staff, not here.

    Raises:
        Stale: somebody else changed the record since `before` was read.
    """
    version = unit.update("technician", before.id, before.version, **_technician_columns(after))
    if before.skills != after.skills:
        unit.execute("DELETE FROM technician_skill WHERE staff_id = ?", (before.id,))
        _write_skills(unit, replace(after, id=before.id))
    if before.shifts != after.shifts:
        unit.execute("DELETE FROM technician_shift WHERE staff_id = ?", (before.id,))
        _write_shifts(unit, replace(after, id=before.id))
    unit.audit("technician", before.id, changed=changed(_picture(before), _picture(after)))
    return version


def shelve_technician(unit: Unit, who: Technician, at: int | None) -> int:
    """Take a technician off the board, or with None back; what they did stays. Returns the new version."""
    return unit.update("technician", who.id, who.version, archived_at=at)


# rows


def _staff(row: tuple[Any, ...]) -> Staff:
    staff_id, login, name, active, email, version, roles = row
    granted = frozenset(Role(role) for role in roles.split(";")) if roles else frozenset()
    return Staff(staff_id, login, name, granted, bool(active), email, version)


def _staff_columns(staff: Staff) -> dict[str, Any]:
    return {"login": staff.login, "name": staff.name, "active": int(staff.active), "email": staff.email}


def _technicians(
    store: Store, where: str, params: tuple[Any, ...] = (), *, alone: int | None = None
) -> list[Technician]:
    """The technicians that `where` selects, by name; with `alone` the details of that one only."""
    rows = store.all(f"{_TECHNICIAN} {where} ORDER BY s.name COLLATE NOCASE, s.id", params)
    if not rows:
        return []
    scope, of_one = ("", ()) if alone is None else ("AND staff_id = ?", (alone,))
    skills: dict[int, set[str]] = {}
    for staff_id, skill in store.all(f"SELECT staff_id, skill FROM technician_skill WHERE 1 {scope}", of_one):
        skills.setdefault(staff_id, set()).add(skill)
    shifts: dict[int, list[Hours]] = {}
    for staff_id, *hours in store.all(
        f"SELECT staff_id, weekday, opens, closes FROM technician_shift WHERE 1 {scope} ORDER BY weekday, opens", of_one
    ):
        shifts.setdefault(staff_id, []).append(Hours(*hours))
    absences: dict[int, list[Absence]] = {}
    for staff_id, *span in store.all(
        "SELECT staff_id, starts_at, ends_at, reason FROM absence "
        f"WHERE archived_at IS NULL {scope} ORDER BY starts_at, id",
        of_one,
    ):
        absences.setdefault(staff_id, []).append(Absence(*span))
    found = []
    for staff_id, login, name, labour_class, earliest, latest, minutes, lat, lon, address, vehicle, *more in rows:
        version, cap_pct, email = more
        found.append(
            Technician(
                id=staff_id,
                login=login,
                name=name,
                skills=frozenset(skills.get(staff_id, ())),
                labour_class=labour_class,
                shifts=tuple(shifts.get(staff_id, ())),
                lunch=None if earliest is None else Lunch(earliest, latest, minutes),
                home=None if lat is None else Place(lat, lon),
                home_address=address,
                vehicle=vehicle,
                absences=tuple(absences.get(staff_id, ())),
                version=version,
                cap_pct=cap_pct,
                email=email,
            )
        )
    return found


def _technician_columns(who: Technician) -> dict[str, Any]:
    return {
        "labour_class": who.labour_class,
        "vehicle": who.vehicle,
        "cap_pct": who.cap_pct,
        "home_address": who.home_address,
        "home_lat": who.home.lat if who.home else None,
        "home_lon": who.home.lon if who.home else None,
        "lunch_from": who.lunch.earliest if who.lunch else None,
        "lunch_to": who.lunch.latest if who.lunch else None,
        "lunch_minutes": who.lunch.minutes if who.lunch else 0,
    }


def _picture(who: Technician) -> dict[str, Any]:
    shifts = [[hours.weekday, hours.opens, hours.closes] for hours in who.shifts]
    return _technician_columns(who) | {"skills": sorted(who.skills), "shifts": shifts}


def _write_skills(unit: Unit, who: Technician) -> None:
    add_skills(unit, who.skills)
    rows = [(who.id, skill.casefold()) for skill in sorted(who.skills)]
    unit.execute_many("INSERT INTO technician_skill (staff_id, skill) VALUES (?, ?)", rows)


def _write_shifts(unit: Unit, who: Technician) -> None:
    rows = [(who.id, hours.weekday, hours.opens, hours.closes) for hours in who.shifts]
    unit.execute_many("INSERT INTO technician_shift (staff_id, weekday, opens, closes) VALUES (?, ?, ?, ?)", rows)
