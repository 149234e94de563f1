"""A terminal at the far end of a connection: of a size that somebody claims, sending whatever bytes it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.geometry import Size
from textual.messages import InBandWindowResize

from widgets.terminal.driver import BoundedDriver

if TYPE_CHECKING:
    from textual.message import Message


class RemoteParser(XTermParser):
    """Mouse reports are in cells: a size that somebody types does not make them pixels, of which there may be none."""

    mouse_pixels = property(lambda self: False, lambda self, _: None)


class RemoteDriver(BoundedDriver):
    """Its sizes come from the terminal's own record, and it tells the app when somebody is there and when the line is gone."""

    LARGEST: ClassVar[Size] = Size(300, 100)

    def _query_in_band_window_resize(self) -> None:
        """Never asked for: sizes come from the terminal's own record, not from bytes that somebody sends."""

    def process_message(self, message: Message) -> None:
        """Let through what keys and a mouse do; sizes that were typed are dropped."""
        if isinstance(message, (InBandWindowResize, events.Resize)):
            return
        if isinstance(message, (events.Key, events.Paste, events.MouseDown)):
            self._app.note_key()  # type: ignore[attr-defined]
        super().process_message(message)

    def _run_input_thread(self) -> None:
        """Read keys until the session is left, or the line is gone."""
        super()._run_input_thread()
        if not self.exit_event.is_set():
            self._app.call_later(self._app.hang_up)  # type: ignore[attr-defined]


linux_driver.XTermParser = RemoteParser  # type: ignore[attr-defined]
