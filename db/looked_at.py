"""A database that is looked at and never written: another office's own, or a copy of it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from db import copies
from db.faults import ReadOnly, moved
from db.frozen import FrozenFiles
from db.library import sqlite3

_WHY = "it is another office's"


class LookedAt(FrozenFiles):
    """What a store reads that somebody else writes. Where SQLite cannot follow its log from here, a copy of how it stands.

    `at` is the instant from which on it is looked at.
    """

    def __init__(self, path: Path, at: int) -> None:
        self.live = _can_follow(path)
        if self.live:
            self.path, self.why, self.at, self._copy = path, _WHY, at, None
            self._read, self._mode = path, "ro"
            self._file = _identity(path)
        else:
            super().__init__(path, _WHY, at)

    def look(self) -> None:
        """
        Raises:
            Moved: another file is in its place.
        """
        if self.live and _identity(self.path) != self._file:
            raise moved(self.path)

    def refuse(self) -> ReadOnly:
        """The fault of whoever wants to save."""
        return ReadOnly("This is another office's database, and only looked at from here. Nothing was saved.")


def _can_follow(path: Path) -> bool:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(copies.connect(path, mode="ro")) as conn:
        conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return True
    return False


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino
