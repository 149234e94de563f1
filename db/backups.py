"""Keeping the records safe: backups, restoring one, and the checks that `dispatch doctor` prints."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from db import audit, chain, copies, erasing, migrations, opening, search
from db.faults import Corrupt, StoreFault, translated
from db.library import VERSION, sqlite3, wal_is_safe
from db.machine_clock import AHEAD, HOUR
from db.open_files import APART
from db.store import Store
from db.texts import bad_texts


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found: `subject` names the check, `good` whether all is well, `text` one line about it."""

    subject: str
    good: bool
    text: str


def backup(store: Store, target: Path) -> str:
    """Copy the open database to the new file `target` (0600), while others go on working.

    The copy is made by SQLite's backup API under a temporary name, checked, put on the disk and then given its name.

    Returns:
        The head of the copy's audit chain: noted elsewhere, it proves later that no row before it was altered.

    Raises:
        Exists: something is at `target`.
        Corrupt: the database is damaged, or a text in it is; no copy was made.
        Moved: the open file is no longer the one at its path.
        ReadOnly, Full: the folder does not take it.
    """
    store.ensure_in_place()
    # a connection of its own, so that the session can go on while the copy is made
    with contextlib.closing(store.reader()) as source:
        refuse_damaged_text(source)
        source.text_factory = str
        return _copied(source, Path(target).absolute())


def refuse_damaged_text(conn: sqlite3.Connection) -> None:
    """
    Raises:
        Corrupt: a text is no UTF-8. The pages that hold it may be in order.
    """
    damaged = next((bad for bad in bad_texts(conn) if not bad.readable), None)
    if damaged is not None:
        raise Corrupt(f"The database is damaged: {damaged}. No copy was made; keep every older one.")


def restore(source: Path, target: Path) -> str:
    """Make the database of a backup available as the new file `target`, never over an existing one.

    Returns:
        The head of its audit chain, to be compared with what was noted when the backup was made.

    Raises:
        NotFound, Empty, NotOurs, Corrupt: `source` is not a whole backup of ours. It is only read.
        Exists: something is at `target`.
        ReadOnly, Full: the folder of `target` does not take it.
    """
    source = Path(os.path.realpath(source))
    opening.vet(source)
    with translated():
        reader = copies.connect(source, mode="ro")
    with contextlib.closing(reader) as conn:
        return _copied(conn, Path(target).absolute())


def rotate(path: Path, keep: int) -> list[Path]:
    """Take away all but the newest `keep` backups beside a database, by the time in their names; returns what went."""
    pattern = re.compile(re.escape(path.name) + r"\.backup-\d{8}T\d{6}Z(\.tar(\.age)?)?")
    backups = sorted(file for file in path.parent.iterdir() if pattern.fullmatch(file.name))
    gone = backups[:-keep]
    for file in gone:
        file.unlink()
    return gone


def _copied(source: sqlite3.Connection, target: Path) -> str:
    with contextlib.closing(copies.copy(source, target)) as made:
        return chain.head_of(made)


# each check says whether all is well, and one line about it

_Checked = tuple[bool, str]


def _library(store: Store) -> _Checked:
    """Every version is good, as the journal is chosen by it."""
    race = "" if wal_is_safe() else ", which has the WAL-reset race: a rollback journal keeps clear of it"
    return True, f"version {VERSION}{race}"


def _journal(store: Store) -> _Checked:
    if store.read_only is not None:
        return True, "not looked at: nothing is written"
    mode = opening.journal_mode(store.conn)
    name = {"wal": "write-ahead log", "truncate": "rollback journal"}.get(mode, mode)
    if wal_is_safe():
        return mode == "wal", name
    good = mode == "truncate"
    why = "slower, and safe with this SQLite" if good else f"SQLite {VERSION} can damage the file that way"
    return good, f"{name}: {why}"


def _apart(store: Store) -> _Checked:
    """What a session could only keep in a copy, because its log had been removed under it."""
    copies_apart = sorted(
        file.name for file in store.path.parent.iterdir() if file.name.startswith(store.path.name + APART)
    )
    text = f"{', '.join(copies_apart)}: saved by a session whose log was removed, and not in {store.path.name}; compare the two"
    return not copies_apart, text if copies_apart else "no session had its log removed"


def _all(faults: Iterable[str], good: str) -> _Checked:
    """Everything that is wrong, else that all is good."""
    wrong = "; ".join(faults)
    return not wrong, wrong or good


def _integrity(store: Store) -> _Checked:
    pages = store.all("PRAGMA quick_check(5)")
    return _all((text for (text,) in pages if text != "ok"), "every page is in order")


def _schema(store: Store) -> _Checked:
    """Whether every table, index and trigger stands as this program made it. A table or a plain index more does nothing;
    a trigger or a view more does, and a unique index refuses what the program may save.
    """
    present = migrations.parts_of(store.all(migrations.PARTS))
    wrong = [
        f"{kind} {name} is {'changed' + _columns(store, name, sql) if name in present.get(kind, ()) else 'missing'}"
        for kind, parts in migrations.parts_of_newest().items()
        for name, sql in parts.items()
        if present.get(kind, {}).get(name) != sql
    ]
    newest = migrations.parts_of_newest()
    wrong += [
        f"{kind} {name} was added by another program"
        for kind in ("trigger", "view", "index")
        for name, sql in present.get(kind, {}).items()
        if name not in newest.get(kind, {}) and (kind != "index" or sql.upper().startswith("CREATE UNIQUE"))
    ]
    return _all(wrong[:5], "every table, index and trigger is as it was made")


def _columns(store: Store, name: str, sql: str) -> str:
    """How the columns of a table or view differ from those that `sql` makes; empty where that is not what differs."""
    from sqlite_utils import Database

    meant = Database(memory=True, execute_plugins=False)
    try:
        meant.execute(sql)
        expected, there = meant[name].columns_dict, store.utils[name].columns_dict
    except sqlite3.Error:
        return ""  # an index or a trigger, or a view of tables that are not here
    finally:
        meant.close()
    differences = [
        *(f"without {column}" for column in expected if column not in there),
        *(f"with {column}" for column in there if column not in expected),
        *(
            f"{column} as {there[column].__name__}"
            for column in expected
            if there.get(column, expected[column]) != expected[column]
        ),
    ]
    return f" ({', '.join(differences[:5])})" if differences else ""


def _texts(store: Store) -> _Checked:
    """Whether every text is one that a screen may show."""
    with contextlib.closing(store.reader()) as conn:
        bad = map(str, itertools.islice(bad_texts(conn), 5))
        return _all(bad, "every text is UTF-8, and has nothing that moves a terminal")


def _references(store: Store) -> _Checked:
    tables = sorted({str(row[0]) for row in store.all("PRAGMA foreign_key_check")})
    text = f"records of {', '.join(tables)} refer to nothing" if tables else "every record refers to one that is there"
    return not tables, text


def _gate(store: Store) -> _Checked:
    """What is no plain file in the place of the queue of writers keeps everybody from saving."""
    path = store.path.with_name(store.path.name + ".gate")
    try:
        good = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        good = True  # made by the next who saves
    text = "writers wait in turn" if good else f"{path.name} is no plain file: nobody can save; take it away"
    return good, text


_WITH_SOMEBODY_GONE = """
  SELECT DISTINCT v.reference, s.name FROM assignment a
  JOIN visit v ON v.id = a.visit_id JOIN staff s ON s.id = a.staff_id JOIN technician t ON t.staff_id = a.staff_id
  WHERE (t.archived_at IS NOT NULL OR s.active = 0) AND a.day >= v.next_day
    AND v.state NOT IN ('requested', 'closed', 'left_open', 'no_access', 'aborted', 'cancelled')
  ORDER BY v.reference LIMIT 5
"""


def _people(store: Store) -> _Checked:
    """Whether every visit that is to be done is with somebody who is still here."""
    gone = store.all(_WITH_SOMEBODY_GONE)
    with_them = (f"{reference} is with {name}, who is archived" for reference, name in gone)
    return _all(with_them, "every visit is with somebody who is here")


def _chain(store: Store) -> _Checked:
    broken = audit.verify_chain(store)
    if broken is not None:
        return False, f"broken at row {broken}: the audit was altered outside the program"
    return True, f"{chain.rows_of(store.conn)} rows, head {audit.head(store)}"


def _searching(store: Store) -> _Checked:
    """Searching works in any case; without an index it reads every visit."""
    index = search.state(store)
    if not index.possible:
        return True, "this SQLite has no FTS5: every visit is read, which is slower than an index"
    waiting = f", {index.waiting} wait for the next save" if index.waiting else ""
    return True, f"{index.indexed} visits are indexed{waiting}"


def _erased(store: Store) -> _Checked:
    owed = len(erasing.unfinished(store))
    return not owed, f"{owed} not out of the file yet: dispatch client erase --finish" if owed else "nothing is owed"


def _permissions(store: Store) -> _Checked:
    mode = stat.S_IMODE(store.path.stat().st_mode)
    good = mode & 0o077 == 0
    return good, f"{mode:04o}" if good else f"{mode:04o}: others on this machine can get at it"


_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "afs")
"""File systems on which SQLite's locks cannot be relied on."""
_LEAST_FREE = 64 * 1024 * 1024


def _writing(store: Store) -> _Checked:
    why = store.read_only.why if store.read_only is not None else ""
    return not why, f"read only: {why}" if why else "what is saved is taken"


def _file_system(store: Store) -> _Checked:
    kind = _mounted_as(store.path)
    good = kind not in _NETWORK
    text = kind or "not known on this system"
    return good, text if good else f"{text}: a database on a network drive loses saves; keep it on a disk"


def _mounted_as(path: Path) -> str:
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    here = path.resolve()
    under = [(len(point), kind) for _, point, kind, *_ in mounts if here.is_relative_to(point)]
    return max(under)[1] if under else ""


def _space(store: Store) -> _Checked:
    free = shutil.disk_usage(store.path.parent).free
    needed = max(_LEAST_FREE, 3 * store.path.stat().st_size)
    good = free >= needed
    text = f"{free // 1_000_000:,} MB free"
    return good, text if good else f"{text}: less than {needed // 1_000_000:,} MB, for the log and a backup"


_JUMP = """
  SELECT seq, at FROM (SELECT seq, at, lag(at) OVER (ORDER BY seq) AS before FROM audit)
  WHERE at > before + ? AND at > ? ORDER BY seq LIMIT 1
"""


def _clock(store: Store) -> _Checked:
    """Whether the clock agrees with the last change, and which of the two is wrong where they do not."""
    last, now = chain.newest_at(store.conn) or 0, store.clock.now()
    ahead = store.one(_JUMP, (AHEAD, now + AHEAD)) if last > now else None
    if ahead is not None:
        days = (ahead[1] - now) // (24 * HOUR)
        text = f"row {ahead[0]} of the audit was written by a clock {days:,} days ahead: this one may be right"
        return False, f"{text}; then say `dispatch doctor --clock-is-right`"
    if last - now > 60:
        return False, f"{last - now} s behind the last change: set this machine's clock"
    return True, "later than the last change"


_CHECKS: Mapping[str, Callable[[Store], _Checked]] = {
    "SQLite": _library,
    "journal": _journal,
    "log": _apart,
    "integrity": _integrity,
    "schema": _schema,
    "texts": _texts,
    "references": _references,
    "gate": _gate,
    "technicians": _people,
    "audit chain": _chain,
    "searching": _searching,
    "erased": _erased,
    "permissions": _permissions,
    "file system": _file_system,
    "writing": _writing,
    "free space": _space,
    "clock": _clock,
}


def check(store: Store) -> list[CheckResult]:
    """Look at everything about the database that can be looked at while others work in it; what cannot be is wrong too."""
    results = []
    for subject, look in _CHECKS.items():
        try:
            with translated():
                results.append(CheckResult(subject, *look(store)))
        except (StoreFault, sqlite3.Error) as fault:
            results.append(CheckResult(subject, False, str(fault)))
    return results
