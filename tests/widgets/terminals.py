"""A terminal for tests: a driver that keeps what an app sends, and a screen that shows it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pyte
from textual import constants
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot


class KeepingDriver(HeadlessDriver):
    """Not headless for Textual, so that updates are drawn; what is written is kept."""

    sent: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sent = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.sent.append(data)


class Seen:
    """What a terminal shows of what it was sent."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.feed = self.stream.feed

    def cells(self) -> list[list[tuple[object, ...]]]:
        """Each cell with its character, colours and attributes; of a space what can be seen of them."""
        buffer = self.screen.buffer
        return [[_seen(buffer[y][x]) for x in range(self.screen.columns)] for y in range(self.screen.lines)]


class Terminal(Seen):
    """What an app has sent, and what a terminal would show of it."""

    def __init__(self, app: App[Any], pilot: Pilot[Any], size: tuple[int, int]) -> None:
        super().__init__(*size)
        self.app = app
        self.pilot = pilot

    async def settle(self) -> int:
        """Let the app come to rest, and show what it sent; returns how many bytes that was."""
        # two frames of Textual's: one for a layout, one for what the layout made dirty
        await self.pilot.pause()
        await asyncio.sleep(2.2 / constants.MAX_FPS)
        await self.pilot.pause()
        driver = self.app._driver
        assert isinstance(driver, KeepingDriver)
        text = "".join(driver.sent)
        driver.sent.clear()
        self.stream.feed(text)
        return len(text.encode())

    def text(self) -> list[str]:
        """The lines, without colours."""
        return [line.rstrip() for line in self.screen.display]


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    lines = cell.underscore, cell.strikethrough, cell.reverse
    if cell.data == " " and not any(lines):
        return cell.data, cell.bg
    return cell.data, cell.fg, cell.bg, cell.bold, cell.italics, *lines


async def on_terminal(app: App[Any], size: tuple[int, int], play: Callable[[Terminal], Awaitable[None]]) -> Terminal:
    """Run an app on a terminal of that size, let `play` act on it, and return the terminal."""
    app.driver_class = KeepingDriver
    seen: list[Terminal] = []
    failed: list[BaseException] = []

    async def pilot_it(pilot: Pilot[Any]) -> None:
        terminal = Terminal(app, pilot, size)
        seen.append(terminal)
        try:
            await terminal.settle()
            await play(terminal)
        except BaseException as problem:
            failed.append(problem)
        app.exit()

    await app.run_async(size=size, auto_pilot=pilot_it)
    if failed:
        raise failed[0]
    return seen[0]
