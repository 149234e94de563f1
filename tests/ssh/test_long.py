"""What takes its time: many seats, many kills, silent links, odd terminals, a slow line."""

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

from db.store import Store
from dispatch.desk import keyring
from dispatch.desk.seat import take_seat
from dispatch.desk.staff import add_staff
from dispatch.model.states import Role
from tests.ssh.line import Line
from tests.ssh.server import Server, serving, write_keys
from tests.wall import started

pytestmark = pytest.mark.long

VICTIM = """
import os, sys
from db.store import Store
from dispatch.desk import onsite, seating
with Store.open(sys.argv[1]) as store:
    seat = seating.take_seat_by_key(store, int(sys.argv[2]))
    number = 0
    while True:
        onsite.work(seat, "R4036", f"tick {number}")
        os.write(1, b"%d\\n" % number)
        number += 1
"""


@pytest.mark.parametrize("server", ["plain", "warm"], indirect=True)
@pytest.mark.parametrize(
    "term", ["xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color", "linux", "vt100"]
)
def test_terminals(server: Server, term: str) -> None:
    with server.connected("ana", TERM=term) as ana:
        ana.wait_for("Grandview Optometry")
        os.write(ana.fd, b"\r")
        ana.wait_for("not ready to leave")


def test_no_acknowledged_tick_is_lost_by_a_kill(server: Server) -> None:
    """Seats that save as fast as they can, killed in the middle of it, until a thousand saves were acknowledged."""
    acknowledged, key = 0, server.key_of("ana")
    while acknowledged < 1000:
        victim = subprocess.Popen(started("-c", VICTIM, str(server.db), str(key)), stdout=subprocess.PIPE)
        assert victim.stdout is not None
        victim.stdout.readline()
        time.sleep(random.uniform(0.1, 0.5))
        os.kill(victim.pid, signal.SIGKILL)
        said = victim.stdout.read().split()
        victim.wait()
        with Store.open(server.db) as store:
            texts = {text for (text,) in store.all("SELECT text FROM work_entry")}
            assert not {f"tick {number.decode()}" for number in said} - texts
            assert store.value("PRAGMA integrity_check") == "ok"
            store.conn.execute("PRAGMA wal_checkpoint")
        acknowledged += len(said)


@pytest.mark.parametrize("warm", [False, True])
def test_a_silent_link_ends_the_seat(needs_sshd: None, sample: Path, tmp_path: Path, warm: bool) -> None:
    db = tmp_path / "firm.db"
    shutil.copy(sample, db)
    with serving(tmp_path, db, "ana", warm=warm, ClientAliveInterval="2") as server:
        line = Line(server.port)
        with server.connected("ana", port=line.port) as ana:
            ana.wait_for("Ana Ruiz")
            line.frozen.set()
            assert server.wait_for_seats(0, limit=30) < 15


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
def test_fifty_seats(needs_sshd: None, sample: Path, tmp_path: Path, warm: bool) -> None:
    db = tmp_path / "firm.db"
    shutil.copy(sample, db)
    with serving(tmp_path, db, "ana", warm=warm) as server:
        with server.store() as store:
            lead = take_seat(store, "lee")
            for number in range(50):
                add_staff(lead, f"t{number}", f"Tech {number}", [Role.TECHNICIAN])
                path = tmp_path / f"t{number}"
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
                keyring.add_key(lead, f"t{number}", path.with_suffix(".pub").read_text(encoding="ascii"))
            write_keys(store)
        with contextlib.ExitStack() as stack:
            people = [stack.enter_context(server.connected(f"t{number}")) for number in range(50)]
            for person in people:
                person.wait_for("not a technician", limit=120)
            assert len(server.seats()) == 50
            for person in people:
                assert b"locked" not in person.sent
                assert b"went wrong" not in person.sent
        server.wait_for_seats(0, limit=30)


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
