"""However a screen ends, the terminal is as it was, and what went wrong is one line."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import signal
import struct
import termios
from pathlib import Path

import pytest

from db.store import Store
from tests.prepared import copied
from tests.quick import first_of
from tests.terminal.terminal import Terminal, terminal
from tests.wall import started

BEGUN = (b"?1049h", b"?1000h", b"?1003h", b"?1006h", b"?2004h", b"?1004h", b"?25l", b"?7l")


@pytest.fixture
def db(day_of_sample: Path, tmp_path: Path) -> Path:
    return copied(day_of_sample, tmp_path / "firm.db")


def assert_given_back(screen: Terminal) -> None:
    """What the program began at the terminal it has ended, last."""
    for begun in BEGUN:
        ended = begun[:-1] + {b"h": b"l", b"l": b"h"}[begun[-1:]]
        assert screen.sent.rfind(b"\x1b[" + ended) > screen.sent.rfind(b"\x1b[" + begun) > -1, ended


@first_of("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_screen_that_is_told_to_end_gives_the_terminal_back(db: Path, number: signal.Signals) -> None:
    with terminal(["board", "--as", "dana", "--mouse"], db=db) as screen:
        screen.wait_for("Ana Ruiz")
        os.kill(screen.pid, number)
        assert screen.wait_for_exit() == 128 + number
        assert_given_back(screen)


def test_a_crash_is_one_line_and_a_private_log(db: Path) -> None:
    with terminal(["board", "--as", "dana", "--mouse"], db=db, columns=200) as screen:
        screen.wait_for("Ana Ruiz")
        seen = len(screen.sent)
        with Store.open(db) as store:
            store.conn.execute("UPDATE setting SET value = '[1, 2, 3' WHERE key = 'name'")
        assert screen.wait_for_exit() == 1
        assert_given_back(screen)
        said = screen.sent[seen:].decode().replace("\r\n", "")
    found = re.search(r"went wrong, and what was saved is safe\. Begin again; error ([0-9a-f]{8}) in", said)
    assert found is not None, said
    for secret in ("Traceback", "locals", ".py", "[1, 2, 3"):
        assert secret not in said
    log = db.with_name("firm.db.crashes.log")
    assert log.stat().st_mode & 0o777 == 0o600
    assert f"error {found[1]}, dana" in log.read_text()
    assert "Traceback" in log.read_text()


@pytest.mark.again
def test_no_screen_is_drawn_larger_than_any_terminal(db: Path) -> None:
    with terminal(["day", "--as", "ana"], db=db, COLUMNS="65535", LINES="65535") as screen:
        fcntl.ioctl(screen.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 65535, 65535, 0, 0))
        os.kill(screen.pid, signal.SIGWINCH)
        screen.wait_for("Ana")
        os.write(screen.fd, b"\x1b[48;65535;65535;65535;65535t")
        screen.read()
        assert len(screen.sent) < 2_000_000
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{screen.pid}/status").read_text())
        assert int(peak) < 300_000


@pytest.mark.again
def test_ctrl_z_stops_a_screen_as_the_shell_does(db: Path) -> None:
    shell = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
    words = shlex.join(started("-m", "dispatch", "day", "--as", "ana"))
    # a German shell says Angehalten
    with terminal([], db=db, program=shell, PS1="ready> ", LANGUAGE="en") as screen:
        screen.wait_for("ready>")
        os.write(screen.fd, words.encode() + b"\n")
        screen.wait_for("? help")
        os.write(screen.fd, b"\x1a")
        screen.wait_for("Stopped")
        assert_given_back(screen)
        os.write(screen.fd, b"fg\n")
        screen.wait_for("? help")
        os.write(screen.fd, b"\x11")
        screen.wait_for("ready>")


@pytest.mark.again
def test_no_byte_ends_a_screen(db: Path) -> None:
    with terminal(["day", "--as", "ana"], db=db) as screen:
        screen.wait_for("? help")
        os.write(screen.fd, b"\xe9\x1b[M \xff\xc3(\xf0\x28\x8c\x28\x1b[<9999999999;1;1M\x1b[48;0;0;0;0t")
        screen.read()
        os.write(screen.fd, b"\x1b\x1b\x11")
        assert screen.wait_for_exit() == 0
        assert "something went wrong" not in "\n".join(screen.screen.display)


@pytest.mark.again
def test_a_screen_that_was_stopped_untold_gives_the_terminal_back_as_it_was_before(db: Path) -> None:
    with terminal(["board", "--as", "dana"], db=db) as screen:
        screen.wait_for("Ana Ruiz")
        for number in (signal.SIGSTOP, signal.SIGCONT):
            os.kill(screen.pid, number)
        screen.read()
        os.write(screen.fd, b"\x11")
        assert screen.wait_for_exit() == 0
        assert termios.tcgetattr(screen.fd)[3] & termios.ECHO
        assert_given_back(screen)


@pytest.mark.again
def test_ctrl_z_is_nothing_where_nobody_could_go_on_with_it(db: Path) -> None:
    with terminal(["day", "--as", "ana"], db=db) as screen:
        screen.wait_for("? help")
        os.write(screen.fd, b"\x1a")
        screen.read()
        os.write(screen.fd, b"?")
        screen.wait_for("my day")
