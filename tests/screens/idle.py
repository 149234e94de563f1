"""When a program in a test has come to rest, said by its event loop and its timers and not by how busy the machine is."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.pilot import Pilot

from tests.screens import lean

PASS = 0.003
ENOUGH = 3
SHORT = 0.1
"""Seconds: a timer that is shorter belongs to what a key began."""


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until the event loop had nothing to do, some times in a row.

    In place of Textual's own, which looks how much processor time went by in steps of 20 ms: three of four seconds of a
    screen's test were such steps.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + max_sleep
    quiet = 0
    while quiet < ENOUGH and loop.time() < ends:
        await asyncio.sleep(PASS)
        quiet = 0 if loop._ready else quiet + 1  # type: ignore[attr-defined]
    lean.paint()


def is_about_to_act(pilot: Pilot[Any], within: float = SHORT) -> bool:
    """Whether a timer that ends soon is running, such as the one that lets quick keys pass before a line is looked up."""
    return any(
        timer._repeat == 0 and timer._interval <= within and timer._task is not None and not timer._task.done()
        for pump in (pilot.app, *pilot.app.screen.walk_children(with_self=True))
        for timer in pump._timers
    )
