"""A command as it is declared: its name, its deed, what is said of it, what it takes, and how its result is said.

A module of commands has a table, `COMMANDS`; argparse is told of it here, and what a deed returns is printed here:

- nothing, or the exit code of a deed that has printed for itself;
- a line, or lines, each shown as untrusted text;
- an `Answer` or a `Listing`: one value with its JSON form and its lines, of which `--json` chooses.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat, open_store
from dispatch.model.text import show

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.seat import Seat
    from dispatch.model.visits import Visit


@dataclass(frozen=True, slots=True)
class Answer:
    """A value, with how it is said in JSON (None: the command has none) and in lines, and its exit code."""

    value: Any
    form: Callable[[Any], Any] | None
    lines: Callable[[Any], Iterable[str] | str]
    code: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of a kind, each with its JSON form and its line, and what is said where there is none."""

    found: Sequence[Any]
    form: Callable[[Any], Any]
    line: Callable[[Any], str]
    empty: str = ""


Result = None | int | str | Iterable[str] | Answer | Listing


@dataclass(frozen=True, slots=True)
class Option:
    """What a command takes: its names, and what argparse is told of it."""

    names: tuple[str, ...]
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Options of which one is given at most, or exactly one where one is needed."""

    options: tuple[Option, ...]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a deed of a group.

    Attributes:
        run: what it does, with what it opens and with what was typed.
        opens: the seat or the store; None where the deed opens for itself what it needs, or nothing.
        about: its description, where its help does not say it all; None: it has none.
        common: whether it takes the options that every command on a database takes.
        deeds: what may follow instead of it.
    """

    name: str
    run: Callable[..., Result]
    help: str
    options: tuple[Option | OneOf, ...] = ()
    opens: Callable[[argparse.Namespace], Any] | None = None
    about: str | None = None
    common: bool = True
    deeds: tuple[Command, ...] = ()

    def takes(self, *options: Option | OneOf, about: str = "") -> Command:
        """The command with options, and with a description of its own where its help does not say it all."""
        return replace(self, options=(*self.options, *options), about=about or self.about)


@dataclass(frozen=True, slots=True)
class Group:
    """Commands under one word."""

    name: str
    help: str
    deeds: tuple[Command, ...]
    about: str | None = None
    word: str = "deed"


def option(name: str, metavar: str | None = None, text: str | None = None, /, **told: Any) -> Option:
    """An option with a value, or an argument where the name has no dashes."""
    return Option((name,), {"metavar": metavar, "help": text, **told})


def flag(name: str, text: str | None = None, /, **told: Any) -> Option:
    """An option without a value."""
    return Option((name,), {"action": "store_true", "help": text, **told})


def one_of(*options: Option, needed: bool = False) -> OneOf:
    """Options that exclude each other."""
    return OneOf(options, needed)


def acts(name: str, run: Callable[[Seat, argparse.Namespace], Result], text: str) -> Command:
    """A command at a seat."""
    return Command(name, run, text, opens=open_seat, about=text)


def reads(name: str, run: Callable[[Store, argparse.Namespace], Result], text: str) -> Command:
    """A command that reads the store, for which nobody has to be on the staff."""
    return Command(name, run, text, opens=open_store, about=text)


def alone(name: str, run: Callable[[argparse.Namespace], Result], text: str, *, common: bool = True) -> Command:
    """A command that opens for itself what it needs, or nothing."""
    return Command(name, run, text, about=text, common=common)


JSON = flag("--json", "as JSON (docs/json.md)")
REFERENCE = option("reference", "REFERENCE", "the visit, for example R4001")
REASON = option("--reason", "TEXT", required=True)


def on_visit(name: str, run: Callable[[Seat, argparse.Namespace], Result], text: str) -> Command:
    """A command at a seat on a visit."""
    return acts(name, run, text).takes(REFERENCE)


def of_visit(name: str, run: Callable[[Store, argparse.Namespace], Result], text: str) -> Command:
    """A command that reads a visit."""
    return reads(name, run, text).takes(REFERENCE)


@dataclass(frozen=True, slots=True)
class By:
    """A deed of the desk, called with options by name: `By("schedule.cancel", "reference", "reason")`.

    Attributes:
        deed: module and function below `dispatch.desk`, imported when it is called.
        given: the options that it takes in this order.
        named: its keyword → the option.
        says: what is said of what it returns, or the line itself with {0} for it; empty: nothing; None: it is returned.
    """

    deed: str
    given: tuple[str, ...]
    named: Mapping[str, str]
    says: Callable[[Any], Result] | str | None

    def __call__(self, seat: Seat, args: argparse.Namespace) -> Any:
        """Do it."""
        done = self.function()(
            seat,
            *(getattr(args, name) for name in self.given),
            **{keyword: getattr(args, name) for keyword, name in self.named.items()},
        )
        if isinstance(self.says, str):
            return self.says.format(done) or None
        return done if self.says is None else self.says(done)

    def function(self) -> Callable[..., Any]:
        """The function that it names."""
        from importlib import import_module

        module, _, name = self.deed.rpartition(".")
        function: Callable[..., Any] = getattr(import_module(f"dispatch.desk.{module}"), name)
        return function


def by(deed: str, *given: str, says: Callable[[Any], Result] | str | None = None, **named: str) -> By:
    """A deed of the desk with the options that it takes; `keyword="option"` where it takes them by keyword."""
    return By(deed, given, named, says)


STANDS = "{0.reference} {0.client}: {0.state.label}."
"""How a visit stands after a deed."""


def stands(visit: Visit) -> str:
    """The same of one visit."""
    return STANDS.format(visit)


def add_all(parsers: Any, declared: Iterable[Command | Group]) -> None:
    """Tell argparse of commands and groups."""
    options = common_options()
    for one in declared:
        if isinstance(one, Group):
            group = parsers.add_parser(one.name, help=one.help, description=one.about)
            word = one.word
            below = group.add_subparsers(metavar=word.upper(), required=True, title=f"{word}s")
            add_all(below, one.deeds)
        else:
            _add(parsers, one, options)


def _add(parsers: Any, command: Command, common: argparse.ArgumentParser) -> None:
    parser: argparse.ArgumentParser = parsers.add_parser(
        command.name, parents=[common] if command.common else [], help=command.help, description=command.about
    )
    if command.deeds:
        add_all(parser.add_subparsers(metavar="DEED", title="deeds"), command.deeds)
    for one in command.options:
        if isinstance(one, OneOf):
            group = parser.add_mutually_exclusive_group(required=one.needed)
            for option in one.options:
                group.add_argument(*option.names, **option.told)
        else:
            parser.add_argument(*one.names, **one.told)
    parser.set_defaults(run=_Carried(command))


@dataclass(frozen=True, slots=True)
class _Carried:
    """A command carried out: opened, done, and its result said."""

    command: Command

    def __call__(self, args: argparse.Namespace) -> int:
        """Returns the exit code."""
        opens, run = self.command.opens, self.command.run
        return said(run(args) if opens is None else run(opens(args), args), as_json=getattr(args, "json", False))


def said(result: Result, *, as_json: bool) -> int:
    """Print a result; returns the exit code."""
    if result is None or isinstance(result, int):
        return result or 0
    if isinstance(result, Answer | Listing):
        if as_json and result.form is not None:
            from dispatch.commands.forms import print_json

            print_json(result.form(result.value) if isinstance(result, Answer) else [*map(result.form, result.found)])
        elif isinstance(result, Answer):
            lines = result.lines(result.value)
            print("\n".join(map(show, [lines] if isinstance(lines, str) else lines)))
        else:
            said(map(result.line, result.found), as_json=False)
            if result.empty and not result.found:
                print(result.empty)
        return result.code if isinstance(result, Answer) else 0
    for line in [result] if isinstance(result, str) else result:
        print(show(line))
    return 0
