"""docs/commands.md is made from the commands."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from dispatch.commands.options import COMMON
from dispatch.commands.parser import Parser, choices_of, every_parser

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
COMMON_NAMES = {name for option in COMMON for name in option.names[0].split()}
FIELD = "field_"
"""With what the name of an option begins that is a field of a record."""


def page() -> str:
    """docs/commands.md as the parsers have it."""
    whole = every_parser()
    lines = [
        "# Commands",
        "",
        "Every command, and what it takes. `dispatch COMMAND --help` says the same with all fields. This page is made from the",
        "program. How a command ends is in [exit codes](operating.md#how-does-a-command-end).",
        "",
        "What works on a database takes these too:",
        "",
        *options(action for action in choices_of(whole)["board"]._actions if is_common(action)),
    ]
    for name, parser in choices_of(whole).items():
        if not parser.hidden:
            lines += ["", f"## dispatch {name}", "", *described(parser)]
            for deed in deeds(parser):
                lines += ["", f"### {deed.prog.removeprefix('dispatch ')}", "", *described(deed)]
    return "\n".join(lines) + "\n"


def deeds(parser: Parser) -> Iterator[Parser]:
    """Those below a command."""
    for below in choices_of(parser).values():
        if not below.hidden:
            yield below
            yield from deeds(below)


def described(parser: Parser) -> Iterator[str]:
    """What a command does and takes."""
    if parser.description:
        yield written(parser.description[:1].upper() + parser.description[1:]).removesuffix(".") + "."
    own = [*options(action for action in parser._actions if not is_common(action))]
    if parser.description and own:
        yield ""
    yield from own


def is_common(action: argparse.Action) -> bool:
    """Whether every command takes it."""
    return bool(COMMON_NAMES & {*action.option_strings})


def options(actions: Iterable[argparse.Action]) -> Iterator[str]:
    """A line for each option and argument; one for all fields of a record."""
    fields = []
    for action in actions:
        if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        if action.dest.startswith(FIELD) and not action.required:
            fields.append(f"`{action.option_strings[0]}`")
            continue
        text = (action.help or "").replace("%%", "%")
        yield (
            f"- `{typed(action)}`" + (f": {written(text)}" if text else "") + (" *(needed)*" if action.required else "")
        )
    if fields:
        yield f"- the [fields](fields.md) of the record: {', '.join(fields)}"


def typed(action: argparse.Action) -> str:
    """An option or argument as it is typed."""
    value = action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper()
    value = "" if action.nargs == 0 else str(value)
    if action.nargs in ("*", "+"):
        value += " …"
    return " ".join(filter(None, (", ".join(action.option_strings), value)))


def written(text: str) -> str:
    """Text in which nothing is Markdown by chance."""
    return re.sub(r"(?<!`)([<*_|])(?!`)", r"\\\1", " ".join(text.split()))


def test_the_page_is_made_from_the_commands() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run the tests once with UPDATE_DOCS=1"
