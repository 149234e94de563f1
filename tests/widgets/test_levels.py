"""The marks of service levels: a letter in the queue and on the block, words in the pane, and what the letters mean."""

import pytest

from tests.widgets.boards import DAY, NOW, clock, sample_board, visit, waiting
from tests.widgets.test_timeline_rows import painted, row
from widgets.lines.ink import text_of
from widgets.lines.marks import UNICODE, level_legend
from widgets.queue_lines import due_text, visit_lines
from widgets.visit_lines import detail_lines

BOARD = sample_board()


def test_the_queue_shows_the_letter_and_what_is_left() -> None:
    card = waiting(1, "Harbor Dental", "x", wanted_on=DAY, level="critical", clock="on site", due=clock("14:37"))
    first, _ = visit_lines(card, BOARD, NOW, 40, UNICODE)
    assert text_of(first).startswith("P3 C Harbor Dental")
    assert text_of(first).endswith("30m left")


def test_the_service_level_or_the_promise_whichever_ends_first() -> None:
    card = waiting(
        1, "A", "x", promised=(clock("13:00"), clock("15:05")), level="ok", clock="phone", due=clock("15:30")
    )
    assert due_text(card, BOARD, NOW)[0] == "58m left"
    assert due_text(card._replace(due=clock("14:17")), BOARD, NOW)[0] == "10m left"
    assert due_text(card._replace(due=NOW - 6 * 86400), BOARD, NOW) == ("6d late", "bad")


@pytest.mark.parametrize("level", ["", "ok"])
def test_what_is_well_has_no_letter(level: str) -> None:
    card = waiting(1, "Harbor Dental", "x", level=level, clock="phone", due=clock("16:00"))
    assert text_of(visit_lines(card, BOARD, NOW, 40, UNICODE)[0]).startswith("P3 Harbor Dental")
    top = painted(row(1, "Ana", (visit(1, "Harbor Dental", "9:00", "10:00", level=level),), lunch=None))[0]
    assert "Harbor Den" in top


def test_the_block_ends_with_letter_and_pin() -> None:
    card = visit(1, "Harbor Dental", "9:00", "10:00", pinned=True, level="at_risk")
    assert painted(row(1, "Ana", (card,), lunch=None))[0][12:24].endswith("R⚲")


@pytest.mark.parametrize(
    ("level", "due", "said"),
    [
        ("breached", clock("13:07"), "B breached: on site   due 13:07, 1h ago"),
        ("at_risk", clock("15:07"), "R at risk: on site   due 15:07, 1h left"),
        ("ok", NOW + 3 * 86400, "ok: on site   due 3d left"),
        ("paused", None, "P paused: on site"),
    ],
)
def test_the_pane_says_it_in_words(level: str, due: int | None, said: str) -> None:
    card = waiting(1, "Harbor Dental", "x", level=level, clock="on site", due=due)
    lines = [text_of(line).strip() for line in detail_lines(card, BOARD, NOW, UNICODE, 100)]
    assert f"level  {said}" in lines


def test_no_clock_no_line() -> None:
    lines = [text_of(line) for line in detail_lines(waiting(1, "A", "x"), BOARD, NOW, UNICODE, 100)]
    assert not any(line.strip().startswith("level") for line in lines)


def test_letters_are_explained() -> None:
    assert level_legend() == (("B", "breached"), ("C", "critical"), ("R", "at risk"), ("P", "paused"))
