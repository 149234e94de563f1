"""A database where nothing can be written: a full disk, or one that is mounted for reading. It can still be read.

SQLite wants to write even to read: 32 KB of shared memory for its log, or the recovery of a log that a crash left. So the
file is read as it stands; with something in its log or journal, from a copy in the folder for temporary files, which all
share who read the same state.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from db import copies
from db.faults import Full, ReadOnly, StoreFault
from db.library import sqlite3

State = list[tuple[int, int, int] | None]


class FrozenFiles:
    """What a store reads where it cannot write, in the place of `OpenFiles`.

    `at` is the instant since when, `why` the reason in some words.
    """

    def __init__(self, path: Path, why: str, at: int) -> None:
        self.path, self.why, self.at = path, why, at
        self._state = _state(path)
        self._copy: SharedCopy | None = None
        self._read, self._mode = path, "ro&immutable=1"
        if any(self._state[1:]):
            self._copy = SharedCopy(path, self._state)
            self._read, self._mode = self._copy.path, "rw"

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
        self.forget()

    def forget(self) -> None:
        """Let the copy go, if it was read from one."""
        if self._copy is not None:
            self._copy.end()


class SharedCopy:
    """The database with its log, in the folder for temporary files: one for all processes of a user that read the same state.
    Each holds a lock on it; the last that ends it removes it.

    Raises:
        OSError: it cannot be made, or something of somebody else's is in its place.
    """

    def __init__(self, path: Path, state: State) -> None:
        name = hashlib.sha256(repr((path.resolve(), state)).encode()).hexdigest()[:16]
        self._folder = Path(tempfile.gettempdir()) / f"dispatch-{os.getuid()}-{name}"
        self.path = self._folder / path.name
        while (lock := self._held(path)) is None:
            pass
        self._lock = lock

    def _held(self, path: Path) -> int | None:
        """The lock on a copy that is whole; None where another process has removed it meanwhile."""
        self._folder.mkdir(0o700, exist_ok=True)
        status = self._folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise PermissionError(f"{self._folder} is not a private folder of ours")
        place = self._folder / ".lock"
        with contextlib.ExitStack() as undo:
            try:
                lock = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
                undo.callback(os.close, lock)
                fcntl.flock(lock, fcntl.LOCK_SH)
                whole = self._folder / ".whole"
                if not whole.exists():
                    # gives the shared one up first, so that no two wait for each other
                    fcntl.flock(lock, fcntl.LOCK_EX)
                    if not whole.exists():
                        self._fill(path)
                        whole.touch()
                    fcntl.flock(lock, fcntl.LOCK_SH)
                if os.fstat(lock).st_ino != place.stat().st_ino:
                    return None
            except FileNotFoundError:
                return None
            undo.pop_all()
            return lock

    def _fill(self, path: Path) -> None:
        try:
            for side in ("", "-wal", "-journal"):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(copies.side_file(path, side), copies.side_file(self.path, side))
        except OSError:
            self._remove()
            raise

    def end(self) -> None:
        """Let it go; who is the last removes it."""
        with contextlib.suppress(OSError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._remove()
        os.close(self._lock)

    def _remove(self) -> None:
        # in one step, so that nobody begins anew in what is being removed
        with contextlib.suppress(OSError):
            removed = self._folder.rename(self._folder.with_name(f"{self._folder.name}-{os.getpid()}"))
            shutil.rmtree(removed, ignore_errors=True)


def frozen_files(path: Path, fault: StoreFault, at: int) -> FrozenFiles | None:
    """How to read the database at `path` although `fault` came of opening it; None where that is not for want of writing.

    Args:
        at: now, in epoch seconds.
    """
    if isinstance(fault, Full):
        status = os.statvfs(path)
        free = status.f_bavail * status.f_frsize
        why = "the disk is full" if free < _ROOM else "the disk takes nothing"
    elif isinstance(fault, ReadOnly) and os.access(path, os.R_OK) and os.statvfs(path).f_flag & os.ST_RDONLY:
        why = "the disk is mounted for reading"
    else:
        return None
    with contextlib.ExitStack() as undo, contextlib.suppress(OSError, sqlite3.Error):
        source = FrozenFiles(path, why, at)
        undo.callback(source.forget)
        with contextlib.closing(source.reader()) as conn:
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        undo.pop_all()
        return source
    return None


_ROOM = 64 * 1024
"""Bytes that SQLite wants for the index of its log, and some more."""


def _state(path: Path) -> State:
    """What tells whether somebody has written: of the file, its log and its journal; None for one with nothing in it."""
    state: State = []
    for side in ("", "-wal", "-journal"):
        try:
            status = copies.side_file(path, side).stat()
        except FileNotFoundError:
            state.append(None)
        else:
            state.append((status.st_ino, status.st_size, status.st_mtime_ns) if status.st_size else None)
    return state
