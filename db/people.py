"""Staff and technicians in the store."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from db.names import changed, folded
from db.rows import Listed, Query, Rows, Select, Stored, pair, word_set, words
from db.store import Store
from db.unit import Unit
from dispatch.model.alerts import AlertKind
from dispatch.model.people import Absence, AbsenceRecord, Hours, Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place

STAFF = Select(
    Staff,
    "staff s",
    "s",
    stored={
        "roles": word_set("(SELECT group_concat(role, ';') FROM staff_role WHERE staff_id = s.id)", Role),
        **{name: words(name, AlertKind) for name in ("alert_bell", "alert_title", "alert_desktop", "alert_message")},
    },
)
"""Members of staff."""
SHIFTS = Select(Hours, "technician_shift r")
"""The hours that technicians work."""
AWAY = Select(Absence, "absence r")
"""When technicians do not work."""
TECHNICIANS = Select(
    Technician,
    "technician t JOIN staff s ON s.id = t.staff_id",
    "t",
    of={"id": "t.staff_id", "login": "s.login", "name": "s.name", "email": "s.email"},
    stored={
        "skills": word_set("(SELECT group_concat(skill, ';') FROM technician_skill WHERE staff_id = t.staff_id)"),
        "home": pair("home_lat", "home_lon", Place),
        "ends": pair("end_lat", "end_lon", Place),
        "carries": words("carries"),
        "on_call": Stored(
            ("on_call",),
            lambda hours: (json.dumps(list(map(list, hours))),),
            lambda text: tuple(Hours(*span) for span in json.loads(text)),
        ),
        "lunch": Stored(
            ("lunch_from", "lunch_to", "lunch_minutes"),
            lambda lunch: (None, None, 0) if lunch is None else (lunch.earliest, lunch.latest, lunch.minutes),
            Lunch,
        ),
    },
    given={"shifts": "t.staff_id", "absences": "t.staff_id"},
)
"""Technicians with their shifts and absences."""
_ROLES = Listed("staff_role", "staff_id", ("role",), Role)
_SKILLS = Listed("technician_skill", "staff_id", ("skill",), str)
_SHIFTS = Listed("technician_shift", "staff_id", ("weekday", "opens", "closes"), Hours)
_WORKING = "WHERE t.archived_at IS NULL AND s.active = 1"

ABSENCES = Rows("absence", AbsenceRecord, order="r.starts_at, r.id")
"""Absences, the first to begin first."""
absence, absences, add_absence, update_absence = ABSENCES.one, ABSENCES.all, ABSENCES.add, ABSENCES.update

# staff

staff_by_id: Query[Staff | None, int] = STAFF.single("WHERE s.id = ?")
"""The member of staff with that id, active or not."""


def staff_by_login(store: Store, login: str) -> Staff | None:
    """The member of staff with that login, whatever its case, active or not."""
    return STAFF.first(store, "WHERE s.login = ?", (login.strip(),))


all_staff: Query[list[Staff]] = STAFF.listing("WHERE s.active = 1 ORDER BY s.name COLLATE NOCASE, s.id")
"""Everybody who is active, by name."""


def add_staff(unit: Unit, new: Staff) -> int:
    """Add a member of staff; returns the id.

    Raises:
        Refused: the login, or the name among those who are active, is taken.
    """
    staff_id = unit.insert("staff", **STAFF.columns(new))
    granted = sorted(role.value for role in new.roles)
    _ROLES.write(unit, staff_id, granted)
    unit.audit("staff", staff_id, login=new.login, name=new.name, roles=granted, email=new.email)
    return staff_id


def update_staff(unit: Unit, before: Staff, after: Staff) -> int:
    """Take over what `after` says differently; returns the new version.

    Raises:
        Stale: somebody else changed the record since `before` was read.
        Refused: the login or the name is taken.
    """
    old, new = STAFF.columns(before), STAFF.columns(after)
    version = unit.update("staff", before.id, before.version, **new)
    if before.roles != after.roles:
        _ROLES.write(unit, before.id, (role.value for role in after.roles))
    roles = {"roles": sorted(before.roles)}, {"roles": sorted(after.roles)}
    unit.audit("staff", before.id, changed=changed(old | roles[0], new | roles[1]))
    return version


# technicians


def technicians(store: Store, only: Collection[int] | None = None) -> list[Technician]:
    """Everybody who drives to visits now, or of some of them, by name; three queries whatever their number."""
    return _technicians(store, _WORKING, only=only)


def technician(store: Store, staff_id: int) -> Technician | None:
    """The technician with that id, also one who has left."""
    return next(iter(_technicians(store, "WHERE 1", only=(staff_id,))), None)


def technician_by_name(store: Store, name_or_login: str) -> Technician | None:
    """The technician of that name, or else of that login, whatever the case."""
    wanted_name = folded(name_or_login)
    rows = store.all(
        f"SELECT t.staff_id, s.name, s.login FROM technician t JOIN staff s ON s.id = t.staff_id {_WORKING}"
    )
    for position in (1, 2):
        for row in rows:
            if folded(row[position]) == wanted_name:
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
    unit.insert("technician", staff_id=new.id, **TECHNICIANS.columns(new))
    _write_skills(unit, new.id, new.skills)
    _SHIFTS.write(unit, new.id, new.shifts)
    unit.execute("INSERT OR IGNORE INTO staff_role (staff_id, role) VALUES (?, ?)", (new.id, Role.TECHNICIAN.value))
    unit.audit("technician", new.id, **_picture(new))
    return new.id


def update_technician(unit: Unit, before: Technician, after: Technician) -> int:
    """Take over what `after` says differently; returns the new version. Name and login belong to staff, not here.

    Raises:
        Stale: somebody else changed the record since `before` was read.
    """
    version = unit.update("technician", before.id, before.version, **TECHNICIANS.columns(after))
    if before.skills != after.skills:
        _write_skills(unit, before.id, after.skills)
    if before.shifts != after.shifts:
        _SHIFTS.write(unit, before.id, after.shifts)
    unit.audit("technician", before.id, changed=changed(_picture(before), _picture(after)))
    return version


def put_technician_away(unit: Unit, who: Technician, at: int | None) -> int:
    """Take a technician off the board, or with None back; what they did stays. Returns the new version."""
    return unit.update("technician", who.id, who.version, archived_at=at)


# rows


def _technicians(store: Store, where: str, *, only: Collection[int] | None = None) -> list[Technician]:
    """The technicians that `where` selects, by name; with `only` those of them."""
    ids = () if only is None else tuple(only)
    among = "" if only is None else f"IN ({', '.join('?' * len(ids))})"
    of_them = f"AND r.staff_id {among}" if among else ""
    return TECHNICIANS.select(
        store,
        f"{where} {f'AND t.staff_id {among}' if among else ''} ORDER BY s.name COLLATE NOCASE, s.id",
        ids,
        shifts=SHIFTS.by(store, "r.staff_id", f"WHERE 1 {of_them} ORDER BY r.weekday, r.opens", ids),
        absences=AWAY.by(store, "r.staff_id", f"WHERE r.archived_at IS NULL {of_them} ORDER BY r.starts_at, r.id", ids),
    )


def _picture(who: Technician) -> dict[str, Any]:
    return TECHNICIANS.columns(who) | {"skills": sorted(who.skills), "shifts": list(map(list, who.shifts))}


def _write_skills(unit: Unit, staff_id: int, skills: frozenset[str]) -> None:
    add_skills(unit, skills)
    _SKILLS.write(unit, staff_id, (skill.casefold() for skill in sorted(skills)))
