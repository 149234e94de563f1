"""A month of generated days, counted and reported; with ten thousand visits in the long run."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from db.store import Store
from dispatch.desk.book.records import client_named
from dispatch.desk.figures.counting import figures_over, visits_behind
from dispatch.desk.figures.meanings import FIGURES
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.rendering import as_csv, as_html, as_json, as_markdown, as_text
from dispatch.desk.session.user import log_in
from dispatch.model.periods import Period
from tests.figures.month import FIRST, ZONE, a_month, firm_of
from tests.figures.rows import Days, Row, anchor, by, by_hand, connect, midnight, write

LAST = FIRST + datetime.timedelta(days=29)
ONE = datetime.timedelta(days=1)


def counted_and_reported(path: Path, visits: int, days: Days) -> None:
    """Count the month in every grouping, compare it with counting by hand, and report it."""
    with firm_of(path) as store:
        conn = connect(path)
        write(conn, days)
        conn.close()
        compare(store, days)
        report(store, days, visits)


def at(client: object) -> Callable[[Row], bool]:
    """Whether a visit is of a client."""
    return lambda visit: bool(visit["_client"] == client)


def compare(store: Store, days: Days) -> None:
    now, start, end = store.clock.now(), midnight(FIRST, ZONE), midnight(LAST + ONE, ZONE)
    whole = by_hand(days, start, end, now)
    for grouping in ("day", "week"):
        found = figures_over(store, FIRST, LAST, grouping)  # type: ignore[arg-type]
        assert {key: tuple(value) for key, value in found.totals.items()} == whole
        for number, group in enumerate(found.groups):
            own = by_hand(days, midnight(group.first, ZONE), midnight(group.last + ONE, ZONE), now)
            assert {one.key: tuple(found.values[one.key][number]) for one in FIGURES} == own, group.label
    found = figures_over(store, FIRST, LAST, "technician")
    assert len(found.groups) == 40
    for number in (0, 17, 39):
        own = by_hand(days, start, end, now, who=found.groups[number].who)
        assert {one.key: tuple(found.values[one.key][number]) for one in FIGURES} == own
    found = figures_over(store, FIRST, LAST, "client")
    for number in (0, len(found.groups) - 1):
        own = by_hand(days, start, end, now, of=at(found.groups[number].who))
        for one in FIGURES:
            if one.of_visits:
                assert tuple(found.values[one.key][number]) == own[one.key]
                behind = visits_behind(store, one, found.groups[number], "client")
                assert sum(visit.top for visit in behind) == own[one.key][0]


def report(store: Store, days: Days, visits: int) -> None:
    lee = log_in(store, "lee")
    client = client_named(store, "Client 01")
    month = period_report(lee, client, Period("month", FIRST))
    start, end = midnight(FIRST, ZONE), midnight(LAST + ONE, ZONE)
    own = by_hand(days, start, end, store.clock.now(), of=at(client.id))
    crews = by(days.assignments, "visit_id")
    stands = {one["reference"]: anchor(one, crews[one["id"]]) for one in days.visits}
    ended = [one for one in days.visits if one["_client"] == client.id and start <= stands[one["reference"]] < end]
    sections = {one.title: one for one in month.sections}
    assert len(sections["Visits"].tables[0].rows) == len(ended)
    charges = dict(sections["Charges"].facts)
    assert getattr(charges["Net"], "minor", None) == own["charged"][0]
    run = sum(int(str(row[4])) for row in sections["What we tested"].tables[0].rows if row[4] is not None)
    assert run == own["executed_share"][0]
    day = day_report(lee, LAST)
    for one in (month, day):
        assert json.loads(as_json(one))["report"] == one.kind
        assert list(csv.reader(io.StringIO(as_csv(one)), strict=True))
        assert as_html(one).count("<tr>") > len(ended) // 60
        assert as_markdown(one).startswith("# ")
        assert as_text(one).splitlines()[0] == one.title
    stood = {reference for reference, at in stands.items() if midnight(LAST, ZONE) <= at < midnight(LAST + ONE, ZONE)}
    shown = next(one for one in day.sections if one.title == "Visits").tables[0].rows
    assert stood <= {row[0] for row in shown}
    assert len(days.visits) == visits


@pytest.mark.again
def test_a_month_is_counted_and_reported(tmp_path: Path) -> None:
    counted_and_reported(tmp_path / "month.db", 300, a_month(300))


@pytest.mark.long
def test_a_month_of_ten_thousand_visits_is_counted_and_reported(tmp_path: Path) -> None:
    counted_and_reported(tmp_path / "month.db", 10_000, a_month(10_000))
