"""Opening a database file: what it must be, and how its connection is set up. A file that is refused is not touched."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from pathlib import Path

from db import copies, migrations
from db.faults import (
    Busy,
    Corrupt,
    Empty,
    NoDatabase,
    NotOurs,
    ReadOnly,
    StoreFault,
    UnsafeLog,
    from_os,
    translate,
    translated,
)
from db.frozen import FrozenFiles
from db.library import VERSION, sqlite3, wal_is_safe
from db.write_queue import WriteQueue

_SETTINGS = (
    "foreign_keys=ON",
    "cell_size_check=ON",
    "recursive_triggers=ON",  # else INSERT OR REPLACE goes round the triggers that forbid DELETE
    "synchronous=FULL",
)

_TRIES, _PAUSE = 10, 0.05


def create(path: Path) -> None:
    """Make a new database at `path`, private to its owner, with the newest schema; its folder too.

    Raises:
        Exists: something is at `path`.
        ReadOnly, Full: the folder does not take it. Nothing half-made is left.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise from_os(error, path) from error
    with copies.new_file(path) as draft, contextlib.closing(copies.connect(draft)) as conn:
        set_up(conn)
        migrations.make(conn)


def connect(path: Path, timeout: float) -> sqlite3.Connection:
    """A connection to our database at `path`, set up, its schema perhaps older than the program's.

    Raises:
        NotFound, Empty, NotOurs, Corrupt, TooNew, ReadOnly: the file is not what it must be, and was left as it is.
        UnsafeLog: it is write-ahead logged, in use, and this process has a SQLite that may not do that.
    """
    vet(path)
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK | os.X_OK):
        raise ReadOnly(
            f"{path} or its folder may not be written by this user. Nothing was changed; ask for write access to both."
        )
    with translated():
        conn = copies.connect(path, timeout=timeout)
        try:
            set_up(conn)
            _recognise(conn, path)
            _settle_journal(conn, path, timeout)
        except BaseException:
            conn.close()
            raise
    return conn


def connect_in_turn(path: Path, timeout: float, gate: WriteQueue) -> sqlite3.Connection:
    """As `connect`; sessions that open a file at once and all want its log turned off let each other do it.

    Turning it off needs the file alone, and each of them would keep it from the others. So they go one by one, each
    with nothing open while it waits.
    """
    try:
        return connect(path, timeout)
    except UnsafeLog:
        pass
    with gate.held(timeout, "dispatch"):
        for _ in range(_TRIES):
            try:
                return connect(path, timeout)
            except UnsafeLog:
                time.sleep(_PAUSE)
        return connect(path, timeout)


def connect_to_read(source: FrozenFiles) -> sqlite3.Connection:
    """A connection to a database that cannot be written, set up as one that can.

    Raises:
        NotOurs, Empty, Corrupt, TooNew: as `connect`.
        ReadOnly: it is of an older version, and would have to be brought to this one first.
    """
    conn = source.reader()
    with translated():
        try:
            set_up(conn)
            _recognise(conn, source.path)
            if migrations.version_of(conn) < migrations.LATEST:
                older = f"{source.path.name} is of an older version and has to be written once."
                raise ReadOnly(f"{older} {source.why.capitalize()}.")
        except BaseException:
            source.end(conn)
            raise
    return conn


def refuse_unsafe_log(conn: sqlite3.Connection, path: Path) -> None:
    """Refuse to write where another program has switched to a log that this SQLite may not write.

    Raises:
        UnsafeLog: so it is.
    """
    if not wal_is_safe() and journal_mode(conn) == "wal":
        raise UnsafeLog(
            f"{path.name} is open with a write-ahead log, and this program's SQLite {VERSION} could damage it that way."
            " Nothing was changed. Close the other sessions first, or install pysqlite3 beside this program."
        )


def journal_mode(conn: sqlite3.Connection) -> str:
    """How changes are journalled: `wal` or `truncate`."""
    return str(conn.execute("PRAGMA journal_mode").fetchone()[0])


def vet(path: Path) -> None:
    """Look at the file without opening it for writing, without locks and without recovering anything in it.

    Raises:
        NotFound, Empty, NotOurs, ReadOnly: it is visibly not a database of this program, or may not be read.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NoDatabase(
            f"There is no database at {path}. Make one with `dispatch init`, or name another with --db."
        ) from None
    except OSError as error:
        raise from_os(error, path) from error
    if not stat.S_ISREG(status.st_mode):
        raise NotOurs(f"{path} is not a file. It was left as it is; name a database with --db.")
    if not os.access(path, os.R_OK):
        raise ReadOnly(f"{path} may not be read by this user. Nothing was changed; ask for access.")
    if status.st_size == 0:
        raise _empty(path)
    _glance(path)


def _glance(path: Path) -> None:
    """Refuse what is visibly not ours, before anything that might play back a journal of another program's.

    Read through SQLite as an unchanging file: plainly opening and closing a database that this process has open
    elsewhere would drop its locks.
    """
    try:
        with contextlib.closing(copies.connect(path, mode="ro&immutable=1")) as conn:
            application = conn.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorname", None) or "").startswith("SQLITE_NOTADB"):
            raise _not_ours(path) from error
        return  # in the middle of a checkpoint it may look damaged; the real opening will tell
    if application != migrations.APPLICATION_ID:
        raise _not_ours(path)


def set_up(conn: sqlite3.Connection) -> None:
    """Let a connection be as all of ours are."""
    # first, before anything reads the schema: what a file brings along may not call functions with side effects
    conn.execute("PRAGMA trusted_schema=OFF")
    for setting in _SETTINGS:
        conn.execute(f"PRAGMA {setting}")


def _recognise(conn: sqlite3.Connection, path: Path) -> None:
    if conn.execute("PRAGMA application_id").fetchone()[0] != migrations.APPLICATION_ID:
        raise _not_ours(path)
    version = migrations.refuse_newer(conn, path)
    if version < 0:
        raise Corrupt(f"{path} is damaged: its version is {version}. It was left as it is; restore the last backup.")
    if version == 0 or conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        raise _empty(path)


def _settle_journal(conn: sqlite3.Connection, path: Path, timeout: float) -> None:
    """Write-ahead log where this SQLite may, else a rollback journal.

    Changing over needs the file alone for a moment. With others in it, the next one to open it will do: a rollback
    journal is only slower, but a log that may not be written is refused.
    """
    mode = "wal" if wal_is_safe() else "truncate"
    if journal_mode(conn) == mode:
        return
    conn.execute("PRAGMA busy_timeout=0")
    try:
        settled = conn.execute(f"PRAGMA journal_mode={mode}").fetchone()[0] == mode
    except sqlite3.OperationalError as error:
        if not isinstance(translate(error), Busy):
            raise
        settled = False
    conn.execute(f"PRAGMA busy_timeout={round(timeout * 1000):d}")
    if not settled:
        refuse_unsafe_log(conn, path)


def _empty(path: Path) -> StoreFault:
    return Empty(
        f"{path} is empty: there is no database in it. It was left as it is; restore a backup or name another."
    )


def _not_ours(path: Path) -> StoreFault:
    return NotOurs(
        f"{path} is not a database of this program, or its first page is damaged. It was left as it is;"
        " name another with --db, or restore a backup."
    )
