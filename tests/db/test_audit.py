"""The audit can be added to and nothing else, and shows it when somebody went round it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import audit, chain
from db.faults import Misuse, Refused
from db.library import sqlite3
from db.store import Store
from db.unit import unit_of_work
from tests.db.sessions import ANNA, BOB, edit, new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "board.db") as store:
        for number in range(9):
            edit(store, BOB if number % 2 else ANNA, notes=f"note {number} – 板")
        yield store


def go_round(store: Store, *statements: str) -> None:
    """Change the audit as somebody would who has the file and no respect."""
    conn = sqlite3.connect(store.path, isolation_level=None)
    for trigger in ("audit_fixed", "audit_kept", "audit_chained"):
        conn.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        conn.execute(statement)
    conn.close()


def test_the_chain_of_what_was_saved_holds(store: Store) -> None:
    assert audit.verify_chain(store) is None
    assert store.value("SELECT count(*) FROM audit") == 10


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET detail = '{}' WHERE seq = 4", 4),
        ("UPDATE audit SET actor = 'carl' WHERE seq = 5", 5),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", 1),
        ("UPDATE audit SET staff_id = 3 WHERE seq = 6", 6),
        ("UPDATE audit SET session = 's', via = 'as' WHERE seq = 6", 6),
        ("UPDATE audit SET deed = 'nothing' WHERE seq = 7", 7),
        ("UPDATE audit SET entity_id = 2 WHERE seq = 8", 8),
        ("UPDATE audit SET save_id = 'x' WHERE seq = 8", 8),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq >= 9", 9),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET seq = 40 WHERE seq = 10", 10),
        ("INSERT INTO audit SELECT 11, at, actor, staff_id, session, via, deed, entity, entity_id, detail, save_id, "
         "hash, zeroblob(32) FROM audit WHERE seq = 10", 11),
    ],
)  # fmt: skip
def test_an_altered_row_is_found(store: Store, statement: str, broken: int) -> None:
    go_round(store, statement)
    assert audit.verify_chain(store) == broken


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'carl' WHERE seq = 4",
        "DELETE FROM audit WHERE seq = 4",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 4",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 10",
        "INSERT INTO audit SELECT 11, at, actor, staff_id, session, via, deed, entity, entity_id, detail, save_id, "
        "zeroblob(32), randomblob(32) FROM audit WHERE seq = 10",
    ],
)
def test_the_database_lets_nobody_rewrite_it(store: Store, statement: str) -> None:
    before = store.all("SELECT * FROM audit ORDER BY seq")
    with pytest.raises(Refused, match="audit"), unit_of_work(store, "tidy up", ANNA) as unit:
        unit.execute(statement)
    assert store.all("SELECT * FROM audit ORDER BY seq") == before


def test_the_head_moves_with_every_row_and_tells_the_newest(store: Store) -> None:
    before = audit.head(store)
    assert bytes.fromhex(before) == store.value("SELECT hash FROM audit WHERE seq = 10")
    edit(store, notes="more")
    assert audit.head(store) != before
    assert audit.verify_chain(store) is None


def test_before_the_first_row_the_head_is_the_origin(tmp_path: Path) -> None:
    with Store.create(tmp_path / "new.db") as store:
        assert audit.head(store) == "00" * 32
        assert audit.verify_chain(store) is None


def test_a_save_that_was_taken_back_leaves_no_gap(store: Store) -> None:
    with pytest.raises(Misuse), unit_of_work(store, "edit client", ANNA) as unit:  # noqa: PT012
        unit.audit("client", 1)
        unit.audit("client", 1)
        unit.insert("cleint")
    edit(store, notes="next")
    assert audit.verify_chain(store) is None


def test_several_rows_of_a_unit_share_its_save(store: Store) -> None:
    with unit_of_work(store, "edit client", ANNA) as unit:
        first, second = unit.audit("client", 1, part=1), unit.audit("client", 1, part=2)
    assert second == first + 1
    assert store.value("SELECT count(*) FROM audit WHERE save_id = ?", (unit.save_id,)) == 2
    assert audit.verify_chain(store) is None


def test_the_history_of_a_record_is_newest_first(store: Store) -> None:
    rows = audit.history_of(store, "client", 1, limit=3)
    assert [row.detail for row in rows] == [{"notes": f"note {number} – 板"} for number in (8, 7, 6)]
    assert [row.actor for row in rows] == ["anna", "bob", "anna"]
    assert audit.last_of(store, "client", 1) == rows[0]
    assert audit.last_of(store, "client", 2) is None


def test_a_detail_has_one_text_whatever_the_order() -> None:
    assert chain.canonical({"b": 1, "a": ["ü", None]}) == chain.canonical({"a": ["ü", None], "b": 1})
    assert chain.canonical({"b": 1, "a": ["ü", None]}) == '{"a":["ü",null],"b":1}'
