"""What takes its time: many sessions, many kills, silent links, odd terminals, a slow line."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks.sessions import at_once
from db import audit
from dispatch.desk.access import keyring
from dispatch.desk.book import editing
from dispatch.desk.session.user import log_in
from tests.ssh.line import Line
from tests.ssh.server import Server, serving, write_keys
from tests.wall import started

pytestmark = pytest.mark.long

SAVERS = """
import os, signal, sys, traceback
from db.store import Store
from dispatch.desk.closeout import onsite
from dispatch.desk.access import logins
from dispatch.desk.session.user import log_in

db, key, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def note(user, text):
    onsite.work(user, "R4036", text)

def edit(user, text):
    with user.write("edit client") as unit:
        unit.execute("UPDATE client SET notes = ? WHERE id = 1", (text,))
        unit.audit("client", 1, notes=text)

def save(name):
    with open(f"{folder}/{name}", "ab", buffering=0) as saved, Store.open(db, timeout=60) as store:
        technician = name.startswith("technician")
        user = logins.log_in_by_key(store, key) if technician else log_in(store, "dana")
        for number in range(10**6):
            (note if technician else edit)(user, f"{name} {number}")
            saved.write(f"{name} {number}\\n".encode())

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    process = os.fork()
    if process == 0:
        try:
            save(line.strip())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    print(process, flush=True)
"""
"""Forks a process for each name on a line, which saves as fast as it can and writes down what was acknowledged."""
KILLS = 100


@pytest.mark.parametrize("server", ["plain", "warm"], indirect=True)
@pytest.mark.parametrize(
    "term", ["xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color", "linux", "vt100"]
)
def test_terminals(server: Server, term: str) -> None:
    with server.connected("ana", TERM=term) as ana:
        ana.wait_for("Grandview Optometry")
        os.write(ana.fd, b"\r")
        ana.wait_for("not ready to leave")


@pytest.mark.parametrize("part", range(5))
def test_nothing_acknowledged_is_lost_by_a_kill(server: Server, part: int) -> None:
    """A technician's and three dispatchers' processes save; one after another is killed at any moment and begun anew."""
    chosen = random.Random(part)
    folder = server.folder / "saved"
    folder.mkdir()
    words = started("-c", SAVERS, str(server.db), str(server.key_of("ana")), str(folder))
    said = (server.folder / "savers.log").open("w+")
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True) as savers:
        assert savers.stdin is not None
        assert savers.stdout is not None
        running: dict[str, int] = {}

        def begin(role: str, turn: int) -> None:
            assert savers.stdin is not None
            assert savers.stdout is not None
            savers.stdin.write(f"{role}.{turn}\n")
            savers.stdin.flush()
            running[role] = int(savers.stdout.readline())

        # a second technician's process, with the same key, would end the session of the first
        for role in ("technician", "dispatcher-a", "dispatcher-b", "dispatcher-c"):
            begin(role, 0)
        for turn in range(1, KILLS + 1):
            time.sleep(chosen.uniform(0, 0.3))
            role = chosen.choice(sorted(running))
            os.kill(running.pop(role), signal.SIGKILL)
            begin(role, turn)
            if turn % 25 == 0:
                with server.store() as store:
                    assert store.value("PRAGMA integrity_check") == "ok"
                    store.conn.execute("PRAGMA wal_checkpoint")
        for process in running.values():
            os.kill(process, signal.SIGKILL)
        savers.stdin.close()
    said.seek(0)
    assert said.read() == ""
    # a kill may have cut the last line
    saved = {line for one in folder.iterdir() for line in one.read_text().split("\n")[:-1]}
    with server.store() as store:
        kept = {text for (text,) in store.all("SELECT text FROM work_entry")}
        kept |= {text for (text,) in store.all("SELECT detail ->> 'notes' FROM audit WHERE deed = 'edit client'")}
        assert not saved - kept
        assert len(saved) > KILLS
        assert any(text.startswith("technician") for text in saved)
        assert audit.verify_chain(store) is None


@pytest.mark.parametrize("warm", [False, True])
def test_a_silent_link_ends_the_session(needs_sshd: None, sample: Path, tmp_path: Path, warm: bool) -> None:
    db = tmp_path / "firm.db"
    shutil.copy(sample, db)
    with serving(tmp_path, db, "ana", warm=warm, ClientAliveInterval="2") as server:
        line = Line(server.port)
        with server.connected("ana", port=line.port) as ana:
            ana.wait_for("Ana Ruiz")
            line.frozen.set()
            assert server.wait_for_sessions(0, limit=30) < 15


def test_a_slow_line_is_pleasant(server: Server) -> None:
    """64 kbit/s with 150 ms of delay: a key is answered within the delay and what its bytes cost."""
    line = Line(server.port, delay=0.075, bits=64_000)
    with server.connected("ana", port=line.port) as ana:
        ana.wait_for("Grandview Optometry", limit=30)
        os.write(ana.fd, b"\r")
        ana.wait_for("not ready to leave", limit=30)
        ana.read(quiet=1)
        answers = []
        for _ in range(8):
            seen = len(ana.sent)
            began = time.monotonic()
            os.write(ana.fd, b"\x1b[B")
            while len(ana.sent) == seen:
                ana.read(quiet=0.01, limit=0.02)
            answers.append(time.monotonic() - began)
            ana.read(quiet=0.6)
        assert sorted(answers)[len(answers) // 2] < 1


@pytest.mark.parametrize("warm", [False, True])
def test_fifty_sessions(needs_sshd: None, sample: Path, tmp_path: Path, warm: bool) -> None:
    db = tmp_path / "firm.db"
    shutil.copy(sample, db)
    with serving(tmp_path, db, "ana", warm=warm) as server:
        with server.store() as store:
            lead = log_in(store, "lee")
            for number in range(50):
                editing.add(lead, "staff", {"login": f"t{number}", "name": f"Tech {number}", "roles": "technician"})
                path = tmp_path / f"t{number}"
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
                keyring.add_key(lead, f"t{number}", path.with_suffix(".pub").read_text(encoding="ascii"))
            write_keys(store)
        with contextlib.ExitStack() as stack:
            people = [stack.enter_context(server.connected(f"t{number}")) for number in range(50)]
            for person in people:
                person.wait_for("not a technician", limit=120)
            assert len(server.sessions()) == 50
            for person in people:
                assert b"locked" not in person.sent
                assert b"went wrong" not in person.sent
        server.wait_for_sessions(0, limit=30)


@pytest.mark.parametrize("server", ["plain", "warm"], indirect=True)
def test_bursts_of_keys_are_saved_whole(server: Server) -> None:
    """The key that opens a place to type, what is typed, and the key that saves it, all in one piece."""
    lengths = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 200]
    texts = ["".join(chr(97 + (length + each) % 26) for each in range(length)) for length in lengths]
    with server.connected("ana") as ana:
        ana.wait_for("Grandview Optometry")
        os.write(ana.fd, b"\r")
        ana.wait_for("not ready to leave")
        for text in texts:
            os.write(ana.fd, f"w{text}\x13".encode())
            with server.store() as store:
                end = time.monotonic() + 20
                while store.value("SELECT text FROM work_entry ORDER BY id DESC LIMIT 1") != text:
                    ana.read(quiet=0.1)
                    assert time.monotonic() < end, (text, "\n".join(ana.screen.display))


def test_an_office_of_fifty_logs_in_at_once(needs_sshd: None, tmp_path: Path) -> None:
    """All of them come to their day, and each by the warm parent, however long it takes it to come to them."""
    found = at_once(tmp_path / "office", 50, warm=True)
    assert found["turned_away"] == 0
    log = tmp_path / "office" / "firm.db.crashes.log"
    assert not log.exists() or "without the warm parent" not in log.read_text()
