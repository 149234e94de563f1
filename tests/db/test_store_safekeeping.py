"""Backups are whole, private and never over anything; what is wrong is found."""

import contextlib
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import audit
from db.backups import backup, check, restore
from db.faults import Corrupt, Empty, Exists, Full, Moved, NoDatabase, NotOurs, ReadOnly
from db.library import sqlite3
from db.store import Store
from tests.db.sessions import edit, new_store
from tests.quick import first_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "board.db") as store:
        edit(store, notes="kept")
        yield store


def findings(store: Store) -> dict[str, bool]:
    return {finding.subject: finding.good for finding in check(store)}


def test_a_backup_is_one_whole_private_file_with_the_head_of_its_audit(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    head = backup(store, folder / "monday.db")
    assert head == audit.head(store)
    assert [entry.name for entry in folder.iterdir()] == ["monday.db"]
    assert stat.S_IMODE((folder / "monday.db").stat().st_mode) == 0o600
    edit(store, notes="later")
    with Store.open(folder / "monday.db") as copy:
        assert copy.value("SELECT notes FROM client") == "kept"
        assert audit.head(copy) == head
        assert all(finding.good for finding in check(copy) if finding.subject != "SQLite")


def test_nothing_is_overwritten(store: Store, tmp_path: Path) -> None:
    (tmp_path / "there.db").write_text("precious")
    with pytest.raises(Exists, match="choose another name"):
        backup(store, tmp_path / "there.db")
    with pytest.raises(Exists):
        backup(store, store.path)
    with pytest.raises(Exists):
        restore(store.path, tmp_path / "there.db")
    assert (tmp_path / "there.db").read_text() == "precious"
    assert not [entry for entry in tmp_path.iterdir() if entry.name.endswith(".new")]


def test_what_comes_there_meanwhile_is_not_overwritten(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def late(source: Path, target: Path) -> None:
        target.write_text("precious")
        link(source, target)

    monkeypatch.setattr("db.copies.os.link", late)
    with pytest.raises(Exists):
        backup(store, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"
    assert not [entry for entry in tmp_path.iterdir() if entry.name.endswith(".new")]


def test_a_file_system_without_links_will_do(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("db.copies.os.link", unsupported)
    assert backup(store, tmp_path / "copy.db") == audit.head(store)
    assert not [entry for entry in tmp_path.iterdir() if entry.name.endswith(".new")]


@pytest.mark.parametrize(("number", "fault"), [(28, Full), (13, ReadOnly)])
def test_a_folder_that_takes_nothing_is_left_clean(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, fault: type[Exception]
) -> None:
    def failing(fd: int) -> None:
        raise OSError(number, os.strerror(number))

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("db.copies.os.fsync", failing)
    with pytest.raises(fault):
        backup(store, tmp_path / "copy.db")
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_is_not_there(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NoDatabase):
        backup(store, tmp_path / "nowhere" / "copy.db")


def test_a_backup_while_others_save_is_one_state(store: Store, tmp_path: Path) -> None:
    stop = threading.Event()

    def save() -> None:
        with Store.open(store.path) as writer:
            number = 0
            while not stop.is_set():
                edit(writer, notes=str(number))
                number += 1

    thread = threading.Thread(target=save)
    thread.start()
    try:
        heads = [backup(store, tmp_path / f"copy{number}.db") for number in range(5)]
    finally:
        stop.set()
        thread.join()
    for number, head in enumerate(heads):
        with Store.open(tmp_path / f"copy{number}.db") as copy:
            version, rows = copy.one("SELECT version, (SELECT count(*) FROM audit) FROM client") or (0, 0)
            assert version == rows
            assert audit.head(copy) == head
            assert audit.verify_chain(copy) is None


def test_a_damaged_database_gives_no_backup(store: Store, tmp_path: Path) -> None:
    store.close()
    damage(store.path, "audit_entity")
    with Store.open(store.path) as damaged:
        with pytest.raises(Corrupt, match="keep every older one"):
            backup(damaged, tmp_path / "copy.db")
        assert not findings(damaged)["integrity"]
    assert not (tmp_path / "copy.db").exists()


def test_a_replaced_file_gives_no_backup(store: Store, tmp_path: Path) -> None:
    new_store(tmp_path / "other.db").close()
    (tmp_path / "other.db").rename(store.path)
    with pytest.raises(Moved):
        backup(store, tmp_path / "copy.db")


def test_a_backup_is_restored_into_a_new_file(store: Store, tmp_path: Path) -> None:
    head = backup(store, tmp_path / "copy.db")
    (tmp_path / "copy.db").chmod(0o400)
    before = (tmp_path / "copy.db").read_bytes()
    assert restore(tmp_path / "copy.db", tmp_path / "restored.db") == head
    assert (tmp_path / "copy.db").read_bytes() == before
    with Store.open(tmp_path / "restored.db") as restored:
        assert restored.value("SELECT notes FROM client") == "kept"
        assert edit(restored, notes="on") == 3


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"", Empty), (b"hello" * 2000, NotOurs), (None, NoDatabase)],
    ids=["empty", "text", "nothing"],
)
def test_what_is_no_backup_is_not_restored(tmp_path: Path, content: bytes | None, fault: type[Exception]) -> None:
    if content is not None:
        (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(fault):
        restore(tmp_path / "copy.db", tmp_path / "restored.db")
    assert not (tmp_path / "restored.db").exists()


def test_a_backup_that_was_cut_is_not_restored(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "copy.db")
    os.truncate(tmp_path / "copy.db", (tmp_path / "copy.db").stat().st_size // 2 // 4096 * 4096)
    with pytest.raises(Corrupt):
        restore(tmp_path / "copy.db", tmp_path / "restored.db")
    assert not (tmp_path / "restored.db").exists()


class TestChecking:
    def test_all_is_well(self, store: Store) -> None:
        expected = dict.fromkeys(
            [
                "SQLite",
                "journal",
                "log",
                "integrity",
                "schema",
                "texts",
                "erased",
                "references",
                "gate",
                "technicians",
                "audit chain",
                "searching",
                "permissions",
                "file system",
                "writing",
                "free space",
                "clock",
            ],
            True,
        )
        assert findings(store) == expected
        texts = {finding.subject: finding.text for finding in check(store)}
        assert texts["audit chain"] == f"2 rows, head {audit.head(store)}"
        assert sqlite3.sqlite_version in texts["SQLite"]

    def test_a_database_that_others_can_read(self, store: Store) -> None:
        store.path.chmod(0o644)
        assert not findings(store)["permissions"]

    def test_a_broken_chain(self, store: Store) -> None:
        conn = sqlite3.connect(store.path, isolation_level=None)
        conn.execute("DROP TRIGGER audit_fixed")
        conn.execute("UPDATE audit SET actor = 'carl' WHERE seq = 2")
        conn.close()
        found = [finding for finding in check(store) if not finding.good and finding.subject != "SQLite"]
        assert [finding.text for finding in found] == [
            "trigger audit_fixed is missing",
            "broken at row 2: the audit was altered outside the program",
        ]

    def test_a_record_that_refers_to_nothing(self, store: Store) -> None:
        conn = sqlite3.connect(store.path, isolation_level=None)
        conn.execute("INSERT INTO contact (client_id, name) VALUES (99, 'Ann')")
        conn.close()
        texts = [finding.text for finding in check(store) if finding.subject == "references"]
        assert texts == ["records of contact refer to nothing"]

    def test_a_part_of_the_schema_that_somebody_took_away(self, store: Store) -> None:
        with contextlib.closing(sqlite3.connect(store.path)) as conn:
            conn.execute("DROP TRIGGER visit_gate")
            conn.execute("DROP TABLE visit_tag")
            conn.commit()
        found = {finding.subject: finding for finding in check(store)}["schema"]
        assert not found.good
        assert "table visit_tag is missing" in found.text
        assert "trigger visit_gate is missing" in found.text
        with pytest.raises(Corrupt, match="restore the last backup"):
            store.all("SELECT * FROM visit_tag")

    def test_a_trigger_a_view_and_a_unique_index_that_somebody_added(self, store: Store) -> None:
        with contextlib.closing(sqlite3.connect(store.path)) as conn:
            conn.execute("CREATE TRIGGER spy AFTER UPDATE ON client BEGIN SELECT 1; END")
            conn.execute("CREATE VIEW everything AS SELECT * FROM client")
            conn.execute("CREATE INDEX quicker ON visit(state)")
            conn.execute("CREATE UNIQUE INDEX one_a_day ON visit(state)")
        found = {finding.subject: finding for finding in check(store)}["schema"]
        added = "trigger spy", "view everything", "index one_a_day"
        assert found.text == "; ".join(f"{name} was added by another program" for name in added)

    @first_of("kind", ["a link", "a folder"])
    def test_a_gate_that_is_no_file(self, store: Store, kind: str) -> None:
        gate = store.path.with_name("board.db.gate")
        gate.unlink()
        if kind == "a folder":
            gate.mkdir()
        else:
            gate.symlink_to("elsewhere")
        assert not findings(store)["gate"]

    def test_a_table_that_somebody_changed_is_said_by_its_columns(self, store: Store) -> None:
        with contextlib.closing(sqlite3.connect(store.path)) as conn:
            conn.execute("ALTER TABLE skill RENAME COLUMN name TO called")
            conn.execute("ALTER TABLE contact ADD COLUMN fax TEXT")
            conn.commit()
        text = {finding.subject: finding for finding in check(store)}["schema"].text
        assert "table skill is changed (without name, with called)" in text
        assert "table contact is changed (with fax)" in text

    def test_damage_in_the_audit(self, store: Store) -> None:
        store.close()
        damage(store.path, "audit")
        with Store.open(store.path) as damaged:
            found = findings(damaged)
        assert not found["integrity"]
        assert not found["audit chain"]
        assert found["permissions"]


def damage(path: Path, name: str) -> None:
    """Overwrite the root page of a table or an index."""
    conn = sqlite3.connect(path)
    (root,) = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    conn.close()
    shutil.copy(path, path.with_suffix(".whole"))
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
