"""The road engine as a provider: asked live, cell by cell a leg, with the ways between stops."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place, placed
from dispatch.travel.chain import Provider
from dispatch.travel.engines import Path, RoadEngine
from dispatch.travel.known import road_leg


class Roads(Provider):
    """What an engine says, as legs. It takes as long as the engine takes: never for the interface, nor in a transaction."""

    def __init__(self, engine: RoadEngine) -> None:
        self._engine = engine

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The drive of each pair; a place without coordinates is not asked about."""
        starts = [place for place in origins if place is not None and placed(place)]
        ends = [place for place in destinations if place is not None and placed(place)]
        if not starts or not ends:
            return [[UNKNOWN_LEG] * len(destinations) for _ in origins]
        rows = iter(self._engine.table(starts, ends))
        legs = []
        for origin in origins:
            cells = iter(next(rows)) if placed(origin) else None
            legs.append(
                [
                    UNKNOWN_LEG if cells is None or not placed(destination) else road_leg(next(cells))
                    for destination in destinations
                ]
            )
        return legs

    def paths(self, stops: Sequence[Place | None]) -> list[Path]:
        """The ways from stop to stop."""
        return self._engine.paths([stop if placed(stop) else None for stop in stops])
