"""Places that are asked about before they are taken: whoever types, pastes, looks up or imports one, the rule is this."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from db import clients, people, settings
from db.store import Store
from dispatch.desk.session.refusals import mark_of
from dispatch.fields.record import RecordType
from dispatch.fields.trade import PLACE, place_text
from dispatch.model.firm import Firm
from dispatch.model.travel import Place, to_unit
from dispatch.travel.area import Area


class PlaceQuestion(NamedTuple):
    """What is asked of a place: its field, the sentence, the mark that says it is meant, and what may be meant instead."""

    field: str
    said: str
    mark: str
    instead: str = ""


def area_of(store: Store, without: Any = None) -> Area:
    """Where the firm is; `without` a record whose place is to be another."""
    own = None if without is None else (type(without), without.id)
    firm = settings.firm(store)
    sites = [site.place for site in clients.all_sites(store) if (type(site), site.id) != own]
    homes = [who.home for who in people.technicians(store) if (type(who), who.id) != own]
    return Area(None if isinstance(without, Firm) else firm.depot, [*sites, *homes])


def questions(
    area: Callable[[], Area], firm: Firm, record_type: RecordType[Any], before: Any, after: Any
) -> Iterator[PlaceQuestion]:
    """What is asked of the places of a record that are new; `area` is asked for only where there are such."""
    for field in record_type.fields:
        place = getattr(after, field.of) if field.kind is PLACE else None
        if place is not None and place != getattr(before, field.of, None):
            yield from question(area(), firm, field.name, place)


def question(area: Area, firm: Firm, field: str, place: Place) -> Iterator[PlaceQuestion]:
    """What is asked of one place, where anything is."""
    if (doubt := area.doubt(place)) is None:
        return
    typed, instead = place_text(place), "" if doubt.swapped is None else place_text(doubt.swapped)
    mark = mark_of(typed)

    def far(km: float) -> str:
        return f"{to_unit(round(km * 1000), firm.distance_unit):,.0f} {firm.distance_unit}"

    if doubt.km is None:
        said = f"{typed} lies in the sea off Africa: so it is written where a place is not known"
    else:
        said = f"{typed} is {far(doubt.km)} from where the firm is"
    if instead:
        said += f"; swap? {instead} is {far(doubt.swapped_km)} from it"
    yield PlaceQuestion(field, said, mark, instead)
