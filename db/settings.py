"""The firm's settings in the store: each field of `Firm` one row, its value as JSON. What is not set has no row."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from db import dated_terms
from db.dated_terms import ALWAYS, Dated
from db.names import changed
from db.store import Store
from db.unit import Unit
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of
from dispatch.model.travel import Place

AUDITED_AS = 0
"""The id under which settings stand in the audit: their key is a name, and all of them are one record."""

_FIELDS = frozenset(field.name for field in fields(Firm)) - {"id", "version"}
_ASSUMED_ZONE = "assumed_zone"
_OF_FILE = "file "
"""What was said about files stands under keys that begin so."""


def firm(store: Store) -> Firm:
    """The settings as they are now, with the defaults for what was never set."""
    rows = [row for row in store.all("SELECT key, value, version FROM setting") if not row[0].startswith(_OF_FILE)]
    values = {key: json.loads(value) for key, value, _ in rows}
    if _ASSUMED_ZONE in values:
        values.setdefault("zone", values[_ASSUMED_ZONE])
    known: dict[str, Any] = {
        name: Place(*value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in _FIELDS and value is not None
    }
    return Firm(**known, version=sum(version for _, _, version in rows))


def today(store: Store) -> datetime.date:
    """The firm's date by the store's clock."""
    return day_of(store.clock.now(), firm(store).zone)


def fields_set(store: Store) -> frozenset[str]:
    """The names of the fields that somebody has set, if only to their default."""
    return frozenset(name for name, _, _ in _rows(store))


def set_firm(unit: Unit, **values: Any) -> None:
    """Set fields of `Firm`; what already stands so is left, and a call that changes nothing says nothing in the audit.

    Raises:
        TypeError: there is no such field.
    """
    unknown = sorted(values.keys() - _FIELDS)
    if unknown:
        raise TypeError(f"the firm has no setting {', '.join(unknown)}")
    was = firm(unit.store)
    now = {name: (json.loads(value), version) for name, value, version in _rows(unit.store)}
    new = {name: [value.lat, value.lon] if isinstance(value, Place) else value for name, value in values.items()}
    for name, value in new.items():
        text = json.dumps(value, ensure_ascii=False)
        if name not in now:
            unit.insert("setting", key=name, value=text)
        elif now[name][0] != value:
            unit.update("setting", name, now[name][1], value=text)
    before, after = {name: value for name, (value, _) in now.items()}, firm(unit.store)
    if _targets(after) != _targets(was):
        today = day_of(unit.at, after.zone)
        dated_terms.keep(unit, dated_terms.TARGETS, [Dated(ALWAYS, _targets(was))], [Dated(today, _targets(after))])
    differences = changed(before, new) | {name: [None, value] for name, value in new.items() if name not in before}
    if differences:
        unit.audit("setting", AUDITED_AS, changed=differences)


def targets_by_day(store: Store) -> list[Dated]:
    """The firm's service-level targets by priority, as typed, by the day from which on they count."""
    return dated_terms.firm_terms(store, dated_terms.TARGETS) or [Dated(ALWAYS, _targets(firm(store)))]


def calendar_salt(store: Store) -> str:
    """What the ids of calendar events are made with, so that nobody can guess one: random, made with the database."""
    return str(store.value("SELECT salt FROM calendar_salt"))


def assume_zone(unit: Unit, zone: str) -> None:
    """Let a new firm live by a zone that nobody chose, until `zone` is set."""
    unit.insert("setting", key=_ASSUMED_ZONE, value=json.dumps(zone))
    unit.audit("setting", AUDITED_AS, assumed_zone=zone)


def of_file(store: Store, key: str) -> dict[str, Any]:
    """What was said about files of a kind and shape; empty where nothing was."""
    value = store.value("SELECT value FROM setting WHERE key = ?", (_OF_FILE + key,))
    return {} if value is None else dict(json.loads(value))


def keep_of_file(unit: Unit, key: str, said: Mapping[str, Any]) -> None:
    """Keep what was said about files of a kind and shape, in the place of what was said before; an empty one forgets it."""
    row = unit.store.one("SELECT value, version FROM setting WHERE key = ?", (_OF_FILE + key,))
    text = json.dumps(said, ensure_ascii=False)
    if row is None and said:
        unit.insert("setting", key=_OF_FILE + key, value=text)
    elif row is not None and row[0] != text:
        unit.update("setting", _OF_FILE + key, row[1], value=text)
    else:
        return
    unit.audit("setting", AUDITED_AS, file=key, said=dict(said))


def _targets(firm: Firm) -> dict[str, str]:
    return {name: getattr(firm, name) for name in ("targets_p1", "targets_p2", "targets_p3", "targets_p4")}


def _rows(store: Store) -> list[tuple[str, str, int]]:
    rows = store.all("SELECT key, value, version FROM setting")
    return [(key, value, version) for key, value, version in rows if key in _FIELDS]
