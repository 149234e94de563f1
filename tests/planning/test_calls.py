"""Who has to be called ahead, in which order, and when it goes to the lead."""

from __future__ import annotations

from typing import Any

from dispatch.model.messages import Call, CallOutcome
from dispatch.planning.calls import DueCall, due_calls
from dispatch.planning.projection import ClockedStop, Projected
from tests.planning.test_projection import at, stop

NOW = at("14:00")


def listed(
    *stops: tuple[ClockedStop, str], calls: tuple[Call, ...] = (), now: int = NOW, late: int = 10
) -> list[DueCall]:
    found = {one.visit_id: (one, Projected(one.visit_id, at(clock), at(clock) + one.length)) for one, clock in stops}
    by_visit: dict[int, list[Call]] = {}
    for call in calls:
        by_visit.setdefault(call.visit_id, []).append(call)
    return due_calls(found, by_visit, now, late)


def call(number: int, clock: str, outcome: CallOutcome, promised: str | None = None) -> Call:
    return Call(number, 1, "Dana", at(clock), outcome, None if promised is None else at(promised))


PINE = stop(1, "15:00", "16:00", 20)


def test_a_call_is_offered_as_soon_as_the_arrival_passes_the_planned_start() -> None:
    """design/close-out.md R3"""
    assert listed((PINE, "15:00")) == []
    (due,) = listed((PINE, "15:01"))
    assert (due.expected, due.arrival, due.due, due.proposed) == (at("15:00"), at("15:01"), at("14:40"), at("15:05"))


def test_calls_are_in_the_order_in_which_the_clients_begin_to_wait() -> None:
    far, near = stop(1, "15:10", "16:00", 45), stop(2, "15:00", "16:00", 5)
    assert [one.visit_id for one in listed((near, "15:30"), (far, "15:30"))] == [1, 2]


def test_nobody_is_called_who_has_been_reached() -> None:
    here = stop(1, "13:00", "14:00", arrived="13:40")
    assert listed((here, "13:40")) == []


def test_a_promise_of_a_call_holds_until_it_slips_by_the_firms_minutes() -> None:
    told = call(1, "13:50", CallOutcome.ANSWERED, "15:40")
    assert listed((PINE, "15:50"), calls=(told,)) == []
    (due,) = listed((PINE, "15:51"), calls=(told,))
    assert due.expected == at("15:40")
    assert listed((PINE, "15:41"), calls=(told,), late=0)[0].expected == at("15:40")


def test_a_promise_of_an_older_plan_does_not_count() -> None:
    told = Call(1, 1, "Dana", NOW, CallOutcome.ANSWERED, at("15:40", -1))
    assert listed((PINE, "15:20"), calls=(told,))[0].expected == at("15:00")


def test_no_answer_stays_on_the_list_and_goes_to_the_lead_after_ten_minutes() -> None:
    """design/close-out.md R3"""
    tried = call(1, "13:50", CallOutcome.UNANSWERED)
    assert [one.escalated for one in listed((PINE, "15:20"), calls=(tried,), now=at("13:59"))] == [False]
    (due,) = listed((PINE, "15:20"), calls=(tried,), now=at("14:00"))
    assert (due.escalated, due.tries) == (True, (tried,))
    again = call(2, "13:59", CallOutcome.UNANSWERED)
    assert listed((PINE, "15:20"), calls=(tried, again))[0].escalated, "another try does not take it back from the lead"
    answered = call(3, "14:01", CallOutcome.ANSWERED, "15:20")
    assert listed((PINE, "15:20"), calls=(tried, again, answered)) == []


def test_a_change_of_the_plan_owes_a_call_for_the_time_before() -> None:
    moved: dict[str, Any] = {"start": at("16:00"), "end": at("17:00")}
    owed = call(1, "13:50", CallOutcome.OWED, "15:00")
    (due,) = listed((PINE._replace(**moved), "16:00"), calls=(owed,))
    assert due.expected == at("15:00")
    told = call(2, "13:55", CallOutcome.ANSWERED, "16:00")
    assert listed((PINE._replace(**moved), "16:00"), calls=(owed, told)) == []
