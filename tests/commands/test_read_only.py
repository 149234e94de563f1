"""On the day the disk is full, or mounted for reading only, the schedule is still there, and can be taken elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.faults import ReadOnly
from db.store import Store
from db.unit import Actor
from dispatch.desk import archive
from dispatch.desk.seat import read_only_words
from tests.conftest import Dispatch

SIZE = 12 << 20


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


@pytest.fixture(params=["full", "for reading only", "for reading only, after a crash"])
def still(request: pytest.FixtureRequest, disk: Path, day_of_sample: Path) -> Path:
    """The day of the sample firm on a disk that takes nothing any more."""
    path = disk / "firm.db"
    shutil.copy(day_of_sample, path)
    if request.param == "for reading only, after a crash":
        with Store.open(path) as store:
            with store.write("edit", Actor(None, "x", "x", "local")) as unit:
                unit.execute("UPDATE client SET notes = 'the very last words' WHERE id = 1")
                unit.audit("client", 1)
            for side in ("", "-wal"):
                if (there := path.with_name(path.name + side)).exists():
                    shutil.copy(there, disk / f"left{side}")
        path = disk / "left"
    if request.param == "full":
        with (disk / "fill").open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
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
    archive.verify(kept)
    with Store.open(still) as store:
        assert "read only since" in read_only_words(store)
        if still.name == "left":
            assert store.value("SELECT notes FROM client WHERE id = 1") == "the very last words"
        with pytest.raises(ReadOnly), store.write("edit", Actor(None, "x", "x", "local")):
            pass
