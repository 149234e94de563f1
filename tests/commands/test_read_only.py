"""On the day the disk is full, or mounted for reading only, the schedule is still there, and can be taken elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.faults import ReadOnly
from db.frozen import FrozenFiles
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.app import DispatchApp
from dispatch.desk.access import keyring, logins
from dispatch.desk.backup import restoring
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import log_in, read_only_words
from tests.conftest import Dispatch
from tests.prepared import copied
from tests.quick import first_of
from tests.terminal.terminal import terminal

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q ana"
SIZE = 12 << 20
READING = (
    ("board", "--plain", "--as", "dana"),
    ("day", "--plain", "--as", "ana"),
    ("log", "--plain", "--as", "lee"),
    ("log", "--json", "--as", "lee"),
    ("visit", "show", "R4028", "--as", "dana"),
    ("report", "day", "--date", "2026-11-24", "--as", "lee"),
    ("query", "SELECT reference FROM visit", "--as", "lee"),
    ("figures", "--as", "lee"),
    ("levels", "--as", "lee"),
    ("route", "--as", "dana"),
    ("settings", "--as", "lee"),
    ("audit", "verify", "--as", "lee"),
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("needs leave to mount: run it as root")
    if done.returncode:
        pytest.skip("needs leave to mount: run it as root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on a disk; returns what takes it."""
    taken = disk / "fill"
    with taken.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return taken


def with_key(day_of_sample: Path, path: Path) -> Path:
    """The day of the sample firm, in which Ana has a key."""
    shutil.copy(day_of_sample, path)
    with Store.open(path) as store:
        keyring.add_key(log_in(store, "lee"), "ana", KEY)
    return path


@pytest.fixture(
    params=[
        "full",
        *(pytest.param(f"for reading only{how}", marks=pytest.mark.again) for how in ("", ", after a crash")),
    ]
)
def still(request: pytest.FixtureRequest, disk: Path, day_of_sample: Path) -> Path:
    """The day of the sample firm on a disk that takes nothing any more."""
    path = with_key(day_of_sample, disk / "firm.db")
    if request.param == "for reading only, after a crash":
        with Store.open(path) as store:
            with unit_of_work(store, "edit", Actor(None, "x", "x", "local")) as unit:
                unit.execute("UPDATE client SET notes = 'the very last words' WHERE id = 1")
                unit.audit("client", 1)
            for side in ("", "-wal"):
                if (there := path.with_name(path.name + side)).exists():
                    shutil.copy(there, disk / f"left{side}")
        path = disk / "left"
    if request.param == "full":
        fill(disk)
    else:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    return path


def test_reading_goes_on_and_saving_is_refused_in_one_sentence(still: Path, tmp_path: Path) -> None:
    board = Dispatch(still)("board", "--plain", "--date", "2026-11-24")
    assert board.code == 0, board
    assert "read only since" in board.err
    assert "R4" in board.out
    refused = Dispatch(still)("client", "add", "--name", "New Ltd", "--as", "dana")
    assert refused.code == 1
    assert "Nothing of this was saved" in refused.err
    kept = tmp_path / "kept.tar"
    assert Dispatch(still)("backup", str(kept)).code == 0
    restoring.verify(kept)
    with Store.open(still) as store:
        assert "read only since" in read_only_words(store)
        if still.name == "left":
            assert store.value("SELECT notes FROM client WHERE id = 1") == "the very last words"
        with pytest.raises(ReadOnly), unit_of_work(store, "edit", Actor(None, "x", "x", "local")):
            pass


@pytest.mark.again
def test_a_technician_logs_in_and_reads(still: Path) -> None:
    with terminal(["seat", "--key", "K1", "--db", str(still)], columns=80, rows=24, db=still) as user:
        user.wait_for("Grandview")
        user.wait_for("ead only since")
        user.press("enter")
        user.wait_for("ready to")
        os.write(user.fd, b"wa switch was put in\x13")
        user.wait_for("is read only here")
    with pytest.raises(NotAllowed), logins.logged_in(still, 2):
        pass
    with pytest.raises(NotAllowed), logins.logged_in(still, 1, [KEY.replace("x9q ana", "x9r")]):
        pass


@pytest.mark.parametrize("still", ["full"], indirect=True)
def test_three_sessions_of_a_person_read_and_a_fourth_is_refused(still: Path) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(logins.SESSIONS_A_PERSON):
            stack.enter_context(logins.logged_in(still, 1))
        with pytest.raises(NotAllowed, match="leave one"), logins.logged_in(still, 1):
            pass
    with logins.logged_in(still, 1):
        pass


@pytest.mark.again
def test_a_session_that_could_only_read_goes_when_others_save_again(disk: Path, day_of_sample: Path) -> None:
    """The disk is full, but the log of a board that is open is there: opening succeeds, and only the login fails."""
    path = with_key(day_of_sample, disk / "firm.db")
    with Store.open(path) as board:
        board.all("SELECT 1 FROM client")
        taken = fill(disk)
        with terminal(["seat", "--key", "K1", "--db", str(path)], columns=80, rows=24, db=path) as user:
            user.wait_for("Grandview")
            user.wait_for("ead only since")
            taken.unlink()
            with logins.logged_in(path, 1) as other:
                assert not read_only_words(other.store)
            assert user.wait_for_exit(20) == 0
            assert "takes saves again" in user.sent.decode()


@first_of("still", ["for reading only, after a crash", "full"], indirect=True)
def test_every_view_is_there_and_says_so_once(still: Path) -> None:
    for words in READING:
        said = Dispatch(still)(*words)
        assert (said.code, said.err.count("read only since")) == (0, 1), words
        assert said.out.strip(), words


@first_of("size", [(120, 36), (80, 24), (45, 20)])
@pytest.mark.parametrize("still", ["full"], indirect=True)
async def test_it_stands_above_every_screen(still: Path, size: tuple[int, int]) -> None:
    with Store.open(still) as store:
        async with DispatchApp(log_in(store, "lee"), "board").run_test(size=size) as pilot:
            for key in ("", "3", "4", "question_mark", "escape", "dollar_sign"):
                if key:
                    await pilot.press(key)
                await pilot.pause()
                strips = pilot.app.screen_stack[-1]._compositor.render_strips()
                if key != "question_mark":
                    assert "read only since" in strips[0].text, key
                    assert "the disk is full" in strips[0].text, key


def test_all_that_read_the_same_state_share_one_copy(
    day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty sessions do not fill the disk for temporary files; who comes after a change reads that."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    path = copied(day_of_sample, tmp_path / "firm.db")

    def write(words: str) -> None:
        with unit_of_work(store, "edit", Actor(None, "x", "x", "local")) as unit:
            unit.execute("UPDATE client SET notes = ? WHERE id = 1", (words,))
            unit.audit("client", 1)

    with Store.open(path) as store:
        write("before")
        readers = []
        for number, copies in ((1, 1), (2, 1), (3, 2)):
            if number == 3:
                write("after")
            one = FrozenFiles(path, "for a test", 0)
            readers.append((one, one.reader()))
            assert len(list(temporary.iterdir())) == copies
        for one, conn in readers:
            assert conn.execute("SELECT notes FROM client WHERE id = 1").fetchone() == (
                "after" if one is readers[2][0] else "before",
            )
            one.end(conn)
    assert list(temporary.iterdir()) == []
