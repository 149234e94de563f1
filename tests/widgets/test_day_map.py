"""The map of a day: what is on it, and what must never be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.maps import ATTRIBUTION, DayRoute, Road, RouteStop, Way, route_of
from dispatch.model.states import State
from dispatch.model.travel import Place
from tests.widgets.boards import replace, sample_board
from widgets.lines.ink import Line, text_of, width_of
from widgets.lines.marks import ASCII, UNICODE, Marks
from widgets.map.day_map import MapPicture, foot_of, ground_of, not_placed_text, picture_of, view_of
from widgets.map.projection import MapProjection

HOME = Place(39.96, -83.0)
EAST, NORTH, FAR = Place(39.96, -82.9), Place(40.05, -83.0), Place(40.05, -82.9)
ROADS = [Road(0, [(39.9, -83.2), (40.1, -82.8)]), Road(4, [(40.0, -83.1), (40.0, -82.8)])]


def route(*places: Place | None, home: Place | None = HOME, ways: tuple[Way, ...] = (), name: str = "Stop") -> DayRoute:
    stops = tuple(RouteStop(n, n, f"{name} {n}", place) for n, place in enumerate(places, start=1))
    return DayRoute("Ana Ruiz", home, stops, ways)


def drawn(
    day: DayRoute, columns: int = 30, rows: int = 12, marks: Marks = UNICODE, roads: bool = False, **more: object
) -> MapPicture:
    view = view_of(day, columns, rows)
    assert view is not None
    picture = picture_of(day, view, marks, ground_of(view, ROADS) if roads else None, **more)  # type: ignore[arg-type]
    assert len(picture.lines) == rows
    assert all(width_of(line) == columns for line in picture.lines)
    return picture


def shown(picture: MapPicture) -> str:
    return "\n".join(text_of(line) for line in picture.lines)


def inks(lines: tuple[Line, ...], name: str) -> str:
    return "".join(text.rstrip() for line in lines for text, one in line if one == name)


def test_stops_are_numbered_and_home_is_marked() -> None:
    text = shown(drawn(route(EAST, NORTH, FAR)))
    assert all(text.count(mark) == 1 for mark in "①②③⌂")
    rows = text.splitlines()
    assert "②" in rows[1]
    assert "③" in rows[1], "north is up"
    assert rows[1].index("②") < rows[1].index("③"), "east is right"


def test_ascii_has_nothing_else() -> None:
    picture = drawn(route(EAST, NORTH, FAR), marks=ASCII, roads=True, selected=2, names=True)
    assert shown(picture).isascii()
    assert all(mark in shown(picture) for mark in "123^+#'")


def test_a_known_way_is_a_line_and_a_guess_is_dotted() -> None:
    way = (HOME, Place(39.96, -82.95), EAST)
    guessed, known = route(EAST, home=HOME), route(EAST, home=HOME, ways=(way, tuple(reversed(way))))
    dotted = inks(drawn(guessed).lines, "info")
    solid = inks(drawn(known).lines, "info")
    assert dotted
    assert set(solid[1:-1]) <= set("⣀⠤⠒⠉")
    assert not set(dotted) & set("⣀⠤⠒⠉")


def test_the_attribution_stands_where_something_of_openstreetmap_does() -> None:
    way = (HOME, EAST)
    assert not drawn(route(EAST)).credited
    assert drawn(route(EAST), roads=True).credited
    assert drawn(route(EAST, ways=(way, way))).credited
    view = view_of(route(EAST), 40, 10)
    credited = MapPicture((), credited=True)
    assert ATTRIBUTION in text_of(foot_of(view, credited, "mi", UNICODE, 60, [("M", "map")]))
    assert "© OpenStreetMap" in text_of(foot_of(view, credited, "mi", UNICODE, 30))
    assert "(c) OpenStreetMap contributors" in text_of(foot_of(view, credited, "mi", ASCII, 60))
    assert "OpenStreetMap" not in text_of(foot_of(view, MapPicture(()), "mi", UNICODE, 60))


def test_what_has_no_room_below_the_map_is_left_out_and_never_the_attribution() -> None:
    view, credited = view_of(route(EAST), 40, 10), MapPicture((), credited=True)
    for width in range(16, 90):
        line = foot_of(view, credited, "km", UNICODE, width, [("M", "map"), ("o", "browser")])
        assert width_of(line) == width
        assert "© OpenStreetMap" in text_of(line)
    line = foot_of(view, MapPicture(()), "km", UNICODE, 60, [("M", "map"), ("o", "browser")])
    assert text_of(line).rstrip() == "2 km ├──────┤   M map   o browser"


def test_a_stop_without_coordinates_is_named_and_never_drawn() -> None:
    day = route(EAST, None, FAR)
    text = shown(drawn(day))
    assert "②" not in text
    assert "③" in text
    assert not_placed_text(day) == "not placed: Stop 2"
    view = view_of(day, 30, 12)
    assert view is not None
    assert abs(view.lat - 40.0) < 0.1, "and is not at 0, 0"
    assert view_of(route(None, home=None), 30, 12) is None
    assert not_placed_text(route(EAST)) == ""


def test_a_day_without_stops_shows_home_alone() -> None:
    text = shown(drawn(route()))
    assert text.count("⌂") == 1
    assert set(text) == {" ", "⌂", "\n"}


def test_one_stop_without_a_home_stands_in_the_middle() -> None:
    rows = shown(drawn(route(EAST, home=None), 31, 11)).splitlines()
    assert rows[5][15] == "①"


def test_stops_of_one_building_stand_beside_each_other() -> None:
    text = shown(drawn(route(EAST, EAST, EAST, home=EAST)))
    assert all(text.count(mark) == 1 for mark in "①②③⌂")
    row = next(line for line in text.splitlines() if "⌂" in line)
    assert len(set("①②③⌂") & set(row)) >= 3


def test_ten_stops_and_more_have_their_whole_numbers() -> None:
    day = route(*(Place(39.9 + n * 0.02, -83.0 + (n % 3) * 0.05) for n in range(12)))
    for marks in (UNICODE, ASCII):
        text = shown(drawn(day, 40, 20, marks))
        assert all(text.count(number) == 1 for number in ("10", "11", "12"))


def test_the_selected_stop_and_the_drive_there_stand_out() -> None:
    picture = drawn(route(EAST, NORTH), selected=2)
    assert inks(picture.lines, "cursor") == "②"
    assert inks(picture.lines, "mark").count("①") == 1
    assert len(inks(picture.lines, "mark")) > 1
    assert picture.here is not None
    column, row = picture.here
    assert text_of(picture.lines[row])[column] == "②"
    assert drawn(route(EAST, NORTH), selected=9).here is None


def test_the_selection_changes_nothing_but_inks() -> None:
    assert shown(drawn(route(EAST, NORTH, FAR), selected=1)) == shown(drawn(route(EAST, NORTH, FAR), selected=3))


def test_names_stand_beside_numbers_where_they_hide_nothing() -> None:
    text = shown(drawn(route(EAST, NORTH, FAR), 60, 16, names=True))
    assert all(f"Stop {n}" in text for n in (1, 2, 3))
    crowded = shown(drawn(route(*[EAST] * 9), 20, 8, names=True, selected=4))
    assert "Stop 4" in crowded


def test_a_cancelled_visit_keeps_its_number_and_nobody_drives_there() -> None:
    board = sample_board()
    row = board.rows[3]
    visits = tuple(
        replace(visit, place=place, state=State.CANCELLED if n == 1 else visit.state)
        for n, (visit, place) in enumerate(zip(row.visits, (EAST, NORTH, FAR, None), strict=True))
    )
    day = route_of(replace(row, visits=visits, home=HOME))
    assert [(stop.number, stop.driven) for stop in day.stops] == [(1, True), (2, False), (3, True), (4, True)]
    assert [(origin, place) for origin, place, _ in day.legs] == [(HOME, EAST), (EAST, FAR), (FAR, None), (None, HOME)]
    assert day.waypoints() == (HOME, EAST, FAR, HOME)
    assert inks(drawn(day).lines, "dim") == "②"


def test_the_last_way_leads_to_where_the_day_ends() -> None:
    row = sample_board().rows[0]
    day = route_of(replace(row, visits=(replace(row.visits[0], place=EAST),), home=HOME, ends=FAR))
    assert [(origin, place) for origin, place, _ in day.legs] == [(HOME, EAST), (EAST, FAR)]
    assert day.waypoints() == day.places == (HOME, EAST, FAR)
    assert "".join(map(text_of, drawn(day).lines)).count(UNICODE.home) == 2


def test_roads_are_dim_and_by_class() -> None:
    lines = drawn(route(EAST, FAR), roads=True).lines
    assert inks(lines, "road")
    assert inks(lines, "street")


@given(
    st.lists(st.builds(Place, st.floats(-90, 90), st.floats(-180, 180)) | st.none(), max_size=12),
    st.integers(1, 40),
    st.integers(1, 15),
    st.text(max_size=8),
)
def test_no_day_is_drawn_beyond_the_map(places: list[Place | None], columns: int, rows: int, name: str) -> None:
    day = route(*places, home=None, name=name)
    view = view_of(day, columns, rows)
    if view is None:
        assert not day.places
        return
    picture = picture_of(day, view, UNICODE, selected=1, names=True)
    assert [width_of(line) for line in picture.lines] == [columns] * rows


@pytest.mark.parametrize("hostile", ["\x1b[2Jgone", "[red]x[/]", "a\u202eb", "\x9b31m"])
def test_hostile_names_are_text(hostile: str) -> None:
    picture = drawn(route(EAST, NORTH, name=hostile), 60, 16, names=True)
    assert not any(character in shown(picture) for character in "\x1b\x9b\u202e")


def test_a_view_elsewhere_shows_none_of_it() -> None:
    picture = picture_of(route(EAST), MapProjection(0, 0, 50, 60, 48), UNICODE, names=True)
    assert not shown(picture).strip()
