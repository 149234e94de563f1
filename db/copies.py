"""Whole copies of a database, and new files put in their place at once or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from db.faults import Corrupt, Exists, from_os, translate
from db.library import sqlite3

SIDE_FILES = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a database. A left-over of another one would be played into a new file of that name."""

STATEMENTS = 512
"""So many statements stay compiled: those of all deeds. To compile a change of a visit takes longer than the rest of a save."""


def side_file(path: Path, side: str) -> Path:
    """The file that is called as the database at `path` with `side` after it."""
    return path.with_name(path.name + side)


def connect(path: Path, *, mode: str = "rw", timeout: float = 10.0) -> sqlite3.Connection:
    """A plain connection to an existing file, in autocommit.

    Args:
        path: may have any characters.
        mode: the `mode` of an SQLite URI with what follows it: `rw`, `ro`, `ro&immutable=1`; never creates.
        timeout: seconds to wait for locks.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
    )


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A new, empty, private file (0600) beside `target`, put in its place when the `with` ends well, else removed.

    Raises:
        Exists: something is at `target`, or the left-over of a database of that name.
        ReadOnly, Full: the folder does not take it.
    """
    for path in (target, *(side_file(target, side) for side in SIDE_FILES)):
        if os.path.lexists(path):
            raise Exists(f"There is already something at {path}. It was left as it is; choose another name.")
    draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}.new")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise from_os(error, target) from error
    try:
        yield draft
        _put(draft, target)
    except sqlite3.Error as error:
        raise translate(error) from error
    except OSError as error:
        raise from_os(error, target) from error
    finally:
        for path in (draft, *(side_file(draft, side) for side in SIDE_FILES)):
            path.unlink(missing_ok=True)


def damage_of(conn: sqlite3.Connection) -> str | None:
    """What is wrong with the pages of a database, the first of it; None: nothing."""
    return next((text for (text,) in conn.execute("PRAGMA quick_check(1)") if text != "ok"), None)


def copy(source: sqlite3.Connection, target: Path) -> sqlite3.Connection:
    """Copy the database of `source`, which is in no transaction, to the new file `target`; open it for reading.

    The copy is one consistent state, one file without a log beside it, checked and on the disk before it gets its name.

    Raises:
        Exists: something is at `target`.
        Corrupt: the copy does not pass the check, so the source is damaged.
        ReadOnly, Full: the folder does not take it.
    """
    with new_file(target) as draft:
        with contextlib.closing(connect(draft)) as conn:
            source.backup(conn)
            conn.execute("PRAGMA journal_mode=DELETE")
            verdict = [text for (text,) in conn.execute("PRAGMA quick_check(5)")]
        if verdict != ["ok"]:
            raise Corrupt(f"The database is damaged ({verdict[0]}). No copy was made; keep every older one.")
    return connect(target, mode="ro")


def _put(draft: Path, target: Path) -> None:
    _sync(draft)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise Exists(f"There is already something at {target}. It was left as it is; choose another name.") from None
    except OSError as error:
        # a file system without hard links
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK) or os.path.lexists(target):
            raise
        draft.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
