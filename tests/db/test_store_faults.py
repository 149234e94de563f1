"""Errors at the very end of a save, full disks, and what SQLite says in words of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db import audit, faults
from db.faults import Busy, Corrupt, Full, Moved, ReadOnly, Refused, StoreFault, Unconfirmed, from_os, translate
from db.library import sqlite3
from db.query import ask
from db.store import Store
from db.unit import unit_of_work
from dispatch.model.text import TextRefused, clean, show
from tests.db.sessions import ANNA, ROOT, edit, new_store, outcome, session
from tests.wall import started


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "board.db", timeout=0.3) as store:
        yield store


class Failing:
    """A connection whose next COMMIT ends in an error, before or after it was carried out."""

    def __init__(self, conn: sqlite3.Connection, *, carried_out: bool) -> None:
        self._conn = conn
        self._carried_out = carried_out

    def execute(self, sql: str, *params: Any) -> Any:
        if sql == "COMMIT":
            if self._carried_out:
                self._conn.execute(sql)
            raise disk_error()
        return self._conn.execute(sql, *params)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


def disk_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR"
    return error


def test_an_error_after_the_commit_does_not_make_a_saved_deed_fail(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "conn", Failing(store.conn, carried_out=True))
        assert edit(store, notes="saved") == 2
    assert store.value("SELECT notes FROM client") == "saved"
    assert store.value("SELECT count(*) FROM audit") == 2


def test_an_error_before_the_commit_saves_nothing_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "conn", Failing(store.conn, carried_out=False))
        with pytest.raises(Full, match=r"Nothing of this was saved\."):
            edit(store, notes="lost")
    assert store.value("SELECT notes FROM client") == ""
    assert edit(store, notes="again") == 2


@pytest.mark.parametrize("carried_out", [True, False])
def test_when_nobody_can_look_it_is_said_that_nobody_knows(
    store: Store, monkeypatch: pytest.MonkeyPatch, carried_out: bool
) -> None:
    def unreachable(*arguments: object, **options: object) -> sqlite3.Connection:
        raise disk_error()

    with monkeypatch.context() as patch:
        patch.setattr(store, "conn", Failing(store.conn, carried_out=carried_out))
        patch.setattr("db.saving.copies.connect", unreachable)
        with pytest.raises(Unconfirmed, match="Look before you repeat it") as unconfirmed:
            edit(store, notes="perhaps")
    found = store.value("SELECT count(*) FROM audit WHERE save_id = ?", (unconfirmed.value.save_id,))
    assert found == int(carried_out)


def test_an_error_that_was_swallowed_does_not_leave_half_a_unit(store: Store) -> None:
    """Some errors end the transaction at once: what comes after them would be saved by itself."""
    with pytest.raises(faults.Misuse, match="swallowed"), unit_of_work(store, "edit client", ANNA) as unit:  # noqa: PT012
        unit.update("client", 1, 1, notes="lost")
        store.conn.execute("ROLLBACK")
        unit.execute("UPDATE client SET notes = 'by itself', version = 2")
    assert store.value("SELECT notes FROM client") == ""


def test_a_disk_that_takes_no_more_keeps_what_was_acknowledged(store: Store) -> None:
    with session("fill", store.path, 60_000) as process:
        told = outcome(process)
    assert told["fault"] == "Full"
    assert "Nothing of this was saved." in told["text"]
    assert told["readable"]
    assert told["saved"] > 0
    assert not told["open"]
    assert (
        told["saved"] == store.value("SELECT version FROM client") - 1 == store.value("SELECT count(*) FROM audit") - 1
    )
    assert store.value("PRAGMA quick_check") == "ok"
    assert audit.verify_chain(store) is None
    edit(store, notes="with room again")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace: install the package strace")
@pytest.mark.parametrize(
    "injected",
    [
        "fsync,fdatasync:error=EIO:when=6+",
        "fsync,fdatasync:error=EIO:when=9",
        "pwrite64:error=ENOSPC:when=30+",
        "pwrite64:error=EIO:when=41",
        "pwrite64:error=ENOSPC:when=52",
    ],
)
def test_a_failing_disk_never_acknowledges_what_it_lost(store: Store, injected: str) -> None:
    program = """if True:
        import json, os, sys
        from db.faults import StoreFault
        from db.store import Store
        from tests.db.sessions import edit
        from pathlib import Path
        store, saved, faults = Store.open(Path(sys.argv[1]), timeout=2), [], []
        for number in range(40):
            try:
                edit(store, notes=str(number))
                saved.append(number)
            except StoreFault as fault:
                faults.append(type(fault).__name__)
        print(json.dumps([saved, faults]), flush=True)
        os._exit(0)
    """
    words = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={injected.split(':')[0]}",
        "-e",
        f"inject={injected}",
    ]
    ran = subprocess.run(
        [*words, *started("-c", program, str(store.path))],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    if "ptrace" in ran.stderr.lower():
        pytest.skip("needs leave to trace: run outside a container that forbids it")
    assert ran.returncode == 0, ran.stderr
    saved, told = json.loads(ran.stdout)
    kept = [int(row[0]) for row in store.all("SELECT detail ->> 'notes' FROM audit WHERE deed = 'edit client'")]
    assert told
    assert set(told) <= {"Full", "Unconfirmed"}
    assert set(saved) <= set(kept)
    assert len(kept) - len(saved) <= told.count("Unconfirmed")
    assert store.value("PRAGMA quick_check") == "ok"
    assert audit.verify_chain(store) is None
    edit(store, notes="on a whole disk")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("SQLITE_BUSY", Busy),
        ("SQLITE_BUSY_SNAPSHOT", Busy),
        ("SQLITE_LOCKED", Busy),
        ("SQLITE_PROTOCOL", Busy),
        ("SQLITE_CORRUPT", Corrupt),
        ("SQLITE_CORRUPT_INDEX", Corrupt),
        ("SQLITE_NOTADB", Corrupt),
        ("SQLITE_FULL", Full),
        ("SQLITE_IOERR_FSYNC", Full),
        ("SQLITE_READONLY", ReadOnly),
        ("SQLITE_READONLY_DBMOVED", Moved),
        ("SQLITE_CANTOPEN", ReadOnly),
        ("SQLITE_PERM", ReadOnly),
        ("SQLITE_CONSTRAINT_TRIGGER", Refused),
        ("SQLITE_CONSTRAINT", Refused),
    ],
)
def test_what_sqlite_says_becomes_a_sentence(code: str, fault: type[StoreFault]) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = code
    translated = translate(error)
    assert type(translated) is fault
    assert str(translated).strip()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("database is locked", Busy),
        ("database disk image is malformed", Corrupt),
        ("database or disk is full", Full),
        ("disk I/O error", Full),
        ("unable to open database file", ReadOnly),
    ],
)
def test_errors_without_a_code_are_known_by_their_text(text: str, fault: type[StoreFault]) -> None:
    assert type(translate(sqlite3.OperationalError(text))) is fault


def test_a_broken_rule_is_known_without_a_name_for_its_code() -> None:
    """Python 3.11 has no name for the code of a wrong type in a STRICT table."""
    error = sqlite3.IntegrityError("cannot store TEXT value in INTEGER column client.computers")
    error.sqlite_errorname = "unknown"
    assert isinstance(translate(error), Refused)


@pytest.mark.parametrize("code", ["SQLITE_ERROR", "SQLITE_MISUSE", "", None])
def test_what_means_a_mistake_of_ours_stays_what_it_is(code: str | None) -> None:
    error = sqlite3.OperationalError("near syntax error")
    if code is not None:
        error.sqlite_errorname = code
    assert translate(error) is error


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("ENOSPC", faults.Full),
        ("EDQUOT", faults.Full),
        ("EROFS", faults.ReadOnly),
        ("EACCES", faults.ReadOnly),
        ("EEXIST", faults.Exists),
        ("ENOENT", faults.NoDatabase),
        ("EMFILE", faults.StoreFault),
    ],
)
def test_what_the_system_says_becomes_a_sentence(number: str, fault: type[StoreFault]) -> None:
    import errno

    code = getattr(errno, number)
    translated = from_os(OSError(code, os.strerror(code)), Path("/srv/board.db"))
    assert type(translated) is fault
    assert "/srv" in str(translated)


def test_what_is_damaged_is_shown_where_that_is_asked_for_and_never_written(store: Store) -> None:
    store.conn.execute("UPDATE client SET notes = CAST(x'616263ff64' AS TEXT), version = version + 1")
    for name in ("notes", "notes AS said"):
        with pytest.raises(Corrupt, match=r"damaged \(client\.notes, row 1\): it is no UTF-8"):
            store.all(f"SELECT {name} FROM client")
    assert not store.damage_seen
    store.shows_damage = True
    (notes,) = store.all("SELECT notes FROM client")[0]
    assert store.damage_seen
    assert show(notes) == "abc\ufffdd"
    with pytest.raises(TextRefused):
        clean(notes)
    assert store.value("SELECT id FROM client WHERE notes = ?", (notes,)) is None
    with pytest.raises(Corrupt, match="no UTF-8"):
        edit(store, notes=notes)
    with pytest.raises(Corrupt, match="no UTF-8"), unit_of_work(store, "edit", ANNA):
        store.value("SELECT notes FROM client")
    assert bytes(store.value("SELECT CAST(notes AS BLOB) FROM client")) == b"abc\xffd"


def test_a_damaged_text_that_is_asked_for_by_a_question_is_the_same_sentence(store: Store) -> None:
    store.conn.execute("UPDATE client SET notes = CAST(x'616263ff64' AS TEXT), version = version + 1")
    with pytest.raises(Corrupt, match="no UTF-8"):
        ask(store, "SELECT notes FROM client")
