"""The unscheduled queue: groups, what is due, filter, selection."""

import datetime
from typing import Any

from textual.app import App, ComposeResult

from dispatch.model.boards import holds
from tests.widgets.boards import DAY, NOW, clock, replace, sample_board, waiting
from widgets.lines.ink import text_of, width_of
from widgets.lines.marks import UNICODE
from widgets.queue import Queue
from widgets.queue_lines import due_text, group_of, grouped, visit_lines

BOARD = sample_board()


def test_groups_come_in_the_order_of_haste() -> None:
    assert [(name, [card.client for card in visits]) for name, visits in grouped(BOARD)] == [
        ("emergency", ["Short North Law"]),
        ("overdue", ["Quill Dental"]),
        ("today", ["Summit Travel"]),
        ("undated", ["Moraine Freight", "Hayden Optometry"]),
        ("on hold", ["Tall Pines"]),
    ]


def test_a_visit_wanted_before_the_day_is_overdue() -> None:
    assert group_of(waiting(1, "A", "x", wanted_on=DAY - datetime.timedelta(days=1)), DAY) == "overdue"
    assert group_of(waiting(1, "A", "x", wanted_on=DAY, overdue=True), DAY) == "overdue"
    assert group_of(waiting(1, "A", "x", wanted_on=DAY), DAY) == "today"
    assert group_of(waiting(1, "A", "x", emergency=True), DAY) == "emergency"


def test_every_word_of_a_filter_has_to_be_there() -> None:
    card = waiting(
        1, "Summit Travel", "backup failing", skills=("server",), priority=2, address="12 High Street, 43215"
    )
    assert holds(card.words, "43215 summit"), "by its area"
    assert holds(card.words, "")
    assert holds(card.words, "BACK p2 summit")
    assert holds(card.words, "server")
    assert not holds(card.words, "backup voip")


def test_what_is_due_counts_from_now() -> None:
    promised = waiting(1, "A", "x", wanted_on=DAY, promised=(clock("13:00"), clock("15:05")))
    assert due_text(promised, BOARD, NOW) == ("58m left", "bad")
    assert due_text(promised, BOARD, clock("12:05")) == ("3h left", "warn")
    assert due_text(promised, BOARD, clock("9:00")) == ("by 15:05", "plain")
    assert due_text(promised, BOARD, clock("15:25")) == ("20m late", "bad")
    assert due_text(waiting(1, "A", "x", wanted_on=DAY), BOARD, NOW) == ("today", "plain")
    assert due_text(waiting(1, "A", "x", wanted_on=DAY + datetime.timedelta(days=1)), BOARD, NOW)[0] == "tomorrow"
    assert due_text(waiting(1, "A", "x", wanted_on=DAY + datetime.timedelta(days=3)), BOARD, NOW)[0] == "Fri"
    assert due_text(waiting(1, "A", "x", wanted_on=DAY + datetime.timedelta(days=30)), BOARD, NOW)[0] == "24 Dec"
    assert due_text(waiting(1, "A", "x"), BOARD, NOW) == ("", "dim")
    closing = waiting(1, "A", "x", wanted_on=DAY, access=((clock("9:00"), clock("16:30")),))
    assert due_text(closing, BOARD, NOW)[0] == "by 16:30"


def test_two_lines_say_what_there_is_to_know() -> None:
    card = waiting(1, "Short North Law", "no inbound calls", skills=("voip",), priority=1, emergency=True)
    first, second = visit_lines(card, BOARD, NOW, 40, UNICODE)
    assert text_of(first).startswith("P1 Short North Law !")
    assert text_of(second) == "   no inbound calls · 1h · voip"
    assert width_of(first) == 40


def test_what_stands_in_the_way_comes_first() -> None:
    unlocated = visit_lines(waiting(1, "A", "cabling", located=False), BOARD, NOW, 60, UNICODE)[1]
    assert text_of(unlocated).strip() == "no coordinates: place it first · cabling · 1h"
    held = visit_lines(replace(waiting(1, "A", "cabling"), reason="waits for a part"), BOARD, NOW, 60, UNICODE)[1]
    assert text_of(held).strip().startswith("waits for a part · ")


class QueueApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    def compose(self) -> ComposeResult:
        yield Queue()

    def on_mount(self) -> None:
        queue = self.query_one(Queue)
        queue.styles.width = 40
        queue.set_board(BOARD)
        queue.focus()

    def on_line_list_selected(self) -> None:
        self._hear("selected")

    def on_line_list_opened(self) -> None:
        self._hear("opened")

    def _hear(self, what: str) -> None:
        visit = self.query_one(Queue).selected
        self.heard.append((what, visit.client if visit else None))


def shown(queue: Queue) -> list[str]:
    return [queue.render_line(y).text for y in range(queue.size.height)]


def left(queue: Queue) -> int:
    """How many visits the filter leaves."""
    return sum(entry.value is not None for entry in queue.entries(40))


async def test_the_cursor_skips_headings() -> None:
    app = QueueApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        queue = app.query_one(Queue)
        assert queue.selected is not None
        assert queue.selected.client == "Short North Law"
        await pilot.press("down", "j", "j", "up", "enter")
        assert app.heard[-1] == ("opened", "Summit Travel")
        await pilot.press("end")
        assert app.heard[-1] == ("selected", "Tall Pines")
        assert queue.select_key(31)
        assert not queue.select_key(999)
        await pilot.pause()
        assert app.heard[-1] == ("selected", "Quill Dental")


async def test_a_filter_narrows_and_says_how_many_it_leaves() -> None:
    app = QueueApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("down", "down")
        queue = app.query_one(Queue)
        queue.set_filter("voip")
        await pilot.pause()
        lines = shown(queue)
        assert "1 of 6" in lines[0]
        assert "Short North Law" in lines[2]
        assert left(queue) == 1
        assert app.heard[-1] == ("selected", "Short North Law")
        queue.set_filter("nobody has this")
        await pilot.press("enter", "down")
        assert queue.selected is None
        assert "nothing matches" in shown(queue)[1]
        queue.set_filter("")
        await pilot.pause()
        assert left(queue) == 6


async def test_a_short_view_keeps_title_and_cursor_in_sight() -> None:
    app = QueueApp()
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        queue = app.query_one(Queue)
        lines = shown(queue)
        assert lines[0].startswith("Unscheduled")
        place = queue.cursor_place
        assert place is not None
        assert "Tall Pines" in lines[place.y]
        await pilot.press("home")
        await pilot.pause()
        assert "emergency" in shown(queue)[1], "the heading is in sight again"


async def test_a_click_selects_and_a_double_click_opens() -> None:
    app = QueueApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        await pilot.click(Queue, offset=(6, 5))
        assert app.heard[-1] == ("selected", "Quill Dental")
        await pilot.click(Queue, offset=(6, 1))
        assert app.heard[-1] == ("selected", "Quill Dental"), "a heading cannot be selected"
        await pilot.click(Queue, offset=(6, 8), times=2)
        assert ("opened", "Summit Travel") in app.heard
