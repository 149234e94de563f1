"""Prepaid pools: drawn by the sheet that stands, given back on re-opening, never overdrawn by a race."""

from __future__ import annotations

import datetime
import threading
from fractions import Fraction

import pytest

from db import agreements, prepaid_use
from db.faults import Refused
from db.store import Store
from dispatch.desk.billing import adjusting
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.prices import agreeing
from dispatch.desk.session.refusals import Faulty, NotAllowed
from dispatch.desk.session.user import User, log_in
from dispatch.model.agreements import Agreement
from dispatch.model.states import State
from tests.desk.conftest import DAY, Office, at, closed

YEAR = datetime.date(2026, 1, 1)


def agreed(office: Office, kind: str, **terms: object) -> Agreement:
    """An agreement of the office's client, in place of the one it had."""
    client = visit_page(office.store, "R1").client
    for old in agreements.agreements_of(office.store, client.id):
        agreeing.end_agreement(office.lee, old, old.starts)
    starts = str(terms.pop("starts", "2026-02-10"))
    terms["rollover_cap"] = terms.pop("cap", None)
    return agreeing.save_agreement(
        office.lee,
        client.name,
        f"{kind} of the tests",
        {"kind": kind, "starts": starts, **terms},
    )


def left(office: Office, agreement: Agreement) -> list[str]:
    return [pool.remaining for pool in agreements.blocks_of(office.store, agreement.id)]


def test_block_is_drawn_at_close_and_returned_on_reopening(office: Office) -> None:
    block = agreeing.add_block(
        office.lee, agreed(office, "block_hours"), {"name": "opening", "size": "100", "bought": str(YEAR)}
    )
    assert visit_page(office.store, "R1").balances == ("opening: 100 of 100 min at the usual rate left",)

    closed(office)

    page = visit_page(office.store, "R1")
    assert page.charge is not None
    drawn = int(page.charge.form["drawn"]["opening"])
    assert left(office, block) == [str(100 - drawn)]
    assert drawn >= 60

    leaving.reopen(office.lee, "R1", "the client called back")
    assert left(office, block) == ["100"]
    leaving.close(office.ana, "R1")
    assert left(office, block) == [str(100 - int(visit_page(office.store, "R1").charge.form["drawn"]["opening"]))]  # type: ignore[union-attr]


def test_prepaid_money_is_kept_in_minor_units(office: Office) -> None:
    block = agreeing.add_block(office.lee, agreed(office, "block_money"), {"name": "credit", "size": "50.00"})
    closed(office)

    assert left(office, block) == ["0"]
    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    assert charge.form["drawn"] == {"credit": "50.00"}
    assert "POOL_EXHAUSTED" in charge.form["flags"]


def test_allowance_is_granted_by_the_month_of_the_agreement(office: Office) -> None:
    """design/charges.md B7.6"""
    retainer = agreed(office, "retainer", allowance_min=300)
    assert retainer.month_of(DAY) == datetime.date(2026, 11, 10)
    closed(office)

    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    drawn = Fraction(charge.form["drawn"]["allowance"])
    assert prepaid_use.allowance_left(office.store, retainer, DAY) == 300 - drawn
    assert prepaid_use.allowance_left(office.store, retainer, datetime.date(2026, 12, 9)) == 300 - drawn
    assert prepaid_use.allowance_left(office.store, retainer, datetime.date(2026, 12, 10)) == 300


@pytest.mark.parametrize(
    ("rollover", "cap", "carried"), [("none", None, 0), ("next_month", None, 1), ("capped", 40, 0)]
)
def test_unused_allowance_rolls_over(office: Office, rollover: str, cap: int | None, carried: int) -> None:
    """design/charges.md B7.6"""
    retainer = agreed(office, "retainer", allowance_min=300, starts="2026-11-01", rollover=rollover, cap=cap)
    closed(office)
    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    unused = 300 - Fraction(charge.form["drawn"]["allowance"])

    december = prepaid_use.allowance_left(office.store, retainer, datetime.date(2026, 12, 1))
    assert december == 300 + (unused if carried else 40 if rollover == "capped" else 0)
    # an allowance is carried for one month only, and a cap holds for ever
    assert prepaid_use.allowance_left(office.store, retainer, datetime.date(2027, 2, 1)) <= 600


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("2027-02-27", "2027-01-31"),
        ("2027-02-28", "2027-02-28"),
        ("2027-03-30", "2027-02-28"),
        ("2027-03-31", "2027-03-31"),
    ],
)
def test_months_that_are_too_short_begin_on_their_last_day(day: str, month: str) -> None:
    agreement = Agreement(1, 1, "a", "retainer", datetime.date(2027, 1, 31), None, {})
    assert agreement.month_of(datetime.date.fromisoformat(day)).isoformat() == month


def test_two_visits_race_for_the_last_minutes(office: Office) -> None:
    block = agreeing.add_block(
        office.lee, agreed(office, "block_hours"), {"name": "last", "size": "90", "bought": str(YEAR)}
    )
    office.on_site("R1")
    office.finish("R1")
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    arriving.arrive(office.ben, "R2")
    for item in visit_page(office.store, "R2").checklist.items:
        if item.required:
            office.clock.advance(60)
            from tests.desk.conftest import good

            onsite.record(office.ben, "R2", item.ref, good(item))
    path = office.store.path
    faults: list[BaseException] = []

    def close(login: str, reference: str) -> None:
        try:
            with Store.open(path, clock=office.clock) as store:
                leaving.close(log_in(store, login), reference)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=close, args=pair) for pair in (("ana", "R1"), ("ben", "R2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    both = [visit_page(office.store, reference).charge for reference in ("R1", "R2")]
    drawn = [Fraction(charge.form.get("drawn", {}).get("last", "0")) for charge in both if charge is not None]
    assert sum(drawn) == 90
    assert left(office, block) == ["0"]
    assert all(visit_page(office.store, reference).visit.state is State.CLOSED for reference in ("R1", "R2"))


def test_goodwill_makes_a_revision_and_returns_what_it_frees(office: Office) -> None:
    closed(office)
    before = visit_page(office.store, "R1").charge
    assert before is not None
    with pytest.raises(NotAllowed):
        adjusting.give_goodwill(office.dana, "R1", "labour", "percent", "10", "we were late")
    with pytest.raises(Faulty) as fault:
        adjusting.give_goodwill(office.lee, "R1", "parts", "percent", "110", " ")
    assert len(fault.value.faults) == 3

    adjusting.give_goodwill(office.lee, "R1", "labour", "percent", "10", "we were late")
    after = visit_page(office.store, "R1").charge

    assert after is not None
    assert (after.revision, after.reason) == (2, "we were late")
    assert [line["amount"] for line in after.form["lines"] if line["rule"] == "GOODWILL"] == ["-12.00"]
    adjusting.withdraw_goodwill(office.lee, "R1", "given twice")
    again = visit_page(office.store, "R1").charge
    assert again is not None
    assert again.form["total"] == before.form["total"]


def test_an_accepted_sheet_keeps_its_card(office: Office) -> None:
    closed(office)
    before = visit_page(office.store, "R1").charge
    assert before is not None
    card = agreements.rate_cards(office.store)[0]
    from dispatch.desk.prices.rate_cards import save_card

    dearer = {**card.card, "classes": {"tech": {"standard": "500", "agreement": "500"}}}
    save_card(office.lee, card.name, card.valid_from, dearer, card)

    assert visit_page(office.store, "R1").charge.form["total"] == before.form["total"]  # type: ignore[union-attr]
    adjusting.correct_charge(office.lee, "R1", "checked again")
    assert visit_page(office.store, "R1").charge.form["total"] == before.form["total"]  # type: ignore[union-attr]
    adjusting.correct_charge(office.lee, "R1", "the client agreed to the new prices", afresh=True)
    assert visit_page(office.store, "R1").charge.form["total"] != before.form["total"]  # type: ignore[union-attr]


def test_travel_by_hand_unblocks_a_sheet(office: Office, place_unknown: User) -> None:
    closed(office)
    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    assert charge.form["errors"] == ["UNKNOWN_DISTANCE"]

    adjusting.set_travel(place_unknown, "R1", "25", "agreed on the phone")

    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    assert [line["amount"] for line in charge.form["lines"] if line["rule"] == "TRV-MAN"] == ["25.00"]


@pytest.fixture
def place_unknown(office: Office) -> User:
    """The lead, after a card that charges by distance and a site whose distance nobody knows."""
    card = agreements.rate_cards(office.store)[0]
    from dataclasses import replace

    from db import clients
    from dispatch.desk.prices.rate_cards import save_card

    travel = {"components": [{"kind": "distance", "rate": "1"}]}
    save_card(office.lee, card.name, card.valid_from, {**card.card, "travel": travel}, card)
    site = visit_page(office.store, "R1").site
    with office.lee.write("edit a site") as unit:
        clients.update_site(unit, site, replace(site, one_way_distance=None, one_way_minutes=None))
    return office.lee


@pytest.mark.parametrize("rollover", ["none", "next_month", "capped"])
def test_another_allowance_leaves_the_months_that_are_over(office: Office, rollover: str) -> None:
    retainer = agreed(office, "retainer", allowance_min=300, starts="2026-09-10", rollover=rollover, cap=100)
    days = [datetime.date(2026, month, 20) for month in (9, 10)]
    before = [prepaid_use.allowance_left(office.store, retainer, day) for day in days]
    this = prepaid_use.allowance_left(office.store, retainer, DAY)

    form: dict[str, object] = {"kind": "retainer", "starts": "2026-09-10", "allowance_min": 900}
    rolls = {"rollover": rollover, "rollover_cap": 100}
    retainer = agreeing.save_agreement(office.lee, "Harbor Dental", "x", form | rolls, retainer)

    assert [prepaid_use.allowance_left(office.store, retainer, day) for day in days] == before
    assert prepaid_use.allowance_left(office.store, retainer, DAY) == this + 600, "the running month has the new one"
    assert agreeing.balances(office.store, retainer, days[0])[0].endswith(
        "of 300 min at the usual rate left since 2026-09-10"
    )
    agreeing.save_agreement(office.lee, "Harbor Dental", "x", {**form, **rolls, "allowance_min": 300}, retainer)
    assert prepaid_use.allowance_left(office.store, retainer, DAY) == this, "of one month the last word counts"


def test_what_was_carried_over_stays_when_the_rule_changes(office: Office) -> None:
    retainer = agreed(office, "retainer", allowance_min=300, starts="2026-09-10", rollover="next_month")
    assert prepaid_use.allowance_left(office.store, retainer, DAY) == 600
    form = {"kind": "retainer", "starts": "2026-09-10", "allowance_min": 300}
    retainer = agreeing.save_agreement(office.lee, "Harbor Dental", "x", form, retainer)
    assert prepaid_use.allowance_left(office.store, retainer, DAY) == 600, "October's minutes were promised"
    assert prepaid_use.allowance_left(office.store, retainer, datetime.date(2026, 12, 20)) == 300


def test_a_retainer_that_was_drawn_from_keeps_its_months(office: Office) -> None:
    retainer = agreed(office, "retainer", allowance_min=300, starts="2026-09-10")
    closed(office)
    form = {"kind": "retainer", "starts": "2026-09-01", "allowance_min": 300}
    with pytest.raises(Refused, match="months of an agreement that was drawn from stand"):
        agreeing.save_agreement(office.lee, "Harbor Dental", "x", form, retainer)
