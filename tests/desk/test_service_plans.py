"""The catalogue of service plans: what a plan costs a client, how it is written, and what is asked of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.charges import validate_agreement
from dispatch.charges.plan_fees import fee_of
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.imports.importing import import_file
from dispatch.desk.plan import undo
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, NotAllowed
from dispatch.model.service_plans import ServicePlan
from dispatch.records.agreements import PRESETS
from tests.desk.conftest import Office

PLANS = RECORD_STORES["service-plan"]
COUNTS = st.none() | st.integers(0, 1000)
PRICES = st.none() | st.integers(0, 100_000)


@pytest.mark.parametrize(
    ("prices", "counts", "fee"),
    [
        ({"fee": 90000}, {}, 90000),
        ({"fee": 0}, {}, 0),
        ({"fee": 50000, "per_computer": 2000}, {"computers": 22}, 94000),
        ({"fee": 50000, "per_computer": 2000}, {"computers": 0}, 50000),
        ({"fee": 50000, "per_computer": 2000}, {"computers": None, "servers": 3}, "how many computers?"),
        ({"per_server": 10000, "per_user": 1500}, {"servers": 2, "users": 30}, 65000),
        ({"per_server": 10000, "per_user": 1500}, {}, "how many servers? how many users?"),
        ({}, {"computers": 10}, "the plan has no price yet"),
    ],
)
def test_the_fee_of_a_plan(prices: dict[str, int], counts: dict[str, int | None], fee: int | str) -> None:
    """design/account-care.md E12."""
    found = fee_of(ServicePlan(1, "Plan", "tm", **prices), counts)
    assert (found.amount if found.amount is not None else " ".join(found.unknown)) == fee


@given(PRICES, st.tuples(PRICES, PRICES, PRICES), st.tuples(COUNTS, COUNTS, COUNTS))
def test_a_fee_is_the_sum_of_what_is_priced_or_not_known(
    base: int | None, prices: tuple[int | None, ...], counts: tuple[int | None, ...]
) -> None:
    plan = ServicePlan(1, "Plan", "tm", base, *prices)
    found = fee_of(plan, dict(zip(("computers", "servers", "users"), counts, strict=True)))
    priced = [(price, count) for price, count in zip(prices, counts, strict=True) if price is not None]
    if (base is None and not priced) or any(count is None for _, count in priced):
        assert found.amount is None
    else:
        assert found.amount == (base or 0) + sum(price * (count or 0) for price, count in priced)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_whole_but_for_the_word_on_their_price(office: Office, name: str) -> None:
    plan = editing.add(office.lee, "service-plan", PRESETS[name])
    assert validate_agreement(plan.terms) == []
    assert plan.service(plan.fee).cadence_target == plan.visits
    assert PLANS.texts(office.store, plan) == PLANS.texts(office.store, PLANS.find(office.store, plan.name))


def test_what_a_kind_should_say_is_asked_once(office: Office) -> None:
    """design/account-care.md E12."""
    for texts in ({"name": "R", "kind": "retainer", "fee": "10"}, {"name": "F", "kind": "fixed_price"}):
        with pytest.raises(NeedsConfirm) as question:
            editing.add(office.lee, "service-plan", texts)
        plan = editing.add(office.lee, "service-plan", texts, question.value.marks)
        assert editing.edit(office.lee, "service-plan", plan, {"visits": "2"}).visits == 2
    assert [plan.name for plan in PLANS.all(office.store)] == ["F", "R"]


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"name": "Small"}, "name: there is a plan small already"),
        ({"waive_bands": "lunch"}, "waive bands: 'lunch' is not one of"),
        ({"fee": "-1"}, "fee: '-1' is negative"),
        ({"fee": "1.234"}, "fee: '1.234' has more than 2 decimal places"),
        ({"allowance": "60"}, "allowance: belongs to a retainer"),
        ({"targets": "P5 phone 3"}, "targets: 'p5 phone 3' is not a priority"),
        ({"labour_discount": "101"}, "labour discount: '101' is not a percentage"),
    ],
)
def test_what_a_plan_cannot_be(office: Office, texts: dict[str, str], fault: str) -> None:
    editing.add(office.lee, "service-plan", {"name": "small", "kind": "tm"})
    with pytest.raises(Faulty) as refused:
        editing.add(office.lee, "service-plan", {"name": "Other", "kind": "tm", **texts})
    assert [one.startswith(fault) for one in refused.value.faults] == [True]


def test_only_a_lead_writes_one_and_undo_takes_it_back(office: Office) -> None:
    with pytest.raises(NotAllowed):
        editing.add(office.dana, "service-plan", {"name": "Small", "kind": "tm"})
    plan = editing.add(office.lee, "service-plan", {"name": "Small", "kind": "tm", "targets": "p1 onsite 240"})
    editing.edit(office.lee, "service-plan", plan, {"targets": "P1 on site none", "fee": "0"})
    undo.undo(office.lee)
    assert PLANS.texts(office.store, PLANS.find(office.store, "small"))["targets"] == "P1 on site 240"
    undo.undo(office.lee)
    assert PLANS.all(office.store) == []


def test_a_file_of_plans_is_taken_twice_as_once(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "plans.csv"
    file.write_text("name,kind,fee,per_computer,waive_bands\nOne,tm,10,2.50,after hours;weekend\nTwo,fixed_price,,,\n")
    first, again = (import_file(office.lee, "service-plans", file) for _ in range(2))
    assert (first.applied, [row.verdict for row in again.rows]) == (True, [again.rows[0].verdict] * 2)
    assert first.rows[1].warnings == ("A fixed price without a fee is work for nothing.",)
    one = PLANS.find(office.store, "One")
    assert (one.fee, one.per_computer, one.waive_bands) == (1000, 250, ("after_hours", "weekend"))
