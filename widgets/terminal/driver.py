"""The terminal as the program uses it: of a size within bounds, and given back as it was."""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import termios
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from widgets.terminal import signals

if TYPE_CHECKING:
    from textual.message import Message

_AS_IT_WAS = b"".join(
    b"\x1b[" + code for code in b"?2004l ?7h ?2048l ?1000l ?1003l ?1015l ?1006l ?1016l <u ?1049l ?25h ?1004l".split()
)
"""Ends what the driver began: pasting in brackets, the mouse, other keys, the second screen, the hidden cursor."""


def forgiving(encoding: str) -> Any:
    """An incremental decoder that no byte can stop."""
    return partial(codecs.getincrementaldecoder(encoding), "replace")


# Textual decodes strictly: one byte that is no UTF-8, as in a mouse report of old terminals, would end the app
linux_driver.getincrementaldecoder = forgiving  # type: ignore[attr-defined]


class BoundedDriver(LinuxDriver):
    """Textual's driver, that survives every byte. A size is what somebody claims, in a variable, by the kernel or in bytes; it is
    taken within bounds."""

    LARGEST: ClassVar[Size] = Size(1000, 400)
    """The largest terminal that is drawn; a larger one is left empty at its right and bottom."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # before the first event Textual would ask the terminal by itself
        self._size = self._get_terminal_size()
        self.title = ""
        """What the terminal was given as a title; empty: it has its own."""

    def within(self, size: Size) -> Size:
        """A size within the bounds."""
        return Size(max(1, min(size.width, self.LARGEST.width)), max(1, min(size.height, self.LARGEST.height)))

    def _get_terminal_size(self) -> tuple[int, int]:
        size = self.within(Size(*super()._get_terminal_size()))
        return size.width, size.height

    def process_message(self, message: Message) -> None:
        """Let through what the terminal sends; a size that it sends is one within the bounds."""
        if isinstance(message, events.Resize):
            size = self.within(message.size)
            message = events.Resize(size, size, size, message.pixel_size)
        if isinstance(message, (events.Key, events.Paste, events.MouseDown)):
            self._app.note_key()  # type: ignore[attr-defined]
        super().process_message(message)

    def send(self, data: str) -> None:
        """Write what is no picture: where there is a terminal, and the program has it."""
        terminal = self._file is not None and self._file.isatty()
        if terminal and self._writer_thread is not None and self._writer_thread.is_alive():
            self.write(data)
            self.flush()

    def set_title(self, text: str) -> None:
        """Give the terminal a title; empty: its own again."""
        if text != self.title:
            before = "" if self.title else signals.KEEP_TITLE
            self.send(before + signals.title(text) if text else signals.TITLE_BACK)
            self.title = text

    def stop_application_mode(self) -> None:
        """Give the terminal back, with the title that it had."""
        self.set_title("")
        super().stop_application_mode()

    def _run_input_thread(self) -> None:
        """Read keys until the program ends or the terminal is gone. A sequence that the parser cannot stand is dropped, and reading
        goes on."""
        while not self.exit_event.is_set():
            try:
                self.run_input_thread()
            except OSError:
                break
            except Exception as error:
                self._app.call_later(self._app.note_trouble, error)  # type: ignore[attr-defined]
                continue
            break

    def _sigtstp_application(self, *_: Any) -> None:
        """Stop as a program of the shell: with all that was begun with it, and not at all where nobody could go on with it."""
        # once the app has ended there is nothing to be gone on with
        resumes = self._auto_restart and self._app.is_running
        if resumes:
            self.suspend_application_mode()
            self._must_signal_resume = True
        before = signal.signal(signal.SIGTSTP, signal.SIG_DFL), signal.signal(signal.SIGCONT, signal.SIG_DFL)
        os.killpg(0, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, before[0])
        signal.signal(signal.SIGCONT, before[1])
        if resumes:
            self.resume_application_mode()

    def _sigcont_application(self, *_: Any) -> None:
        """Go on after a stop that was not told before (`kill -STOP`), or none: taken twice, the terminal would be given back as
        the program had it."""
        if self._auto_restart and self._app.is_running:
            self.suspend_application_mode()
            self._must_signal_resume = True
            self.resume_application_mode()

    def give_back(self) -> None:
        """Give the terminal back at once, past everything that waits to be written. Where it is gone, nothing happens."""
        with contextlib.suppress(OSError):
            # an open file of its own: that it may not wait is not to be so for the shell
            terminal = os.open("/dev/tty", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
            os.write(terminal, _AS_IT_WAS + (signals.TITLE_BACK.encode() if self.title else b""))
            os.close(terminal)
        if self.attrs_before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
