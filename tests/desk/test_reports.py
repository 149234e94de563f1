"""What stands in the reports: who came late and why, what was overridden, what a month cost and what was given."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from db import audit, people
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import adjusting
from dispatch.desk.book import editing
from dispatch.desk.book.records import client_named
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.figures.counting import FIGURES
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.prices import agreeing
from dispatch.desk.reports.data import DataTable
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import Amount, Report, ReportTable, Section
from dispatch.desk.reports.naming import slug
from dispatch.desk.reports.pages import html_text
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.rendering import (
    FORMS,
    as_csv,
    as_text,
    form_of,
    markdown_text,
    table_csv,
)
from dispatch.desk.reports.service import service_report
from dispatch.desk.reports.sheet import sheet_report
from dispatch.desk.review import reviewing
from dispatch.desk.session.refusals import Faulty, NotAllowed
from dispatch.model.checklists import Result
from dispatch.model.csv_text import spreadsheet_text
from dispatch.model.periods import Period
from tests.desk.conftest import DAY, Office, at, closed
from tests.desk.test_prepaid import agreed

NOVEMBER = Period("month", datetime.date(2026, 11, 1))


def rows(report: Report, title: str) -> list[tuple[object, ...]]:
    """The rows of the tables of a section."""
    (section,) = [one for one in report.sections if one.title == title]
    return [row for table in section.tables for row in table.rows]


def test_late_is_said_with_what_the_record_knows_of_it(office: Office) -> None:
    """The stop before ran over, and the second visit was promised until 11."""
    office.on_site("R1")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:30"), confirmed=True)
    office.finish("R1")
    office.go("11:20")
    leaving.close(office.ana, "R1")
    arriving.depart(office.ana, "R2")
    office.go("11:40")
    arriving.arrive(office.ana, "R2")
    report = day_report(office.lee, DAY)
    ((reference, technician, client, planned, arrived, late, why),) = rows(report, "Came late, and why")
    assert (reference, technician, client) == ("R2", "Ana Ruiz", "Harbor Dental")
    assert (planned, arrived, late) == ("10:30", "11:40", "promised 09:00–11:00 · came 11:40 · 40m late")
    assert str(why).startswith("the stop before, R1: ")
    assert "client not told" in str(why)
    assert report.sections[1].facts == (("Gravest cause", "the stop before 1"),)


def test_who_is_not_there_yet_is_late_too(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("09:10")
    assert rows(day_report(office.lee, DAY), "Came late, and why") == []
    office.go("09:31")
    (row,) = rows(day_report(office.lee, DAY), "Came late, and why")
    assert "not there yet, 31 min behind the plan" in row


def test_overrides_and_what_was_left_open_come_first(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"T1", "L5"}))
    onsite.record(office.lee, "R1", "T1", Recording(Result.OVERRIDDEN, "the provider is down"))
    leaving.leave(office.lee, "R1", "the provider is down")
    report = day_report(office.lee, DAY)
    found = {row[3]: row[4] for row in rows(report, "Exceptions")}
    assert "the provider is down; follow-up R" in str(found["left open"])
    assert found["waived"] == "“The problem no longer occurs, tried the…” waived by Lee Moreau: the provider is down"
    assert [one.title for one in report.sections][:3] == ["At a glance", "Came late, and why", "Exceptions"]
    assert [row[0] for row in rows(report, "Visits")] == ["R1"]
    figures = {row[0]: row[1] for row in rows(report, "Figures")}
    assert figures["Overrides"] == "1"
    assert figures["First-time fix"] == "0% (0 of 1 jobs)"


def test_charges_of_the_day_add_up_to_the_sheets(office: Office) -> None:
    closed(office)
    adjusting.give_goodwill(office.lee, "R1", "labour", "amount", "20.00", "long wait for us")
    report = day_report(office.lee, DAY)
    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    (section,) = [one for one in report.sections if one.title == "Charges"]
    assert [str(value) for _, value in section.facts] == [f"{charge.form[key]} USD" for key in ("net", "tax", "total")]
    (row,) = section.tables[0].rows
    assert "20.00 off labour, long wait for us (Lee Moreau)" in row


def test_month_of_a_client_tells_value_given_by_what_it_was(office: Office) -> None:
    block = agreeing.add_block(
        office.lee, agreed(office, "block_hours"), {"name": "opening", "size": "600", "bought": str(NOVEMBER.first)}
    )
    closed(office)
    adjusting.give_goodwill(office.lee, "R1", "travel", "percent", "50", "the road was ours")
    reviewing.approve(office.lee, "R1", "", reviewing.judge(office.store, "R1").shown)
    client = visit_page(office.store, "R1").client
    report = period_report(office.lee, client, NOVEMBER)
    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    given = {str(name): value for name, value in rows(report, "Value given")}
    lines = charge.form["lines"]
    drawn = sum(Decimal(line["value"]) for line in lines if line.get("zero_reason") == "drawn")
    goodwill = -sum(Decimal(line["amount"]) for line in lines if line["rule"] == "GOODWILL")
    assert isinstance(given["All"], Amount)
    assert given["Paid from what was prepaid"] == Amount(int(drawn * 100), 2, "USD")
    assert given["Goodwill"] == Amount(int(goodwill * 100), 2, "USD")
    assert given["All"].decimal == drawn + goodwill
    assert goodwill > 0
    tests = rows(report, "What we tested")
    assert tests
    assert all(row[1] == row[2] == 1 for row in tests), "each was tested once, and passed"
    assert [row[1] for row in rows(report, "What is next")] == ["R2", "R3"]
    assert block.name in as_text(report)


def test_what_was_ended_in_another_month_is_not_in_it(office: Office) -> None:
    closed(office)
    client = visit_page(office.store, "R1").client
    october = period_report(office.lee, client, Period("month", datetime.date(2026, 10, 1)))
    assert rows(october, "Visits") == []
    assert "No visit ended in this time." in as_text(october)


def test_findings_name_the_test_that_failed_and_what_was_named(office: Office) -> None:
    office.on_site()
    office.say("R1", "T1", Recording(Result.FAIL, "still does not print"))
    office.finish()
    leaving.close(office.ana, "R1")
    client = visit_page(office.store, "R1").client
    found = rows(period_report(office.lee, client, NOVEMBER), "What we found")
    assert [(row[1], row[3]) for row in found] == [("failed at first, then passed", "R1")]


def test_day_sheet_has_what_a_technician_needs_and_no_money(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:00"), confirmed=True)
    ana = people.technician_by_name(office.store, "ana")
    assert ana is not None
    report = sheet_report(office.ana, ana, DAY)
    assert [one.title for one in report.sections] == [
        "The day", "1. 09:00–10:15  Harbor Dental", "2. 13:00–14:15  Harbor Dental", "The way home",
    ]  # fmt: skip
    assert [row[1:3] for row in report.sections[0].tables[0].rows] == [
        ("09:00–10:15", "Harbor Dental"), ("13:00–14:15", "Harbor Dental"),
    ]  # fmt: skip
    facts = dict(report.sections[1].facts)
    assert facts["Where"] == "Main office, 1 Front Street"
    assert "est" in str(facts["Drive"])
    assert all(row[0] == "[ ]" for row in report.sections[1].tables[0].rows)
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    office.say("R1", "A1", Recording(Result.ANSWERED, "with J. Lowe"))
    ticked = {row[1]: row[0] for row in sheet_report(office.ana, ana, DAY).sections[1].tables[0].rows}
    assert ticked["Expectations agreed: with whom, what done looks like, what is not for today"] == "[x]"
    for form in FORMS.values():
        assert "USD" not in form(report)


def test_reports_are_the_office_s(office: Office) -> None:
    ben = people.technician_by_name(office.store, "ben")
    client = visit_page(office.store, "R1").client
    assert ben is not None
    for make in (
        lambda: day_report(office.ana, DAY),
        lambda: period_report(office.ana, client, NOVEMBER),
        lambda: sheet_report(office.ana, ben, DAY),
    ):
        with pytest.raises(NotAllowed, match="Only a dispatcher or lead"):
            make()
    assert sheet_report(office.dana, ben, DAY).sections[0].paragraphs == ("No visits on this day.",)


def test_every_report_carries_the_head_of_the_audit(office: Office) -> None:
    head = audit.chain_head(office.store)
    assert head.rows == audit.newest(office.store)
    assert head.hash == audit.hash_at(office.store, head.rows)
    for report in (
        day_report(office.lee, DAY),
        period_report(office.lee, visit_page(office.store, "R1").client, NOVEMBER),
    ):
        assert head.short in report.foot[1]


def test_numbers_stay_numbers_in_a_spreadsheet() -> None:
    columns = ("a", "b", "c", "d")
    data = DataTable("things", columns, ((-5, Decimal("-1234.50"), None, True), ("-5", Decimal("-0.5"), "=1", False)))
    text = table_csv(data)
    assert text == "a,b,c,d\r\n-5,-1234.50,,true\r\n'-5,-0.5,'=1,false\r\n"
    report = Report("day", "t", "s", (), (), data=(data,))
    assert as_csv(report) == as_csv(report, "things") == text
    assert form_of(report)["tables"] == {
        "things": [{"a": -5, "b": "-1234.50", "c": None, "d": True}, {"a": "-5", "b": "-0.5", "c": "=1", "d": False}]
    }
    with pytest.raises(Faulty, match="is not one of things"):
        as_csv(report, "others")
    with pytest.raises(ValueError, match="another number of values"):
        DataTable("things", columns, ((1,),))


def test_data_are_one_table_each_with_instants_and_plain_numbers(office: Office) -> None:
    """Every cell is a value: instants of the place with their offset, money beside its currency, nothing in words."""
    closed(office)
    month = period_report(office.lee, visit_page(office.store, "R1").client, NOVEMBER)
    data = {one.name: [dict(zip(one.columns, row, strict=True)) for row in one.rows] for one in month.data}
    assert list(data) == ["visits", "tests", "used", "charges", "charge_lines", "levels", "ahead"]
    (visit,) = data["visits"]
    assert (visit["reference"], visit["state"], visit["technicians"]) == ("R1", "closed", "Ana Ruiz")
    assert str(visit["checked_in"]).startswith("2026-11-24T09:00:00-05:00")
    (charge,) = data["charges"]
    assert charge["currency"] == "USD"
    assert charge["net"] == sum(Decimal(str(line["amount"])) for line in data["charge_lines"])
    assert {one["reference"] for one in data["levels"]} == {"R1", "R2", "R3"}
    assert [one["reference"] for one in data["ahead"]] == ["R2", "R3"]
    assert {one["reference"] for one in data["tests"]} == {"R1"}
    with_charge = service_report(office.lee, "R1", with_charge=True)
    assert {one.name for one in with_charge.data} - {one.name for one in service_report(office.lee, "R1").data} == {
        "charges", "charge_lines",
    }  # fmt: skip
    day = {one.name: one for one in day_report(office.lee, DAY).data}
    assert [row[0] for row in day["visits"].rows] == ["R1"]
    assert len(day["figures"].rows) == len(FIGURES) * 2


def test_why_a_lead_waived_something_is_in_no_client_s_data(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"T1", "L5"}))
    onsite.record(office.lee, "R1", "T1", Recording(Result.OVERRIDDEN, "the provider is down"))
    leaving.leave(office.lee, "R1", "the client was shouting")
    client = visit_page(office.store, "R1").client
    for report in (period_report(office.lee, client, NOVEMBER), service_report(office.lee, "R1")):
        assert "provider is down" not in "".join(map(table_csv, report.data))
    assert "provider is down" in as_csv(day_report(office.lee, DAY), "tests")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Northwind Traders, Inc.", "northwind-traders-inc"), ("../../etc/passwd", "etc-passwd"), ("a\x1b[31m\u202eb", "a-31m-b"),
        ("東京 株式会社", "東京-株式会社"), ("Søn & ﬁls", "søn-fils"), ("🙂", ""), ("x" * 200, "x" * 40), (".hidden", "hidden"),
        ("<script>alert(1)</script>", "script-alert-1-script"), ("CON", "con"), ("a/b\\c:d*e", "a-b-c-d-e"),
    ],
)  # fmt: skip
def test_a_name_of_a_file_has_letters_digits_and_hyphens(name: str, file: str) -> None:
    assert slug(name) == file


def test_no_two_clients_have_files_of_one_name(office: Office) -> None:
    closed(office)
    first = visit_page(office.store, "R1").client
    assert period_report(office.lee, first, NOVEMBER).name == "harbor-dental-month-2026-11"
    assert service_report(office.lee, "R1").name == "harbor-dental-report-r1"
    editing.add(office.lee, "client", {"name": "Harbor-Dental"})
    other = client_named(office.store, "Harbor-Dental")
    names = [period_report(office.lee, one, NOVEMBER).name for one in (first, other)]
    assert names == [f"harbor-dental_{one.id}-month-2026-11" for one in (first, other)]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        (" =1", "' =1"),
        ("a;=1", "a;'=1"),
        ('a;"=1', "a;\"'=1"),
        ("a-1", "a-1"),
        ("a, -b", "a, '-b"),
        ("x\n=1", "x / =1"),
    ],
)
def test_text_is_no_formula(text: str, cell: str) -> None:
    assert spreadsheet_text(text) == cell


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a_b", "a\\_b"), ("# x", "\\# x"), ("1. x", "1\\. x"), ("- x", "\\- x"), ("10:30", "10:30"), ("a|b", "a\\|b"),
     ("see http://x", "see `http://x`"), ("a\nb", "a b"), ("R4001 – done.", "R4001 – done.")],
)  # fmt: skip
def test_text_is_no_markup(text: str, shown: str) -> None:
    assert markdown_text(text) == shown


def test_a_table_keeps_its_shape() -> None:
    with pytest.raises(ValueError, match="another number of cells"):
        ReportTable(("a", "b"), ((1,),))
    wide = ReportTable(("a", "b"), (("word " * 40, 5), ("漢字" * 30, 12_345)))
    lines = as_text(Report("day", "t", "s", (Section("x", tables=(wide,)),), ()), 60).splitlines()
    assert all(len(line) <= 62 for line in lines)
    assert sum("word" in line for line in lines) > 1


def test_a_long_word_may_be_broken_and_stays_whole() -> None:
    assert html_text("x" * 60) == "<wbr>".join(("x" * 28, "x" * 28, "x" * 4))
    assert html_text("y" * 28) == "y" * 28
    assert html_text('<a href="&">') == "&lt;a href=&quot;&amp;&quot;&gt;"
    assert "\0" not in html_text("a\0b")


def test_amounts_of_several_currencies_say_their_own() -> None:
    table = ReportTable(("what", "net"), (("a", Amount(100, 2, "USD")), ("b", Amount(100, 0, "JPY"))))
    facts = (("Net", Amount(100, 2, "USD")), ("Net", Amount(100, 0, "JPY")))
    report = Report("day", "t", "s", (Section("x", facts, tables=(table,)),), ())
    (section,) = form_of(report)["sections"]
    assert [(one["value"], one["currency"]) for one in section["facts"]] == [("1.00", "USD"), ("100", "JPY")]
    assert section["tables"][0] == {
        "columns": ["what", "net"], "currency": None, "rows": [["a", "1.00 USD"], ["b", "100 JPY"]],
    }  # fmt: skip
