"""Invoices: what is on them, numbers without a gap, each thing once, void before and credit after somebody has them."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import agreements, invoices, settings, sheets
from db.faults import Refused
from db.store import existing
from dispatch.charges.fees import month_fee, month_fees
from dispatch.desk.billing import adjusting, handing_out, invoicing
from dispatch.desk.billing.invoice_lines import left_of, visit_lines
from dispatch.desk.billing.invoice_words import as_json
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.delivery import papers
from dispatch.desk.mending import merging
from dispatch.desk.plan import schedule
from dispatch.desk.prices import agreeing
from dispatch.desk.reports.invoice import invoice_report
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.rendering import as_text
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.visits.steps import find
from dispatch.model.agreements import Agreement, ServiceTerms
from dispatch.model.invoice_taxes import without_tax
from dispatch.model.invoices import InvoiceKind, LineSource
from dispatch.model.money import to_minor
from dispatch.model.states import Review
from tests.desk.conftest import DAY, Office, approve, at, closed, invoice
from tests.desk.test_kept_sheets import card_with, client_with

TODAY = DAY
FEE = {"service": {"monthly_fee": "310.00"}}


def approved(office: Office, reference: str = "R1") -> None:
    """A visit that was closed and approved."""
    closed(office, reference)
    approve(office.lee, reference)


def agreed(office: Office, kind: str = "tm", since: datetime.date = DAY, **terms: Any) -> Agreement:
    """An agreement of the client from a day on."""
    return agreeing.save_agreement(
        office.lee, "Harbor Dental", "Care", {"kind": kind, "starts": str(since), "ends": None, **terms}
    )


def invoiced_from(office: Office, day: datetime.date) -> None:
    with office.lee.write("settings") as unit:
        settings.set_firm(unit, invoices_from=day.isoformat())


def faults(office: Office, until: datetime.date = DAY) -> str:
    return " ".join(fault for draft in invoicing.preview(office.lee, until) for fault in draft.faults)


def three_visits(office: Office, amount: str = "9.77", **card: Any) -> int:
    """Three visits, each charged so much for coming; returns what their sheets come to."""
    call_out = {"components": [{"kind": "callout", "amount": amount}]}
    card_with(office, travel=call_out, classes={"tech": {"standard": "0", "agreement": "0"}}, **card)
    for number, reference in enumerate(("R1", "R2", "R9")):
        if reference == "R9":
            asked = {"client": "Harbor Dental", "site": "Main office", "work": "cable", "minutes": "30"}
            intake.add(office.dana, asked | {"reference": "R9"})
        schedule.assign(office.dana, reference, ["Ana Ruiz"], at("09:00", number), reason="test", confirmed=True)
        office.go("09:00", number)
        arriving.arrive(office.ana, reference)
        office.finish(reference)
        leaving.close(office.ana, reference)
        approve(office.lee, reference)
    return int(office.store.value("SELECT sum(total_minor) FROM charge_sheet"))


class TestIssued:
    def test_each_approved_visit_is_on_one_invoice(self, office: Office) -> None:
        """design/invoices.md, What is on it."""
        closed(office)
        with pytest.raises(Refusal, match="Nothing is to be invoiced"):
            invoice(office.lee)
        approve(office.lee, "R1")
        (first,) = invoice(office.lee)
        assert (first.invoice.number, first.invoice.kind) == ("2026-0001", InvoiceKind.INVOICE)
        assert {line.of for line in first.invoice.lines} == {"R1"}
        assert find(office.store, "R1").review is Review.EXPORTED
        assert invoices.number_of_visit(office.store, find(office.store, "R1").id) == "2026-0001"
        with pytest.raises(Refusal, match="Nothing is to be invoiced"):
            invoice(office.lee)

    def test_every_line_multiplies_and_tax_is_by_rate(self, office: Office) -> None:
        """design/invoices.md, Quantity times price; Tax."""
        approved(office)
        (one,) = invoice(office.lee)
        for line in one.invoice.lines:
            assert to_minor(Fraction(line.quantity) * Fraction(line.unit_price), 2) == line.amount
        sheet = office.store.all("SELECT net_minor FROM charge_sheet ORDER BY revision DESC LIMIT 1")
        assert one.invoice.net == sheet[0][0]
        (part,) = one.invoice.taxes
        assert (part.key, part.base) == ("S7.5", one.invoice.net)

    def test_a_kept_sheet_in_other_words_is_invoiced_and_one_of_other_figures_is_not(self, office: Office) -> None:
        """design/invoices.md, What is on it."""
        approved(office)
        visit = find(office.store, "R1")
        kept = sheets.latest_sheet(office.store, visit.id)
        assert kept is not None

        def lines(**other: str) -> object:
            form = {**kept.sheet, "lines": [{**line, **other} for line in kept.sheet["lines"]]}
            return visit_lines(visit, replace(kept, sheet=form), DAY)

        assert lines(why="as an earlier version said it") is not None
        assert lines(amount="1.00") is None

    def test_prices_with_tax_come_to_what_the_list_says(self, office: Office) -> None:
        """design/charges.md B9.1: lines stand as the list says, and what of them is tax is told."""
        tax = {"name": "VAT", "rate_pct": "19", "included": "always"}
        card_with(office, tax=tax, travel={}, classes={"tech": {"standard": "95", "agreement": "95"}})
        approved(office)
        (one,) = invoice(office.lee)
        assert [(line.rule, line.amount, line.tax_in) for line in one.invoice.lines if line.amount] == [
            ("LAB", 2375, True),
            ("MIN-TIME", 7125, True),
        ]
        assert (one.invoice.net, one.invoice.tax, one.invoice.net + one.invoice.tax) == (7983, 1517, 9500)

    def test_several_visits_at_prices_with_tax_come_to_what_the_client_was_told(self, office: Office) -> None:
        """design/invoices.md, Tax: by hand, 29.31 with 19% is 24.63 and 4.68; three times 9.77 is 24.63 (8.21 each) and 4.68."""
        client_with(office, private=True)
        told = three_visits(office, tax={"name": "VAT", "rate_pct": "19", "included": "private"})
        (one,) = invoice(office.lee)
        made = one.invoice
        assert (told, made.total, made.net, made.tax) == (2931, 2931, 2463, 468)
        assert [line.amount for line in made.lines if line.amount] == [977, 977, 977]
        assert [line.amount for line in without_tax(made) if line.amount] == [821, 821, 821]
        assert office.store.value("SELECT sum(net) FROM invoiced") == made.net
        assert "Prices are with tax" in as_text(invoice_report(office.store, made))
        invoicing.credit(office.lee, "2026-0001", "a favour", {3: 977})
        (credit,) = invoices.credits_of(office.store, one.id)
        assert (credit.invoice.total, credit.invoice.tax) == (977, 156)
        rest = invoicing.credit(office.lee, "2026-0001", "the rest too").invoice
        assert (rest.total, rest.tax) == (1954, 468 - 156)

    def test_a_fee_and_a_block_of_prices_with_tax_are_with_it(self, office: Office) -> None:
        """design/charges.md B9.1: every figure of card and agreement; who is exempt pays them without the tax in them."""
        card_with(office, tax={"name": "VAT", "rate_pct": "19", "included": "private"})
        invoiced_from(office, datetime.date(2026, 11, 1))
        agreement = agreed(office, "block_hours", datetime.date(2026, 11, 1), **FEE)
        agreeing.add_block(office.lee, agreement, {"name": "B", "size": "600", "bought": str(DAY), "price": "900.00"})

        def sums() -> tuple[int, int]:
            (draft,) = invoicing.preview(office.lee, DAY)
            return draft.invoice.net, draft.invoice.tax

        assert sums() == (121000, 22990)
        client_with(office, private=True)
        assert sums() == (121000 - 19319, 19319)
        client_with(office, tax_exempt=True, tax_ref="EX-1")
        assert sums() == (121000 - 4950 - 14370, 0)
        (draft,) = invoicing.preview(office.lee, DAY)
        fee = next(line for line in draft.invoice.lines if line.source is LineSource.FEE)
        assert (fee.unit_price, fee.text) == (Decimal("260.50"), "Monthly fee, 2026-11-01 to 2026-11-30")

    def test_three_visits_are_taxed_once(self, office: Office) -> None:
        """design/charges.md B9: the sheet's tax is an indication; three sheets of 34.89 are an invoice over 34.88."""
        told = three_visits(office, tax={"name": "VAT", "rate_pct": "19"})
        (one,) = invoice(office.lee)
        assert (told, one.invoice.total) == (3489, 3488)

    def test_an_exempt_client_pays_none_and_the_reference_stands_there(self, office: Office) -> None:
        client_with(office, tax_exempt=True, tax_ref="EX-1")
        approved(office)
        (one,) = invoice(office.lee)
        assert [(part.key, part.tax, part.reason) for part in one.invoice.taxes] == [("E0", 0, "EX-1")]

    def test_it_names_both_parties_terms_and_bank(self, office: Office) -> None:
        client_with(
            office, billing_address="1 Main Street | Columbus", billing_mail="pay@harbor.example", tax_id="US-1", country="US",
            buyer_reference="PO 7", payment_days=14,
        )  # fmt: skip
        with office.lee.write("settings") as unit:
            settings.set_firm(
                unit, tax_id="OH-9", bank_account="123", paper_address="2 Elm | Columbus", invoice_prefix="D-"
            )
        approved(office)
        (one,) = invoice(office.lee)
        made = one.invoice
        assert made.buyer.address == ("1 Main Street", "Columbus")
        assert (made.buyer.tax_id, made.buyer.reference, made.seller.tax_id, made.bank.account) == (
            "US-1",
            "PO 7",
            "OH-9",
            "123",
        )
        assert (made.number, made.due_on - made.issued_on) == ("D-2026-0001", datetime.timedelta(14))

    def test_only_a_lead_does(self, office: Office) -> None:
        approved(office)
        with pytest.raises(NotAllowed):
            invoice(office.dana)

    def test_the_numbers_of_a_year_follow_its_dates(self, office: Office) -> None:
        approved(office)
        (draft,) = invoicing.preview(office.lee, DAY)
        later = replace(draft.invoice, number="2026-0001", issued_on=DAY + datetime.timedelta(3))
        with office.lee.write("of a day to come") as unit:
            invoices.add_invoice(unit, later, 1, None, ())
        with pytest.raises(Refusal, match="the numbers follow the dates"):
            invoice(office.lee)

    def test_of_the_day_it_ends_on_nothing_later(self, office: Office) -> None:
        approved(office)
        day_before = DAY - datetime.timedelta(1)
        assert not any(draft.taken for draft in invoicing.preview(office.lee, day_before))
        with pytest.raises(Faulty, match="days ahead"):
            invoicing.preview(office.lee, DAY + datetime.timedelta(60))


class TestDated:
    """design/invoices.md, Numbers: dates go on, and say no earlier day than what is on the invoice."""

    def dated(self, office: Office, day: datetime.date) -> str:
        found = invoicing.preview(office.lee, DAY)
        (one,) = invoicing.issue(office.lee, DAY, (), invoicing.shown_mark(found), day).made
        return f"{one.invoice.number} {one.invoice.issued_on} {one.invoice.due_on - one.invoice.issued_on}"

    def test_an_earlier_day_may_be_chosen(self, office: Office) -> None:
        approved(office)
        office.clock.set(at("09:00", 4))
        with pytest.raises(Refusal, match="is still to come"):
            self.dated(office, DAY + datetime.timedelta(5))
        with pytest.raises(Refusal, match="before 2026-11-24, when something on the invoice of Harbor Dental was done"):
            self.dated(office, DAY - datetime.timedelta(1))
        assert invoices.every_invoice(office.store) == []
        days = settings.firm(office.store).payment_days
        assert self.dated(office, DAY + datetime.timedelta(2)) == f"2026-0001 2026-11-26 {days} days, 0:00:00"

    def test_never_before_the_newest_one_in_whichever_year(self, office: Office) -> None:
        agreed(office, "fixed_price", datetime.date(2026, 11, 1), **FEE)
        invoiced_from(office, datetime.date(2026, 12, 1))
        office.clock.set(at("09:00", 41))
        assert self.dated_until(office, datetime.date(2026, 12, 1), datetime.date(2027, 1, 2)) == "2027-0001"
        with pytest.raises(Refusal, match="The newest invoice is of 2027-01-02, and the numbers follow the dates"):
            self.dated_until(office, datetime.date(2027, 1, 1), datetime.date(2026, 12, 31))
        with pytest.raises(Refusal, match="The newest invoice is of 2027-01-02"):
            invoicing.credit(office.lee, "2027-0001", "a slip", dated=datetime.date(2026, 12, 31))
        late = replace(
            invoices.every_invoice(office.store)[0].invoice, number="2026-0001", issued_on=datetime.date(2026, 12, 31)
        )
        with pytest.raises(Refused, match="follow their dates"), office.lee.write("by hand") as unit:
            invoices.add_invoice(unit, late, 1, None, ())
        credit = invoicing.credit(office.lee, "2027-0001", "a slip", dated=datetime.date(2027, 1, 3)).invoice
        assert (credit.number, str(credit.issued_on), str(credit.due_on)) == ("2027-0002", "2027-01-03", "2027-01-03")

    def dated_until(self, office: Office, until: datetime.date, day: datetime.date) -> str:
        found = invoicing.preview(office.lee, until)
        (one,) = invoicing.issue(office.lee, until, (), invoicing.shown_mark(found), day).made
        return one.invoice.number

    def test_the_first_number_may_follow_those_of_an_old_program(self, office: Office) -> None:
        approved(office)
        editing.settle(office.lee, {"invoice_start": "120", "invoice_prefix": "D-"})
        (first,) = invoice(office.lee)
        assert first.invoice.number == "D-2026-0120"
        with pytest.raises(Faulty, match="D-2026-0120 is issued: the numbers go on from there, and began with 120"):
            editing.settle(office.lee, {"invoice_start": "1"})
        editing.settle(office.lee, {"invoice_prefix": ""})
        assert invoicing.credit(office.lee, "D-2026-0120", "a slip", {1: 100}).invoice.number == "2026-0121"
        office.clock.set(at("09:00", 41))
        assert invoicing.credit(office.lee, "D-2026-0120", "a slip", {1: 100}).invoice.number == "2027-0001"

    def test_no_other_program_begins_elsewhere(self, office: Office) -> None:
        approved(office)
        editing.settle(office.lee, {"invoice_start": "120"})
        (draft,) = invoicing.preview(office.lee, DAY)
        for place in (1, 119, 121):
            new = replace(draft.invoice, number=f"2026-{place:04}")
            with pytest.raises(Refused, match="no gap"), office.lee.write("by hand") as unit:
                invoices.add_invoice(unit, new, place, None, ())


class TestFees:
    """design/invoices.md, Fees."""

    def test_in_advance_and_prorated_by_the_days_of_the_month(self, office: Office) -> None:
        agreed(office, "fixed_price", datetime.date(2026, 11, 16), **FEE)
        invoiced_from(office, datetime.date(2026, 11, 1))
        (one,) = invoice(office.lee)
        (line,) = one.invoice.lines
        assert (line.amount, str(line.quantity), line.unit.value, line.source) == (15500, "0.5", "MON", LineSource.FEE)
        office.clock.set(at("09:00", 6))
        (two,) = invoice(office.lee)
        assert [(line.amount, str(line.day)) for line in two.invoice.lines] == [(31000, "2026-12-01")]
        assert faults(office) == ""
        with pytest.raises(Refusal, match="Nothing is to be"):
            invoice(office.lee)

    def test_one_that_is_not_known_keeps_the_invoice_back(self, office: Office) -> None:
        """design/charges.md B0.4: unknown is not zero."""
        approved(office)
        agreement = agreed(office, "retainer")
        invoiced_from(office, DAY)
        assert "the monthly fee of “Care” in 2026-11 is not known" in faults(office)
        with pytest.raises(Refusal, match="“Care” in 2026-11 is not known"):
            invoice(office.lee)
        now = existing(agreements.agreement(office.store, agreement.id))
        terms = {**now.terms, "service": {"monthly_fee": "0"}}
        agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms, now)
        invoice(office.lee)

    def test_it_is_entered_for_this_month_and_not_for_one_that_is_over(self, office: Office) -> None:
        agreement = agreed(office, "retainer", datetime.date(2026, 11, 1))
        invoiced_from(office, datetime.date(2026, 11, 1))
        assert "--set service.monthly_fee=0 --from 2026-11-01" in faults(office)
        now = existing(agreements.agreement(office.store, agreement.id))
        terms = {**now.terms, "service": {"monthly_fee": "310.00"}}
        agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms, now, datetime.date(2026, 11, 1))
        assert faults(office) == ""
        (draft,) = invoicing.preview(office.lee, DAY)
        assert draft.invoice.net == 31000
        office.clock.set(at("09:00", 40))
        agreeing.end_agreement(office.lee, existing(agreements.agreement(office.store, agreement.id)), DAY)
        agreed(office, "retainer", datetime.date(2026, 12, 1))
        assert "dispatch agreement edit" not in faults(office, datetime.date(2026, 12, 31))
        assert "is over: invoice fees from a later day on" in faults(office, datetime.date(2026, 12, 31))

    def test_blocks_have_none_and_time_and_materials_have_what_is_written(self, office: Office) -> None:
        invoiced_from(office, DAY)
        agreement = agreed(office, "block_hours")
        assert faults(office) == ""
        agreeing.end_agreement(office.lee, agreement, DAY)
        agreed(office, "tm", DAY + datetime.timedelta(1))
        assert "in 2026-11 is not known" in faults(office)

    def test_what_it_does_not_say_of_us_is_said_before(self, office: Office) -> None:
        approved(office)
        (draft,) = invoicing.preview(office.lee, DAY)
        assert "it does not say the address and the tax id of ours: settings" in draft.notices
        with office.lee.write("settings") as unit:
            settings.set_firm(unit, paper_address="1 High Street", tax_id="GB123456789")
        (draft,) = invoicing.preview(office.lee, DAY)
        assert not any("of ours" in notice for notice in draft.notices)

    def test_nobody_said_from_when(self, office: Office) -> None:
        """They are invoiced elsewhere, and that is said."""
        agreed(office, "tm", **FEE)
        approved(office)
        (draft,) = invoicing.preview(office.lee, DAY)
        assert draft.notices[0].startswith("fees and sold blocks are not on it: they are invoiced elsewhere")
        assert {line.source for line in draft.invoice.lines} == {LineSource.VISIT}

    def test_one_that_changes_after_it_was_invoiced_is_told(self, office: Office) -> None:
        agreement = agreed(office, "fixed_price", datetime.date(2026, 11, 1), **FEE)
        invoiced_from(office, datetime.date(2026, 11, 1))
        invoice(office.lee)
        agreeing.end_agreement(office.lee, agreement, DAY)
        (draft,) = invoicing.preview(office.lee, DAY)
        assert draft.notices == ("the fee of “Care” for 2026-11 is 310.00 on 2026-0001, and would be 248.00 by now",)
        invoicing.credit(office.lee, "2026-0001", "ended early", {1: 6200})
        assert invoicing.preview(office.lee, DAY) == []

    @given(st.integers(1, 28), st.integers(0, 100_000), st.integers(0, 100_000), st.integers(1, 28))
    def test_days_add_up_to_months(self, first: int, fee: int, other: int, change: int) -> None:
        """A month cut in two is the whole month, but for one rounding each; a fee that changes counts from its day."""
        since = datetime.date(2026, 4, change)
        promised = (
            (datetime.date(2025, 1, 1), ServiceTerms(monthly_fee=fee)),
            (since, ServiceTerms(monthly_fee=other)),
        )
        whole = Agreement(1, 1, "A", "retainer", datetime.date(2026, 4, 1), None, {}, promised=promised)
        cut = datetime.date(2026, 4, first)
        parts = (whole, replace(whole, ends=cut), replace(whole, starts=cut + datetime.timedelta(1)))
        months = [month_fee(part, datetime.date(2026, 4, 1), datetime.date(2020, 1, 1)) for part in parts]
        all_of, one, two = (month.amount if month is not None else 0 for month in months)
        assert None not in (all_of, one, two)
        assert abs((one or 0) + (two or 0) - (all_of or 0)) <= 1
        assert all_of == to_minor(Fraction((change - 1) * fee + (31 - change) * other, 30), 0)

    def test_every_month_once_up_to_the_day_before_it_begins(self) -> None:
        agreement = Agreement(
            1, 1, "A", "retainer", datetime.date(2026, 1, 31), None, {}, service=ServiceTerms(monthly_fee=3100)
        )
        fees = list(month_fees(agreement, datetime.date(2020, 1, 1), datetime.date(2026, 4, 30)))
        assert [(fee.month, fee.amount) for fee in fees] == [
            ("2026-01", 100),
            *((f"2026-0{month}", 3100) for month in range(2, 6)),
        ]


class TestBlocks:
    """design/invoices.md, Sold blocks."""

    def test_one_is_invoiced_when_its_price_is_known(self, office: Office) -> None:
        agreement = agreed(office, "block_hours")
        invoiced_from(office, DAY)
        agreeing.add_block(office.lee, agreement, {"name": "2026-2", "size": "600", "bought": str(DAY)})
        assert "the block 2026-2 of “Care” was sold for is not known" in faults(office)
        agreeing.price_block(office.lee, agreement, "2026-2", "900.00")
        (one,) = invoice(office.lee)
        (line,) = one.invoice.lines
        assert (line.amount, line.source, line.tax) == (90000, LineSource.BLOCK, "S7.5")
        with pytest.raises(Refused, match="invoiced at its price"):
            agreeing.price_block(office.lee, agreement, "2026-2", "800.00")
        agreeing.add_block(office.lee, agreement, {"name": "free", "size": "60", "bought": str(DAY), "price": "0"})
        assert not any(draft.taken or draft.faults for draft in invoicing.preview(office.lee, DAY))

    def test_what_was_drawn_stands_on_it_with_its_value(self, office: Office) -> None:
        agreement = agreed(office, "block_hours")
        invoiced_from(office, DAY + datetime.timedelta(1))
        agreeing.add_block(office.lee, agreement, {"name": "2026-2", "size": "600", "bought": str(DAY)})
        approved(office)
        (one,) = invoice(office.lee)
        (drawn,) = one.invoice.drawn
        assert (drawn.pool, drawn.agreement, drawn.money) == ("2026-2", "Care", False)
        lines = [line for line in one.invoice.lines if line.pool]
        assert lines
        assert all((line.amount, line.unit_price) == (0, 0) and line.value for line in lines)
        assert Decimal(drawn.amount) == sum(line.quantity * 60 for line in lines)


class TestVoid:
    """design/invoices.md, Void."""

    def test_it_keeps_its_number_and_lets_go_what_was_on_it(self, office: Office) -> None:
        approved(office)
        invoice(office.lee)
        done = invoicing.void(office.lee, "2026-0001", "the wrong address")
        assert done.void_reason == "the wrong address"
        assert find(office.store, "R1").review is Review.APPROVED
        (again,) = invoice(office.lee)
        assert again.invoice.number == "2026-0002"
        assert again.invoice.lines == done.invoice.lines
        with pytest.raises(Refusal, match="is void"):
            handing_out.hand_out(office.lee, ["2026-0001"], "csv")

    def test_a_reason_is_one_as_everywhere(self, office: Office) -> None:
        approved(office)
        invoice(office.lee)
        for reason in ("", "xxx", "long " * 1000):
            with pytest.raises(Faulty, match="reason: "):
                invoicing.void(office.lee, "2026-0001", reason)

    def test_not_after_somebody_has_it(self, office: Office) -> None:
        approved(office)
        (one,) = invoice(office.lee)
        first = handing_out.hand_out(office.lee, (), "csv").content
        with pytest.raises(Refusal, match="was exported: credit it"):
            invoicing.void(office.lee, "2026-0001", "the wrong address")
        with pytest.raises(Refusal, match="no invoice that was not exported"):
            handing_out.hand_out(office.lee, (), "csv")
        assert handing_out.hand_out(office.lee, ["2026-0001"], "csv").content == first
        with pytest.raises(Refused, match="handed out"), office.lee.write("by hand") as unit:
            invoices.void(unit, one, "all the same")


class TestCredits:
    """design/invoices.md, Credit notes."""

    def test_the_whole_comes_to_nothing(self, office: Office) -> None:
        approved(office)
        (one,) = invoice(office.lee)
        credit = invoicing.credit(office.lee, "2026-0001", "charged by mistake")
        assert (credit.invoice.number, credit.invoice.corrects) == ("2026-0002", "2026-0001")
        assert (credit.invoice.net, credit.invoice.tax) == (one.invoice.net, one.invoice.tax)
        assert set(left_of(office.store, one.id, one.invoice)) == {0}
        assert find(office.store, "R1").review is Review.EXPORTED, "it is not invoiced again by itself"
        for deed in (
            lambda: invoicing.credit(office.lee, "2026-0001", "once more"),
            lambda: invoicing.credit(office.lee, "2026-0002", "the other way"),
            lambda: invoicing.void(office.lee, "2026-0001", "after all"),
            lambda: invoicing.credit(office.lee, "2026-0001", ""),
            lambda: invoicing.credit(office.lee, "2026-0001", "a slip", {9: None}),
        ):
            with pytest.raises(Refusal):
                deed()

    def test_some_of_a_line_and_then_the_rest(self, office: Office) -> None:
        approved(office)
        (one,) = invoice(office.lee)
        invoicing.credit(office.lee, "2026-0001", "a favour", {1: 100})
        with pytest.raises(Faulty, match="is left of it"):
            invoicing.credit(office.lee, "2026-0001", "too much", {1: one.invoice.lines[0].amount})
        invoicing.credit(office.lee, "2026-0001", "all of it")
        credits = invoices.credits_of(office.store, one.id)
        assert sum(credit.invoice.total for credit in credits) == one.invoice.total

    def test_what_is_credited_to_be_right_is_invoiced_again(self, office: Office) -> None:
        """The only way to put right what somebody has: credit it, correct the charge, approve, invoice."""
        approved(office)
        invoice(office.lee)
        handing_out.hand_out(office.lee, (), "csv")
        invoicing.credit(office.lee, "2026-0001", "the wrong hours", again=True)
        assert find(office.store, "R1").review is Review.TO_REVIEW
        adjusting.give_goodwill(office.lee, "R1", "labour", "amount", "20.00", "long wait")
        approve(office.lee, "R1")
        assert invoicing.waiting(office.store).ready.keys() == {"R1"}
        (third,) = invoice(office.lee)
        assert third.invoice.number == "2026-0003"
        with pytest.raises(Refusal, match="let what it credits be invoiced again"):
            invoicing.void(office.lee, "2026-0002", "a slip")


class TestCreditPreview:
    """design/invoices.md, Credit notes: looked at first, and nothing else is issued."""

    def test_it_is_what_is_issued_then(self, office: Office) -> None:
        approved(office)
        invoice(office.lee)
        draft = invoicing.preview_credit(office.lee, "2026-0001", "the wrong hours", again=True)
        assert (len(invoices.every_invoice(office.store)), find(office.store, "R1").review) == (1, Review.EXPORTED)
        assert (draft.again, draft.invoice.number) == (("R1",), "")
        assert "Credit note, preview" in as_text(invoice_report(office.store, draft.invoice))
        made = invoicing.credit(office.lee, "2026-0001", "the wrong hours", again=True, shown=draft.mark)
        assert replace(made.invoice, number="") == draft.invoice
        assert find(office.store, "R1").review is Review.TO_REVIEW

    def test_what_somebody_else_credited_meanwhile_was_not_shown(self, office: Office) -> None:
        approved(office)
        invoice(office.lee)
        draft = invoicing.preview_credit(office.lee, "2026-0001", "all of it")
        invoicing.credit(office.lee, "2026-0001", "a favour", {1: 100})
        with pytest.raises(Refusal, match="is not what was shown"):
            invoicing.credit(office.lee, "2026-0001", "all of it", shown=draft.mark)
        with pytest.raises(Refusal, match="is not what was shown"):
            invoicing.credit(office.lee, "2026-0001", "another reason", {1: 100}, shown=draft.mark)

    def test_it_refuses_what_crediting_refuses_and_whom(self, office: Office) -> None:
        approved(office)
        invoice(office.lee)
        with pytest.raises(NotAllowed):
            invoicing.preview_credit(office.dana, "2026-0001", "all of it")
        with pytest.raises(Faulty, match="has no line 9"):
            invoicing.preview_credit(office.lee, "2026-0001", "all of it", {9: None})
        with pytest.raises(Faulty, match="reason"):
            invoicing.preview_credit(office.lee, "2026-0001", "")


def test_a_merged_clients_invoices_are_the_surviving_ones(office: Office) -> None:
    """design/invoices.md, Kept as it was issued: they say the old name, and stand with the client that is left."""
    approved(office)
    (one,) = invoice(office.lee)
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "mail.example", "mail_from": "a@columbus.example"})
    client_with(office, billing_mail="pay@harbor.example")
    papers.send(
        office.lee, papers.prepare(office.lee, invoice_report(office.store, one.invoice), ["pay@harbor.example"])
    )
    assert invoicing.went_to(office.store, one) == ["pay@harbor.example"]
    editing.add(office.lee, "client", {"name": "Harbor Group", "debtor": "10007"})
    kept, gone = (RECORD_STORES["client"].find(office.store, name) for name in ("Harbor Group", "Harbor Dental"))
    merging.merge(office.lee, "client", kept, gone)
    now = invoicing.find_invoice(office.store, "2026-0001")
    assert (now.client_id, now.invoice.client_id, now.invoice.buyer.name) == (kept.id, gone.id, "Harbor Dental")
    assert invoicing.went_to(office.store, now) == ["pay@harbor.example"], "it is not made void for that"
    with pytest.raises(Refusal, match="went to"):
        invoicing.void(office.lee, "2026-0001", "a slip")
    report = invoice_report(office.store, now.invoice, None, now.client_id)
    assert report.whose is not None
    assert report.whose.client_id == kept.id
    assert handing_out._books(office.store, [now]).client(now.invoice).debtor == "10007"


class TestKept:
    def test_it_says_later_what_it_said(self, office: Office) -> None:
        """design/invoices.md, Kept as it was issued."""
        approved(office)
        (one,) = invoice(office.lee)
        page = as_html(invoice_report(office.store, one.invoice))
        client_with(office, name="Another name", billing_address="elsewhere")
        with office.lee.write("settings") as unit:
            settings.set_firm(unit, name="Another firm", tax_id="X", payment_days=3)
        again = invoicing.find_invoice(office.store, "2026-0001")
        assert as_html(invoice_report(office.store, again.invoice)) == page
        assert "Harbor Dental" in page

    def test_as_json_it_has_its_sums(self, office: Office) -> None:
        approved(office)
        (form,) = json.loads(as_json([one.invoice for one in invoice(office.lee)]))
        assert Decimal(form["totals"]["net"]) + Decimal(form["totals"]["tax"]) == Decimal(form["totals"]["total"])

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE invoice SET net = 0",
            "DELETE FROM invoice",
            "UPDATE invoiced SET net = 0",
            "UPDATE invoiced SET released_at = 1",
            "DELETE FROM invoiced",
            "UPDATE visit SET review = 'approved', version = version + 1 WHERE reference = 'R1'",
            "INSERT INTO invoice_batch (at, staff_id) VALUES (1, 1)",
            "INSERT INTO invoice SELECT 9, '2026-0009', 2026, 9, kind, client_id, corrects_id, issued_on, currency, exponent, net, "
            "tax, form, at, staff_id FROM invoice",
            "INSERT INTO invoiced (invoice_id, source, visit_id, revision, net) SELECT invoice_id, source, visit_id, revision, net "
            "FROM invoiced",
        ],
    )
    def test_no_other_program_changes_it(self, office: Office, statement: str) -> None:
        approved(office)
        invoice(office.lee)
        with pytest.raises(Refused), office.lee.write("by hand") as unit:
            unit.execute(statement)
