"""Lines of ink: exact widths, whatever the text."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.text import cells_of, show, wrapped
from widgets.lines.ink import clipped, cut, fitted, ink, joined, side_by_side, spread, text_of, width_of, wrapped_line

texts = st.text(st.sampled_from("ab 東クé\u0301…[]\x1b\u202e"), max_size=12)
lines = st.lists(st.tuples(texts, st.just("plain")).map(lambda pair: ink(*pair)), max_size=4)


def test_hostile_text_is_made_safe() -> None:
    assert ink("\x1b[31m[/b]\u202e")[0] == "␛[31m[/b]\ufffd"


@given(lines, st.integers(0, 20))
def test_a_fitted_line_has_exactly_its_width(line: list[tuple[str, str]], cells: int) -> None:
    assert width_of(fitted(line, cells)) == cells
    assert width_of(cut(line, cells)) <= cells


@given(lines, lines, st.integers(0, 30))
def test_a_spread_line_has_exactly_its_width(
    left: list[tuple[str, str]], right: list[tuple[str, str]], cells: int
) -> None:
    assert width_of(spread(left, right, cells)) == cells


@given(texts, st.integers(0, 12))
def test_clipped_text_has_exactly_its_width(text: str, cells: int) -> None:
    safe = show(text)
    clip = clipped(safe, cells)
    assert cells_of(clip) == cells
    assert safe.startswith(clip.rstrip()) or not clip.strip()


def test_what_is_cut_says_so() -> None:
    assert text_of(cut((ink("Harbor "), ink("Dental")), 10)) == "Harbor De…"
    assert text_of(cut((ink("Harbor"), ink("Dental")), 6)) == "Harbo…"
    assert text_of(cut((ink("Harbor"),), 6)) == "Harbor"


def test_a_spread_keeps_the_right_side() -> None:
    assert text_of(spread((ink("Harbor Dental"),), (ink("58m left"),), 16)) == "Harbor… 58m left"
    assert text_of(spread((ink("Ana"),), (), 5)) == "Ana  "


def test_joined_leaves_out_what_is_empty() -> None:
    assert text_of(joined((ink("work"), ink(""), ink("1h")))) == "work · 1h"


def test_side_by_side_fills_each_part() -> None:
    assert text_of(side_by_side((((ink("a"),), 3), ((ink("bcd"),), 2)))) == "a   b…"


@given(st.text(st.sampled_from("ab 東 "), max_size=40), st.integers(2, 10))
def test_wrapped_lines_fit_and_lose_only_spaces(text: str, cells: int) -> None:
    broken = wrapped(text, cells)
    assert all(cells_of(line) <= cells for line in broken)
    assert "".join(broken).replace(" ", "") == show(text).replace(" ", "")


@given(
    st.lists(st.tuples(st.text("ab 東", max_size=12), st.sampled_from(["good", "bad"])), max_size=5),
    st.integers(4, 20),
    st.integers(0, 9),
)
def test_a_wrapped_line_keeps_every_word_in_its_ink(line: list[tuple[str, str]], cells: int, hang: int) -> None:
    def inked(spans: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(letter, name) for text, name in spans for letter in text if letter != " "]

    parts = wrapped_line(line, cells, hang)
    assert all(width_of(part) <= cells for part in parts)
    assert inked([span for part in parts for span in part]) == inked(line)


def test_what_goes_on_is_indented() -> None:
    parts = wrapped_line((("  08:35 ", "dim"), ("FAIL", "bad"), (" · the same message", "plain")), 20, 8)
    assert [text_of(part) for part in parts] == ["  08:35 FAIL · the", "     same message"]
    assert parts[0][1] == ("FAIL", "bad")
