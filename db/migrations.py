"""Forward-only migrations: numbered SQL files, each carried out once, in order.

`schema/0001.sql` makes the first schema, `0002.sql` what came next. A file has plain statements: no BEGIN, no COMMIT
and no PRAGMA. The number of the last one carried out is the `user_version` of the database.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

from db import copies
from db.faults import Exists, NotMigrated, StoreFault, TooNew, translate
from db.library import sqlite3
from dispatch.model.instants import stamp

APPLICATION_ID = int.from_bytes(b"DSPB", "big")
"""The `application_id` of our files."""

FOLDER = Path(__file__).with_name("schema")

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def numbers(folder: Path = FOLDER) -> list[int]:
    """The numbers of the migrations there are.

    Raises:
        ValueError: they are not 1, 2, 3 …
    """
    present = sorted(int(path.stem) for path in folder.glob("[0-9][0-9][0-9][0-9].sql"))
    if not present or present != list(range(1, len(present) + 1)):
        raise ValueError(f"the migrations in {folder.name} are not numbered from 0001 without a gap: {present}")
    return present


LATEST = numbers()[-1]
"""The newest schema that this program knows."""


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one, triggers in one piece.

    Raises:
        ValueError: the last one is not finished.
    """
    pending = ""
    for part in re.split(r"(?<=;)", script):
        pending += part
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
    if _COMMENT.sub("", pending).strip():
        raise ValueError(f"the script ends within a statement: {pending.strip()[:60]}")


def carry_out(conn: sqlite3.Connection, after: int) -> None:
    """Carry out the migrations after number `after`, in the caller's transaction, and set `user_version`."""
    for number in range(after + 1, LATEST + 1):
        for statement in statements((FOLDER / f"{number:04}.sql").read_text(encoding="utf-8")):
            conn.execute(statement)
    conn.execute(f"PRAGMA user_version={LATEST:d}")


def makes(table: str) -> bool:
    """Whether the newest schema has a table of that name."""
    return table in parts_of_newest().get("table", ())


def parts_of_newest() -> dict[str, dict[str, str]]:
    """What the newest schema consists of: by kind (`table`, `index`, `trigger`) the name and the SQL of each part."""
    return parts_of(_newest(FOLDER, LATEST).execute(PARTS).fetchall())


def make(conn: sqlite3.Connection) -> None:
    """Let an empty file be a database of ours with the newest schema, as all migrations make it. The connection is in no
    transaction."""
    _newest(FOLDER, LATEST).backup(conn)
    fixed = conn.execute("SELECT sql FROM sqlite_master WHERE name = 'calendar_salt_fixed'").fetchone()
    if fixed is not None:
        # of all that the migrations make, this alone is another in each database
        conn.execute("DROP TRIGGER calendar_salt_fixed")
        conn.execute("UPDATE calendar_salt SET salt = lower(hex(randomblob(16)))")
        conn.execute(fixed[0])


@cache
def _newest(folder: Path, latest: int) -> sqlite3.Connection:
    """A database in memory as the migrations of a folder make it, carried out once in a process: half a second of work."""
    conn = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    conn.execute(f"PRAGMA application_id={APPLICATION_ID:d}")
    conn.execute("BEGIN")
    carry_out(conn, 0)
    conn.execute("COMMIT")
    return conn


PARTS = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
"""Every part of a schema but what SQLite adds by itself."""


def parts_of(rows: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    """The rows of `PARTS` by kind and name."""
    parts: dict[str, dict[str, str]] = {}
    for kind, name, sql in rows:
        parts.setdefault(kind, {})[name] = sql
    return parts


def version_of(conn: sqlite3.Connection) -> int:
    """The number of the last migration carried out on the database."""
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(conn: sqlite3.Connection, path: Path) -> int:
    """The version of a database, which no newer program has brought further than this one knows.

    Raises:
        TooNew: one has.
    """
    version = version_of(conn)
    if version > LATEST:
        raise TooNew(
            f"{path.name} has version {version} and this program knows {LATEST}. Nothing was changed."
            " Close this session and install the newer program."
        )
    return version


def migrate(conn: sqlite3.Connection, path: Path, *, now: int) -> None:
    """Bring an older database to `LATEST`, after a copy beside it; all of it or nothing. The caller holds the gate.

    Does nothing when another session was first. The copy is called `<name>.v<old version>-<UTC time>`.

    Raises:
        NotMigrated: a migration failed; the database is as it was.
        TooNew: another session with a newer program was first.
        StoreFault: the copy could not be made, or the lock not be had.
    """
    # SQLite turns foreign keys on and off outside of transactions only; rebuilding a table needs them off
    conn.execute("PRAGMA foreign_keys=OFF")
    try:
        conn.execute("BEGIN IMMEDIATE")
        version = refuse_newer(conn, path)
        if version < LATEST:
            copy = _keep_copy(path, version, now)
            try:
                _bring_forward(conn, version, copy, now)
            except (sqlite3.Error, ValueError) as error:
                raise NotMigrated(
                    f"{path.name} could not be brought from version {version} to {LATEST} ({error})."
                    f" It is as it was, and {copy.name} is a copy of it."
                ) from error
        conn.execute("COMMIT")
    except sqlite3.Error as error:
        raise translate(error) from error
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        conn.execute("PRAGMA foreign_keys=ON")


def _bring_forward(conn: sqlite3.Connection, version: int, copy: Path, now: int) -> None:
    carry_out(conn, version)
    dangling = conn.execute("PRAGMA foreign_key_check").fetchone()
    if dangling is not None:
        raise ValueError(f"a record of {dangling[0]} would refer to nothing")
    from db import chain, search  # hashes, which opening a file of today does not need

    search.freshen(conn, most=None)

    detail = chain.canonical({"from": version, "to": LATEST, "copy": copy.name})
    save_id = uuid.uuid4().hex
    chain.append(conn, (now, "dispatch", None, save_id, "system", "migrate", "store", LATEST, detail, save_id))


def _keep_copy(path: Path, version: int, now: int) -> Path:
    name = f"{path.name}.v{version}-{stamp(now)}"
    # the write lock is ours and nothing is written yet: a second connection reads exactly what is about to change
    with closing(copies.connect(path, mode="rw")) as reader:
        for target in (path.with_name(name), *(path.with_name(f"{name}-{again}") for again in range(2, 100))):
            try:
                copies.copy(reader, target).close()
            except Exists:
                continue
            return target
    raise StoreFault(f"There are a hundred copies of {path.name} beside it. Nothing was changed; move some away.")
