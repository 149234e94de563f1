"""A client's month, quarter and year: the client's words, sums of what was reviewed, how soon we came, and what fits a phone."""

from __future__ import annotations

import datetime
import re

import pytest

from db.store import Store
from dispatch.closeout.recording import Recording
from dispatch.desk.book.records import client_named
from dispatch.desk.closeout import leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.reports.document import Amount, Report, Section
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.rendering import as_markdown, as_text
from dispatch.desk.review import reviewing
from dispatch.desk.session.user import log_in
from dispatch.model.checklists import Result
from dispatch.model.periods import Period
from tests.desk.conftest import Office, at, closed
from tests.desk.test_levels import agree
from tests.figures.busy_month import VISITS, busy_month

NOVEMBER = Period("month", datetime.date(2026, 11, 1))


def november(office: Office, period: Period = NOVEMBER) -> Report:
    """The client's period."""
    return period_report(office.lee, visit_page(office.store, "R1").client, period)


def section(report: Report, title: str) -> Section:
    """The section of that title."""
    (found,) = [one for one in report.sections if one.title == title]
    return found


def test_a_charge_is_in_a_sum_once_it_is_reviewed(office: Office) -> None:
    closed(office)
    waiting = november(office)
    assert section(waiting, "Charges").facts == ()
    assert "1 visit is being reviewed and in no sum: R1" in section(waiting, "Charges").paragraphs[0]
    ((*_, charge),) = section(waiting, "Visits").tables[0].rows
    assert charge == "in review"
    assert "166.63" not in as_text(waiting)
    assert "charged, with tax" not in dict(section(waiting, "At a glance").facts)

    reviewing.approve(office.lee, "R1", "", reviewing.judge(office.store, "R1").shown)
    reviewed = november(office)
    assert dict(section(reviewed, "Charges").facts)["Total"] == Amount(16663, 2, "USD")
    assert section(reviewed, "Charges").paragraphs == ()
    assert dict(section(reviewed, "At a glance").facts)["charged, with tax"] == Amount(16663, 2, "USD")


def test_a_quarter_and_a_year_hold_the_same_visit(office: Office) -> None:
    closed(office)
    for period, bars in (
        (Period("quarter", datetime.date(2026, 10, 1)), 3),
        (Period("year", datetime.date(2026, 1, 1)), 12),
    ):
        report = november(office, period)
        assert report.kind == period.kind
        assert report.name == f"harbor-dental-{period.kind}-{period.code.lower()}"
        assert len(section(report, "Visits").tables[0].rows) == 1
        drawn = {bar.label: (bar.percent, bar.value) for bar in section(report, "At a glance").bars}
        assert drawn.pop("November") == (100, "1 visit")
        months = section(report, "Month by month").tables[0].rows
        assert [row[0] for row in months] == [*(bar.label for bar in section(report, "At a glance").bars), "All"]
        assert [row[1:] for row in months if row[1]] == [(1, 1, "5 of 5", None)] * 2
        assert list(drawn.values()) == [(0, "–")] * (bars - 1)
    assert november(office, Period("year", datetime.date(2025, 1, 1))).sections[0].bars == ()


def test_nothing_is_in_it_that_only_the_firm_reads(office: Office) -> None:
    """No code of a test or a rule, no list of ours, not why a lead waived it or a technician left."""
    office.on_site()
    office.finish(but=frozenset({"T1", "L5"}))
    onsite.record(office.lee, "R1", "T1", Recording(Result.OVERRIDDEN, "secret-override"))
    leaving.leave(office.lee, "R1", "secret-leave")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("16:10"), confirmed=True)
    report = november(office)
    for text in (as_text(report), as_markdown(report), as_html(report)):
        assert "secret" not in text
        assert "overdue" not in text
        assert "16:10" not in text, "a time is told only once the client knows it"
        words = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
        assert not re.search(r"\b[TWLA]\d(\.\w+)?\b|\b(LAB|TRV|MIN|GOODWILL)\b", words)
    found = section(report, "What we found").tables[0].rows
    assert {row[1] for row in found} >= {
        "not proven yet: open until it is tested again (R1001)",
        "not finished",
    }
    schedule.confirm(office.dana, "R2")
    assert "16:10" in as_text(november(office))


def test_without_an_agreement_nothing_is_called_missed(office: Office) -> None:
    """It says what we aim for, in the same words above and in the rows."""
    office.go("09:00", 9)
    said = " ".join(as_text(november(office)).split())
    assert "none are agreed" in said
    assert "our aim" in said
    assert "(agreed" not in said
    assert "agreed times kept" not in said


def test_how_soon_is_said_in_service_time_and_by_the_clock(office: Office) -> None:
    """What still runs is in the middle, and both times say what they are."""
    agree(office)
    office.go("09:00", 7)
    (row,) = [
        row for row in section(november(office), "How soon we came").tables[0].rows if row[0] == "We were with you"
    ]
    _, kept, counted, waited, running = row
    assert kept == "0 of 3"
    assert re.fullmatch(r"\d+ h( \d\d)? or more", str(counted))
    assert re.fullmatch(r"7 days( \d+ h)? or more", str(waited))
    assert running == 3


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The month of a client with 66 visits."""
    store: Store = busy_month(tmp_path_factory.mktemp("busy") / "busy.db")
    with store:
        return period_report(log_in(store, "lee"), client_named(store, "Northwind"), NOVEMBER)


def test_a_busy_month_has_a_row_a_visit_and_what_is_the_same_once(busy: Report) -> None:
    assert len(section(busy, "Visits").tables[0].rows) == VISITS
    tested = section(busy, "What we tested").tables[0].rows
    assert [row[1] for row in tested] == [57, 57, 57, 57]
    again = [row[:3] for row in section(busy, "What we found").tables[0].rows]
    assert len(again) == len(set(again))
    glance = dict(section(busy, "At a glance").facts)
    assert glance["visits"] == sum(int(bar.value.split()[0]) for bar in section(busy, "At a glance").bars)
    assert busy.to == ("Northwind Traders", "41 S High Street", "Columbus, OH 43215")


def test_times_are_those_of_the_site(office: Office) -> None:
    closed(office)
    assert section(november(office), "Visits").tables[0].rows[0][1] == "09:00–09:14"
    for where, said, foot in (
        ("WHERE id = 1", ("Times are those of each site.",), "America/New_York"),
        ("", (), "America/Chicago"),
    ):
        with office.lee.write("a site elsewhere") as unit:
            unit.execute(f"UPDATE site SET zone = 'America/Chicago', version = version + 1 {where}")
            unit.audit("site", 1, zone="America/Chicago")
        report = november(office)
        assert section(report, "Visits").tables[0].rows[0][1] == "08:00–08:14"
        assert section(report, "Visits").paragraphs == said
        assert f"times as in {foot}." in report.foot[0]


def test_a_request_that_was_left_open_is_late_once(office: Office) -> None:
    """Its follow-up goes on with it, and is no request of its own."""
    agree(office)
    office.on_site()
    office.finish(but=frozenset({"T1", "L5"}))
    onsite.record(office.lee, "R1", "T1", Recording(Result.OVERRIDDEN, "the provider is down"))
    leaving.leave(office.lee, "R1", "the provider is down")
    office.go("09:30", 9)
    late = section(november(office), "How soon we came").tables[1].rows
    assert [row[1] for row in late] == ["R1", "R2", "R3"]
    assert "not yet solved" in str(late[0][3])
