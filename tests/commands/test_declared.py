"""Every declared deed can be called with what its command takes."""

import argparse
import inspect

from dispatch.commands import crews, onsite, permitting, responding, reviewing, stay, visit
from dispatch.commands.declared import By, Listing, said
from dispatch.commands.line import choices_of, every_parser


def _declared() -> list[tuple[By, argparse.ArgumentParser]]:
    """The deeds of the desk that commands name, each with its parser."""
    groups = choices_of(every_parser())
    found = []
    for module in (visit, onsite, crews, stay, reviewing, permitting, responding):
        for group in getattr(module, "COMMANDS", ()):
            parsers = choices_of(groups[group.name])
            found += [(one.run, parsers[one.name]) for one in group.deeds if isinstance(one.run, By)]
    return found


def test_every_named_deed_is_a_function_that_takes_the_options_of_its_command() -> None:
    found = _declared()
    assert len(found) > 20
    for deed, parser in found:
        taken = {action.dest for action in parser._actions}
        assert {*deed.given, *deed.named.values()} <= taken, deed
        inspect.signature(deed.function()).bind(None, *deed.given, **deed.named)


def test_untrusted_text_of_a_result_cannot_drive_the_terminal(capsys) -> None:
    said(Listing(["a\x1b[2Jb", "c\nd"], str, str, "None."), as_json=False)
    said(Listing([], str, str, "None."), as_json=False)
    assert capsys.readouterr().out == "a␛[2Jb\nc␊d\nNone.\n"
