"""The drive from the firm's depot to a site, as the charge counts with it (design/charges.md B17)."""

from __future__ import annotations

from dataclasses import replace

from dispatch.model.clients import Site
from dispatch.model.firm import Firm
from dispatch.model.travel import driven
from dispatch.model.units import minutes_of, to_unit
from dispatch.travel.estimate import Estimated


def reckoned(firm: Firm, site: Site) -> Site:
    """A site with the estimated drive from the depot: the distance to 0.1 in the firm's unit as decimal text, whole minutes; both
    None as long as either end has no coordinates, and where nobody drives so far: then a charge by it is blocked, not counted."""
    leg = driven(Estimated().leg(firm.depot, site.place, 0))
    return replace(
        site,
        one_way_distance=None if leg.metres is None else str(to_unit(leg.metres, firm.distance_unit)),
        one_way_minutes=None if leg.seconds is None else minutes_of(leg.seconds),
        one_way_provenance=leg.provenance.value,
    )
