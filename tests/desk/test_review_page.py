"""What a review with the client says: the time before, visits as agreed, savings, satisfaction, gaps, and what comes next."""

from __future__ import annotations

import datetime

import pytest

from db import agreements, settings
from db.store import existing
from dispatch.care.item import CareItem, CareState
from dispatch.closeout import shipped
from dispatch.desk.book import editing
from dispatch.desk.care import care_list
from dispatch.desk.figures.counting import figures_over
from dispatch.desk.plan import schedule, undo
from dispatch.desk.prices import agreeing, beginning
from dispatch.desk.reports.document import Amount, Cell, Report
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.rendering import as_text
from dispatch.desk.requests import review_visit
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.model.periods import Period
from tests.desk.conftest import DAY, Office, approve, at, closed, harbor, invoice
from tests.desk.test_client_period import section
from tests.desk.test_scores import answered

QUARTER = Period("quarter", datetime.date(2026, 10, 1))


def quarter(office: Office, period: Period = QUARTER) -> Report:
    return period_report(office.lee, harbor(office), period)


def agree(office: Office, ends: str | None = "2026-12-31", **service: object) -> None:
    terms = {"kind": "tm", "starts": "2026-01-01", "ends": ends, "service": service}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms, confirmed=("*",))


def titles(report: Report) -> list[str]:
    return [one.title for one in report.sections]


def beside(report: Report) -> dict[Cell, tuple[Cell, ...]]:
    """The rows of the table with the time before."""
    return {row[0]: row[1:] for row in section(report, "Beside the time before").tables[0].rows}


def test_the_quarter_stands_beside_the_one_before(office: Office) -> None:
    closed(office)
    approve(office.lee, "R1")
    found = section(quarter(office), "Beside the time before")
    assert (found.tables, found.paragraphs) == (
        (),
        ("In July to September 2026 there was nothing to stand beside it.",),
    )
    office.go("09:00", 60)
    for period in (Period("quarter", datetime.date(2027, 1, 1)), Period("year", datetime.date(2027, 1, 1))):
        rows = beside(quarter(office, period))
        assert rows["Visits"] == (0, 1, "-1")
        assert rows["Charged, with tax"] == (Amount(0, 2, "USD"), Amount(16663, 2, "USD"), Amount(-16663, 2, "USD"))
        assert str(Amount(5, 2, "USD", signed=True)) == "+0.05 USD"
        spent = figures_over(office.store, DAY, DAY, "client").totals["on_site_against_plan"].top
        assert rows["Time with you"] == ("0m", f"{spent // 60}m", f"-{spent // 60}m")


def test_what_the_agreement_saved_is_priced_by_the_comparison(office: Office) -> None:
    assert "What your agreement saved" not in titles(quarter(office))
    agree(office, monthly_fee="10.00")
    assert (
        "No visit under your agreement is charged in this time."
        in section(quarter(office), "What your agreement saved").paragraphs
    )
    closed(office)
    assert section(quarter(office), "What your agreement saved").facts == (), "it is not reviewed"
    approve(office.lee, "R1")
    facts = dict(section(quarter(office), "What your agreement saved").facts)
    standard, charged = facts["Your visits at the standard price"], facts["As they were charged under your agreement"]
    assert (standard, charged) == (Amount(15500, 2, "USD"), Amount(13500, 2, "USD"))
    assert facts["Monthly fees"] == Amount(2000, 2, "USD"), "of the two months that have begun"
    assert facts["Saved"] == Amount(0, 2, "USD")
    office.go("09:00", 9)
    facts = dict(section(quarter(office), "What your agreement saved").facts)
    assert facts["More than at the standard price"] == Amount(1000, 2, "USD")


def test_fees_that_no_invoice_has_say_so(office: Office) -> None:
    """Until the firm says from when it invoices them they are invoiced elsewhere, if at all (design/invoices.md)."""
    agree(office, monthly_fee="10.00")
    charges = section(quarter(office), "Charges")
    assert dict(charges.facts)["Monthly fee"] == Amount(2000, 2, "USD")
    said = "2 monthly fees or blocks are on none of the invoices in our records, and stand here as agreed."
    assert said in charges.paragraphs
    with office.lee.write("settings") as unit:
        settings.set_firm(unit, invoices_from="2026-10-01")
    invoice(office.lee)
    assert said not in section(quarter(office), "Charges").paragraphs


def test_without_a_known_fee_no_saving_is_claimed(office: Office) -> None:
    agree(office)
    closed(office)
    approve(office.lee, "R1")
    found = section(quarter(office), "What your agreement saved")
    assert (found.facts, "no saving is claimed" in found.paragraphs[0]) == ((), True)


def test_visits_made_stand_beside_those_agreed(office: Office) -> None:
    agree(office, cadence_min=1, cadence_target=2)
    editing.add(
        office.lee,
        "recurrence",
        {
            "site": "Harbor Dental / Main office",
            "work": "backup check",
            "rule": "every week on fri",
            "minutes": "60",
            "starts": "2026-11-20",
        },
    )
    closed(office)
    cadence, series = section(quarter(office), "Visits as agreed").tables
    assert cadence.rows == (("October 2026", 1, 2, 0), ("November 2026", 1, 2, 1))
    assert series.rows[0][0] == "backup check"
    assert series.rows[0][2] == 0
    assert series.rows[0][1] == series.rows[0][4]


def test_visits_that_nobody_agreed_are_not_said_to_be(office: Office) -> None:
    """What the firm aims at without a word on it is no paper's for the client (design/account-care.md E1)."""
    agree(office)
    assert "Visits as agreed" not in titles(quarter(office))
    found = existing(agreements.agreement_on(office.store, harbor(office).id, DAY))
    assert beginning.form_of(found, office.store)["service"] == {}
    terms = {**beginning.form_of(found, office.store), "service": {"cadence_target": 2}}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms, found)
    asked = existing(agreements.agreement_on(office.store, harbor(office).id, DAY))
    assert beginning.form_of(asked, office.store)["service"] == {"cadence_min": 1, "cadence_target": 2}
    (cadence,) = section(quarter(office), "Visits as agreed").tables
    assert cadence.rows[-1] == ("November 2026", 1, 2, 0)


def test_gaps_have_an_owner_and_a_day_until_they_are_done(office: Office) -> None:
    client = harbor(office)
    care_list.note_gap(office.lee, client, "No spare switch", "lee", datetime.date(2026, 11, 20))
    care_list.note_gap(office.lee, client, "No UPS", "lee", datetime.date(2027, 1, 20))
    rows = section(quarter(office), "Gaps, and who sees to them").tables[0].rows
    assert rows == (
        ("No spare switch", "Lee Moreau", "Fri 20 Nov 2026", "open, and its day is over"),
        ("No UPS", "Lee Moreau", "Wed 20 Jan 2027", "open"),
    )
    first = next(item for item in care_list.care_list(office.store) if item.what == "No spare switch")
    care_list.mark(office.lee, first.key, "done", "secret-note")
    report = quarter(office)
    assert section(report, "Gaps, and who sees to them").tables[0].rows[0][3] == "done Tue 24 Nov 2026"
    assert "secret" not in as_text(report)
    later = quarter(office, Period("quarter", datetime.date(2027, 1, 1)))
    assert [row[0] for row in section(later, "Gaps, and who sees to them").tables[0].rows] == ["No UPS"]


def test_satisfaction_is_what_they_said_by_name(office: Office) -> None:
    closed(office)
    care_list.note_survey(office.lee, harbor(office), 8, "quick")
    answered(office, 1, 1, 1, 1, 1)
    found = section(quarter(office), "How satisfied you are")
    assert dict(found.facts) == {"Surveys": "8.0 of 10, 1 answer", "Signed off as satisfied": "1 of 1"}
    assert found.tables[0].rows == (("Tue 24 Nov 2026", 8, "quick"),)


def test_what_is_next_is_in_words_for_them(office: Office) -> None:
    agree(office)
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("16:10"), confirmed=True)
    found = section(quarter(office), "What is next")
    assert (
        "Care ends on Thu 31 Dec 2026. Nothing renews by itself: we would like to talk about it with you."
        in found.paragraphs
    )
    facts = dict(found.facts)
    assert facts["Your agreement"] == "Care, to Thu 31 Dec 2026"
    assert facts["Next review with you"] == "about Tue 24 Nov 2026"
    text = as_text(quarter(office))
    for ours in ("overdue", "prompt", "D8", "E3", "snooze", "held back"):
        assert ours not in text


@pytest.mark.parametrize("kind", ["month", "quarter", "year"])
def test_each_kind_of_period_has_them(office: Office, kind: str) -> None:
    agree(office, cadence_target=2)
    closed(office)
    assert {
        "Beside the time before", "Visits as agreed", "How satisfied you are", "Gaps, and who sees to them", "What is next",
    } <= set(titles(quarter(office, Period(kind, QUARTER.first).at(DAY))))  # fmt: skip


def due_review(office: Office) -> CareItem:
    (item,) = [one for one in care_list.care_list(office.store, all_items=True) if one.what == "review with the client"]
    return item


def test_a_review_is_booked_from_what_is_due_and_ends_it_once_it_is_closed(office: Office) -> None:
    """design/service-levels.md D8a"""
    agree(office)
    item = due_review(office)
    assert item.state is CareState.OVERDUE
    with pytest.raises(Faulty, match="site"):
        review_visit.book(office.lee, item.key)
    with pytest.raises(NotAllowed):
        review_visit.book(office.dana, item.key, site="Main office")
    visit = review_visit.book(office.lee, item.key, site="Main office")
    assert (visit.kind, visit.work, visit.wanted_on, visit.minutes, visit.priority) == (
        "review", "Review with the client", datetime.date(2026, 11, 25), 60, 4,
    )  # fmt: skip
    waits = due_review(office)
    assert (waits.state, waits.visit, waits.asks) == (CareState.PLANNED, visit.reference, False)
    assert "is to be on 2026-11-25" in waits.why
    with pytest.raises(Refusal, match="is asked for already"):
        review_visit.book(office.lee, item.key, site="Main office")
    undo.undo(office.lee)
    assert due_review(office).state is CareState.OVERDUE
    again = review_visit.book(office.lee, item.key, DAY, "Main office", 30)
    assert dict(section(quarter(office), "What is next").facts).get("Next review with you") is None, (
        "it stands among the visits"
    )
    closed(office, again.reference)
    assert not [
        one for one in care_list.care_list(office.store, all_items=True) if one.what == "review with the client"
    ]
    assert dict(section(quarter(office), "What is next").facts)["Next review with you"] == "about Wed 24 Feb 2027"


def test_a_review_that_is_cancelled_is_due_again(office: Office) -> None:
    agree(office)
    visit = review_visit.book(office.lee, due_review(office).key, site="Main office")
    schedule.cancel(office.dana, visit.reference, "they are away")
    assert due_review(office).state is CareState.OVERDUE


def test_only_a_review_is_booked(office: Office) -> None:
    agree(office)
    care_list.note_gap(office.lee, harbor(office), "No UPS", "lee", datetime.date(2026, 11, 20))
    for item in care_list.care_list(office.store):
        if item.what != "review with the client":
            with pytest.raises(Refusal, match="nothing was booked"):
                review_visit.book(office.lee, item.key, site="Main office")


def test_a_new_firm_has_the_checklist_of_a_review() -> None:
    (template,) = [one for one in shipped.templates() if one.kinds == ("review",)]
    assert template.name == "Review with the client"
