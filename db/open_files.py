"""Whether what stands at the path is what a connection has open: the database, and the log in which saves are kept.

A log that was removed or put aside under an open session goes on taking its saves, and nobody else sees them: another
session begins a new one. Whichever of them ends last would write its own over the other's. So a session looks before
and after it writes, and leaves the file alone at its end unless nothing can be lost by that.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from db import copies
from db.faults import StoreFault, log_gone, moved
from db.library import sqlite3

_LOG = ("-wal", "-shm")
_HEAD = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"

Identity = tuple[int, int]


class OpenFiles:
    """What one connection has open, to be compared with what is at the path.

    Args:
        conn: a connection that has read already, so that its log is open where it has one.
        path: absolute and without links.

    Raises:
        Moved: the log was taken away while it was opened.
    """

    def __init__(self, conn: sqlite3.Connection, path: Path) -> None:
        self._conn = conn
        self.path = path
        self._sides = tuple(copies.side_file(path, side) for side in _LOG)
        self._file = _identity(path)
        if self._file is None:
            raise moved(path)
        self._log: tuple[Identity | None, ...] | None = None
        self._note_log()

    def reader(self) -> sqlite3.Connection:
        """Another connection to what is open."""
        return copies.connect(self.path)

    def look(self) -> None:
        """
        Raises:
            Moved: the file or its log was replaced, renamed or removed.
        """
        if _identity(self.path) != self._file:
            raise moved(self.path)
        if self._log is None:
            self._note_log()
        elif self._identities() != self._log:
            raise log_gone(self.path)

    def look_before_commit(self) -> None:
        """As `look`, with the rollback journal of the transaction where there is no log.

        Raises:
            Moved: as `look`.
        """
        self.look()
        if self._mode() == "truncate":
            journal, here = _identity(copies.side_file(self.path, "-journal")), _open_here()
            if journal is None or not (here is None or journal in here):
                raise log_gone(self.path)

    def end(self, alone: Callable[[], AbstractContextManager[None]]) -> None:
        """Close the connection. Where its log is not the one at the path, others may have written past it: then nothing is
        merged and nothing removed, and saves that only this connection still has are kept in a copy.

        Args:
            alone: inside it nobody else writes.
        """
        try:
            self.look()
        except StoreFault:
            self._close_displaced(alone)
        except sqlite3.Error:
            self._conn.close()
        else:
            self._conn.close()

    def _close_displaced(self, alone: Callable[[], AbstractContextManager[None]]) -> None:
        there = _identity(copies.side_file(self.path, "-wal"))
        if self._log is None or _identity(self.path) != self._file or there == self._log[0]:
            # the file is another one, or all saves are in the log that is still there
            leave_open(self._conn)
            return
        with contextlib.suppress(StoreFault, sqlite3.Error, OSError):
            copy = self._rescue()
            with alone():
                if _size(copies.side_file(self.path, "-wal")) == 0 and self._goes_on_from_file():
                    # nobody wrote since: SQLite merges the log if it is alone with the file, else leaves it to the others
                    head = self._conn.execute(_HEAD).fetchone()
                    self._conn.close()
                    if copy is not None and self._in_file(head):
                        copy.unlink()
                    return
        leave_open(self._conn)

    def _rescue(self) -> Path | None:
        """A copy of what this connection sees, unless the file has all of it, or another session made the same."""
        head = self._conn.execute(_HEAD).fetchone()
        if head is None or self._in_file(head):
            return None
        copy = copies.side_file(self.path, f"{APART}{head[1].hex()[:12]}")
        if not os.path.lexists(copy):
            copies.copy(self._conn, copy).close()
        return copy

    def _goes_on_from_file(self) -> bool:
        """Whether the newest audit row of the file itself is one that this connection has."""
        with contextlib.closing(self._file_alone()) as conn:
            row = conn.execute(_HEAD).fetchone()
        return row is not None and self._conn.execute(_ROW, row).fetchone() is not None

    def _in_file(self, row: tuple[int, bytes]) -> bool:
        with contextlib.closing(self._file_alone()) as conn:
            return conn.execute(_ROW, row).fetchone() is not None

    def _file_alone(self) -> sqlite3.Connection:
        return copies.connect(self.path, mode="ro&immutable=1")

    def _note_log(self) -> None:
        """Remember which files are open as the log, where there is one by now."""
        if self._mode() != "wal":
            return
        self._conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        log = self._identities()
        here = _open_here()
        if None in log or not (here is None or here.issuperset(log)) or not self._covers_its_index():
            raise log_gone(self.path)
        self._log = log

    def _covers_its_index(self) -> bool:
        """Whether the log is as long as its index says: a new one beside an index that is in use is not."""
        _, frames, _ = self._conn.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        (page,) = self._conn.execute("PRAGMA page_size").fetchone()
        return _size(copies.side_file(self.path, "-wal")) >= (32 + frames * (24 + page) if frames > 0 else 0)

    def _identities(self) -> tuple[Identity | None, ...]:
        return tuple(map(_identity, self._sides))

    def _mode(self) -> str:
        return str(self._conn.execute("PRAGMA journal_mode").fetchone()[0])


APART = ".apart-"
"""What follows the name of a database in the name of a copy that a session kept because its log had been removed."""
_ROW = "SELECT 1 FROM audit WHERE seq = ? AND hash = ?"


def _identity(path: Path) -> Identity | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _open_here() -> set[Identity | None] | None:
    """The identities of all files that this process has open; None where the system does not tell."""
    identities: set[Identity | None] = set()
    try:
        numbers = os.listdir("/dev/fd")
    except OSError:
        return None
    for number in numbers:
        with contextlib.suppress(OSError):
            state = os.fstat(int(number))
            identities.add((state.st_dev, state.st_ino))
    return identities


def roll_back(conn: sqlite3.Connection) -> None:
    """Undo what is not committed, where there is a transaction."""
    if conn.in_transaction:
        # a rollback that fails leaves its journal behind, and whoever opens the file next plays it back
        with contextlib.suppress(sqlite3.Error):
            conn.execute("ROLLBACK")


def leave_open(conn: sqlite3.Connection) -> None:
    """Let the end of the process close the files: closing the connection would merge its log and remove the one at the path."""
    import ctypes

    roll_back(conn)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(conn))
