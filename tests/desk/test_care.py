"""The care list on a small firm: what is read from visits, surveys and balances, and how each item ends."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from db import agreements, clients, visits
from dispatch.care.item import CareItem, CareState
from dispatch.closeout.recording import Recording
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care import care_list
from dispatch.desk.care.accounts import accounts
from dispatch.desk.care.accounts import office as office_of
from dispatch.desk.care.client_page import client_page
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.log.visit_page import detail_words
from dispatch.desk.plan import schedule, undo
from dispatch.desk.prices import agreeing
from dispatch.desk.requests import responding
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.desk.texts.client_words import page_lines
from dispatch.model.agreements import Agreement
from dispatch.model.checklists import Result
from tests.desk.conftest import DAY, ZONE, Office, at, harbor


def agree(office: Office, starts: str = "2026-11-17", ends: str | None = None, **service: Any) -> Agreement:
    terms = {"kind": "tm", "starts": starts, "ends": ends}
    return agreeing.save_agreement(office.lee, "Harbor Dental", "Care", {**terms, "service": service})


def due(office: Office, rule: str, *, all_items: bool = False) -> list[CareItem]:
    return [one for one in care_list.care_list(office.store, all_items=all_items) if one.rule == rule]


def days_later(office: Office, days: int) -> None:
    office.clock.advance(days * 86400)


def emergency(office: Office, *, satisfied: bool = True) -> None:
    """R1 is an emergency, done by Ana from 09:00 on and closed."""
    with office.dana.write("emergency") as unit:
        unit.execute("UPDATE visit SET emergency = 1, version = version + 1 WHERE reference = 'R1'")
        unit.audit("visit", 1, emergency=True)
    office.on_site()
    office.finish(but=frozenset({"L5"}))
    office.say("R1", "L5", Recording(Result.SIGNED, "", signed_by="J. Lowe", satisfied=satisfied))
    leaving.close(office.ana, "R1")


def test_a_new_firm_owes_nothing(office: Office) -> None:
    assert care_list.care_list(office.store) == []


def test_cadence_counts_closed_and_booked_visits(office: Office) -> None:
    agree(office, "2026-10-01")
    (item,) = due(office, "E1")
    assert item.state is CareState.OVERDUE
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("14:00"))
    office.on_site("R2")
    office.finish("R2")
    leaving.close(office.ana, "R2")
    (item,) = due(office, "E1", all_items=True)
    assert (item.state, "1 of 2 contacts in November, 1 booked" in item.why) == (CareState.BELOW_TARGET, True)


def test_days_count_in_the_rate_cards_zone(office: Office) -> None:
    office.clock.set(at("23:59"))
    assert office_of(office.store).today == DAY


def test_a_survey_is_sent_answered_and_taken_back(office: Office) -> None:
    agree(office, "2026-01-01", "2026-12-31")
    (item,) = due(office, "E2")
    assert item.due == datetime.date(2026, 11, 1)
    care_list.note_survey(office.lee, harbor(office), None)
    assert "sent on 2026-11-24" in due(office, "E2")[0].why
    care_list.note_survey(office.lee, harbor(office), 5, "too slow")
    assert due(office, "E2") == []
    assert [one.what for one in due(office, "E7")] == ["call them", "meet them in person"]
    undo.undo(office.lee)
    assert (len(due(office, "E2")), due(office, "E7")) == (1, [])


@pytest.mark.parametrize(
    ("score", "on", "said"), [(11, None, "0 to 10"), (-1, None, "0 to 10"), (5, "2026-11-25", "has not come yet")]
)
def test_a_survey_that_cannot_be(office: Office, score: int, on: str | None, said: str) -> None:
    with pytest.raises(Faulty, match=said):
        care_list.note_survey(office.lee, harbor(office), score, on=datetime.date.fromisoformat(on) if on else None)


def test_an_offer_after_an_emergency_prompts_the_lead_at_close_out(office: Office) -> None:
    emergency(office)
    (item,) = due(office, "E4")
    assert (item.due, item.visit) == (datetime.date(2026, 11, 26), "R1")
    rows = office.store.all("SELECT staff_id, kind, text FROM outbox WHERE kind = 'care'")
    assert [(row[0], "Offer an agreement by 2026-11-26" in row[2]) for row in rows] == [(office.lee.staff.id, True)]


def test_no_prompt_when_the_client_was_not_satisfied(office: Office) -> None:
    emergency(office, satisfied=False)
    assert due(office, "E4") == []
    assert office.store.value("SELECT count(*) FROM outbox WHERE kind = 'care'") == 0
    assert [one.occasion for one in due(office, "E7")] == ["R1.contact", "R1.visit"]


def test_an_offer_is_compared_with_the_plans_of_the_catalogue(office: Office) -> None:
    """design/account-care.md E4, E13: another client's agreement is no plan."""
    editing.add(office.lee, "client", {"name": "Other"})
    terms = {"kind": "tm", "starts": "2026-01-01", "labour_discount_pct": "50"}
    agreeing.save_agreement(office.lee, "Other", "Theirs", {**terms, "service": {"monthly_fee": "1.00"}})
    editing.add(office.lee, "service-plan", {"name": "Small", "kind": "tm", "fee": "300"})
    emergency(office)
    (item,) = due(office, "E4")
    found = care_list.plans_for(office.store, item)
    assert found is not None
    (small,) = found.plans
    # one hour at 120 and at 100, an emergency at 1.5: 180.00 and 150.00, and 35.00 to come
    assert (small.name, found.now.of_visit, small.of_visit) == ("Small", 21500, 18500)
    assert found.saved(small) == 21500 - 18500 - 3 * 30000
    assert care_list.plans_for(office.store, replace(item, rule="E7")) is None


def test_spending_three_fees_prompts_an_offer(office: Office) -> None:
    editing.add(office.lee, "service-plan", {"name": "Small", "kind": "tm", "fee": "30.00"})
    editing.add(office.lee, "service-plan", {"name": "By size", "kind": "tm", "per_user": "1.00"})
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    (account,) = accounts(office.store, office_of(office.store), {harbor(office).id})
    assert (account.smallest_fee, account.spent >= 9000) == (3000, True)
    assert len(due(office, "E10")) == 1


def test_an_offer_noted_holds_others_back(office: Office) -> None:
    emergency(office)
    care_list.note_offer(office.lee, harbor(office), made=True)
    assert due(office, "E4") == []
    (item,) = due(office, "E4", all_items=True)
    assert (item.state, item.held) == (CareState.HELD, ("an offer was made on 2026-11-24",))
    undo.undo(office.lee)
    with pytest.raises(Faulty, match="reason: is missing"):
        care_list.note_offer(office.lee, harbor(office), made=False)
    assert len(due(office, "E4")) == 1


def test_an_overridden_test_holds_offers_back(office: Office) -> None:
    emergency(office)
    office.clock.advance(60)
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("14:00"))
    office.go("14:00")
    arriving.arrive(office.ana, "R2")
    tests = [one.ref for one in visit_items(office, "R2")]
    onsite.record(office.lee, "R2", tests[0], Recording(Result.OVERRIDDEN, "no time to test it today"))
    (item,) = due(office, "E4", all_items=True)
    assert item.held == ("a test of R2 stands overridden or failing",)


def visit_items(office: Office, reference: str) -> list[Any]:
    from dispatch.desk.log.visit_page import visit_page

    return [one for one in visit_page(office.store, reference).checklist.items if one.kind.value == "test"]


def test_the_offer_after_an_audit_waits_for_the_report(office: Office) -> None:
    with office.dana.write("audit") as unit:
        unit.execute("UPDATE visit SET kind = 'audit', version = version + 1 WHERE reference = 'R1'")
        unit.audit("visit", 1, kind="audit")
    with pytest.raises(Refusal, match="no audit that is closed"):
        responding.handed_over(office.dana, "R1")
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    assert due(office, "E5")[0].due is None
    responding.handed_over(office.dana, "R1")
    assert due(office, "E5")[0].due == datetime.date(2026, 12, 1)


def test_a_prospect_unhappy_elsewhere(office: Office) -> None:
    editing.add(office.lee, "client", {"name": "Prospect", "kind": "prospect", "unhappy_since": "2026-08-01"})
    (item,) = due(office, "E6")
    # counted from the day on which it was noted
    assert (item.client, item.opens, item.due) == ("Prospect", DAY, datetime.date(2026, 12, 8))
    record = clients.client_by_name(office.store, "Prospect")
    assert record is not None
    days_later(office, 3)
    editing.edit(office.lee, "client", record, {"computers": "20", "servers": "1"})
    assert due(office, "E6")[0].opens == DAY
    record = clients.client_by_name(office.store, "Prospect")
    assert record is not None
    lines = "\n".join(page_lines(client_page(office.store, record)))
    assert "well suited to an agreement by its size" in lines
    assert "unhappy with the present provider since 2026-08-01" in lines
    assert "propose an audit" in lines
    with pytest.raises(Faulty, match="belongs to a prospect"):
        editing.edit(office.lee, "client", record, {"kind": "client"})
    assert RECORD_STORES["client"].texts(office.store, record)["unhappy_since"] == "2026-08-01"


def test_balances_of_prepaid_hours(office: Office) -> None:
    terms = {"kind": "block_hours", "starts": "2026-11-17"}
    one = agreeing.save_agreement(office.lee, "Harbor Dental", "Hours", terms)
    one = agreeing.add_block(
        office.lee,
        one,
        {"name": "first", "size": "600", "bought": str(DAY), "expires": str(datetime.date(2026, 12, 10))},
    )
    assert [item.occasion for item in due(office, "E9")] == ["expires.first"]
    (pool,) = agreements.blocks_of(office.store, one.id)
    with office.lee.write("draw") as unit:
        agreements.update_block(unit, pool, replace(pool, remaining="150"))
    assert [item.occasion for item in due(office, "E9")] == ["low.first", "expires.first"]


def test_a_retainer_that_is_nearly_used(office: Office) -> None:
    terms = {"kind": "retainer", "starts": "2026-11-17", "allowance_min": 60}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Retainer", terms)
    (account,) = accounts(office.store, office_of(office.store), {harbor(office).id})
    assert account.allowance is not None
    assert (account.allowance.used, account.allowance.total) == (0, 60)
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    (account,) = accounts(office.store, office_of(office.store), {harbor(office).id})
    assert account.allowance is not None
    assert account.allowance.used >= Fraction(48)
    assert [item.what for item in due(office, "E9")] == ["retainer nearly used"]


def test_gaps_of_a_review(office: Office) -> None:
    care_list.note_gap(office.lee, harbor(office), "No spare switch", "ana", datetime.date(2026, 12, 1))
    (item,) = due(office, "D8")
    assert (item.what, item.due, "Ana Ruiz" in item.why) == ("No spare switch", datetime.date(2026, 12, 1), True)
    with pytest.raises(Faulty) as refused:
        care_list.note_gap(office.lee, harbor(office), " ", "nobody", DAY)
    assert len(refused.value.faults) == 2
    care_list.mark(office.lee, item.key, "done")
    assert due(office, "D8") == []


def test_two_breaches_make_our_client_unhappy(office: Office) -> None:
    """design/account-care.md E7: of an on-site or a resolution target; of the others it is the levels that tell."""
    agree(office)
    office.go("10:30")
    assert due(office, "E7") == []
    office.go("18:00")
    assert [one.occasion for one in due(office, "E7")] == ["breaches.2026-11-24.contact", "breaches.2026-11-24.visit"]


def test_items_end_with_a_trace_and_can_be_taken_back(office: Office) -> None:
    emergency(office, satisfied=False)
    call, meet = due(office, "E7")
    with pytest.raises(Faulty, match="ends only with a note"):
        care_list.mark(office.lee, call.key, "done")
    with pytest.raises(Faulty, match="reason: is missing"):
        care_list.mark(office.lee, meet.key, "declined", " ")
    with pytest.raises(NotAllowed):
        care_list.mark(office.dana, call.key, "done", "called")
    care_list.mark(office.lee, call.key, "done", "called; they are fine again")
    assert [one.key for one in due(office, "E7")] == [meet.key]
    with pytest.raises(NotFound):
        care_list.mark(office.lee, call.key, "done", "again")
    undo.undo(office.lee)
    assert len(due(office, "E7")) == 2
    undo.redo(office.lee)
    assert len(due(office, "E7")) == 1
    (note,) = office.store.one("SELECT note FROM care_mark WHERE withdrawn_at IS NULL") or ("",)
    assert note == "called; they are fine again"


def test_put_off_for_thirty_days_at_most_and_twice_at_most(office: Office) -> None:
    emergency(office, satisfied=False)
    key = due(office, "E7")[0].key
    for days in (0, 31):
        with pytest.raises(Faulty, match="30 days at most"):
            care_list.mark(office.lee, key, "snoozed", until=DAY + datetime.timedelta(days=days))
    assert care_list.mark(office.lee, key, "snoozed", until=DAY + datetime.timedelta(days=30)).snoozes == 1
    assert len(due(office, "E7")) == 1
    days_later(office, 30)
    assert len(due(office, "E7")) == 2
    care_list.mark(office.lee, key, "snoozed", until=DAY + datetime.timedelta(days=31))
    days_later(office, 1)
    with pytest.raises(Refusal, match="put off 2 times already"):
        care_list.mark(office.lee, key, "snoozed", until=DAY + datetime.timedelta(days=40))
    care_list.mark(office.lee, key, "declined", "they left us")


@pytest.mark.parametrize("key", ["", "E7", "E7:x:y", "E7:1:", "E7:999:R1.contact", "'; DROP TABLE visit; --"])
def test_a_key_of_nothing_is_refused(office: Office, key: str) -> None:
    with pytest.raises(NotFound, match="dispatch care list"):
        care_list.mark(office.lee, key, "done")


def test_visits_of_others_are_not_mixed_in(office: Office) -> None:
    emergency(office, satisfied=False)
    editing.add(office.lee, "client", {"name": "Other"})
    other = clients.client_by_name(office.store, "Other")
    assert other is not None
    assert care_list.care_list(office.store, other) == []
    assert len(visits.of_client(office.store, harbor(office).id)) == 3


def test_the_audit_calls_a_prompt_by_its_rules_name() -> None:
    assert detail_words("", {"care": "E1 2026-11", "outcome": "done"}, ZONE) == "care cadence 2026-11 · outcome done"
    assert detail_words("", {"care": "as the client asked"}, ZONE) == "care as the client asked"
