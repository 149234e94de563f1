"""Agreements made from plans, like others, and renewed: what they say, what is asked, and that nothing goes on silently."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from db import agreements, clients
from dispatch.charges import validate_agreement
from dispatch.desk.book import editing
from dispatch.desk.care.client_page import client_page
from dispatch.desk.prices import agreeing, beginning
from dispatch.desk.session.refusals import NeedsConfirm, NotFound, Refusal
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Client
from dispatch.model.service_plans import ServicePlan
from dispatch.records.agreements import PRESETS
from tests.desk.conftest import DAY, Office

CLIENT = "Harbor Dental"
HINTED = {"name": "Sweet spot", "fee": "500", "per_computer": "20"}


def harbor(office: Office) -> Client:
    found = clients.client_by_name(office.store, CLIENT)
    assert found is not None
    return found


def sweet(office: Office, computers: str = "22", **texts: str) -> ServicePlan:
    editing.edit(office.lee, "client", harbor(office), {"computers": computers})
    plan: ServicePlan = editing.add(office.lee, "service-plan", PRESETS["sweet spot"] | HINTED | texts)
    return plan


def saved(office: Office, begun: beginning.BegunAgreement, confirmed: Any = (), **more: Any) -> Agreement:
    return agreeing.save_agreement(office.lee, CLIENT, begun.name, begun.terms | more, confirmed=confirmed)


def asked(office: Office, begun: beginning.BegunAgreement, **more: Any) -> NeedsConfirm:
    with pytest.raises(NeedsConfirm) as question:
        saved(office, begun, **more)
    assert agreements.agreements_of(office.store, harbor(office).id)[-1].name != begun.name
    return question.value


def test_from_a_plan(office: Office) -> None:
    """design/account-care.md E14."""
    plan = sweet(office)
    agreement = saved(office, beginning.from_plan(office.store, plan, harbor(office), DAY))
    assert (agreement.name, agreement.kind, agreement.service_plan_id) == ("Sweet spot", "retainer", plan.id)
    assert (agreement.starts, agreement.ends) == (DAY, datetime.date(2027, 11, 23))
    assert agreement.service.monthly_fee == 50000 + 22 * 2000
    assert (agreement.service.cadence_min, agreement.service.cadence_target, agreement.service.proactive) == (
        1,
        2,
        True,
    )
    assert agreement.service.targets["P1"] == {"phone": 30, "onsite": 240}
    assert {key: agreement.terms.get(key) for key in plan.terms} == plan.terms
    assert validate_agreement(agreement.terms) == []
    # another price of the plan is no other fee of what was agreed
    editing.edit(office.lee, "service-plan", plan, {"fee": "999"})
    assert agreements.agreement(office.store, agreement.id) == agreement


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"kind": "retainer"}, "A retainer without an allowance grants nothing."),
        ({"kind": "retainer", "allowance_min": 0}, "A retainer without an allowance grants nothing."),
        ({"kind": "fixed_price"}, "A fixed price without a fee is work for nothing."),
    ],
)
def test_what_a_kind_should_say_is_asked_and_then_stands(office: Office, terms: dict[str, Any], said: str) -> None:
    form = {**terms, "starts": "2026-11-24"}
    with pytest.raises(NeedsConfirm) as question:
        agreeing.save_agreement(office.lee, CLIENT, "Care", form, confirmed=())
    assert question.value.said == said
    agreement = agreeing.save_agreement(office.lee, CLIENT, "Care", form, confirmed=question.value.marks)
    again = {**agreement.terms, "labour_discount_pct": "5"}
    assert agreeing.save_agreement(office.lee, CLIENT, "Care", again, agreement, confirmed=()).version == 2


def test_a_fee_that_is_not_known_is_asked_about(office: Office) -> None:
    plan = sweet(office, computers="")
    begun = beginning.from_plan(office.store, plan, harbor(office), DAY)
    with pytest.raises(NeedsConfirm, match=r"Its fee is not known: how many computers\?"):
        saved(office, begun)
    agreement = saved(office, begun, service=begun.terms["service"] | {"monthly_fee": "800"})
    assert agreement.service.monthly_fee == 80000


def test_a_client_that_has_grown_is_on_its_page(office: Office) -> None:
    """design/account-care.md E14."""
    first = saved(office, beginning.from_plan(office.store, sweet(office), harbor(office), DAY))
    assert not any("by now" in line for line in client_page(office.store, harbor(office)).due)
    editing.edit(office.lee, "client", harbor(office), {"computers": "30"})
    said = "the fee of Sweet spot is 940.00, and its plan Sweet spot comes to 1100.00 by now"
    assert said in client_page(office.store, harbor(office)).due
    terms = {**first.terms, "service": {"monthly_fee": "1100"}}
    agreeing.save_agreement(office.lee, CLIENT, first.name, terms, first)
    assert said not in client_page(office.store, harbor(office)).due


def test_like_another_one(office: Office) -> None:
    first = saved(office, beginning.from_plan(office.store, sweet(office), harbor(office), DAY))
    editing.add(office.lee, "client", {"name": "Other"})
    begun = beginning.like(office.store, first, DAY)
    other = agreeing.save_agreement(office.lee, "Other", "Same", begun.terms, confirmed=())
    days = {"starts", "ends"}
    assert {k: v for k, v in other.terms.items() if k not in days} == {
        k: v for k, v in first.terms.items() if k not in days
    }
    assert (other.ends, other.service, other.service_plan_id) == (None, first.service, first.service_plan_id)


def test_nothing_renews_silently(office: Office) -> None:
    """design/account-care.md E3, E14."""
    plan = sweet(office)
    first = saved(office, beginning.from_plan(office.store, plan, harbor(office), DAY))
    begun = beginning.successor(office.store, first)
    assert (begun.name, begun.terms["starts"], begun.terms["ends"]) == ("Sweet spot 2027", "2027-11-24", "2028-11-23")
    question = asked(office, begun)
    assert (
        question.said == "“Sweet spot 2027” goes on from “Sweet spot”, 2027-11-24 to 2028-11-23. Nothing else changes."
    )
    editing.edit(office.lee, "client", harbor(office), {"computers": "30"})
    assert "Its plan “Sweet spot” is 1100.00 a month for them by now." in asked(office, begun).said
    # with other terms it is another question, and the answer to the first is none to it
    with pytest.raises(NeedsConfirm) as other:
        saved(office, begun, question.marks, labour_discount_pct="12", overage_rate="95")
    assert "Changed: labour_discount_pct: 10 → 12; overage_rate: – → 95." in other.value.said
    by_plan = beginning.successor(office.store, first, plan, harbor(office))
    assert "Changed: service.monthly_fee: 940.00 → 1100.00." in asked(office, by_plan).said
    second = saved(office, by_plan, asked(office, by_plan).marks)
    assert (second.service.monthly_fee, second.starts) == (110000, datetime.date(2027, 11, 24))
    assert "renews" not in second.terms
    with pytest.raises(Refusal, match="covers 2027-11-24"):
        saved(office, by_plan)


def test_another_plan_leaves_nothing_of_the_old_terms_but_what_no_plan_speaks_of(office: Office) -> None:
    begun = beginning.from_plan(office.store, sweet(office, allowance="360"), harbor(office), DAY)
    service = {**begun.terms["service"], "survey_days": 182, "targets": {"P1": {"onsite": 240}}}
    more = {"service": service, "rollover": "next_month", "labour_discount_pct": "10"}
    first = saved(office, begun, (), **more)
    big = editing.add(office.lee, "service-plan", {"name": "Big", "kind": "fixed_price", "fee": "2500", "visits": "0"})
    renewed = beginning.successor(office.store, first, big, harbor(office))
    assert renewed.name == "Big 2027"
    question = asked(office, renewed)
    for said in ("allowance_min: 360 → –", "kind: retainer → fixed_price", "labour_discount_pct: 10 → –", "plan: Sweet spot → Big",
                 "rollover: next_month → –", "service.targets.P1.onsite: 240 → –", "service.cadence_target: 2 → 0"):  # fmt: skip
        assert said in question.said, question.said
    assert "survey_days" not in question.said
    second = saved(office, renewed, question.marks)
    assert ("allowance_min" in second.terms, second.rollover, second.service.survey_days) == (False, "none", 182)


@pytest.mark.parametrize(
    ("starts", "ends", "term"),
    [
        ("2026-01-31", "2026-02-27", ("2026-02-28", "2026-03-27")),
        ("2025-11-25", "2026-12-24", ("2026-12-25", "2028-01-24")),
        ("2026-11-24", "2026-12-03", ("2026-12-04", "2026-12-13")),
    ],
)
def test_a_successor_lasts_as_long_again(office: Office, starts: str, ends: str, term: tuple[str, str]) -> None:
    days = {"starts": datetime.date.fromisoformat(starts), "ends": datetime.date.fromisoformat(ends)}
    old = Agreement(7, harbor(office).id, "Care 2026 for all", "tm", **days, terms={"kind": "tm", "starts": starts})
    begun = beginning.successor(office.store, old)
    assert (begun.terms["starts"], begun.terms["ends"]) == term
    assert begun.name == f"Care {term[0][:4]} for all"


def test_what_has_no_end_is_not_renewed_and_no_plan_is_made_up(office: Office) -> None:
    endless = agreeing.save_agreement(office.lee, CLIENT, "Care", {"kind": "tm", "starts": "2026-11-24"})
    with pytest.raises(Refusal, match="has no end"):
        beginning.successor(office.store, endless)
    with pytest.raises(NotFound, match="There is no service plan 'Nowhere'"):
        agreeing.save_agreement(office.lee, CLIENT, "Care", {**endless.terms, "plan": "Nowhere"}, endless)
