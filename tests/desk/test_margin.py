"""Revenue and margin: the same rows as invoices, hours at what they cost on their day, and what is not known said."""

from __future__ import annotations

import csv
import datetime
import io
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import agreements, costs, invoices
from db.faults import Refused
from db.store import existing
from dispatch.desk.billing import invoicing
from dispatch.desk.book import editing
from dispatch.desk.book.records import client_named, technician_named
from dispatch.desk.figures import hourly_costs
from dispatch.desk.figures.margin import Margin, Margins, margins
from dispatch.desk.prices import agreeing
from dispatch.desk.reports.document import Amount
from dispatch.desk.reports.margin import margin_report
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.rendering import as_csv, as_text
from dispatch.desk.session.refusals import Faulty, NotAllowed
from dispatch.model.costs import Costs, HourlyCost
from dispatch.model.invoices import LineSource
from dispatch.model.money import rounded, to_minor
from dispatch.model.periods import Period
from tests.desk.conftest import DAY, Office, at, invoice
from tests.desk.test_client_period import section
from tests.desk.test_invoices import FEE, agreed, approved, invoiced_from, three_visits
from tests.desk.test_kept_sheets import card_with, client_with

NOVEMBER = Period("month", datetime.date(2026, 11, 1))
FIRST = datetime.date(2026, 11, 1)


def november(office: Office) -> Margins:
    return margins(office.lee, NOVEMBER)


def whole(found: Margins) -> Margin:
    """All of it, once each way of grouping was seen to come to the same."""
    for groups in found.groups.values():
        assert sum(one.known for one in groups) == found.whole.known
        for source in LineSource:
            assert sum(one.earned[source] for one in groups) == found.whole.earned[source]
        for name in ("credited", "seconds", "cost", "uncosted", "covered", "drawn", "given"):
            assert sum(getattr(one, name) for one in groups) == getattr(found.whole, name), name
    return found.whole


def month(office: Office) -> tuple[str, int]:
    """What November costs the client with its tax, and how that is called at a glance."""
    report = period_report(office.lee, client_named(office.store, "Harbor Dental"), NOVEMBER)
    total = dict(section(report, "Charges").facts)["Total"]
    assert isinstance(total, Amount)
    ((name, value),) = [fact for fact in section(report, "At a glance").facts if fact[0].startswith("charged")]
    assert value == total
    return name, total.minor


def cost(office: Office, amount: str, since: datetime.date = FIRST, who: str = "", reason: str = "") -> None:
    technician = technician_named(office.store, who) if who else None
    hourly_costs.say_cost(office.lee, technician, amount, since, reason)


class TestRevenue:
    """design/invoices.md, Margin."""

    def test_a_visit_is_what_its_sheet_says_less_its_hours(self, office: Office) -> None:
        approved(office)
        cost(office, "40")
        found = whole(november(office))
        net = office.store.value("SELECT net_minor FROM charge_sheet ORDER BY revision DESC LIMIT 1")
        seconds = office.store.value("SELECT sum(ends_at - starts_at) FROM segment WHERE kind <> 'break'")
        assert seconds > 0
        assert (found.revenue, found.earned[LineSource.VISIT], found.seconds) == (net, net, seconds)
        assert found.cost == rounded(Fraction(4000 * seconds, 3600))
        assert found.margin == net - found.cost

    def test_a_fixed_price_is_its_fee_and_its_visits_are_value_delivered(self, office: Office) -> None:
        agreed(office, "fixed_price", FIRST, covers_travel=True, **FEE)
        approved(office)
        cost(office, "40")
        found = november(office)
        assert (whole(found).revenue, whole(found).earned[LineSource.VISIT]) == (31000, 0)
        assert found.whole.covered > 0
        (ana,) = found.groups["technician"]
        assert (ana.label, ana.earned[LineSource.FEE]) == ("Ana Ruiz", 31000), "who did what it covers"
        (terms,) = found.groups["agreement"]
        assert terms.label == "Harbor Dental, Care"
        month = period_report(office.lee, client_named(office.store, "Harbor Dental"), NOVEMBER)
        facts = dict(section(month, "Charges").facts)
        assert facts["Monthly fee"] == Amount(31000, 2, "USD")
        assert facts["Net"] == Amount(31000, 2, "USD")
        assert facts["Total"] == Amount(33325, 2, "USD")
        assert dict(section(month, "At a glance").facts)["charged, with tax"] == Amount(33325, 2, "USD")

    def test_it_is_the_same_once_it_is_invoiced_and_what_is_credited_comes_off(self, office: Office) -> None:
        agreement = agreed(office, "block_hours", FIRST)
        invoiced_from(office, FIRST)
        agreeing.add_block(office.lee, agreement, {"name": "B", "size": "30", "bought": str(DAY), "price": "90.00"})
        approved(office)
        before = whole(november(office))
        (one,) = invoice(office.lee)
        after = whole(november(office))
        assert after == before
        assert after.revenue == one.invoice.net
        assert (after.earned[LineSource.BLOCK], after.drawn > 0) == (9000, True)
        place = next(n for n, line in enumerate(one.invoice.lines, 1) if line.source is LineSource.BLOCK)
        invoicing.credit(office.lee, one.invoice.number, "a favour", {place: 2000})
        credited = whole(november(office))
        assert (credited.credited, credited.revenue) == (2000, one.invoice.net - 2000)
        (client,) = november(office).groups["client"]
        assert client.revenue == credited.revenue
        month = period_report(office.lee, client_named(office.store, "Harbor Dental"), NOVEMBER)
        facts = dict(section(month, "Charges").facts)
        assert (facts["Given back"], facts["Prepaid blocks"]) == (Amount(-2000, 2, "USD"), Amount(9000, 2, "USD"))
        assert facts["Net"] == Amount(one.invoice.net - 2000, 2, "USD")

    def test_what_is_credited_to_be_invoiced_again_counts_once(self, office: Office) -> None:
        approved(office)
        before = whole(november(office)).revenue
        invoice(office.lee)
        invoicing.credit(office.lee, "2026-0001", "the wrong hours", again=True)
        assert whole(november(office)).revenue == before

    def test_a_fee_that_was_invoiced_is_what_was_invoiced(self, office: Office) -> None:
        agreement = agreed(office, "fixed_price", FIRST, **FEE)
        invoiced_from(office, FIRST)
        invoice(office.lee)
        agreeing.end_agreement(office.lee, agreement, DAY)
        assert whole(november(office)).revenue == 31000
        invoicing.credit(office.lee, "2026-0001", "ended early", {1: 6200})
        assert whole(november(office)).revenue == 24800

    def test_an_unknown_fee_is_said_and_is_no_zero(self, office: Office) -> None:
        """design/charges.md B0.4."""
        agreed(office, "retainer", FIRST)
        found = november(office)
        assert (found.whole.revenue, found.whole.margin, found.whole.of(LineSource.FEE)) == (None, None, None)
        assert found.unknown == ("Harbor Dental: the monthly fee of “Care” in 2026-11",)
        report = margin_report(office.lee, NOVEMBER)
        assert "Not known: Harbor Dental: the monthly fee of “Care” in 2026-11." in as_text(report)
        told, *_ = csv.DictReader(io.StringIO(as_csv(report).lstrip("\ufeff")))
        assert (told["fees"], told["revenue"], told["amounts_not_known"]) == ("", "", "1")
        month = period_report(office.lee, client_named(office.store, "Harbor Dental"), NOVEMBER)
        assert "charged beside this and in no sum" in section(month, "Charges").paragraphs[-1]

    def test_months_that_have_not_begun_are_not_earned(self, office: Office) -> None:
        agreed(office, "fixed_price", FIRST, **FEE)
        year = margins(office.lee, Period("year", datetime.date(2026, 1, 1)))
        assert year.whole.revenue == 31000

    def test_the_rate_card_of_a_day_is_read_once_for_all_agreements(self, office: Office) -> None:
        def reads() -> int:
            said: list[str] = []
            office.store.conn.set_trace_callback(said.append)
            november(office)
            office.store.conn.set_trace_callback(None)
            return sum("FROM rate_card" in one for one in said)

        agreed(office, "tm", FIRST, **FEE)
        few = reads()
        for name in ("Quay Bank", "Pier Law"):
            editing.add(office.dana, "client", {"name": name})
            agreeing.save_agreement(office.lee, name, "Care", {"kind": "tm", "starts": str(FIRST), "ends": None, **FEE})
        assert (reads(), november(office).whole.revenue) == (few, 93000)
        assert few

    def test_prices_with_tax_are_counted_without_it(self, office: Office) -> None:
        card = agreements.rate_cards(office.store)[0]
        with office.lee.write("a card") as unit:
            tax = {"name": "VAT", "rate_pct": "19", "included": "private"}
            agreements.update_rate_card(
                unit, card, card.__class__(card.id, card.name, card.valid_from, {**card.card, "tax": tax}, card.version)
            )
        client_with(office, private=True)
        agreed(office, "fixed_price", FIRST, service={"monthly_fee": "119.00"})
        found = november(office)
        assert (found.whole.revenue, found.things[0].tax) == (10000, 1900)

    @pytest.mark.parametrize("fee", ["99.30", "0.03", "119.00"])
    def test_a_price_with_tax_is_what_is_paid_before_and_after_it_is_invoiced(self, office: Office, fee: str) -> None:
        """99.30 with 19% in it is 83.45 and 15.85; 19% of 83.45 would be 15.86."""
        card_with(office, tax={"name": "VAT", "rate_pct": "19", "included": "always"})
        agreed(office, "tm", FIRST, service={"monthly_fee": fee})
        invoiced_from(office, FIRST)
        before = month(office)
        (one,) = invoice(office.lee)
        assert (
            before
            == month(office)
            == ("charged, with tax", one.invoice.total)
            == ("charged, with tax", to_minor(Fraction(fee), 2))
        )

    @pytest.mark.parametrize("included", ["never", "private"])
    def test_a_clients_month_comes_to_what_its_documents_say(self, office: Office, included: str) -> None:
        """Three times 9.80 with 19% in it is 24.71 and 4.69, and not three times 1.56."""
        client_with(office, private=True)
        three_visits(office, "9.80", tax={"name": "VAT", "rate_pct": "19", "included": included})
        agreed(office, "tm", FIRST, service={"monthly_fee": "99.30"})
        invoiced_from(office, FIRST)
        (one,) = invoice(office.lee)
        assert month(office)[1] == one.invoice.total
        place = next(n for n, line in enumerate(one.invoice.lines, 1) if line.amount == 980)
        given_back = one.invoice.total
        for amount in (333, 647):
            given_back -= invoicing.credit(office.lee, one.invoice.number, "a favour", {place: amount}).invoice.total
            assert month(office)[1] == given_back
        invoicing.credit(office.lee, one.invoice.number, "all of it")
        assert month(office)[1] == 0

    def test_a_block_of_no_known_price_is_not_called_a_fee(self, office: Office) -> None:
        agreement = agreed(office, "block_hours", FIRST, **FEE)
        agreeing.add_block(office.lee, agreement, {"name": "B", "size": "30", "bought": str(DAY)})
        assert month(office)[0] == "charged, with tax, without what is not known"


class TestCost:
    def test_a_technicians_own_cost_goes_before_the_firms(self, office: Office) -> None:
        approved(office)
        assert november(office).whole.margin is None
        assert november(office).unknown == ("what an hour of Ana Ruiz costs, on 1 visit",)
        cost(office, "30")
        cost(office, "60", who="Ana Ruiz", reason="paid more")
        found = november(office)
        assert found.whole.cost == rounded(Fraction(6000 * found.whole.seconds, 3600))
        cost(office, "-", DAY + datetime.timedelta(1), who="Ana Ruiz")
        assert november(office).whole.cost == found.whole.cost, "what counts from tomorrow changes nothing of today"
        firm, ana, *_ = hourly_costs.costs_now(office.lee)
        assert (firm.cost, ana.cost, ana.own, existing(ana.ahead).cost) == (3000, 6000, True, None)

    def test_the_past_does_not_change_without_a_reason(self, office: Office) -> None:
        approved(office)
        cost(office, "30")
        before = november(office).whole.cost
        office.clock.set(at("09:00", 3))
        with pytest.raises(Faulty, match="is over, and what an hour cost then is known: say why"):
            cost(office, "45")
        cost(office, "45", DAY + datetime.timedelta(3))
        assert november(office).whole.cost == before
        cost(office, "45", reason="the first figure was mistyped")
        assert november(office).whole.cost == rounded(Fraction(4500 * november(office).whole.seconds, 3600))

    def test_a_first_cost_of_their_own_changes_the_past_where_the_firms_was_known(self, office: Office) -> None:
        approved(office)
        cost(office, "40")
        before = november(office).whole.cost
        office.clock.set(at("09:00", 25))
        with pytest.raises(Faulty, match="say why"):
            cost(office, "90", who="Ana Ruiz")
        assert november(office).whole.cost == before
        cost(office, "40", who="Ana Ruiz")
        assert november(office).whole.cost == before, "the same needs no reason"
        with pytest.raises(Faulty, match="say why"):
            cost(office, "-")
        cost(office, "40", datetime.date(2026, 10, 1))
        assert november(office).whole.cost == before, "what was not known may be said"

    def test_what_comes_next_is_said_and_not_what_comes_last(self, office: Office) -> None:
        for amount, days in (("30", 0), ("60", 40), ("32", 9), ("33", 9), ("50", 20)):
            cost(office, amount, DAY + datetime.timedelta(days))
        firm, *_ = hourly_costs.costs_now(office.lee)
        assert (firm.cost, existing(firm.ahead)[1:3]) == (3000, (DAY + datetime.timedelta(9), 3300))

    def test_only_leads_see_and_say_it(self, office: Office) -> None:
        for deed in (
            lambda user: margins(user, NOVEMBER),
            lambda user: margin_report(user, NOVEMBER),
            hourly_costs.costs_now,
            lambda user: hourly_costs.say_cost(user, None, "1", DAY),
        ):
            for user in (office.dana, office.ana):
                with pytest.raises(NotAllowed):
                    deed(user)
        cost(office, "41.75")
        assert not office.store.all("SELECT 1 FROM audit WHERE detail LIKE '%4175%' OR detail LIKE '%41.75%'")

    @pytest.mark.parametrize("amount", ["", "abc", "-5", "1.234"])
    def test_what_is_no_amount_is_refused(self, office: Office, amount: str) -> None:
        with pytest.raises(Faulty, match="cost: "):
            cost(office, amount)
        assert costs.all_costs(office.store) == []

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE hourly_cost SET cost = 0", "DELETE FROM hourly_cost",
         "INSERT OR REPLACE INTO hourly_cost SELECT * FROM hourly_cost"],
    )  # fmt: skip
    def test_what_was_said_is_never_rewritten(self, office: Office, statement: str) -> None:
        cost(office, "30")
        with pytest.raises(Refused), office.lee.write("by hand") as unit:
            unit.execute(statement)

    @given(st.lists(st.tuples(st.sampled_from([None, 1, 2]), st.integers(1, 28), st.none() | st.integers(0, 9000)), max_size=8),
           st.integers(1, 28))  # fmt: skip
    def test_the_last_word_of_the_newest_day_counts(self, said: list[tuple[Any, int, Any]], day: int) -> None:
        """By hand, day by day: each word holds from its day on, until another does."""
        rows = [
            HourlyCost(who, FIRST.replace(day=since), amount, place) for place, (who, since, amount) in enumerate(said)
        ]
        by_hand: dict[Any, Any] = {}
        for number in range(1, day + 1):
            for row in rows:
                if row.since.day == number:
                    by_hand[row.technician_id] = row.cost
        own = by_hand.get(1)
        assert Costs(rows).on(1, FIRST.replace(day=day)) == (by_hand.get(None) if own is None else own)


def test_no_lines_stand_for_the_wrong_thing(office: Office) -> None:
    """What is credited of one of two fees of a month lets that one be invoiced again, and no other."""
    care = agreed(office, "tm", FIRST, **FEE)
    agreeing.end_agreement(office.lee, care, FIRST.replace(day=15))
    terms = {"kind": "tm", "starts": str(FIRST.replace(day=16)), "ends": None, "service": {"monthly_fee": "60"}}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Backup", terms)
    invoiced_from(office, FIRST)
    (one,) = invoice(office.lee)
    lines = {line.of: place for place, line in enumerate(one.invoice.lines, 1)}
    invoicing.credit(office.lee, one.invoice.number, "the wrong one", {lines["Backup"]: None}, again=True)
    standing = invoices.taken_by(office.store, one.id)
    assert [thing.net for thing in standing] == [15500]
    (again,) = invoicing.preview(office.lee, DAY)
    assert [(line.of, line.amount) for line in again.invoice.lines] == [("Backup", 3000)]
