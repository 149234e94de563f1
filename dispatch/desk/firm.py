"""The beginning: a database for a firm, with its first lead."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path

from db import people, settings
from db.store import Store
from db.unit import Actor
from dispatch.desk.refusals import Faulty
from dispatch.desk.staff import faults_of_person
from dispatch.model import text as limits
from dispatch.model.instants import Clock, SystemClock, zone_of
from dispatch.model.people import Staff
from dispatch.model.states import Role
from dispatch.model.text import TextRefused, clean

_SYSTEM_CLOCK = SystemClock()


def init(
    path: Path,
    *,
    lead: str,
    lead_name: str = "",
    name: str | None = None,
    zone: str | None = None,
    clock: Clock = _SYSTEM_CLOCK,
) -> tuple[Staff, str]:
    """Make the database of a firm; returns its first lead, who has all roles, and the firm's zone.

    Args:
        path: where it is made; whatever is there already stays as it is.
        lead: the login of the first lead.
        lead_name: their name; the login where none is given.
        name: the firm's.
        zone: its IANA zone. Without one it lives by the machine's until it sets one, or imports a rate card with one.
        clock: when that is.

    Raises:
        Faulty: with everything that cannot be taken. Nothing is made.
        StoreFault: there is something at the path, or the folder does not take it.
    """
    lead, lead_name = lead.strip(), lead_name.strip() or lead.strip()
    faults = faults_of_person(lead, lead_name)
    if name is not None:
        try:
            name = clean(name, limit=limits.NAME)
            if not name:
                faults.append("name: is missing")
        except TextRefused as refused:
            faults.append(f"name: {refused}")
    if zone is not None:
        try:
            zone_of(zone)
        except ValueError as fault:
            faults.append(f"zone: {fault}")
    if faults:
        raise Faulty(faults)
    with Store.create(path, clock=clock) as store:
        try:
            with store.write("init", Actor(None, "dispatch", uuid.uuid4().hex, "system")) as unit:
                if name is not None:
                    settings.set_firm(unit, name=name)
                if zone is None:
                    settings.assume_zone(unit, _zone_of_machine())
                else:
                    settings.set_firm(unit, zone=zone)
                staff_id = people.add_staff(unit, lead, clean(lead_name), list(Role))
        except BaseException:
            store.close()
            _take_away(path)
            raise
        person = people.staff_by_id(store, staff_id)
        assert person is not None
        return person, settings.firm(store).zone


def _zone_of_machine() -> str:
    """The machine's IANA zone, UTC where it does not say."""
    from pendulum.tz.local_timezone import get_local_timezone

    try:
        name = get_local_timezone().name
        zone_of(name)
    except Exception:  # whatever a machine has in its place: pendulum raises RuntimeError, KeyError, OSError, …
        return "UTC"
    return "UTC" if name == "Etc/UTC" else name


def _take_away(path: Path) -> None:
    """Remove a database in which nothing was saved yet."""
    for left in (path, *(path.with_name(path.name + end) for end in (".gate", ".seats", "-wal", "-shm", "-journal"))):
        with contextlib.suppress(OSError):
            left.unlink()
