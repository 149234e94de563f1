"""Geometry of the timeline: instants and cells, hours on days with a change of clocks, what is drawn where."""

import datetime

import pytest

from dispatch.model.instants import day_bounds
from dispatch.model.problems import drawn_span
from dispatch.model.states import State
from tests.widgets.boards import DAY, NOW, ZONE, clock, leg, sample_board, visit
from widgets.timeline.layout import (
    TimeScale,
    drive_span,
    fitting_zoom,
    frame_of,
    hour_label,
    hour_marks,
    working_window,
)

SCALE = TimeScale(*day_bounds(DAY, ZONE), 600)


def test_a_span_takes_its_cells() -> None:
    assert SCALE.cells == 144
    assert SCALE.cells_between(clock("8:00"), clock("9:00")) == (48, 54)
    assert SCALE.cells_between(clock("8:04"), clock("8:06")) == (48, 49), "never nothing"
    assert SCALE.cells_between(SCALE.starts_at - 7200, SCALE.starts_at + 600) == (0, 1)
    assert SCALE.instant_of(48) == clock("8:00")


@pytest.mark.parametrize(
    ("day", "hours", "cells"),
    [
        (datetime.date(2026, 3, 8), [0, 1, 3, 4], 23 * 4),
        (datetime.date(2026, 11, 1), [0, 1, 1, 2], 25 * 4),
        (datetime.date(2026, 11, 24), [0, 1, 2, 3], 24 * 4),
    ],
)
def test_hours_follow_the_clocks_of_the_zone(day: datetime.date, hours: list[int], cells: int) -> None:
    scale = TimeScale(*day_bounds(day, ZONE), 900)
    marks = hour_marks(scale, ZONE)
    assert scale.cells == cells
    assert [mark.hour for mark in marks[:4]] == hours
    assert [mark.cell for mark in marks[:4]] == [0, 4, 8, 12], "the axis is even in real time"


def test_hour_labels() -> None:
    assert [hour_label(8, True, 4), hour_label(14, False, 6), hour_label(14, False, 3)] == ["08", "2pm", "2"]


def test_an_ended_visit_is_drawn_when_it_took_place() -> None:
    card = visit(1, "A", "9:00", "10:00", State.CLOSED, actual_in=clock("9:10"), actual_out=clock("9:50"))
    assert drawn_span(card, NOW) == (clock("9:10"), clock("9:50"))


def test_a_visit_that_goes_on_never_ends_before_now() -> None:
    card = visit(1, "A", "13:00", "13:30", State.ON_SITE, actual_in=clock("13:00"))
    assert drawn_span(card, NOW) == (clock("13:00"), NOW)
    assert drawn_span(card, clock("13:10")) == (clock("13:00"), clock("13:30"))
    assert drawn_span(card._replace(projected=(clock("13:00"), clock("14:40"))), NOW) == (
        clock("13:00"),
        clock("14:40"),
    )


def test_a_visit_ahead_is_drawn_where_it_is_projected() -> None:
    card = visit(1, "A", "15:00", "16:00")
    assert drawn_span(card, NOW) == (clock("15:00"), clock("16:00"))
    assert drawn_span(card._replace(projected=(clock("15:20"), clock("16:20"))), NOW) == (
        clock("15:20"),
        clock("16:20"),
    )


def test_who_is_on_the_way_arrives_when_the_drive_ends() -> None:
    card = visit(1, "A", "14:00", "15:00", State.EN_ROUTE, actual_depart=clock("14:00"), leg=leg(30))
    assert drawn_span(card, NOW) == (clock("14:30"), clock("15:30"))
    assert drive_span(card, clock("14:30"), NOW) == (clock("14:00"), clock("14:30"))


def test_a_visit_without_a_time_is_not_drawn() -> None:
    assert drawn_span(visit(1, "A", "9:00", "10:00")._replace(start=None, end=None), NOW) is None


def test_the_automatic_zoom_shows_the_working_day() -> None:
    board = sample_board()
    window = working_window(board)
    assert window[0] <= clock("7:50")
    assert window[1] >= clock("17:00")
    for width in (30, 60, 80, 120, 200):
        zoom = fitting_zoom(window, width)
        assert zoom == 1800 or (window[1] - window[0]) <= zoom * width
    assert fitting_zoom(window, 200) == 300


def test_a_day_on_which_nobody_works_shows_office_hours() -> None:
    window = working_window(sample_board()._replace(rows=()))
    assert window == (clock("8:00"), clock("18:00"))


def test_rows_are_as_high_as_leaves_all_in_sight() -> None:
    board = sample_board()
    window = working_window(board)
    lines = {height: frame_of(board, window, (100, height), 16).lines for height in (7, 12, 13, 18, 19)}
    assert lines == {7: 1, 12: 1, 13: 2, 18: 2, 19: 3}
    assert frame_of(board, window, (100, 40), 16, zoom=15).scale.cell_seconds == 900
