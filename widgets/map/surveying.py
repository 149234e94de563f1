"""What a map needs to know and cannot know at once: the ways between stops, and the roads below them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatch.model.maps import Box, DayRoute, Road, Way
from widgets.map.braille import BrailleCanvas
from widgets.map.day_map import ground_of, view_of
from widgets.map.projection import MapProjection

if TYPE_CHECKING:
    from textual.widget import Widget

FindRoads = Callable[[Box, float], Sequence[Road]]
"""The roads in a part of the earth for a view of so many metres a dot. May take a while, and is asked in a thread."""
FindWays = Callable[[DayRoute], tuple[Way, ...]]
"""The ways of the legs of a route, none where no engine knows them. May take a while, and is asked in a thread."""
KEPT = 48
"""How many maps are remembered."""


class WantedMap(NamedTuple):
    """A map of a route in so many cells; in `view`, or where that is None showing all of it."""

    route: DayRoute
    columns: int
    rows: int
    view: MapProjection | None = None


class Land(NamedTuple):
    """What a map is drawn from. `ground` is None where there are no roads to draw."""

    route: DayRoute
    view: MapProjection
    ground: BrailleCanvas | None = None


def survey(wanted: WantedMap, find_roads: FindRoads | None = None, find_ways: FindWays | None = None) -> Land | None:
    """Find out all that can be known, where nobody is named without asking. None: nothing of the route is placed."""
    route = wanted.route
    if find_ways is not None and not route.ways and route.legs:
        route = route._replace(ways=find_ways(route))
    view = wanted.view or view_of(route, wanted.columns, wanted.rows)
    if view is None:
        return None
    roads = find_roads(view.box, view.metres) if find_roads is not None else ()
    return Land(route, view, ground_of(view, roads) if roads else None)


class Surveyor:
    """Surveys for a widget, one after the other and away from the interface. What nobody wants any more is left out."""

    def __init__(
        self,
        widget: Widget,
        show: Callable[[], None],
        find_roads: FindRoads | None = None,
        find_ways: FindWays | None = None,
    ) -> None:
        """`show` is called when something was found."""
        self._widget, self._show = widget, show
        self._find_roads, self._find_ways = find_roads, find_ways
        self._known: dict[WantedMap, Land | None] = {}
        self._wanted: WantedMap | None = None
        self._busy = False

    def land(self, wanted: WantedMap) -> Land | None:
        """What is known of a map; what is not is found out, and then `show` is called. `has` tells the two apart."""
        self._wanted = wanted
        if wanted in self._known:
            self._known[wanted] = self._known.pop(wanted)
            return self._known[wanted]
        if not self._busy:
            self._busy = True
            self._widget.run_worker(self._work(), group="surveying")
        return None

    def has(self, wanted: WantedMap) -> bool:
        """Whether a map has been surveyed."""
        return wanted in self._known

    def forget(self) -> None:
        """Forget all maps: there may be other roads and ways now."""
        self._known.clear()

    async def _work(self) -> None:
        try:
            while (wanted := self._wanted) is not None and wanted not in self._known:
                land = await asyncio.to_thread(survey, wanted, self._find_roads, self._find_ways)
                self._known[wanted] = land
                while len(self._known) > KEPT:
                    del self._known[next(iter(self._known))]
                self._show()
        finally:
            self._busy = False
