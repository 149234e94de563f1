"""The beginning: a database for a firm, with its first lead."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import replace
from pathlib import Path

from db import people, settings, templates
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.closeout import shipped
from dispatch.desk.firm import by_country
from dispatch.desk.firm.country_zones import zone_of_country
from dispatch.desk.session.refusals import refuse
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.record import FieldFault, sentences
from dispatch.model.clock import Clock, SystemClock
from dispatch.model.countries import Country
from dispatch.model.instants import zone_of
from dispatch.model.people import Staff
from dispatch.model.states import Role
from dispatch.records.firm import SETTINGS
from dispatch.records.people import STAFF

_SYSTEM_CLOCK = SystemClock()
_UTC = ("UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu")
_ZONE_NEEDED = (
    "this machine is in UTC, which does not say where the firm is: name its zone, for example --zone Europe/Berlin or"
    " --zone America/New_York (--zone UTC if that is meant)"
)


def init(
    path: Path,
    *,
    lead: str,
    lead_name: str = "",
    name: str | None = None,
    zone: str | None = None,
    country: Country | None = None,
    clock: Clock = _SYSTEM_CLOCK,
) -> tuple[Staff, str]:
    """Make the database of a firm, with the templates that the program brings; returns its first lead, who has all roles, and
    the firm's zone.

    Args:
        path: where it is made; whatever is there already stays as it is.
        lead: the login of the first lead.
        lead_name: their name; the login where none is given.
        name: the firm's.
        zone: its IANA zone. Without one it lives by the machine's until it sets one, or imports a rate card with one; a machine in
            UTC does not say where the firm is, and is refused.
        country: whose money, units, week and paper it takes over; a country whose zones are the same today says the zone too.
        clock: when that is.

    Raises:
        Faulty: with everything that cannot be taken. Nothing is made.
        StoreFault: there is something at the path, or the folder does not take it.
    """
    lead, lead_name = lead.strip(), lead_name.strip() or lead.strip()
    faults: list[FieldFault] = []
    person = STAFF.filled({"login": lead, "name": lead_name, "roles": ", ".join(Role)}, NO_RECORDS, None, faults)
    if country is not None and zone is None and machine_zone() is None:
        zone = zone_of_country(country.code, clock.now())
    typed = {name: text for name, text in (("name", name), ("zone", zone)) if text is not None}
    typed |= by_country.usual(country) if country is not None else {}
    assumed = machine_zone() if zone is None else None
    if zone is None and assumed is None:
        faults.append(FieldFault("zone", "", _ZONE_NEEDED))
    given = SETTINGS.read(typed, NO_RECORDS, faults)
    refuse(sentences(faults))
    with Store.create(path, clock=clock) as store:
        try:
            with unit_of_work(store, "init", Actor(None, "dispatch", uuid.uuid4().hex, "system")) as unit:
                settings.set_firm(unit, **given)
                if assumed is not None:
                    settings.assume_zone(unit, assumed)
                staff_id = people.add_staff(unit, person)
            # a wording says who saved it
            first = Actor(staff_id, lead, uuid.uuid4().hex, "system")
            with unit_of_work(store, "take templates", first) as unit:
                for template in shipped.templates():
                    templates.add_template(unit, template)
        except BaseException:
            store.close()
            # nothing was saved in it yet
            for end in ("", ".gate", ".seats", "-wal", "-shm", "-journal"):
                with contextlib.suppress(OSError):
                    path.with_name(path.name + end).unlink()
            raise
        return replace(person, id=staff_id), settings.firm(store).zone


def zone_fault(text: str) -> str:
    """What is wrong with a zone as it was typed, in words; empty where nothing is."""
    faults: list[FieldFault] = []
    SETTINGS.read({"zone": text}, NO_RECORDS, faults)
    return "; ".join(sentences(faults))


def machine_zone() -> str | None:
    """The machine's IANA zone; None where it is in UTC, as servers and containers are, or does not say."""
    from pendulum.tz.local_timezone import get_local_timezone

    try:
        name = get_local_timezone().name
        zone_of(name)
    except Exception:  # whatever a machine has in its place: pendulum raises RuntimeError, KeyError, OSError, …
        return None
    return None if name in _UTC else name
