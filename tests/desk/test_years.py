"""What people wait for reads no more where a firm has more years behind it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import clients, copies
from db.library import sqlite3
from db.store import Store, existing
from dispatch.care.offers import OFFERS
from dispatch.care.rules import in_order
from dispatch.desk.care.care_list import care_list
from dispatch.desk.closeout import onsite
from dispatch.desk.session.user import log_in
from tests.conftest import Dispatch
from tests.desk.years import add_years
from tests.prepared import copied

DAYS, VISITS = 200, 500
"""The days of the shorter history: more than anything looks back. The longer one has three times as many, as full."""
MORE = 1.05
"""So much more a history of three times as many days may be read: what is rare is read whole, whenever it was."""
VIEWS = {
    "board": "board --plain --as dana",
    "week": "week --plain --as dana",
    "day": "day --plain --as cleo",
    "log": "log --plain --as lee",
    "review": "review list --as lee",
    "figures": "figures --as lee",
    "late": "late --as dana",
    "levels": "levels --as dana",
    "care": "care list --as lee",
    "candidates": "candidates R4033 --as dana",
    "searched": "log --plain --search nothingofthekind --as lee",
}
GROWS = frozenset({
    "visit", "job", "assignment", "segment", "item", "item_probe", "attempt", "attempt_try", "work_entry", "milestone", "promise",
    "waiting", "charge_sheet", "charge_line", "audit", "change", "leg", "message", "visit_skill", "visit_tag", "outbox",
})  # fmt: skip


@pytest.fixture(scope="module")
def histories(day_of_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The firm with a shorter and a longer history."""
    folder = tmp_path_factory.mktemp("years")
    short, long = copied(day_of_sample, folder / "short.db"), copied(day_of_sample, folder / "long.db")
    made = add_years(short, VISITS, DAYS)
    add_years(long, 3 * made, 3 * DAYS)
    for path in (short, long):
        Dispatch(path).ok("figures", "--rebuild", "--as", "lee")
    return short, long


class Reads:
    """Counts the steps of SQLite's machine, and keeps the statements, of every connection that is opened meanwhile."""

    def __init__(self) -> None:
        self.steps = 0
        self.statements: Counter[str] = Counter()

    def _step(self) -> int:
        self.steps += 1
        return 0

    @contextlib.contextmanager
    def counted(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        connect = copies.connect

        def watched(*args: object, **named: object) -> sqlite3.Connection:
            conn = connect(*args, **named)  # type: ignore[arg-type]
            conn.set_progress_handler(self._step, 10)
            conn.set_trace_callback(lambda sql: self.statements.update([sql]))
            return conn

        with monkeypatch.context() as patch:
            patch.setattr(copies, "connect", watched)
            yield


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_reads_no_more_of_a_longer_history(
    view: str, histories: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, words = [], VIEWS[view].split()
    for path in histories:
        Dispatch(path).ok(*words)
        reads = Reads()
        with reads.counted(monkeypatch):
            Dispatch(path).ok(*words)
        steps.append(reads.steps)
    short, long = steps
    assert short > 100
    assert long <= short * MORE


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_walks_through_a_table_that_grows(
    view: str, histories: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Reads()
    with reads.counted(monkeypatch):
        Dispatch(histories[1]).ok(*VIEWS[view].split())
    with contextlib.closing(sqlite3.connect(histories[1])) as conn:
        assert {" ".join(sql.split()): found for sql in reads.statements if (found := scanned(conn, sql))} == {}


def test_care_asks_the_same_as_of_each_client_with_all_its_visits(histories: tuple[Path, Path]) -> None:
    with Store.open(histories[1]) as store:
        each = [item for client in clients.all_clients(store) for item in care_list(store, client)]
        offers_apart = [[item for item in items if item.rule not in OFFERS] for items in (care_list(store), each)]
    assert offers_apart[0]
    assert offers_apart[0] == in_order(offers_apart[1])


def test_a_save_reads_no_more_of_a_longer_history(
    histories: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    for path in histories:
        reads = Reads()
        with reads.counted(monkeypatch), Store.open(path) as store:
            there = "SELECT login, reference FROM staff s JOIN assignment a ON a.staff_id = s.id JOIN visit v ON v.id = a.visit_id "
            login, reference = existing(store.one(f"{there} WHERE v.state = 'on_site' ORDER BY v.id"))
            user = log_in(store, login)
            for number in range(2):
                reads.steps = 0
                onsite.work(user, reference, f"note {number}")
        steps.append(reads.steps)
    short, long = steps
    assert long <= short * MORE


def scanned(conn: sqlite3.Connection, sql: str) -> set[str]:
    """The growing tables that a statement walks through from one end: by themselves, or by an index of all their rows."""
    if not sql.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
        return set()
    roots = {
        root: table
        for root, table in conn.execute(
            "SELECT rootpage, tbl_name FROM sqlite_master WHERE type IN ('table', 'index') AND sql NOT LIKE '%WHERE%'"
            " OR type = 'index' AND sql IS NULL"
        )
        if table in GROWS
    }
    cursors: dict[int, str] = {}
    begun, goes_on = set(), set()
    for _, opcode, first, second, *_ in conn.execute(f"EXPLAIN {sql}"):
        if opcode == "OpenRead" and second in roots:
            cursors[first] = roots[second]
        elif opcode in ("Rewind", "Last"):
            begun.add(first)
        elif opcode in ("Next", "Prev"):
            goes_on.add(first)
    return {table for cursor, table in cursors.items() if cursor in begun & goes_on}
