"""What is kept of the figures is what is counted anew, whatever happens, and whoever writes."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db import figure_sums, settings
from db.library import sqlite3
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.figures import day_sums
from dispatch.desk.figures.counting import GROUPINGS, Figures, figures_over
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local, day_bounds, day_of
from tests.desk.conftest import Office, office
from tests.prepared import copied
from tests.quick import ALL_EXAMPLES, first_of
from tests.walkers.walk import Walk

__all__ = ["office"]

ZONE = "America/New_York"
FIRST = datetime.date(2026, 11, 20)
AWAY = (-86_400, -3600, -60, 60, 3600, 86_400)
VERSIONED = ("visit", "site", "staff", "setting", "rate_card")
WORDS = ("name", "work")
REFUSED = ("attempt", "working_time", "charge_sheet", "promise", "waiting")
"""What is recorded is never rewritten."""
ONLY = {"setting": "WHERE key IN ('late_minutes', 'repeat_days')"}

SPOILT = (
    ("visit", ("job_id", "site_id", "kind", "work", "state", "starts_at", "ends_at", "ended_at", "cancelled_at", "archived_at",
               "requested_at", "recurrence_id")),
    ("assignment", ("staff_id", "billable", "check_in_at", "check_out_at", "return_at")),
    ("segment", ("kind", "starts_at", "ends_at")),
    ("promise", ("promised_from", "promised_to", "at")),
    ("waiting", ("starts_at", "ends_at", "kind")),
    ("visit_skill", ("skill",)),
    ("charge_sheet", ("net_minor", "sheet")),
    ("attempt", ("grade", "result", "item_id")),
    ("site", ("client_id",)),
    ("staff", ("name",)),
    ("setting", ("value",)),
    ("rate_card", ("card",)),
    ("working_time", ("value", "at")),
)  # fmt: skip
"""What figures are counted from, in columns."""


@pytest.fixture
def store(day_of_sample: Path, tmp_path: Path) -> Iterator[Store]:
    """The sample firm some days after its Tuesday."""
    clock = SetClock(at_local(datetime.date(2026, 11, 28), "12:00", ZONE))
    with Store.open(copied(day_of_sample, tmp_path / "sample.db"), clock=clock) as store:
        with unit_of_work(store, "settings", Actor(None, "system", "test", "system")) as unit:
            settings.set_firm(unit, late_minutes=12, repeat_days=20)
        keep(store)
        yield store


def keep(store: Store) -> int:
    return day_sums.keep(store, FIRST, day_of(store.clock.now(), ZONE))


def all_of(store: Store) -> list[Figures]:
    return [figures_over(store, FIRST, day_of(store.clock.now(), ZONE), by) for by in GROUPINGS]


def test_what_is_kept_is_what_is_counted_in_every_grouping(store: Store) -> None:
    kept = all_of(store)
    assert day_sums.checked(store) == (8, 8, [])
    assert keep(store) == 0
    figure_sums.forget(store)
    assert day_sums.checked(store) == (0, 0, [])
    assert all_of(store) == kept


def test_what_is_kept_falsely_is_found(store: Store) -> None:
    monday = day_bounds(datetime.date(2026, 11, 23), ZONE)[0]
    store.conn.execute("UPDATE figure_sum SET charged = charged + 1 WHERE day = ? AND grouping = 'kind'", (monday,))
    assert day_sums.checked(store) == (8, 8, ["Mon 23 Nov 2026"])
    assert day_sums.finding(store).good is False
    assert day_sums.checked(store, 3)[:2] == (8, 3)
    assert day_sums.rebuild(store) == 5
    assert day_sums.checked(store) == (5, 5, [])


def test_a_day_is_kept_when_the_clock_can_change_nothing_of_it(store: Store) -> None:
    """A promise whose window and grace are not over when its day ends is judged later."""
    clock = store.clock
    assert isinstance(clock, SetClock)
    monday = day_bounds(datetime.date(2026, 11, 23), ZONE)
    visit = store.value("SELECT id FROM visit WHERE state = 'requested' LIMIT 1")
    store.conn.execute(
        "INSERT INTO promise (visit_id, at, promised_from, promised_to) VALUES (?, ?, ?, ?)",
        (visit, monday[0], monday[1] - 1800, monday[1] + 1800),
    )
    for minutes, kept in ((0, 0), (42, 0), (43, 1)):
        clock.set(monday[1] + 60 * minutes)
        before = store.value("SELECT total_changes()")
        day_sums.keep(store, datetime.date(2026, 11, 23), datetime.date(2026, 11, 23))
        assert (store.value("SELECT total_changes()") > before) is bool(kept), "all hear of a save"
        assert len(figure_sums.kept_days(store, *monday, day_sums.terms_now(store))) == kept
        assert day_sums.checked(store).wrong == []


def test_who_changes_a_day_while_it_is_counted_is_counted(store: Store) -> None:
    figure_sums.forget(store)
    monday = datetime.date(2026, 11, 23)
    span, by_terms = day_bounds(monday, ZONE), day_sums.terms_now(store)
    figure_sums.claim(store, [span], by_terms, "ours")
    with store.read():
        counted = day_sums.counted(store, [monday])
    store.conn.execute("UPDATE segment SET ends_at = ends_at + 60 WHERE starts_at > ? AND ends_at < ? - 60", span)
    figure_sums.keep(store, counted, {span[0]: span[1]}, by_terms, "ours")
    assert figure_sums.kept_days(store, *span, by_terms) == set()


@pytest.mark.parametrize(("table", "columns"), SPOILT, ids=[table for table, _ in SPOILT])
def test_nothing_is_changed_past_what_is_kept(store: Store, table: str, columns: tuple[str, ...]) -> None:
    """Row by row, column by column, as another program writes it; what the database refuses needs no care."""
    if table == "site":  # it goes over with a merge
        pairs = "SELECT 'client', a.id, b.id, 0, 1 FROM client a, client b WHERE a.id <> b.id"
        store.conn.execute(f"INSERT INTO merge (kind, kept_id, gone_id, at, staff_id) {pairs}")
    chance, count = random.Random(table), 0
    keys = store.all(f"SELECT name FROM pragma_table_info('{table}') WHERE pk ORDER BY pk")
    names = ", ".join(key for (key,) in keys)
    for column in columns:
        rows = store.all(f"SELECT {names}, {column} FROM {table} {ONLY.get(table, '')}")
        for row in chance.sample(rows, min(4 if ALL_EXAMPLES else 2, len(rows))):
            value = written(store, table, column, names, row, chance.sample(rows, min(8, len(rows))), chance)
            count += value != row[-1]
            days, _, wrong = day_sums.checked(store)
            assert wrong == [], f"{table}.{column} of {row[:-1]}: {row[-1]!r} -> {value!r}"
            if days < 8:
                keep(store)
    assert count or table in REFUSED, "nothing could be changed"


def written(
    store: Store,
    table: str,
    column: str,
    names: str,
    row: tuple[Any, ...],
    others: list[tuple[Any, ...]],
    chance: random.Random,
) -> Any:
    """Write something else into a row; what stands in it then."""
    was, *key = row[-1], *row[:-1]
    values = [other[-1] for other in others] + [None]
    if isinstance(was, int):
        values += [was + by for by in AWAY]
    elif isinstance(was, str):
        values += [
            was.replace('"holidays":[', '"holidays":["2026-11-23",'),
            *([f"{was} too"] if column in ("name", "work") else ()),
        ]
    chance.shuffle(values)
    also = ", version = version + 1" * (table in VERSIONED) + ", name = name || ' too'" * (table == "site")
    for value in (one for one in values if one != was):
        where = f"({names}) = ({', '.join('?' * len(key))})"
        try:
            store.conn.execute(f"UPDATE {table} SET {column} = ?{also} WHERE {where}", (value, *key))
        except sqlite3.IntegrityError:
            continue
        return value
    return was


@first_of("seed", [7, 8, 9])
def test_whatever_people_do_what_is_kept_is_what_is_counted(office: Office, seed: int) -> None:
    """Days of random deeds at the small firm; after each some hours everything that is over is kept."""
    walk = Walk(office, seed)
    try:
        for _ in range(14):
            walk.steps(12)
            assert day_sums.checked(office.store).wrong == []
            keep(office.store)
    finally:
        walk.close()
    assert day_sums.checked(office.store).kept > 2


def test_who_asks_hears_how_far_it_is_and_may_leave(store: Store) -> None:
    figure_sums.forget(store)
    heard: list[tuple[int, int]] = []

    def leave(done: int, days: int) -> None:
        heard.append((done, days))
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        day_sums.keep(store, FIRST - datetime.timedelta(days=20), day_of(store.clock.now(), ZONE), leave)
    assert heard == [(0, 28), (15, 28)]
    assert day_sums.checked(store).kept == 15
