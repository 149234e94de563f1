"""The rules of account care, each with its days: the dates to check against in design/account-care.md among them."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dispatch.care.account import Account, Allowance, CareVisit, Gap, PromptMark, Survey, well_suited
from dispatch.care.item import CareItem, CareState, Workdays
from dispatch.care.rules import by_client, items_of
from dispatch.model.agreements import Agreement, PrepaidBlock, ServiceTerms, months_later
from dispatch.model.clients import Client
from dispatch.model.firm import Firm

WEEK = Workdays(frozenset(range(5)), frozenset({datetime.date(2026, 11, 26)}))
"""Monday to Friday, and Thanksgiving."""


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def terms(starts: str = "2026-01-01", ends: str | None = None, kind: str = "tm", **more: Any) -> Agreement:
    last = None if ends is None else day(ends)
    return Agreement(1, 7, "Care", kind, day(starts), last, {}, service=ServiceTerms(**more))


def visit(on: str, reference: str = "R1", **more: Any) -> CareVisit:
    return CareVisit(reference, day(on), **{"completed": True, "closed": True, **more})


def account(*agreements: Agreement, **more: Any) -> Account:
    return Account(7, "Harbor Dental", agreements=agreements, **more)


def found(one: Account, today: str, rule: str) -> list[CareItem]:
    return [item for item in items_of(one, day(today), WEEK) if item.rule == rule]


def state(one: Account, today: str, rule: str) -> str | None:
    items = found(one, today, rule)
    assert len(items) <= 1
    return items[0].state.value if items else None


# E1


@pytest.mark.parametrize(
    ("today", "contacts", "booked", "expected"),
    [
        ("2026-11-10", [], [], None),
        ("2026-11-14", [], [], None),
        ("2026-11-15", [], [], "due"),
        ("2026-11-10", [], ["2026-11-20"], "planned"),
        ("2026-11-20", [], ["2026-11-25"], "planned"),
        ("2026-11-20", [], ["2026-12-02"], "due"),
        ("2026-11-21", ["2026-11-03"], [], "planned"),
        ("2026-11-22", ["2026-11-03"], [], "below_target"),
        ("2026-11-30", ["2026-11-03", "2026-11-17"], [], "ok"),
        ("2026-12-01", ["2026-11-03"], [], None),
    ],
)
def test_cadence_in_a_month(today: str, contacts: list[str], booked: list[str], expected: str | None) -> None:
    october = [visit("2026-10-05"), visit("2026-10-19")]
    visits = [*october, *map(visit, contacts)]
    visits += [CareVisit("R2", day(one), booked=True, open=True) for one in booked]
    assert state(account(terms(ends=None), visits=tuple(visits)), today, "E1") == expected


def test_a_month_that_ended_below_stays_until_the_next_contact() -> None:
    one = account(terms(), visits=(visit("2026-09-10"), visit("2026-09-11")))
    (item,) = found(one, "2026-12-03", "E1")
    assert (item.state, item.due, item.occasion) == (CareState.OVERDUE, day("2026-11-30"), "2026-11")
    assert "2026-09-11" in item.why

    seen = replace(one, visits=(*one.visits, visit("2026-12-02")))
    assert state(seen, "2026-12-03", "E1") == "planned"


def test_our_own_failure_is_no_contact() -> None:
    one = account(terms("2026-11-01"), visits=(visit("2026-11-05", own_failure=True),))
    assert state(one, "2026-11-16", "E1") == "due"


@pytest.mark.parametrize(("starts", "expected"), [("2026-11-15", "overdue"), ("2026-11-16", None)])
def test_a_month_in_which_the_agreement_began_late_is_exempt(starts: str, expected: str | None) -> None:
    assert state(account(terms(starts)), "2026-12-01", "E1") == expected


def test_cadence_is_per_agreement() -> None:
    one = account(
        terms(cadence_min=2, cadence_target=4), visits=(visit("2026-10-05"), visit("2026-10-06"), visit("2026-11-03"))
    )
    assert state(one, "2026-11-15", "E1") == "due"


def _renewed(first_ends: str, ends: str, **more: Any) -> tuple[Agreement, Agreement]:
    """An agreement since January, and the one that follows it without a break."""
    starts = day(first_ends) + datetime.timedelta(days=1)
    return terms("2026-01-01", first_ends, **more), replace(terms("2026-01-01", ends, **more), id=2, starts=starts)


@pytest.mark.parametrize(
    ("today", "visits", "rule", "expected"),
    [
        ("2026-11-21", [], "E1", "overdue"),
        ("2026-11-23", ["2026-10-05", "2026-11-03"], "E1", "below_target"),
        ("2027-01-10", [f"2026-{month:02}-05" for month in range(1, 12)], "E1", "overdue"),
    ],
)
def test_a_renewal_begins_no_month_anew(today: str, visits: list[str], rule: str, expected: str) -> None:
    """The successor begins on the 21st of November: it is owed that month, and what was missed before it."""
    one = account(*_renewed("2026-11-20", "2027-11-20"), visits=tuple(map(visit, visits)))
    assert state(one, today, rule) == expected


def test_a_renewal_begins_no_quarter_no_survey_and_no_health_check_anew() -> None:
    both = _renewed("2026-11-30", "2027-11-30", proactive=True)
    held = visit("2026-10-05", kind="review")
    (item,) = found(account(*both, visits=(held,)), "2026-12-21", "D8")
    assert item.due == day("2027-01-05")
    assert [one.occasion for one in found(account(*both), "2026-12-02", "E8")] == ["2026-11", "2026-12"]
    (item,) = found(account(*both), "2026-12-20", "E2")
    assert item.due == day("2027-01-01"), "a year since it all began, and nobody has answered"
    apart = (both[0], replace(both[1], starts=day("2026-12-05")))
    assert found(account(*apart), "2026-12-20", "E2") == []


# E2, E3: the dates to check against


@pytest.mark.parametrize(
    ("ends", "renewal", "opens", "due", "overdue_after", "conversation"),
    [
        ("2026-12-31", "2026-10-02", "2026-10-17", "2026-11-01", "2026-11-16", "2026-12-01"),
        ("2027-02-28", "2026-11-30", "2026-12-15", "2026-12-30", "2027-01-14", "2027-01-29"),
    ],
)
def test_dates_to_check_against(
    ends: str, renewal: str, opens: str, due: str, overdue_after: str, conversation: str
) -> None:
    one = account(terms("2026-06-01", ends))
    before = datetime.timedelta(days=1)

    assert state(one, (day(renewal) - before).isoformat(), "E3") is None
    (item,) = found(one, renewal, "E3")
    assert (item.opens, item.due, item.state) == (day(renewal), day(conversation), CareState.OPEN)
    assert state(one, conversation, "E3") == "due"
    assert state(one, (day(conversation) + before).isoformat(), "E3") == "overdue"

    assert state(one, (day(opens) - before).isoformat(), "E2") is None
    (item,) = found(one, opens, "E2")
    assert (item.opens, item.due, item.state) == (day(opens), day(due), CareState.OPEN)
    assert state(one, due, "E2") == "due"
    assert state(one, overdue_after, "E2") == "due"
    assert state(one, (day(overdue_after) + before).isoformat(), "E2") == "overdue"


@pytest.mark.parametrize(
    ("survey_days", "answered", "today", "due"),
    [
        (365, None, "2027-01-01", "2027-01-01"),
        (182, None, "2026-07-02", "2026-07-02"),
        (91, None, "2026-04-02", "2026-04-02"),
        (91, "2026-03-01", "2026-05-20", "2026-05-31"),
        (91, "2026-03-01", "2026-05-15", None),
    ],
)
def test_surveys_by_interval(survey_days: int, answered: str | None, today: str, due: str | None) -> None:
    surveys = () if answered is None else (Survey(day(answered), 9),)
    items = found(account(terms(survey_days=survey_days), surveys=surveys), today, "E2")
    assert [item.due for item in items] == ([] if due is None else [day(due)])


def test_an_answer_inside_the_window_serves_both() -> None:
    one = account(terms("2026-01-01", "2026-12-31"), surveys=(Survey(day("2026-10-17"), 9),))
    assert found(one, "2026-12-20", "E2") == []


def test_an_answer_before_the_window_does_not_serve_the_renewal() -> None:
    one = account(terms("2026-01-01", "2026-12-31"), surveys=(Survey(day("2026-10-16"), 9),))
    (item,) = found(one, "2026-11-02", "E2")
    assert item.due == day("2026-11-01")


def test_a_survey_that_was_only_sent_is_still_owed() -> None:
    one = account(terms("2026-01-01", "2026-12-31"), surveys=(Survey(day("2026-10-20")),))
    (item,) = found(one, "2026-11-02", "E2")
    assert "sent on 2026-10-20, not answered yet" in item.why


def test_the_day_after_the_end_is_flagged_until_something_follows() -> None:
    one = account(terms("2026-01-01", "2026-12-31"))
    assert state(one, "2026-12-31", "E3") == "overdue"
    assert state(one, "2027-01-01", "E3") == "expired"
    done = replace(one, marks=(PromptMark("E3", "1", "done", day("2026-12-15")),))
    assert state(done, "2026-12-31", "E3") is None
    assert state(done, "2027-01-01", "E3") == "expired"
    followed = replace(one, agreements=(*one.agreements, Agreement(2, 7, "Next", "tm", day("2027-01-01"), None, {})))
    assert found(followed, "2026-12-31", "E3") == []


# E4 to E6, E10


def emergency(**more: Any) -> CareVisit:
    return visit("2026-11-24", "R9", **{"emergency": True, "all_passed": True, "satisfied": True, **more})


def test_offer_after_an_emergency_within_two_working_days() -> None:
    (item,) = found(account(visits=(emergency(),)), "2026-11-24", "E4")
    # Thursday is a holiday
    assert (item.due, item.visit, item.state) == (day("2026-11-27"), "R9", CareState.OPEN)


@pytest.mark.parametrize(
    "change",
    [{"satisfied": False}, {"satisfied": None}, {"all_passed": False}, {"closed": False}, {"emergency": False}],
)
def test_no_offer_when_it_did_not_go_well(change: dict[str, Any]) -> None:
    assert found(account(visits=(emergency(**change),)), "2026-11-24", "E4") == []


def test_no_offer_to_who_has_an_agreement() -> None:
    assert found(account(terms(), visits=(emergency(),)), "2026-11-24", "E4") == []
    assert len(found(account(terms(ends="2026-11-23"), visits=(emergency(),)), "2026-11-24", "E4")) == 1


def test_offer_after_an_audit_when_the_report_is_handed_over() -> None:
    audit = visit("2026-11-10", "R8", kind="audit")
    (item,) = found(account(visits=(audit,)), "2026-11-12", "E5")
    assert (item.due, "not handed over yet" in item.why) == (None, True)
    (item,) = found(account(visits=(replace(audit, handed_over=day("2026-11-20")),)), "2026-11-24", "E5")
    assert item.due == day("2026-11-30")


def test_a_prospect_who_is_unhappy_elsewhere_is_offered_an_audit() -> None:
    one = account(kind="prospect", unhappy_noted_on=day("2026-11-02"))
    (item,) = found(one, "2026-11-03", "E6")
    assert (item.due, item.what) == (day("2026-11-16"), "propose an audit")
    booked = replace(one, visits=(CareVisit("R8", day("2026-11-20"), kind="audit", booked=True, open=True),))
    assert found(booked, "2026-11-03", "E6") == []
    done = replace(one, visits=(visit("2026-11-20", "R8", kind="audit", handed_over=day("2026-11-20")),))
    assert [item.rule for item in items_of(done, day("2026-11-21"), WEEK)] == ["E5"]


@pytest.mark.parametrize(("spent", "fee", "due"), [(150_000, 50_000, True), (149_999, 50_000, False), (9, None, False)])
def test_offer_to_who_spends_three_months_of_the_smallest_fee(spent: int, fee: int | None, due: bool) -> None:
    one = account(visits=(visit("2026-11-20"),), spent=spent, smallest_fee=fee)
    assert bool(found(one, "2026-11-24", "E10")) is due


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"visits": (emergency(), visit("2026-11-20", "R3", bad_test=True))}, "a test of R3"),
        (
            {"visits": (emergency(), CareVisit("R4", day("2026-11-30"), open=True, own_failure=True, follow_up=True))},
            "R4 for our own",
        ),
        ({"marks": (PromptMark("offer", "x", "done", day("2026-10-25")),)}, "made on 2026-10-25"),
        ({"marks": (PromptMark("E10", "x", "declined", day("2026-08-26")),)}, "declined on 2026-08-26"),
        ({"marks": (PromptMark("E6", "x", "declined", day("2026-11-01")),)}, "declined on 2026-11-01"),
    ],
)
def test_offers_are_held_back(change: dict[str, Any], reason: str) -> None:
    one = replace(account(visits=(emergency(),)), **change)
    (item,) = found(one, "2026-11-24", "E4")
    assert item.state is CareState.HELD
    assert reason in item.held[0]
    assert not item.asks


@pytest.mark.parametrize(
    "mark",
    [
        PromptMark("offer", "x", "done", day("2026-10-24")),
        PromptMark("E10", "x", "declined", day("2026-08-25")),
        PromptMark("E6", "x", "done", day("2026-11-20")),
        PromptMark("E7", "x", "declined", day("2026-11-20")),
    ],
)
def test_old_offers_and_other_prompts_hold_nothing_back(mark: PromptMark) -> None:
    assert state(account(visits=(emergency(),), marks=(mark,)), "2026-11-24", "E4") == "open"


# E7


def test_not_satisfied_is_called_within_two_days_and_met_within_ten() -> None:
    items = found(account(visits=(visit("2026-11-24", "R5", satisfied=False),)), "2026-11-24", "E7")
    assert [(item.what, item.due, item.needs_note) for item in items] == [
        ("call them", day("2026-11-27"), True),
        ("meet them in person", day("2026-12-09"), True),
    ]


@pytest.mark.parametrize(("score", "count"), [(6, 2), (7, 0), (0, 2)])
def test_a_low_survey_is_a_sign(score: int, count: int) -> None:
    one = account(surveys=(Survey(day("2026-11-20"), score),))
    assert len(found(one, "2026-11-24", "E7")) == count


def test_one_unhappy_client_is_one_prompt_until_contact_was_made() -> None:
    """design/account-care.md E7: whatever else they say meanwhile stands on it."""
    low = (Survey(day("2026-11-25"), 6), Survey(day("2026-11-25"), 5))
    one = account(visits=(visit("2026-11-24", "R5", satisfied=False),), surveys=low, breaches=(day("2026-11-25"),) * 2)
    items = found(one, "2026-11-26", "E7")
    assert [item.occasion for item in items] == ["R5.contact", "R5.visit"]
    for said in ("not satisfied", "with 6 of 10", "with 5 of 10", "two targets"):
        assert said in items[0].why
    called = PromptMark("E7", "R5.contact", "done", day("2026-11-26"), note="called")
    again = (*low, Survey(day("2026-11-27"), 2))
    met = PromptMark("E7", "R5.visit", "done", day("2026-11-26"), note="met")
    late = replace(one, marks=(called, met), breaches=(*one.breaches, day("2026-11-28"), day("2026-11-29")))
    assert [item.occasion for item in found(late, "2026-12-01", "E7")] == [
        "breaches.2026-11-29.contact",
        "breaches.2026-11-29.visit",
    ]
    keys = [item.key for item in found(replace(late, surveys=again), "2026-12-01", "E7")]
    assert keys == ["E7:7:survey.2026-11-27.contact", "E7:7:survey.2026-11-27.visit"]


def test_a_prompt_that_was_put_off_takes_in_nothing_that_comes_later() -> None:
    nap = PromptMark("E7", "survey.2026-11-20.contact", "snoozed", day("2026-11-21"), day("2026-12-20"))
    one = account(surveys=(Survey(day("2026-11-20"), 6), Survey(day("2026-11-25"), 1)), marks=(nap,))
    asking = [item.occasion for item in found(one, "2026-11-26", "E7") if item.asks and item.what == "call them"]
    assert asking == ["survey.2026-11-25.contact"]


def test_surveys_of_one_day_are_one_prompt() -> None:
    two = (Survey(day("2026-11-30"), 6), Survey(day("2026-11-30"), 5))
    keys = [item.key for item in found(account(surveys=two), "2026-11-30", "E7")]
    assert len(keys) == len(set(keys)) == 2


@pytest.mark.parametrize(
    ("breaches", "occasions"),
    [
        (["2026-11-01"], []),
        (["2026-11-01", "2026-12-02"], []),
        (["2026-11-01", "2026-12-01"], ["2026-12-01"]),
        (["2026-11-01", "2026-11-01"], ["2026-11-01"]),
        (["2026-11-01", "2026-11-10", "2026-11-11"], ["2026-11-10"]),
        (["2026-11-01", "2026-11-10", "2026-11-11", "2026-11-12"], ["2026-11-10"]),
    ],
)
def test_two_breaches_in_thirty_days_are_a_sign(breaches: list[str], occasions: list[str]) -> None:
    one = account(breaches=tuple(map(day, breaches)))
    calls = [item.occasion for item in found(one, "2026-12-05", "E7") if item.what == "call them"]
    assert calls == [f"breaches.{occasion}.contact" for occasion in occasions]


def test_breaches_after_a_sign_was_closed_count_afresh() -> None:
    closed = PromptMark("E7", "breaches.2026-11-10.contact", "done", day("2026-11-11"), note="called")
    days = tuple(map(day, ("2026-11-01", "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13", "2026-11-14")))
    occasions = [item.occasion for item in found(account(breaches=days, marks=(closed,)), "2026-11-20", "E7")]
    assert occasions == ["breaches.2026-11-13.contact", "breaches.2026-11-10.visit", "breaches.2026-11-13.visit"]


def test_of_a_sign_that_was_closed_the_rest_makes_none_of_its_own() -> None:
    """The first of its targets was missed too long ago to be looked for."""
    closed = PromptMark("E7", "breaches.2026-11-10.contact", "done", day("2026-11-13"), note="called")
    days = tuple(map(day, ("2026-11-10", "2026-11-11", "2026-11-12")))
    assert found(account(breaches=days, marks=(closed,)), "2027-03-02", "E7") == []


@pytest.mark.parametrize("outcome", ["done", "declined"])
def test_a_survey_or_a_review_that_was_ended_by_hand_comes_again(outcome: str) -> None:
    one = terms("2025-01-01", "2027-12-31")
    (item,) = found(account(one), "2026-01-02", "E2")
    ended_by_hand = PromptMark("E2", item.occasion, outcome, day("2026-01-02"), note="no time")
    assert found(account(one, marks=(ended_by_hand,)), "2026-12-17", "E2") == []
    (again,) = found(account(one, marks=(ended_by_hand,)), "2026-12-18", "E2")
    assert (again.due, "last seen to on 2026-01-02" in again.why) == (day("2027-01-02"), True)
    (item,) = found(account(one), "2026-01-02", "D8")
    ended_by_hand = PromptMark("D8", item.occasion, outcome, day("2026-01-02"), note="no time")
    (again,) = found(account(one, marks=(ended_by_hand,)), "2026-04-01", "D8")
    assert again.due == day("2026-04-02")


# E8, E9, E11, D8


def test_log_and_health_check_each_month() -> None:
    one = account(terms(proactive=True), visits=(visit("2026-10-12", kind="maintenance"),))
    (item,) = found(one, "2026-11-24", "E8")
    assert (item.due, item.state) == (day("2026-11-30"), CareState.OPEN)
    assert [item.state.value for item in found(one, "2026-12-02", "E8")] == ["overdue", "open"]
    done = replace(one, marks=(PromptMark("E8", "2026-11", "done", day("2026-11-20")),))
    assert found(done, "2026-11-24", "E8") == []
    assert found(account(terms()), "2026-11-24", "E8") == []


def block(name: str, size: int, left: int, bought: str, expires: str | None = None) -> PrepaidBlock:
    return PrepaidBlock(name, str(size), str(left), day(bought), None if expires is None else day(expires))


@pytest.mark.parametrize(
    ("blocks", "low"),
    [
        ([block("a", 600, 151, "2026-01-01")], False),
        ([block("a", 600, 150, "2026-01-01")], True),
        ([block("a", 240, 121, "2026-01-01")], False),
        ([block("a", 240, 120, "2026-01-01")], True),
        ([block("a", 600, 100, "2026-01-01"), block("b", 1200, 260, "2026-06-01")], False),
        ([block("a", 600, 600, "2026-01-01", "2026-11-23"), block("b", 600, 150, "2026-06-01")], True),
    ],
)
def test_prepaid_hours_run_low(blocks: list[PrepaidBlock], low: bool) -> None:
    one = account(terms(kind="block_hours"), blocks=tuple(blocks))
    assert bool(found(one, "2026-11-24", "E9")) is low


def test_prepaid_money_has_no_least_minutes() -> None:
    one = account(terms(kind="block_money"), blocks=(block("a", 400, 110, "2026-01-01"),))
    assert found(one, "2026-11-24", "E9") == []


def test_a_block_that_expires_within_thirty_days() -> None:
    one = account(terms(kind="block_hours"), blocks=(block("a b", 600, 500, "2026-01-01", "2026-12-24"),))
    assert found(one, "2026-11-23", "E9") == []
    (item,) = found(one, "2026-11-24", "E9")
    assert (item.due, item.occasion) == (day("2026-12-24"), "expires.a-b")


@pytest.mark.parametrize(("used", "due"), [(479, False), (480, True)])
def test_a_retainer_that_is_nearly_used(used: int, due: bool) -> None:
    one = account(terms(kind="retainer"), allowance=Allowance(day("2026-11-01"), Fraction(used), Fraction(600)))
    assert bool(found(one, "2026-11-24", "E9")) is due


@pytest.mark.parametrize(
    ("computers", "servers", "suited"),
    [
        (10, 1, True),
        (35, 2, True),
        (9, 1, False),
        (36, 1, False),
        (20, 0, False),
        (20, 3, False),
        (None, 1, False),
        (20, None, False),
    ],
)
def test_size_that_is_well_suited(computers: int | None, servers: int | None, suited: bool) -> None:
    """design/account-care.md E11."""
    client = Client(1, "Harbor Dental", computers=computers, servers=servers)
    assert well_suited(client, Firm()) is suited
    assert well_suited(client, Firm(suited_computers="-", suited_servers="-"))
    assert well_suited(client, Firm(suited_computers="5-9", suited_servers="0-5")) is (computers == 9)


def test_a_review_every_quarter() -> None:
    one = account(terms("2026-08-31"), visits=(visit("2026-11-01"),))
    assert found(one, "2026-11-14", "D8") == []
    (item,) = found(one, "2026-11-15", "D8")
    assert item.due == day("2026-11-30")
    held = replace(one, visits=(visit("2026-11-20", kind="review"),))
    assert found(held, "2026-12-05", "D8") == []
    marked = replace(one, marks=(PromptMark("D8", "2026-11-30", "done", day("2026-12-01")),))
    assert found(marked, "2026-12-20", "D8") == []
    assert [item.due for item in found(marked, "2027-02-20", "D8")] == [day("2027-03-01")]


def test_a_review_that_nobody_held_on_its_day_is_due_again() -> None:
    asked = CareVisit("R9", day("2026-04-10"), kind="review", open=True)
    one = account(terms("2026-01-01"), visits=(asked,))
    assert [state(one, today, "D8") for today in ("2026-04-10", "2026-04-11")] == ["planned", "overdue"]


def test_gaps_of_a_review_have_owner_and_date() -> None:
    one = account(gaps=(Gap(3, "No spare switch", "Lee Moreau", day("2026-12-01")),))
    (item,) = found(one, "2026-11-24", "D8")
    assert (item.due, item.occasion, "Lee Moreau" in item.why) == (day("2026-12-01"), "gap.3", True)
    assert found(replace(one, marks=(PromptMark("D8", "gap.3", "done", day("2026-11-25")),)), "2026-12-02", "D8") == []


# how prompts end


def test_a_prompt_ends_in_done_declined_or_sleeps() -> None:
    one = account(visits=(emergency(satisfied=False, emergency=False),))
    assert len(found(one, "2026-11-24", "E7")) == 2
    for outcome in ("done", "declined"):
        mark = PromptMark("E7", "R9.contact", outcome, day("2026-11-24"))
        assert [item.what for item in found(replace(one, marks=(mark,)), "2026-11-25", "E7")] == ["meet them in person"]

    nap = PromptMark("E7", "R9.contact", "snoozed", day("2026-11-24"), day("2026-12-01"))
    sleeping = replace(one, marks=(nap,))
    (item, _) = found(sleeping, "2026-11-30", "E7")
    assert (item.state, item.snoozed_until, item.snoozes, item.asks) == (CareState.SNOOZED, day("2026-12-01"), 1, False)
    (item, _) = found(sleeping, "2026-12-01", "E7")
    assert (item.state, item.snoozes) == (CareState.OVERDUE, 1)


def test_keys_tell_prompts_apart() -> None:
    one = account(
        terms("2026-01-01", "2026-12-31"),
        visits=(visit("2026-11-24", "R5", satisfied=False),),
        gaps=(Gap(1, "x", "y", day("2026-12-01")),),
    )
    keys = [item.key for item in items_of(one, day("2026-12-02"), WEEK)]
    assert len(keys) == len(set(keys)) >= 5
    assert all(" " not in key and key.count(":") == 2 for key in keys)


def test_working_days() -> None:
    assert WEEK.after(day("2026-11-25"), 1) == day("2026-11-27")
    assert WEEK.after(day("2026-11-27"), 1) == day("2026-11-30")
    assert Workdays(frozenset()).after(day("2026-11-25"), 2) == day("2026-11-27")


def test_months_later_ends_with_the_month() -> None:
    assert months_later(day("2026-11-30"), 3) == day("2027-02-28")
    assert months_later(day("2026-01-31"), -1) == day("2025-12-31")


def test_a_client_who_wants_nobody_back_is_called() -> None:
    (contact, _) = found(account(visits=(visit("2026-11-24", "R5", none_wanted=True),)), "2026-11-24", "E7")
    assert "wants nobody back for R5" in contact.why
    unhappy = account(visits=(visit("2026-11-24", "R5", none_wanted=True, satisfied=False),))
    assert len(found(unhappy, "2026-11-24", "E7")) == 2


def test_the_client_to_whom_something_is_due_first_stands_first_with_all_that_is_theirs() -> None:
    def item(client: str, what: str, due: datetime.date | None) -> CareItem:
        return CareItem("E1", what, what, "", datetime.date(2026, 1, 1), due, client=client)

    late, soon, later = (datetime.date(2026, 11, day) for day in (2, 20, 30))
    items = [item("Acme", "c", later), item("Acme", "d", None), item("Bolt", "a", late), item("Acme", "b", soon)]
    groups = by_client(items)
    assert [(client, [one.what for one in due]) for client, due in groups.items()] == [
        ("Bolt", ["a"]),
        ("Acme", ["b", "c", "d"]),
    ]
