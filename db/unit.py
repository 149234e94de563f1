"""One unit of work: what a deed changes, all of it or nothing, with who did it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from db import chain, search, settling
from db.faults import NOTHING_SAVED, Misuse, Stale, translated
from db.library import sqlite3
from db.store import Store


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where.

    `staff_id` is None for the program itself; `session` names the session or the command run; `via` is `local` (own
    login on the machine), `as` (`--as`), `seat` (a key over SSH) or `system`; `key_id` is the key of a session.
    """

    staff_id: int | None
    login: str
    session: str
    via: str
    key_id: int | None = None


class Unit:
    """An open transaction with the write lock, given out by `unit_of_work`. What is read in it is what is changed.

    `deed` names what is being done, `at` is its one instant, `save_id` finds it in the audit.
    """

    def __init__(self, store: Store, deed: str, actor: Actor) -> None:
        self.store = store
        self.deed = deed
        self.actor = actor
        self.at = store.clock.now()
        self.save_id = uuid.uuid4().hex
        self.roles: tuple[str, ...] = ()
        """To whom the deed is open, of whoever may take it back too; none: to all staff."""
        self.unchanged = False
        self.noted: dict[str, Any] = {}
        """What the deed finds out that is needed to do it once more elsewhere."""
        self.audited = 0
        self._over = False

    def execute(self, sql: str, params: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement.

        Raises:
            Refused: a trigger or constraint of the database forbids it. The unit goes on, without this statement.
            StoreFault: the disk or the file fails. The unit is lost.
            Misuse: the unit is over, or an error that was swallowed has ended its transaction.
        """
        with translated():
            return self._open().execute(sql, params)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Run one statement for each of `rows`; returns how many records it changed. Raises as `execute`."""
        with translated():
            return self._open().executemany(sql, rows).rowcount

    def insert(self, table: str, /, **columns: Any) -> int:
        """Add a record to an existing table; returns its id (without meaning for tables whose key is not an integer).

        Raises:
            Misuse: there is no such table or column.
            Refused: the database forbids it.
        """
        self.store.catalogue[table].require(columns)
        if not columns:
            return self.execute(f'INSERT INTO "{table}" DEFAULT VALUES').lastrowid or 0
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        return self.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(columns.values())).lastrowid or 0

    def insert_signed(self, table: str, /, **columns: Any) -> int:
        """Add a record of what the actor does in this unit, which says who, from which session and when; raises as `insert`."""
        known = self.store.catalogue[table].columns
        about = {"staff_id": self.actor.staff_id, "session": self.actor.session, "at": self.at, "made_at": self.at}
        return self.insert(table, **{name: value for name, value in about.items() if name in known} | columns)

    def update(self, table: str, key: int | str, version: int, /, **columns: Any) -> int:
        """Change a record that is still at `version`, the one the person saw; returns its new version.

        Args:
            table: a table with a `version` column and a primary key of one column.
            key: the record's id.
            version: the version that was read.
            columns: the new values; none only raises the version.

        Raises:
            Stale: somebody changed the record since, or it is gone. The fault names who and when.
            Misuse: there is no such table or column, or the table has no version.
            Refused: the database forbids it.
        """
        known = self.store.catalogue[table]
        if len(known.key) != 1 or "version" not in known.columns:
            raise Misuse(f"table {table} has no single key and version to update by")
        (key_name,) = known.key
        if not {"version", key_name}.isdisjoint(columns):
            raise Misuse(f"the version and the key of {table} are not for a deed to set")
        known.require(columns)
        changes = "".join(f'"{name}" = ?, ' for name in columns)
        cursor = self.execute(
            f'UPDATE "{table}" SET {changes}version = version + 1 WHERE "{key_name}" = ? AND version = ?',
            (*columns.values(), key, version),
        )
        if cursor.rowcount != 1:
            raise self._stale(table, key_name, key)
        return version + 1

    def audit(self, entity: str, entity_id: int, /, **detail: Any) -> int:
        """Say in the audit what this unit does to a record; returns the number of the row.

        Args:
            entity: the table of the record.
            entity_id: its id.
            detail: what is worth knowing later, in values that JSON has.

        Raises:
            Misuse: the detail is not JSON, or has a `key_id` of its own.
        """
        conn = self._open()
        actor = self.actor
        if actor.key_id is not None:
            if "key_id" in detail:
                raise Misuse("key_id in an audit detail is the key of the session")
            detail["key_id"] = actor.key_id
        if self.store.late is not None:
            detail["handed_in_at"] = self.store.late
        try:
            text = chain.canonical(detail)
        except (TypeError, ValueError) as error:
            raise Misuse(f"the audit detail of {self.deed} is not JSON: {error}") from error
        told = (self.deed, entity, entity_id, text, self.save_id)
        row = (self.at, actor.login, actor.staff_id, actor.session, actor.via, *told)
        with translated():
            seq = chain.append(conn, row)
        self.audited += 1
        return seq

    def leave_unchanged(self) -> None:
        """Say that there turned out to be nothing to do: the unit ends without a save and without an audit row."""
        self.unchanged = True

    def finish(self) -> None:
        """Called before the unit is committed: what was said on visits can be found from then on, what was promised, and
        which hours were said, has its date.

        Raises:
            Misuse: the transaction was ended from inside, or nothing was said in the audit.
        """
        self._open()
        if not self.audited and not self.unchanged:
            raise Misuse(f"{self.deed} says nothing in the audit; {NOTHING_SAVED.lower()}")
        if not self.unchanged:
            with translated():
                search.freshen(self.store.conn)
                settling.settle(self.store.conn, self.at)

    def expire(self) -> None:
        """Called when the unit is over, however it went."""
        self._over = True

    def _open(self) -> sqlite3.Connection:
        if self._over:
            raise Misuse(f"the unit of {self.deed} is over")
        conn = self.store.conn
        if not conn.in_transaction:
            raise Misuse(f"the transaction of {self.deed} was ended inside its unit, or by an error that was swallowed")
        return conn

    def _stale(self, table: str, key_name: str, key: int | str) -> Stale:
        if self.execute(f'SELECT 1 FROM "{table}" WHERE "{key_name}" = ?', (key,)).fetchone() is None:
            return Stale(f"The {_spoken(table)} is not there any more. {NOTHING_SAVED}", table=table, key=key)
        last = chain.last_change(self.store.conn, table, key) if isinstance(key, int) else None
        repeat = f"{NOTHING_SAVED} Look at it again and repeat what still applies."
        if last is None:
            return Stale(f"Somebody else changed the {_spoken(table)} first. {repeat}", table=table, key=key)
        actor, at = last
        message = f"{actor} changed the {_spoken(table)} {_ago(self.at - at)}, after you had opened it. {repeat}"
        return Stale(message, table=table, key=key, by=actor, at=at)


@contextlib.contextmanager
def unit_of_work(store: Store, deed: str, actor: Actor) -> Iterator[Unit]:
    """One unit of work: saved as a whole when the `with` ends well, else not at all.

    The write lock is held from the start, so what is read inside is what is changed. A unit says in the audit what
    it did (`unit.audit`), or that there was nothing to do (`unit.leave_unchanged`).

    Args:
        store: where it is saved.
        deed: what is being done, in a word or two, for the audit.
        actor: who does it.

    Raises:
        Busy: another session held the lock all the time.
        Moved: the file was replaced under this session.
        ClockDoubtful: the machine's clock is far from the last change.
        TooNew: a newer program has brought the database further.
        Full, ReadOnly, Corrupt: the disk or the file fails.
        Unconfirmed: an error at the very end, and it cannot be found out whether the save was kept.
        Misuse: a unit in a unit, in a `read`, or without a word in the audit.
    """
    with store.transaction(deed, actor.login) as commit:
        unit = Unit(store, deed, actor)
        try:
            yield unit
            unit.finish()
            if not unit.unchanged:
                commit(unit.save_id)
        finally:
            unit.expire()


def _spoken(table: str) -> str:
    return table.replace("_", " ")


def _ago(seconds: int) -> str:
    """How long ago, in words that need no zone. Nobody minds the second decimal; a clock set back says `just now`."""
    if seconds < 10:
        return "just now"
    for count, name in ((seconds // 3600 // 24, "day"), (seconds // 3600, "hour"), (seconds // 60, "minute")):
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return f"{seconds} seconds ago"
