"""What can go wrong with the store, each with one sentence a person can act on.

The message says what happened, what was kept and what to do. A `StoreFault` is for people; `Misuse` is a mistake in
our own code and never advice.
"""

from __future__ import annotations

from pathlib import Path

from db.library import sqlite3


class Misuse(RuntimeError):
    """The store was used in a way that it forbids: a mistake in the program, not of its user."""


class StoreFault(Exception):
    """Something that the store refuses or cannot do. `str(fault)` is the sentence for the user."""


class NoDatabase(StoreFault):
    """There is no database at the path."""


class Exists(StoreFault):
    """Something is already at the path where a new file was to be made."""


class NotOurs(StoreFault):
    """The file is not a database of this program."""


class Empty(StoreFault):
    """The file has no bytes or no tables: it was never finished, or its content is gone."""


class TooNew(StoreFault):
    """The database was brought to a newer version than this program knows."""


class Busy(StoreFault):
    """Another session holds the write lock and did not let go in time."""


class Stale(StoreFault):
    """Somebody else changed the record first.

    `table` and `key` name the record; `by` is the login of who changed it last and `at` the instant (epoch seconds),
    both None when the audit does not tell.
    """

    def __init__(self, message: str, *, table: str, key: int | str, by: str | None = None, at: int | None = None):
        super().__init__(message)
        self.table, self.key, self.by, self.at = table, key, by, at


class Corrupt(StoreFault):
    """The file is damaged."""


class Full(StoreFault):
    """The disk refused to take what was written: full, over a quota, or failing."""


class ReadOnly(StoreFault):
    """The file or its folder may not be written, or not be opened at all."""


class Moved(StoreFault):
    """The database file or its log was replaced, renamed or removed while this session had it open."""


class ClockDoubtful(StoreFault):
    """The machine's clock is far behind the last change or far ahead of it; nobody said yet that it is right."""


class UnsafeLog(StoreFault):
    """The file is write-ahead logged and this process has a SQLite with the WAL-reset race."""


class NotMigrated(StoreFault):
    """The database could not be brought to the version of this program, and is as it was."""


class Unconfirmed(StoreFault):
    """An error came at the very end of a save and it cannot be found out whether the save was kept.

    `save_id` is what to look for in the audit.
    """

    def __init__(self, message: str, *, save_id: str):
        super().__init__(message)
        self.save_id = save_id


class Refused(StoreFault):
    """The database's own rules refuse the change; the rest of the unit stands until it ends.

    `kind` is `rule` (a trigger: the message is its text), `unique`, `reference`, `check`, `missing` or `type`;
    `subject` is what SQLite named (`client.name`, a constraint's text), empty for `rule` and `reference`.
    """

    def __init__(self, message: str, *, kind: str = "rule", subject: str = ""):
        super().__init__(message)
        self.kind, self.subject = kind, subject


class Unanswered(StoreFault):
    """A question in SQL that is none, may not be asked, takes too long, or is not understood."""


NOTHING_SAVED = "Nothing of this was saved."

_BY_CODE: dict[str, tuple[type[StoreFault], str]] = {
    "SQLITE_BUSY": (
        Busy,
        f"Another session is writing to the database and does not finish. {NOTHING_SAVED} Try again in a moment.",
    ),
    "SQLITE_CORRUPT": (
        Corrupt,
        "The database file is damaged. Stop working with it, keep the file as it is, and restore the last backup.",
    ),
    "SQLITE_NOTADB": (
        Corrupt,
        "The file is not a database, or its first page is damaged. It was left as it is; restore the last backup.",
    ),
    "SQLITE_FULL": (Full, f"The disk is full. {NOTHING_SAVED} What was saved before is safe; make room and try again."),
    "SQLITE_IOERR": (
        Full,
        f"The disk refused to read or write (full, over a quota, or failing). {NOTHING_SAVED}"
        " What was saved before is safe; look at the disk and try again.",
    ),
    "SQLITE_READONLY": (
        ReadOnly,
        f"The database may not be written by this user. {NOTHING_SAVED}"
        " Ask for write access to the file and its folder.",
    ),
    "SQLITE_CANTOPEN": (
        ReadOnly,
        "The database or a file beside it cannot be opened. It was left as it is;"
        " check the permissions of the file and of its folder.",
    ),
}
_BY_CODE["SQLITE_LOCKED"] = _BY_CODE["SQLITE_PROTOCOL"] = _BY_CODE["SQLITE_BUSY"]
_BY_CODE["SQLITE_PERM"] = _BY_CODE["SQLITE_CANTOPEN"]

# connecting and copying raise errors without a code, and newer codes have no name yet: SQLite's own texts for them
_CODE_OF_TEXT = {
    "database is locked": "SQLITE_BUSY",
    "database table is locked": "SQLITE_LOCKED",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "file is not a database": "SQLITE_NOTADB",
    "database or disk is full": "SQLITE_FULL",
    "disk I/O error": "SQLITE_IOERR",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "unable to open database file": "SQLITE_CANTOPEN",
    "unsupported file format": "SQLITE_NOTADB",
}
_NO_TEXT = "Could not decode to UTF-8"
"""How Python's binding begins what it says of such a text; it has no code."""
_NO_JSON = "malformed JSON"
# reported with the code of any mistake in a statement
_TEXTS_OVER_CODES = frozenset({"unsupported file format"})

# pysqlite3 reports primary codes only, so the kind of a constraint is read from the fixed texts of SQLite.
_BY_CONSTRAINT: tuple[tuple[str, str, str], ...] = (
    ("UNIQUE constraint failed: ", "unique", "There is already one with the same {subject}."),
    ("NOT NULL constraint failed: ", "missing", "{subject} must be given."),
    ("CHECK constraint failed: ", "check", "The database does not accept a value: {subject}."),
    ("FOREIGN KEY constraint failed", "reference", "It refers to a record that is not there, or is itself in use."),
    ("cannot store ", "type", "The database does not accept a value: cannot store {subject}."),
)


def translate(error: sqlite3.Error | UnicodeEncodeError) -> Exception:
    """The fault that an error of SQLite means to a person; the error itself when it means a mistake of ours."""
    code: str = getattr(error, "sqlite_errorname", None) or "unknown"
    if code == "unknown" or str(error) in _TEXTS_OVER_CODES:
        code = _CODE_OF_TEXT.get(str(error), "")
    if is_of_text(error):
        return damaged_text("")
    if code == "SQLITE_READONLY_DBMOVED":
        return moved()
    if isinstance(error, sqlite3.IntegrityError) or code.startswith("SQLITE_CONSTRAINT"):
        return _refusal(str(error))
    for name, (fault, message) in _BY_CODE.items():
        if code == name or code.startswith(name + "_"):
            return fault(message)
    return error


class translated:
    """Inside it an error of SQLite is raised as the fault that it means to a person, and so is a text that is damaged."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (sqlite3.Error, UnicodeEncodeError)):
            raise translate(error) from error


def is_of_text(error: Exception) -> bool:
    """Whether it says that a text is no UTF-8: one that is read, one so read that is asked for, or one that SQL reads as JSON."""
    return isinstance(error, UnicodeEncodeError) or str(error).startswith(_NO_TEXT) or str(error) == _NO_JSON


def damaged_text(where: str) -> Corrupt:
    """The fault of a text that is no UTF-8.

    Args:
        where: its table, column and row; empty where that is not known.
    """
    place = f" ({where})" if where else ""
    return Corrupt(
        f"A text in the database is damaged{place}: it is no UTF-8. Keep the file as it is, and let a lead restore the last"
        " backup; `dispatch doctor` names what is damaged."
    )


def moved(path: Path | None = None) -> Moved:
    """The fault of a database file that is no longer the one that was opened."""
    named = f" {path.name}" if path else ""
    return Moved(
        f"The database file{named} was replaced or removed while this session had it open. {NOTHING_SAVED}"
        " Close this session and open the database again."
    )


def log_gone(path: Path) -> Moved:
    """The fault of a database whose log (`-wal`, `-shm`, `-journal`) is no longer the one that was opened."""
    return Moved(
        f"The log beside {path.name} was removed or replaced while this session had it open. {NOTHING_SAVED}"
        " Close every session at this database and open it again: what was saved before is in the file when the last"
        " of them has ended, or in a copy beside it."
    )


def incomplete() -> Corrupt:
    """The fault of a database in which a part of our schema is missing."""
    return Corrupt(
        "The database is damaged: a part of its schema is missing, taken away by another program. Stop working with it,"
        " keep the file as it is, and restore the last backup."
    )


def from_os(error: OSError, path: Path) -> StoreFault:
    """The fault that an error of the operating system on `path` means to a person."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Full(
            f"The disk is full or over its quota at {path.parent}. Nothing was changed; make room and try again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnly(f"{path} may not be written by this user. Nothing was changed; ask for write access.")
    if error.errno == errno.EEXIST:
        return Exists(f"There is already something at {path}. It was left as it is; choose another name.")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return NoDatabase(f"There is nothing at {path}. Check the path.")
    return StoreFault(f"{path}: {error.strerror or error}. Nothing was changed.")


def _refusal(text: str) -> Refused:
    for opening, kind, sentence in _BY_CONSTRAINT:
        if text.startswith(opening):
            subject = "" if kind == "reference" else text.removeprefix(opening)
            named = subject.removeprefix("index ").strip("'") if kind == "unique" else subject
            return Refused(f"{sentence.format(subject=named)} {NOTHING_SAVED}", kind=kind, subject=subject)
    return Refused(text)


TRANSIENT = (Busy, Full, Unconfirmed)
"""Faults of the database that go away by themselves, or when somebody makes room: a process that goes on by itself waits."""
