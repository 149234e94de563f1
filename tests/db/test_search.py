"""What is searched is found by the beginnings of its words, whatever is typed, with an index and without one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from db import search
from db.store import Store
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import adjusting
from dispatch.desk.closeout import leaving, onsite
from dispatch.desk.review import reviewing
from dispatch.model.checklists import Result
from tests import prepared
from tests.desk.conftest import Office, office
from tests.desk.many import NEEDLE, add_closed_visits
from tests.quick import examples

__all__ = ["office"]


@pytest.fixture(params=["index", "none"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Searching with an index, and as where SQLite has none."""
    if request.param == "none":
        monkeypatch.setattr(search, "possible", lambda: False)
        # what is made without an index is for nobody else
        monkeypatch.setattr(prepared, "_MADE", {})
    return request.param


def found(store: Store, typed: str) -> set[str] | None:
    """The references of what is found."""
    ids = search.matching(store, typed)
    if ids is None:
        return None
    return {reference for visit_id, reference in store.all("SELECT id, reference FROM visit") if visit_id in ids}


@pytest.mark.usefixtures("way")
class TestSearching:
    def test_names_work_notes_evidence_reasons_and_what_the_client_signed(self, office: Office) -> None:
        office.on_site()
        office.finish(but=frozenset({"W2", "T2", "L5"}))
        office.say("R1", "W2", Recording(Result.DONE, "toner cartridge changed"))
        onsite.record(office.lee, "R1", "T2", Recording(Result.OVERRIDDEN, "the provider is down"))
        office.say("R1", "L5", Recording(Result.SIGNED, "splendid", signed_by="J. Lowe", satisfied=True))
        leaving.leave(office.lee, "R1", "tomorrow morning")
        adjusting.give_goodwill(office.lee, "R1", "labour", "percent", "10", "apology for waiting")
        store = office.store
        for typed in (
            "r1",
            "harbor",
            "MAIN off",
            "ruiz",
            "server pat",
            "toner",
            "provider",
            "splend",
            "lowe",
            "morning",
            "apolog",
        ):
            assert "R1" in (found(store, typed) or ()), typed
        assert found(store, "toner warehouse") == set()
        assert found(store, "artridge") == set(), "words are found by their beginnings"
        assert found(store, "  ") is None
        assert found(store, "harbor") == {row[0] for row in store.all("SELECT reference FROM visit")}

    def test_corrected_words_and_new_names_are_found_at_once(self, office: Office) -> None:
        office.on_site()
        office.finish()
        leaving.close(office.ana, "R1")
        reviewing.correct_words(office.lee, "R1", "T2", "hypervisor restarted cleanly", "wrong machine")
        assert found(office.store, "hypervisor clean") == {"R1"}
        assert found(office.store, "seen working") is not None
        with office.lee.write("rename") as unit:
            unit.update("client", 1, 1, name="Café Zoë")
            unit.audit("client", 1, name="Café Zoë")
        assert found(office.store, "cafe ZOE") == {"R1", "R2", "R3"}
        assert found(office.store, "harbor") == set()
        with office.lee.write("archive") as unit:
            unit.update("client", 1, 2, archived_at=unit.at)
            unit.audit("client", 1, archived=True)
        assert found(office.store, "zoe") == {"R1", "R2", "R3"}, "what is archived is found under its name"

    @pytest.mark.parametrize(
        "typed",
        ['"', '""', "a\x00b", "* OR *", "NEAR(a b)", "client : harbor", "-harbor", "^harbor", "%", "_", "'", "\\", "\udc80",
         "a" * 5000,
         "(((((", "{reference}: r1", "r1 AND", "NOT r1", "+", " \t\n", "x" + " y" * 300],
    )  # fmt: skip
    def test_nothing_typed_is_a_query_of_its_own(self, office: Office, typed: str) -> None:
        search.matching(office.store, typed)

    def test_words_with_signs_are_looked_for_in_one_piece(self, office: Office) -> None:
        office.on_site()
        office.say("R1", "W2", Recording(Result.DONE, "switch at 10.0.0.5 moved, port 7-b"))
        assert found(office.store, "10.0.0.5") == {"R1"}
        assert found(office.store, "0.0.10") == set()
        assert found(office.store, "7-b") == {"R1"}
        assert found(office.store, "10.0.5") == set()


@given(st.text(max_size=40))
@hypothesis_settings(max_examples=examples(150))
def test_what_is_looked_for_is_letters_and_digits(typed: str) -> None:
    for word in search.words_of(typed):
        assert word
        assert all(part.isalnum() or part == "\ue000" or ord(part) > 0xDFFF for part in word.replace(" ", ""))
        assert '"' not in word


@given(st.text(max_size=60), st.text(max_size=12))
@hypothesis_settings(max_examples=examples(200))
def test_with_and_without_an_index_the_same_is_found(text: str, typed: str) -> None:
    """The index folds letters as the slow way does, for every text that may be stored."""
    from dispatch.model.text import TextRefused, clean

    try:
        text = clean(text)
    except TextRefused:
        return
    words = search.words_of(typed)
    if not words or not (text + typed).isascii():
        return
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'unicode61 remove_diacritics 2')")
        conn.execute("INSERT INTO t VALUES (?)", (text,))
        query = " ".join(f'"{word}"*' for word in words)
        indexed = bool(conn.execute("SELECT 1 FROM t WHERE t MATCH ?", (query,)).fetchall())
    assert indexed == all(f" {word}" in f" {search._plain(text)}" for word in words)


def test_what_a_program_without_an_index_wrote_is_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.on_site()
    with monkeypatch.context() as without:
        without.setattr(search, "possible", lambda: False)
        office.say("R1", "W2", Recording(Result.DONE, "toner cartridge changed"))
        assert search.state(office.store).waiting == 1
    assert found(office.store, "toner") == {"R1"}, "read until it is indexed"
    office.say("R1", "A1", Recording(Result.ANSWERED, "print again"))
    assert search.state(office.store) == search.Index(True, 3, 0)
    assert found(office.store, "toner again") == {"R1"}


def test_an_index_that_cannot_be_written_stops_nobody(office: Office) -> None:
    office.store.conn.execute("DROP TABLE visit_search")
    office.store.conn.execute("CREATE TABLE visit_search (something)")
    office.on_site()
    office.say("R1", "W2", Recording(Result.DONE, "toner cartridge changed"))
    assert search.state(office.store).waiting
    assert office.store.value("SELECT text FROM attempt WHERE text LIKE 'toner%'") == "toner cartridge changed"


def test_an_older_database_is_indexed_when_it_is_brought_forward(office: Office) -> None:
    store = office.store
    store.conn.execute("DROP TABLE visit_search")
    store.conn.execute("INSERT OR IGNORE INTO search_stale SELECT id FROM visit")
    assert found(store, "warehouse") == {"R2"}, "without the index every visit is read"
    search.freshen(store.conn, most=None)
    assert search.state(store) == search.Index(True, 3, 0)
    assert found(store, "warehouse") == {"R2"}


@pytest.mark.long
def test_ten_thousand_visits_are_searched(office: Office, tmp_path: Path) -> None:
    add_closed_visits(office.store, 10_000)
    wanted = {f"M{place:05}" for place in range(3, 10_000, 1000)}
    assert found(office.store, NEEDLE) == wanted
    assert found(office.store, NEEDLE[:3]) == wanted
    assert search.state(office.store).waiting == 0
    words = search.words_of(NEEDLE)
    slow = set(search._read(office.store, words))
    assert slow == set(search.matching(office.store, NEEDLE) or ())
