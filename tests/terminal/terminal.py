"""A real terminal for the tests: the program on a pty, its bytes kept, its screen read by an emulator."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyte
from wcwidth import wcwidth

from tests.wall import started

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "space": " ",
}


class _Screen(pyte.Screen):
    """A screen that can be read between two strokes: half of a wide letter that is drawn over is a blank, as in terminals."""

    @property
    def display(self) -> list[str]:
        for y in range(self.lines):
            for x, cell in self.buffer[y].items():
                if not cell.data and wcwidth(self.buffer[y][x - 1].data[:1]) != 2:
                    self.buffer[y][x] = cell._replace(data=" ")
        return super().display  # type: ignore[no-any-return]


class Terminal:
    """A program on a pty of its own."""

    def __init__(self, pid: int, fd: int, columns: int, rows: int) -> None:
        self.pid = pid
        self.fd = fd
        self.sent = b""
        """Everything that the program has written."""
        self.screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)

    def read(self, quiet: float = 0.35, limit: float = 15.0, then: float | None = None) -> str:
        """Read until the program has been quiet for a while; returns the screen as text.

        Args:
            quiet: seconds without a byte that are enough.
            limit: seconds after which it is given up, and what was read is returned.
            then: as `quiet`, once there was a byte; None: the same.
        """
        deadline = time.monotonic() + limit
        last = time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - last < quiet:
            ready, _, _ = select.select([self.fd], [], [], 0.05)
            if not ready:
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.sent += data
            self._stream.feed(data)
            last = time.monotonic()
            quiet = then or quiet
        return "\n".join(self.screen.display)

    def wait_for(self, text: str, limit: float = 20.0) -> str:
        """Read until the screen shows `text`."""
        deadline = time.monotonic() + limit
        while text not in (shown := self.read(quiet=0.15)):
            assert time.monotonic() < deadline, f"{text!r} did not appear:\n{shown}"
        return shown

    def wait_for_any(self, *texts: str, limit: float = 20.0) -> str:
        """Read until the screen shows one of some texts, and then until it is quiet."""
        deadline = time.monotonic() + limit
        while not any(text in (shown := self.read(quiet=0.3)) for text in texts):
            assert time.monotonic() < deadline, f"none of {texts} appeared:\n{shown}"
        return shown

    def press(self, *keys: str) -> str:
        """Press keys one after another; returns the screen after the last."""
        shown = ""
        for key in keys:
            os.write(self.fd, KEYS.get(key, key).encode())
            shown = self.read()
        return shown

    def wait_for_exit(self, limit: float = 10.0) -> int:
        """Read until the program has ended; returns its exit code."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            self.read(quiet=0.1, limit=0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        raise AssertionError("the program is still running:\n" + "\n".join(self.screen.display))

    @property
    def alive(self) -> bool:
        """Whether the program is still running."""
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0)
        return False


@contextlib.contextmanager
def terminal(
    words: Sequence[str],
    *,
    columns: int = 120,
    rows: int = 36,
    db: Path,
    program: Sequence[str] = (),
    **environment: str,
) -> Iterator[Terminal]:
    """`dispatch` with `words`, or another program, on the database, on a pty of that size."""
    pid, fd = pty.fork()
    if pid == 0:
        # before it begins, or it might look first
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "DISPATCH_DB": str(db), **environment}
        # not execv: that hands on what libraries have set behind Python's back, as readline does with COLUMNS and LINES
        program = program or started("-m", "dispatch", *words)
        os.execvpe(program[0], program, {**os.environ, **own})
    try:
        yield Terminal(pid, fd, columns, rows)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        os.close(fd)
