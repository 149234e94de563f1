"""Taking back and doing again, per person and across restarts (states.md, Undo)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db import audit, changes, people, visits, withdrawals
from db.changes import Change, Picture
from db.unit import Unit
from dispatch.desk import notices, routing, waiting
from dispatch.desk.book import keeping
from dispatch.desk.charging import keep_sheet, release
from dispatch.desk.refusals import Refusal
from dispatch.desk.seat import Seat
from dispatch.model.instants import clock_text, day_of, day_text
from dispatch.model.states import ENDED
from dispatch.model.text import show
from dispatch.model.visits import Visit


def picture_of(visit: Visit) -> dict[str, Any]:
    """How a visit stands in the plan, and what is asked for: what undo puts back."""
    return {
        "state": visit.state.value,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "priority": visit.priority,
        "pinned": int(visit.pinned),
        "reason": visit.reason,
        "cancelled_at": visit.cancelled_at,
        "ended_at": visit.ended_at,
        "review": visit.review.value,
        "archived_at": visit.archived_at,
        "work": visit.work,
        "description": visit.description,
        "wanted_on": None if visit.wanted_on is None else visit.wanted_on.isoformat(),
        "promised_from": None if visit.promised is None else visit.promised[0],
        "promised_to": None if visit.promised is None else visit.promised[1],
        "minutes": visit.minutes,
        "emergency": int(visit.emergency),
        "reported_by": visit.reported_by,
        "came_by": visit.came_by,
        "preferred_id": visit.preferred_id,
        "skills": sorted(visit.skills),
        "tags": sorted(visit.tags),
        "crew": [
            {
                "staff_id": part.technician_id,
                "labour_class": part.labour_class,
                "vehicle": part.vehicle,
                "billable": int(part.billable),
                "depart_at": part.depart_at,
                "check_in_at": part.check_in_at,
                "seen_at": part.seen_at,
            }
            for part in visit.assignments
        ],
    }


def remember(seat: Seat, unit: Unit, label: str, before: Sequence[Visit], more: Sequence[Picture] = ()) -> None:
    """Keep what was just done to these visits, and `more` of other records, so that it can be taken back."""
    pictures = [*more]
    for visit in before:
        after = visits.visit_by_id(seat.store, visit.id)
        if after is not None:
            pictures.append(
                Picture("visit", visit.id, picture_of(visit), picture_of(after), visit.version, after.version)
            )
    changes.remember(unit, seat.staff.id, seat.now, label, pictures)


def undo(seat: Seat) -> str:
    """Take back the person's last change; returns what it was.

    Raises:
        Refusal: there is none, or somebody built on it since.
    """
    with seat.write("undo") as unit:
        change = changes.last_done(seat.store, seat.staff.id)
        if change is None:
            raise Refusal("There is nothing to undo.")
        _turn(seat, unit, change, back=True)
        changes.mark(unit, change, "undone")
        return change.label


def redo(seat: Seat) -> str:
    """Do again what was undone last; returns what it was.

    Raises:
        Refusal: there is none, or somebody changed the visit since.
    """
    with seat.write("redo") as unit:
        change = changes.last_undone(seat.store, seat.staff.id)
        if change is None:
            raise Refusal("There is nothing to do again.")
        _turn(seat, unit, change, back=False)
        changes.mark(unit, change, "done")
        return change.label


def _turn(seat: Seat, unit: Unit, change: Change, *, back: bool) -> None:
    """Put every record of a change back (or forward), all of them or none."""
    for picture in change.pictures:
        if picture.entity != "visit":
            if picture.entity in withdrawals.ENTITIES:
                turned = withdrawals.turn(seat.store, unit, picture, back=back)
            else:
                turned = keeping.turn(seat, unit, picture, back=back)
            if turned is None:
                raise Refusal(_built_on_record(seat, change, picture))
            changes.same_again(unit, seat.store, picture.entity, picture.id, *turned)
            continue
        expected, target, look = (
            (picture.version_after, picture.version_before, picture.before)
            if back
            else (picture.version_before, picture.version_after, picture.after)
        )
        visit = visits.visit_by_id(seat.store, picture.id)
        if visit is None or visit.version != expected:
            raise Refusal(_built_on(seat, change, picture.id))
        days = routing.days_of(visit)
        version = _restore(unit, visit, look)
        changes.same_again(unit, seat.store, "visit", visit.id, target, version)
        unit.audit("visit", visit.id, undone=change.label if back else None, redone=None if back else change.label)
        restored = visits.visit_by_id(seat.store, visit.id)
        assert restored is not None
        waiting.follow(seat.store, unit, visit, restored)
        notices.follow(seat, unit, visit, restored)
        if restored.state not in ENDED:
            release(seat.store, unit, restored)
        elif visit.state not in ENDED:
            keep_sheet(seat, unit, restored, reason="done again")
        routing.reroute(seat, unit, days | routing.days_of(restored))


def _restore(unit: Unit, visit: Visit, look: Mapping[str, Any]) -> int:
    columns = {name: value for name, value in look.items() if name not in ("crew", "skills", "tags")}
    visits.restore_crew(unit, visit.id, look["crew"])
    if "skills" in look:  # changes that were kept before requests could be edited lack them
        visits.set_needs(unit, visit.id, look["skills"], look["tags"])
    return visits.change(unit, visit, **columns)


def _built_on_record(seat: Seat, change: Change, picture: Picture) -> str:
    last = audit.last_of(seat.store, picture.entity, picture.id)
    person = people.staff_by_login(seat.store, last.actor) if last is not None else None
    name = show(person.name) if person is not None else "somebody"
    return f"“{show(change.label)}” cannot be taken back: {name} changed it since. Nothing was changed."


def _built_on(seat: Seat, change: Change, visit_id: int) -> str:
    last = audit.last_of(seat.store, "visit", visit_id)
    visit = visits.visit_by_id(seat.store, visit_id)
    reference = show(visit.reference) if visit else "the visit"
    if last is None:
        return f"“{show(change.label)}” cannot be taken back: {reference} has changed since."
    person = people.staff_by_login(seat.store, last.actor)
    name = show(person.name) if person else show(last.actor)
    zone = seat.firm.zone
    when = clock_text(last.at, zone)
    if day_of(last.at, zone) != day_of(seat.now, zone):
        when = f"{day_text(day_of(last.at, zone))} {when}"
    return (
        f"“{show(change.label)}” cannot be taken back: {name} changed {reference} at {when} ({show(last.deed)}). "
        "Nothing was changed."
    )
