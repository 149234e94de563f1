"""The parser of the command line: of one command, or of all, and the one tone in which it says what it did not understand.

Every usage error is the usage of the command that was wrong, then one sentence: what, where, and what was meant.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

from dispatch import __version__
from dispatch.commands import exits
from dispatch.commands.declared import add_all
from dispatch.model.text import show

GROUPS = (
    ("views", ("board", "week", "day", "log", "route", "demo", "tour", "open")),
    ("finding", ("find",)),
    ("visit", ("visit",)),
    ("remote_work", ("remote-work",)),
    ("audit_findings", ("finding",)),
    ("running", ("candidates", "near", "glance", "emergency", "late", "call")),
    ("importing", ("import",)),
    ("calendars", ("calendar",)),
    ("charging", ("charge", "quote", "cases")),
    ("rates", ("rate-card", "agreement")),
    ("templates", ("template",)),
    ("probing", ("probe",)),
    (
        "book",
        (
            "client",
            "site",
            "equipment",
            "target",
            "inquiry",
            "service-plan",
            "recurrence",
            "technician",
            "absence",
            "settings",
        ),
    ),
    ("personal", ("contact",)),
    ("holidays", ("holidays",)),
    ("travel", ("travel", "roads")),
    ("reporting", ("levels",)),
    ("reviewing", ("review",)),
    ("invoicing", ("invoice",)),
    ("care", ("care",)),
    ("proposals", ("proposal",)),
    ("outbox", ("outbox", "alerts")),
    ("inbox", ("inbox",)),
    ("reporting", ("figures", "report")),
    ("timesheets", ("timesheet",)),
    ("backup", ("audit",)),
    ("planning", ("plan", "solve-worker")),
    ("reporting", ("query",)),
    ("backup", ("backup", "restore", "doctor")),
    ("replicating", ("replicate", "promote")),
    ("branches", ("branch",)),
    ("book", ("init", "staff")),
    ("remote", ("keys", "sshd-config", "sessions", "seat", "seat-parent")),
    ("help", ("keymap", "completion", "help")),
)
"""The commands in the order in which they are listed, and the module of this package that has them."""
COMMANDS = [command for _, commands in GROUPS for command in commands]

# what argparse says, and the same in our words; {0} and {1} are what it names
_SAYINGS = (
    (r"the following arguments are required: (.+)", "Missing: {0}."),
    (r"one of the arguments (.+) is required", "One of {0} is needed."),
    (r"argument (.+): expected one argument", "{0}: a value has to follow."),
    (r"argument (.+): expected at least one argument", "{0}: at least one value has to follow."),
    (r"argument (.+): not allowed with argument (.+)", "{0} does not go with {1}."),
    (r"argument (.+): invalid int value: (.+)", "{0}: {1} is not a whole number."),
    (r"argument (.+): invalid float value: (.+)", "{0}: {1} is not a number."),
    (r"argument (.+): ignored explicit argument (.+)", "{0} takes no value, and {1} was given."),
    (r"ambiguous option: (.+) could match (.+)", "{0} could be any of {1}."),
    (r"(?:argument )?(.+?): (.+)", "{0}: {1}."),
    (r"(.+)", "{0}."),
)


class Parser(argparse.ArgumentParser):
    """A parser that refuses in our tone, for the command that was wrong, with what may have been meant.

    It is told of the options of its command when they are first needed: of sixty deeds one is carried out.
    """

    owed: Callable[[], None] | None = None
    """Tells it of them."""
    hidden = False
    """It stands for a name of before, which neither help nor completion shows."""

    def fill(self) -> None:
        """Take the options now."""
        owed, self.owed = self.owed, None
        if owed is not None:
            owed()

    def format_usage(self) -> str:
        """Its usage, with its options."""
        self.fill()
        return super().format_usage()

    def format_help(self) -> str:
        """Its help, with its options."""
        self.fill()
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Print the usage of this command and the sentence on standard error, and leave with exit code 2."""
        sentence = next(
            words.format(*match.groups())
            for pattern, words in _SAYINGS
            if (match := re.fullmatch(pattern, message, re.DOTALL))
        )
        self.refuse(re.sub(r"\.\.$", ".", sentence))

    def refuse(self, sentence: str) -> NoReturn:
        """As `error`, with a whole sentence."""
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {show(sentence, 600)} `{self.prog} --help` explains it.", file=sys.stderr)
        sys.exit(exits.USAGE)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]
        """What is left over is refused by the command that it was given to, not by the program as a whole."""
        self.fill()
        parsed, left = super().parse_known_args(args, namespace)
        if left:
            self.refuse(self._unknown(left))
        if not hasattr(parsed, "command"):
            # the innermost one is asked first
            parsed.command = self.prog.removeprefix("dispatch").strip()
        return parsed, left

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        choices = action.choices
        if choices is None or value in choices:
            return
        name = action.metavar if isinstance(action.metavar, str) else "/".join(action.option_strings) or action.dest
        if isinstance(action, argparse._SubParsersAction):
            self.refuse(f"There is no deed {value}.{self._elsewhere(value) or meant(value, self.shown())}")
        known = [str(option) for option in choices]
        choice = f" It is one of {', '.join(known)}." if len(known) <= 12 else ""
        self.refuse(f"{name}: there is no {value}.{meant(value, known) or choice}")

    def shown(self) -> list[str]:
        """The commands, or deeds, below it that its help lists."""
        return [name for name, parser in choices_of(self).items() if not parser.hidden]

    def _unknown(self, left: Sequence[str]) -> str:
        word = left[0]
        if word.startswith("-") and word != "-":
            option = word.partition("=")[0]
            return f"There is no option {option}.{meant(option, self._option_string_actions)}"
        return f"{word} is one word too many."

    def _elsewhere(self, deed: str) -> str:
        """The other groups that have a deed of that name."""
        groups = [group for group, parser in choices_of(every_parser()).items() if deed in choices_of(parser)]
        others = [f"`dispatch {group} {deed}`" for group in groups if not self.prog.endswith(f" {group}")]
        return f" There is {' and '.join(others[:3])}." if others else ""


def meant(word: str, known: Iterable[str]) -> str:
    """A question after what was probably meant by a word that is not known; empty where nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), list(known), 1)
    return f" Did you mean {near[0]}?" if near else ""


def unreadable(words: Sequence[str]) -> str:
    """A sentence about the first word that is not UTF-8; empty where all are."""
    for number, word in enumerate(words, start=1):
        try:
            word.encode()
        except UnicodeEncodeError:
            return f"Word {number} ({show(word, 40)}) is not UTF-8. Nothing was done; type it, or rename the file."
    return ""


def choices_of(parser: Parser) -> dict[str, Parser]:
    """The parsers of the commands, or of the deeds, below a parser."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(below[0].choices) if below else {}


def every_parser() -> Parser:
    """The parser of all commands, and of all that they take."""
    whole = parser_of("")
    for parser in all_of(whole):
        parser.fill()
    return whole


def all_of(parser: Parser) -> Iterator[Parser]:
    """A parser, and those of all commands and deeds below it."""
    yield parser
    for below in choices_of(parser).values():
        yield from all_of(below)


@cache
def parser_of(command: str) -> Parser:
    """The parser of the command of that name; of all commands where it is none, for the help and for errors.

    Made once in a process.
    """
    parser = Parser(
        prog="dispatch",
        description="A dispatch board for on-site IT visits. Without a command it opens the screen of your role.",
    )
    parser.add_argument("--version", action="version", version=f"dispatch {__version__}")
    groups = parser.add_subparsers(metavar="COMMAND", title="commands")
    for module, names in [group for group in GROUPS if command in group[1]] or GROUPS:
        declared = {one.name: one for one in import_module(f"dispatch.commands.{module}").COMMANDS}
        add_all(groups, map(declared.__getitem__, names))
    return parser
