"""What a map of the firm's day shows below its stops: the ways of its drives, and the roads around them."""

from __future__ import annotations

from db import settings
from db.faults import StoreFault
from db.store import Store
from dispatch.desk.travel import road_times
from dispatch.lazily import lazily
from dispatch.model.maps import Box, DayRoute, Road, Way
from dispatch.model.travel import Place

with lazily(__name__):
    from dispatch.desk.roads import road_engines
    from dispatch.travel import roadmap


class Atlas:
    """Ways and roads for the maps of a store. Both may take a while: call them from a thread. Neither ever raises."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ways: dict[tuple[Place | None, ...], tuple[Way, ...]] = {}

    def ways(self, route: DayRoute) -> tuple[Way, ...]:
        """The way of each leg; nothing without a road engine, or while none can be asked."""
        legs = route.legs
        stops = (*(origin for origin, _, _ in legs), *(place for _, place, _ in legs[-1:]))
        if stops in self._ways:
            return self._ways[stops]
        try:
            if not stops or not road_times.sources(settings.firm(self._store)):
                return ()
            routed, _ = road_engines.route(self._store, stops, self._store.clock.now())
        except StoreFault:
            return ()
        ways = tuple(leg.path for leg in routed)
        if any(ways):
            self._ways[stops] = ways
        return ways

    def roads(self, box: Box, metres: float) -> list[Road]:
        """The roads in a part of the earth for a view of so many metres a dot; nothing without an extract."""
        return roadmap.roads_in(box, metres)
