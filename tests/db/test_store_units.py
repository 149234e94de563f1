"""Units of work: all or nothing, said in the audit, never over somebody else's change; and reading beside them."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db import audit
from db.faults import Busy, Misuse, Refused, Stale, TooNew
from db.library import sqlite3
from db.store import Store
from db.unit import Actor, Unit, unit_of_work
from dispatch.model.clock import SetClock
from tests.db.sessions import ANNA, BOB, edit, new_store

NOON = 1_780_000_000


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    with new_store(tmp_path / "board.db", clock=clock, timeout=0.3) as store:
        yield store


@pytest.fixture
def other(store: Store, clock: SetClock) -> Iterator[Store]:
    """Another session at the same database."""
    with Store.open(store.path, clock=clock, timeout=0.3) as other:
        yield other


def notes(store: Store) -> str:
    return str(store.value("SELECT notes FROM client WHERE id = 1"))


class TestSaving:
    def test_a_unit_is_saved_with_who_did_it(self, store: Store, other: Store) -> None:
        actor = Actor(None, "anna", "session-1", "seat", key_id=7)
        with unit_of_work(store, "edit client", actor) as unit:
            unit.update("client", 1, 1, notes="new", computers=4)
            unit.audit("client", 1, notes="new")
        assert other.one("SELECT notes, computers, version FROM client") == ("new", 4, 2)
        last = audit.last_of(other, "client", 1)
        assert last is not None
        assert (last.at, last.actor, last.session, last.via, last.deed) == (
            NOON,
            "anna",
            "session-1",
            "seat",
            "edit client",
        )
        assert last.detail == {"notes": "new", "key_id": 7}
        assert last.save_id == unit.save_id

    def test_an_error_inside_saves_nothing(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), unit_of_work(store, "edit client", ANNA) as unit:  # noqa: PT012
            unit.update("client", 1, 1, notes="lost")
            unit.audit("client", 1)
            raise ZeroDivisionError
        assert notes(store) == ""
        assert store.value("SELECT count(*) FROM audit") == 1
        assert edit(store, notes="next") == 2

    def test_a_unit_that_says_nothing_in_the_audit_is_a_mistake(self, store: Store) -> None:
        with (
            pytest.raises(Misuse, match="edit client says nothing in the audit"),
            unit_of_work(store, "edit client", ANNA) as unit,
        ):
            unit.update("client", 1, 1, notes="lost")
        assert notes(store) == ""

    def test_a_unit_may_say_that_there_was_nothing_to_do(self, store: Store) -> None:
        with unit_of_work(store, "edit client", ANNA) as unit:
            unit.update("client", 1, 1, notes="on second thoughts")
            unit.leave_unchanged()
        assert notes(store) == ""
        assert store.value("SELECT count(*) FROM audit") == 1

    def test_inserting_gives_the_id(self, store: Store) -> None:
        with unit_of_work(store, "add client", ANNA) as unit:
            client = unit.insert("client", name="Bolt")
            unit.audit("client", client)
        assert store.value("SELECT name FROM client WHERE id = ?", (client,)) == "Bolt"

    def test_many_rows_go_in_at_once(self, store: Store) -> None:
        with unit_of_work(store, "import", ANNA) as unit:
            rows = [(f"C{number}",) for number in range(50)]
            assert unit.execute_many("INSERT INTO client (name) VALUES (?)", rows) == 50
            unit.audit("client", 0, rows=50)
        assert store.value("SELECT count(*) FROM client") == 51

    def test_what_is_read_inside_is_what_the_unit_has_changed(self, store: Store, other: Store) -> None:
        with unit_of_work(store, "edit client", ANNA) as unit:
            unit.update("client", 1, 1, notes="not yet")
            unit.audit("client", 1)
            with store.read():
                assert notes(store) == "not yet"
            assert notes(other) == ""
        assert notes(other) == "not yet"

    def test_sqlite_utils_works_in_the_same_unit(self, store: Store, other: Store) -> None:
        with unit_of_work(store, "import", ANNA) as unit:
            store.utils.table("client").insert_all([{"name": "Bolt"}, {"name": "Cog"}])
            unit.audit("client", 2)
            assert other.value("SELECT count(*) FROM client") == 1
        assert other.value("SELECT count(*) FROM client") == 3
        with pytest.raises(ZeroDivisionError), unit_of_work(store, "import", ANNA):  # noqa: PT012
            store.utils.table("client").insert({"name": "Dint"})
            raise ZeroDivisionError
        assert other.value("SELECT count(*) FROM client") == 3


class TestSomebodyWasFirst:
    def test_an_edit_over_an_old_version_names_who_was_first_and_when(
        self, store: Store, other: Store, clock: SetClock
    ) -> None:
        edit(other, BOB, notes="from bob")
        clock.advance(150)
        with pytest.raises(Stale) as stale:
            edit(store, notes="from anna", version=1)
        assert (stale.value.table, stale.value.key, stale.value.by, stale.value.at) == ("client", 1, "bob", NOON)
        assert str(stale.value) == (
            "bob changed the client 2 minutes ago, after you had opened it."
            " Nothing of this was saved. Look at it again and repeat what still applies."
        )
        assert notes(store) == "from bob"

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (-5, "just now"),
            (9, "just now"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (7_200, "2 hours ago"),
            (90_000, "1 day ago"),
        ],
    )
    def test_when_is_told_without_a_zone(
        self, store: Store, other: Store, clock: SetClock, seconds: int, words: str
    ) -> None:
        edit(other, BOB, notes="from bob")
        clock.set(NOON + seconds)
        with pytest.raises(Stale, match=words):
            edit(store, notes="from anna", version=1)

    def test_a_record_that_is_gone(self, store: Store) -> None:
        with pytest.raises(Stale, match="not there any more"), unit_of_work(store, "edit client", ANNA) as unit:
            unit.update("client", 99, 1, notes="lost")

    def test_a_record_that_the_audit_does_not_know(self, store: Store) -> None:
        with unit_of_work(store, "change setting", BOB) as unit:
            unit.insert("setting", key="zone", value='"UTC"')
            unit.audit("setting", 0)
        with (
            pytest.raises(Stale, match="Somebody else changed the setting first"),
            unit_of_work(store, "set", ANNA) as unit,
        ):
            unit.update("setting", "zone", 2, value='"Europe/Paris"')

    def test_settings_are_updated_by_their_own_key(self, store: Store) -> None:
        with unit_of_work(store, "change setting", BOB) as unit:
            unit.insert("setting", key="zone", value='"UTC"')
            assert unit.update("setting", "zone", 1, value='"Europe/Paris"') == 2
            unit.audit("setting", 0)
        assert store.one("SELECT value, version FROM setting") == ('"Europe/Paris"', 2)


REFUSED: dict[str, tuple[str, str, str, str]] = {
    "rule": ("DELETE FROM audit", "rule", "", "the audit is append-only"),
    "unique": ("INSERT INTO client (name) VALUES ('ACME')", "unique", "client.name", "already one with the same"),
    "reference": ("INSERT INTO contact (client_id, name) VALUES (99, 'x')", "reference", "", "is not there"),
    "check": ("INSERT INTO client (name, kind) VALUES ('x', 'friend')", "check", "kind IN", "does not accept"),
    "missing": ("INSERT INTO client (name) VALUES (NULL)", "missing", "client.name", "must be given"),
    "type": ("INSERT INTO client (name, computers) VALUES ('x', 'many')", "type", "TEXT", "does not accept"),
}


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("rule", REFUSED)
    def test_a_statement_against_the_rules_is_refused_and_the_unit_goes_on(self, store: Store, rule: str) -> None:
        sql, kind, subject, words = REFUSED[rule]
        with unit_of_work(store, "try", ANNA) as unit:
            unit.audit("client", 1)
            with pytest.raises(Refused, match=words) as refused:
                unit.execute(sql)
            unit.update("client", 1, 1, notes="kept")
        assert refused.value.kind == kind
        assert refused.value.subject.startswith(subject)
        assert notes(store) == "kept"

    def test_a_rule_is_told_in_its_own_words(self, store: Store) -> None:
        with pytest.raises(Refused) as refused, unit_of_work(store, "try", ANNA) as unit:  # noqa: PT012
            unit.audit("client", 1)
            unit.execute("UPDATE audit SET actor = 'bob'")
        assert str(refused.value) == "the audit is append-only"
        assert store.value("SELECT count(*) FROM audit") == 1

    def test_a_reference_that_is_left_dangling_is_refused_at_the_end(self, store: Store) -> None:
        with pytest.raises(Refused, match="is not there"), unit_of_work(store, "try", ANNA) as unit:  # noqa: PT012
            unit.execute("PRAGMA defer_foreign_keys=ON")
            unit.insert("contact", client_id=99, name="Ann")
            unit.audit("client", 1)
        assert store.value("SELECT count(*) FROM contact") == 0


MISTAKES: dict[str, Callable[[Unit], Any]] = {
    "a misspelt table": lambda unit: unit.insert("cleint", name="x"),
    "a misspelt column": lambda unit: unit.insert("client", nmae="x"),
    "a table in other letters": lambda unit: unit.insert("Client", name="x"),
    "a view": lambda unit: unit.insert("open_gate", ref="x"),
    "sql for a table": lambda unit: unit.insert('client" (name) VALUES (1) --', name="x"),
    "sql for a column": lambda unit: unit.update("client", 1, 1, **{"notes = 'x' --": 1}),
    "a misspelt column of an update": lambda unit: unit.update("client", 1, 1, nots="x"),
    "the version by hand": lambda unit: unit.update("client", 1, 1, version=9),
    "another key": lambda unit: unit.update("client", 1, 1, id=9),
    "a table without a version": lambda unit: unit.update("work_entry", 1, 1, text="x"),
    "a key of two columns": lambda unit: unit.update("site_access", 1, 1, opens=1),
    "a detail that is no JSON": lambda unit: unit.audit("client", 1, what=object()),
    "a detail that is no number": lambda unit: unit.audit("client", 1, what=float("nan")),
    "a commit from inside": lambda unit: (unit.execute("COMMIT"), unit.audit("client", 1)),
    "a unit in a unit": lambda unit: unit_of_work(unit.store, "inner", ANNA).__enter__(),
}


class TestMistakes:
    @pytest.mark.parametrize("mistake", MISTAKES)
    def test_a_mistake_of_the_program_ends_the_unit(self, store: Store, mistake: str) -> None:
        tables = store.all("SELECT name FROM sqlite_master ORDER BY name")
        with pytest.raises(Misuse), unit_of_work(store, "try", ANNA) as unit:  # noqa: PT012
            unit.audit("client", 1)
            MISTAKES[mistake](unit)
        assert store.all("SELECT name FROM sqlite_master ORDER BY name") == tables
        assert store.one("SELECT name, notes, version FROM client") == ("Acme", "", 1)
        if mistake != "a commit from inside":
            assert store.value("SELECT count(*) FROM audit") == 1
        assert edit(store, notes="next") == 2

    def test_a_unit_that_is_over_does_nothing(self, store: Store) -> None:
        with unit_of_work(store, "edit client", ANNA) as unit:
            unit.audit("client", 1)
        with pytest.raises(Misuse, match="is over"):
            unit.execute("DELETE FROM client")
        with unit_of_work(store, "edit client", ANNA) as present:
            with pytest.raises(Misuse, match="is over"):
                unit.insert("client", name="x")
            present.leave_unchanged()

    def test_plain_mistakes_in_sql_stay_what_they_are(self, store: Store) -> None:
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            store.all("SELECT colour FROM client")

    def test_a_closed_store_says_so(self, store: Store) -> None:
        store.close()
        store.close()
        with pytest.raises(Misuse, match="closed"):
            store.all("SELECT 1")
        with pytest.raises(Misuse, match="closed"), unit_of_work(store, "try", ANNA):
            pass

    def test_a_store_is_not_taken_over_a_fork(self, store: Store) -> None:
        child = os.fork()
        if child == 0:
            told = 0
            for use in (
                lambda: store.all("SELECT 1"),
                lambda: unit_of_work(store, "try", ANNA).__enter__(),
                store.changed,
            ):
                try:
                    use()
                except Misuse as mistake:
                    told += "before a fork" in str(mistake)
            store.close()
            os._exit(told)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
        assert edit(store, notes="the parent goes on") == 2

    def test_a_session_of_an_older_program_stops_saving(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        """A newer program may bring the file further while an older one has it open."""
        monkeypatch.setattr("db.migrations.LATEST", 0)
        with pytest.raises(TooNew, match="install the newer program"):
            edit(store, notes="lost")
        assert notes(store) == ""


class TestReading:
    def test_a_snapshot_does_not_move(self, store: Store, other: Store) -> None:
        with store.read():
            assert notes(store) == ""
            if store.value("PRAGMA journal_mode") == "wal":
                edit(other, BOB, notes="new")
            with store.read():
                assert notes(store) == ""
        edit(other, BOB, notes="newer")
        assert notes(store) == "newer"

    def test_nothing_is_written_in_a_read(self, store: Store) -> None:
        with store.read():
            with pytest.raises(Exception, match="may not be written"):
                store.all("UPDATE client SET notes = 'x'")
            with pytest.raises(Misuse), unit_of_work(store, "edit client", ANNA):
                pass
        assert edit(store, notes="after it") == 2

    def test_an_error_in_a_read_leaves_nothing_open(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.read():
            raise ZeroDivisionError
        assert not store.conn.in_transaction
        assert edit(store, notes="after it") == 2

    def test_a_single_row_leaves_no_snapshot_behind(self, store: Store, other: Store) -> None:
        assert store.one("SELECT name FROM sqlite_master") is not None
        edit(other, BOB, notes="new")
        assert notes(store) == "new"
        assert store.one("SELECT 1 WHERE 0") is None
        assert store.value("SELECT 1 WHERE 0") is None

    def test_changes_of_others_are_noticed_once_and_own_ones_never(self, store: Store, other: Store) -> None:
        assert not store.changed()
        edit(other, BOB, notes="1")
        assert store.changed()
        assert not store.changed()
        edit(store, notes="2")
        assert not store.changed()
        edit(other, BOB, notes="3")
        edit(store, notes="4")
        assert store.changed()
        with pytest.raises(ZeroDivisionError), unit_of_work(other, "try", BOB) as unit:  # noqa: PT012
            unit.audit("client", 1)
            raise ZeroDivisionError
        assert not store.changed()


class TestThreads:
    def test_reads_wait_for_the_end_of_a_unit_of_another_thread(self, store: Store) -> None:
        inside, seen = threading.Event(), []

        def read() -> None:
            inside.wait()
            seen.append(notes(store))

        thread = threading.Thread(target=read)
        thread.start()
        with unit_of_work(store, "edit client", ANNA) as unit:
            unit.update("client", 1, 1, notes="whole")
            inside.set()
            thread.join(0.05)
            assert seen == []
            unit.audit("client", 1)
        thread.join()
        assert seen == ["whole"]

    def test_reads_go_on_while_another_thread_queues_to_save(self, store: Store, other: Store) -> None:
        store.timeout = 30
        with unit_of_work(other, "edit client", BOB) as unit:
            thread = threading.Thread(target=edit, args=(store,), kwargs={"notes": "queued"})
            thread.start()
            while not any(thread.name == "gate" for thread in threading.enumerate()):
                time.sleep(0.001)
            assert notes(store) == ""
            assert not store.changed()
            unit.audit("client", 1)
        thread.join()
        assert notes(store) == "queued"

    def test_two_threads_of_one_session_save_one_after_the_other(self, store: Store) -> None:
        store.timeout = 30
        threads = [threading.Thread(target=edit, args=(store,), kwargs={"notes": str(number)}) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.value("SELECT version FROM client") == 9
        assert audit.verify_chain(store) is None

    def test_a_session_that_is_still_saving_says_so(self, store: Store) -> None:
        told: list[str] = []

        def save() -> None:
            try:
                edit(store, notes="second")
            except Busy as busy:
                told.append(str(busy))

        with unit_of_work(store, "edit client", ANNA) as unit:
            unit.audit("client", 1)
            thread = threading.Thread(target=save)
            thread.start()
            thread.join()
        assert told == [
            "This session is still saving something else. Nothing of this was saved. Try again in a moment."
        ]


class TestRehearsal:
    def test_what_was_rehearsed_is_seen_inside_and_gone_outside(self, tmp_path: Path) -> None:
        with new_store(tmp_path / "board.db") as store, Store.open(store.path) as other:
            with store.together("anna"):
                edit(store, notes="first")
                edit(store, notes="second")
                assert store.value("SELECT notes FROM client") == "second"
                assert other.value("SELECT notes FROM client") == ""
            assert store.value("SELECT notes FROM client") == ""
            edit(store, notes="in earnest")
            assert other.value("SELECT notes FROM client") == "in earnest"

    def test_a_refusal_inside_takes_everything_back(self, tmp_path: Path) -> None:
        with new_store(tmp_path / "board.db") as store:
            with store.together("anna"):
                edit(store, notes="first")
                with pytest.raises(Stale):
                    edit(store, notes="second", version=1)
            assert store.value("SELECT notes FROM client") == ""
            edit(store, notes="in earnest")

    def test_not_inside_a_unit_or_a_read(self, tmp_path: Path) -> None:
        with new_store(tmp_path / "board.db") as store:
            with store.read(), pytest.raises(Misuse), store.together("anna"):
                pass
            with pytest.raises(Misuse), unit_of_work(store, "edit", ANNA), store.together("anna"):
                pass


def test_a_save_is_one_transaction_and_few_statements(store: Store) -> None:
    edit(store, ANNA, notes="once")
    said: list[str] = []
    store.conn.set_trace_callback(said.append)
    edit(store, ANNA, notes="again")
    store.conn.set_trace_callback(None)
    begun = [statement.split()[0] for statement in said if not statement.startswith("--")]
    assert begun.count("BEGIN") == begun.count("COMMIT") == 1
    assert store.value("PRAGMA synchronous") == 2, "what was said to be saved is on the disk, by one wait a transaction"
    assert len(set(said)) <= 20, said
    assert not any("sqlite_master" in statement for statement in said), "that grows with the schema"
