"""Every declared deed of the desk takes what its command takes."""

import argparse
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from dispatch.commands.declared import By, Command, alone
from dispatch.commands.options import COMMON, Args, desk
from dispatch.commands.parser import choices_of, every_parser
from dispatch.commands.printing import listing, print_result
from dispatch.records.agreements import BLOCK
from dispatch.records.checklists import TEMPLATE
from dispatch.records.requests import REQUEST
from tests.conftest import Dispatch

KEPT = ("client", "site", "same_job", "kind", "reference")
"""Of a request, what stays as long as its visit."""


def _declared(parser: argparse.ArgumentParser | None = None) -> Iterator[tuple[By, set[str]]]:
    """The deeds of the desk that commands name, each with the options of its own."""
    every = {option.dest for option in COMMON}
    for below in choices_of(parser or every_parser()).values():
        yield from _declared(below)
        command = below.get_default("run")
        if isinstance(command, Command) and isinstance(deed := inspect.unwrap(command.run), By):
            yield deed, {action.dest for action in below._actions} - every - {"help", "json", "check"}


def test_options_with_a_no_take_what_python_3_14_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = argparse.BooleanOptionalAction.__init__

    def of_3_14(self: argparse.BooleanOptionalAction, option_strings: list[str], dest: str, default: Any = None,
                required: bool = False, help: str | None = None) -> None:  # fmt: skip
        as_it_is(self, option_strings, dest, default=default, required=required, help=help)

    monkeypatch.setattr(argparse.BooleanOptionalAction, "__init__", of_3_14)
    assert choices_of(every_parser())


def test_every_named_deed_is_a_function_that_takes_all_options_of_its_command() -> None:
    found = [*_declared()]
    assert len(found) > 20
    for deed, options in found:
        renamed = {option: name for name, option in deed.named.items()}
        assert set(renamed) <= options, deed
        inspect.signature(desk(deed.deed)).bind(None, **{renamed.get(one, one): one for one in options})


def test_every_field_that_a_command_takes_is_an_option_of_the_name_that_its_table_says() -> None:
    for words, fields in (
        (("visit", "add"), REQUEST.fields),
        (("visit", "edit"), [one for one in REQUEST.fields if one.name not in KEPT]),
        (("agreement", "block"), BLOCK.typed),
        (("template", "add"), TEMPLATE.typed),
    ):
        parser = every_parser()
        for word in words:
            parser = choices_of(parser)[word]
        assert {field.option for field in fields} <= {name for one in parser._actions for name in one.option_strings}


def test_every_fault_of_what_was_typed_is_named_at_once(firm: Dispatch) -> None:
    refused = firm("visit", "mark", "R4028", "own_fault", "--from", "soon", "--to", "late", "--reason", "x")
    assert refused.code == 1
    assert "from: " in refused.err
    assert "to: " in refused.err


def test_a_deed_is_done_before_anything_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    said_before = []

    @alone("deed", "does something")
    def deed(args: Args) -> Iterator[str]:
        yield "first"
        said_before.append(capsys.readouterr().out)

    assert deed(Args()) == 0
    assert said_before == [""]
    assert capsys.readouterr().out == "first\n"


def test_untrusted_text_of_a_result_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(listing(["a\x1b[2Jb", "c\nd"], str, str, "None."))
    print_result(listing([], str, str, "None."))
    assert capsys.readouterr().out == "a␛[2Jb\nc / d\nNone.\n"
