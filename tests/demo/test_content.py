"""What the sample firm shows: a well-led firm, by nothing but deeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from db import clients, probes, settings
from db.store import Store
from dispatch.demo.clock import MONDAY, TUESDAY
from dispatch.desk.billing import invoicing
from dispatch.desk.care.care_list import care_list
from dispatch.desk.figures.counting import figures_over
from dispatch.desk.figures.margin import margins
from dispatch.desk.levels.clocks import clocks_of, open_clocks
from dispatch.desk.session.user import log_in
from dispatch.levels.clock import LevelState
from dispatch.model.invoices import LineSource
from dispatch.model.periods import Period
from tests.conftest import Dispatch
from tests.prepared import copied

RECORDS = ("visit", "client", "site", "agreement", "rate_card", "staff", "target", "pin")
"""The tables whose rows stand in the audit under their own id."""


@pytest.fixture
def store(day_of_sample: Path, tmp_path: Path) -> Iterator[Store]:
    with Store.open(copied(day_of_sample, tmp_path / "sample.db")) as store:
        yield store


def past_a_deed(store: Store) -> list[str]:
    """Rows of which the audit knows nothing."""
    found = []
    for table in RECORDS:
        key = "staff_id" if table == "technician" else "id"
        known = store.all("SELECT DISTINCT entity_id FROM audit WHERE entity = ?", (table,))
        found += [f"{table} {one}" for (one,) in store.all(f"SELECT {key} FROM {table}") if (one,) not in known]
    recorded = store.value("SELECT count(*) FROM audit WHERE deed IN ('record', 'run') AND entity = 'visit'")
    if store.value("SELECT count(*) FROM attempt") > recorded:
        found.append("attempt")
    return found


@pytest.mark.again
def test_nothing_is_written_past_a_deed(store: Store) -> None:
    assert past_a_deed(store) == []
    assert store.all("SELECT a.seq FROM audit a JOIN audit b ON b.seq = a.seq + 1 WHERE b.at < a.at") == []

    store.conn.execute("INSERT INTO client (name) VALUES ('Nobody asked')")
    number = store.value("SELECT max(id) FROM client")
    assert past_a_deed(store) == [f"client {number}"]


def test_service_levels_are_those_of_a_well_led_firm(store: Store) -> None:
    running = open_clocks(store)
    states = Counter(one.reading.state for _, one in running)
    assert states[LevelState.BREACHED] == 1
    assert states[LevelState.AT_RISK] + states[LevelState.CRITICAL] == 2
    assert [one.wants_cause for _, one in running if one.reading.state is LevelState.BREACHED] == [True]
    wanted = [visit for visit, _ in running]
    everything = Counter(
        one.reading.state for found in clocks_of(store, [*wanted, *closed(store)]).values() for one in found
    )
    assert everything[LevelState.MET] > 10 * everything[LevelState.MISSED]


def closed(store: Store) -> list[object]:
    from db import visits
    from dispatch.model.states import State

    return [visit for visit in visits.all_visits(store) if visit.state is State.CLOSED]


def test_care_asks_for_a_dozen_at_most(store: Store) -> None:
    assert 1 <= len(care_list(store)) <= 12


def test_there_is_a_fee_and_a_block_to_invoice_and_every_margin_is_known(store: Store) -> None:
    """What a lead is shown of invoices and margin; nothing is kept back, and no amount is unknown."""
    lee = log_in(store, "lee")
    found = invoicing.preview(lee, settings.today(store))
    assert all(draft.ready for draft in found)
    assert {line.source for draft in found for line in draft.invoice.lines} == {LineSource.FEE, LineSource.BLOCK}
    november = margins(lee, Period("month", date(2026, 11, 1)))
    assert november.unknown == ()
    whole = november.whole
    assert whole.margin is not None
    assert 0 < whole.cost < whole.known
    assert all(whole.earned[source] for source in (LineSource.FEE, LineSource.VISIT, LineSource.BLOCK))
    assert len({one.revenue for one in november.groups["technician"]}) > 5


def test_all_sites_but_two_are_placed(store: Store) -> None:
    assert sum(site.place is None for site in clients.all_sites(store)) == 2


def test_a_queue_with_reasons_a_crew_of_two_and_three_kinds_of_drives(store: Store) -> None:
    board = Dispatch(store.path).json("board", "--json")
    visits = [visit for row in board["technicians"] for visit in row["visits"]]
    assert len({visit["reference"] for visit in visits}) == len(visits) - 1, "one visit is on two rows"
    drives = {kind for (kind,) in store.all("SELECT DISTINCT provenance FROM leg WHERE day = '2026-11-24'")}
    assert drives == {"estimated", "pinned", "roads"}, "one site is beyond the roads that were reckoned"
    assert len(board["unscheduled"]) <= 10
    assert len([one for one in board["unscheduled"] if not one["located"]]) <= 3


def test_a_result_of_each_grade_and_the_executed_one_really_ran(store: Store) -> None:
    grades = Counter(grade for (grade,) in store.all("SELECT grade FROM attempt WHERE grade IS NOT NULL"))
    assert set(grades) >= {"executed", "measured", "attested", "waived"}
    executed = store.all("SELECT result, text FROM attempt WHERE grade = 'executed'")
    assert {result for result, _ in executed} == {"pass"}
    assert all(
        any(words in text for words in ("greeted with", "status 200", "the connection opened")) for _, text in executed
    )
    assert store.value("SELECT count(*) FROM attempt_try") == len(executed)
    assert {one.name for one in probes.all_targets(store)} == {"backup"}, "nothing answers for the others any more"


def test_its_figures_are_those_of_a_well_led_firm(store: Store) -> None:
    found = figures_over(store, MONDAY, TUESDAY)
    by_day = {key: [one.percent() or 0 for one in values] for key, values in found.values.items()}
    assert by_day["on_time"] == [100, 75], "on Tuesday one came late, and to one nobody came yet"
    assert all(50 < percent <= 70 for percent in by_day["executed_share"]), by_day["executed_share"]
    assert by_day["first_time_fix"] == [100, 75], "one was aborted, one left open, and to one nobody let us in"
    before = figures_over(store, MONDAY - timedelta(days=5), MONDAY - timedelta(days=1)).totals["utilisation"]
    assert before.percent() is None, "nobody had time before visits were written here"


def test_each_way_in_is_there(store: Store) -> None:
    ways = {way for (way,) in store.all("SELECT DISTINCT came_by FROM visit")}
    assert ways == {"phone", "mail", "site", "ours"}
