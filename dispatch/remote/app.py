"""The app in a session over SSH: the same screens at the far end of a line, and nothing of the machine that it runs on."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.geometry import Size
from textual.messages import InBandWindowResize

from db import sessions
from db.faults import StoreFault
from dispatch import crashes
from dispatch.app import MODES, OUTLIVED, DispatchApp
from dispatch.desk.access import client_network, logins
from dispatch.desk.session.preferences import FIRST_SESSIONS
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.unsent import Whereabouts
from dispatch.lazily import lazily
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.remote.watchdog import Watchdog
from dispatch.terminal import PARTING_SECONDS
from widgets.terminal.driver import BoundedDriver

with lazily(__name__):
    from screens.program import guide as guides

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.message import Message

    from dispatch.desk.session.user import User


class RemoteParser(XTermParser):
    """Mouse reports are in cells: a size that somebody types does not make them pixels, of which there may be none."""

    mouse_pixels = property(lambda self: False, lambda self, _: None)


class RemoteDriver(BoundedDriver):
    """Its sizes come from the terminal's own record, and it tells the app when the line is gone."""

    LARGEST: ClassVar[Size] = Size(300, 100)

    def _query_in_band_window_resize(self) -> None:
        """Never asked for: sizes come from the terminal's own record, not from bytes that somebody sends."""

    def process_message(self, message: Message) -> None:
        """Let through what keys and a mouse do; sizes that were typed are dropped."""
        if isinstance(message, (InBandWindowResize, events.Resize)):
            return
        super().process_message(message)

    def _run_input_thread(self) -> None:
        super()._run_input_thread()
        if not self.exit_event.is_set():
            self._app.call_later(self._app.hang_up)  # type: ignore[attr-defined]


linux_driver.XTermParser = RemoteParser  # type: ignore[attr-defined]


WAY_SECONDS = 5.0
"""How often it is looked whether the connection leads into a client's network: the kernel takes milliseconds to list sockets."""
LEAVING_SECONDS = 10.0
"""How long a session that is left may take: a line that stands still takes nothing more."""


class RemoteApp(DispatchApp):
    """The board, my day, the log and the book at the far end of a connection."""

    WATCH_SECONDS: ClassVar[float] = 1.0

    def __init__(
        self, user: User, *, idle_seconds: float, where: Whereabouts | None = None, line: int | None = None
    ) -> None:
        roles = user.staff.roles
        # over SSH most are technicians, and whoever is one begins with their own day
        mode = "day" if Role.TECHNICIAN in roles else "board" if Role.DISPATCHER in roles else "log"
        if where is not None and where.mode in MODES and user.may_read(MODES[where.mode]):
            mode = where.mode
        super().__init__(user, mode, day=_day(where), restricted=True)
        self.left = "left"
        """How the session was left, in a word or two."""
        self._idle_seconds = idle_seconds
        self._line = line
        self.watchdog = Watchdog(self, idle_seconds, [0] if line is None else [0, line])
        self._way_seen = -WAY_SECONDS
        self._back_to = where
        self._where: Whereabouts | None = None
        self._who = f"key K{user.key_id}"

    def get_driver_class(self) -> type[Driver]:
        """The one that survives every byte."""
        return RemoteDriver

    def on_mount(self) -> None:
        """Go back to where the person was, and leave when the line does."""
        self.watchdog.start()
        if self._loop is not None and self._line is not None:
            self._loop.add_reader(self._line, self.hang_up)
        if self._back_to is not None and self._back_to.reference:
            self.call_after_refresh(self._go_back)
        self.call_after_refresh(self._begin_first_steps)

    def _begin_first_steps(self) -> None:
        """Nothing is kept on the machine for somebody who comes over SSH: the sessions before this one are counted."""
        if (before := sessions.count_of(self.user.store, self.user.staff.id) - 1) < FIRST_SESSIONS:
            guides.begin_first_steps(self, before)

    def _set_up(self) -> None:
        """A firm is set up at its own machine: that reads files."""

    # coming back, and being sent away

    def _go_back(self) -> None:
        from screens.visit.visit import VisitScreen

        where = self._back_to
        assert where is not None
        try:
            sentence = where.words(self.user.store)
        except (StoreFault, Refusal):
            return
        if sentence:
            screen = VisitScreen(where.reference)
            self.push_screen(screen)
            self.call_after_refresh(screen.come_back, where.item, sentence)

    @property
    def where(self) -> Whereabouts:
        """Where the person is now."""
        for screen in reversed(self.screen_stack):
            if (place := getattr(screen, "place", None)) is not None:
                reference, item = place
                return Whereabouts(self.current_mode, self.day.isoformat(), reference, item)
        return Whereabouts(self.current_mode, self.day.isoformat())

    @property
    def last_place(self) -> str:
        """Where the person was last, as it is stored with the session."""
        return self._where.as_json() if self._where is not None else "{}"

    def _watch(self) -> None:
        self.look_at_store()
        self._look_after()
        self.watchdog.looked()

    def _look_after(self) -> None:
        if (where := self.where) != self._where:
            self._where = where
            where.keep(self.user)
        now = time.monotonic()
        if now >= self._way_seen + WAY_SECONDS:
            self._way_seen = now
            self._look_for_the_way()
        if now - self.moved > self._idle_seconds:
            self._go("idle", "Nobody was here for a while, so the session was closed. Everything is saved.")
            return
        if self.user.store.read_only is not None and self._others_write():
            self._go(
                "read only",
                "The disk takes saves again, so this session, which could only read, was closed. Connect again.",
            )
            return
        if self.others_changed():
            why = None
            with contextlib.suppress(StoreFault):
                why = logins.why_over(self.user)
            if why is not None:
                self._go(why, _PARTINGS.get(why, f"This session is over: {show(why, 80)}."))
                return
            self.hear_others()

    def _others_write(self) -> bool:
        """Whether what this session only reads has been written to."""
        try:
            self.user.store.ensure_in_place()
        except StoreFault:
            return True
        return False

    def _look_for_the_way(self) -> None:
        """Notice that the person's connection leads into the network where they are, or no more."""
        port = client_network.open_port(self.user) if Role.TECHNICIAN in self.user.staff.roles else None
        if port != self.user.site_port:
            self.user = replace(self.user, site_port=port)
            if port is not None:
                sentence = "Tests can run from where you are: site tests go through this connection."
            else:
                sentence = (
                    f"Site tests cannot go through this connection any more: {client_network.how_to_open(self.user)}."
                )
            self.notify(sentence, markup=False)
            self.reload()

    def _go(self, how: str, sentence: str) -> None:
        self.left = how
        self.watchdog.part(LEAVING_SECONDS)
        self.exit(message=Text(sentence))

    def end_outlived(self) -> None:
        """As for any other session that was closed."""
        self._go("outlived", OUTLIVED)

    def hang_up(self) -> None:
        """The line is gone: record it if that is quick, and end. What was being saved is saved, or not at all."""
        self.watchdog.part(PARTING_SECONDS)
        with contextlib.suppress(Exception):  # whatever state the screens are in
            self.keep_typed()
        with contextlib.suppress(StoreFault, Refusal):
            self.where.keep(self.user)
            logins.log_out(self.user, "hung up", self.where.as_json())
        self.end_at_once(0)

    def told_to_end(self, number: int) -> None:
        """As when the line is gone."""
        self.hang_up()

    # what went wrong is for the log

    def crash_line(self, error: BaseException) -> str:
        """Keep an error in the log; the line has no path of the server's."""
        self.left = "crashed"
        self.watchdog.part(LEAVING_SECONDS)
        return crashes.keep(error, self._database, self._who)

    # nothing of the machine

    def copy_to_clipboard(self, text: str) -> None:
        """For pasting in the session only; nothing is sent to the person's own clipboard."""
        self._clipboard = text

    @contextlib.contextmanager
    def suspend(self) -> Iterator[None]:
        """Not here: there is nothing behind the program."""
        yield

    def not_here(self, *_words: object, **_more: object) -> None:
        """The browser would be the server's, and so would the file."""

    open_url = action_suspend_process = action_screenshot = not_here
    save_screenshot = deliver_screenshot = deliver_text = deliver_binary = not_here  # type: ignore[assignment]


_PARTINGS = {
    "superseded": "You have connected again, so this session was closed. Everything is saved.",
    "key revoked": "This key was revoked, so the session was closed. What was saved before is safe.",
    "no longer active": "You are no longer active here, so the session was closed.",
}


def _day(where: Whereabouts | None) -> datetime.date | None:
    """The day somebody looked at, where a visit of it is open; else today's."""
    if where is None or not where.reference:
        return None
    try:
        return datetime.date.fromisoformat(where.day)
    except ValueError:
        return None
