"""Databases of older versions are copied and brought forward, all of it or nothing, once."""

import shutil
import stat
import threading
from pathlib import Path

import pytest

from db import audit, migrations
from db.faults import Busy, NotMigrated, TooNew
from db.library import sqlite3
from db.store import Store
from dispatch.model.clock import SetClock
from tests.db.sessions import edit, new_store

CLOCK = SetClock(1_780_000_000)
COPY = "board.db.v1-20260528T202640Z"

SECOND = """
-- colours; and a table made anew; with all that goes with it
ALTER TABLE client ADD COLUMN colour TEXT NOT NULL DEFAULT '';
CREATE TABLE contact_new (
  id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client(id), name TEXT NOT NULL DEFAULT ';'
) STRICT;
INSERT INTO contact_new SELECT id, client_id, name FROM contact;
DROP TABLE contact;
ALTER TABLE contact_new RENAME TO contact;
CREATE TRIGGER contact_kept BEFORE DELETE ON contact BEGIN
  SELECT CASE WHEN OLD.id > 0 THEN RAISE(ABORT, 'a contact; is kept') END;
END;
"""


@pytest.fixture
def path(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of version 1, made by a program that knows no other."""
    first = tmp_path_factory.mktemp("schema")
    shutil.copy(migrations.FOLDER / "0001.sql", first)
    monkeypatch.setattr(migrations, "FOLDER", first)
    monkeypatch.setattr(migrations, "LATEST", 1)
    path = tmp_path / "board.db"
    with new_store(path, clock=CLOCK) as store:
        edit(store, notes="old")
    path.with_name("board.db.gate").unlink()
    return path


@pytest.fixture
def folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The schema of a program that knows version 2, which comes after the database."""
    assert path.exists()
    monkeypatch.setattr(migrations, "LATEST", 2)
    (migrations.FOLDER / "0002.sql").write_text(SECOND)
    return migrations.FOLDER


def names(path: Path) -> list[str]:
    return sorted(
        entry.name for entry in path.parent.iterdir() if not entry.name.endswith((".gate", "-wal", "-shm", "-journal"))
    )


class TestScripts:
    def test_statements_come_one_by_one_with_triggers_whole(self) -> None:
        found = list(migrations.statements(SECOND + "\n-- that is all; really\n/* yes; */ "))
        assert len(found) == 6
        assert found[0].endswith("DEFAULT '';")
        assert found[-1].startswith("CREATE TRIGGER")
        assert found[-1].endswith("END;\nEND;")

    def test_a_script_that_ends_in_the_middle_is_refused(self) -> None:
        with pytest.raises(ValueError, match="ends within a statement: CREATE TABLE b"):
            list(migrations.statements("CREATE TABLE a (b); CREATE TABLE b"))

    def test_the_scripts_there_are_have_no_transactions_or_pragmas_of_their_own(self) -> None:
        for number in migrations.numbers():
            for statement in migrations.statements((migrations.FOLDER / f"{number:04}.sql").read_text()):
                first = migrations._COMMENT.sub("", statement).split()[0].upper()
                assert first not in ("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "ATTACH", "VACUUM"), statement

    def test_numbers_have_no_gap(self, tmp_path: Path) -> None:
        (tmp_path / "0001.sql").touch()
        assert migrations.numbers(tmp_path) == [1]
        (tmp_path / "0003.sql").touch()
        with pytest.raises(ValueError, match="without a gap"):
            migrations.numbers(tmp_path)

    def test_the_newest_is_what_the_folder_has(self) -> None:
        assert migrations.numbers()[-1] == migrations.LATEST


@pytest.mark.usefixtures("folder")
class TestBringingForward:
    def test_an_older_database_is_copied_and_brought_forward(self, path: Path) -> None:
        with Store.open(path, clock=CLOCK) as store:
            assert store.value("PRAGMA user_version") == 2
            assert store.one("SELECT notes, colour FROM client") == ("old", "")
            assert store.value("PRAGMA foreign_keys") == 1
            assert store.value("SELECT count(*) FROM sqlite_master WHERE name = 'contact_kept'") == 1
            last = audit.last_of(store, "store", 2)
            assert last is not None
            assert (last.actor, last.via, last.deed) == ("dispatch", "system", "migrate")
            assert last.detail == {"copy": COPY, "from": 1, "to": 2}
            assert audit.verify_chain(store) is None
            assert edit(store, notes="new") == 3
        assert names(path) == ["board.db", COPY]
        copy = path.with_name(COPY)
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        conn = sqlite3.connect(copy)
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
        assert conn.execute("SELECT notes FROM client").fetchone() == ("old",)
        assert conn.execute("PRAGMA quick_check").fetchone() == ("ok",)
        conn.close()

    def test_it_happens_once(self, path: Path) -> None:
        for _ in range(2):
            Store.open(path, clock=CLOCK).close()
        assert names(path) == ["board.db", COPY]

    def test_an_earlier_copy_is_kept(self, path: Path) -> None:
        path.with_name(COPY).write_text("precious")
        Store.open(path, clock=CLOCK).close()
        assert names(path) == ["board.db", COPY, f"{COPY}-2"]
        assert path.with_name(COPY).read_text() == "precious"

    def test_a_new_database_has_all_of_it(self, path: Path) -> None:
        with Store.create(path.with_name("new.db")) as store:
            assert store.value("PRAGMA user_version") == 2
            assert store.all("SELECT colour FROM client") == []

    def test_sessions_that_open_at_once_do_it_once(self, path: Path) -> None:
        faults: list[BaseException] = []

        def open_it() -> None:
            try:
                Store.open(path, clock=CLOCK).close()
            except BaseException as fault:
                faults.append(fault)

        threads = [threading.Thread(target=open_it) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert names(path) == ["board.db", COPY]
        with Store.open(path) as store:
            assert store.value("SELECT count(*) FROM audit WHERE deed = 'migrate'") == 1

    def test_another_session_that_was_first_is_noticed_under_the_lock(self, path: Path) -> None:
        late = sqlite3.connect(path, isolation_level=None)
        assert migrations.version_of(late) == 1
        Store.open(path, clock=CLOCK).close()
        migrations.migrate(late, path, now=CLOCK.now())
        late.execute("PRAGMA user_version=3")
        with pytest.raises(TooNew):
            migrations.migrate(late, path, now=CLOCK.now())
        assert not late.in_transaction
        late.close()
        assert names(path) == ["board.db", COPY]

    def test_it_waits_for_a_session_that_saves_and_not_for_ever(self, path: Path) -> None:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            Store.open(path, clock=CLOCK, timeout=0.1)
        holder.execute("ROLLBACK")
        holder.close()
        assert names(path) == ["board.db"]

    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ("ALTER TABLE client ADD COLUMN colour TEXT; CREATE TABLE client (id);", "already exists"),
            ("CREATE TABLE half (id INTEGER); CREATE TABLE", "ends within a statement"),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO contact (client_id, name) VALUES (9, 'x');",
                "contact",
            ),
        ],
    )
    def test_one_that_fails_leaves_the_database_as_it_was(
        self, path: Path, folder: Path, script: str, words: str
    ) -> None:
        (folder / "0002.sql").write_text(script)
        with pytest.raises(NotMigrated, match=words) as fault:
            Store.open(path, clock=CLOCK)
        assert COPY in str(fault.value)
        conn = sqlite3.connect(path)
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
        assert conn.execute("SELECT notes FROM client").fetchone() == ("old",)
        assert conn.execute("SELECT count(*) FROM audit").fetchone() == (2,)
        conn.close()
