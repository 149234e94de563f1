"""What the pages type is there: commands are understood, with their options; what needs nothing but the sample firm is run."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dispatch.commands.line import run
from dispatch.commands.parser import COMMANDS, Parser, choices_of, every_parser, parser_of
from tests.conftest import Dispatch
from tests.prepared import copied
from tests.wall import START, WALL

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "contrib" / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```|((?:^ {4}.+\n)+)", re.MULTILINE | re.DOTALL)
REMARK = re.compile(r"""(?:\s+#\s|\s{3,}|\s[|>]\s).*""")
"""What stands behind a command: a remark, or where its output goes."""


def lines_of(page: Path) -> Iterator[str]:
    """Each line of a block of a page that is a command."""
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        lines = re.sub(r"\\\n\s*", "", block[1] or block[2])
        yield from (line.strip() for line in lines.splitlines() if line.strip().startswith("dispatch "))


def words_of(line: str) -> list[str]:
    """The words of a command without `dispatch`."""
    return shlex.split(REMARK.sub("", unquoted(line)).replace("\0", " "))[1:]


def typed(page: Path) -> Iterator[list[str]]:
    """The words of each command in a block of a page."""
    return map(words_of, lines_of(page))


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


ELSEWHERE = (
    "outbox", "inbox", "calendar sync",  # a server
    "day --db", "day --hand-in", "visit file R4001 rack.jpg", "backup - ", "backup --to",  # a terminal, a pipe, a key
    "audit verify --head",  # a head of one's own
    "replicate /", "replicate sftp",
    "replicate s3", "replicate run ", "replicate status ", "replicate stop", "replicate verify ", "restore --from-replica /",
    "restore --from-replica sftp",  # a place elsewhere
)  # fmt: skip
"""What stands in a block and needs more than a database: tests of their own carry it out."""
PREPARED: Mapping[str, str] = {
    "templates": "",
    "operating": "",
    "bookkeeper": """
        settings --invoice-start 7 --tax-id 31-1234567
        settings --xero-accounts "labour: 1 | travel: 2" --xero-taxes "S7.5: Tax"
        settings --datev-consultant 1001 --datev-client 1 --datev-accounts "labour: 8400 | travel: 8401"
        settings --datev-taxes "S7.5: 3"
        client edit "Quarry Engineering" --debtor 10001 --country US
        review approve R4025 --revision 1
        """,
    "technician": """
        target add --site "Cobalt Machine Works" --name files --kind tcp --address 192.0.2.1:445 --options "tries=1; seconds=1"
        visit assign R4001 --to "Ben Okafor" --at now
        visit dispatch R4001
        visit depart R4001 --as ben
        visit arrive R4001 --as ben
        visit assign R4024 --to "Ana Ruiz" --at 15:00
        """,
}
"""By the page: what the sample firm does before it."""


def carried_out(firm: Dispatch, words: list[str], login: str) -> str:
    """What a command prints, a minute after the one before; a few know no database and nobody."""
    WALL.set(WALL.now() + 60)
    if words[0] in ("probe", "completion", "restore") or "--db" in words:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            whose = ["--as", login] if words[0] not in ("probe", "completion", "restore") else []
            assert run([*words, *whose]) == (words[0] == "probe"), words  # nobody is there to be probed
        return out.getvalue()
    return firm.ok(*words, *(() if "--as" in words else ("--as", login)))


@pytest.mark.parametrize("page", PREPARED)
def test_a_page_is_typed_from_its_top_to_its_end(
    page: str, day_of_sample: Path, firm: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    WALL.set(START + 2 * 3600)
    if page == "bookkeeper":
        firm = Dispatch(copied(day_of_sample, tmp_path / "day.db"))
        WALL.set(START + 7 * 3600)
    for name in ("rack.jpg", "label.jpg"):
        Path(name).write_bytes(b"\xff\xd8\xff a rack")
    for line in PREPARED[page].strip().splitlines():
        carried_out(firm, shlex.split(line), "lee")
    if page == "bookkeeper":
        shown = firm("invoice", "issue", "--client", "Quarry Engineering").err.rpartition("--shown ")[2]
        firm.ok("invoice", "issue", "--client", "Quarry Engineering", "--shown", shown.strip(". \n"))
    newest = ""
    for line in lines_of(ROOT / "docs" / f"{page}.md"):
        words = [newest if word == "R4110" else word for word in words_of(line)]
        if " ".join([*words, ""]).startswith(ELSEWHERE) and "one.db" not in words and "two.db" not in words:
            continue
        here = "ben" if words[0] in ("visit", "finding") else "ana" if page == "technician" else "lee"
        out = carried_out(firm, words, here)
        if words[:2] == ["remote-work", "add"]:
            newest = out.split()[0].strip(":")
        if into := re.search(r"\s>\s(\w+\.json)", line):
            Path(into[1]).write_text(out, encoding="utf-8")
