"""What of a day needs somebody to look."""

from __future__ import annotations

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.lateness import Late
from dispatch.model.problems import after, problems
from dispatch.model.states import State
from dispatch.model.travel import UNKNOWN_LEG
from tests.widgets.boards import clock, done, leg, replace, row, sample_board, visit


def board(*rows: BoardRow) -> Board:
    return replace(sample_board(), rows=rows)


def found(now: str, *visits: BoardVisit, others: tuple[BoardVisit, ...] = ()) -> list[tuple[str, int, str]]:
    day = board(row(1, "Ana Ruiz", visits), row(2, "Ben Okafor", others))
    return [(one.visit.client, one.row, one.why) for one in problems(day, clock(now))]


def test_a_day_as_planned_has_none() -> None:
    assert not found("8:00", visit(1, "Acme", "9:00", "10:00", leg=leg(10)), visit(2, "Pine", "10:30", "11:00"))


def test_late_over_overlapping_and_unknown_in_the_order_of_time() -> None:
    late = visit(1, "Acme", "9:30", "10:00", State.CONFIRMED, late=Late(10, "plan"))
    over = visit(2, "Pine", "8:30", "9:00", State.ON_SITE, actual_in=clock("8:30"), late=Late(40, "end"))
    unknown = visit(3, "Elm", "13:00", "14:00", leg=UNKNOWN_LEG)
    crossing = visit(4, "Lark", "13:30", "14:30")
    assert found("9:40", late, unknown, crossing, others=(over,)) == [
        ("Pine", 1, "40 min over the planned end"),
        ("Acme", 0, "10 min behind the plan"),
        ("Elm", 0, "overlaps Lark; the drive to it is unknown"),
        ("Lark", 0, "overlaps Elm"),
    ]


def test_what_has_ended_is_no_problem_any_more() -> None:
    ended = done(1, "Acme", "9:00", "10:00", "9:40", "11:00")
    cancelled = visit(2, "Pine", "9:30", "10:00", State.CANCELLED, leg=UNKNOWN_LEG)
    assert not found("12:00", ended, cancelled)


def test_the_next_one_follows_in_time_and_the_first_follows_the_last() -> None:
    early = visit(1, "Acme", "9:00", "9:30", leg=UNKNOWN_LEG)
    later = visit(2, "Pine", "11:00", "11:30", leg=UNKNOWN_LEG)
    same = visit(3, "Elm", "9:00", "9:30", leg=UNKNOWN_LEG)
    every = problems(board(row(1, "Ana Ruiz", (early, later)), row(2, "Ben Okafor", (same,))), clock("8:00"))
    assert after(every, clock("0:00"), 0).visit.client == "Acme"
    assert after(every, clock("9:00"), 0).visit.client == "Elm"
    assert after(every, clock("9:00"), 1).visit.client == "Pine"
    assert after(every, clock("11:00"), 0).visit.client == "Acme"
