"""Lean screens: the names that they rest on, the same picture as Textual's own, and how little they send."""

import asyncio
import random
import subprocess
from typing import Any

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widgets import Static

from tests.wall import started
from tests.widgets.boards import large_board
from tests.widgets.terminals import Seen, Terminal, on_terminal
from widgets.lines.ink import Line, fitted, ink
from widgets.lines.line_view import LineView
from widgets.terminal import lean, lean_compositor
from widgets.terminal.lean import LeanModal, LeanScreen, missing_names, release
from widgets.terminal.lean_compositor import (
    NO_PEN,
    Shadow,
    Stroke,
    cells_of_row,
    changed_runs,
    drawn,
    drawn_over,
    pen_of,
    strokes_of,
    taken_up,
)
from widgets.timeline.view import Timeline

WORDS = ("Acme", "東京支店", "Zoë", "naïve", "…", "├──┤", "x", "クリニック", "St Anne's", "e\u0301", "✓ 08:20", "   ")
INKS = ("plain", "dim", "good", "warn", "bad", "cursor", "heading")


class Noise(LineView):
    """Random lines, of which some change at a time."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.kept: dict[int, Line] = {}

    def change(self) -> None:
        for _ in range(self.random.randrange(1, 6)):
            y = self.random.randrange(12)
            parts = [ink(self.random.choice(WORDS), self.random.choice(INKS)) for _ in range(self.random.randrange(9))]
            old = list(self.kept.get(y, ()))
            at = self.random.randrange(len(old) + 1)
            self.kept[y] = tuple(old[:at] + parts + old[at + len(parts) :])
            self.refresh_view_lines(y)

    def line_at(self, y: int, width: int) -> Line | None:
        return fitted(self.kept.get(y, ()), width)


def noisy(base: type[Screen[Any]]) -> App[None]:
    class NoisyScreen(base):  # type: ignore[misc, valid-type]
        CSS = "Noise { height: 1fr; padding: 0 2; } Static { height: 2; background: $primary; }"

        def compose(self) -> ComposeResult:
            with Vertical():
                yield Noise(1)
                yield Static("fixed", id="fixed")
                yield Noise(2)

    class NoisyApp(App[None]):
        def get_default_screen(self) -> Screen[Any]:
            return NoisyScreen(id="_default")

    return NoisyApp()


async def play_noise(terminal: Terminal, pictures: list[Any]) -> None:
    for step in range(12):
        for noise in terminal.app.screen.query(Noise):
            noise.change()
        if step % 7 == 3:
            terminal.app.screen.query_one("#fixed", Static).update(f"step {step} 東")
        if step % 6 == 5:
            terminal.app.theme = "textual-light" if step == 5 else "nord"
        await terminal.settle()
        pictures.append(terminal.cells())


def test_textual_has_every_name_that_lean_screens_rest_on() -> None:
    """If this fails, Textual has changed inside: look at widgets/terminal/lean_compositor.py before loosening the pin."""
    assert missing_names() == ()


async def test_shows_what_textual_shows_cell_for_cell() -> None:
    shown: dict[str, list[Any]] = {"stock": [], "lean": []}
    await on_terminal(noisy(Screen), (46, 18), lambda terminal: play_noise(terminal, shown["stock"]))
    await on_terminal(noisy(LeanScreen), (46, 18), lambda terminal: play_noise(terminal, shown["lean"]))
    assert len(shown["lean"]) == 12
    for step, (stock, sent) in enumerate(zip(shown["stock"], shown["lean"], strict=True)):
        assert sent == stock, f"step {step}"


def board_app(base: type[Screen[Any]]) -> App[None]:
    class BoardScreen(base):  # type: ignore[misc, valid-type]
        def compose(self) -> ComposeResult:
            yield Timeline()

        def on_mount(self) -> None:
            timeline = self.query_one(Timeline)
            timeline.set_board(large_board())
            timeline.focus()

    class BoardApp(App[None]):
        def get_default_screen(self) -> Screen[Any]:
            return BoardScreen(id="_default")

    return BoardApp()


KEYS = ("right", "down", "right", "up", "pagedown", "down")


async def test_a_move_of_the_cursor_sends_a_few_hundred_bytes() -> None:
    sent: dict[str, list[int]] = {"stock": [], "lean": []}
    cells: dict[str, list[Any]] = {"stock": [], "lean": []}

    def play(name: str) -> Any:
        async def keys(terminal: Terminal) -> None:
            for key in KEYS:
                await terminal.pilot.press(key)
                sent[name].append(await terminal.settle())
                cells[name].append(terminal.cells())

        return keys

    await on_terminal(board_app(Screen), (120, 36), play("stock"))
    await on_terminal(board_app(LeanScreen), (120, 36), play("lean"))
    assert cells["lean"] == cells["stock"]
    steps = slice(0, 4)  # those that do not scroll
    assert max(sent["lean"][steps]) < 1000
    assert sum(sent["lean"][steps]) * 5 < sum(sent["stock"][steps])


class Question(LeanModal[None]):
    DEFAULT_CSS = "Question { align: center middle; } Question > Static { width: 20; height: 3; background: $panel; }"

    def compose(self) -> ComposeResult:
        yield Static("lean question")


class StockQuestion(ModalScreen[None]):
    DEFAULT_CSS = (
        "StockQuestion { align: center middle; } StockQuestion > Static { width: 20; height: 3; background: $panel; }"
    )

    def compose(self) -> ComposeResult:
        yield Static("stock question")


@pytest.mark.parametrize("modal", [Question, StockQuestion])
async def test_a_modal_comes_and_goes_without_a_trace(modal: type[Screen[None]]) -> None:
    async def play(terminal: Terminal) -> None:
        before = terminal.cells()
        terminal.app.push_screen(modal())
        await terminal.settle()
        assert any("question" in line for line in terminal.text())
        terminal.app.pop_screen()
        await terminal.settle()
        assert terminal.cells() == before

    await on_terminal(board_app(LeanScreen), (80, 20), play)


async def test_a_lean_modal_does_not_send_the_screen_again_when_it_goes() -> None:
    sent: list[int] = []

    async def play(terminal: Terminal) -> None:
        for modal in (Question, StockQuestion):
            terminal.app.push_screen(modal())
            await terminal.settle()
            terminal.app.pop_screen()
            sent.append(await terminal.settle())

    app = noisy(LeanScreen)
    Question.CSS = "Question { background: transparent; }"
    await on_terminal(app, (80, 20), play)
    assert sent[0] < sent[1]


async def test_redraw_sends_everything_whatever_the_terminal_shows() -> None:
    async def play(terminal: Terminal) -> None:
        before = terminal.cells()
        terminal.stream.feed("\x1b[2J\x1b[5;5Hnoise from elsewhere")
        assert terminal.cells() != before
        await terminal.pilot.press("ctrl+l")
        await terminal.settle()
        assert terminal.cells() == before

    await on_terminal(board_app(LeanScreen), (80, 20), play)


async def test_resume_draws_a_cleared_terminal_again() -> None:
    async def play(terminal: Terminal) -> None:
        before = terminal.cells()
        terminal.stream.feed("\x1b[2J")
        terminal.app._resume_signal()
        terminal.app.refresh(layout=True)
        await terminal.settle()
        assert terminal.cells() == before

    await on_terminal(board_app(LeanScreen), (80, 20), play)


async def test_an_ordinary_screen_where_names_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "missing_names", lambda: ("Compositor._render_chops",))
    shown: list[bool] = []

    async def play(terminal: Terminal) -> None:
        shown.append(terminal.app.screen.lean)  # type: ignore[attr-defined]
        shown.append(any("Technician 000" in line for line in terminal.text()))

    await on_terminal(board_app(LeanScreen), (80, 20), play)
    assert shown == [False, True]


def test_missing_names_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lean.REQUIRED, "Compositor._no_such_thing", ("self",))
    missing_names.cache_clear()
    try:
        assert missing_names() == ("Compositor._no_such_thing",)
    finally:
        missing_names.cache_clear()


async def test_a_picture_of_a_lean_screen_can_be_taken() -> None:
    pictures: list[str] = []

    async def play(terminal: Terminal) -> None:
        pictures.append(terminal.app.export_screenshot())

    await on_terminal(board_app(LeanScreen), (80, 20), play)
    assert "Technician" in pictures[0]


def cells(*spans: tuple[str, str]) -> list[Any]:
    strip = Strip([Segment(text, Style.parse(style) if style else None) for text, style in spans])
    return cells_of_row({0: strip}, strip.cell_length, ColorSystem.TRUECOLOR)


def test_a_wide_character_is_a_pair() -> None:
    assert [text for text, _ in cells(("a東b", ""))] == ["a", "東", "", "b"]


def test_a_combining_character_joins_the_one_before() -> None:
    assert [text for text, _ in cells(("ae\u0301b", ""))] == ["a", "e\u0301", "b"]
    assert [text for text, _ in cells(("東\u0301b", ""))] == ["東\u0301", "", "b"]


def test_a_row_that_is_too_long_ends_in_a_space_instead_of_half_a_character() -> None:
    row = cells_of_row({0: Strip([Segment("a東")])}, 2, ColorSystem.TRUECOLOR)
    assert [text for text, _ in row] == ["a", " "]


def test_runs_bridge_short_gaps_only() -> None:
    before, after = cells(("abcdefghijklmnop", "")), cells(("abXdeYghijklmnZp", ""))
    assert list(changed_runs(before, after)) == [(2, 6), (14, 15)]
    assert list(changed_runs(before, before)) == []
    assert list(changed_runs([], before)) == [(0, 16)]


def test_a_run_never_begins_within_a_character() -> None:
    after = cells(("a東b", ""))
    before = list(after)
    before[2] = ("x", before[2][1])
    assert list(changed_runs(before, after)) == [(1, 3)]


def test_pens_compare_by_what_is_sent() -> None:
    plain, tagged = Style(bold=True), Style(bold=True, meta={"offset": (1, 2)})
    assert pen_of(plain, ColorSystem.TRUECOLOR) == pen_of(tagged, ColorSystem.TRUECOLOR)


@pytest.mark.again
async def test_long_blanks_are_erased_where_the_terminal_does_that_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures: dict[bool, list[Any]] = {True: [], False: []}
    sent = {True: 0, False: 0}
    for erases in (True, False):
        monkeypatch.setattr(lean_compositor, "erases_in_colour", lambda term, erases=erases: erases)

        async def play(terminal: Terminal, erases: bool = erases) -> None:
            for key in (*KEYS, "ctrl+l"):
                await terminal.pilot.press(key)
                sent[erases] += await terminal.settle()
                pictures[erases].append(terminal.cells())

        await on_terminal(board_app(LeanScreen), (120, 36), play)
    assert pictures[True] == pictures[False]
    assert sent[True] < sent[False]


@pytest.mark.parametrize(("term", "erases"), [("xterm-256color", "True"), ("screen", "False"), ("no-such", "False")])
def test_terminfo_says_which_terminals_erase_in_colour(term: str, erases: str) -> None:
    """In a process of its own: terminfo is read once in each."""
    pytest.importorskip("curses", reason="needs curses: install a Python that was built with ncurses")
    code = f"from widgets.terminal.terminfo import erases_in_colour; print(erases_in_colour({term!r}))"
    done = subprocess.run(started("-c", code), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == erases


def test_a_gap_in_another_pen_is_not_bridged() -> None:
    before, after = cells(("ab", ""), ("cd", "bold"), ("ef", "")), cells(("aX", ""), ("cd", "bold"), ("Yf", ""))
    assert list(changed_runs(before, after)) == [(1, 2), (4, 5)]


def test_of_a_space_only_the_ground_counts() -> None:
    assert cells((" ", "bold red on blue")) == cells((" ", "italic green on blue"))
    assert cells((" ", "red on blue")) != cells((" ", "red on green"))
    for seen in ("underline", "strike", "reverse"):
        assert cells((" ", f"{seen} red on blue")) != cells((" ", "on blue"))


def pen(style: str) -> tuple[str, str]:
    return pen_of(Style.parse(style), ColorSystem.TRUECOLOR)


def test_a_pen_changes_by_what_differs() -> None:
    loud, quiet = pen("bold #ff0000 on #0000ff"), pen("#ff0000 on #0000ff")
    assert taken_up(loud, quiet) == "\x1b[22m"
    assert taken_up(quiet, loud) == "\x1b[1m"
    assert taken_up(quiet, pen("#ff0000")) == "\x1b[49m"
    assert taken_up(loud, NO_PEN) == "\x1b[0m"
    # faint and bold are ended together
    assert taken_up(pen("bold dim"), pen("dim")) in ("\x1b[22;2m", "\x1b[0;2m")
    # a double underline has no end that every terminal knows
    assert taken_up(pen("underline2 red"), pen("red")).startswith("\x1b[0")


def test_spaces_go_with_their_neighbours() -> None:
    row = cells(
        ("  ", "on blue"), ("ab ", "red on blue"), ("c", "red on blue"), (" ", "on green"), ("d", "red on green")
    )
    strokes = [(stroke.x, stroke.end, stroke.text) for _, stroke in strokes_of(row, 0, len(row), 0)]
    assert strokes == [(0, 6, "  ab c"), (6, 8, " d")]


def test_what_has_the_same_pen_is_drawn_together() -> None:
    dim, plain = pen("#888888"), pen("#ffffff")
    text = drawn({dim: [Stroke(0, 0, 5, "state"), Stroke(1, 0, 5, "level")], plain: [Stroke(0, 5, 7, "ok")]}, 80)
    assert text.count("38;2;") == 2
    assert text.endswith("\x1b[1;6Hok\x1b[0m")


def test_a_line_below_is_come_to_by_the_shortest_way() -> None:
    below = {NO_PEN: [Stroke(0, 4, 5, "a"), Stroke(1, 4, 5, "b")]}
    assert drawn(below, 80) == "\x1b[1;5Ha\x1b[B\bb"
    assert drawn(below, 5) == "\x1b[1;5Ha\x1b[2;5Hb", "behind the last column terminals stand where they like"


def filled(rows: list[list[tuple[str, str]]]) -> dict[int, list[Any]]:
    """The cells of rows of a terminal of 40 columns."""
    return {
        y: cells_of_row(
            {0: Strip([Segment(text, Style.parse(style)) for text, style in row])}, 40, ColorSystem.EIGHT_BIT
        )
        for y, row in enumerate(rows)
    }


@pytest.mark.parametrize("seed", range(6))
def test_what_moves_is_moved_by_the_terminal_and_looks_the_same(seed: int) -> None:
    """Lines come and go between others that stay, as in a list under a head; some have wide letters."""
    chosen = random.Random(seed)
    styles = ("", "on blue", "bold red on green", "underline", "reverse", "dim on white")

    def row() -> list[tuple[str, str]]:
        parts = [(chosen.choice(WORDS), chosen.choice(styles)) for _ in range(chosen.randrange(1, 6))]
        return [*parts, (str(chosen.randrange(10**9)), chosen.choice(styles))]

    rows = [row() for _ in range(16)]
    shadow, terminal = Shadow(), Seen(40, 16)
    sent = {True: 0, False: 0}
    for _ in range(40):
        top, end = sorted((chosen.randrange(12), chosen.randrange(4, 16)))
        for _ in range(chosen.randrange(1, 3)):
            if chosen.random() < 0.5:
                rows.insert(top, row())
                rows.pop(max(end, top + 1))
            else:
                rows.insert(max(end, top + 1), row())
                rows.pop(top)
        if chosen.random() < 0.3:
            rows[chosen.randrange(16)] = row()
        cells = filled(rows)
        dirty = {y: cells[y] for y in range(16) if shadow._rows.get(y) != cells[y]}
        sent[False] += len(drawn_over(shadow._rows, dirty, True))
        text = shadow.changed_to(dirty, erasing=True, scrolling=True)
        sent[True] += len(text)
        terminal.feed(text)
        anew = Seen(40, 16)
        anew.feed(Shadow().changed_to(cells, erasing=True, scrolling=False))
        assert terminal.cells() == anew.cells()
    assert sent[True] < sent[False] * 0.8, "it is moved, and that is shorter"


async def test_what_a_dialog_covered_is_sent_once_it_is_saved() -> None:
    """Over SSH: the list as it was and the list as it is then are one frame; what is never saved comes all the same."""
    sent: list[int] = []

    async def play(terminal: Terminal) -> None:
        await terminal.settle()
        before = terminal.cells()
        terminal.app.push_screen(Answered())
        await terminal.settle()
        terminal.app.screen.dismiss(True)
        sent.append(await terminal.settle())
        release(terminal.app)
        sent.append(await terminal.settle())
        assert terminal.cells() == before
        terminal.app.push_screen(Answered())
        await terminal.settle()
        terminal.app.screen.dismiss(True)
        await asyncio.sleep(lean.HELD)
        await terminal.settle()
        assert terminal.cells() == before

    app = board_app(LeanScreen)
    app.add_class("-over-ssh")
    await on_terminal(app, (80, 20), play)
    assert sent[0] == 0 < sent[1]


class Answered(LeanModal[bool]):
    def compose(self) -> ComposeResult:
        yield Static("really?")
