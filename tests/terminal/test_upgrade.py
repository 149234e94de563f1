"""A newer program migrates while others work: they say so, keep what is being typed, write nothing more, and end."""

from __future__ import annotations

import contextlib
import lzma
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import copies, migrations, sessions
from db.backups import restore
from db.faults import TooNew
from db.store import Store
from dispatch.desk.access import keyring
from dispatch.desk.book import editing
from dispatch.desk.session.user import log_in
from tests.conftest import Dispatch
from tests.prepared import copied
from tests.terminal.terminal import terminal
from tests.wall import WALL, started

RELEASES = Path(__file__).parents[1] / "data" / "releases"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q"
NEWER = """
ALTER TABLE client ADD COLUMN colour TEXT NOT NULL DEFAULT '';
ALTER TABLE visit RENAME COLUMN work TO task;
"""


@pytest.fixture
def db(request: pytest.FixtureRequest, day_of_sample: Path, tmp_path: Path) -> Path:
    """The sample firm on its day: Ana is on site with R4014, and has a key. With a version as parameter, as that one made it."""
    path = tmp_path / "firm.db"
    if release := getattr(request, "param", None):
        path.write_bytes(lzma.decompress((RELEASES / f"{release}.db.xz").read_bytes()))
        path.chmod(0o600)
        with contextlib.closing(copies.connect(path)) as conn:
            (newest,) = conn.execute("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            (offset,) = conn.execute("SELECT value FROM setting WHERE key = 'clock_offset'").fetchone()
        WALL.begin(newest - int(offset))
    else:
        copied(day_of_sample, path)
    with Store.open(path) as store:
        keyring.add_key(log_in(store, "lee"), "ana", f"{KEY} ana")
    return path


@pytest.fixture
def migrate(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Be the newer program for a moment, which brings the database further; returns the copy that it made before."""
    folder, latest = tmp_path / "schema", migrations.LATEST + 1
    shutil.copytree(migrations.FOLDER, folder)
    (folder / f"{latest:04}.sql").write_text(NEWER, encoding="utf-8")

    def bring_further() -> Path:
        with monkeypatch.context() as newer:
            newer.setattr(migrations, "FOLDER", folder)
            newer.setattr(migrations, "LATEST", latest)
            Store.open(db).close()
        (kept,) = db.parent.glob(f"{db.name}.v{latest - 1}-*")
        return kept

    return bring_further


def last_deed(db: Path) -> tuple[str, str]:
    """Who did the newest deed, and which; read past the store, whose schema is another by now."""
    with contextlib.closing(copies.connect(db)) as conn:
        found: tuple[str, str] = conn.execute("SELECT actor, deed FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        return found


@contextlib.contextmanager
def sender(db: Path) -> Iterator[subprocess.Popen[str]]:
    """`dispatch outbox run`, with the database open."""
    words = started("-m", "dispatch", "outbox", "run", "--every", "0.1", "--db", str(db), "--as", "dana")
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        end = time.monotonic() + 20
        while str(db) not in {os.path.realpath(path) for path in Path(f"/proc/{process.pid}/fd").iterdir()}:
            assert time.monotonic() < end, "it does not begin"
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


def test_a_session_that_is_open_finds_it_out(db: Path, migrate: Callable[[], Path]) -> None:
    with Store.open(db) as old:
        assert not old.changed()
        migrate()
        for _ in range(2):
            with pytest.raises(TooNew):
                old.changed()
        with pytest.raises(TooNew):
            old.one("SELECT work FROM visit")
        with pytest.raises(TooNew), old.read() as reading:
            reading.all("SELECT work FROM visit")


@pytest.mark.again
def test_board_session_and_outbox_say_so_keep_what_is_typed_and_end(db: Path, migrate: Callable[[], Path]) -> None:
    with (
        sender(db) as outbox,
        terminal(["board", "--as", "dana"], db=db) as board,
        terminal(["seat", "--key", "K1", "--db", str(db)], columns=80, rows=24, db=db) as user,
    ):
        board.wait_for("Ana Ruiz")
        user.wait_for("Grandview")
        user.press("enter")
        user.wait_for("ready to")
        user.press("w")
        user.wait_for("ctrl+s saves")
        os.write(user.fd, b"two access points added")

        copy = migrate()

        said, _ = outbox.communicate(timeout=20)
        assert outbox.returncode == 1
        assert "install the newer program" in said
        assert "Traceback" not in said
        for screen, code in ((board, 1), (user, 0)):
            assert screen.wait_for_exit(20) == code
            shown = screen.sent.decode()
            assert "A newer program has brought the database further" in shown
            assert "Traceback" not in shown
        assert last_deed(db) == ("dispatch", "migrate")
    kept = [path.read_text() for path in db.with_name(f"{db.name}.unsent").iterdir()]
    assert "two access points added" in kept

    restore(copy, db.with_name("as-before.db"))

    firm = Dispatch(db.with_name("as-before.db"))
    assert "Grandview" in firm.ok("board", "--plain", "--as", "dana")
    firm.ok("audit", "verify", "--as", "lee")


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("db", ["0.1.0", "0.2.0"], indirect=True)
def test_twenty_sessions_say_so_write_nothing_and_end(db: Path, migrate: Callable[[], Path], tmp_path: Path) -> None:
    """At the database of an earlier version: nineteen technicians look at their day, and Ana types."""
    with Store.open(db) as store:
        lead = log_in(store, "lee")
        for number in range(19):
            editing.add(lead, "staff", {"login": f"t{number}", "name": f"Tech {number}", "roles": "technician"})
            path = tmp_path / f"t{number}"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
            keyring.add_key(lead, f"t{number}", path.with_suffix(".pub").read_text(encoding="ascii"))
        ids = {
            key.login: key.id for key in sessions.live_keys(store) if key.login == "ana" or key.login.startswith("t")
        }
    with contextlib.ExitStack() as stack:
        logins = {
            login: stack.enter_context(
                terminal(["seat", "--key", f"K{one}", "--db", str(db)], columns=80, rows=24, db=db)
            )
            for login, one in ids.items()
        }
        assert len(logins) == 20
        for login, user in logins.items():
            user.wait_for("Grandview" if login == "ana" else "is not a technician", limit=120)
        ana = logins["ana"]
        ana.press("enter")
        ana.wait_for("ready to")
        ana.press("w")
        ana.wait_for("ctrl+s saves")
        os.write(ana.fd, b"two access points added")
        ana.wait_for("two access points added")

        copy = migrate()

        for user in logins.values():
            assert user.wait_for_exit(60) == 0
            shown = user.sent.decode()
            assert "A newer program has brought the database further" in shown
            assert "Traceback" not in shown
        assert last_deed(db) == ("dispatch", "migrate")
    kept = [path.read_text() for path in db.with_name(f"{db.name}.unsent").iterdir()]
    assert "two access points added" in kept
    restore(copy, db.with_name("as-before.db"))
    assert "Grandview" in Dispatch(db.with_name("as-before.db")).ok("board", "--plain", "--as", "dana")
