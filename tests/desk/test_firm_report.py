"""The firm's month on paper adds up: by client, technician and kind, what was given away, what is open, and the time before."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from db import sheets, visits
from dispatch.desk.billing import adjusting
from dispatch.desk.book import editing
from dispatch.desk.prices import agreeing
from dispatch.desk.reports.document import Amount, Report, ReportTable
from dispatch.desk.reports.firm import firm_report
from dispatch.desk.reports.rendering import as_text
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import log_in
from dispatch.model.periods import Period
from tests.desk.conftest import Office, approve, closed
from tests.figures.busy_month import busy_month

NOVEMBER = Period("month", datetime.date(2026, 11, 1))


def table(report: Report, title: str) -> ReportTable:
    (section,) = [one for one in report.sections if one.title == title]
    return section.tables[0]


def test_the_rows_add_up_to_what_they_are_sums_of(tmp_path: Path) -> None:
    with busy_month(tmp_path / "busy.db") as store:
        report = firm_report(log_in(store, "lee"), NOVEMBER)
        ended = [row for one in report.data if one.name == "visits" for row in one.rows]
        kept = sheets.latest_sheets(store, [visit.id for visit in visits.of_client(store, 1)])
    assert report.name.endswith("-month-2026-11")
    for title in ("By client", "By kind of visit"):
        *rows, total = table(report, title).rows
        assert sum(int(str(row[1])) for row in rows) == total[1] == len(ended) == 66
        charged = [row[5] for row in (*rows, total)]
        assert all(isinstance(one, Amount) for one in charged)
        *parts, whole = [one.minor for one in charged if isinstance(one, Amount)]
        assert sum(parts) == whole == sum(sheet.net or 0 for sheet in kept.values())
    *rows, total = table(report, "By technician").rows
    assert total[1] == 66
    assert sum(int(str(row[1])) for row in rows) >= 66
    assert sum(bar.value != "–" for bar in report.sections[0].bars) >= 4


def test_every_figure_has_its_definition_and_the_time_before(office: Office) -> None:
    closed(office)
    december = Period("month", datetime.date(2026, 12, 1))
    figures = table(firm_report(office.lee, december), "Figures")
    assert figures.columns == ("Figure", "Value", "November 2026", "What it counts")
    on_time = next(row for row in figures.rows if row[0] == "First-time fix")
    assert on_time[1:3] == ("–", "100% (1 of 1 jobs)")
    assert all(len(str(row[3])) > 20 for row in figures.rows)


def test_what_was_given_away_and_what_is_open_is_named(office: Office) -> None:
    closed(office)
    adjusting.give_goodwill(office.lee, "R1", "labour", "amount", "20.00", "long wait for us")
    report = firm_report(office.lee, NOVEMBER)
    assert dict(report.sections[0].facts)["Given away"] == Amount(2000, 2, "USD")
    given = {row[0]: row[1] for row in table(report, "Not charged, and why").rows}
    assert given["Goodwill"] == Amount(2000, 2, "USD")
    waits = {row[0]: row[1:] for row in table(report, "Open").rows}
    assert waits["to be reviewed"] == (1, "R1")
    assert waits["requests that wait now"] == (2, "R2, R3")
    approve(office.lee, "R1", "a word")
    waits = {row[0]: row[1:] for row in table(firm_report(office.lee, NOVEMBER), "Open").rows}
    assert waits["approved, not handed over to be invoiced"] == (1, "R1")
    assert "to be reviewed" not in waits


def test_a_quarter_and_a_year_too_and_for_the_office_alone(office: Office) -> None:
    closed(office)
    for period in (Period("quarter", datetime.date(2026, 10, 1)), Period("year", datetime.date(2026, 1, 1))):
        report = firm_report(office.dana, period)
        assert f"{period.kind}-{period.code.lower()}" in report.name
        assert "1 visit ended" in as_text(report)
        assert len(report.sections[0].bars) == (3 if period.kind == "quarter" else 12)
    with pytest.raises(NotAllowed):
        firm_report(office.ana, NOVEMBER)


def test_fees_stand_with_their_client_whoever_else_has_its_name_and_with_their_sum(office: Office) -> None:
    """A name is of one client at a time: one who was archived had it before."""
    for fee in ("300", "100"):
        client = editing.add(office.dana, "client", {"name": "Twin"})
        ends = "2026-11-23" if fee == "300" else None
        terms = {"kind": "tm", "starts": "2026-11-01", "ends": ends, "service": {"monthly_fee": fee}}
        agreeing.save_agreement(office.lee, "Twin", "Care", terms)
        if fee == "300":
            editing.archive(office.dana, "client", client)
    *rows, whole = table(firm_report(office.lee, NOVEMBER), "By client").rows
    assert [(row[0], row[-1]) for row in rows] == [("Twin", Amount(23000, 2, "USD")), ("Twin", Amount(10000, 2, "USD"))]
    assert (whole[0], whole[1], whole[-1]) == ("All", 0, Amount(33000, 2, "USD"))
    closed(office)
    *rows, whole = table(firm_report(office.lee, NOVEMBER), "By client").rows
    assert [row[:2] for row in rows] == [("Harbor Dental", 1), ("Twin", 0), ("Twin", 0)]
    assert (rows[0][-1], whole[-1]) == (Amount(0, 2, "USD"), Amount(33000, 2, "USD"))
