"""A log or journal that is taken away under open sessions: nobody is told *saved* in vain, and no end of a session loses what
others saved. Each mode has its tests, whichever of them this SQLite may have."""

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from db.backups import backup, check
from db.faults import Moved
from db.store import Store
from db.unit import unit_of_work
from tests.db.sessions import BOB, edit, new_store, outcome
from tests.db.sessions import session as any_session
from tests.quick import first_of

session = partial(any_session, journal="wal")
SIDES = {"both": ("-wal", "-shm"), "the log": ("-wal",), "its index": ("-shm",)}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a write-ahead log."""
    monkeypatch.setattr("db.opening.wal_is_safe", lambda: True)
    new_store(tmp_path / "board.db").close()
    return tmp_path / "board.db"


def take_away(path: Path, sides: tuple[str, ...]) -> None:
    for side in sides:
        path.with_name(path.name + side).unlink()


def save(process: subprocess.Popen[str]) -> None:
    """Let a session save, once it is open."""
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "open\n"
    process.stdin.write("save\n")
    process.stdin.flush()
    assert process.stdout.readline() == "saved\n"


def notes(path: Path) -> str:
    """As another process finds them: this one may still have the log open that is gone."""
    with session("read", path) as process:
        told = outcome(process)
    assert told["whole"]
    return str(told["notes"])


def apart(path: Path) -> list[Path]:
    return sorted(path.parent.glob("board.db.apart-*"))


@first_of("sides", SIDES.values(), ids=SIDES)
class TestTakenAway:
    def test_nothing_more_is_saved_or_copied_and_looking_says_so(self, path: Path, sides: tuple[str, ...]) -> None:
        with Store.open(path) as store:
            edit(store, notes="before")
            take_away(path, sides)
            with pytest.raises(Moved, match="Close every session at this database"):
                edit(store, notes="lost")
            with pytest.raises(Moved):
                store.changed()
            with pytest.raises(Moved):
                backup(store, path.with_name("copy.db"))
            assert store.value("SELECT notes FROM client") == "before"
        assert notes(path) == "before"
        assert apart(path) == []

    def test_in_the_middle_of_a_save(self, path: Path, sides: tuple[str, ...]) -> None:
        with Store.open(path) as store:
            edit(store, notes="before")
            saving = unit_of_work(store, "edit client", BOB)
            unit = saving.__enter__()
            unit.update("client", 1, 2, notes="lost")
            unit.audit("client", 1)
            take_away(path, sides)
            with pytest.raises(Moved):
                saving.__exit__(None, None, None)
        assert notes(path) == "before"

    def test_what_another_session_saves_meanwhile_outlives_the_end_of_the_first(
        self, path: Path, sides: tuple[str, ...]
    ) -> None:
        with session("stay", path) as first:
            save(first)
            take_away(path, sides)
            with session("open", path, "self") as second:
                told = outcome(second)
            first.communicate(timeout=60)
        # without its log only, the index that is in use tells the second that something is wrong: nothing is promised
        assert told["fault"] == ("Moved" if sides == ("-wal",) else None)
        assert notes(path) == ("stayed" if told["fault"] else "opened")

    def test_the_last_of_several_puts_in_place_what_was_saved(self, path: Path, sides: tuple[str, ...]) -> None:
        with session("stay", path) as one, session("stay", path) as another:
            save(one)
            save(another)
            take_away(path, sides)
            one.communicate(timeout=60)
            another.communicate(timeout=60)
        assert notes(path) == "stayed"
        assert apart(path) == []


@pytest.mark.again
def test_what_only_the_session_without_its_log_has_is_kept_in_a_copy(path: Path) -> None:
    with session("stay", path) as first:
        assert first.stdout is not None
        assert first.stdin is not None
        assert first.stdout.readline() == "open\n"
        first.stdin.write("save\n")
        first.stdin.flush()
        assert first.stdout.readline() == "saved\n"
        take_away(path, ("-wal", "-shm"))
        with Store.open(path) as second:
            edit(second, notes="the other's")
            first.communicate(timeout=60)
            edit(second, notes="more")
            assert next(one.text for one in check(second) if one.subject == "log").startswith("board.db.apart-")
    assert notes(path) == "more"
    (kept,) = apart(path)
    assert notes(kept) == "stayed"


def test_a_log_that_was_put_back_by_a_copy_is_not_the_one_that_is_open(path: Path) -> None:
    with Store.open(path) as store:
        edit(store, notes="before")
        log = path.with_name("board.db-wal")
        shutil.copy(log, path.with_name("kept"))
        log.unlink()
        path.with_name("kept").rename(log)
        with pytest.raises(Moved):
            edit(store, notes="lost")
    assert notes(path) == "before"


@pytest.fixture
def rolled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a rollback journal, as where SQLite may not write-ahead log."""
    monkeypatch.setattr("db.opening.wal_is_safe", lambda: False)
    new_store(tmp_path / "board.db").close()
    return tmp_path / "board.db"


def of_the_rolled(path: Path) -> str:
    with any_session("read", path, journal="truncate") as process:
        told = outcome(process)
    assert told["whole"]
    return str(told["notes"])


def removed(journal: Path) -> None:
    journal.unlink()


def replaced(journal: Path) -> None:
    """A sync tool or a restore puts a copy in its place."""
    kept = journal.with_name("kept")
    shutil.copy(journal, kept)
    kept.replace(journal)


@pytest.mark.parametrize("happens", [removed, replaced])
class TestJournal:
    def test_in_the_middle_of_a_save_nothing_is_saved(self, rolled: Path, happens: Callable[[Path], None]) -> None:
        with Store.open(rolled) as store:
            edit(store, notes="before")
            saving = unit_of_work(store, "edit client", BOB)
            unit = saving.__enter__()
            unit.update("client", 1, 2, notes="lost")
            unit.audit("client", 1)
            happens(rolled.with_name("board.db-journal"))
            with pytest.raises(Moved, match="Close every session"):
                saving.__exit__(None, None, None)
            assert store.value("SELECT notes FROM client") == "before"
        assert of_the_rolled(rolled) == "before"

    def test_between_two_saves_it_holds_nothing_and_work_goes_on(
        self, rolled: Path, happens: Callable[[Path], None]
    ) -> None:
        with Store.open(rolled) as store, any_session("stay", rolled, journal="truncate") as other:
            assert store.value("PRAGMA journal_mode") == "truncate"
            edit(store, notes="before")
            happens(rolled.with_name("board.db-journal"))
            edit(store, notes="after")
            save(other)
            assert store.changed()
            assert store.value("SELECT notes FROM client") == "stayed"
            edit(store, notes="and more")
            other.communicate(timeout=60)
        assert of_the_rolled(rolled) == "and more"


def test_a_database_that_is_replaced_under_a_rollback_journal(rolled: Path) -> None:
    with Store.open(rolled) as store:
        edit(store, notes="before")
        replaced(rolled)
        with pytest.raises(Moved):
            edit(store, notes="lost")
        with pytest.raises(Moved):
            store.changed()
    assert of_the_rolled(rolled) == "before"
