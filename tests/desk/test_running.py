"""The running day at the desk: what is late, whom to call, and an emergency as one change."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta

import pytest

from db import messages, settings, visits
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.day import board_view, placement, routing
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.messages import calling_ahead
from dispatch.desk.plan import emergency, schedule, undo
from dispatch.desk.session.refusals import Blocked, Faulty, NotAllowed, NotFound, Refusal
from dispatch.model.boards import Board, BoardVisit
from dispatch.model.firm import Firm
from dispatch.model.instants import at_local
from dispatch.model.messages import CallOutcome
from dispatch.model.states import State
from dispatch.planning.day import Rules
from tests.desk.conftest import DAY, ZONE, Office, at


def board(office: Office) -> Board:
    return board_view.board(office.store, DAY)


def card(office: Office, reference: str) -> BoardVisit:
    found = [one for row in board(office).rows for one in row.visits if one.reference == reference]
    assert found, reference
    return found[0]


@pytest.fixture
def slow(office: Office) -> Office:
    """Ana is on site at R1 since 09:00, planned until 10:15; R2 is hers at 11:00, promised 09:00–11:00."""
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    office.on_site("R1")
    return office


def test_the_board_shows_new_times_as_soon_as_the_day_slips(slow: Office) -> None:
    assert card(slow, "R2").projected == (at("11:00"), at("12:15"))
    assert not board(slow).calls

    slow.go("11:02")
    late, over = card(slow, "R2"), card(slow, "R1")

    assert over.projected == (at("09:00"), at("11:02"))
    assert over.late is not None
    assert over.late.text == "47m over"
    assert late.projected is not None
    assert late.leg is not None
    assert late.projected[0] == at("11:02") + (late.leg.seconds or 0)
    assert late.late is not None
    assert late.late.against == "promise"
    assert late.slack == at("11:00") - late.projected[0]
    (call,) = board(slow).calls
    assert (call.reference, call.expected, call.due) == ("R2", at("11:00"), at("11:00") - (late.leg.seconds or 0))
    assert board(slow).late == 1


def test_one_technicians_day_is_their_row_of_the_board(slow: Office) -> None:
    """By name or login, without the levels that no technician's screen shows."""
    slow.go("09:30")
    whole = board(slow)
    for whose, row in (("Ana Ruiz", whole.rows[0]), ("ben", whole.rows[1])):
        own = board_view.board(slow.store, DAY, whose)
        bare = tuple(one._replace(level="", clock="", due=None, slack=None) for one in row.visits)
        assert own.rows[0]._replace(
            visits=tuple(one._replace(slack=None) for one in own.rows[0].visits)
        ) == row._replace(visits=bare)
        assert (len(own.rows), own.queue, own.on_hold, own.calls) == (1, (), (), ())
    assert not board_view.board(slow.store, DAY, "Lee Moreau").rows


def test_the_firms_minutes_decide_what_is_late(slow: Office) -> None:
    slow.go("10:56")
    assert card(slow, "R2").late is None
    record_store = RECORD_STORES["settings"]
    editing.edit(
        slow.lee, "settings", record_store.get(slow.store, 0), {"late_minutes": "0", "running_over_minutes": "60"}
    )
    late = card(slow, "R2").late
    assert late is not None
    assert late.minutes < 10
    assert card(slow, "R1").late is None


def test_a_call_is_ticked_with_the_time_promised_and_taken_back(slow: Office) -> None:
    slow.go("11:02")
    logged = calling_ahead.call(slow.dana, "R2", promised=at("11:30"), note="fine")
    assert logged.call.outcome is CallOutcome.ANSWERED
    assert not board(slow).calls
    assert card(slow, "R2").told == at("11:30")
    assert "call answered" in visit_page(slow.store, "R2").events[-1].text

    undo.undo(slow.dana)
    assert [one.reference for one in board(slow).calls] == ["R2"]
    assert card(slow, "R2").told is None
    undo.redo(slow.dana)
    assert not board(slow).calls
    undo.undo(slow.dana)
    assert len(board(slow).calls) == 1


def test_without_a_time_the_projected_arrival_is_promised_to_a_full_five_minutes(slow: Office) -> None:
    slow.go("11:02")
    arrival = card(slow, "R2").projected
    assert arrival is not None
    told = calling_ahead.call(slow.dana, "R2").call.promised
    assert told is not None
    assert 0 <= told - arrival[0] < 300
    assert told % 300 == 0


def test_a_call_that_nobody_answers_goes_to_the_lead(slow: Office) -> None:
    slow.go("11:02")
    calling_ahead.call(slow.dana, "R2", answered=False)
    assert [one.escalated for one in board(slow).calls] == [False]
    slow.go("11:12")
    (call,) = board(slow).calls
    assert call.escalated
    assert call.words(slow.dana.firm.times()).endswith("no answer 11:02, Dana Wells · with the lead")
    calling_ahead.call(slow.lee, "R2", promised=at("11:40"))
    assert not board(slow).calls


def test_calls_that_make_no_sense_are_refused(slow: Office) -> None:
    slow.go("11:02")
    with pytest.raises(Faulty, match="has passed"):
        calling_ahead.call(slow.dana, "R2", promised=at("11:00"))
    with pytest.raises(Refusal, match="on site"):
        calling_ahead.call(slow.dana, "R1")
    with pytest.raises(Refusal, match="requested"):
        calling_ahead.call(slow.dana, "R3")
    with pytest.raises(NotAllowed):
        calling_ahead.call(slow.ana, "R2")
    with pytest.raises(Faulty, match="note"):
        calling_ahead.call(slow.dana, "R2", note="a\x1bb")
    assert not messages.calls_of(slow.store, 2)


def test_a_crews_visit_goes_by_its_first_technician(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor", "Ana Ruiz"], at("11:00"))
    office.on_site("R1")
    office.go("11:02")
    assert not [one for one in board(office).calls if one.arrival > at("11:02") + 3600]
    ana, ben = (next(row for row in board(office).rows if row.name == name) for name in ("Ana Ruiz", "Ben Okafor"))
    assert ana.visits[-1].projected is not None
    assert ben.visits[-1].projected is not None
    (call,) = board(office).calls
    assert (call.technician, call.arrival) == ("Ben Okafor", ben.visits[-1].projected[0])


def test_a_stay_over_midnight_pushes_the_next_day(office: Office) -> None:
    office.on_site("R1")
    tomorrow = DAY + timedelta(days=1)
    half_past = at_local(tomorrow, "00:30", ZONE)
    office.clock.set(at_local(tomorrow, "00:20", ZONE))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], half_past, reason="at night", confirmed=True)
    rows = board_view.board(office.store, tomorrow).rows
    since, late = next(row for row in rows if row.name == "Ana Ruiz").visits
    assert since.reaches_in
    assert since.projected == (at("09:00"), half_past - 600)
    assert late.projected is not None
    assert late.leg is not None
    # the drive is from the site where she still is, once the clock says that she may leave
    assert late.projected[0] >= half_past


# -- an emergency -----------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(office: Office) -> Office:
    """Ana has R2 at 11:00, confirmed; it is 10:00, and R1 has to be done at once. Ben lacks the skill."""
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    schedule.confirm(office.dana, "R2")
    office.go("10:00")
    return office


def test_an_emergency_pushes_what_is_later_and_says_by_how_much(busy: Office) -> None:
    best, blocked = emergency.ways(busy.store, "R1")
    assert (best.name, blocked.name) == ("Ana Ruiz", "Ben Okafor")
    assert [push.client for push in best.pushed] == ["Harbor Dental"]
    assert "tell them of the change" in best.words(busy.dana.firm.times())
    assert visit_page(busy.store, "R1").visit.state is State.REQUESTED, "looking changes nothing"


def test_it_is_placed_as_one_change_and_taken_back_as_one(busy: Office) -> None:
    before = [visits.visit_by_id(busy.store, one) for one in (1, 2, 3)]
    (seen, _) = emergency.ways(busy.store, "R1")
    placed = emergency.insert(busy.dana, "R1", seen=seen)
    (push,) = placed.way.pushed
    first, second = (visit_page(busy.store, reference).visit for reference in ("R1", "R2"))

    assert (first.state, first.starts_at) == (State.PLANNED, seen.start)
    assert (second.state, second.starts_at) == (State.PLANNED, push.start)
    assert second.starts_at is not None
    assert second.ends_at == second.starts_at + 75 * 60
    (call,) = board(busy).calls
    assert (call.reference, call.expected) == ("R2", at("11:00"))
    row = next(row for row in board(busy).rows if row.name == "Ana Ruiz")
    assert [one.reference for one in row.visits] == ["R1", "R2"]
    assert row.visits[1].leg is not None

    undo.undo(busy.dana)
    after = [visits.visit_by_id(busy.store, one) for one in (1, 2, 3)]
    bare = [one and one._replace(version=0, assignments=()) for one in after]
    assert bare == [one and one._replace(version=0, assignments=()) for one in before]
    assert not board(busy).calls
    undo.redo(busy.dana)
    assert [one.reference for one in board(busy).calls] == ["R2"]


def test_who_was_told_of_a_pushed_visit_hears_of_it(busy: Office) -> None:
    schedule.dispatch(busy.dana, "R2")
    emergency.insert(busy.dana, "R1")
    assert visit_page(busy.store, "R2").visit.state is State.DISPATCHED
    kinds = [kind for (kind,) in busy.store.all("SELECT kind FROM outbox ORDER BY id")]
    assert kinds == ["dispatched", "moved"]


def test_a_blocked_way_needs_a_reason_and_an_unknown_place_has_none(busy: Office) -> None:
    with pytest.raises(Blocked, match="needs server"):
        emergency.insert(busy.dana, "R1", "ben")
    assert (
        emergency.insert(busy.dana, "R1", "ben", reason="he knows that server", confirmed=True).way.name == "Ben Okafor"
    )
    with pytest.raises(Refusal, match="no coordinates"):
        emergency.insert(busy.dana, "R3", "ana", reason="I know the way")
    with pytest.raises(NotFound, match="no technician"):
        emergency.insert(busy.dana, "R3", "nobody")
    with pytest.raises(NotAllowed):
        emergency.insert(busy.ana, "R3")


def test_a_day_that_changed_since_it_was_looked_at_is_looked_at_again(busy: Office) -> None:
    (seen, _) = emergency.ways(busy.store, "R1")
    schedule.move(busy.dana, "R2", None, at("15:00"), confirmed=True)
    with pytest.raises(Refusal, match="has changed"):
        emergency.insert(busy.dana, "R1", "ana", seen=seen)


def test_pinned_and_shared_visits_are_not_pushed(busy: Office) -> None:
    schedule.pin(busy.dana, "R2")
    best = emergency.ways(busy.store, "R1")[0]
    assert not best.pushed
    assert best.start >= at("12:15")
    schedule.pin(busy.dana, "R2", False)
    schedule.share(busy.dana, "R2", ["Ana Ruiz", "Ben Okafor"], confirmed=True)
    assert not emergency.ways(busy.store, "R1")[0].pushed


def test_whoever_is_en_route_is_not_diverted(busy: Office) -> None:
    arriving.depart(busy.ana, "R2")
    best = emergency.ways(busy.store, "R1")[0]
    assert not best.pushed
    arrival = card(busy, "R2").projected
    assert arrival is not None
    assert best.start >= arrival[1]


# -- candidates -------------------------------------------------------------------------------------------------------


def test_candidates_fit_into_the_day_as_it_goes(slow: Office) -> None:
    schedule.unassign(slow.dana, "R2")
    slow.go("11:02")
    ana = next(one for one in placement.candidates(slow.store, "R2", DAY) if one.name == "Ana Ruiz")
    assert ana.start > at("11:02")
    assert ana.cost == ana.verdict.cost


def test_who_knows_the_site_is_said_and_comes_first_at_the_same_cost(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    leaving.close(office.ana, "R1")
    visit = visits.visit_by_reference(office.store, "R1")
    assert visit is not None
    other = visit._replace(id=999)
    assert visits.experience(office.store, other) == {visit.assignments[0].technician_id: (1, 1)}
    assert visits.experience(office.store, other._replace(site_id=2)) == {}


# -- the weights ------------------------------------------------------------------------------------------------------


def test_every_weight_of_the_checker_is_a_setting_with_its_default() -> None:
    assert routing.rules_of(Firm()) == Rules()
    record_store = {blank.name for blank in RECORD_STORES["settings"].record.typed}
    for field in fields(Rules):
        name = field.name if field.name in ("buffer_minutes", "overlap") else f"weight_{field.name}"
        assert name in record_store, field.name


def test_a_weight_is_in_force_at_once(office: Office) -> None:
    placed = placement.check_placement(office.store, "R2", ["Ben Okafor"], at("11:18"))
    record_store = RECORD_STORES["settings"]
    editing.edit(office.lee, "settings", record_store.get(office.store, 0), {"weight_late_promise": "20.5"})
    dearer = placement.check_placement(office.store, "R2", ["Ben Okafor"], at("11:18"))
    assert dearer.verdict.cost - placed.verdict.cost == pytest.approx(18 * 10.5)
    assert record_store.texts(office.store, record_store.find(office.store, ""))["weight_late_promise"] == "20.5"
    with pytest.raises(Faulty) as fault:
        editing.edit(
            office.lee,
            "settings",
            record_store.get(office.store, 0),
            {"weight_travel": "-1", "weight_waiting": "nan", "weight_overtime": "", "running_over_minutes": "x"},
        )
    assert len(fault.value.faults) == 4
    undo.undo(office.lee)
    assert settings.firm(office.store).weight_late_promise == 10.0


# -- what a technician sees -------------------------------------------------------------------------------------------


def test_nothing_late_reaches_a_technicians_day(slow: Office) -> None:
    """design/close-out.md R4, R5"""
    from dispatch.commands.forms import board_form, day_form
    from dispatch.desk.texts.board_words import board_lines, day_lines

    slow.go("11:30")
    seen = board(slow)
    row = next(row for row in seen.rows if row.name == "Ana Ruiz")
    for text in ("\n".join(day_lines(seen, row)), json.dumps(day_form(seen, row))):
        assert not any(word in text for word in ("late", "over the", "projected", "overtime", "to call"))
    assert "late for the promised window" in "\n".join(board_lines(seen))
    assert "late_minutes" in json.dumps(board_form(seen))


def test_a_service_level_counts_where_the_day_is_rolled_forward(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R2 as if its on-site target were 10:40: late against it before the promised window is over."""
    office.on_site("R1")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:40"), reason="close by", confirmed=True)
    monkeypatch.setattr("dispatch.desk.day.board_view.promised_by", lambda clocks, clock: {2: at("10:40")})
    office.go("10:47")
    late = card(office, "R2")
    assert late.projected is not None
    assert at("10:47") < late.projected[0] <= at("11:00")
    assert late.late is not None
    assert late.late.against == "target"
    assert late.slack is not None
    assert late.slack < 0

    # what the plan itself does not keep says nothing about how the day goes
    monkeypatch.setattr("dispatch.desk.day.board_view.promised_by", lambda clocks, clock: {2: at("10:00")})
    assert card(office, "R2").late is None
