"""A session that does not look after itself any more is ended: by the thread beside its loop, or by the kernel."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from db.store import Store
from dispatch import crashes
from dispatch.desk.access import keyring, logins
from dispatch.desk.session.user import log_in
from dispatch.remote.app import RemoteApp
from dispatch.remote.watchdog import LATE_SECONDS, STUCK_SECONDS, Watchdog
from tests.prepared import copied
from tests.terminal.terminal import terminal
from tests.wall import started

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q ana"
HOUR = 3600.0
SEAT = """
import re, sys, time
from pathlib import Path
from dispatch.desk.access import logins
from dispatch.remote import watchdog
from dispatch.remote.app import RemoteApp
limits, idle, stands = sys.argv[2:]
watchdog.LOOK_SECONDS, watchdog.LATE_SECONDS, watchdog.STUCK_SECONDS, watchdog.STOPPED_SECONDS = map(float, limits.split())
class Standing(RemoteApp):
    WATCH_SECONDS = 0.1
    def on_mount(self):
        self.set_timer(0.5, {"": self.bell, "loop": lambda: time.sleep(60), "all": self.stop_all}[stands])
    def stop_all(self):
        re.match("(a+)+$", "a" * 60 + "b")  # nobody else has the interpreter meanwhile
with logins.logged_in(Path(sys.argv[1]), 1) as user:
    app = Standing(user, idle_seconds=float(idle))
    app.run()
    logins.log_out(user, app.left)
"""
"""A session with limits of a watchdog's in fractions of a second, whose loop or whose whole interpreter stands still."""


@pytest.fixture
def db(day_of_sample: Path, tmp_path: Path) -> Path:
    """The sample firm on its day, in which Ana has a key."""
    path = copied(day_of_sample, tmp_path / "firm.db")
    with Store.open(path) as store:
        keyring.add_key(log_in(store, "lee"), "ana", KEY)
    return path


def test_a_loop_that_looks_is_left_alone_and_a_late_one_is_judged(db: Path) -> None:
    with logins.logged_in(db, 1) as user, Store.open(db) as others:
        app = RemoteApp(user, idle_seconds=HOUR)
        watchdog = Watchdog(app, HOUR, [])
        watchdog.looked()
        now = time.monotonic()
        late, stuck = now + LATE_SECONDS + 1, now + STUCK_SECONDS + 1
        assert watchdog.why_over(late) is None, "late, and nothing is wrong"
        assert watchdog.why_over(stuck) == "stuck"
        app.moved = now - HOUR
        assert watchdog.why_over(now) is None, "the loop ends it itself"
        assert watchdog.why_over(late) == "idle"
        app.moved = now
        keyring.revoke(log_in(others, "lee"), login="ana")
        assert watchdog.why_over(now) is None
        assert watchdog.why_over(late) == "key revoked"


@pytest.mark.parametrize(
    ("limits", "idle", "stands", "code", "said"),
    [
        ("0.1 30 60 30", 1.5, "", 0, ""),
        pytest.param("0.1 0.3 60 30", 2, "loop", 1, "idle", marks=pytest.mark.long),
        ("0.1 0.3 1 30", 3600, "loop", 1, "stuck"),
        pytest.param("0.1 0.3 1 1", 3600, "all", -signal.SIGALRM, "", marks=pytest.mark.again),
    ],
    ids=["idle", "idle and late", "stuck", "stopped"],
)
def test_a_session_is_ended(db: Path, limits: str, idle: float, stands: str, code: int, said: str) -> None:
    program = started("-c", SEAT, str(db), limits, str(idle), stands)
    with terminal([], program=program, columns=80, rows=24, db=db) as user:
        assert user.wait_for_exit(20) == code
        log = crashes.log_of(db)
        assert (f"ended by the watchdog: {said}" in log.read_text()) if said else not log.exists()
        if code == 0:
            assert "Nobody was here for a while" in user.sent.decode()
    with Store.open(db) as store:
        ended_as = store.value("SELECT ended_as FROM session")
        assert ended_as == ("idle" if code == 0 else "")
        assert log_in(store, "ana"), "and nothing is held by it"
