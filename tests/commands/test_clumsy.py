"""Clumsy command lines and inputs: each is refused by one clear sentence or done as it was meant, and nothing is half done."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from dispatch.commands import exits
from tests.conftest import Dispatch, Said
from tests.wall import started

LONG = "x" * 5000
REFUSED, USAGE = exits.REFUSED, exits.USAGE


def rows(path: Path) -> int:
    """How much stands in the audit: every change has its row there."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as found:
        return int(found.execute("SELECT count(*) FROM audit").fetchone()[0])


def is_one_sentence(said: Said | subprocess.CompletedProcess[str]) -> bool:
    """Whether a refusal is the usage, where there is one, and one line behind it; of a program that fell over there is more."""
    text = said.err if isinstance(said, Said) else said.stderr
    lines = text.splitlines()
    if lines and lines[0].startswith("usage: "):
        lines = lines[-1:]
    return len(lines) == 1 and lines[0].startswith("dispatch") and "Traceback" not in text and "went wrong" not in text


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        # commands, deeds and options
        (["bord"], USAGE, "Did you mean board?"),
        (["visits", "list"], USAGE, "Did you mean visit?"),
        (["list", "visit"], USAGE, "There is no command list."),
        (["visit", "R4001", "show"], USAGE, "There is no deed R4001."),
        (["visit", "shwo", "R4001"], USAGE, "Did you mean show?"),
        (["visit", "show"], USAGE, "Missing: REFERENCE."),
        (["visit", "show", "R4001", "R4002"], USAGE, "R4002 is one word too many."),
        (["visit", "list", "--dat", "x", "--stat"], USAGE, ""),
        (["board", "-date", "today"], USAGE, ""),
        (["board", "—date", "today"], USAGE, ""),
        (["visit", "assign", "R4001", "--to"], USAGE, "--to: a value has to follow."),
        (["visit", "add", "Harbor Dental"], USAGE, "Missing: --client"),
        (["HELP", "visit"], USAGE, "Did you mean help?"),
        (["VISIT", "show", "R4001"], USAGE, "Did you mean visit?"),
        (["quote", "--client", "“Violet Dental”", "--minutes", "90", "--at", "10:00"], REFUSED, "There is no client"),
        ([""], USAGE, "There is no command"),
        ([LONG], USAGE, "There is no command"),
        (["visit\x1b[2J"], USAGE, "␛[2J"),
        # names and ids
        (["visit", "show", "R9999"], REFUSED, "There is no visit R9999."),
        (["visit", "show", ""], REFUSED, "There is no visit"),
        (["visit", "show", LONG], REFUSED, "There is no visit"),
        (["visit", "show", "Harbor Dental"], REFUSED, "There is no visit Harbor Dental."),
        (["visit", "show", "💥"], REFUSED, "There is no visit"),
        (["client", "show", "R4001"], REFUSED, "There is no client 'R4001'."),
        (["client", "show", "e"], REFUSED, "Which client?"),
        (["site", "show", "Main office"], REFUSED, "Which site?"),
        (["technician", "show", "lee"], REFUSED, "There is no technician 'lee'."),
        (["agreement", "show", "777"], REFUSED, "There is no agreement 777."),
        (["day", "--technician", "Nobody", "--plain"], REFUSED, "There is no technician 'Nobody'"),
        (["visit", "show", "R4001", "--as", "nobody"], REFUSED, "has the login 'nobody'"),
        (["visit", "show", "R4001", "--as", ""], REFUSED, "login"),
        # days and times
        (["board", "--date", "31.11.2026", "--plain"], REFUSED, "no day"),
        (["board", "--date", "2026-13-01", "--plain"], REFUSED, "no day"),
        (["board", "--date", "03/04/2026", "--plain"], REFUSED, "two readings"),
        (["board", "--date", "someday", "--plain"], REFUSED, "tomorrow"),
        (["visit", "assign", "R4021", "--to", "Ana Ruiz", "--at", "25:00"], REFUSED, "no time"),
        (["visit", "assign", "R4021", "--to", "Ana Ruiz", "--at", "noonish"], REFUSED, "type for example"),
        (["visit", "assign", "R4021", "--to", "Ana", "--at", "tomorrow"], REFUSED, ""),
        (["visit", "assign", "R4021", "--to", "Ana Ruiz", "--at", "9.75"], REFUSED, "no time"),
        (["visit", "assign", "R4021", "--to", "Ana Ruiz", "--at", "yesterday 9:00"], REFUSED, "in the past"),
        (
            ["visit", "assign", "R4021", "--to", "Nobody Here", "--at", "10:00"],
            REFUSED,
            "There is no technician Nobody Here",
        ),
        # quantities and money
        (["quote", "--client", "Violet Dental", "--minutes", "-5", "--at", "10:00"], USAGE, "minutes"),
        (["quote", "--client", "Violet Dental", "--minutes", "an hour", "--at", "10:00"], USAGE, "minutes"),
        (["quote", "--client", "Violet Dental", "--minutes", "1,000", "--at", "10:00"], USAGE, "minutes"),
        (["visit", "edit", "R4001", "--minutes", "0"], REFUSED, "minutes"),
        (["visit", "edit", "R4001", "--minutes", "99999999"], REFUSED, "minutes"),
        (["visit", "edit", "R4001", "--priority", "P9"], REFUSED, "priority"),
        (["visit", "edit", "R4001", "--work", ""], REFUSED, "work: is missing"),
        (["visit", "edit", "R4001", "--work", LONG], REFUSED, "longer than"),
        (["visit", "edit", "R4001", "--work", "a\x07b"], REFUSED, "control"),
        (["visit", "edit", "R4001", "--promised", "11-9"], REFUSED, "promised"),
        (["charge", "R4001", "--goodwill", "labour=-5", "--reason", "because"], REFUSED, ""),
        (["rate-card", "edit", "2026-01-01", "--set", "classes.tech.standard=-1"], REFUSED, "negative"),
        (["rate-card", "edit", "2026-01-01", "--set", "classes.tech.standard"], REFUSED, "PATH=VALUE"),
        (["client", "add", "--name", "Harbor Dental"], REFUSED, "Harbor Dental already"),
        (["client", "add", "--name", "   "], REFUSED, "name: is missing"),
        (["settings", "--depot", "999, 999"], REFUSED, "depot"),
        (["settings", "--zone", "Columbus"], REFUSED, "zone"),
        (
            ["absence", "add", "--technician", "Ana Ruiz", "--from", "2026-11-27", "--to", "2026-11-26"],
            REFUSED,
            "not after",
        ),
        # files
        (["import", "clients", "/nowhere/clients.csv"], REFUSED, "no such file"),
        (["import", "clients", "/tmp"], REFUSED, "is a directory"),
        (["import", "clients"], USAGE, "FILE is missing"),
        (["import", "client", "x.csv"], USAGE, "Did you mean clients?"),
        (["import", "clients", "x.csv", "--map", "name"], USAGE, "theirs=ours"),
        (["import", "rate-card", os.devnull], REFUSED, ""),
        (["log", "--out", "/nowhere/x.csv"], USAGE, ""),
        (["report", "day", "--out", "/nowhere/day.html"], REFUSED, "no folder"),
        (["plan", "--problem", "/nowhere"], USAGE, "No such file"),
        (["visit", "show", "R9999", "--json"], REFUSED, "There is no visit R9999."),
        # a screen without a terminal
        (["board"], REFUSED, "--plain prints text"),
        (["visit", "open", "R4001"], USAGE, "There is no deed open."),
    ],
    ids=lambda value: " ".join(value)[:50].encode("ascii", "replace").decode() if isinstance(value, list) else None,
)
def test_it_is_refused_in_one_sentence(firm: Dispatch, words: list[str], code: int, part: str) -> None:
    before = rows(firm.db)
    said = firm(*words)
    assert (said.code, said.out, is_one_sentence(said)) == (code, "", True), said
    assert part in said.err
    assert rows(firm.db) == before


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["visit", "show", " r4001 "], "R4001"),
        (["client", "show", "harbor den"], "Harbor Dental"),
        (["candidates", "R4001", "--date", "24.11.2026"], "R4001"),
        (["board", "--date", "24 november 2026", "--plain"], "Tue 24 Nov 2026"),
        (["board", "--date", "  tomorrow ", "--plain"], "Wed 25 Nov 2026"),
        (["quote", "--client", "Violet Dental", "--minutes", "1h30", "--at", "9:00 AM"], "90 min"),
        (["quote", "--client", "violet dent", "--minutes", "90", "--at", "2pm"], "90 min"),
        (["visit", "list", "--help"], "usage:"),
    ],
    ids=lambda value: " ".join(value)[:50].encode("ascii", "replace").decode() if isinstance(value, list) else None,
)
def test_it_is_done_as_it_was_meant(firm: Dispatch, words: list[str], part: str) -> None:
    before = rows(firm.db)
    assert part in firm.ok(*words)
    assert rows(firm.db) == before


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "There is no database at"),
        (b"", "is empty: there is no database in it"),
        (b"client,name\n", "is not a database of this program"),
        (b"folder", "is not a file"),
    ],
)
def test_what_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes | None, part: str) -> None:
    path = tmp_path / "x.db"
    if content == b"folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    said = Dispatch(path)("board", "--plain")
    assert (said.code, said.out, is_one_sentence(said)) == (REFUSED, "", True), said
    assert part in said.err
    assert path.is_dir() or not path.exists() or path.read_bytes() == content


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["board", "--plain"], {"TERM": "nonsense", "COLUMNS": "20"}),
        (["log", "--plain"], {"TERM": "", "LC_ALL": "C", "LANG": "C"}),
        (["board", "--plain"], {"HOME": "/nowhere", "XDG_CACHE_HOME": "/nowhere", "TZ": "Mars/Olympus"}),
    ],
)
def test_an_odd_surrounding_is_no_matter(firm: Dispatch, words: list[str], environment: dict[str, str]) -> None:
    done = firm.process(*words, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Columbus IT" in done.stdout


def test_who_stops_reading_or_has_no_keyboard_is_no_error(firm: Dispatch) -> None:
    line = " ".join(map(str, started("-m", "dispatch", "visit", "list", "--db", str(firm.db))))
    done = subprocess.run(
        ["bash", "-c", f"{line} | head -1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)


def test_a_refusal_with_json_is_a_sentence_and_no_half_document(firm: Dispatch) -> None:
    done = firm.process("visit", "show", "R9999", "--json")
    assert (done.returncode, done.stdout, is_one_sentence(done)) == (REFUSED, "", True)


def test_a_file_that_is_imported_twice_changes_nothing(firm: Dispatch, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text("client;telephone;colour;shoe size\nŒuvre & Fils ;555 0100;red;43\n", encoding="utf-8")
    first = firm.ok("import", "clients", str(path))
    assert "warning: 2 columns not known here, left out: colour, shoe size" in first
    before = rows(firm.db)
    assert firm("import", "clients", str(path)).code == 0
    assert rows(firm.db) == before
