"""Questions in SQL: what is answered, what is refused, and that nothing is changed by any."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import count

import pytest

from db import copies, query
from db.faults import Unanswered
from db.store import Store
from tests.db.sessions import new_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Nobody's database; another program has made a view of the keys, and looked into the tables."""
    with new_store(tmp_path_factory.mktemp("query") / "board.db") as store:
        with contextlib.closing(copies.connect(store.path)) as other:
            other.execute("CREATE VIEW keys_seen AS SELECT fingerprint FROM key")
            other.execute("ANALYZE")
        yield store


def test_an_answer_has_its_columns_even_where_it_has_no_rows(store: Store) -> None:
    assert query.ask(store, "SELECT id, name FROM client WHERE 0") == query.QueryResult(("id", "name"), ())


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1 AS a, 2 AS a", ((1, 2),)),
        ("VALUES (1), (2)", ((1,), (2,))),
        ("SELECT count(*) FROM SKILL", ((0,),)),
        ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT count(*), sum(x) FROM n", ((9, 45),)),
        ("SELECT value FROM json_each('[1, 2]')", ((1,), (2,))),
        ("SELECT count(*) FROM open_gate", ((0,),)),
        ("SELECT upper(name) FROM sqlite_schema WHERE name = 'visit'", (("VISIT",),)),
    ],
)  # fmt: skip
def test_what_is_answered(store: Store, sql: str, rows: tuple[tuple[object, ...], ...]) -> None:
    assert query.ask(store, sql).rows == rows


@pytest.mark.parametrize(
    "sql",
    [
        *(f"SELECT count(*) FROM {name}" for name in sorted(query.UNREADABLE)),
        "SELECT 1 FROM KEY",
        'SELECT x.* FROM (SELECT fingerprint FROM main."Key") AS x',
        "WITH k AS (SELECT * FROM key) SELECT count(*) FROM k",
        "SELECT (SELECT place FROM session)",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM change)",
        "SELECT name FROM staff JOIN session USING (id)",
        "SELECT id FROM staff RIGHT JOIN session USING (id)",
        "SELECT 1 FROM (SELECT 'SHA256:x' AS fingerprint) NATURAL JOIN key",
        "SELECT id FROM visit WHERE id IN (SELECT id FROM visit NATURAL JOIN (SELECT id FROM staff NATURAL JOIN session))",
        "SELECT * FROM keys_seen",
        "SELECT count(*) FROM keys_seen",
        "SELECT * FROM visit_search",
        "SELECT * FROM visit_search_content",
        "SELECT * FROM sqlite_sequence",
        "SELECT * FROM sqlite_stat1",
        "SELECT * FROM sqlite_dbpage",
        "SELECT * FROM dbstat",
        "SELECT * FROM pragma_table_info('key')",
        "SELECT count(*) FROM pragma_wal_checkpoint",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('x', 'y')",
        "SELECT edit('x')",
        "SELECT zeroblob(1000000000)",
        "SELECT fts5(1)",
        "PRAGMA user_version",
        "PRAGMA query_only=OFF",
        "PRAGMA writable_schema=ON",
        "ATTACH '{folder}/other.db' AS other",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO '{folder}/other.db'",
        "BEGIN",
        "SAVEPOINT a",
        "INSERT INTO skill VALUES ('a') RETURNING name",
        "UPDATE client SET name = 'a'",
        "DELETE FROM client",
        "CREATE TEMP TABLE a (b)",
        "CREATE TABLE a (b)",
        "DROP TABLE client",
        "ANALYZE",
        "REINDEX",
        "SELECT 1; SELECT 2",
        "SELECT",
        "",
        "-- nothing",
        "SELECT '\0'",
    ],
)
def test_what_is_refused(store: Store, sql: str) -> None:
    before = sorted(store.path.parent.iterdir())

    with pytest.raises(Unanswered) as refused:
        query.ask(store, sql.replace("{folder}", str(store.path.parent)))

    assert len(str(refused.value).splitlines()) == 1
    assert sorted(store.path.parent.iterdir()) == before
    assert store.value("SELECT count(*) FROM sqlite_master WHERE name IN ('a', 'client')") == 1


def test_a_question_is_ended_after_its_time(store: Store) -> None:
    seconds = count()  # each look at the clock is a second later
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"

    with pytest.raises(Unanswered, match="No answer after 10 seconds"):
        query.ask(store, endless, monotonic=lambda: float(next(seconds)))

    assert next(seconds) < 20


def test_an_answer_that_is_too_long_is_refused(store: Store) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"

    with pytest.raises(Unanswered, match="more than 50 rows"):
        query.ask(store, endless, most=50)


def test_a_table_with_a_secret_in_it_is_not_read(store: Store) -> None:
    secret = {"public_key", "fingerprint", "salt", "nonce", "token", "secret", "password", "pictures", "place"}
    asked = {(table, column) for table, column, _ in query.tables(store).rows}

    assert ("visit", "reference") in asked
    assert not [(table, column) for table, column in asked if column in secret and table != "keys_seen"]


def test_the_file_is_opened_for_reading_only(store: Store) -> None:
    conn = query._reader(store)
    with contextlib.closing(conn), pytest.raises(Exception, match="readonly"):
        conn.execute("INSERT INTO skill VALUES ('a')")
