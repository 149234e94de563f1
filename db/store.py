"""The store: one SQLite file, many processes, each with a `Store` of its own."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from db import fence, machine_clock, migrations, opening, texts
from db.catalogue import Catalogue
from db.faults import (
    NOTHING_SAVED,
    Busy,
    ClockDoubtful,
    Full,
    Misuse,
    Moved,
    ReadOnly,
    StoreFault,
    damaged_text,
    from_os,
    is_of_text,
    translate,
)
from db.frozen import FrozenFiles, frozen_files
from db.library import sqlite3
from db.looked_at import LookedAt
from db.open_files import OpenFiles, leave_open, roll_back
from db.presence import Presence
from db.saving import Saving, raise_fault
from db.write_queue import WriteQueue
from dispatch.model.clock import Clock

if TYPE_CHECKING:
    from sqlite_utils import Database


TIMEOUT = 10.0
"""Seconds that a session waits for others before it says so."""
_FENCE_SECONDS = 5.0
"""How often a session that nobody disturbs looks whether this machine is still first."""
_PARTING = 1.0
"""Seconds that a session waits for others at its end."""

T = TypeVar("T")


class Store:
    """An open database. Made by `Store.create` and `Store.open`, ended by `close` or a `with`.

    A store is used by one thread at a time: calls of several threads wait for each other, reads only for the short
    part of a unit in which it has the write lock, not while it queues for it. It belongs to the process that opened it.
    """

    def __init__(
        self,
        conn: sqlite3.Connection,
        path: Path,
        gate: WriteQueue,
        clock: Clock,
        timeout: float,
        read_only: FrozenFiles | None = None,
    ) -> None:
        self.conn = conn
        """The raw connection, in autocommit; rows are tuples. Prefer `all`, `one` and `value`, which wait in turn."""
        self.path = path
        self.clock = clock
        """Where every instant that is stored comes from."""
        self.timeout = timeout
        self.clock_is_right = False
        """Somebody said that the clock of the machine is right although it is far from the last change."""
        self.clock_doubted = False
        """Something was refused for the clock, and nobody was asked about it yet."""
        self.shows_damage = False
        """Outside of units a text that is no UTF-8 is read all the same, and so that `show` shows where it is damaged and `clean`
        refuses it: a screen shows what can be shown. Else it is `Corrupt`, so that nothing damaged is written or given out."""
        self.damage_seen = False
        """Such a text was read."""
        self._damage = ""
        self.catalogue = Catalogue(conn)
        self.presence = Presence(path.with_name(path.name + ".seats"))
        """Which sessions have a living process."""
        self._gate = gate
        self._pid = os.getpid()
        self._lock = threading.RLock()  # the connection
        self._turn = threading.Lock()  # writing: one unit at a time, taken before the gate
        self._writer: int | None = None
        self._reader: int | None = None
        self._joined = False
        self.late: int | None = None
        """The instant of a hand-in: what is recorded was done elsewhere, at the moments that `clock` is set to."""
        self.taken_along: int | None = None
        """Of a database that was taken along on a laptop: the id of that. What is done in it is still to be handed in."""
        self._utils: Database | None = None
        self._closed = False
        self._seen = self.data_version()
        self.read_only: FrozenFiles | fence.Fenced | None = read_only
        """Since when and why nothing can be written; None: it can."""
        self._past_fence: int | None = None
        if (taken := conn.execute("SELECT value FROM setting WHERE key = 'taken_along'").fetchone()) is not None:
            self.taken_along = int(taken[0])
        self._open_files = OpenFiles(conn, path) if read_only is None else read_only
        self._fence_seen, self._fence_generation = 0.0, 0
        self.look_at_fence()
        # also where nobody closes the store: at the end of the process Python would close the connection regardless
        self._end = weakref.finalize(self, _end, self._open_files, conn, gate, self._pid)

    @classmethod
    def create(cls, path: str | Path, *, clock: Clock = machine_clock.PLAIN, timeout: float = TIMEOUT) -> Store:
        """Make a new database (0600, its folder too) with the newest schema, and open it.

        Raises:
            Exists: something is at `path`, or the left-over journal of another database is beside it.
            ReadOnly, Full: the folder does not take it. Nothing half-made is left.
        """
        path = Path(os.path.realpath(path))
        opening.create(path)
        return cls.open(path, clock=clock, timeout=timeout)

    @classmethod
    def open(cls, path: str | Path, *, clock: Clock | None = None, timeout: float = TIMEOUT) -> Store:
        """Open the database at `path`; one of an older version is copied and brought to the newest first.

        Where the disk is full or mounted for reading only, it is opened for reading (`read_only`).

        Args:
            path: an existing file. It is never made here.
            clock: where instants come from; None is the clock that its firm lives by.
            timeout: seconds to wait for another session before `Busy`.

        Raises:
            NotFound, Empty, NotOurs, Corrupt, TooNew, ReadOnly, UnsafeLog: the file cannot be used; it was left as is.
            NotMigrated: it could not be brought to the newest version; it is as it was.
            Busy: another session held it all the time.
        """
        path = Path(os.path.realpath(path))
        gate = WriteQueue(path.with_name(path.name + ".gate"))
        try:
            conn = opening.connect_in_turn(path, timeout, gate)
        except (ReadOnly, Full) as fault:
            return cls.open_to_read(path, fault, clock=clock, timeout=timeout)
        try:
            clock = clock or machine_clock.of_firm(conn)
            if migrations.version_of(conn) < migrations.LATEST:
                with gate.held(timeout, "dispatch"):
                    migrations.migrate(conn, path, now=clock.now())
            return cls(conn, path, gate, clock, timeout)
        except Moved:
            leave_open(conn)
            raise
        except BaseException as error:
            conn.close()
            if isinstance(error, sqlite3.Error):
                raise_fault(error)
            raise

    @classmethod
    def open_to_read(
        cls, path: str | Path, fault: StoreFault, *, clock: Clock | None = None, timeout: float = TIMEOUT
    ) -> Store:
        """Open the database at `path` for reading only (`read_only`), where `fault` came of writing to it.

        Raises:
            StoreFault: the fault itself, where it is not for want of a disk that takes something; else as `open`.
        """
        path = Path(os.path.realpath(path))
        if (source := frozen_files(path, fault, (clock or machine_clock.PLAIN).now())) is None:
            raise fault
        conn = opening.connect_to_read(source)
        gate = WriteQueue(path.with_name(path.name + ".gate"))
        return cls(conn, path, gate, clock or machine_clock.of_firm(conn), timeout, source)

    @classmethod
    def look_at(cls, path: str | Path, *, clock: Clock | None = None) -> Store:
        """Open the database at `path`, which is another office's, only to look at it; nothing is made, changed or brought further.

        Raises:
            NotFound, Empty, NotOurs, Corrupt, TooNew, ReadOnly: it cannot be read; of an older version it has to be written first.
        """
        path = Path(os.path.realpath(path))
        opening.vet(path)
        try:
            source = LookedAt(path, (clock or machine_clock.PLAIN).now())
        except (OSError, sqlite3.Error) as error:
            raise from_os(error, path) if isinstance(error, OSError) else translate(error) from error
        conn = opening.connect_to_read(source)
        gate = WriteQueue(path.with_name(path.name + ".gate"))
        return cls(conn, path, gate, clock or machine_clock.of_firm(conn), TIMEOUT, source)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; a second time does nothing. A store that came over a fork is left to its parent."""
        if self._closed or os.getpid() != self._pid:
            return
        with self._lock:
            self._closed = True
            self.presence.close()
            self._end()

    # reading

    def all(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            self._ensure_usable()
            try:
                return self.conn.execute(sql, params).fetchall()
            except (sqlite3.Error, UnicodeEncodeError) as error:
                return self._read_damaged(error, sql, params)

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, None when there is none."""
        with self._lock:
            self._ensure_usable()
            try:
                cursor = self.conn.execute(sql, params)
                row: tuple[Any, ...] | None = cursor.fetchone()
                cursor.close()  # a query left half-read would hold its snapshot
                return row
            except (sqlite3.Error, UnicodeEncodeError) as error:
                return next(iter(self._read_damaged(error, sql, params)), None)

    def _read_damaged(
        self, error: sqlite3.Error | UnicodeEncodeError, sql: str, params: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        """What a query finds that failed for a damaged text, where such are shown; else raises what the error means."""
        if not is_of_text(error) or not self.shows_damage or self._writer == threading.get_ident():
            self._fail(error)
        self.damage_seen = True
        try:
            return texts.rows_with_damage(self.conn, sql, params)
        except sqlite3.Error as still:
            self._fail(still)

    def damage(self) -> str:
        """Where texts are no UTF-8, in some words; empty: nowhere. Looked for once: it reads every text of the database."""
        if not self._damage:
            with contextlib.closing(self.reader()) as conn:
                self._damage = texts.damaged_at(conn)
        return self._damage

    def reopened(self) -> Store:
        """The same database, opened once more for another thread; raises as `open`."""
        own = Store.open(self.path, clock=self.clock)
        own.shows_damage = self.shows_damage
        return own

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """The first column of the first row of a query, None when there is none."""
        row = self.one(sql, params)
        return None if row is None else row[0]

    @contextlib.contextmanager
    def read(self) -> Iterator[Store]:
        """A snapshot: everything read inside is one state of the database, and nothing can be written.

        Inside a unit, or another `read`, it joins that. Wait for nothing else inside: other threads wait for this one.
        """
        with self._lock:
            self._ensure_usable()
            if self.conn.in_transaction:
                yield self
                return
            self._reader = threading.get_ident()
            try:
                self.conn.execute("BEGIN")
                self.conn.execute("PRAGMA query_only=ON")
                yield self
            except sqlite3.Error as error:
                self._fail(error)
            finally:
                self._reader = None
                self.conn.execute("PRAGMA query_only=OFF")
                roll_back(self.conn)

    def data_version(self) -> int:
        """A number that moves when another connection has committed; its value means nothing. About 3 µs."""
        return int(self.value("PRAGMA data_version"))

    def changed(self) -> bool:
        """Whether somebody else has committed since this was last asked (at first: since the store was opened).

        Own writes do not count. While another thread here is saving the answer is no, and the next one tells.

        Raises:
            Moved, ReadOnly: what is seen here is no longer what others see.
            TooNew: a newer program has brought the database further.
        """
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self.ensure_in_place()
            version = self.data_version()
            if version == self._seen:
                if time.monotonic() < self._fence_seen + _FENCE_SECONDS:
                    return False
                before = self.read_only
                self.look_at_fence()
                return (before is None) != (self.read_only is None)
            migrations.refuse_newer(self.conn, self.path)
            self._seen = version
            self.look_at_fence()
            return True
        finally:
            self._lock.release()

    @property
    def utils(self) -> Database:
        """The database by way of sqlite_utils, for imports, exports and searching; its import costs 125 ms.

        Never `transform()`: it drops triggers. Never its `insert` into a table that may be misspelt: it makes one.
        """
        with self._lock:
            self._ensure_usable()
            if self._utils is None:
                from sqlite_utils import Database

                self._utils = Database(self.conn, execute_plugins=False)
            return self._utils

    # writing

    def write_anew(self) -> None:
        """Write the whole file anew and empty its log, so that neither has a page of what was deleted.

        Raises:
            Busy: another session reads or writes all the time.
        """
        with self._turn, self._lock:
            self._ensure_usable()
            if fence.litestream_reads(self.path):
                raise Busy(
                    "A copy is kept elsewhere, by what reads the log all the time: `dispatch replicate run` lets go of it within"
                    " half a minute, and does this."
                )
            try:
                self.conn.execute("VACUUM")
                ((held, *_),) = self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.Error as error:
                self._fail(error)
        if held:
            raise Busy(
                "Another process reads the database all the time, so its log could not be emptied. Try again in a moment."
            )

    @contextlib.contextmanager
    def transaction(self, deed: str, login: str) -> Iterator[Callable[[str], None]]:
        """The write lock, held from the start; gives what commits, for a save of that id. Without a commit nothing is saved.

        Deeds write by `db.unit.unit_of_work`, which says what this raises. Inside `together` it commits nothing.
        """
        me = threading.get_ident()
        self._ensure_usable()
        if self._joined and me == self._writer:
            with self._part():
                yield lambda save_id: None
            return
        if me in (self._writer, self._reader):
            raise Misuse(f"{deed} begins inside another unit or a read")
        with self._writing(me, login) as saving:
            yield saving.commit

    @contextlib.contextmanager
    def together(self, login: str) -> Iterator[Callable[[str], None]]:
        """Units that are saved as one: what it gives commits all of them, under the save id of one. Without that, and after a
        fault, nothing is saved: what was seen inside showed what the deeds would come to. A unit that fails is undone alone.

        Args:
            login: of whoever does it, for those who wait: the write lock is held.

        Raises:
            As `db.unit.unit_of_work`.
        """
        self._ensure_usable()
        me = threading.get_ident()
        if me in (self._writer, self._reader):
            raise Misuse("units are joined inside a unit or a read")
        with self._writing(me, login) as saving:
            self._joined = True
            try:
                yield saving.commit
            finally:
                self._joined = False

    @contextlib.contextmanager
    def _part(self) -> Iterator[None]:
        """A unit among others that are saved as one."""
        self.conn.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK TO part")
                self.conn.execute("RELEASE part")
            raise
        self.conn.execute("RELEASE part")

    @contextlib.contextmanager
    def _writing(self, me: int, login: str) -> Iterator[Saving]:
        """The turn of this thread, and the write lock of the file; what is not committed inside is undone."""
        if isinstance(self.read_only, FrozenFiles):
            raise self.read_only.refuse()
        assert isinstance(self._open_files, OpenFiles)
        if not self._turn.acquire(timeout=self.timeout):
            raise Busy(f"This session is still saving something else. {NOTHING_SAVED} Try again in a moment.")
        try:
            self._writer = me
            self.ensure_in_place()
            with self._gate.held(self.timeout, login), self._lock:
                self._ensure_usable()
                self.ensure_in_place()
                saving = Saving(self.conn, self.path, self._open_files, self.timeout)
                try:
                    saving.begin()
                    self._refuse_behind_fence()
                    self._refuse_doubtful_clock()
                    yield saving
                except sqlite3.Error as error:
                    raise_fault(error)
                finally:
                    roll_back(self.conn)
        finally:
            self._writer = None
            self._turn.release()

    def reader(self) -> sqlite3.Connection:
        """A connection of its own to what this store reads, so that the store can go on meanwhile."""
        try:
            return self._open_files.reader()
        except sqlite3.Error as error:
            raise_fault(error)

    def ensure_in_place(self) -> None:
        """Look whether the file at the path and its log are still those that are open.

        Raises:
            Moved: one was replaced, renamed or removed.
            ReadOnly: it was opened for reading only, and others write again.
        """
        with self._lock:
            self._ensure_usable()
            self._open_files.look()

    def _fail(self, error: sqlite3.Error | UnicodeEncodeError) -> NoReturn:
        """As `raise_fault`; what looks like a mistake of ours is none where a newer program has changed the schema meanwhile.
        Of a damaged text it is said where it is."""
        if is_of_text(error) and (self.damage() or isinstance(error, sqlite3.Error)):
            raise damaged_text(self.damage()) from error
        if isinstance(error, UnicodeEncodeError):
            raise StoreFault(
                "What is asked for holds bytes that are no UTF-8: there is nothing of that name."
            ) from error
        if translate(error) is error:
            migrations.refuse_newer(self.conn, self.path)
        raise_fault(error)

    def doubt_of_clock(self) -> str:
        """Why the clock of the machine can hardly be right, in some words; empty where it may be. One that somebody set, as that
        of a sample firm, is what it is."""
        if self.clock_is_right:
            return ""
        with self._lock:
            return machine_clock.doubt(self.conn, self.clock)

    @contextlib.contextmanager
    def past_fence(self) -> Iterator[None]:
        """Let this thread save how this database stands itself (`db.fence`) where nothing else may be saved."""
        self._past_fence = threading.get_ident()
        try:
            yield
        finally:
            self._past_fence = None
            self.look_at_fence()

    def look_at_fence(self) -> None:
        """Notice that another machine is first, or this one again."""
        if isinstance(self.read_only, FrozenFiles):
            return
        self._fence_seen = time.monotonic()
        stands = fence.standing(self.conn)
        if stands is not None and self._fence_generation != stands.generation:
            self._fence_generation = stands.generation
            self.conn.execute(f"PRAGMA wal_autocheckpoint={fence.LITESTREAM_CHECKPOINTS:d}")
        self.read_only = None if stands is None else fence.fenced(self, stands)

    def _refuse_behind_fence(self) -> None:
        """Save nothing where another machine is first. Looked at with the write lock, so that nothing slips by."""
        self.look_at_fence()
        if self.read_only is not None and self._past_fence != threading.get_ident():
            raise self.read_only.refuse()

    def _refuse_doubtful_clock(self) -> None:
        """Write no instant that can hardly be true."""
        if doubt := self.doubt_of_clock():
            self.clock_doubted = True
            raise ClockDoubtful(
                f"{doubt} {NOTHING_SAVED} Set the clock; if it is right, a lead or a dispatcher says so once: on the screen, or by"
                " `dispatch doctor --clock-is-right`."
            )

    def _ensure_usable(self) -> None:
        if os.getpid() != self._pid:
            raise Misuse("the store was opened before a fork; open it again in the child")
        if self._closed:
            raise Misuse("the store is closed")


def _end(files_in_use: OpenFiles | FrozenFiles, conn: sqlite3.Connection, gate: WriteQueue, pid: int) -> None:
    """Let nobody write while it is found out whether the log may be merged. One that came over a fork is its parent's."""
    if os.getpid() != pid:
        return
    if isinstance(files_in_use, FrozenFiles):
        files_in_use.end(conn)
    else:
        files_in_use.end(lambda: gate.held(_PARTING, "dispatch"))


def existing(value: T | None) -> T:
    """What is there, because something else names it and nothing with history is deleted."""
    assert value is not None
    return value
