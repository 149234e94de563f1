"""The command line: one command carried out, and one place where refusals become exit codes."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from dispatch.commands import exits
from dispatch.commands.opening import database_path
from dispatch.commands.options import COMMON
from dispatch.commands.parser import COMMANDS, meant, parser_of, unreadable
from dispatch.desk.session.refusals import GatesUnmet, Refusal
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from db import faults
    from dispatch import crashes


def run(words: Sequence[str]) -> int:
    """Carry out one command; returns its exit code: 0 done, 1 refused, 2 usage, 3 close-out refused by its gates.

    `begun` of its arguments is when it was begun: what has bounded seconds counts from there.

    An error that is no refusal is kept in the log beside the database, with one sentence on the terminal; `-v` shows the rest.
    """
    args = argparse.Namespace(begun=time.monotonic())
    try:
        return _run(words, args)
    except Exception as error:
        return _went_wrong(error, args)


def _run(words: Sequence[str], args: argparse.Namespace) -> int:
    if fault := unreadable(words):
        print(f"dispatch: {fault}", file=sys.stderr)
        return exits.USAGE
    words = in_order(words)
    if not words[0].startswith("-") and words[0] not in COMMANDS:
        unknown = f"There is no command {show(words[0], 40)}.{meant(words[0], COMMANDS)}"
        print(f"dispatch: {unknown} dispatch --help lists them.", file=sys.stderr)
        return exits.USAGE
    parser_of(words[0]).parse_args(words, args)
    if getattr(args, "verbose", False) or getattr(args, "log", None) or os.environ.get("DISPATCH_LOG"):
        from dispatch.commands.following import followed

        return followed(args, words, _carry_out)
    return _carry_out(args, words)


def _carry_out(args: argparse.Namespace, words: Sequence[str]) -> int:
    try:
        done: int = args.run(args)
        sys.stdout.flush()
        return done
    except BrokenPipeError:
        # the reader went away (`dispatch log | head`): not our fault, and nothing left to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.REFUSED
    except KeyboardInterrupt:
        return exits.STOPPED
    except Exception as error:
        if (code := _told(error)) is None:
            raise
        return code


def _went_wrong(error: Exception, args: argparse.Namespace) -> int:
    import traceback

    print(crashes.keep(error, database_path(args), f"user {os.getuid()}", over_ssh=False), file=sys.stderr)
    if getattr(args, "verbose", False):
        print(show("".join(traceback.format_exception(error)), multiline=True), file=sys.stderr)
    return exits.REFUSED


def in_order(words: Sequence[str]) -> list[str]:
    """The words with the command first: what every command takes may stand before it. No command opens one's own screen."""
    rest, before = list(words), []
    common = {name: option for option in COMMON for name in option.names}
    while rest and (option := common.get(rest[0].partition("=")[0])) is not None:
        taken = 1 if "=" in rest[0] or "action" in option.keywords else 2
        before += rest[:taken]
        del rest[:taken]
    if not rest or (rest[0].startswith("-") and rest[0] not in ("-h", "--help", "--version")):
        rest.insert(0, "open")
    return [*rest, *before]


def _told(error: Exception) -> int | None:
    """Say a refusal on standard error; returns its exit code, None where it is something else."""
    if isinstance(error, GatesUnmet):
        print(show(str(error), multiline=True), file=sys.stderr)
        return exits.GATES
    if isinstance(error, (faults.StoreFault, Refusal)):
        print(f"dispatch: {show(str(error), multiline=True)}", file=sys.stderr)
        return exits.REFUSED
    return None
