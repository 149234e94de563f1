"""The command line: one parser, one group of commands a file, and one place where refusals become exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_GATES = 3


def run(words: Sequence[str]) -> int:
    """Carry out one command; returns its exit code: 0 done, 1 refused, 2 usage, 3 close-out refused by its gates."""
    words = in_order(words)
    if not words[0].startswith("-") and words[0] not in _COMMANDS:
        print(f"dispatch: {_unknown(words[0])}", file=sys.stderr)
        return EXIT_USAGE
    args = _parser(words).parse_args(words)
    try:
        return int(args.run(args))
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


def in_order(words: Sequence[str]) -> list[str]:
    """The words with the command first: which database and who may stand before it. No command opens one's own screen."""
    rest, before = list(words), []
    while rest and rest[0].partition("=")[0] in ("--db", "--as"):
        taken = 1 if "=" in rest[0] else 2
        before += rest[:taken]
        del rest[:taken]
    if not rest or (rest[0].startswith("-") and rest[0] not in ("-h", "--help", "--version")):
        rest.insert(0, "open")
    return [*rest, *before]


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    from dispatch.model.text import show

    near = get_close_matches(word, _COMMANDS, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"There is no command {show(word, 40)}.{meant} dispatch --help lists them."


def _told(error: Exception) -> int | None:
    """Say a refusal on standard error; returns its exit code, None where it is something else.

    What is needed for it is imported here, as a command that needs no database imports none of it.
    """
    from db.faults import StoreFault
    from dispatch.desk.refusals import GatesUnmet, Refusal
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
    "keeping": ("backup", "restore", "doctor"),
    "firm": ("init", "staff"),
    "remote": ("keys", "sshd-config", "sessions", "seat", "seat-parent"),
    "keymap": ("keymap",),
}
"""The modules of this package, and the commands that each has."""
_COMMANDS = [command for commands in GROUPS.values() for command in commands]


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command that `words` name; of all commands where they name none, for the help and for errors."""
    from importlib import import_module

    from dispatch import __version__

    parser = argparse.ArgumentParser(
        prog="dispatch",
        description="A dispatch board for on-site IT visits. Without a command it opens the screen of your role.",
    )
    parser.add_argument("--version", action="version", version=f"dispatch {__version__}")
    groups = parser.add_subparsers(metavar="COMMAND", title="commands")
    named = words[0] if words else ""
    wanted = [group for group, commands in GROUPS.items() if named in commands] or list(GROUPS)
    for group in wanted:
        import_module(f"dispatch.commands.{group}").add_parsers(groups)
    return parser
