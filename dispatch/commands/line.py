"""The command line: one parser, one group of commands a file, and one place where refusals become exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache

from dispatch.commands.usage import EXIT_USAGE, Parser, meant, unreadable

EXIT_REFUSED = 1
EXIT_GATES = 3


def run(words: Sequence[str]) -> int:
    """Carry out one command; returns its exit code: 0 done, 1 refused, 2 usage, 3 close-out refused by its gates.

    An error that is no refusal is kept in the log beside the database, with one sentence on the terminal; `-v` shows the rest.
    """
    args = argparse.Namespace()
    try:
        return _run(words, args)
    except Exception as error:
        return _went_wrong(error, args)


def _run(words: Sequence[str], args: argparse.Namespace) -> int:
    if fault := unreadable(words):
        print(f"dispatch: {fault}", file=sys.stderr)
        return EXIT_USAGE
    words = in_order(words)
    if not words[0].startswith("-") and words[0] not in _COMMANDS:
        print(f"dispatch: {_unknown(words[0])}", file=sys.stderr)
        return EXIT_USAGE
    _parser(words[0]).parse_args(words, args)
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
        return EXIT_REFUSED
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if (code := _told(error)) is None:
            raise
        return code


def _went_wrong(error: Exception, args: argparse.Namespace) -> int:
    import traceback

    from dispatch import crashes
    from dispatch.commands.opening import database_path
    from dispatch.model.text import show

    print(crashes.keep(error, database_path(args), f"user {os.getuid()}", over_ssh=False), file=sys.stderr)
    if getattr(args, "verbose", False):
        print(show("".join(traceback.format_exception(error)), multiline=True), file=sys.stderr)
    return EXIT_REFUSED


def in_order(words: Sequence[str]) -> list[str]:
    """The words with the command first: what every command takes may stand before it. No command opens one's own screen."""
    rest, before = list(words), []
    while rest and rest[0].partition("=")[0] in ("--db", "--as", "--log", "-v", "--verbose"):
        taken = 1 if "=" in rest[0] or rest[0] in ("-v", "--verbose") else 2
        before += rest[:taken]
        del rest[:taken]
    if not rest or (rest[0].startswith("-") and rest[0] not in ("-h", "--help", "--version")):
        rest.insert(0, "open")
    return [*rest, *before]


def _unknown(word: str) -> str:
    from dispatch.model.text import show

    return f"There is no command {show(word, 40)}.{meant(word, _COMMANDS)} dispatch --help lists them."


def _told(error: Exception) -> int | None:
    """Say a refusal on standard error; returns its exit code, None where it is something else.

    What is needed for it is imported here, as a command that needs no database imports none of it.
    """
    from db.faults import StoreFault
    from dispatch.desk.session.refusals import GatesUnmet, Refusal
    from dispatch.model.text import show

    if isinstance(error, GatesUnmet):
        print(show(str(error), multiline=True), file=sys.stderr)
        return EXIT_GATES
    if isinstance(error, (StoreFault, Refusal)):
        print(f"dispatch: {show(str(error), multiline=True)}", file=sys.stderr)
        return EXIT_REFUSED
    return None


GROUPS = {
    "views": ("board", "day", "log", "route", "demo", "open"),
    "visit": ("visit",),
    "running": ("candidates", "emergency", "late", "call"),
    "importing": ("import",),
    "calendar": ("calendar",),
    "charging": ("charge", "quote", "cases"),
    "rates": ("rate-card", "agreement"),
    "templates": ("template",),
    "probing": ("probe",),
    "book": ("client", "site", "target", "recurrence", "technician", "absence", "settings"),
    "travel": ("travel", "roads"),
    "levels": ("levels",),
    "reviewing": ("review", "invoice"),
    "care": ("care",),
    "outbox": ("outbox",),
    "figures": ("figures",),
    "reporting": ("report",),
    "auditing": ("audit",),
    "planning": ("plan",),
    "querying": ("query",),
    "backup": ("backup", "restore", "doctor"),
    "firm": ("init", "staff"),
    "remote": ("keys", "sshd-config", "sessions", "seat", "seat-parent"),
    "keymap": ("keymap",),
    "completion": ("completion",),
    "help": ("help",),
}
"""The modules of this package, and the commands that each has."""
_COMMANDS = [command for commands in GROUPS.values() for command in commands]


def groups_with(deed: str) -> list[str]:
    """The commands that have a deed of that name."""
    return [command for command, parser in choices_of(every_parser()).items() if deed in choices_of(parser)]


def choices_of(parser: Parser) -> dict[str, Parser]:
    """The parsers of the commands, or of the deeds, below a parser."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(below[0].choices) if below else {}


def every_parser() -> Parser:
    """The parser of all commands, and of all that they take."""
    whole = _parser("")
    for parser in all_of(whole):
        parser.fill()
    return whole


def all_of(parser: Parser) -> Iterator[Parser]:
    """A parser, and those of all commands and deeds below it."""
    yield parser
    for below in choices_of(parser).values():
        yield from all_of(below)


@cache
def _parser(named: str) -> Parser:
    """The parser of the command of that name; of all commands where it is none, for the help and for errors.

    Made once in a process.
    """
    from importlib import import_module

    from dispatch import __version__
    from dispatch.commands.declared import add_all

    parser = Parser(
        prog="dispatch",
        description="A dispatch board for on-site IT visits. Without a command it opens the screen of your role.",
    )
    parser.add_argument("--version", action="version", version=f"dispatch {__version__}")
    groups = parser.add_subparsers(metavar="COMMAND", title="commands")
    wanted = [group for group, commands in GROUPS.items() if named in commands] or list(GROUPS)
    for group in wanted:
        add_all(groups, import_module(f"dispatch.commands.{group}").COMMANDS)
    return parser
