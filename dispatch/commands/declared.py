"""A command as it is declared: its name, what is said of it, what it takes, and what it does.

A command is a function below what declares it, or a deed of the desk that is named; `COMMANDS` of a module has those that it
gives to the command line. argparse is told of them here, and what they return is printed (dispatch.commands.printing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import signature
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch.commands.opening import agreed, answered, on_terminal, open_store, user_of
from dispatch.commands.options import COMMON, REFERENCE, Args, OneOption, Option, Store, Taken, desk, take
from dispatch.commands.printing import Result, print_result
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, NeedsScope, refuse
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.commands import offices

if TYPE_CHECKING:
    from dispatch.model.visits import Visit


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a deed of a group.

    Attributes:
        run: what it does, with what it opens and with what was typed.
        texts: what argparse is told of it: its help, its description.
        opens: the session or the store; None where the deed opens for itself what it needs, or nothing.
        common: whether it takes the options that every command on a database takes.
        deeds: what may follow instead of it.
        earlier: what it was called in an earlier version: still taken, and shown nowhere.
    """

    name: str
    run: Callable[..., Result]
    texts: Mapping[str, str | None]
    options: tuple[Taken, ...]
    opens: Callable[[Args], Any] | None
    common: bool = True
    deeds: tuple[Command, ...] = ()
    earlier: str = ""

    def __call__(self, args: Args) -> int:
        """Carry it out: opened, done, and its result said. Returns the exit code."""
        if getattr(args, "at_branch", ""):
            return offices.looked_at(self._carried_out, args)
        return print_result(self._carried_out(args), as_json=getattr(args, "json", False))

    def _carried_out(self, args: Args) -> Result:
        opened = () if self.opens is None else (self.opens(args),)
        for session in opened:
            self._read(getattr(session, "store", session), args)
        return self._done(*opened, args)

    def _read(self, store: Store, args: Args) -> None:
        """Read what was typed; every fault in it at once."""
        faults: list[str] = []
        for option in chain.from_iterable(
            option.options if isinstance(option, OneOption) else (option,) for option in self.options
        ):
            try:
                if isinstance(option, Option):
                    option.read(store, args)
            except Faulty as faulty:
                faults += faulty.faults
        refuse(faults)

    def _done(self, *given: Any) -> Result:
        """Do all of it before anything is said. On a terminal what it asks to be confirmed is shown, and nothing else is."""
        while True:
            try:
                done = self.run(*given)
                return [*done] if isinstance(done, Iterator) else done
            except NeedsConfirm as question:
                if not on_terminal():
                    raise
                print(show(question.said))
                if not agreed("Do it all the same?"):
                    raise
                given[-1].confirm = question.marks
            except NeedsScope as question:
                if not on_terminal():
                    raise
                given[-1].scope = _scope_meant(question)


def _scope_meant(question: NeedsScope) -> str:
    """What the person at the terminal chooses; nothing is done where they choose nothing."""
    print(show(question.said))
    for scope, words in question.choices.items():
        print(f"  {scope:<10} {show(words)}")
    typed = answered(f"{', '.join(question.choices)}: ")
    if typed not in question.choices:
        raise question
    return typed


class CommandGroup(NamedTuple):
    """Commands under one word."""

    name: str
    help: str
    deeds: tuple[Command, ...]
    about: str | None = None
    word: str = "deed"


Declares = Callable[[Callable[..., Any]], Command]
"""Makes a command of a function, above which it stands, or of a named deed."""


def acts(name: str, text: str, /, *options: Taken, **more: Any) -> Declares:
    """A command in a session; `more` as `alone` takes it."""
    return alone(name, text, *options, opens=user_of, **more)


def reads(name: str, text: str, /, *options: Taken, **more: Any) -> Declares:
    """A command that reads the store, for which nobody has to be on the staff."""
    return alone(name, text, *options, opens=open_store, **more)


def alone(
    name: str,
    text: str,
    /,
    *options: Taken,
    about: str = "",
    opens: Callable[[Args], Any] | None = None,
    common: bool = True,
    deeds: tuple[Command, ...] = (),
    epilog: str | None = None,
    earlier: str = "",
) -> Declares:
    """A command that opens for itself what it needs, or nothing. `about` describes it where its help does not say it all."""
    texts = {"help": text, "description": about or text, "epilog": epilog}
    return lambda run: Command(name, run, texts, options, opens, common, deeds, earlier)


def on_visit(name: str, text: str, /, *options: Taken) -> Declares:
    """A command in a session on a visit."""
    return acts(name, text, REFERENCE, *options)


def of_visit(name: str, text: str, /, *options: Taken, **more: Any) -> Declares:
    """A command that reads a visit."""
    return reads(name, text, REFERENCE, *options, **more)


@dataclass(frozen=True, slots=True)
class By:
    """A deed of the desk, called with the options that have the names of what it takes.

    Attributes:
        deed: module and function below `dispatch.desk`, imported when it is called.
        says: what is said of what it returns, or the line itself with {0} for it and the options by name; empty: nothing;
            None: it is returned.
        named: what it takes → the option, where that is called otherwise.
    """

    deed: str
    says: Callable[[Any], Result] | str | None
    named: Mapping[str, str]

    def __call__(self, user: Any, args: Args) -> Any:
        """Do it."""
        function = desk(self.deed)
        options = {name: self.named.get(name, name) for name in (*[*signature(function).parameters][1:], *self.named)}
        done = function(user, **{name: getattr(args, typed) for name, typed in options.items() if typed in args})
        if isinstance(self.says, str):
            return self.says.format(done, **vars(args)) or None
        return done if self.says is None else self.says(done)


def by(deed: str, says: Callable[[Any], Result] | str | None = None, /, **named: str) -> By:
    """A deed of the desk, what is said of it, and `name="option"` for what it takes by another name than the option's."""
    return By(deed, says, named)


STANDS = "{0.reference} {0.client}: {0.stands}."
"""How a visit stands after a deed."""


def stands(visit: Visit) -> str:
    """The same of one visit."""
    return STANDS.format(visit)


def add_all(parsers: Any, declared: Iterable[Command | CommandGroup]) -> None:
    """Tell argparse of commands and groups."""
    for command in declared:
        if isinstance(command, CommandGroup):
            group = parsers.add_parser(command.name, help=command.help, description=command.about)
            below = group.add_subparsers(metavar=command.word.upper(), required=True, title=f"{command.word}s")
            add_all(below, command.deeds)
        else:
            _add(parsers, command)


def _add(parsers: Any, command: Command) -> None:
    _complete(parsers.add_parser(command.name, **command.texts), command)
    if command.earlier:
        # what has no help is not listed; its usage is that of the name of today
        texts = {name: text for name, text in command.texts.items() if name != "help"}
        prog = f"{parsers._prog_prefix} {command.name}"
        parser = parsers.add_parser(command.earlier, prog=prog, **texts)
        parser.hidden = True
        _complete(parser, command)


def _complete(parser: Any, command: Command) -> None:
    if command.deeds:
        add_all(parser.add_subparsers(metavar="DEED", title="deeds"), command.deeds)
    parser.owed = partial(take, parser, (*(COMMON if command.common else ()), *command.options))
    parser.set_defaults(run=command)
