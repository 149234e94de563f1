"""The glyphs: every state has its own, one cell wide, without emoji."""

import unicodedata

import pytest

from dispatch.model.states import State
from dispatch.model.text import cells_of
from widgets.lines.marks import ASCII, STATE_INKS, UNICODE, Marks, legend, marks_of, stop_mark

BOTH = pytest.mark.parametrize("marks", [UNICODE, ASCII], ids=["unicode", "ascii"])


def every(marks: Marks) -> list[str]:
    glyphs = list(marks.states.values())
    for value in marks:
        glyphs += [value] if isinstance(value, str) else list(value) if isinstance(value, tuple) else []
    return glyphs


@BOTH
def test_every_state_has_a_glyph_of_its_own(marks: Marks) -> None:
    assert set(marks.states) == set(State) == set(STATE_INKS)
    assert len(set(marks.states.values())) == len(State)


@BOTH
def test_marks_are_one_cell_wide_and_belong_to_fonts(marks: Marks) -> None:
    for glyph in every(marks):
        assert cells_of(glyph) == (2 if glyph == "->" else 1), glyph
        assert unicodedata.category(glyph[0]) not in ("Co", "Cn", "Cc", "Cf"), glyph
        assert ord(glyph[0]) < 0x1F000, glyph


def test_ascii_is_ascii() -> None:
    assert all(glyph.isascii() for glyph in every(ASCII))
    assert marks_of(True) is ASCII
    assert marks_of(False) is UNICODE


def test_stops_beyond_nine_are_plain_numbers() -> None:
    assert [stop_mark(UNICODE, number) for number in (1, 9, 10)] == ["①", "⑨", "10"]


def test_the_legend_names_every_state() -> None:
    assert dict(legend(UNICODE))["◪"] == "incomplete"
    assert len(legend(ASCII)) == 14
