"""rate_card.json: a dated price list, in an envelope with its name, its first day and the firm's depot."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from db import agreements, clients, settings
from db.unit import Unit
from dispatch.desk.book import places, zone_change
from dispatch.desk.charges.charge_input import ENVELOPE
from dispatch.desk.files.json_file import read_json
from dispatch.desk.files.table import Unreadable
from dispatch.desk.files.verdicts import JudgedRow, RowFault, RowVerdict, differences, shortened
from dispatch.desk.prices import rate_cards
from dispatch.desk.session.refusals import mark_of
from dispatch.desk.session.user import User
from dispatch.desk.travel.drive_times import reckoned
from dispatch.fields.kinds import iso_day
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of, zone_of
from dispatch.model.states import Role
from dispatch.model.text import ADDRESS, NAME, clean
from dispatch.model.travel import Place

ROLES = (Role.LEAD,)


def read_card(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        Unreadable: it is not UTF-8, too large, or no JSON object.
    """
    document = read_json(path, "a rate card")
    if not isinstance(document, dict):
        raise Unreadable(f"{shortened(path.name)} is not a rate card: that is one JSON object.")
    return document


def judge_card(user: User, given: Mapping[str, Any], *, update: bool, confirmed: Collection[str] = ()) -> JudgedRow:
    """The verdict on a rate card. Everything that is wrong with it is told at once."""
    from dispatch.charges import validate_card

    card = {key: value for key, value in given.items() if key not in ENVELOPE}
    faults = [RowFault("card", "", fault) for fault in validate_card(card)]
    zone = user.firm.zone
    with contextlib.suppress(TypeError, ValueError):
        zone_of(card.get("timezone"))
        zone = card["timezone"]
    new_year = datetime.date(day_of(user.now, zone).year, 1, 1)
    valid_from = _said("valid_from", given, new_year, iso_day, faults)
    otherwise = f"Rate card from {valid_from.isoformat()}"
    name = _said("name", given, otherwise, partial(clean, limit=NAME), faults) or otherwise
    depot = _said("depot", given, None, _depot, faults)
    marks: tuple[str, ...] = ()
    if depot is not None and "depot" not in settings.fields_set(user.store) and not faults:
        asked = [*places.question(places.area_of(user.store), user.firm, "depot", depot[1])]
        asked = [question for question in asked if question.mark not in confirmed]
        faults += [RowFault(question.field, "", question.said) for question in asked]
        marks = tuple(question.mark for question in asked)
    before = next((known for known in agreements.rate_cards(user.store) if known.valid_from == valid_from), None)
    if not any(fault for fault in faults if fault.field != "depot"):
        said = [sentence for sentence in rate_cards.questions(card, before) if mark_of(sentence) not in confirmed]
        faults += [RowFault(rate_cards.TAX, "", sentence) for sentence in said]
        marks += tuple(mark_of(sentence) for sentence in said)
    kept = None if "zone" in settings.fields_set(user.store) else _zone_kept(user, zone)

    def write(unit: Unit) -> None:
        if before is None:
            agreements.add_rate_card(unit, name, valid_from, card)
        else:
            agreements.update_rate_card(unit, before, replace(before, name=name, card=card))
        _settle_firm(unit, user, card, {} if kept else {"zone": zone}, depot)

    ours = {} if before is None or faults else {"name": before.name, **before.card}
    differing = differences(ours, {"name": name, **card}, _typed) if ours else ()
    verdict = RowVerdict.on(faults, before is not None, differing, update)
    writes = verdict in (RowVerdict.NEW, RowVerdict.UPDATED)
    return JudgedRow(
        1,
        shortened(name),
        verdict,
        tuple(faults),
        () if kept is None or not writes else (kept,),
        differences=differing,
        write=write if writes else None,
        marks=marks,
    )


def _said(
    name: str, given: Mapping[str, Any], otherwise: Any, read: Callable[[Any], Any], faults: list[RowFault]
) -> Any:
    """What the envelope says; `otherwise` where it says nothing, or nothing that can be taken."""
    said = given.get(name)
    try:
        return otherwise if said is None else read(said)
    except (AttributeError, TypeError):
        expected = "is not text"
    except (ValueError, OverflowError) as fault:
        expected = str(fault)
    faults.append(RowFault(name, shortened(_typed(said)), expected))
    return otherwise


def _zone_kept(user: User, zone: str) -> str | None:
    """Why the firm does not take over the card's zone; None where it can: a zone that nobody chose gives way."""
    words = zone_change.written(user.store, user.firm.zone, zone).words
    if not words:
        return None
    return f"the firm keeps its zone {user.firm.zone} ({words} by its clocks): choose another in the settings"


def _depot(given: Any) -> tuple[str, Place]:
    """Address and place of the depot."""
    if not isinstance(given, dict) or not {"lat", "lon"} <= given.keys() <= {"address", "lat", "lon"}:
        raise ValueError('is not an object such as {"address": "1 Front Street", "lat": 39.96, "lon": -83.0}')
    lat, lon, address = given["lat"], given["lon"], given.get("address", "")
    if not isinstance(address, str) or any(isinstance(n, bool) or not isinstance(n, int | float) for n in (lat, lon)):
        raise ValueError("has coordinates that are not numbers, or an address that is not text")
    return clean(address, limit=ADDRESS), Place(float(lat), float(lon))


def _settle_firm(
    unit: Unit, user: User, card: Mapping[str, Any], zone: Mapping[str, str], depot: tuple[str, Place] | None
) -> None:
    """Take over for the firm what it never set itself, and for its sites what they waited for."""
    before, already = user.firm, settings.fields_set(user.store)
    values: dict[str, Any] = {"distance_unit": card.get("distance_unit", before.distance_unit)}
    values |= {"currency": card.get("currency", before.currency), **zone}
    if depot is not None and before.depot is None:
        values |= {"depot_address": depot[0], "depot": depot[1]}
    settings.set_firm(unit, **{name: value for name, value in values.items() if name not in already})
    _settle_sites(unit, user, before, user.firm)


def _settle_sites(unit: Unit, user: User, before: Firm, after: Firm) -> None:
    """Give the sites that came before the card the drive from its depot; a site keeps every figure that it has."""
    if before.depot is not None or after.depot is None:
        return
    for site in clients.all_sites(user.store):
        if site.one_way_distance is None and site.one_way_minutes is None:
            settled = reckoned(after, site)
            if settled != site:
                clients.update_site(unit, site, settled)


def _typed(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
