"""Which machine is first: the generation of a database, and why a copy of it may not be written (design/more-machines.md).

Each promotion of a second machine raises the generation, in its database and at the place that the copy is kept at. A database
that was never kept elsewhere has none. What stands here goes with the database, wherever that is carried.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from db import copies
from db.faults import ReadOnly, translated
from db.heartbeats import REPLICATE, heartbeat
from db.library import sqlite3

if TYPE_CHECKING:
    from db.store import Store
    from db.unit import Unit

KEY = "fence"
"""The setting that it stands in."""
FIRST, COPY, LOST = "first", "copy", "lost"
LITESTREAM_CHECKPOINTS = 16_384
"""Pages of the log from which on our own connections empty it where Litestream does: 64 MB. Below that two would do the same
work, and saves wait for it; above it the log is emptied also where Litestream is not at work."""


def litestream_reads(database: Path) -> bool:
    """Whether Litestream (0.5.17) takes from the log now: written anew and emptied beside it, a copy is damaged."""
    with contextlib.suppress(FileNotFoundError):
        lock = os.open(copies.side_file(database, ".replica") / "lock", os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
    return False


class MachineStanding(NamedTuple):
    """How a database stands: its generation, whether it is that of the first machine (`first`), a restored copy (`copy`) or that of
    a machine that another took over from (`lost`, by the generation `by`), and since when, in epoch seconds.
    """

    generation: int
    state: str
    at: int
    by: int = 0

    @property
    def why(self) -> str:
        """Why nothing may be saved; empty where it may."""
        if self.state == COPY:
            return f"this is a copy of generation {self.generation}; `dispatch promote` makes it the first machine"
        if self.state == LOST:
            return (
                f"another machine is first since generation {self.by}, and this one is of generation {self.generation};"
                " work there"
            )
        return ""


class Fenced(NamedTuple):
    """Why a store saves nothing although its disk would take it: since when, and the reason in some words."""

    at: int
    why: str

    def refuse(self) -> ReadOnly:
        """The fault of whoever wants to save."""
        return ReadOnly(f"Nothing of this was saved: {self.why}.")


def standing(conn: sqlite3.Connection) -> MachineStanding | None:
    """How a database stands; None: it was never kept elsewhere."""
    row = conn.execute("SELECT value FROM setting WHERE key = ?", (KEY,)).fetchone()
    return None if row is None else MachineStanding(**json.loads(row[0]))


def fenced(store: Store, stands: MachineStanding) -> Fenced | None:
    """Why a database that stands so may not be written now; None: it may."""
    if why := stands.why:
        return Fenced(stands.at, why)
    row = store.conn.execute("SELECT value FROM setting WHERE key = 'alone_minutes'").fetchone()
    minutes = 0 if row is None else int(row[0])
    beat = heartbeat(store, REPLICATE) if minutes else None
    if beat is None or store.clock.now() - beat.since < minutes * 60:
        return None
    away = (store.clock.now() - beat.since) // 60
    since = beat.since - getattr(store.clock, "offset", 0)  # as everything here by the clock of the machine itself
    return Fenced(
        since, f"the copy elsewhere was not reached for {away} minutes, and the firm saves nothing without it"
    )


def stand(unit: Unit, new: MachineStanding, **told: Any) -> None:
    """Let a database stand so; the audit says it, with what else is `told`."""
    text = json.dumps(new._asdict())
    row = unit.store.one("SELECT version FROM setting WHERE key = ?", (KEY,))
    if row is None:
        unit.insert("setting", key=KEY, value=text)
    else:
        unit.update("setting", KEY, row[0], value=text)
    unit.audit("setting", 0, fence=new._asdict(), **told)


def mark_copy(database: Path, at: int) -> None:
    """Let a database file that nobody has open be a copy. Its audit stays as it was, so that its head can be compared."""
    with translated(), contextlib.closing(copies.connect(database)) as conn:
        stands = standing(conn)
        text = json.dumps(MachineStanding(stands.generation if stands else 0, COPY, at)._asdict())
        conn.execute(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (KEY, text),
        )


def newest_row(store: Store) -> tuple[int, str]:
    """The number and hash of the newest row of the audit, (0, "") where there is none."""
    return store.one("SELECT seq, lower(hex(hash)) FROM audit ORDER BY seq DESC LIMIT 1") or (0, "")


class ComparedHead(NamedTuple):
    """The head of a restored database beside one that was recorded: rows there are, and whether the recorded row is among them as
    it was; None: it is not that new."""

    rows: int
    holds: bool | None


def compare(database: Path, seq: int, digest: str) -> ComparedHead:
    """Look for a recorded row of the audit in a database file that nobody has open."""
    from db import chain

    with translated(), contextlib.closing(copies.connect(database, mode="ro&immutable=1")) as conn:
        rows = chain.rows_of(conn)
        found = conn.execute("SELECT lower(hex(hash)) FROM audit WHERE seq = ?", (seq,)).fetchone()
        return ComparedHead(rows, None if found is None else found[0] == digest)
