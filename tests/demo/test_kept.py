"""The sample firm as it is kept: made once for what it is made from, copied, and the same whenever it is made."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from db.faults import Exists
from db.store import Store
from dispatch.demo import kept
from dispatch.demo.clock import NOW, TUESDAY, ZONE
from dispatch.model.instants import at_local
from tests.conftest import Dispatch
from tests.wall import WALL

RANDOM = {"milliseconds", "save_id", "session", "prev", "hash", "salt"}
"""What is made so that nobody can guess it."""


def nobody(done: float) -> None:
    """Nobody watches."""


def content(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but those of the search index, without what is random."""
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        tables = [
            str(one["name"])
            for one in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            if not one["name"].startswith("visit_search")
        ]
        return {
            table: sorted((_known(row) for row in conn.execute(f"SELECT * FROM {table}")), key=repr) for table in tables
        }


def _known(row: sqlite3.Row) -> dict[str, Any]:
    found = {name: value for name, value in zip(row.keys(), row, strict=True) if name not in RANDOM}
    # the ports that the servers found free, and how long they took to answer
    return {
        name: re.sub(r'127\.0\.0\.1:\d+|"port": \d+|\d+ ms', "here", value) if isinstance(value, str) else value
        for name, value in found.items()
    }


@pytest.mark.again
def test_made_anew_it_is_the_same(kept_sample: Path, tmp_path: Path) -> None:
    anew = tmp_path / "anew.db"
    moved: list[float] = []

    kept.make(anew, moved.append)

    assert content(anew) == content(kept_sample)
    assert moved == sorted(moved)
    assert (len(moved) > 100, moved[-1]) == (True, 1.0)


def test_its_name_changes_with_what_it_is_made_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for package, file in (("db", "visits.py"), ("dispatch", "sample/sites.csv"), ("dispatch", "app.py")):
        (tmp_path / package / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / package / file).write_text("a")
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    names = []
    for file in ("db/visits.py", "dispatch/sample/sites.csv", "dispatch/app.py"):
        kept.name.cache_clear()
        names.append(kept.name())
        (tmp_path / file).write_text("b")
    kept.name.cache_clear()
    names.append(kept.name())
    monkeypatch.undo()
    kept.name.cache_clear()

    assert len(set(names)) == 3
    assert names[2] == names[3], "no screen or command has a part in it"


def test_a_copy_lives_at_ten_past_two_on_its_tuesday(
    kept_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept_sample.parents[1]))
    began = WALL.now()
    kept.copy(tmp_path / "copy.db", nobody)

    with Store.open(tmp_path / "copy.db") as store:
        now = store.clock.now() - at_local(TUESDAY, NOW, ZONE)
    assert 0 <= now <= WALL.now() - began + 1
    doctor = Dispatch(tmp_path / "copy.db")("doctor")
    assert (doctor.code, "BAD" in doctor.out) == (0, False)
    with pytest.raises(Exists):
        kept.copy(tmp_path / "copy.db", nobody)


def attempts(path: Path) -> int:
    """How many results a firm has."""
    with contextlib.closing(sqlite3.connect(path)) as store:
        (count,) = store.execute("SELECT count(*) FROM attempt").fetchone()
    assert isinstance(count, int)
    return count


def test_what_older_programs_kept_goes_and_a_folder_that_takes_nothing_is_no_hindrance(
    kept_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_of_it(target: Path, moved: kept.Moved) -> None:
        target.write_bytes(kept_sample.read_bytes())
        target.chmod(0o600)

    monkeypatch.setattr(kept, "make", copy_of_it)
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    (cache / "dispatch-board").mkdir(parents=True)
    for old in ("sample-0.0.1-1-0123456789abcdef.db", ".sample-0.0.1-1-0123456789abcdef.db.77.new"):
        (cache / "dispatch-board" / old).write_text("old")

    kept.copy(tmp_path / "copy.db", nobody)

    assert [one.name for one in (cache / "dispatch-board").iterdir()] == [kept.name()]

    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(nowhere))
    kept.copy(tmp_path / "again.db", nobody)
    assert attempts(tmp_path / "again.db") == attempts(kept_sample) > 100


@pytest.mark.parametrize(("columns", "cells"), [(80, 24), (45, 12), (20, 1)])
def test_the_line_of_what_is_done_is_as_wide_as_the_terminal_at_most(
    columns: int, cells: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    kept.Bar("Setting up the sample firm", ascii_only=True)(1)
    assert capsys.readouterr().out == f"\rSetting up the sample firm {'#' * cells} 100%\n"
