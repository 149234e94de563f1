"""The canvas: every dot that is set can be read back, and nothing is ever drawn outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.text import cells_of, show
from widgets.lines.ink import text_of, width_of
from widgets.map.braille import ACROSS, BLANK, DOWN, BrailleCanvas, Layer

ROADS, ROUTE = Layer("faint"), Layer("info", hides=1, shapes="+++")
FAR = st.integers(-200, 200)
SIZES = st.tuples(st.integers(0, 12), st.integers(0, 8))


def canvas(columns: int, rows: int) -> BrailleCanvas:
    return BrailleCanvas(columns, rows, (ROADS, ROUTE))


def dots(drawn: BrailleCanvas, layer: int = 0) -> set[tuple[int, int]]:
    return {(x, y) for x in range(drawn.width) for y in range(drawn.height) if drawn.has_dot(x, y, layer)}


def read(drawn: BrailleCanvas) -> set[tuple[int, int]]:
    """The dots that a reader of the text sees, by the numbering of Unicode."""
    order = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    found = set()
    for row, line in enumerate(drawn.lines()):
        for column, character in enumerate(text_of(line)):
            code = 0 if character == " " else ord(character) - BLANK
            for bit, (x, y) in enumerate(order):
                if code >> bit & 1:
                    found.add((column * ACROSS + x, row * DOWN + y))
    return found


def whole_line(x0: int, y0: int, x1: int, y1: int) -> list[tuple[int, int]]:
    """Each dot of a line, by the definition: in equal steps along its longer side, each rounded half up."""
    steps = max(abs(x1 - x0), abs(y1 - y0))
    if not steps:
        return [(x0, y0)]

    def at(start: int, end: int, step: int) -> int:
        travelled = (2 * abs(end - start) * step + steps) // (2 * steps)
        return start + travelled if end >= start else start - travelled

    return [(at(x0, x1, step), at(y0, y1, step)) for step in range(steps + 1)]


@given(SIZES, st.lists(st.tuples(st.integers(-5, 30), st.integers(-5, 40)), max_size=30))
def test_every_dot_inside_can_be_read_back(size: tuple[int, int], wanted: list[tuple[int, int]]) -> None:
    drawn = canvas(*size)
    for x, y in wanted:
        drawn.dot(x, y, 0)
    inside = {(x, y) for x, y in wanted if 0 <= x < drawn.width and 0 <= y < drawn.height}
    assert dots(drawn) == read(drawn) == inside


@given(SIZES, FAR, FAR, FAR, FAR, st.integers(1, 4), st.integers(0, 3))
def test_a_clipped_line_has_the_dots_of_the_whole_one_that_are_inside(
    size: tuple[int, int], x0: int, y0: int, x1: int, y1: int, every: int, phase: int
) -> None:
    drawn = canvas(*size)
    drawn.line(x0, y0, x1, y1, 0, every=every, phase=phase % every)
    kept = [one for step, one in enumerate(whole_line(x0, y0, x1, y1)) if step % every == phase % every]
    assert dots(drawn) == {(x, y) for x, y in kept if 0 <= x < drawn.width and 0 <= y < drawn.height}


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), max_size=6), st.booleans())
def test_paths_that_go_far_beyond_stay_on_the_canvas(points: list[tuple[float, float]], bold: bool) -> None:
    drawn = canvas(7, 5)
    drawn.path(points, 1, bold=bold)
    lines = drawn.lines()
    assert len(lines) == 5
    assert all(width_of(line) == 7 for line in lines)


def test_a_line_that_is_long_takes_no_longer() -> None:
    drawn = canvas(4, 2)
    drawn.line(-(10**15), 3, 10**15, 3, 0)
    assert dots(drawn) == {(x, 3) for x in range(8)}


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        ([(0, 0), (3, 0)], ["⠉⠉", "  "]),
        ([(0, 0), (0, 7)], ["⡇ ", "⡇ "]),
        ([(0, 0), (3, 3)], ["⠑⢄", "  "]),
        ([(0, 7), (3, 4)], ["  ", "⡠⠊"]),
        ([(3, 7)], ["  ", "  "]),
    ],
)
def test_lines_look_like_this(points: list[tuple[float, float]], shown: list[str]) -> None:
    drawn = canvas(2, 2)
    drawn.path(points, 0)
    assert [text_of(line) for line in drawn.lines()] == shown


def test_the_gaps_of_a_dotted_path_go_on_round_corners() -> None:
    drawn = canvas(3, 2)
    drawn.path([(0, 0), (3, 0), (3, 4)], 1, every=2)
    assert dots(drawn, 1) == {(0, 0), (2, 0), (3, 1), (3, 3)}


def test_a_bold_path_is_two_dots_wide() -> None:
    drawn = canvas(2, 1)
    drawn.path([(0, 0), (3, 0)], 1, bold=True)
    assert dots(drawn, 1) == {(x, y) for x in range(4) for y in (0, 1)}


def test_layers_show_together_unless_one_hides_those_below() -> None:
    drawn = BrailleCanvas(4, 1, (Layer("one"), Layer("two"), Layer("three", hides=2), Layer("four", hides=2)))
    drawn.path([(0, 3), (7, 3)], 0)
    drawn.dot(2, 0, 1)
    drawn.dot(4, 0, 2)
    drawn.dot(6, 0, 2)
    drawn.dot(7, 0, 3)
    assert drawn.lines() == (((chr(BLANK + 0xC0), "one"), (chr(BLANK + 0xC1), "two"), ("⠁", "three"), ("⠉", "four")),)


def test_ascii_tells_the_halves_of_a_cell_and_the_layers_apart() -> None:
    drawn = canvas(5, 1)
    drawn.dot(0, 0, 0)
    drawn.dot(2, 3, 0)
    drawn.path([(4, 0), (4, 3)], 0)
    drawn.dot(6, 1, 1)
    (line,) = drawn.lines(ascii=True)
    assert text_of(line) == "'.:+ "


def test_labels_stand_over_dots_and_never_over_each_other() -> None:
    drawn = canvas(6, 2)
    drawn.path([(0, 0), (11, 0)], 0)
    assert drawn.label(1, 0, "12", "mark")
    assert not drawn.label(2, 0, "3", "mark")
    assert not drawn.label(5, 0, "14", "mark")
    assert drawn.label(4, 0, "東", "mark")
    assert text_of(drawn.lines()[0]) == "⠉12⠉東"
    assert not drawn.free(5, 0, 1)
    assert drawn.lines()[1] == (("      ", "plain"),)


@given(st.text(max_size=12), st.integers(-3, 12))
def test_a_label_keeps_the_width_of_its_line(text: str, column: int) -> None:
    drawn = canvas(10, 1)
    drawn.label(column, 0, text, "mark")
    (line,) = drawn.lines()
    assert width_of(line) == cells_of(text_of(line)) == 10
    assert text_of(line) == show(text_of(line))


def test_a_copy_is_drawn_on_alone() -> None:
    drawn = canvas(2, 1)
    drawn.dot(0, 0, 0)
    other = drawn.copy()
    other.dot(1, 1, 0)
    other.label(1, 0, "2", "mark")
    assert dots(drawn) == {(0, 0)}
    assert dots(other) == {(0, 0), (1, 1)}
    assert drawn.free(1, 0, 1)
