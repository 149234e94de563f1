"""The drives that the board's day lacks, asked of a road engine where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from db.faults import StoreFault
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily

with lazily(__name__):
    from dispatch.desk.roads import road_engines

if TYPE_CHECKING:
    from screens.board.board import BoardScreen

FETCH_AFTER = 0.4
"""Seconds after which a road engine is asked for the drives that the day lacks."""


class DayDrives:
    """Asks once the screen stands; what cannot be had is said, and stays estimated."""

    note = ""
    """What could not be had."""

    def __init__(self, screen: BoardScreen) -> None:
        self._screen = screen
        self._soon: Timer | None = None

    def fetch(self) -> None:
        """Have the engine asked in a moment."""
        if self._soon is not None:
            self._soon.stop()
        firm = self._screen.user.firm
        self._soon = None
        if firm.roads or firm.travel_engine != "none":
            self._soon = self._screen.set_timer(FETCH_AFTER, self._begin)
        else:
            self.note = ""

    def _begin(self) -> None:
        self._screen.run_worker(self._ask, group="drives", thread=True, exclusive=True, exit_on_error=False)

    def _ask(self) -> None:
        screen = self._screen
        try:
            fetched = road_engines.prefetch(screen.user, screen.program.day)
        except (StoreFault, Refusal):
            return  # the next look at the day asks again
        if screen.app.is_running:
            screen.app.call_from_thread(self._fetched, fetched.notes[0] if fetched.notes else "", fetched.renewed)

    def _fetched(self, note: str, renewed: bool) -> None:
        screen = self._screen
        if not screen.stands:
            return
        if note != self.note:
            self.note = note
            if note:
                screen.say(note, "warning")
            screen.show_day()
        if renewed:
            screen.reload()
