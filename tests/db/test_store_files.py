"""Which files become a store and which are refused, in one sentence and without touching them."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from db import migrations
from db.faults import Corrupt, Empty, Exists, Moved, NoDatabase, NotOurs, StoreFault, TooNew
from db.library import sqlite3, wal_is_safe
from db.store import Store
from tests.db.sessions import edit, new_store, outcome, plain_version, session

SETTINGS = ("foreign_keys", "trusted_schema", "cell_size_check", "recursive_triggers", "synchronous")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.db"


def ours(path: Path) -> None:
    with new_store(path) as store:
        for number in range(40):
            edit(store, notes=f"{number} " + "x" * 3000)
    path.with_name(path.name + ".gate").unlink()


def poked(offset: int, content: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        ours(path)
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(content)

    return make


def cut(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        ours(path)
        os.truncate(path, path.stat().st_size * 6 // 10 // 4096 * 4096 + size)

    return make


def newer(path: Path) -> None:
    ours(path)
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA user_version={migrations.LATEST + 1}")
    conn.close()


def foreign(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE client (id INTEGER PRIMARY KEY, name TEXT)")
    conn.close()


def foreign_after_a_crash(path: Path) -> None:
    """Another program's database with a log that is still to be played back."""
    live = path.with_name("live.db")
    conn = sqlite3.connect(live)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("CREATE TABLE client (id INTEGER PRIMARY KEY, name TEXT)")
    for side in ("", "-wal"):
        shutil.copy(live.with_name(live.name + side), path.with_name(path.name + side))
    conn.close()
    live.unlink()


def without_tables(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA application_id={migrations.APPLICATION_ID}")
    conn.close()


REFUSED: dict[str, tuple[Callable[[Path], object], type[StoreFault], str]] = {
    "nothing": (lambda path: None, NoDatabase, "no database at"),
    "a folder": (Path.mkdir, NotOurs, "not a file"),
    "a pipe": (os.mkfifo, NotOurs, "not a file"),
    "no bytes": (Path.touch, Empty, "is empty"),
    "text": (lambda path: path.write_text("hello\n" * 1000), NotOurs, "not a database of this program"),
    "a few bytes": (lambda path: path.write_bytes(b"SQLite"), NotOurs, "not a database of this program"),
    "damaged magic": (poked(0, b"X" * 16), NotOurs, "first page is damaged"),
    "another program's": (foreign, NotOurs, "not a database of this program"),
    "another program's, crashed": (foreign_after_a_crash, NotOurs, "not a database of this program"),
    "no tables": (without_tables, Empty, "is empty"),
    "a newer one": (newer, TooNew, "install the newer program"),
    "cut at a page": (cut(0), Corrupt, "restore the last backup"),
    "cut in a page": (cut(100), Corrupt, "restore the last backup"),
    "an unknown format": (poked(44, b"\0\0\0\x63"), Corrupt, "restore the last backup"),
    "a version below nothing": (poked(60, b"\xff" * 4), Corrupt, "restore the last backup"),
    "a page size of nothing": (poked(16, b"\0\0"), NotOurs, "not a database of this program"),
    "only a header": (lambda path: (ours(path), os.truncate(path, 100)), Corrupt, "restore the last backup"),
    "one page of many": (lambda path: (ours(path), os.truncate(path, 4096)), Corrupt, "restore the last backup"),
    "a link to itself": (lambda path: path.symlink_to(path.name), StoreFault, "symbolic links"),
    "a link to nowhere": (lambda path: path.symlink_to("nowhere"), NoDatabase, "no database at"),
    "a device": (lambda path: path.symlink_to("/dev/null"), NotOurs, "not a file"),
    "a damaged schema": (poked(100, b"\xff" * 2000), Corrupt, "restore the last backup"),
}


def state_of(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    return {
        entry.name: (
            entry.read_bytes() if not entry.is_symlink() and entry.is_file() else None,
            entry.lstat().st_mtime_ns,
        )
        for entry in sorted(folder.iterdir())
    }


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_a_whole_database_of_ours_is_refused_untouched(kind: str, path: Path) -> None:
    make, fault, words = REFUSED[kind]
    make(path)
    before = state_of(path.parent)
    with pytest.raises(fault) as refused:
        Store.open(path)
    assert type(refused.value) is fault
    assert words in str(refused.value)
    assert state_of(path.parent) == before


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_is_refused_untouched(what: str) -> None:
    # not below the folder of pytest, where nobody but its owner comes in
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "board.db"
        ours(path)
        path.chmod(0o444 if what == "file" else 0o666)
        folder.chmod(0o777 if what == "file" else 0o555)
        before = state_of(folder)
        with session("open", path, plain=True) as process:
            told = outcome(process)
        assert told["fault"] == "ReadOnly"
        assert "may not be written by this user" in told["text"]
        assert state_of(folder) == before
        folder.chmod(0o700)


def test_a_folder_on_the_way_that_is_a_file_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NoDatabase):
        Store.open(tmp_path / "file" / "board.db")


def test_damage_inside_is_found_when_it_is_read(path: Path) -> None:
    ours(path)
    with Store.open(path) as store:
        root = store.value("SELECT rootpage FROM sqlite_master WHERE name = 'audit'")
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    with Store.open(path) as store, pytest.raises(Corrupt, match="restore the last backup"):
        store.all("SELECT * FROM audit")


def test_a_new_database_is_private_marked_and_of_the_newest_version(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "board.db"
    with Store.create(path) as store:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert store.value("PRAGMA application_id") == migrations.APPLICATION_ID
        assert store.value("PRAGMA user_version") == migrations.LATEST
        edit_modes = {side.name: stat.S_IMODE(side.stat().st_mode) for side in path.parent.iterdir()}
    assert set(edit_modes.values()) == {0o600}
    with Store.open(path):
        pass
    assert [entry.name for entry in path.parent.iterdir()] == ["board.db"]


@pytest.mark.parametrize("side", ["", "-wal", "-journal", "-shm"])
def test_nothing_is_made_over_something(path: Path, side: str) -> None:
    there = path.with_name(path.name + side)
    there.write_text("kept")
    with pytest.raises(Exists, match="choose another name"):
        Store.create(path)
    assert {entry.name: entry.read_text() for entry in path.parent.iterdir()} == {there.name: "kept"}


def test_nothing_is_made_over_a_link_to_nowhere(path: Path) -> None:
    path.with_name("elsewhere").mkdir()
    path.symlink_to(path.with_name("elsewhere"))
    with pytest.raises(Exists):
        Store.create(path)


def test_a_schema_that_fails_leaves_nothing_half_made(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "0001.sql").write_text("CREATE TABLE a (b); CREATE TABLE a (b);")
    monkeypatch.setattr(migrations, "FOLDER", folder)
    with pytest.raises(sqlite3.OperationalError):
        Store.create(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["schema"]


def test_the_connection_is_set_up_to_distrust_and_to_keep(path: Path) -> None:
    with Store.create(path) as store:
        assert [store.value(f"PRAGMA {setting}") for setting in SETTINGS] == [1, 0, 1, 1, 2]
        assert store.value("PRAGMA journal_mode") == ("wal" if wal_is_safe() else "truncate")


@pytest.mark.parametrize("name", ["bo ard.db", "a?mode=memory.db", "a#b%41.db", "dänk 板.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with new_store(tmp_path / name) as store:
        edit(store, notes="saved")
    assert (tmp_path / name).exists()
    with Store.open(tmp_path / name) as store:
        assert store.value("SELECT notes FROM client") == "saved"


def test_a_link_leads_to_the_same_database_and_gate(path: Path) -> None:
    with new_store(path) as store:
        path.with_name("link.db").symlink_to(path)
        with Store.open(path.with_name("link.db")) as linked:
            assert linked.path == store.path
            assert edit(linked, notes="by the link") == 2
    assert not path.with_name("link.db.gate").exists()


@pytest.mark.parametrize("how", ["replaced", "removed", "renamed"])
def test_a_file_replaced_under_a_session_takes_no_more_saves(path: Path, how: str) -> None:
    with new_store(path) as store:
        edit(store, notes="before")
        if how == "removed":
            path.unlink()
        else:
            path.rename(path.with_name("aside.db"))
        if how == "replaced":
            new_store(path.with_name("other.db")).close()
            path.with_name("other.db").rename(path)
        with pytest.raises(Moved, match="replaced or removed"):
            edit(store, notes="lost")
        with pytest.raises(Moved):
            store.ensure_in_place()
        assert store.value("SELECT notes FROM client") == "before"


@pytest.mark.skipif(
    not wal_is_safe() or wal_is_safe(plain_version()),
    reason="needs two libraries of SQLite: install pysqlite3 beside a Python whose own SQLite has the WAL race",
)
class TestTwoLibraries:
    """A session on a SQLite that may not write-ahead log, at a database where others do, and the other way round."""

    def test_a_log_in_use_is_refused(self, path: Path) -> None:
        with new_store(path) as store, session("open", path, "self", plain=True) as process:
            assert store.value("PRAGMA journal_mode") == "wal"
            told = outcome(process)
        assert told["fault"] == "UnsafeLog"
        assert "Close the other sessions" in told["text"]

    def test_alone_it_goes_back_to_a_rollback_journal(self, path: Path) -> None:
        new_store(path).close()
        with session("open", path, "self", plain=True) as process:
            assert outcome(process)["mode"] == "truncate"
        with Store.open(path) as store:
            assert store.value("PRAGMA journal_mode") == "wal"
            assert store.value("SELECT notes FROM client") == "opened"

    def test_the_doctor_finds_the_safe_journal_good_and_says_why(self, path: Path) -> None:
        new_store(path).close()
        with session("check", path, plain=True) as process:
            told = outcome(process)
        assert told["SQLite"][0]
        assert told["SQLite"][1].endswith("has the WAL-reset race: a rollback journal keeps clear of it")
        assert told["journal"] == [True, "rollback journal: slower, and safe with this SQLite"]
        assert all(good for good, _ in told.values())

    def test_a_session_is_stopped_when_another_turns_the_log_on(self, path: Path) -> None:
        new_store(path).close()
        with session("stay", path, plain=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            with Store.open(path) as store:
                assert store.value("PRAGMA journal_mode") == "wal"
                _, errors = process.communicate("save\n", timeout=30)
                assert store.value("SELECT notes FROM client") == ""
        assert "UnsafeLog" in errors
