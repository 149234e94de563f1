"""What ends a session that does not look after itself any more: a thread beside its event loop, and behind that the kernel.

The loop itself looks once a second whether the line is up, the key is good and somebody is there. Where it is late, this
looks for it; where the whole interpreter stands still, an alarm of the kernel's ends the process.
"""

from __future__ import annotations

import contextlib
import select
import signal
import threading
import time
from typing import TYPE_CHECKING, Protocol

from db.faults import StoreFault
from db.store import Store
from dispatch import crashes
from dispatch.desk.access import logins

if TYPE_CHECKING:
    from dispatch.desk.session.user import User

LOOK_SECONDS = 1.0
"""How often the watchdog looks."""
LATE_SECONDS = 3.0
"""After so long without a look of the loop's own, the watchdog looks for it."""
STUCK_SECONDS = 60.0
"""After so long the session is ended: as long as a silent line may take."""
STOPPED_SECONDS = 30.0
"""So much later the kernel ends it, where not even the watchdog runs."""


class Watched(Protocol):
    """What the watchdog asks of the app of a session."""

    user: User
    moved: float
    """When the person did something last, as of `time.monotonic`."""

    def end_at_once(self, code: int) -> None:
        """End the process."""


class Watchdog:
    """Watches one session.

    Args:
        app: the session's app.
        idle_seconds: how long nobody may be there.
        lines: what tells that the line is gone: the terminal, and what a warm parent gave.
    """

    def __init__(self, app: Watched, idle_seconds: float, lines: list[int]) -> None:
        self._app = app
        self._idle_seconds = idle_seconds
        self._lines = lines
        self._looked = time.monotonic()
        self._parting: float | None = None

    def start(self) -> None:
        """Begin to watch."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def looked(self) -> None:
        """The loop has looked after the session itself."""
        self._looked = time.monotonic()

    def part(self, seconds: float) -> None:
        """The session is being left: it may take so long."""
        self._parting = time.monotonic() + seconds
        signal.setitimer(signal.ITIMER_REAL, seconds + LATE_SECONDS)

    def _watch(self) -> None:
        poll = select.poll()
        for line in self._lines:
            poll.register(line, 0)
        while True:
            if self._parting is not None:
                time.sleep(0.1)
                if time.monotonic() > self._parting:
                    self._end("it took too long to leave")
                continue
            signal.setitimer(signal.ITIMER_REAL, STUCK_SECONDS + STOPPED_SECONDS)
            if poll.poll(LOOK_SECONDS * 1000):
                # the loop hears of it too, and says more about it
                self.part(LATE_SECONDS)
            elif why := self.why_over(time.monotonic()):
                self._end(why)

    def why_over(self, now: float) -> str | None:
        """Why a session whose loop is late at `now` (as of `time.monotonic`) is to be ended, in a word or two."""
        late = now - self._looked
        if late < LATE_SECONDS:
            return None
        if late > STUCK_SECONDS:
            return "stuck"
        if now - self._app.moved > self._idle_seconds:
            return "idle"
        # a connection of its own: whoever is stuck may hold the session's
        with contextlib.suppress(StoreFault), Store.open(self._app.user.store.path, timeout=LATE_SECONDS) as store:
            return logins.why_over(self._app.user, store)
        return None

    def _end(self, why: str) -> None:
        crashes.note(f"ended by the watchdog: {why}", self._app.user.store.path, f"key K{self._app.user.key_id}")
        self._app.end_at_once(1)
