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

from dispatch.commands.line import every_parser
from dispatch.commands.pager import lists
from tests.conftest import Dispatch
from tests.wall import started


@pytest.mark.parametrize(
    ("typed", "paged"),
    [
        ("visit list", True),
        ("visit show R1", True),
        ("audit show", True),
        ("client list", True),
        ("late", True),
        ("board --plain", True),
        ("log --search x", True),
        ("board", False),
        ("log", False),
        ("visit list --json", False),
        ("query x --csv", False),
        ("visit pin R1", False),
        ("visit work R1 list", False),
        ("roads add x", False),
    ],
)
def test_which_commands_print_lists(typed: str, paged: bool) -> None:
    words = typed.split()
    assert lists(every_parser().parse_args(words), words) is paged


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


def test_a_long_list_goes_to_the_pager_and_a_short_one_does_not(firm: Dispatch, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    pager = shlex.join(started("-c", f"import sys; open('{kept}', 'w').write(sys.stdin.read())"))

    assert on_a_terminal(["visit", "list"], firm.db, pager) == ""
    assert kept.read_text(encoding="utf-8") == firm.ok("visit", "list")

    kept.unlink()
    assert "R4028" in on_a_terminal(["visit", "list"], firm.db, pager, lines=500)
    assert not kept.exists()


@pytest.mark.parametrize("pager", ["", "no-such-pager", "'unfinished"])
def test_without_a_pager_it_is_printed(firm: Dispatch, pager: str) -> None:
    assert on_a_terminal(["visit", "list"], firm.db, pager).split() == firm.ok("visit", "list").split()


def test_no_pager_where_no_terminal_is(firm: Dispatch) -> None:
    done = firm.process("visit", "list", "--as", "lee", PAGER="false")
    assert (done.returncode, done.stdout) == (0, firm.ok("visit", "list"))
