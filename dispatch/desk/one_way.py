"""The drive from the firm's depot to a site, as the charge counts with it (design/charges.md B17)."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.model.firm import Firm
from dispatch.model.travel import Place
from dispatch.model.units import minutes_of, to_unit
from dispatch.travel.estimate import Estimated


@dataclass(frozen=True, slots=True)
class OneWay:
    """One-way figures: the distance to 0.1 in the firm's unit as decimal text, whole minutes; None where unknown."""

    distance: str | None
    minutes: int | None
    provenance: str


def one_way_from(firm: Firm, place: Place | None) -> OneWay:
    """The estimated drive from the depot; unknown as long as either end has no coordinates."""
    leg = Estimated().leg(firm.depot, place, 0)
    return OneWay(
        None if leg.metres is None else str(to_unit(leg.metres, firm.distance_unit)),
        None if leg.seconds is None else minutes_of(leg.seconds),
        leg.provenance.value,
    )
