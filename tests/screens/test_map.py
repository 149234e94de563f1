"""The map on the screen: in the board's pane, over the whole screen, and its links."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from dispatch.desk.plan import schedule
from dispatch.desk.roads.maps import Atlas
from dispatch.desk.session.viewer import browser_is_here, open_link
from dispatch.model.boards import BoardVisit
from dispatch.model.maps import Box, DayRoute, Road, Way
from dispatch.model.travel import Place
from screens.board.map import MapScreen
from screens.files import browser
from screens.files.browser import LinkDialog
from screens.visit.visit import VisitScreen
from tests.desk.conftest import DAY, Office, at
from tests.quick import first_of
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.lines.line_list import LineList
from widgets.map.view import MapView
from widgets.route_pane import RoutePane
from widgets.timeline.view import Timeline

ROAD = Road(0, [(39.8, -83.2), (40.2, -82.7)])


@pytest.fixture(autouse=True)
def far_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A terminal without a display, on a machine without drawn roads."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "here there")
    monkeypatch.setenv("DISPATCH_ROADS", str(tmp_path))


@pytest.fixture
def planned(office: Office) -> Office:
    """Ana has two visits."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:30"))
    return office


def text(widget: RoutePane | MapView | LineList[BoardVisit]) -> str:
    return "\n".join(widget.render_line(y).text for y in range(widget.size.height))


async def on_map(pilot: Pilot[None]) -> MapView:
    await pilot.press("M")
    await until(pilot, MapScreen)
    view = pilot.app.screen.query_one(MapView)
    await until_true(pilot, lambda: "①" in text(view))
    return view


async def test_the_route_pane_has_a_map_where_it_has_room(planned: Office) -> None:
    async with opened(planned.dana, "board", (120, 36)) as pilot:
        pane = pilot.app.screen.query_one(RoutePane)
        await until_true(pilot, lambda: "⌂" in text(pane).splitlines()[1] or text(pane).count("①") == 2)
        lines = text(pane).splitlines()
        assert text(pane).count("②") == 2, "in the list and on the map"
        assert "M map" in lines[-1]
        assert "├" in lines[-1]
        assert "est" in lines[1]
        await press(pilot, "down")
        await until_true(pilot, lambda: "①" not in text(pane))


async def test_a_narrow_pane_has_the_legs_only(planned: Office) -> None:
    async with opened(planned.dana, "board", (104, 36)) as pilot:
        await press(pilot, "left")
        pane = pilot.app.screen.query_one(RoutePane)
        assert "M map" not in text(pane)
        assert text(pane).count("①") == 1


async def test_the_cursor_changes_the_selection_and_not_the_map(planned: Office) -> None:
    async with opened(planned.dana, "board") as pilot:
        pane = pilot.app.screen.query_one(RoutePane)
        await until_true(pilot, lambda: text(pane).count("①") == 2)
        before = text(pane)
        timeline = pilot.app.screen.query_one(Timeline)
        first = timeline.selected
        await press(pilot, "right")
        assert timeline.selected != first
        assert text(pane) == before


async def test_roads_are_drawn_below_and_credited(planned: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def roads(self: Atlas, box: Box, metres: float) -> list[Road]:
        asked.append(metres)
        return [ROAD]

    monkeypatch.setattr(Atlas, "roads", roads)
    async with opened(planned.dana, "board") as pilot:
        pane = pilot.app.screen.query_one(RoutePane)
        await until_true(pilot, lambda: "OpenStreetMap" in text(pane))
        count = len(asked)
        await press(pilot, "right", "left")
        assert len(asked) == count, "the roads of a route are asked for once"


async def test_known_ways_are_drawn(planned: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def ways(self: Atlas, route: DayRoute) -> tuple[Way, ...]:
        return tuple((Place(39.9, -83.1), Place(40.1, -82.8)) for _ in route.legs)

    monkeypatch.setattr(Atlas, "ways", ways)
    async with opened(planned.dana, "board") as pilot:
        view = await on_map(pilot)
        await until_true(pilot, lambda: "OpenStreetMap" in text(view))


@first_of("size", [(120, 36), (45, 20), (200, 50), (80, 24)], 2)
async def test_the_map_fills_the_screen_at_every_size(planned: Office, size: tuple[int, int]) -> None:
    async with opened(planned.dana, "board", size) as pilot:
        view = await on_map(pilot)
        shown = text(view)
        assert "①" in shown
        assert "②" in shown
        assert "├" in shown.splitlines()[-1]
        legs = pilot.app.screen.query_one(LineList)
        assert legs.display == (size[0] >= 76)
        await press(pilot, "tab")
        assert legs.display
        assert "min" in text(legs)
        assert view.display == (size[0] >= 76)


async def test_the_map_is_zoomed_moved_and_fitted_again(planned: Office) -> None:
    async with opened(planned.dana, "board") as pilot:
        view = await on_map(pilot)
        whole = view.view
        assert whole is not None
        await press(pilot, "z", "z")
        assert view.view is not None
        assert view.view.metres < whole.metres / 2
        await press(pilot, "left", "up")
        assert view.view.lon < whole.lon
        assert view.view.lat > whole.lat
        await press(pilot, "Z")
        await press(pilot, "0")
        assert view.view == whole


async def test_a_leg_is_chosen_comes_to_sight_and_opens(planned: Office) -> None:
    async with opened(planned.dana, "board", (120, 36)) as pilot:
        view = await on_map(pilot)
        view.zoom(6)
        for _ in range(12):
            view.action_pan(1, 0)
        await settled(pilot)
        assert "②" not in text(view)
        await press(pilot, "tab", "down")
        legs = pilot.app.screen.query_one(LineList)
        assert legs.selected is not None
        assert legs.selected.reference == "R2"
        assert "②" in text(view)
        await pilot.press("enter")
        await until(pilot, VisitScreen)


async def test_another_day_and_back(planned: Office) -> None:
    async with opened(planned.dana, "board") as pilot:
        view = await on_map(pilot)
        await press(pilot, "]")
        assert pilot.app.day == DAY + datetime.timedelta(days=1)  # type: ignore[attr-defined]
        assert "①" not in text(view)
        assert "no visits this day" in text(pilot.app.screen.query_one(LineList))
        await press(pilot, "[")
        await until_true(pilot, lambda: "①" in text(view))
        await press(pilot, "escape")
        assert pilot.app.screen.query(Timeline)


async def test_without_a_display_the_link_is_shown_and_copied(planned: Office) -> None:
    async with opened(planned.dana, "board") as pilot:
        await pilot.press("o")
        await until(pilot, LinkDialog)
        (link,) = pilot.app.screen._links
        assert link.startswith("https://www.google.com/maps/dir/?api=1&origin=")
        await pilot.press("enter")
        await until_true(pilot, lambda: pilot.app.clipboard == link)
        assert pilot.app.screen.query(Timeline)


async def test_with_a_display_the_browser_takes_it(planned: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(browser, "browser_is_here", lambda: True)
    monkeypatch.setattr(browser, "open_link", lambda link: taken.append(link) or True)
    async with opened(planned.dana, "board") as pilot:
        await press(pilot, "o")
        await until_true(pilot, lambda: taken)
        assert not isinstance(pilot.app.screen, LinkDialog)


async def test_a_browser_that_does_not_open_shows_the_link(planned: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "browser_is_here", lambda: True)
    monkeypatch.setattr(browser, "open_link", lambda link: False)
    async with opened(planned.dana, "board") as pilot:
        await pilot.press("o")
        await until(pilot, LinkDialog)


@pytest.mark.parametrize(
    ("size", "link"), [((45, 20), "o opens it"), ((80, 24), "https://www.openstreetmap.org/?mlat=")]
)
async def test_my_day_shows_links_in_whole_and_the_next_step(planned: Office, size: tuple[int, int], link: str) -> None:
    async with opened(planned.ana, "day", size) as pilot:
        shown = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert "geo:39." in shown
        assert link in shown
        assert [line for line in shown.splitlines() if "openstreetmap" in line and "&zoom=" not in line] == []
        assert "space en route" in shown


async def test_my_day_leads_to_the_stop_and_to_the_map(planned: Office) -> None:
    async with opened(planned.ana, "day", (80, 24)) as pilot:
        await pilot.press("o")
        await until(pilot, LinkDialog)
        assert pilot.app.screen._links[0].startswith("https://www.openstreetmap.org/?mlat=")
        await pilot.press("escape")
        await until_true(pilot, lambda: not isinstance(pilot.app.screen, LinkDialog))
        await on_map(pilot)


async def test_nobody_selected_is_said(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab", "M", "o")
        assert not isinstance(pilot.app.screen, (MapScreen, LinkDialog))


@pytest.mark.parametrize(
    ("environment", "platform", "here"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a b"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
    ],
)
def test_a_browser_is_here_only_in_front_of_the_person(environment: dict[str, str], platform: str, here: bool) -> None:
    assert browser_is_here(environment, platform) is here


def test_a_link_is_handed_to_the_browser_of_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, program = tmp_path / "taken", tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {taken}\n')
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))
    assert open_link("https://example.org/?a=1&b=$(id)")
    assert taken.read_text() == "https://example.org/?a=1&b=$(id)"
    monkeypatch.setenv("BROWSER", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not open_link("https://example.org/")
