"""Visits put into the plan and taken out of it: their stays and their crews, of one day or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.unit import Unit
from db.visits import change
from dispatch.model.people import Technician
from dispatch.model.states import State
from dispatch.model.visits import Visit


def place(
    unit: Unit, visit: Visit, crew: Sequence[Technician], starts_at: int, ends_at: int, state: State = State.PLANNED
) -> int:
    """Give a visit its time and technicians, each with what they are charged as now; returns the new version. Of one that takes
    several days these are of the next one."""
    _put_on(unit, visit, visit.next_day, crew)
    return change(unit, visit, state=state.value, starts_at=starts_at, ends_at=ends_at)


def place_day(unit: Unit, visit: Visit, day: int, crew: Sequence[Technician], starts_at: int, ends_at: int) -> None:
    """Give a later day of a visit its time and technicians. Whoever places it changes the visit too."""
    _put_on(unit, visit, day, crew)
    unit.execute("DELETE FROM visit_day WHERE visit_id = ? AND day = ?", (visit.id, day))
    unit.insert("visit_day", visit_id=visit.id, day=day, starts_at=starts_at, ends_at=ends_at)


def put_at(unit: Unit, visit: Visit, day: int, starts_at: int, ends_at: int) -> None:
    """Give a later day of a visit another stay, with the same people. Whoever does so changes the visit too."""
    unit.execute(
        "UPDATE visit_day SET starts_at = ?, ends_at = ? WHERE visit_id = ? AND day = ?",
        (starts_at, ends_at, visit.id, day),
    )


def drop_days(unit: Unit, visit: Visit, first: int) -> None:
    """Take the days of a visit from number `first` on out of the plan, but for the next one."""
    unit.execute(
        "DELETE FROM assignment WHERE visit_id = ? AND day >= ? AND day > ?", (visit.id, first, visit.next_day)
    )
    unit.execute("DELETE FROM visit_day WHERE visit_id = ? AND day >= ? AND day > ?", (visit.id, first, visit.next_day))


def _put_on(unit: Unit, visit: Visit, day: int, crew: Sequence[Technician]) -> None:
    unit.execute("DELETE FROM assignment WHERE visit_id = ? AND day = ?", (visit.id, day))
    for technician in crew:
        unit.insert(
            "assignment",
            visit_id=visit.id,
            staff_id=technician.id,
            day=day,
            labour_class=technician.labour_class,
            vehicle=technician.vehicle,
            billable=int(technician.billable),
        )


def take_back(unit: Unit, visit: Visit, day: int) -> int:
    """Take a visit from one of its days on out of the plan, which is into the queue where that one is next; returns the new
    version."""
    if day == visit.next_day:
        return unplace(unit, visit)
    drop_days(unit, visit, day)
    return change(unit, visit)


def unplace(unit: Unit, visit: Visit, state: State = State.REQUESTED, **columns: Any) -> int:
    """Take time and technicians from a visit and all days of it that are ahead: back to the queue, or on hold; returns the new
    version."""
    drop_days(unit, visit, visit.next_day)
    unit.execute("DELETE FROM assignment WHERE visit_id = ? AND day = ?", (visit.id, visit.next_day))
    return change(unit, visit, state=state.value, starts_at=None, ends_at=None, **columns)


def end_day(unit: Unit, visit: Visit) -> int:
    """Let the day of a visit that runs be over: it stands for its next day, where that has a place, or waits for one. Returns the
    new version."""
    coming = next((other for other in visit.ahead if other.number == visit.next_day + 1), None)
    starts_at, ends_at = (None, None) if coming is None else (coming.starts_at, coming.ends_at)
    if coming is None:
        drop_days(unit, visit, visit.next_day + 1)
    unit.execute("DELETE FROM visit_day WHERE visit_id = ? AND day = ?", (visit.id, visit.next_day + 1))
    done = {"starts_at": visit.starts_at, "ends_at": visit.ends_at}
    unit.insert("visit_day", visit_id=visit.id, day=visit.next_day, **done)
    state = State.REQUESTED if coming is None else State.DISPATCHED
    days = max(visit.days, visit.next_day + 1)
    place = {"starts_at": starts_at, "ends_at": ends_at}
    return change(unit, visit, state=state.value, next_day=visit.next_day + 1, days=days, **place)


def back_to_done_day(unit: Unit, visit: Visit) -> dict[str, Any]:
    """Take the day of a visit that is next and those after it out of the plan; returns the columns with which it stands on the day
    that was done last."""
    drop_days(unit, visit, visit.next_day)
    unit.execute("DELETE FROM assignment WHERE visit_id = ? AND day = ?", (visit.id, visit.next_day))
    done = visit.on_day(visit.next_day - 1)
    unit.execute("DELETE FROM visit_day WHERE visit_id = ? AND day = ?", (visit.id, done.day_number))
    return {"next_day": done.day_number, "starts_at": done.starts_at, "ends_at": done.ends_at}


def take_off(unit: Unit, visit: Visit, technician_id: int) -> int:
    """Take one technician of several from a visit, which stays where it is; returns the new version.

    Where only that one was on the way there, it is planned again.
    """
    unit.execute(
        "DELETE FROM assignment WHERE visit_id = ? AND staff_id = ? AND day = ?",
        (visit.id, technician_id, visit.day_number),
    )
    if visit.day_number != visit.next_day:
        return change(unit, visit)
    rest = [part for part in visit.assignments if part.technician_id != technician_id]
    turned_round = visit.state is State.EN_ROUTE and all(part.depart_at is None for part in rest)
    return change(unit, visit, state=(State.PLANNED if turned_round else visit.state).value)


def restore_ahead(unit: Unit, visit: Visit, days: Sequence[Mapping[str, Any]]) -> None:
    """Put back the days of a visit after its next one as a picture kept them (undo)."""
    drop_days(unit, visit, visit.next_day + 1)
    for one in days:
        number = one["number"]
        unit.insert("visit_day", visit_id=visit.id, day=number, starts_at=one["starts_at"], ends_at=one["ends_at"])
        for row in one["crew"]:
            unit.insert("assignment", visit_id=visit.id, day=number, **row)


def restore_crew(unit: Unit, visit: Visit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put back the crew of the next day of a visit as a picture kept it (undo). Those who are on it stay on it, as the picture
    has them."""
    of_day, key = "visit_id = ? AND day = ?", (visit.id, visit.next_day)
    held = {staff_id for (staff_id,) in unit.execute(f"SELECT staff_id FROM assignment WHERE {of_day}", key)}
    if held != {row["staff_id"] for row in rows}:
        unit.execute(f"DELETE FROM assignment WHERE {of_day}", key)
        held = set()
    for row in rows:
        if row["staff_id"] not in held:
            unit.insert("assignment", visit_id=visit.id, day=visit.next_day, **row)
            continue
        columns = [name for name in row if name != "staff_id"]
        unit.execute(
            f"UPDATE assignment SET {', '.join(f'{name} = ?' for name in columns)} WHERE {of_day} AND staff_id = ?",
            (*(row[name] for name in columns), *key, row["staff_id"]),
        )
