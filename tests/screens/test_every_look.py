"""Screens and dialogs of each kind at every size and in every theme, without colours and in ASCII: they can be read, and the
cursor be seen. All of them are looked at by `make pictures`."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.console import Console
from rich.segment import Segment
from textual.pilot import Pilot

from tests.pictures import SIZES, WAYS, pressed, program, text_of
from tests.screens.test_few_colours import LEAST, contrast, sixteen
from tests.screens.test_screens import settled
from widgets.lines.marks import TYPOGRAPHY
from widgets.themes import FEW, THEMES

KINDS = ("board-queue", "assign", "week", "remote-work", "visit", "log-visit", "figures", "service-plan-form")
of_each_kind = pytest.mark.parametrize("name", KINDS)


@asynccontextmanager
async def come_to(name: str, sample: Path, folder: Path, *, ascii_only: bool = False) -> AsyncIterator[Pilot[None]]:
    """The program where a picture is taken."""
    way = next(way for way in WAYS if way.name == name)
    with program(way, sample, folder) as app:
        app.animation_level = "none"
        app.ascii_only = ascii_only
        async with app.run_test(size=SIZES[0]) as pilot:
            await pressed(pilot, way)
            yield pilot


def spans(pilot: Pilot[None]) -> Iterator[Segment]:
    """What stands in front: the screen, or a dialog over it."""
    app = pilot.app
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, record=True)
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))
    boxes = app.screen.query(".dialog")
    front = boxes.first().region if boxes else app.screen.region
    drawn = list(Segment.split_lines(part for part in console._record_buffer if not part.control))
    for line in drawn[front.y : front.bottom]:
        yield from list(Segment.divide(line, [front.x, front.right, width]))[1]


@of_each_kind
async def test_text_differs_from_its_ground(day_of_sample: Path, tmp_path: Path, name: str) -> None:
    unreadable = []
    async with come_to(name, day_of_sample, tmp_path) as pilot:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in THEMES:
                pilot.app.theme = theme.name
                await settled(pilot)
                for text, style, _ in spans(pilot):
                    if style is None or style.color is None or style.bgcolor is None or not is_read(text):
                        continue
                    of = sixteen if theme is FEW else (lambda colour: tuple(colour.get_truecolor()))
                    if contrast(of(style.color), of(style.bgcolor)) < LEAST:
                        unreadable.append((size, theme.name, text.strip()))
    assert unreadable == []


def is_read(text: str) -> bool:
    """Whether it holds words or numbers."""
    return any(letter.isalnum() for letter in text)


@of_each_kind
async def test_without_colours_and_in_ascii_the_cursor_is_seen(
    day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with come_to(name, day_of_sample, tmp_path, ascii_only=True) as pilot:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            shown = text_of(pilot.app).translate(TYPOGRAPHY)
            assert [sign for sign in shown if not sign.isascii()] == [], size
            styles = [style for _, style, _ in spans(pilot) if style is not None]
            grounds = {tuple(style.bgcolor.get_truecolor()) for style in styles if style.bgcolor is not None}
            assert any(style.underline or style.reverse for style in styles) or len(grounds) > 1, size
