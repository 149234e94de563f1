"""The head of the board: what matters most stands first, so that it is cut last."""

from __future__ import annotations

from tests.widgets.boards import NOW, replace, sample_board
from widgets.day_counts import day_counts
from widgets.lines.ink import cut, text_of

BOARD = sample_board()


def test_what_matters_most_is_cut_last() -> None:
    words = text_of(day_counts(BOARD, NOW))
    order = [words.index(word) for word in ("emergency", "unscheduled", "technicians")]
    assert order == sorted(order)
    assert "1 emergency" in text_of(cut(day_counts(BOARD, NOW), 24))


def test_what_is_left_of_an_emergency_is_said_and_what_is_over() -> None:
    (first, *_) = [visit for visit in BOARD.queue if visit.emergency]

    def said(due: int | None) -> str:
        queue = (replace(first, due=due),)
        return text_of(day_counts(replace(BOARD, queue=queue), NOW)).split(" · ")[0]

    assert said(NOW + 29 * 60) == "1 emergency 29m"
    assert said(NOW - 5 * 60) == "1 emergency 5m late"
    assert said(None) == "1 emergency"


def test_nothing_is_said_of_what_is_not_there() -> None:
    quiet = replace(BOARD, queue=(), on_hold=(), calls=(), trouble="", rows=())
    assert text_of(day_counts(quiet, NOW)) == "0 unscheduled · 0 visits · 0 technicians"
    assert "filter “x”" in text_of(day_counts(quiet, NOW, "x"))
