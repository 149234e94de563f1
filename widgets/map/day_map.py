"""A technician's day as a map: the route in one bright colour, numbered stops, home, dim roads below. Pure drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatch.model.maps import ATTRIBUTION, DayRoute, Road, RouteStop
from dispatch.model.text import cells_of, show
from dispatch.model.travel import DistanceUnit, Place
from widgets.lines.ink import Line, Span, ink, spread, width_of
from widgets.lines.marks import ASCII, Marks, stop_mark
from widgets.map.braille import ACROSS, DOWN, BrailleCanvas, Layer
from widgets.map.projection import MapProjection, fitted, scale_bar

STREETS, ROADS, ROUTE, ROUTE_HERE = range(4)
LAYERS = (
    Layer("street"),
    Layer("road"),
    Layer("info", hides=ROUTE, shapes="+++"),
    Layer("mark", hides=ROUTE, shapes="###"),
)
GREAT = 1
"""The lowest class of road that is drawn as a great one: primary roads."""
NAME_CELLS = 20
"""What a stop's name may take on the map."""
BAR_CELLS = 12
"""What the bar of the scale may take."""
_AROUND = sorted(
    ((across, down) for across in range(-8, 9) for down in range(-4, 5)),
    key=lambda step: (step[0] ** 2 + 4 * step[1] ** 2, step[1], -step[0]),
)
"""Cells around a place, the nearest first: to the right and the left before above and below."""


class MapPicture(NamedTuple):
    """A drawn map. `credited`: something of OpenStreetMap is on it, and its attribution has to stand beside it.

    `here` is the column and row of the number of the selected stop.
    """

    lines: tuple[Line, ...]
    credited: bool = False
    here: tuple[int, int] | None = None


def view_of(route: DayRoute, columns: int, rows: int) -> MapProjection | None:
    """The view of so many cells that shows a whole route; None where nothing of it is placed."""
    # a cell all around for the numbers, and a little air where there is room
    across, down = ACROSS * (1 + columns // 24), DOWN * (1 + rows // 24)
    places = [*route.places, *(place for way in route.ways for place in way)]
    return fitted(places, columns * ACROSS, rows * DOWN, across=across, down=down)


def ground_of(view: MapProjection, roads: Iterable[Road]) -> BrailleCanvas:
    """A canvas with the roads in a view, for maps to be drawn on."""
    canvas = BrailleCanvas(view.width // ACROSS, view.height // DOWN, LAYERS)
    for road in roads:
        canvas.path(view.track(road.points), ROADS if road.rank <= GREAT else STREETS)
    return canvas


def picture_of(
    route: DayRoute,
    view: MapProjection,
    marks: Marks,
    ground: BrailleCanvas | None = None,
    *,
    selected: int | None = None,
    drive: bool = True,
    names: bool = False,
) -> MapPicture:
    """A route in a view.

    A way that a road engine knows is a line, and where none is known a thinner one goes straight from stop to stop:
    dotted, or over roads half as wide as the ways.

    Args:
        ground: roads in exactly this view, by `ground_of`; it is not drawn on.
        selected: id of the visit whose number stands out.
        drive: whether the drive to it stands out too.
        names: whether the stops are named too, where there is room.
    """
    canvas = ground.copy() if ground is not None else BrailleCanvas(view.width // ACROSS, view.height // DOWN, LAYERS)
    for number, (origin, place, stop) in enumerate(route.legs):
        way = route.ways[number] if number < len(route.ways) else ()
        here = drive and stop is not None and stop.visit_id == selected
        layer, bold = ROUTE_HERE if here else ROUTE, ground is not None
        if way:
            canvas.path(view.track([(point.lat, point.lon) for point in way]), layer, bold=bold)
        elif origin is not None and place is not None:
            # the same dots there and back: the gaps of one would be filled by the other
            straight = view.track(sorted([(origin.lat, origin.lon), (place.lat, place.lon)]))
            canvas.path(straight, layer, every=1 if bold else 2)
    placed: list[tuple[RouteStop, int, int]] = []
    for home in filter(None, (route.home, route.ends)):
        _mark(canvas, view, home, marks.home, "strong")
    for stop in route.stops:
        name = "cursor" if stop.visit_id == selected else "mark" if stop.driven else "dim"
        # a blank behind two digits: four of two stops would be one number
        mark = stop_mark(marks, stop.number)
        text = mark if cells_of(mark) == 1 else f"{mark} "
        if stop.place is not None and (at := _mark(canvas, view, stop.place, text, name)):
            placed.append((stop, *at))
    if names:
        # the selected one first, so that it is named where there is room for one only
        for stop, column, row in sorted(placed, key=lambda place: place[0].visit_id != selected):
            _name(canvas, stop, column, row, cells_of(stop_mark(marks, stop.number)), here=stop.visit_id == selected)
    credited = ground is not None or any(route.ways)
    at = next(((column, row) for stop, column, row in placed if stop.visit_id == selected), None)
    return MapPicture(canvas.lines(ascii=marks is ASCII), credited, at)


def foot_of(
    view: MapProjection | None,
    picture: MapPicture,
    unit: DistanceUnit,
    marks: Marks,
    width: int,
    hints: Sequence[tuple[str, str]] = (),
) -> Line:
    """The line below a map: the bar of the scale, keys with their words, the attribution where it has to stand.

    What has no room is left out from the keys first, then the scale; the attribution is shortened and stays.
    """
    parts: list[tuple[Span, ...]] = []
    if view is not None:
        text, cells = scale_bar(view.metres, unit, min(BAR_CELLS, max(6, view.width // ACROSS // 4)))
        begin, inside, end = marks.scale
        parts.append((ink(f"{text} ", "dim"), ink(begin + inside * max(0, cells - 2) + end, "dim")))
    parts += [(ink(key, "key"), ink(f" {word}", "dim")) for key, word in hints]
    right: tuple[Span, ...] = ()
    if picture.credited:
        text = ATTRIBUTION.replace("©", "(c)") if marks is ASCII else ATTRIBUTION
        scale = width_of(parts[0]) + 2 if view is not None else 0
        # the guideline of OpenStreetMap lets a small map say the name alone
        right = (ink(text if cells_of(text) + scale <= width else text.removesuffix(" contributors"), "dim"),)
    room = width - (width_of(right) + 2 if right else 0)
    while parts and sum(width_of(part) + 3 for part in parts) - 3 > room:
        parts.pop()
    line: list[Span] = []
    for part in parts:
        line += [ink("   "), *part] if line else part
    return spread(line, right, width, 2)


def not_placed_text(route: DayRoute) -> str:
    """The stops that are on no map, in words; empty where all are."""
    return "not placed: " + ", ".join(stop.name for stop in route.not_placed) if route.not_placed else ""


def _mark(canvas: BrailleCanvas, view: MapProjection, place: Place, text: str, name: str) -> tuple[int, int] | None:
    """Write a mark at a place, or as near to it as there is room; returns where it stands."""
    x, y = view.point(place)
    column, row = int(x // ACROSS), int(y // DOWN)
    if not canvas.has_cell(column, row):
        return None
    for across, down in _AROUND:
        if canvas.label(column + across, row + down, text, name):
            return column + across, row + down
    return None


def _name(canvas: BrailleCanvas, stop: RouteStop, column: int, row: int, cells: int, *, here: bool) -> None:
    """Write a stop's name beside its number, where it hides neither another label nor, unless selected, the route."""
    text = show(stop.name, NAME_CELLS)
    width = cells_of(text)
    places = (
        (column + cells + 1, row), (column - width - 1, row),
        (column - width // 2, row - 1), (column - width // 2, row + 1),
    )  # fmt: skip
    for hides_route in (False, True) if here else (False,):
        for left, line in places:
            over = any(
                canvas.inked(cell, line, layer) for cell in range(left, left + width) for layer in (ROUTE, ROUTE_HERE)
            )
            if (hides_route or not over) and canvas.label(left, line, text, "mark" if here else "word"):
                return
