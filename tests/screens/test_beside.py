"""What stands beside a list where there is room, and where what a screen says for a moment stands."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast, ToastRack

from dispatch.app import DispatchApp
from dispatch.desk.book import editing
from dispatch.desk.plan import schedule
from screens.log.visit_record import RecordPane
from screens.visit.day import DayScreen
from tests.desk.conftest import DAY, Office, at, harbor
from tests.screens.test_screens import opened, press, settled, until_true
from widgets.bars import KeyBar, StatusBar
from widgets.checklist import ChecklistView
from widgets.map.view import MapView


@pytest.fixture
def planned(office: Office) -> Office:
    """Ana has two visits."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:30"))
    return office


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def test_my_day_has_the_stop_and_its_map_beside_the_stops_where_there_is_room(planned: Office) -> None:
    async with opened(planned.ana, "day", (120, 36)) as pilot:
        await until_true(pilot, lambda: pilot.app.screen.query(MapView))
        await until_true(pilot, lambda: shown(pilot).count("②") == 1)
        stops, there = pilot.app.screen.query_one("#stops"), pilot.app.screen.query_one("#there")
        assert stops.region.right <= there.region.x
        assert stops.region.height == there.region.height
        assert stops.has_focus
        await press(pilot, "tab", "down")
        assert stops.has_focus, "the map takes no key"


@pytest.mark.parametrize("size", [(80, 24), (45, 20)])
async def test_a_narrow_day_has_no_map_and_the_whole_number(planned: Office, size: tuple[int, int]) -> None:
    contact = "The office of Harbor Dental; +1 614 555 0100"
    editing.edit(planned.lee, "client", harbor(planned), {"contacts": contact})
    async with opened(planned.ana, "day", size) as pilot:
        await settled(pilot)
        assert not pilot.app.screen.query(MapView)
        lines = shown(pilot).splitlines()
        assert any("+1 614 555 0100" in line for line in lines), lines
        assert lines[-1].startswith(" space en route")


async def test_a_day_of_which_nothing_is_placed_has_no_map(planned: Office) -> None:
    planned.store.conn.execute("UPDATE site SET lat = NULL, lon = NULL")
    async with opened(planned.ana, "day", (120, 36)) as pilot:
        assert isinstance(pilot.app.screen, DayScreen)
        pilot.app.screen._show_map()
        await settled(pilot)
        assert not pilot.app.screen.query(MapView)


async def test_the_log_has_the_record_beside_its_rows_once_the_cursor_rests(planned: Office) -> None:
    async with opened(planned.lee, "log", (160, 45)) as pilot:
        await until_true(pilot, lambda: pilot.app.screen.query(RecordPane))
        record = pilot.app.screen.query_one(RecordPane)
        await until_true(pilot, lambda: record.reference == "R1")
        assert "R1" in record.render_line(0).text
        await press(pilot, "down")
        await until_true(pilot, lambda: record.reference == "R2")
        assert pilot.app.screen.listed.has_focus


async def test_a_log_without_that_room_has_no_record(planned: Office) -> None:
    async with opened(planned.lee, "log", (120, 36)) as pilot:
        await press(pilot, "down")
        await settled(pilot)
        assert not pilot.app.screen.query(RecordPane)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
@pytest.mark.parametrize("key", ["home", "end"])
async def test_a_note_hides_nothing_that_is_needed(office: Office, size: tuple[int, int], key: str) -> None:
    office.on_site()
    app = DispatchApp(office.ana, "day", day=DAY)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        await until_true(pilot, lambda: pilot.app.screen.query(ChecklistView))
        await press(pilot, key)
        screen = pilot.app.screen
        screen.say("Nothing runs here: `space` answers it.", "warning")
        rack = screen.get_child_by_type(ToastRack)
        await until_true(pilot, lambda: any(toast.region.height for toast in rack.query(Toast)))
        note = rack.query_one(Toast).region
        assert note.height == 1
        for kept in (StatusBar, KeyBar, "#foot"):
            assert not note.overlaps(screen.query_one(kept).region), kept
        view = screen.query_one(ChecklistView)
        assert view.region.contains_region(note)
        assert view.cursor_place is not None
        assert note.y != (view.content_region.offset + view.cursor_place).y
