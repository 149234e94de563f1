"""A first machine that is killed while people save: what the second has, and that the first does no harm when it comes back."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import chain
from db.faults import ReadOnly
from db.store import Store
from dispatch.desk.backup import coming_back, elsewhere, promoting, setting_up
from dispatch.desk.backup.targets import place_at
from dispatch.desk.session.user import log_in
from tests.desk.conftest import Office
from tests.replica.writers import Acknowledged, acknowledged
from tests.ssh.server import serving, why_not
from tests.wall import started

ROOT = Path(__file__).parents[2]
RUNS = int(os.environ.get("DRILLS", "2"))
WRITERS, PAUSE = 50, 1.0

pytestmark = pytest.mark.long


@contextlib.contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Programs in a group of their own, which is killed at the end if not before."""
    process = subprocess.Popen(started(*words), cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        kill(process)


def kill(*processes: subprocess.Popen[bytes]) -> None:
    """Kill all of some groups at once."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    for process in processes:
        process.wait(20)


def carried(place: Path, database: Path, *, limit: float = 40) -> None:
    """Wait until the copy has what the database has now."""
    with Store.open(database) as store:
        wanted = store.value("SELECT max(seq) FROM audit")
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        with contextlib.suppress(Exception):
            if coming_back.newest_state(place_at(str(place))).seq >= wanted:
                return
        time.sleep(0.1)
    pytest.fail("nothing was carried")


def missing(back: Path, saved: list[Acknowledged]) -> list[Acknowledged]:
    """What was acknowledged and is not in a database."""
    with Store.open(back) as store:
        newest = store.value("SELECT max(seq) FROM audit")
        assert chain.broken_at(store.conn) is None
    return [each for each in saved if each.row > newest]


@pytest.mark.timeout(900)
def test_the_drill(office: Office, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = []
    for run in range(RUNS):
        folder = tmp_path / f"run {run}"
        (folder / "saved").mkdir(parents=True)
        first, there = folder / "firm.db", folder / "elsewhere"
        shutil.copy(office.store.path, first)
        with Store.open(first) as store:
            setting_up.set_up(log_in(store, "lee"), str(there))
        with (
            running("-m", "dispatch", "replicate", "run", "--db", str(first)) as copying,
            running(
                "-m", "tests.replica.writers", str(first), str(folder / "saved"), str(WRITERS), str(PAUSE)
            ) as writers,
        ):
            carried(there, first)
            time.sleep(8 + random.random())
            at = time.monotonic()
            kill(copying, writers)
        saved = acknowledged(folder / "saved")
        second = folder / "second" / "firm.db"
        began = time.monotonic()
        done = coming_back.restore(str(there), second)
        with Store.open(second) as store:
            said = promoting.promote(log_in(store, "lee"), although_alive=True)
            assert "generation 2" in said
            with log_in(store, "dana").write("test") as unit:
                unit.audit("setting", 0, text="work goes on")
        took = time.monotonic() - began
        gone = missing(second, saved)
        lost = max((at - each.at for each in gone), default=0.0)
        figures.append((len(saved), len(gone), lost, took))
        assert any("head compared" in line for line in done.made)
        assert lost <= 1.5, figures
        # the first comes back: what looks at the place notes it, and from then on nothing is saved there
        back = subprocess.run(
            started("-m", "dispatch", "replicate", "run", "--db", str(first)),
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "first since generation 2" in back.stdout, back.stderr
        with Store.open(first) as store, pytest.raises(ReadOnly, match="another machine is first"):
            log_in(store, "dana").write("test").__enter__()
        assert coming_back.newest_state(place_at(str(there))).generation == 1
    with capsys.disabled():
        for number, (saves, gone_too, lost, took) in enumerate(figures, 1):
            print(
                f"\ndrill {number}: {saves} saved, {gone_too} missing, of the last {lost:.2f} s; second at work after {took:.1f} s",
                end="",
            )


@pytest.mark.timeout(600)
def test_ten_kills_while_writing_ten_restores(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, database = tmp_path / "elsewhere", office.store.path
    setting_up.set_up(office.lee, str(place))
    (tmp_path / "saved").mkdir()
    worst = []
    for run in range(10):
        with (
            running("-m", "dispatch", "replicate", "run", "--db", str(database)) as copying,
            running("-m", "tests.replica.writers", str(database), str(tmp_path / "saved"), "5", "0.05") as writers,
        ):
            carried(place, database)
            time.sleep(random.random() * 2)
            at = time.monotonic()
            if run % 2:
                # what keeps the copy is killed alone, so that Litestream is left behind
                os.kill(copying.pid, signal.SIGKILL)
                time.sleep(0.3)
            kill(writers)
        saved = acknowledged(tmp_path / "saved")
        back = tmp_path / f"back {run}.db"
        coming_back.materialise(str(place), back)
        worst.append(max((at - each.at for each in missing(back, saved) if each.at < at), default=0.0))
    with capsys.disabled():
        print(f"\nten kills: the oldest that is missing was saved {max(worst):.2f} s before", end="")
    assert max(worst) <= 1.5, worst


@pytest.mark.timeout(300)
def test_technicians_log_in_at_the_second_machine_with_the_same_keys(day_of_sample: Path, tmp_path: Path) -> None:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    (tmp_path / "first").mkdir()
    first, place = tmp_path / "first" / "firm.db", tmp_path / "elsewhere"
    shutil.copy(day_of_sample, first)
    first.chmod(0o600)
    keeping = started("-m", "dispatch", "replicate", "run", "--db", str(first))
    with serving(tmp_path / "first", first, "ana") as server:
        with Store.open(first) as store:
            setting_up.set_up(log_in(store, "lee"), str(place))
        subprocess.run([*keeping, "--once"], cwd=ROOT, check=True)
        second = tmp_path / "second" / "firm.db"
        coming_back.restore(str(place), second)
        with Store.open(second) as store:
            promoting.promote(log_in(store, "lee"), although_alive=True)
        shutil.copy(tmp_path / "first" / "ana", second.parent / "ana")
        with serving(second.parent, second) as new, new.connected("ana") as ana:
            ana.wait_for("Grandview Optometry")
            assert "read only" not in ana.read()
        # the first is back: who still goes there reads, and is told
        subprocess.run(keeping, cwd=ROOT, check=False, timeout=60)
        with server.connected("ana", columns=160) as ana:
            ana.wait_for("another machine is first")
    assert elsewhere.kept(second) is not None
