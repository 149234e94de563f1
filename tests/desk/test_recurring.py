"""Recurring visits: made ahead, followed by their rule, never touched once they are planned."""

from __future__ import annotations

import datetime
import threading
from dataclasses import replace
from typing import Any

import pytest

from db import agreements, visits
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.book import editing, recurring
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule, undo
from dispatch.desk.prices import agreeing
from dispatch.desk.requests.intake import add
from dispatch.desk.session.refusals import Faulty, NotAllowed
from dispatch.desk.session.user import log_in
from dispatch.model.agreements import Agreement
from dispatch.model.requests import Recurrence
from dispatch.model.states import State
from tests.desk.conftest import DAY, Office, at

ORDER = {"site": "Harbor Dental / Main office", "work": "health check", "rule": "every tue", "minutes": "60"}


def order(office: Office, **texts: str) -> Recurrence:
    found = editing.add(office.dana, "recurrence", {**ORDER, **texts})
    assert isinstance(found, Recurrence)
    return found


def days(office: Office, one: Recurrence) -> list[str]:
    return [
        visit.occurrence.isoformat()[5:] for visit in visits.of_recurrence(office.store, one.id) if visit.occurrence
    ]


def test_eight_weeks_are_made_at_once_and_the_rest_as_time_goes_on(office: Office) -> None:
    one = order(office, promised="09:00-11:00", tags="server", preferred="ana", priority="P2")

    made = visits.of_recurrence(office.store, one.id)
    assert len(made) == 9  # 24 November and eight weeks on
    first = made[0]
    assert (first.state, first.wanted_on, first.minutes, first.priority) == (State.REQUESTED, DAY, 60, 2)
    assert first.promised == (at("09:00"), at("11:00"))
    assert (first.preferred, first.kind) == ("Ana Ruiz", "maintenance")
    assert "T6" in {item.ref for item in visit_page(office.store, first.reference).checklist.items}
    assert recurring.make_ahead(office.dana) == []

    office.go("07:30", 3 * 7)
    assert [visit.occurrence for visit in recurring.make_ahead(office.lee)] == [
        DAY + datetime.timedelta(weeks=week) for week in (9, 10, 11)
    ]
    assert recurring.make_ahead(office.dana) == []


def test_holidays_of_the_rate_card_are_skipped(office: Office) -> None:
    (card,) = agreements.rate_cards(office.store)
    with unit_of_work(office.store, "card", Actor(None, "system", "test", "system")) as unit:
        agreements.update_rate_card(
            unit, card, replace(card, card={**card.card, "holidays": ["2026-12-01", "2026-12-25"]})
        )
    skipping, moving = order(office), order(office, holidays="next")

    assert days(office, skipping)[:2] == ["11-24", "12-08"]
    assert days(office, moving)[:3] == ["11-24", "12-02", "12-08"]


def test_a_changed_rule_makes_anew_what_nobody_has_touched(office: Office) -> None:
    one = order(office)
    planned, taken_back = (visit.reference for visit in visits.of_recurrence(office.store, one.id)[:2])
    schedule.assign(office.dana, planned, ["Ana Ruiz"], at("09:00"))
    schedule.cancel(office.dana, taken_back, "the client is away", scope="this")

    one = editing.edit(office.lee, "recurrence", one, {"rule": "every 2 weeks on wed", "minutes": "90"})

    assert days(office, one) == ["11-25", "12-01", "12-09", "12-23", "01-06", "01-20"]
    kept = visits.visit_by_reference(office.store, planned)
    assert kept is not None
    assert (kept.state, kept.minutes) == (State.PLANNED, 60)
    assert [visit.reference for visit, _ in recurring.kept_visits(office.store, one)] == [planned]
    assert any(planned in note and "stays" in note for note in RECORD_STORES["recurrence"].notes(office.store, one))
    references = {visit.reference for visit in visits.of_recurrence(office.store, one.id)}

    # what did not change is not made anew: nobody's note of a reference goes stale
    one = editing.edit(office.lee, "recurrence", one, {"ends": "2026-12-31"})
    assert days(office, one) == ["11-25", "12-01", "12-09", "12-23"]
    assert {visit.reference for visit in visits.of_recurrence(office.store, one.id)} < references


def test_a_cancelled_visit_is_not_made_again(office: Office) -> None:
    one = order(office)
    second = visits.of_recurrence(office.store, one.id)[1]
    schedule.cancel(office.dana, second.reference, "the client is away", scope="this")
    editing.edit(office.dana, "recurrence", one, {"priority": "P1"})

    on_that_day = [
        visit for visit in visits.of_recurrence(office.store, one.id) if visit.occurrence == second.occurrence
    ]
    assert [(visit.reference, visit.state) for visit in on_that_day] == [(second.reference, State.CANCELLED)]


def test_ending_it_leaves_what_has_begun_and_undo_takes_it_up_again(office: Office) -> None:
    one = order(office)
    schedule.assign(office.dana, visits.of_recurrence(office.store, one.id)[0].reference, ["Ana Ruiz"], at("09:00"))
    editing.archive(office.dana, "recurrence", one)
    assert days(office, one) == ["11-24"]

    undo.undo(office.dana)
    assert len(days(office, one)) == 9
    assert RECORD_STORES["recurrence"].all(office.store) != []


def test_two_boards_make_each_visit_once(office: Office) -> None:
    one = order(office)
    office.go("07:30", 5 * 7)
    path = office.store.path

    def make() -> None:
        with Store.open(path, clock=office.clock) as store:
            recurring.make_ahead(log_in(store, "dana"))

    boards = [threading.Thread(target=make) for _ in range(4)]
    for board in boards:
        board.start()
    for board in boards:
        board.join()

    assert len(days(office, one)) == len(set(days(office, one))) == 14


def test_every_fault_of_the_form_at_once(office: Office) -> None:
    with pytest.raises(Faulty) as refused:
        order(
            office,
            site="nowhere",
            rule="now and then",
            minutes="0",
            promised="11-9",
            starts="2026-12-01",
            ends="2026-11-30",
            skills="juggling",
            preferred="nobody",
            work="",
        )
    assert len(refused.value.faults) == 8
    with pytest.raises(NotAllowed):
        editing.add(office.ana, "recurrence", ORDER)


def test_a_job_may_take_several_visits(office: Office) -> None:
    one = add(office.dana, {"client": "Harbor Dental", "work": "new server", "minutes": "120", "site": "Warehouse"})
    two = add(
        office.dana,
        {
            "client": "Harbor Dental",
            "work": "move the data",
            "minutes": "60",
            "site": "Warehouse",
            "same_job": one.reference,
        },
    )

    assert one.job_id == two.job_id
    assert [visit.reference for visit in visit_page(office.store, one.reference).same_job] == [two.reference]
    with pytest.raises(Faulty, match="same job"):
        add(
            office.dana,
            {"client": "Harbor Dental", "work": "more", "minutes": "60", "site": "Warehouse", "same_job": "R999"},
        )


def agree(office: Office, before: Agreement | None = None, **more: Any) -> Agreement:
    terms = {"kind": "tm", "starts": more.pop("starts", "2026-10-01"), "ends": more.pop("ends", None)}
    return agreeing.save_agreement(office.lee, "Harbor Dental", "Care", {**terms, "service": more}, before)


def made(office: Office, one: Recurrence, month: str) -> list[str]:
    return [day for day in days(office, one) if day.startswith(month)]


def test_an_agreement_is_needed_to_follow_one(office: Office) -> None:
    with pytest.raises(Faulty, match="rule: that client has no agreement to follow"):
        order(office, rule="as agreed")


def test_the_cadence_of_the_agreement_is_kept(office: Office) -> None:
    agree(office, ends="2027-01-10")
    one = order(office, rule="as agreed", starts="2026-12-01")
    assert days(office, one) == ["12-08", "12-24"], "two a month, spread, and none where it ends early in a month"
    assert recurring.make_ahead(office.dana) == []


def test_a_changed_cadence_is_followed_by_itself(office: Office) -> None:
    terms = agree(office)
    one = order(office, rule="as agreed on tue", starts="2026-12-01")
    assert made(office, one, "12") == ["12-08", "12-22"]
    (first, *_) = visits.of_recurrence(office.store, one.id)
    schedule.assign(office.dana, first.reference, ["Ana Ruiz"], at("09:00", 14))
    agree(office, terms, cadence_target=3)
    assert recurring.make_ahead(office.dana)
    assert made(office, one, "12") == ["12-01", "12-08", "12-15"], "what is planned counts, and stays"
    assert recurring.make_ahead(office.dana) == []


def test_what_came_to_nothing_is_made_up_for_in_the_same_month(office: Office) -> None:
    agree(office)
    one = order(office, rule="as agreed on tue", starts="2026-12-01")
    office.go("07:30", 7)  # 1 December
    assert made(office, one, "12") == ["12-08", "12-22"]
    first = visits.of_recurrence(office.store, one.id)[0].reference
    schedule.cancel(office.dana, first, "the client is away", scope="this")
    instead = recurring.make_ahead(office.dana)[0]
    assert (instead.occurrence, instead.state) == (datetime.date(2026, 12, 15), State.REQUESTED)
    assert recurring.make_ahead(office.dana) == []
    assert made(office, one, "12") == ["12-08", "12-15", "12-22"]

    undo.undo(office.dana)
    recurring.make_ahead(office.dana)
    assert made(office, one, "12") == ["12-08", "12-22"], "it is not needed any more"


def test_what_cannot_be_made_up_for_is_left_to_the_list_of_what_is_due(office: Office) -> None:
    agree(office)
    one = order(office, rule="as agreed on tue", starts="2026-12-01")
    office.go("07:30", 30)  # 24 December
    last = visits.of_recurrence(office.store, one.id)[1]
    schedule.cancel(office.dana, last.reference, "the client is away", scope="this")
    office.go("07:30", 36)
    recurring.make_ahead(office.dana)
    assert made(office, one, "12") == ["12-08", "12-22"]
