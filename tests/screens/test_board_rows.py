"""The panes and the rows of the board."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from dispatch.desk.day import nearby
from dispatch.desk.day.glance import BoardOrder
from dispatch.desk.plan import schedule
from screens.board.board import BoardScreen
from screens.dialogs.questions import AskText, Choose
from tests.desk.conftest import Office, at
from tests.screens.test_phone import write
from tests.screens.test_screens import opened, press, settled, until
from tests.screens.test_told import told
from widgets.bars import Separator, StatusBar
from widgets.lines.ink import text_of
from widgets.queue import Queue
from widgets.timeline.view import Timeline
from widgets.visit_detail import VisitDetail


async def test_the_lower_pane_folds(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board", size=(120, 36)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        upper, lower = screen.query_one("#upper"), screen.query_one("#lower")
        before = upper.size.height
        await press(pilot, "Z")
        await settled(pilot)
        assert not lower.display
        assert upper.size.height == before + 11
        await press(pilot, "Z")
        await settled(pilot)
        assert lower.display
        assert upper.size.height == before


async def test_the_lower_pane_folds_by_itself_while_there_is_nothing_in_it(office: Office) -> None:
    async with opened(office.dana, "board", size=(120, 36)) as pilot:
        lower = pilot.app.screen.query_one("#lower")
        await settled(pilot)
        assert lower.size.height == 3, "what to do on an empty day is said"
        await press(pilot, "tab")
        await settled(pilot)
        assert lower.size.height == 11, "a request is shown in full"
        await press(pilot, "tab")
        await settled(pilot)
        assert lower.size.height == 3


@pytest.mark.parametrize(("size", "rows", "folded"), [((120, 36), 24, 32), ((80, 24), 16, 20), ((45, 20), 12, 16)])
async def test_so_many_of_forty_technicians_are_in_sight(
    office: Office, size: tuple[int, int], rows: int, folded: int
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board", size=size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        assert screen.board is not None
        first, *_ = screen.board.rows
        many = (first, *(first._replace(technician_id=1000 + n, name=f"T{n:02}") for n in range(39)))

        def in_sight() -> int:
            timeline = screen.query_one(Timeline)
            lines = [timeline.render_line(y).text for y in range(timeline.size.height)]
            return sum(line.startswith((" Ana Ruiz", " T")) for line in lines)

        screen.show_board(screen.board._replace(rows=many))
        await settled(pilot)
        assert in_sight() == rows
        said = text_of(screen.query_one(Separator).line_at(0, size[0]) or ())
        assert said.startswith(f" ▼ {40 - rows} technicians below")
        await press(pilot, "Z")
        await settled(pilot)
        assert in_sight() == folded


def names(screen: BoardScreen) -> list[str]:
    return [row.name for row in screen.query_one(Timeline).cursor.rows]


async def filtered(pilot: Pilot[None], words: str) -> BoardScreen:
    await press(pilot, "slash")
    await until(pilot, AskText)
    await write(pilot, words)
    await press(pilot, "enter")
    await until(pilot, BoardScreen)
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, BoardScreen)
    return screen


async def test_a_filter_goes_to_its_first_match_and_dims_the_rest(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "home")
        screen = await filtered(pilot, "r2")
        timeline = screen.query_one(Timeline)
        assert names(screen) == ["Ben Okafor"]
        assert screen.visit_here() is not None
        assert (timeline.selected and timeline.selected.reference) == "R2"
        assert (screen.query_one(VisitDetail).visit or timeline.selected).reference == "R2"  # type: ignore[union-attr]
        await press(pilot, "escape")
        assert names(screen) == ["Ana Ruiz", "Ben Okafor"]
        await filtered(pilot, "ana ruiz")
        assert (timeline.selected and timeline.selected.reference) == "R1", "all of a technician's"
        await press(pilot, "escape")
        await filtered(pilot, "nobody has this")
        assert names(screen) == []
        assert any("Nothing here holds" in said for said in told(pilot))


async def test_a_filter_that_only_the_queue_holds_goes_there(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        screen = await filtered(pilot, "r2")
        queue = screen.query_one(Queue)
        assert queue.has_focus
        assert (queue.selected and queue.selected.reference) == "R2"


async def test_rows_are_narrowed_by_who_is_free_and_by_who_has_not_set_out(office: Office) -> None:
    office.go("08:55")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("13:00"))
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    schedule.dispatch(office.dana, "R2")
    async with opened(office.dana, "board") as pilot:
        assert names(await filtered(pilot, "not set out")) == ["Ben Okafor"]
        await press(pilot, "escape")
        assert names(await filtered(pilot, "free now")) == ["Ana Ruiz"]
        await press(pilot, "escape")
        screen = await filtered(pilot, "ben r2")
        assert names(screen) == ["Ben Okafor"], "some words of the technician, some of the visit"


async def test_the_rows_stand_in_the_order_that_is_chosen(office: Office) -> None:
    office.go("08:55")
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    schedule.dispatch(office.dana, "R2")
    async with opened(office.dana, "board") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        seen = []
        for _ in range(5):
            said = text_of(screen.query_one(StatusBar).line_at(0, 120) or ())
            seen.append((names(screen), next((order for order in BoardOrder if order in said), None)))
            await press(pilot, "S")
        assert [order for _, order in seen] == [None, *list(BoardOrder)[1:], None]
        assert seen[0][0] == ["Ana Ruiz", "Ben Okafor"]
        assert seen[2][0] == ["Ana Ruiz", "Ben Okafor"]
        assert seen[3][0] == ["Ben Okafor", "Ana Ruiz"]
        await press(pilot, "S", "S")
        screen.places.point_at(technician_id=office.ana.staff.id)
        await settled(pilot)
        row = screen.row_here()
        assert row is not None
        assert row.name == "Ana Ruiz", "found where it stands now"


async def test_who_is_near_is_chosen_and_taken_in_hand(office: Office) -> None:
    office.go("09:00")
    async with opened(office.dana, "board") as pilot:
        screen = await filtered(pilot, "r2")
        await press(pilot, "f")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until(pilot, BoardScreen)
        await settled(pilot)
        ghost = screen.query_one(Timeline).ghost
        assert ghost is not None
        first = nearby.nearby(office.store, "R2")[0]
        assert ghost.visit.reference == "R2"
        assert first.arrival <= ghost.start < first.arrival + 300
