"""Long lists on a terminal go through the person's pager; nothing else does, and nothing in them steers it."""

from __future__ import annotations

import fcntl
import os
import pty
import shlex
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from tests.conftest import Dispatch
from tests.quick import first_of
from tests.wall import started


def on_a_terminal(words: list[str], db: Path, pager: str, lines: int = 24) -> str:
    """What a terminal of so many lines shows of a command."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
    environment = {**os.environ, "PAGER": pager, "TERM": "xterm"}
    with subprocess.Popen(
        started("-m", "dispatch", *words, "--db", str(db)), stdin=theirs, stdout=theirs, env=environment
    ) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break  # nobody has the terminal any more
            if not part:
                break
            shown += part
    os.close(ours)
    assert running.returncode == 0
    return shown.decode()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """What the pager was given."""
    return tmp_path / "kept"


@pytest.fixture
def pager(kept: Path) -> str:
    """A pager that shows nothing and keeps all."""
    return shlex.join(started("-c", f"import sys; open('{kept}', 'w').write(sys.stdin.read())"))


@first_of("words", [["visit", "list"], ["audit", "show"], ["board", "--plain"], ["settings"]])
def test_a_long_list_goes_to_the_pager(firm: Dispatch, words: list[str], kept: Path, pager: str) -> None:
    assert on_a_terminal(words, firm.db, pager) == ""
    assert kept.read_text(encoding="utf-8") == firm.ok(*words)


@first_of("words", [["visit", "list", "--json"], ["visit", "list"], ["figures", "--csv"]], 2)
def test_what_is_no_long_list_does_not(firm: Dispatch, words: list[str], kept: Path, pager: str) -> None:
    shown = on_a_terminal(words, firm.db, pager, lines=24 if len(words) > 2 else 500)
    assert shown.split() == firm.ok(*words).split()
    assert not kept.exists()


@first_of("pager", ["no-such-pager", "", "'unfinished"])
def test_without_a_pager_it_is_printed(firm: Dispatch, pager: str) -> None:
    assert on_a_terminal(["visit", "list"], firm.db, pager).split() == firm.ok("visit", "list").split()


def test_no_pager_where_no_terminal_is(firm: Dispatch) -> None:
    done = firm.process("visit", "list", "--as", "lee", PAGER="false")
    assert (done.returncode, done.stdout) == (0, firm.ok("visit", "list"))
