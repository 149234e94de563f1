"""The timeline in an app: cursor, scrolling, move mode, the mouse, new boards."""

import datetime
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Offset

from dispatch.model.lateness import Late
from dispatch.model.states import State
from tests.widgets.boards import clock, large_board, replace, row, sample_board
from widgets.lines.marks import TYPOGRAPHY
from widgets.themes import THEMES
from widgets.timeline.cursor import BoardCursor
from widgets.timeline.rows import FIGURES
from widgets.timeline.view import Timeline


class TimelineApp(App[None]):
    def __init__(self, board: Any, *, ascii: bool = False) -> None:
        super().__init__()
        self.board = board
        self.ascii = ascii
        self.heard: list[Any] = []

    def compose(self) -> ComposeResult:
        yield Timeline(ascii=self.ascii)

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.timeline.set_board(self.board)
        self.timeline.focus()

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    def on_timeline_visit_selected(self, event: Timeline.VisitSelected) -> None:
        self.heard.append(("selected", event.visit.client if event.visit else None, event.row))

    def on_timeline_visit_opened(self, event: Timeline.VisitOpened) -> None:
        self.heard.append(("opened", event.visit.client if event.visit else None, event.row))

    def on_timeline_ghost_moved(self, event: Timeline.GhostMoved) -> None:
        self.heard.append(("moved", event.technician_id, event.start))

    def on_timeline_ghost_placed(self, event: Timeline.GhostPlaced) -> None:
        self.heard.append(("placed", event.visit.client, event.technician_id, event.start))

    def on_timeline_ghost_dropped(self, event: Timeline.GhostDropped) -> None:
        self.heard.append(("dropped", event.visit.client))

    def on_timeline_visit_grabbed(self, event: Timeline.VisitGrabbed) -> None:
        self.heard.append(("grabbed", event.visit.client if event.visit else None))


def shown(timeline: Timeline) -> list[str]:
    return [timeline.render_line(y).text for y in range(timeline.size.height)]


def client(timeline: Timeline) -> str | None:
    return timeline.selected.client if timeline.selected else None


async def test_the_cursor_goes_along_rows_and_between_them() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        timeline = app.timeline
        assert client(timeline) == "Elm Street Law", "the first that has not ended"
        await pilot.press("right")
        assert client(timeline) == "Pine Court"
        await pilot.press("j")
        assert client(timeline) == "Dock Four Credit Union", "the nearest in time"
        await pilot.press("home")
        assert client(timeline) == "Lark & Co"
        await pilot.press("end", "end")
        assert client(timeline) == "Ferris"
        await pilot.press("h", "k")
        assert client(timeline) == "Pine Court"
        await pilot.press("enter")
        assert app.heard[0] == ("selected", "Elm Street Law", 0)
        assert app.heard[-1] == ("opened", "Pine Court", 0)


async def test_a_row_without_visits_can_be_selected() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("pagedown", "pagedown", "down")
        assert app.timeline.selected is None
        assert app.timeline.cursor.row == 5
        assert app.heard[-1] == ("selected", None, 5)
        assert app.timeline.cursor_place == Offset(0, 1 + 5 * 3)
        await pilot.press("right", "home", "enter")
        assert app.heard[-1] == ("opened", None, 5)


async def test_up_and_down_lead_back_to_the_same_visit() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("right", "pagedown", "up", "pageup")
        assert client(app.timeline) == "Pine Court"


async def test_the_terminals_cursor_is_on_the_selected_visit() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("right")
        await pilot.pause()
        place = app.cursor_position
        assert place.y == 1
        assert shown(app.timeline)[1][place.x :].startswith("▎Pine C")


async def test_the_cursor_is_always_in_sight() -> None:
    app = TimelineApp(large_board())
    async with app.run_test(size=(60, 12)) as pilot:
        timeline = app.timeline
        await pilot.press("z")
        assert timeline.zoom == 5
        for key in ("pagedown", "end", "pagedown", "home", "down", "right", "right", "pageup"):
            await pilot.press(key)
            await pilot.pause()
            place = timeline.cursor_place
            assert place is not None
            assert 1 <= place.y < 12
            name = f"Technician {timeline.cursor.row:03}"[:9]
            assert name in shown(timeline)[place.y]
            assert shown(timeline)[place.y][place.x] == "▎", key


async def test_zoom_goes_round() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        seen = []
        for _ in range(4):
            await pilot.press("z")
            await pilot.pause()
            seen.append((app.timeline.zoom, app.timeline.virtual_size.width - FIGURES))
        assert seen == [(5, 288), (15, 96), (30, 48), (0, 192)]


async def test_a_new_board_keeps_the_cursor_on_its_visit() -> None:
    board = sample_board()
    app = TimelineApp(board)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("right")
        pine = app.timeline.selected
        assert pine is not None
        ana, ben, *others = board.rows
        moved = replace(
            board,
            rows=(
                replace(ana, visits=ana.visits[:-1]),
                replace(ben, visits=(*ben.visits, replace(pine, start=clock("17:30"), end=clock("18:30")))),
                *others,
            ),
        )
        heard = len(app.heard)
        app.timeline.set_board(moved)
        await pilot.pause()
        assert (client(app.timeline), app.timeline.cursor.row) == ("Pine Court", 1)
        assert len(app.heard) == heard, "it is the same visit"
        app.timeline.set_board(replace(moved, rows=(replace(ana, visits=ana.visits[:-1]), replace(ben, visits=()))))
        await pilot.pause()
        assert app.timeline.selected is None
        assert app.heard[-1] == ("selected", None, 1)
        app.timeline.set_board(replace(board, rows=()))
        await pilot.press("down", "enter", "right")
        assert app.timeline.selected is None


async def test_only_rows_that_changed_are_drawn_again() -> None:
    board = sample_board()
    app = TimelineApp(board)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        timeline = app.timeline
        before = shown(timeline)
        drawn: list[int] = []
        draw_row = timeline._draw_row
        timeline._draw_row = lambda *a: (drawn.append(a[2]), draw_row(*a))[1]  # type: ignore[method-assign,func-returns-value]
        dev = board.rows[3]
        changed = replace(dev, visits=(*dev.visits[:-1], replace(dev.visits[-1], client="Renamed")))
        timeline.set_board(replace(board, rows=(*board.rows[:3], changed, *board.rows[4:])))
        await pilot.pause()
        after = shown(timeline)
        assert set(drawn) == {3}
        assert [y for y in range(20) if before[y] != after[y]] == [10]


async def test_select_by_id() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        assert app.timeline.select(16)
        assert client(app.timeline) == "Hollis"
        assert not app.timeline.select(999)
        assert app.timeline.select(None, 2)
        await pilot.pause()
        assert app.timeline.cursor.row == 2


async def test_move_mode_shifts_a_ghost_and_places_it() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("right")
        timeline = app.timeline
        pine = timeline.selected
        assert pine is not None
        assert pine.start is not None
        timeline.begin_move(pine, 1, pine.start, 70, 14)
        await pilot.pause()
        assert timeline.step == 10
        await pilot.press("right", "down")
        assert timeline.ghost is not None
        assert app.heard[-3:] == [
            ("moved", 1, pine.start),
            ("moved", 1, pine.start + 600),
            ("moved", 2, pine.start + 600),
        ]
        timeline.set_verdict("blocked", "Ben is at Dock Four until 15:50")
        await pilot.pause()
        lines = shown(timeline)
        assert "✗ Pine" in lines[4]
        assert "✗ Ben Okafor 15:10  Ben is at Dock Four until 15:50" in lines[-1]
        await pilot.press("left")
        assert timeline.ghost.level == ""
        await pilot.press("enter")
        assert app.heard[-1] == ("placed", "Pine Court", 2, pine.start)
        assert timeline.ghost is None
        assert client(timeline) == "Pine Court"


async def test_escape_puts_back_and_is_the_screens_otherwise() -> None:
    app = TimelineApp(sample_board())
    escaped: list[bool] = []
    app.bind("escape", "escaped")
    app.action_escaped = lambda: escaped.append(True)  # type: ignore[attr-defined]
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("right")
        pine = app.timeline.selected
        assert pine is not None
        assert pine.start is not None
        app.timeline.begin_move(pine, 1, pine.start, 70)
        await pilot.press("down", "escape")
        assert app.heard[-1] == ("dropped", "Pine Court")
        assert not escaped
        await pilot.press("escape")
        assert escaped == [True]


async def test_a_ghost_stays_with_its_technician_when_rows_come_and_go() -> None:
    board = sample_board()
    app = TimelineApp(board)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("right")
        timeline = app.timeline
        pine = timeline.selected
        assert pine is not None
        assert pine.start is not None
        timeline.begin_move(pine, 1, pine.start, 70)
        await pilot.press("down")
        timeline.set_board(board._replace(rows=(row(99, "Abe Able", ()), *board.rows)))
        assert timeline.ghost_row == board.rows[1]
        timeline.set_board(board._replace(rows=board.rows[1:]))
        assert timeline.ghost_row == board.rows[1]
        timeline.set_board(board._replace(rows=(board.rows[0], *board.rows[2:])))
        await pilot.pause()
        assert timeline.ghost is None
        assert app.heard[-1] == ("dropped", "Pine Court")


async def test_the_mouse_selects_opens_and_drags() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        timeline = app.timeline
        assert timeline.select(4)
        place = timeline.cursor_place
        assert place is not None
        timeline.select(1)
        await pilot.click(Timeline, offset=(place.x + 1, 1), times=2)
        assert client(timeline) == "Pine Court"
        assert app.heard[-1] == ("opened", "Pine Court", 0)
        await pilot.mouse_down(Timeline, offset=(place.x + 1, 1))
        await pilot.hover(Timeline, offset=(place.x + 4, 4))
        assert ("grabbed", "Pine Court") in app.heard
        assert timeline.ghost is not None
        assert (timeline.ghost.row, timeline.ghost.start) == (1, clock("15:20"))
        await pilot.mouse_up(Timeline, offset=(place.x + 4, 4))
        assert app.heard[-1] == ("placed", "Pine Court", 2, clock("15:20"))


async def test_a_drag_goes_by_the_steps_of_the_arrows_and_stays_within_the_day() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        timeline = app.timeline
        timeline.zoom = 30
        await pilot.pause()
        assert timeline.select(4)
        place = timeline.cursor_place
        assert place is not None
        await pilot.mouse_down(Timeline, offset=(place.x, 1))
        for cells in (1, 2, -3):
            await pilot.hover(Timeline, offset=(place.x + cells, 1))
            assert timeline.ghost is not None
            assert timeline.ghost.start == clock("15:00") + cells * timeline.step * 60
        await pilot.hover(Timeline, offset=(99, 1))
        assert timeline.ghost.start < app.board.ends_at


async def test_escape_ends_a_drag_and_the_mouse_has_nothing_in_hand() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        timeline = app.timeline
        assert timeline.select(4)
        place = timeline.cursor_place
        assert place is not None
        await pilot.mouse_down(Timeline, offset=(place.x + 1, 1))
        await pilot.hover(Timeline, offset=(place.x + 4, 4))
        await pilot.press("escape")
        assert app.heard[-1] == ("dropped", "Pine Court")
        await pilot.hover(Timeline, offset=(place.x + 6, 4))
        await pilot.mouse_up(Timeline, offset=(place.x + 6, 4))
        assert timeline.ghost is None
        assert app.heard[-1] == ("dropped", "Pine Court")
        assert app.mouse_captured is None


async def test_what_has_begun_is_not_dragged() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        timeline = app.timeline
        assert timeline.select(3)
        place = timeline.cursor_place
        assert place is not None
        await pilot.mouse_down(Timeline, offset=(place.x + 1, 1))
        await pilot.hover(Timeline, offset=(place.x + 8, 4))
        assert timeline.ghost is None
        await pilot.mouse_up(Timeline, offset=(place.x + 8, 4))
        assert not [heard for heard in app.heard if heard[0] in ("grabbed", "opened", "placed")]


async def test_the_wheel_scrolls() -> None:
    app = TimelineApp(large_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        timeline = app.timeline
        timeline.post_message(events.MouseScrollDown(timeline, 50, 10, 0, 0, 0, shift=False, meta=False, ctrl=False))
        await pilot.pause(0.3)
        assert timeline.scroll_offset.y > 0


async def test_a_day_set_out_of_sight_is_fitted_when_it_is_shown() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        timeline = app.timeline
        timeline.zoom = 5
        await pilot.pause()
        timeline.display = False
        await pilot.pause()
        other = sample_board()
        later = replace(other, day=other.day + datetime.timedelta(days=1), starts_at=other.starts_at + 86400,
                        ends_at=other.ends_at + 86400, now=other.now + 86400)  # fmt: skip
        timeline.set_board(replace(later, rows=tuple(replace(row, visits=()) for row in later.rows)))
        timeline.display = True
        await pilot.pause()
        assert timeline._frame is not None
        assert timeline._frame.scale.starts_at == later.starts_at


async def test_now_moves_its_line_and_what_goes_on() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        assert "14:07" in shown(app.timeline)[0]
        app.timeline.set_now(clock("15:30"))
        await pilot.pause()
        lines = shown(app.timeline)
        assert "15:30" in lines[0]
        assert "14:07" not in lines[0]
        assert "12:54–15:30" in lines[2], "what goes on never ends before now"


async def test_every_theme_tells_the_grounds_apart() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        for theme in ("dispatch-dark", "dispatch-light", "textual-light", "nord"):
            app.theme = theme
            await pilot.pause()
            grounds = {app.timeline.style_of(name).bgcolor for name in ("cursor", "free", "closed", "on-site", "late")}
            assert len(grounds) == 5, theme


async def test_every_size_is_filled() -> None:
    app = TimelineApp(sample_board(), ascii=True)
    async with app.run_test(size=(200, 50)) as pilot:
        for size in ((200, 50), (80, 24), (45, 20), (12, 3), (5, 1)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for y in range(app.timeline.size.height):
                strip = app.timeline.render_line(y)
                assert strip.cell_length == app.timeline.view_size.width
                text = strip.text.translate(TYPOGRAPHY)
                assert all(character.isascii() or character in "東京支店" for character in text), text


def test_the_extent_of_a_board_follows_what_is_shown() -> None:
    cursor = BoardCursor()
    assert cursor.extent is None
    board = large_board(3)
    cursor.show(board)
    spans = [span for row in board.rows for visit in row.visits if (span := cursor.span_of(visit)) is not None]
    assert cursor.extent == (min(first for first, _ in spans), max(last for _, last in spans))
    cursor.moment = board.ends_at - 60
    assert cursor.extent is not None
    assert cursor.extent[1] >= cursor.moment, "who is on site stays on until now"
    cursor.show(replace(board, rows=()))
    assert cursor.extent is None


async def test_the_edges_say_what_lies_beyond_them() -> None:
    board = large_board(40, 4)
    rows = list(board.rows)
    for number in (2, 30, 35):
        late = rows[number].visits[3]._replace(late=Late(20, "promise"), state=State.PLANNED)
        rows[number] = rows[number]._replace(visits=(*rows[number].visits[:3], late))
    over = rows[38].visits[3]._replace(late=Late(9, "end"))
    rows[38] = rows[38]._replace(visits=(*rows[38].visits[:3], over))
    app = TimelineApp(board._replace(rows=tuple(rows)))
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        assert shown(app.timeline)[-1].startswith(" ▼ 2 late · 1 to look at · 22 technicians below")
        assert "▲" not in shown(app.timeline)[0]
        app.timeline.select(None, 39)
        await pilot.pause()
        assert shown(app.timeline)[0].startswith(" ▲ 1 late")
        assert "Technician 039" in shown(app.timeline)[-1]
        app.timeline.select(None, 25)
        await pilot.pause()
        for row in range(24, -1, -1):
            app.timeline.select(None, row)
            await pilot.pause()
            assert any(f"Technician {row:03}" in line for line in shown(app.timeline)), "never below the edge"


async def test_a_board_that_is_all_in_sight_has_no_edges() -> None:
    app = TimelineApp(sample_board())
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause()
        assert not any("▼" in line or "▲" in line for line in shown(app.timeline))
