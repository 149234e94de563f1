"""An app at a terminal: what becomes of it when it is told to end, suspended, or goes wrong."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual._context import active_message_pump
from textual.app import App, ReturnType
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerFailed

from dispatch import crashes
from widgets.terminal.driver import BoundedDriver
from widgets.terminal.notes import place_notes

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.notifications import SeverityLevel

PARTING_SECONDS = 1.5
"""How long an app that was told to end may take over it."""
TROUBLES = 100
"""So many unreadable sequences are written to the log; then it is silent."""


class TerminalApp(App[ReturnType]):
    """An app that gives the terminal back whatever happens, and says what went wrong in one line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, tooltip="go to the shell; fg comes back")
    ]

    def __init__(self, database: Path, who: str) -> None:
        """
        Args:
            database: beside it is the log of what went wrong.
            who: the person, in that log.
        """
        super().__init__()
        self._troubles = 0
        self._database = database
        self._who = who
        self.moved = time.monotonic()
        """When somebody was there last."""

    def get_driver_class(self) -> type[Driver]:
        """The one with bounds."""
        return BoundedDriver

    def on_mount(self) -> None:
        """Hear when the program is told to end."""
        if self._loop is not None and isinstance(self._driver, BoundedDriver):
            for number in (signal.SIGHUP, signal.SIGTERM):
                self._loop.add_signal_handler(number, self.told_to_end, number)

    def note_key(self) -> None:
        """Somebody is there."""
        self.moved = time.monotonic()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something for a moment, where it hides nothing that is needed."""
        place_notes(self.screen)
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def told_to_end(self, number: int) -> None:
        """End, with the terminal as it was; at once where that takes too long. Whatever is being saved is saved, or not at all."""
        last = threading.Timer(PARTING_SECONDS, self.end_at_once, [128 + number])
        last.daemon = True
        last.start()
        self.exit(return_code=128 + number)

    def end_at_once(self, code: int) -> None:
        """End the process, from any thread."""
        if isinstance(self._driver, BoundedDriver):
            self._driver.give_back()
        os._exit(code)

    def note_trouble(self, error: Exception) -> None:
        """Note a sequence of the terminal's that could not be read."""
        self._troubles += 1
        if self._troubles <= TROUBLES:
            crashes.keep(error, self._database, self._who)

    def crash_line(self, error: BaseException) -> str:
        """Keep an error in the log; returns the one line for the person."""
        return crashes.keep(error, self._database, self._who, over_ssh=False)

    def _handle_exception(self, error: Exception) -> None:
        failed = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(failed, NoMatches) and (self._exit or not self.is_running or _goes_away()):
            # of a worker or a timer that was still at it, while the program ends or a screen goes away with all it is made of
            crashes.keep(failed, self._database, self._who)
            return
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        # what failed in a worker is told without where it was
        self._exit_renderables.append(Text(self.crash_line(failed)))
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """As for any other error: one line."""
        self._handle_exception(RuntimeError("the interface gave up"))


def _goes_away() -> bool:
    """Whether what is done now is done by a screen that is being taken away, or by something on one."""
    node = active_message_pump.get(None)
    return isinstance(node, Widget) and any(
        isinstance(ancestor, Screen) and not ancestor.display for ancestor in node.ancestors_with_self
    )
