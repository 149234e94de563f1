"""How long the interface's process is kept from its next key: `python -m benchmarks.heartbeat [TECHNICIANS]`.

A heart beats in the board's event loop while keys are pressed and others change the day. Its longest pause is what a key
that comes at the worst moment waits before anything is done about it.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.peer_files import many
from benchmarks.running import DAY
from db.store import Store
from dispatch.app import DispatchApp
from dispatch.desk.plan import schedule
from dispatch.desk.session.user import log_in
from screens.board.board import BoardScreen
from screens.board.plan import PlanScreen
from tests.widgets.terminals import Terminal, on_terminal
from widgets.timeline.view import Timeline

BEAT = 0.002
SIZES = ((120, 36), (80, 24))
ROUNDS = 12
LATER = "R8"
"""A visit that is still in the plan."""


class Heart:
    """Beats in the running event loop, and keeps by how many milliseconds each beat came late, and how many of them the process
    itself computed: the others went to whatever runs beside it."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.own: list[float] = []

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            began, spent = time.perf_counter(), time.process_time()
            await asyncio.sleep(BEAT)
            self.late.append(max(0.0, time.perf_counter() - began - BEAT) * 1000)
            self.own.append((time.process_time() - spent) * 1000)


def main() -> None:
    """Make the firm and measure at both sizes."""
    technicians = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "firm.db")
        many(db, technicians)
        for size in SIZES:
            print(f"{technicians} technicians at {size[0]}x{size[1]}, pauses of the event loop:")
            for line in asyncio.run(_at(db, size)):
                print(f"  {line}", flush=True)


async def _at(db: Path, size: tuple[int, int]) -> list[str]:
    said: list[str] = []
    with Store.open(db) as store, Store.open(db) as elsewhere:
        app = DispatchApp(log_in(store, "dana"), "board", day=DAY)
        other = log_in(elsewhere, "dana")

        async def play(terminal: Terminal) -> None:
            pilot, board = terminal.pilot, terminal.app.screen
            assert isinstance(board, BoardScreen)
            timeline = board.query_one(Timeline)

            async def press(*keys: str) -> None:
                for key in keys:
                    app.note_key()
                    await pilot.press(key)
                    await asyncio.sleep(0.06)

            async def pin(pinned: bool) -> None:
                before = board.board
                await asyncio.to_thread(schedule.pin, other, LATER, pinned)
                while board.board is before:
                    await asyncio.sleep(0.01)

            async def changes() -> None:
                await pin(True)
                await pin(False)

            async def changes_under_keys() -> None:
                keys = asyncio.create_task(press(*["down", "up"] * 8))
                await changes()
                await keys

            async def planning() -> None:
                await pilot.press("p")
                await asyncio.sleep(0.1)
                while isinstance(plan := terminal.app.screen, PlanScreen) and plan._looking:
                    await press("down", "space", "m", "i", "tab", "right", "tab")
                await press("escape", "escape")

            await asyncio.sleep(1)
            await measured(said, "cursor along a row", lambda: press(*["right", "left"] * ROUNDS))
            await measured(said, "cursor from row to row", lambda: press(*["down"] * 3 * ROUNDS))
            await measured(said, "a page", lambda: press(*["pagedown", "pageup"] * ROUNDS))
            await measured(said, "zoom", lambda: press(*["z"] * 8))
            timeline.select(None, 0)
            await press("end", "m")
            await measured(said, "move mode", lambda: press(*["right", "down"] * ROUNDS))
            await press("escape")
            await measured(
                said, "filter", lambda: press("slash", *"117", "enter", "slash", *["backspace"] * 3, "enter")
            )
            await measured(said, "a change elsewhere", changes)
            await measured(said, "keys during a change elsewhere", changes_under_keys)

            await measured(said, "planning", planning)

        await on_terminal(app, size, play)
    return said  # an app has the standard output


async def measured(said: list[str], what: str, act: Callable[[], Awaitable[None]]) -> None:
    """Say the pauses while something is done."""
    heart = Heart()
    beating = asyncio.create_task(heart.beat())
    await act()
    await asyncio.sleep(0.5)
    beating.cancel()
    worst = sorted(heart.late)[-3:]
    over = sum(late > 50 for late in heart.late)
    said.append(
        f"{what}: longest {worst[-1]:.0f} ms, then {worst[-2]:.0f} and {worst[-3]:.0f}; "
        f"median {statistics.median(heart.late):.1f}; {over} over 50 ms; most that was computed here in one {max(heart.own):.0f} ms"
    )


if __name__ == "__main__":
    main()
