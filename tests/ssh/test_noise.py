"""Random bytes in many sessions at once, with their memory watched."""

from __future__ import annotations

import contextlib
import os
import random
import re
import select
import shutil
import time
from pathlib import Path

import pytest

from db import audit
from db.store import Store
from dispatch import crashes
from dispatch.desk.book import editing
from dispatch.desk.session.user import log_in
from tests.ssh.server import Server, serving
from tests.terminal.terminal import Terminal

SECONDS = int(os.environ.get("NOISE_SECONDS", "60"))
"""How long they are sent; before a release ten minutes."""
SEATS = 20
LARGEST_SEAT = 200 << 20
"""Bytes of memory that a session may fill, whatever it is sent: one at work has a third of it."""


class Keyboard:
    """Somebody who hits the keys at random, and connects again after having left."""

    def __init__(self, server: Server, login: str, chosen: random.Random) -> None:
        self.server, self.login, self.chosen = server, login, chosen
        self.sent = self.begun = 0
        self._line = contextlib.ExitStack()
        self._screen: Terminal | None = None
        self._shows = False
        """Whether the session's screen has been seen: before it, ctrl+c ends the login."""

    def hit(self) -> None:
        """Send some bytes, if the session takes any at the moment, and throw away what it shows."""
        if self._screen is None:
            # no escape key of the client's own: what is sent is the session's
            self._screen = self._line.enter_context(self.server.connected(self.login, "-e", "none"))
            self.begun += 1
            self._shows = False
        fd = self._screen.fd
        try:
            if self._shows and select.select([], [fd], [], 0)[1]:
                self.sent += os.write(fd, noise(self.chosen))
            while select.select([fd], [], [], 0)[0]:
                data = os.read(fd, 65536)
                if not data:
                    raise EOFError
                self._shows |= b"\x1b[?1049h" in data
        except (OSError, EOFError):
            self.leave()

    def leave(self) -> None:
        """Hang up."""
        self._line.close()
        self._screen = None


def noise(chosen: random.Random) -> bytes:
    """Bytes of any kind: none of them plain, keys and pastes, and what is no text at all. Never the key that leaves."""
    kind = chosen.randrange(4)
    if kind == 0:
        return chosen.randbytes(chosen.randrange(1, 64)).replace(b"\x11", b"")
    if kind == 1:
        return bytes(
            chosen.choices(b"abcdefghijklmnopqrstuvwxyzXJPW0123456789 /[]?\r\x7f\t", k=chosen.randrange(1, 40))
        )
    if kind == 2:
        return b"\x1b" + chosen.choice(
            [
                b"[A",
                b"[B",
                b"[C",
                b"[D",
                b"[<0;5;5M",
                b"[M\xff\xff\xff",
                b"[48;65535;65535;0;0t",
                b"]52;c;aGk=\x07",
                b"",
            ]
        )
    return b"\x1b[200~" + chosen.randbytes(200).replace(b"\x1b", b"") + b"\x1b[201~"


def filled(process: int) -> int:
    """The most memory that a process has filled so far, in bytes; 0 for one that is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return sum(int(kilobytes) * 1024 for kilobytes in re.findall(r"VmHWM:\s+(\d+)", status))


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 240)
def test_random_bytes_at_many_sessions(needs_sshd: None, sample: Path, tmp_path: Path) -> None:
    """No session grows, none breaks, and what stands in the database holds."""
    db = tmp_path / "firm.db"
    shutil.copy(sample, db)
    with Store.open(db) as store:
        lead = log_in(store, "lee")
        logins = [
            str(login)
            for (login,) in store.all(
                "SELECT login FROM staff JOIN staff_role ON staff_id = staff.id"
                " WHERE role = 'technician' AND active ORDER BY login"
            )
        ]
        for number in range(len(logins), SEATS):
            editing.add(lead, "staff", {"login": f"t{number}", "name": f"Tech {number}", "roles": "technician"})
            logins.append(f"t{number}")
    chosen = random.Random(16)
    largest = 0
    with serving(tmp_path, db, *logins, warm=True) as server, contextlib.ExitStack() as stack:
        people = [Keyboard(server, login, chosen) for login in logins]
        for person in people:
            stack.callback(person.leave)
        began = said = time.monotonic()
        while time.monotonic() - began < SECONDS:
            for person in people:
                person.hit()
            largest = max([largest, *map(filled, server.sessions())])
            if time.monotonic() - said > 30:
                said = time.monotonic()
                print(
                    f"{said - began:4.0f} s: {sum(person.sent for person in people):,} bytes,"
                    f" {sum(person.begun for person in people)} logins, {len(server.sessions())} sessions,"
                    f" the largest {largest / (1 << 20):.0f} MB",
                    flush=True,
                )
            time.sleep(0.5)
    assert sum(person.begun for person in people) < SEATS * (2 + SECONDS / 10), "they leave as soon as they come"
    assert largest < LARGEST_SEAT
    log = crashes.log_of(db)
    assert not log.exists() or "error" not in log.read_text(), log.read_text()[-3000:]
    with Store.open(db) as store:
        assert store.value("PRAGMA integrity_check") == "ok"
        assert audit.verify_chain(store) is None
