"""A database where nothing can be written: a full disk, or one that is mounted for reading. It can still be read.

SQLite wants to write even to read: 32 KB of shared memory for its log, or the recovery of a log that a crash left. So the
file is read as it stands; with something in its log or journal, from a copy in the folder for temporary files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from db import copies
from db.faults import Full, ReadOnly, StoreFault
from db.library import sqlite3


class Frozen:
    """What a store reads where it cannot write, in the place of a `Standing`.

    `at` is the instant since when, `why` the reason in some words.
    """

    def __init__(self, path: Path, why: str, at: int) -> None:
        self.path, self.why, self.at = path, why, at
        self._state = _state(path)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._read, self._mode = path, "ro&immutable=1"
        sides = [copies.beside(path, side) for side in ("-wal", "-journal")]
        if any(side.exists() and side.stat().st_size for side in sides):
            self._folder = tempfile.TemporaryDirectory(prefix="dispatch-", ignore_cleanup_errors=True)
            self._read, self._mode = Path(self._folder.name) / path.name, "rw"
            for side in ("", "-wal", "-journal"):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(copies.beside(path, side), copies.beside(self._read, side))

    def reader(self) -> sqlite3.Connection:
        """A connection to what is read."""
        return copies.connect(self._read, mode=self._mode)

    def look(self) -> None:
        """
        Raises:
            ReadOnly: others write again, so that what was read here is not one state any more.
        """
        if _state(self.path) != self._state:
            raise ReadOnly(
                f"{self.path.name} was opened for reading only ({self.why}), and others write to it again."
                " Close this session and open it again."
            )

    def refuse(self) -> ReadOnly:
        """The fault of whoever wants to save."""
        return ReadOnly(
            f"{self.path.name} is read only here: {self.why}. Nothing of this was saved. Make room or mount it for"
            " writing, then close this session and open it again."
        )

    def end(self, conn: sqlite3.Connection) -> None:
        """Close the connection, and forget the copy."""
        conn.close()
        if self._folder is not None:
            self._folder.cleanup()


def frozen(path: Path, fault: StoreFault, at: int) -> Frozen | None:
    """How to read the database at `path` although `fault` came of opening it; None where that is not for want of writing.

    Args:
        at: now, in epoch seconds.
    """
    if isinstance(fault, Full):
        why = "the disk is full" if _free(path) < _ROOM else "the disk takes nothing"
    elif isinstance(fault, ReadOnly) and os.access(path, os.R_OK) and os.statvfs(path).f_flag & os.ST_RDONLY:
        why = "the disk is mounted for reading"
    else:
        return None
    try:
        found = Frozen(path, why, at)
        with contextlib.closing(found.reader()) as conn:
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (OSError, sqlite3.Error):
        return None
    return found


_ROOM = 64 * 1024
"""Bytes that SQLite wants for the index of its log, and some more."""


def _free(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def _state(path: Path) -> list[tuple[int, int, int] | None]:
    """What tells whether somebody has written: of the file, its log and its journal; None for one with nothing in it."""
    state: list[tuple[int, int, int] | None] = []
    for side in ("", "-wal", "-journal"):
        try:
            found = copies.beside(path, side).stat()
        except FileNotFoundError:
            state.append(None)
        else:
            state.append((found.st_ino, found.st_size, found.st_mtime_ns) if found.st_size else None)
    return state
