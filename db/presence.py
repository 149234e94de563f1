"""Who is there: each process says so with a lock on one byte of a side file, which the kernel takes back when it ends.

However a process ends, by a kill too, nothing of it stays; and no number of a process can be somebody else's by then.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from hashlib import blake2b
from pathlib import Path

# AttributeError below: only Linux has these locks, and only there are sessions over SSH
_FLOCK = "hhqqi4x"
"""`struct flock`: kind, whence, start, length, process."""


class Presence:
    """What the processes at one database hold, by name.

    Args:
        path: the side file, made 0600 with the first name that is held. Where it is missing nobody knows who is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None
        self._mine: set[str] = set()

    def hold(self, name: str) -> bool:
        """Say that what is named is this process's, until it ends; returns whether nobody else holds it.

        Where the disk does not take it, nobody is told, and nobody knows of others.
        """
        with contextlib.suppress(OSError, AttributeError):
            if self._fd is None:
                self._fd = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.fcntl(self._fd, fcntl.F_OFD_SETLK, _lock(fcntl.F_WRLCK, name))
            except BlockingIOError:
                return False
            self._mine.add(name)
        return True

    def held(self, name: str) -> bool | None:
        """Whether a living process holds what is named; None: it cannot be known here."""
        if name in self._mine:
            return True
        try:
            # an open file of its own: what is held by the one that asks would show as free
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                answer = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, _lock(fcntl.F_WRLCK, name))
            finally:
                os.close(fd)
        except (OSError, AttributeError):
            return None
        return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)

    def is_mine(self, name: str) -> bool:
        """Whether this process holds it."""
        return name in self._mine

    def close(self) -> None:
        """Hold nothing any more."""
        self._mine.clear()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _lock(kind: int, name: str) -> bytes:
    start = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") >> 2
    return struct.pack(_FLOCK, kind, os.SEEK_SET, start, 1, 0)
