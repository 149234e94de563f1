"""Places, the drive between two of them, and what a person says that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import nan
from typing import Literal, NamedTuple

from dispatch.model.instants import time_text


class Provenance(StrEnum):
    """Where a travel time comes from, the most trusted first."""

    PINNED = "pinned"
    """A person's override of this pair, for example across a ferry."""
    LEARNED = "learned"
    """The median of real legs of this pair."""
    ROADS = "roads"
    """A routing engine."""
    ESTIMATED = "estimated"
    """The embedded formula from the great-circle distance."""
    UNKNOWN = "unknown"
    """Nobody knows: shown and counted, never 0."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the earth, in degrees (WGS 84).

    Raises:
        ValueError: outside the range of coordinates, or not a number.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        # written so that NaN fails as well
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"{self.lat}, {self.lon} is not a latitude (-90 to 90) and a longitude (-180 to 180)")


@dataclass(frozen=True, slots=True, eq=False)
class Unplaced(Place):
    """A site without coordinates of which a drive is pinned: nothing can be reckoned from it, but it can be told apart.

    Its coordinates are not numbers, so that a sum with them is wrong in plain sight and never a drive from (0, 0).
    """

    site_id: int

    def __post_init__(self) -> None:
        # the range of coordinates is not asked of a place that has none
        pass

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unplaced) and other.site_id == self.site_id

    def __hash__(self) -> int:
        return hash((Unplaced, self.site_id))


@dataclass(frozen=True, slots=True)
class PlaceEntered(Place):
    """A place where work begins `arrival` seconds after the drive: parking, signing in. Not for whoever is there already."""

    arrival: int


@dataclass(frozen=True, slots=True)
class PlaceVia(Place):
    """A place that is reached by way of another one, with a stop of `seconds` there, and entered as `place` is."""

    via: Place
    seconds: int
    place: Place


def itself(place: Place | None) -> Place | None:
    """A place without the way to it and into it."""
    return Place(place.lat, place.lon) if isinstance(place, PlaceVia | PlaceEntered) else place


def unplaced(site_id: int) -> Unplaced:
    """The stand-in for the place of a site that has none."""
    return Unplaced(nan, nan, site_id)


def placed(place: Place | None) -> bool:
    """Whether there are coordinates to reckon with."""
    return place is not None and not isinstance(place, Unplaced)


@dataclass(frozen=True, slots=True)
class Leg:
    """The drive between two stops.

    All figures are None exactly when the provenance is unknown; a distance may be unknown alone (a pinned time).
    """

    seconds: int | None
    """The travel time that plans count with."""
    metres: int | None
    """The distance by road."""
    low: int | None
    """Lower end of the band in which the travel time is expected, seconds."""
    high: int | None
    """Upper end of that band, seconds."""
    provenance: Provenance

    def __post_init__(self) -> None:
        if (self.seconds is None) != (self.provenance is Provenance.UNKNOWN):
            raise ValueError("a leg has a travel time exactly when it is not unknown")

    @property
    def known(self) -> bool:
        """Whether there is a travel time at all."""
        return self.seconds is not None


UNKNOWN_LEG = Leg(None, None, None, None, Provenance.UNKNOWN)
"""The leg to or from a place without coordinates, or farther than anybody drives, unless somebody pinned the pair."""
LONGEST_LEG = 12 * 3600
"""Nobody drives longer and works: such a leg is unknown (design/planning.md, Travel times)."""


def driven(leg: Leg) -> Leg:
    """A leg as it is counted with: one that nobody drives is unknown. What is pinned is somebody's word."""
    return UNKNOWN_LEG if (leg.seconds or 0) > LONGEST_LEG and leg.provenance is not Provenance.PINNED else leg


@dataclass(frozen=True, slots=True)
class RoutedLeg:
    """A leg with the way that it takes; `path` is empty where only the time is known."""

    leg: Leg
    path: tuple[Place, ...] = ()


class EndKind(StrEnum):
    """What a drive can begin or end at."""

    SITE = "site"
    HOME = "home"
    """Where a technician's day starts and ends."""
    DEPOT = "depot"


class End(NamedTuple):
    """One end of a drive: a site or a technician by id, the depot with 0."""

    kind: EndKind
    id: int = 0


DEPOT = End(EndKind.DEPOT)


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned drive, in one direction, with why."""

    id: int
    origin: End
    destination: End
    minutes: int
    reason: str = ""
    version: int = 1


DistanceUnit = Literal["mi", "km"]

METRES_PER: dict[DistanceUnit, Decimal] = {"mi": Decimal("1609.344"), "km": Decimal(1000)}
"""Exact: the international mile."""

_TENTH = Decimal("0.1")


def to_unit(metres: int, unit: DistanceUnit) -> Decimal:
    """`metres` in miles or kilometres, to a tenth, half away from zero."""
    return (Decimal(metres) / METRES_PER[unit]).quantize(_TENTH, ROUND_HALF_UP)


def distance_text(metres: int | None, unit: DistanceUnit) -> str:
    """ "7.2 mi", "11.6 km"; "?" when the distance is unknown."""
    return "?" if metres is None else f"{to_unit(metres, unit)} {unit}"


def minutes_of(seconds: int) -> int:
    """Whole minutes, half up, of a duration in seconds. A drive that takes any time at all takes a minute."""
    return max(1, (seconds + 30) // 60) if seconds > 0 else 0


def leg_text(seconds: int | None, provenance: Provenance) -> str:
    """A travel time with where it came from: "18 min roads", "~22 min est", "? unknown".

    An estimate wears a tilde. From an hour on the time is written as "1h10".
    """
    if seconds is None or provenance is Provenance.UNKNOWN:
        return "? unknown"
    minutes = minutes_of(seconds)
    time = time_text(minutes)
    if provenance is Provenance.ESTIMATED:
        return f"~{time} est"
    return f"{time} {provenance.value}"
