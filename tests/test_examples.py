"""What the pages type is there: commands are understood, with their options; what needs nothing but the sample firm is run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.commands.parser import COMMANDS, Parser, choices_of, every_parser, parser_of
from tests.conftest import Dispatch

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "contrib" / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```|((?:^ {4}.+\n)+)", re.MULTILINE | re.DOTALL)
REMARK = re.compile(r"""(?:\s+#\s|\s{3,}|\s[|>]\s).*""")
"""What stands behind a command: a remark, or where its output goes."""


def typed(page: Path) -> Iterator[list[str]]:
    """The words of each command in a block of a page, without `dispatch`."""
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        lines = re.sub(r"\\\n\s*", "", block[1] or block[2])
        for line in lines.splitlines():
            if line.strip().startswith("dispatch "):
                yield shlex.split(REMARK.sub("", unquoted(line.strip())).replace("\0", " "))[1:]


def unquoted(line: str) -> str:
    """A line whose quotes hold nothing that could be taken for a remark."""
    return re.sub(r"""'[^']*'|"[^"]*\"""", lambda quoted: quoted[0].replace(" ", "\0"), line)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_block_is_understood(page: Path) -> None:
    for words in typed(page):
        try:
            parser_of(words[0]).parse_args(words)
        except SystemExit:
            pytest.fail(shlex.join(words))


def options_of(words: list[str]) -> tuple[Parser, list[str]]:
    """The command that is named, and its options as they stand there."""
    parser = every_parser()
    while words and (below := choices_of(parser).get(words[0].split("|")[0])):
        parser, words = below, words[1:]
    return parser, [word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_in_a_sentence_has_the_options_that_it_is_given(page: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`dispatch ([^`]+)`", text):
        words = [word.strip("[](),") for word in code.split()]
        if words[0] in COMMANDS:
            parser, options = options_of(words)
            assert choices_of(parser) or [one for one in options if one not in parser._option_string_actions] == [], (
                code
            )


@pytest.mark.parametrize("page", ["targets", "charges"])
def test_the_commands_of_a_page_are_carried_out(page: str, firm: Dispatch) -> None:
    """Whatever needs nothing but the sample firm: no file of one's own, no server, no visit that was worked on."""
    for words in typed(ROOT / "docs" / f"{page}.md"):
        if words[0] != "import":
            firm.ok(*(word.replace("SHA256:…", f"SHA256:{'ab' * 32}") for word in words), "--as", "lee")
