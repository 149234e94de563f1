"""Distances in the firm's unit, and legs in words with where the figure came from."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from dispatch.model.instants import span_text
from dispatch.model.travel import Provenance

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
    time = f"{minutes} min" if minutes < 60 else span_text(minutes)
    if provenance is Provenance.ESTIMATED:
        return f"~{time} est"
    return f"{time} {provenance.value}"
