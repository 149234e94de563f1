"""`-v` and `--log FILE`: what a command used, how it ended, and what went wrong, for whoever looks after the program."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shlex
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from dispatch.commands import exits
from dispatch.commands.opening import database_path
from dispatch.crashes import append
from dispatch.model.paths import typed_path
from dispatch.model.text import show


def followed(
    args: argparse.Namespace, words: Sequence[str], carry_out: Callable[[argparse.Namespace, Sequence[str]], int]
) -> int:
    """Carry out a command and say what of it is to be said; returns its exit code.

    An error that is no refusal goes into the log, where there is one, with a sentence on the terminal.
    """
    named = args.log or os.environ.get("DISPATCH_LOG") or ""
    log = typed_path(named) if named else None
    if args.verbose:
        _say(_used(args))
    begun = time.monotonic()
    try:
        code, details = carry_out(args, words), ""
    except Exception as error:
        if log is None:
            raise
        code, details = exits.REFUSED, "".join(traceback.format_exception(error))
        print(
            f"dispatch: something went wrong, and what was saved is safe. Begin again; the details are in {show(str(log))}.",
            file=sys.stderr,
        )
    ended = f"exit {code} after {time.monotonic() - begun:.2f} s"
    if args.verbose:
        _say(ended)
    if log is not None:
        _write(log, database_path(args), f"{shlex.join(words)}: {ended}", details)
    return code


def _used(args: argparse.Namespace) -> str:
    import platform

    from db.library import VERSION
    from dispatch import __version__

    path = database_path(args)
    size = ""
    with contextlib.suppress(OSError):
        size = f" ({path.stat().st_size:,} bytes)"
    return (
        f"{__version__}, Python {platform.python_version()}, SQLite {VERSION}; database {path}{size or ', not there'}"
    )


def _say(text: str) -> None:
    print(f"dispatch: {show(text, 400)}", file=sys.stderr)


def _write(log: Path, database: Path, text: str, details: str) -> None:
    import getpass

    if not _takes_lines(log, database):
        _say(f"{log} is there and is no log; it was left as it is.")
        return
    try:
        append(log, f"{getpass.getuser()}, process {os.getpid()}: {show(text)}\n{details}")
    except OSError as error:
        _say(f"the log {log} cannot be written: {(error.strerror or str(error)).lower()}.")


def _takes_lines(log: Path, database: Path) -> bool:
    """Whether a file may be written into: there is none yet, or it is a log of ours. The open database is not looked into."""
    if log.resolve() == database.resolve():
        return False
    if not log.is_file():
        return True
    with log.open("rb") as file:
        return re.match(rb"$|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z ", file.read(21)) is not None
