"""Every command explains itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from dispatch.commands.parser import every_parser


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser, and those of all commands below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def test_every_help_can_be_printed_and_names_every_option() -> None:
    found = list(parsers(every_parser()))
    assert len(found) > 100
    for parser in found:
        text = "".join(parser.format_help().split())
        hidden = {
            name for action in parser._actions if action.help == argparse.SUPPRESS for name in action.option_strings
        }
        for action in parser._actions:
            if action.option_strings and not hidden.intersection(action.option_strings):
                assert action.option_strings[0] in text, parser.prog
