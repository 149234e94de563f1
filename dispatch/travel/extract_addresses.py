"""The addresses of an extract of OpenStreetMap: houses with a number, streets, and named places.

Needs osmium (extra `maps`), which is imported where it is used.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from math import cos, radians
from pathlib import Path
from typing import Any, NamedTuple

from dispatch.model.text import TextRefused, clean
from dispatch.travel.graphs import Progress
from dispatch.travel.road_lines import objects_of, rank_of

SETTLEMENTS = frozenset({"city", "town", "suburb", "village", "hamlet", "neighbourhood", "quarter"})
"""The values of `place` that people say in an address."""
TOWNS = frozenset({"city", "town", "village", "hamlet"})
"""Those that a street without a town of its own is said to be in."""
KINDS = ("place", "street", "house")
"""What an address can be, the vaguest first."""
CELL = 0.1
"""Degrees: a street's town is looked for in its own cell and the eight around."""


class Address(NamedTuple):
    """An address with its place in degrees; `kind` is one of `KINDS`, `number` the house's, as people say it."""

    kind: str
    street: str
    number: str
    town: str
    postcode: str
    lat: float
    lon: float

    @property
    def words(self) -> str:
        """As one writes it."""
        door = f"{self.number} {self.street}".strip()
        return ", ".join(part for part in (door, f"{self.postcode} {self.town}".strip()) if part)


def addresses_of(
    extract: Path, tell: Progress = lambda step: None, stop: threading.Event | None = None
) -> list[Address]:
    """Every address of an extract: places first, then streets, then houses, each by name and number.

    Raises:
        NotDrawn: as `objects_of`.
    """
    tell("reading the addresses")
    tagged = objects_of(extract, ["addr:housenumber", "highway", "place"], "The reading of the addresses", stop)
    addresses = [
        address
        for tagged_object in tagged
        if (address := _address(tagged_object, is_way=tagged_object.is_way())) is not None
    ]
    return sorted(_once(_in_towns(addresses)), key=_order)


def _address(tagged: Any, *, is_way: bool) -> Address | None:
    tags = tagged.tags
    kind = ""
    if "addr:housenumber" in tags:
        kind, street = "house", _tag(tags, "addr:street") or _tag(tags, "addr:place")
    elif is_way and "highway" in tags and rank_of(tags["highway"]) is not None:
        kind, street = "street", _tag(tags, "name")
    elif not is_way and tags.get("place") in SETTLEMENTS:
        kind, street = "place", _tag(tags, "name")
    place = _middle(tagged, is_way=is_way) if kind and street else None
    if place is None:
        return None
    town = street if kind == "place" and tags.get("place") in TOWNS else _tag(tags, "addr:city")
    number = _tag(tags, "addr:housenumber") if kind == "house" else ""
    return Address(kind, street, number, town, _tag(tags, "addr:postcode"), *place)


def _middle(tagged: Any, *, is_way: bool) -> tuple[float, float] | None:
    """Where it is; a way is where the node in its middle is."""
    if is_way:
        places = [node.location for node in tagged.nodes if node.location.valid()]
        place = places[len(places) // 2] if places else None
    else:
        place = tagged.location
    return None if place is None or not place.valid() else (round(place.lat, 6), round(place.lon, 6))


def _tag(tags: Any, key: str) -> str:
    """What was written there, as it may be kept; anybody can write anything there."""
    try:
        return clean(tags.get(key, "")[:200], limit=200)
    except TextRefused:
        return ""


def _in_towns(addresses: list[Address]) -> list[Address]:
    """The same, where those without a town have the name of the nearest one."""
    cells: dict[tuple[int, int], list[Address]] = {}
    for address in addresses:
        if address.kind == "place" and address.town:
            cells.setdefault(_cell(address), []).append(address)

    def town(address: Address) -> str:
        row, column = _cell(address)
        near = [
            other
            for around in ((row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1))
            for other in cells.get(around, ())
        ]
        shrink = cos(radians(address.lat))
        nearest = min(
            near,
            key=lambda other: (other.lat - address.lat) ** 2 + ((other.lon - address.lon) * shrink) ** 2,
            default=None,
        )
        return nearest.town if nearest is not None else ""

    return [address if address.town else address._replace(town=town(address)) for address in addresses]


def _cell(address: Address) -> tuple[int, int]:
    return int(address.lat // CELL), int(address.lon // CELL)


def _once(addresses: Iterable[Address]) -> Iterable[Address]:
    """Each address once: a street is many ways. A place is called by its name alone."""
    unique: dict[tuple[str, ...], Address] = {}
    for address in addresses:
        own = address._replace(town="") if address.kind == "place" and address.town == address.street else address
        unique.setdefault((own.kind, own.words.casefold()), own)
    return unique.values()


def _order(address: Address) -> tuple[int, str, str, int, str]:
    digits = "".join(character for character in address.number if character.isdecimal())
    return (
        KINDS.index(address.kind),
        address.street.casefold(),
        address.town.casefold(),
        int(digits[:6] or 0),
        address.number,
    )
