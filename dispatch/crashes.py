"""What went wrong in the program: one line with a number for the person, the rest in a private log (design/remote.md)."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from dispatch.model.clock import SystemClock
from dispatch.model.text import show

LONGEST_LOG = 1_000_000
"""Bytes after which the log begins anew; the one before is kept beside it."""


def log_of(database: Path) -> Path:
    """Where the crashes at a database are written."""
    return database.with_name(database.name + ".crashes.log")


def keep(error: BaseException, database: Path, who: str, *, over_ssh: bool = True) -> str:
    """Write an error into the log, without the values of variables; returns the one line for the person.

    Args:
        error: what was raised.
        database: whose log it is.
        who: the person or the key.
        over_ssh: over SSH, where the person reads no log; else they are told where it is.
    """
    number = os.urandom(4).hex()
    written = note(f"error {number}", database, who, "".join(traceback.format_exception(error)))
    if over_ssh:
        then = f"Connect again; if it stays so, tell your lead error {number}."
    elif written:
        then = f"Begin again; error {number} in {show(str(log_of(database)), 200)} says where it was."
    else:
        then = (
            f"Begin again. Error {number} could not be written to {show(str(log_of(database)), 200)}: it is"
            f" {_what_and_where(error)}."
        )
    return f"dispatch: something went wrong, and what was saved is safe. {then}"


def _what_and_where(error: BaseException) -> str:
    """The kind of an error and the line of the program, without what it was about."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return " ".join([type(error).__name__, *(f"in {Path(frame.filename).name}, line {frame.lineno}" for frame in last)])


def note(what: str, database: Path, who: str, details: str = "") -> bool:
    """Write a line into the log, and what belongs to it below; returns whether the disk took it."""
    try:
        append(log_of(database), f"{what}, {who}, process {os.getpid()}\n{details}\n")
    except OSError:
        return False
    return True


def append(log: Path, text: str) -> None:
    """Write at the end of a log that only its owner may read, with the time before it; one that is too long begins anew.

    Raises:
        OSError: the disk does not take it, or something else is at its place.
    """
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_name(log.name + ".1"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with open(os.open(log, flags, 0o600), "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(SystemClock().now()))} {text}")


def catch_the_rest(database: Path, who: str) -> None:
    """Let nothing that fails in a thread or while the program ends print a traceback on somebody's terminal."""

    def in_thread(args: threading.ExceptHookArgs) -> None:
        error = args.exc_value
        # EIO: nobody is at the terminal any more
        if error is not None and not (isinstance(error, OSError) and error.errno == errno.EIO):
            keep(error, database, who)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            keep(args.exc_value, database, who)

    def at_the_end(kind: type[BaseException], value: BaseException, trace: object) -> None:
        sys.stderr.write(keep(value, database, who) + "\n")

    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
    sys.excepthook = at_the_end
