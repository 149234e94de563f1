"""What plans would do to a client's last 90 days: with the fee, and no saving where it is not known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from db import agreements, service_plans, sheets, visits
from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.charges import quoting
from dispatch.desk.charges.comparing import PlanComparison, compare_plans, plan_terms
from dispatch.desk.closeout import arriving, leaving, remote_work
from dispatch.desk.plan import schedule
from dispatch.desk.prices import agreeing
from dispatch.desk.requests import intake
from dispatch.desk.texts.comparison_words import comparison_form, comparison_lines, quoted_lines
from tests.charges.second import Reckoning, filled
from tests.desk.conftest import CARD, Office, at, harbor


def work(office: Office, reference: str, clock: str, days: int = 0) -> None:
    """Ana does a visit within its minimum of an hour, and closes it."""
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at(clock, days))
    office.go(clock, days)
    arriving.arrive(office.ana, reference)
    office.finish(reference)
    leaving.close(office.ana, reference)


def plan(office: Office, name: str, kind: str = "tm", **texts: str) -> None:
    editing.add(office.lee, "service-plan", {"name": name, "kind": kind, **texts})


def compared(office: Office, reference: str = "") -> PlanComparison:
    return compare_plans(office.store, harbor(office), reference)


def told(found: PlanComparison) -> dict[str, tuple[int, int | None, int | None]]:
    return {one.name: (one.visits, one.total, found.saved(one)) for one in found.plans}


def test_fee_and_all_by_hand(office: Office) -> None:
    """design/account-care.md E13. Two visits of an hour at least: 120.00 and 35.00 to come, each; under an agreement 100.00."""
    plan(office, "Tenth", fee="50.00", labour_discount="10")
    plan(office, "Hours", "retainer", fee="20", allowance="90", waive_travel="all")
    plan(office, "Unknown", per_computer="5.00", waive_travel="all")
    plan(office, "Dear", fee="500")
    work(office, "R1", "09:00")
    work(office, "R2", "11:00")
    found = compared(office, "R2")
    assert (found.now.name, found.now.visits, found.now.total, found.visits) == ("at standard price", 31000, 31000, 2)
    assert told(found) == {
        # twice 90.00 and 35.00, and three fees: it costs more
        "Tenth": (25000, 40000, -9000),
        # of the allowance sixty minutes go to the first visit, and thirty to the second, whose other thirty are 50.00
        "Hours": (5000, 11000, 20000),
        "Unknown": (20000, None, None),
        "Dear": (27000, 177000, -146000),
    }
    # one visit by itself has the whole allowance, and no fee
    assert {one.name: one.of_visit for one in (found.now, *found.plans)} == {
        "at standard price": 15500,
        "Hours": 0,
        "Tenth": 12500,
        "Unknown": 10000,
        "Dear": 13500,
    }
    lines = "\n".join(comparison_lines(found))
    assert "under “Tenth”: 250.00 USD + 3 × 50.00 USD = 400.00 USD: costs 90.00 USD more" in lines
    assert "under “Hours”: 50.00 USD + 3 × 20.00 USD = 110.00 USD: saves 200.00 USD" in lines
    assert "under “Unknown”: 200.00 USD, fee not known: how many computers?: no saving is claimed" in lines
    form = {one["name"]: one for one in comparison_form(found)["plans"]}
    assert (form["Hours"]["saves"], form["Unknown"]["fee"], form["Unknown"]["saves"]) == ("200.00", None, None)
    editing.edit(office.lee, "client", harbor(office), {"computers": "4"})
    assert told(compared(office))["Unknown"] == (20000, 26000, 5000)


def test_an_allowance_is_one_for_each_month(office: Office) -> None:
    plan(office, "Hours", "retainer", fee="0", allowance="60", waive_travel="all")
    work(office, "R2", "09:00")
    work(office, "R1", "09:00", 41)
    assert told(compared(office))["Hours"] == (0, 0, 31000)
    office.go("09:00", 95)
    # the first is more than ninety days ago
    assert told(compared(office))["Hours"] == (0, 0, 15500)


@pytest.mark.parametrize(
    ("terms", "fee", "saved"),
    [
        ({"kind": "tm"}, "30.00", 27000 + 3 * 3000 - 25000),
        ({"kind": "tm"}, "0", 27000 - 25000),
        ({"kind": "tm"}, None, None),
        ({"kind": "block_hours"}, "30.00", None),
    ],
)
def test_a_client_with_an_agreement_is_compared_with_what_was_charged(
    office: Office, terms: dict[str, Any], fee: str | None, saved: int | None
) -> None:
    plan(office, "Tenth", fee="0", labour_discount="10")
    service = {} if fee is None else {"monthly_fee": fee}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Care", {**terms, "starts": "2026-08-01", "service": service})
    work(office, "R1", "09:00")
    work(office, "R2", "11:00")
    found = compared(office)
    assert (found.now.name, found.now.visits) == ("Care", 27000)
    assert told(found)["Tenth"] == (25000, 25000, saved)


def test_an_agreement_that_has_just_begun_is_tried_on_all_of_the_days(office: Office) -> None:
    """design/account-care.md E13: its fee is that of three months, and so are its terms."""
    plan(office, "Tenth", fee="0", labour_discount="10")
    work(office, "R1", "09:00")
    terms = {"kind": "retainer", "allowance_min": 30, "starts": "2026-11-25", "service": {"monthly_fee": "10"}}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms)
    office.go("09:00", 2)
    found = compared(office)
    # charged at standard price it was 155.00; by its terms thirty minutes of the hour are in the allowance
    assert (found.now.name, found.now.visits, found.now.total) == ("Care", 5000 + 3500, 8500 + 3000)
    assert told(found)["Tenth"] == (12500, 12500, -1000)


def test_a_minimum_of_the_day_is_reckoned_under_the_plan(office: Office) -> None:
    """design/charges.md B5.4: what the first visit of a day was topped up with under the plan is taken off the second."""
    (card,) = agreements.rate_cards(office.store)
    dear = {**CARD, "classes": {"tech": {"standard": "120", "agreement": "150"}}, "minimum": {"per": "day"}}
    with office.lee.write("card") as unit:
        agreements.update_rate_card(unit, card, replace(card, card=dear))
    texts = {"client": "Harbor Dental", "site": "Main office", "work": "again", "minutes": "30", "date": "2026-11-24"}
    intake.add(office.dana, {**texts, "came_by": "phone", "reference": "R9"})
    plan(office, "Dear", fee="0")
    work(office, "R1", "09:00")
    work(office, "R9", "14:00")
    found = compared(office)
    assert found.now.visits == 12000 + 2 * 3500
    assert told(found)["Dear"] == (15000 + 2 * 3500, 22000, -3000)


PLANS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Tenth", "tm", {"labour_discount": "10", "waive_travel": "all"}),
    ("Evenings", "tm", {"waive_bands": "after_hours, weekend", "price_list": "standard"}),
    ("Hours", "retainer", {"allowance": "100"}),
    ("All", "fixed_price", {}),
)


def test_each_plan_comes_to_what_a_second_engine_makes_of_the_same_visits(office: Office) -> None:
    """design/account-care.md E13, with the allowance of a month used up in the order of the visits; tests/charges/second.py."""
    for name, kind, texts in PLANS:
        plan(office, name, kind, fee="40", **texts)
    calls = {0: ("7:10", 95, "phone"), 1: ("17:30", 50, "remote"), 40: ("10:00", 75, "phone")}
    for days in (0, 1, 2, 3, 40):
        if days not in calls:
            work(office, "R1" if days == 2 else "R2", "16:50", days)
            continue
        office.go("19:00", days)
        clock, minutes, way = calls[days]
        done = {"client": "Harbor Dental", "site": "Annex", "work": "Reset it", "way": way}
        remote_work.write_down(office.ana, {**done, "start": f"today {clock}", "minutes": str(minutes)})
    office.go("20:00", 41)
    found = compared(office)
    own = [one for one in visits.of_client(office.store, harbor(office).id) if one.ended_at is not None]
    kept = [
        (existing(sheets.latest_sheet(office.store, one.id)).input, 41 - days)
        for one, days in zip(sorted(own, key=lambda one: one.anchor), (0, 1, 2, 3, 40), strict=True)
    ]
    assert found.visits == len(kept) == 5
    for catalogued, tried in zip(service_plans.service_plans(office.store), found.plans, strict=True):
        terms, total = plan_terms(catalogued), 0
        left = dict.fromkeys(range(3), Fraction(str(terms.get("allowance_min") or 0)))
        for given, ago in kept:
            month = min(ago * 3 // 90, 2)
            agreement = {**terms, "allowance_min": str(left[month])} if "allowance_min" in terms else terms
            again = Reckoning(filled({**given, "agreement": agreement}))
            left[month] -= again.drawn.get("allowance", Fraction(0))
            total += again.net
        assert (tried.name, tried.visits, tried.total) == (catalogued.name, total, total + 3 * 4000)
        assert found.saved(tried) == found.now.total - total - 3 * 4000


def test_no_visit_claims_nothing_and_says_the_fee(office: Office) -> None:
    plan(office, "Sweet spot", fee="500", per_computer="20")
    assert [*comparison_lines(compared(office))] == [
        "no visit of the last 90 days to compare",
        "  “Sweet spot”: fee not known: how many computers?",
    ]
    editing.edit(office.lee, "client", harbor(office), {"computers": "22"})
    assert [*comparison_lines(compared(office))][1] == "  “Sweet spot”: 940.00 USD a month for 22 computers"


def test_a_quote_under_a_plan_says_its_fee(office: Office) -> None:
    """design/charges.md B10."""
    plan(office, "Tenth", fee="50.00", labour_discount="10")
    work(office, "R1", "09:00")
    priced = quoting.quote(office.store, "Harbor Dental", "Main office", 60, at("09:00", 1))
    (tenth,) = (one for one in compared(office).plans)
    found = quoting.compare(office.store, priced, service_plans.service_plans(office.store)[0], harbor(office))
    lines = [*quoted_lines(found)]
    assert found.difference is not None
    assert found.difference < 0
    assert lines[0].startswith("under “Tenth” this visit alone is ")
    assert lines[0].endswith(" less; its fee is not in that")
    assert lines[1] == "its fee: 50.00 USD a month"
    assert lines[-1].endswith("costs 120.00 USD more")
    assert tenth.total == 12500 + 15000
