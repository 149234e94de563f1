"""The map of a day over a whole screen: zoomed and moved by keys."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.geometry import Offset, Size

from dispatch.model.maps import DayRoute
from dispatch.model.travel import DistanceUnit
from widgets.lines.ink import Line, cut, fitted, ink
from widgets.lines.lines_pane import LinesPane
from widgets.lines.marks import marks_of
from widgets.map.day_map import MapPicture, foot_of, not_placed_text, picture_of
from widgets.map.projection import MapProjection
from widgets.map.surveying import FindRoads, FindWays, Land, Surveyor, WantedMap, survey

ZOOM = 1.5
"""How many times nearer, or farther, a key brings the map."""
STEP = 8
"""The part of the map that an arrow moves it by."""
NAMED = 40
"""Columns from which the stops are named."""


class MapView(LinesPane, can_focus=True):
    """A route with its stops, numbered and named; below it the scale, and what could not be placed."""

    DEFAULT_CSS = """
    MapView { overflow: hidden hidden; }
    """
    BINDINGS = [
        Binding("left,h", "pan(-1, 0)", "West", show=False, id="map.left"),
        Binding("right,l", "pan(1, 0)", "East", show=False, id="map.right"),
        Binding("up,k", "pan(0, -1)", "North", show=False, id="map.up"),
        Binding("down,j", "pan(0, 1)", "South", show=False, id="map.down"),
    ]

    _route: DayRoute | None = None
    _unit: DistanceUnit = "mi"
    _selected: int | None = None
    _view: MapProjection | None = None
    _surveyor: Surveyor | None = None
    _land: Land | None = None
    _picture = MapPicture(())

    def set_sources(self, find_roads: FindRoads | None, find_ways: FindWays | None) -> None:
        """Say who knows roads and ways."""
        self._surveyor = Surveyor(self, self.rebuild, find_roads, find_ways)

    def set_route(self, route: DayRoute, unit: DistanceUnit, selected: int | None = None) -> None:
        """Show a route; another one than before is shown whole. The number of the visit `selected` stands out."""
        if self._route is None or route != self._route:
            if self._route is None or route.technician != self._route.technician or route.places != self._route.places:
                self._view = self._land = None
            self._route = route
        if selected != self._selected and self._view is not None:
            self._view = self._to_sight(self._view, selected)
        self._unit, self._selected = unit, selected
        self.rebuild()

    def _to_sight(self, view: MapProjection, selected: int | None) -> MapProjection:
        """The view moved to the selected stop, where that lies beyond its edge."""
        stops = self._route.stops if self._route is not None else ()
        place = next((stop.place for stop in stops if stop.visit_id == selected), None)
        if place is None:
            return view
        x, y = view.point(place)
        inside = 0 <= x < view.width and 0 <= y < view.height
        return view if inside else view._replace(lat=place.lat, lon=place.lon)

    @property
    def view(self) -> MapProjection | None:
        """What is in view; None where nothing is placed."""
        return self._view or (self._land.view if self._land is not None else None)

    def zoom(self, times: int) -> None:
        """Go so many steps nearer; negative: farther."""
        if (view := self.view) is not None:
            self._view = view.zoomed(ZOOM**-times)
            self.rebuild()

    def show_all(self) -> None:
        """Show the whole route again."""
        self._view = None
        self.rebuild()

    def action_pan(self, across: int, down: int) -> None:
        """Move the view east and south by a part of its size."""
        if (view := self.view) is not None:
            self._view = view.moved(across * view.width / STEP, down * view.height / STEP)
            self.rebuild()

    def fit(self) -> None:
        """Keep the middle and the scale in the new size; a view of the whole route is fitted again."""
        width, height = self._map_size
        if self._view is not None and width and height:
            self._view = self._view._replace(width=width * 2, height=height * 4)
        super().fit()

    @property
    def _map_size(self) -> Size:
        width, height = self.view_size
        return Size(width, max(0, height - 1 - bool(self._route is not None and self._route.not_placed)))

    def rebuild(self) -> None:
        """Draw the map again, where it is another one."""
        super().rebuild()
        self.place_cursor()

    def lines(self, width: int) -> Sequence[Line]:
        """The map, what could not be placed, and the foot."""
        columns, rows = self._map_size
        if self._route is None or not columns or not rows:
            return self._built
        wanted = WantedMap(self._route, columns, rows, self._view)
        land = self._surveyor.land(wanted) if self._surveyor is not None else survey(wanted)
        if self._surveyor is not None and not self._surveyor.has(wanted):
            if self._land is not None and self._land.ground is not None and self._land.view.width == columns * 2:
                return self._built  # with its roads in a moment: until then what was there stays
            land = survey(wanted)
        self._land = land
        marks = marks_of(self.ascii)
        if land is None:
            empty = "No visits this day." if not self._route.stops else "No stop of this day has coordinates."
            self._picture = MapPicture((fitted((ink(empty, "dim"),), columns),))
        else:
            self._picture = picture_of(
                land.route, land.view, marks, land.ground, selected=self._selected, names=columns >= NAMED
            )
        view = land.view if land is not None else None
        lines = [*self._picture.lines, *[fitted((), columns)] * (rows - len(self._picture.lines))]
        if text := not_placed_text(self._route):
            lines.append(cut((ink(text, "warn"),), columns))
        return [*lines, foot_of(view, self._picture, self._unit, marks, columns)]

    @property
    def cursor_place(self) -> Offset | None:
        """The number of the selected stop."""
        return None if self._picture.here is None else Offset(*self._picture.here)
