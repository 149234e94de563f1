"""What a command takes: its options and arguments as they are declared, told to argparse, and read once the store is open."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from dispatch.commands.typed import client_name, minutes, moment_or_now, reading
from dispatch.lazily import lazily

with lazily(__name__):
    from db.store import Store as Store
    from dispatch.desk.session.user import User as User
    from dispatch.fields.record import Field

Args = argparse.Namespace
"""What was typed: a command is given it, and the session or the store before it."""


class Option(NamedTuple):
    """What a command takes: its name, what argparse is told of it, and what becomes of it once the store is open.

    `reads` is given the store, what was typed and the rest of it; or it names a function below `dispatch.desk` that finds what
    was named in the store.
    """

    names: tuple[str, ...]
    keywords: Mapping[str, Any]
    reads: Reads = None

    @property
    def dest(self) -> str:
        """What the value is called among all that was typed."""
        return self.keywords.get("dest") or self.names[-1].lstrip("-").replace("-", "_")

    def read(self, store: Store, args: Args) -> None:
        """Let what was typed become what it means.

        Raises:
            Faulty: it cannot be read.
            NotFound: nothing is called so.
        """
        if self.reads is None:
            return
        typed = getattr(args, self.dest)
        with reading(self.names[0].lstrip("-")):
            if not isinstance(self.reads, str):
                setattr(args, self.dest, self.reads(store, typed, args))
            elif typed is not None:
                setattr(args, self.dest, desk(self.reads)(store, typed))


class OneOption(NamedTuple):
    """Options of which one is given at most, or exactly one where one is needed."""

    options: tuple[Option, ...]
    needed: bool = False


Taken = Option | OneOption | Callable[[], "Iterable[Option]"]
"""What a command takes; what gives options is asked when they are needed, so that a table of fields is not loaded before."""
Reads = Callable[["Store", Any, Args], Any] | str | None
"""What becomes of what was typed, as `Option` says."""


def option(
    name: str, metavar: str | None = None, text: str | None = None, /, reads: Reads = None, **keywords: Any
) -> Option:
    """An option with a value, or an argument where the name has no dashes; one with two names has a blank between them."""
    return Option(tuple(name.split()), {"metavar": metavar, "help": text, **keywords}, reads)


def flag(name: str, text: str | None = None, /, reads: Reads = None, **keywords: Any) -> Option:
    """An option without a value."""
    return Option(tuple(name.split()), {"action": "store_true", "help": text, **keywords}, reads)


def one_of(*options: Option, needed: bool = False) -> OneOption:
    """Options that exclude each other."""
    return OneOption(options, needed)


def options_of(fields: Iterable[Field], *, needed: bool = False, flags: Sequence[str] = ()) -> tuple[Option, ...]:
    """Fields of a record as options; `typed` has what was said of them.

    Args:
        needed: those that may not be empty have to be given.
        flags: the names of those that take no value.
    """
    options = []
    for field in fields:
        text = f"{field.label}: {field.hint}" if field.hint else field.label
        keywords: dict[str, Any] = {"dest": f"{_FIELD}{field.name}", "help": text.replace("%", "%%")}
        if field.name in flags:
            keywords |= {"action": argparse.BooleanOptionalAction}
        else:
            keywords |= {"metavar": field.kind.metavar, "required": needed and field.required}
        options.append(Option((field.option,), keywords))
    return tuple(options)


def typed(args: Args) -> dict[str, str]:
    """What was said of a record's fields, by name."""
    texts = {name.removeprefix(_FIELD): value for name, value in vars(args).items() if name.startswith(_FIELD)}
    flags = {True: "yes", False: "no"}
    return {name: flags.get(value, value) for name, value in texts.items() if value is not None}


def desk(named: str) -> Callable[..., Any]:
    """The function of the desk that is named with its module below `dispatch.desk`."""
    module, _, name = named.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(f"dispatch.desk.{module}"), name)
    return function


def take(parser: Any, options: Iterable[Taken]) -> None:
    """Tell a parser of options."""
    for option in options:
        if isinstance(option, OneOption):
            group = parser.add_mutually_exclusive_group(required=option.needed)
            for alternative in option.options:
                group.add_argument(*alternative.names, **alternative.keywords)
        elif isinstance(option, Option):
            parser.add_argument(*option.names, **option.keywords)
        else:
            take(parser, option())


_FIELD = "field_"
COMMON = (
    option("--db", "FILE", "the database (default: $DISPATCH_DB, else the platform's data directory)"),
    option("--as", "LOGIN", "act as this member of staff (default: your login)", dest="login"),
    flag("-v --verbose", "say on standard error what is used and how it ended"),
    option("--log", "FILE", "write what was run, and what went wrong, into this file too (default: $DISPATCH_LOG)"),
)
"""What every command on a database takes."""
JSON = flag("--json", "as JSON (docs/json.md)")
BRANCH = option(
    "--branch",
    "NAME",
    "read at that branch (dispatch branch list), or at all of them: each line names its branch",
    default="",
    dest="at_branch",
)
REFERENCE = option("reference", "REFERENCE", "the visit, for example R4001")
REASON = option("--reason", "TEXT", required=True)
SCOPE = option(
    "--scope",
    None,
    "of a visit of a series: this one, this and those following it, or all",
    choices=["this", "following", "all"],
)
"""On a terminal it is asked for, where it matters and was not said."""
CONFIRM = option(
    "--confirm",
    "MARKS",
    "what was shown is meant: the marks that the refusal names",
    nargs="?",
    const=(),
    default=(),
    type=lambda text: tuple(text.split(",")),
)
"""On a terminal it is shown and asked for, and no mark is typed."""
QUOTED = (
    option("--client", "NAME", reads=client_name, required=True),
    option("--site", "NAME", "needed where the client has more than one", default=""),
    option("--minutes", None, "the work, without the time for tests: 45, 1h30", required=True, type=minutes),
    option("--at", "WHEN", "2026-11-24T09:00, or today 9:00", reads=moment_or_now, required=True),
    option("--class", "CLASS", "default: the card's first", dest="labour_class", default=""),
    option("--technicians", "N", type=int, default=1),
    flag("--emergency"),
)
"""A visit that does not exist, whose price is asked for."""
