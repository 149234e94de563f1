"""The warm parent, and what a login does without a good one. On a terminal of its own; no sshd is needed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import sessions
from db.store import Store
from dispatch.desk.access import keyring
from dispatch.desk.session.user import log_in
from dispatch.remote import guard, parent, warm
from tests.quick import first_of
from tests.ssh.server import ROOT, warm_parent
from tests.terminal.terminal import Terminal
from tests.wall import started

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q"


@pytest.fixture
def db(sample: Path, tmp_path: Path) -> Path:
    """The sample firm with a key for ana."""
    path = tmp_path / "firm.db"
    shutil.copy(sample, path)
    with Store.open(path) as store:
        keyring.add_key(log_in(store, "lee"), "ana", KEY)
    return path


@contextlib.contextmanager
def logged_in(db: Path, program: str = guard.__file__) -> Iterator[Terminal]:
    """Ana at a terminal of 80 by 24, by the command that her key forces."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        words = started(program, "seat", "--db", str(db), "--key", "K1", flags=("-I",))
        os.execv(words[0], words)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        yield Terminal(pid, fd, 80, 24)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        os.close(fd)


def sessions_of(process: int) -> list[int]:
    """The sessions that a parent has forked."""
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def log_of(db: Path) -> str:
    """What sessions have written into the log."""
    log = db.with_name("firm.db.crashes.log")
    return log.read_text(encoding="utf-8") if log.exists() else ""


def test_a_session_of_the_parent_from_login_to_exit(db: Path, tmp_path: Path) -> None:
    with warm_parent(db, tmp_path / "log") as process:
        folder = tmp_path / "firm.db.warm"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / warm.NAME).stat().st_mode & 0o777 == 0o600
        held = {os.readlink(one) for one in Path(f"/proc/{process.pid}/fd").iterdir()}
        assert not [one for one in held if "firm.db" in one], "the parent holds no connection"
        assert len(list(Path(f"/proc/{process.pid}/task").iterdir())) == 1

        with logged_in(db) as ana:
            ana.wait_for("Ana Ruiz")
            (user,) = sessions_of(process.pid)
            assert os.getsid(user) == user, "the terminal is the session's own"
            fcntl.ioctl(ana.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
            ana.screen.resize(20, 60)
            ana.wait_for("? help")
            assert "? help" in ana.screen.display[19], "a new size reaches the session"
            os.write(ana.fd, b"q")
            assert ana.wait_for_exit() == 0
        with logged_in(db) as ana:
            ana.wait_for("Ana Ruiz")
            (user,) = sessions_of(process.pid)
            os.kill(user, signal.SIGKILL)
            assert ana.wait_for_exit() == 1
    assert log_of(db) == ""


@pytest.mark.again
def test_a_session_goes_when_the_process_of_its_connection_does(db: Path, tmp_path: Path) -> None:
    with warm_parent(db, tmp_path / "log") as process, logged_in(db) as ana:
        ana.wait_for("Ana Ruiz")
        os.kill(ana.pid, signal.SIGTERM)
        deadline = time.monotonic() + 2
        while sessions_of(process.pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        with Store.open(db) as store:
            assert sessions.recent_sessions(store)[0].ended_as == "hung up"


@pytest.mark.again
def test_who_may_not_sit_is_told_so_with_the_exit_code(db: Path, tmp_path: Path) -> None:
    with Store.open(db) as store:
        keyring.revoke(log_in(store, "lee"), login="ana")
    with warm_parent(db, tmp_path / "log"), logged_in(db) as ana:
        assert ana.wait_for_exit() == 1
        assert "opens no session" in ana.read()


@contextlib.contextmanager
def hung(db: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A parent that never answers."""
    with process(
        f"from dispatch.remote import parent\nline = parent.listen({str(db)!r})\nprint(flush=True)\nsignal.pause()"
    ) as one:
        yield one


@contextlib.contextmanager
def process(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does something for ever, from when it has said so on."""
    words = started("-c", f"import signal\n{code}")
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT) as one:
        assert one.stdout is not None
        one.stdout.readline()
        yield one
        one.kill()


def test_a_parent_that_has_others_to_begin_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a crowd that logs in at once; one that stands still is not, nor one that is busy for ever."""
    monkeypatch.setattr(warm, "READY_SECONDS", 0.1)
    busy, still = "print(flush=True)\nwhile True: pass", "print(flush=True)\nsignal.pause()"
    ours, theirs = socket.socketpair()
    with ours, theirs, process(busy) as one:
        later = threading.Timer(0.5, theirs.sendall, [warm.READY])
        later.start()
        assert warm._ready(ours, one.pid)
        monkeypatch.setattr(warm, "BUSY_SECONDS", 0.3)
        with pytest.raises(TimeoutError):
            warm._ready(ours, one.pid)
    ours, theirs = socket.socketpair()
    with ours, theirs, process(still) as one, pytest.raises(TimeoutError):
        warm._ready(ours, one.pid)


@first_of("how", ["hung", "open to others", "dead", "another program"], 2)
def test_without_a_good_parent_the_session_begins_by_itself(db: Path, tmp_path: Path, how: str) -> None:
    with contextlib.ExitStack() as stack:
        program = guard.__file__
        if how == "another program":
            stack.enter_context(warm_parent(db, tmp_path / "log"))
            link = tmp_path / "dispatch" / "remote"
            shutil.copytree(Path(guard.__file__).parents[2] / "dispatch", tmp_path / "dispatch")
            for name in ("db", "screens", "widgets"):
                (tmp_path / name).symlink_to(Path(guard.__file__).parents[2] / name)
            program = str(link / "guard.py")
        else:
            listener = stack.enter_context(hung(db))
            if how == "dead":
                listener.kill()
                listener.wait()
            if how == "open to others":
                (tmp_path / "firm.db.warm").chmod(0o755)
        ana = stack.enter_context(logged_in(db, program))
        shown = ana.wait_for("Ana Ruiz")
        assert "warm" not in shown
        assert "warm" not in ana.sent.decode()
        assert re.search(r"begun without the warm parent: .+, key K1", log_of(db))
        os.write(ana.fd, b"q")
        assert ana.wait_for_exit() == 0


@pytest.mark.again
def test_a_parent_whose_program_was_changed_ends(db: Path, tmp_path: Path) -> None:
    extra = Path(guard.__file__).parents[2] / "dispatch" / "remote"
    for name in ("dispatch", "db", "screens", "widgets"):
        shutil.copytree(extra.parents[1] / name, tmp_path / name)
    own = tmp_path / "dispatch" / "remote"
    process = subprocess.Popen(
        started(str(own / "parent.py"), "--db", str(db), flags=("-I",)), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "are begun by" in process.stdout.readline()
    os.utime(tmp_path / "screens" / "visit" / "day.py")
    with logged_in(db, str(own / "guard.py")) as ana:
        ana.wait_for("Ana Ruiz")
        assert process.wait(30) == parent.EXIT_STALE
        assert "warm parent" in log_of(db)


@pytest.mark.again
def test_nobody_else_is_listened_to(db: Path, tmp_path: Path) -> None:
    """Neither half a hello, nor one without a terminal, nor noise ends the parent or begins a session."""
    with warm_parent(db, tmp_path / "log") as process:
        fine = warm.hello(guard.__file__, ["seat", "--db", str(db), "--key", "K1"], {"TERM": "xterm"})
        for said, fds in (
            (b"", []), (b"\xff" * 9000, []), (fine, []), (fine, [0, 1, 2, 2]), (fine[:-20], [0, 1, 2]),
            (b"\0\0\0", [0, 1, 2]), (fine, [0, 1, 2]),
        ):  # fmt: skip
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                folder = warm.open_folder(str(db))
                line.connect(warm.address(folder))
                os.close(folder)
                with contextlib.suppress(BrokenPipeError):
                    socket.send_fds(line, [said], fds)
                line.settimeout(2)
                with contextlib.suppress(OSError):
                    line.recv(16)
        with logged_in(db) as ana:
            ana.wait_for("Ana Ruiz")
            assert len(sessions_of(process.pid)) == 1


@pytest.mark.parametrize(
    "said", [b"", b"x", b"dispatch seat 1", b"dispatch seat 1\0/g\0seat\0", b"dispatch seat 2\0/g\0\0seat\0"]
)
def test_what_is_no_hello(said: bytes) -> None:
    with pytest.raises(ValueError):
        warm.read_hello(said)


def test_a_hello_says_what_was_said() -> None:
    words, environment = (
        ["seat", "--db", "/srv/b\u00fcro \udcff.db", "--key", "K1"],
        {"TERM": "xterm", "SSH_USER_AUTH": "/tmp/a=b"},
    )
    assert warm.read_hello(warm.hello("/opt/guard.py", words, environment)) == ("/opt/guard.py", environment, words)


def test_gaps_between_allocations_are_filled_before_sessions_are_begun() -> None:
    """In a process of its own: what is free and not at the end of the memory is where a session would copy a page for its own."""
    program = """
import ctypes
from dispatch.remote.parent import fill_gaps, warm_up

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "a b c d e f g h free end".split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
gaps = lambda: (lambda info: info.free - info.end)(library.mallinfo2())
warm_up()
before = gaps()
fill_gaps()
print(before, gaps())
"""
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("needs glibc: Debian and most others have it")
    done = subprocess.run(started("-c", program), capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split()[-2:])
    assert before > 50_000
    assert after < before // 20
