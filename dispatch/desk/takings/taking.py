"""One's visits of a day are taken along on a laptop, and what was done there is written for the office."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from db import settings, taken_copy, takings, visits
from db.store import existing
from dispatch.closeout import carried
from dispatch.closeout.carried import Head
from dispatch.desk.closeout.evidence import is_whole
from dispatch.desk.closeout.onsite import on_card
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.instants import day_bounds, day_text
from dispatch.model.states import AHEAD, ON_THE_WAY_OR_THERE, Role
from dispatch.model.text import show
from dispatch.model.visits import Visit


class TakenAlong(NamedTuple):
    """What was taken along: by whom, of which day, when, the visits, and where it is."""

    name: str
    day: datetime.date
    at: int
    visits: tuple[Visit, ...]
    path: Path


def take(user: User, day: datetime.date, target: Path) -> TakenAlong:
    """Make a database of the person's own visits of a day that are not done, for a laptop; no other record is in it.

    Args:
        user: the technician.
        day: of the firm.
        target: where no file is.

    Raises:
        Refusal: they have none on that day.
        Exists, ReadOnly, Full: the file cannot be made.
    """
    nonce = os.urandom(16).hex()
    starts_at, ends_at = day_bounds(day, settings.firm(user.store).zone)
    with user.write("take along", Role.TECHNICIAN) as unit:
        own = [
            visit
            for visit in visits.placed_between(user.store, starts_at, ends_at, technicians=[user.staff.id])
            if visit.state in AHEAD | ON_THE_WAY_OR_THERE and visit.assignment_of(user.staff.id) is not None
        ]
        if not own:
            raise Refusal(f"{show(user.staff.name)} has no visit that is still to be done on {day_text(day)}.")
        taking = takings.Taking(takings.add(unit, nonce, own), nonce, user.staff.id, unit.at)
        unit.audit("taking", taking.id, visits=[visit.reference for visit in own], day=day.isoformat())
    items = {code for visit in own for code in on_card(user.store, visit)}
    taken_copy.make(user.store, target, taking, [visit.id for visit in own], sorted(items))
    return TakenAlong(user.staff.name, day, taking.at, tuple(own), target)


def written(user: User) -> Iterator[bytes]:
    """What was done in what the person took along, as the document that is handed in.

    Raises:
        Refusal: this is no such database, nothing was done in it, or a file that was handed in there is gone.
    """
    store = user.store
    if store.taken_along is None:
        raise Refusal(f"{store.path.name} is no database that was taken along (dispatch day --take FILE makes one).")
    taking = existing(takings.by_id(store, store.taken_along))
    deeds = takings.deeds_of(store, taking.id)
    if not deeds:
        raise Refusal(f"Nothing was done yet in {store.path.name}.")
    references = {visit.id: visit.reference for visit in visits.visits_by_id(store, [deed.visit_id for deed in deeds])}
    forms = [
        {
            "number": deed.number,
            "visit": references[deed.visit_id],
            "at": deed.at,
            "local": deed.local,
            "deed": deed.form,
        }
        for deed in deeds
    ]
    kept = {(one["sha256"], one["size"]) for deed in deeds for one in deed.form.get("files", ())}
    for sha256, size in kept:
        if not is_whole(path_of(store, sha256), sha256, size):
            raise Refusal(f"A file that was handed in for an item is gone, or altered: {path_of(store, sha256)}.")
    files = (path_of(store, sha256).read_bytes() for sha256, _ in sorted(kept))
    return carried.written(Head(taking.nonce, user.now), forms, files)
