"""A visit that is too much for one becomes two, the second after the first (design/states.md, Split in two)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from db import checklists, visits
from db.changes import RecordChange
from db.store import Store
from db.unit import Unit
from db.visits import NewVisit
from dispatch.desk.day import judgement, routing, undo_record
from dispatch.desk.session.refusals import Refusal, WrongState, refuse, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import crew_of, on_visit
from dispatch.model.forms import shared
from dispatch.model.states import AHEAD, QUEUED, Role
from dispatch.model.text import show
from dispatch.model.visits import Visit

ENTITY = "item"
"""What an item that goes over is named in what can be taken back."""


class Part(StrEnum):
    """Which of two visits has something."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"


def split(
    user: User,
    reference: str,
    minutes: int,
    *,
    work: str = "",
    items: Sequence[str] = (),
    promise: str = Part.FIRST,
    notes: str = Part.BOTH,
) -> tuple[Visit, Visit]:
    """Take a part of a visit that nobody has begun into a second visit of its job, in the queue; returns both.

    What is needed of people, skills and equipment is needed for both; the second is asked for since when the first was, and
    begins when it is over. What waits for the visit waits for the second from then on.

    Args:
        user: a dispatcher.
        reference: the visit.
        minutes: the work of the second, without the time for tests; the first keeps the rest.
        work: what is done on it; empty: as on the first.
        items: what the client asked for beside the first line (W1.2 …) that is done on the second.
        promise: which of them has the promised window.
        notes: which of them has the description.

    Raises:
        Faulty: with every fault; nothing was changed.
        WrongState: somebody has begun, or it is over.
    """
    with on_visit(user, reference, "split", Role.DISPATCHER) as (unit, visit):
        if visit.state not in QUEUED | AHEAD or visit.archived_at is not None:
            raise WrongState(visit, "it is split before somebody sets out; who is there leaves the rest to a follow-up")
        if visit.days > 1:
            raise Refusal(
                f"{show(visit.reference)} takes {visit.days} days: give it fewer (visit edit --days), and ask for the rest by "
                "itself (visit copy)."
            )
        store, words = user.store, worded("work", work)
        moved = _items(store, visit, items, minutes)
        followers = visits.followers(store, visit.id)
        second_id = visits.add_visit(unit, store, _second(store, visit, minutes, words, promise, notes))
        for item_id in moved:
            checklists.move_item(unit, item_id, second_id)
        second = visits.again(store, second_id)
        _shorten(unit, visit, minutes, promise, notes)
        for follower in followers:
            visits.change(unit, follower, after_id=second_id)
        after = visits.again(store, visit)
        unit.audit("visit", visit.id, split_into=second.reference, minutes=after.minutes, items=list(items) or None)
        unit.audit("visit", second_id, split_from=visit.reference, minutes=minutes)
        routing.reroute(unit, [visit, after])
        label = f"split {visit.reference}"
        more = [RecordChange(ENTITY, key, {"visit": visit.id}, {"visit": second_id}, 0, 0) for key in moved]
        away = second._replace(archived_at=user.now)
        undo_record.remember(user, unit, label, [visit, away, *followers], more)
        return after, second


def turn(unit: Unit, picture: RecordChange, *, back: bool) -> tuple[int, int]:
    """Give an item back to the visit that it was taken from, or to the second one again."""
    _, _, look = picture.turned(back)
    checklists.move_item(unit, picture.id, look["visit"])
    unit.audit(ENTITY, picture.id, undone=back, redone=not back)
    return 0, 0


def _items(store: Store, visit: Visit, refs: Sequence[str], minutes: int) -> list[int]:
    """The ids of the items that go over."""
    faults = []
    if not 1 <= minutes < visit.minutes:
        faults.append(f"minutes: {minutes} is not between 1 and {visit.minutes - 1}: the first keeps the rest")
    known = {item.ref: item for item in checklists.checklist(store, visit.id).items}
    asked = sorted(ref for ref in known if ref.startswith("W1.") and ref != "W1.1")
    for ref in refs:
        if ref not in asked:
            can = f"{', '.join(asked)} can" if asked else "nothing was asked for beside the work itself, so nothing can"
            faults.append(f"items: {show(ref, 20)} does not go over; {can}")
        elif known[ref].attempts:
            faults.append(f"items: something was recorded on {ref}")
    refuse(faults)
    return [known[ref].id for ref in dict.fromkeys(refs)]


def _second(store: Store, visit: Visit, minutes: int, work: str, promise: str, notes: str) -> NewVisit:
    said: dict[str, Any] = {
        "reference": visits.next_reference(store),
        "work": work or visit.work,
        "minutes": minutes,
        "promised": visit.promised if promise == Part.SECOND else None,
        "description": "" if notes == Part.FIRST else visit.description,
        "after_id": visit.id,
        "after_minutes": 0,
        "after_day": "any",
        "recurrence_id": None,
        "occurrence": None,
        "uid": None,
        "again_of": None,
    }
    return NewVisit(**shared(NewVisit, visit) | said)


def _shorten(unit: Unit, visit: Visit, minutes: int, promise: str, notes: str) -> None:
    """Leave the first what is left of the visit."""
    columns: dict[str, Any] = {"minutes": visit.minutes - minutes}
    if promise == Part.SECOND:
        columns |= {"promised_from": None, "promised_to": None}
    if notes == Part.SECOND:
        columns["description"] = ""
    if visit.starts_at is not None:
        shorter = visit._replace(minutes=visit.minutes - minutes)
        crew = crew_of(unit.store, visit)
        columns["ends_at"] = visit.starts_at + judgement.planned_length(unit.store, visit, shorter, crew)
    visits.change(unit, visit, **columns)
