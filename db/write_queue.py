"""A fair queue in front of the write lock.

SQLite's own waiting is polling: under many writers some wait for seconds while others pass them again and again. So a
writer first takes an exclusive `flock` on a side file, where waiters sleep in the kernel and are woken in turn, and
only then `BEGIN IMMEDIATE`.

A kernel lock has no time-out, and signals are not for threads. So the blocking call is made on a thread of its own, and
whoever asked waits for that thread as long as they want to. One who gives up leaves the thread in the queue: the next
wait takes over its place, and a lock that nobody wants any more is let go at once.

The gate makes waiting fair, not writing safe: that is SQLite's lock. Without a gate file nothing can be corrupted.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from db.faults import NOTHING_SAVED, Busy, Misuse, from_os
from dispatch.model.text import show


class _QueuePlace:
    """A place in the queue of one gate file, held by a thread until the lock came."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._came = threading.Event()
        self._mutex = threading.Lock()
        self._wanted = True
        self._over = False
        self._error: OSError | None = None
        threading.Thread(target=self._queue, name="gate", daemon=True).start()

    def _queue(self) -> None:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX)
        except OSError as error:
            self._error = error
        with self._mutex:
            if self._wanted:
                self._came.set()
            else:
                self._over = True
                os.close(self.fd)

    def wait(self, seconds: float) -> bool:
        """Whether the lock came within `seconds`."""
        came = self._came.wait(seconds)
        if came and self._error is not None:
            os.close(self.fd)
            raise self._error
        return came

    def give_up(self) -> bool:
        """Stop wanting the lock; False when it came after all and is ours to let go."""
        with self._mutex:
            self._wanted = False
            return not self._came.is_set()

    def take_over(self) -> bool:
        """Want the lock again, in the same place; False when the place is gone."""
        with self._mutex:
            self._wanted = not self._over
            return self._wanted


class WriteQueue:
    """The queue of one database, for one thread of this process at a time.

    Args:
        path: the side file, made 0600 when it is missing. It is not to be removed while sessions are open; if it is,
            waiting is unfair until the last of them has noticed, and nothing worse.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None
        self._left: _QueuePlace | None = None

    @contextlib.contextmanager
    def held(self, seconds: float, holder: str) -> Iterator[None]:
        """Hold the gate for the extent of a `with`.

        Args:
            seconds: how long to wait for it.
            holder: the login that others are told when they wait in vain.

        Raises:
            Busy: somebody held it all the time.
            ReadOnly, Full: the side file cannot be made.
        """
        if self._fd is not None:
            raise Misuse("the gate is already held here")
        fd = self._enter(time.monotonic() + seconds, seconds)
        self._fd = fd
        try:
            self._sign(fd, holder)
            yield
        finally:
            self._fd = None
            _let_go(fd)

    def _enter(self, deadline: float, seconds: float) -> int:
        while True:
            fd = self._lock(deadline, seconds)
            if self._is_current(fd):
                return fd
            _let_go(fd)

    def _lock(self, deadline: float, seconds: float) -> int:
        place, self._left = self._left, None
        if place is None or not place.take_over():
            fd = self._open()
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                place = _QueuePlace(fd)
            except OSError as error:
                os.close(fd)
                raise from_os(error, self.path) from error
            else:
                return fd
        try:
            came = place.wait(max(0.0, deadline - time.monotonic()))
        except OSError as error:
            raise from_os(error, self.path) from error
        except BaseException:
            if place.give_up():
                self._left = place
            else:
                _let_go(place.fd)
            raise
        if not came and place.give_up():
            self._left = place
            raise Busy(
                f"{_holder(place.fd)} has been saving for {seconds:g} s and does not finish. {NOTHING_SAVED}"
                " Reading still works. Try again in a moment; if it stays so, that process hangs and has to be ended."
            )
        return place.fd

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise from_os(error, self.path) from error

    def _is_current(self, fd: int) -> bool:
        """Whether the locked file is still the one at the path: somebody may have removed it meanwhile."""
        mine = os.fstat(fd)
        try:
            there = os.stat(self.path, follow_symlinks=False)
        except OSError:
            return False
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)

    @staticmethod
    def _sign(fd: int, holder: str) -> None:
        """Leave word of who holds the gate, in the first line: what follows is of somebody before. A full disk must not keep
        anybody from trying."""
        with contextlib.suppress(OSError):
            os.pwrite(fd, f"{os.getpid()} {holder}\n".encode(errors="replace"), 0)


def _holder(fd: int) -> str:
    """Who signed the gate last, as the subject of a sentence."""
    pid, _, login = os.pread(fd, 200, 0).decode(errors="replace").partition("\n")[0].partition(" ")
    if not pid.isascii() or not pid.isdigit():
        return "Another session"
    return f"The session of {show(login, 40).strip()} (process {pid})" if login else f"Process {pid}"


def _let_go(fd: int) -> None:
    # unlocked before it is closed: a child forked meanwhile shares the open file and would keep the lock
    with contextlib.suppress(OSError):
        fcntl.flock(fd, fcntl.LOCK_UN)
    os.close(fd)
