"""Clocks of visits as people move them: responses, pauses, priorities, ends, and what can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from db import agreements, audit, clocks, visits
from dispatch.desk.closeout import leaving
from dispatch.desk.day import board_view
from dispatch.desk.levels.clocks import VisitClock, clocks_of, next_clock, open_clocks, promised_by
from dispatch.desk.levels.level_period import client_levels, period_typed
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule, undo
from dispatch.desk.prices import agreeing
from dispatch.desk.prices.agreeing import warnings_of
from dispatch.desk.prices.drafts import AgreementDraft
from dispatch.desk.requests import responding
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.visits.steps import find
from dispatch.levels.report import Middle
from dispatch.model.agreements import Agreement
from dispatch.model.boards import BoardVisit
from dispatch.model.states import State
from tests.desk.conftest import DAY, Office, at


def agree(office: Office, **service: Any) -> Agreement:
    """An agreement of Harbor Dental that is in force. The card's hours are 08:00 to 17:00."""
    return agreeing.save_agreement(
        office.lee, "Harbor Dental", "Care", {"kind": "tm", "starts": "2026-01-01", "service": service}
    )


def clock(office: Office, name: str, reference: str = "R1") -> VisitClock:
    visit = find(office.store, reference)
    return next(one for one in clocks_of(office.store, [visit])[visit.id] if one.clock == name)


def state(office: Office, name: str, reference: str = "R1") -> str:
    return clock(office, name, reference).reading.state.value


def test_without_an_agreement_there_is_only_an_aim_and_never_a_breach(office: Office) -> None:
    """design/service-levels.md D1"""
    office.go("09:00")
    found = clocks_of(office.store, [find(office.store, "R1")])
    assert [[one.clock for one in own] for own in found.values()] == [["onsite"]]
    (one,) = found[1]
    assert (one.aim, one.reading.target, one.reading.state.value) == (True, 960, "ok")
    assert promised_by(clocks_of(office.store, [find(office.store, "R1")]), "onsite") == {}

    office.go("09:00", 7)
    assert (state(office, "onsite"), clock(office, "onsite").wants_cause) == ("critical", False)


def test_with_an_agreement_all_four_clocks_run_from_receipt(office: Office) -> None:
    """design/service-levels.md D1, D3"""
    agree(office)
    office.go("08:30")
    visit = find(office.store, "R1")
    found = clocks_of(office.store, [visit])[visit.id]
    assert [(one.clock, one.reading.target) for one in found] == [
        ("phone", 60), ("remote", 120), ("onsite", 480), ("resolution", 960),
    ]  # fmt: skip
    # received at 07:00, before opening
    assert [one.reading.elapsed for one in found] == [30] * 4
    assert [one.reading.due for one in found][:3] == [at("09:00"), at("10:00"), at("16:00")]
    assert promised_by(clocks_of(office.store, [visit]), "onsite") == {visit.id: at("16:00")}


def test_own_targets_and_calendar_of_an_agreement(office: Office) -> None:
    agree(office, targets={"P2": {"onsite": 240, "remote": None}}, calendar="always")
    office.go("08:00")
    visit = find(office.store, "R1")
    found = {one.clock: one.reading for one in clocks_of(office.store, [visit])[visit.id]}
    assert "remote" not in found
    assert (found["onsite"].elapsed, found["onsite"].due) == (60, at("11:00"))


def test_responses_stop_their_clocks_and_the_first_counts(office: Office) -> None:
    """design/service-levels.md D4"""
    agree(office)
    office.go("08:50")
    responding.responded(office.dana, "R1", "phone", "told them we come today")
    assert (state(office, "phone"), clock(office, "phone").reading.elapsed) == ("met", 50)
    assert state(office, "remote") == "ok"
    with pytest.raises(Refusal, match="noted for R1 already"):
        responding.responded(office.dana, "R1", "phone")
    office.go("10:01")
    responding.responded(office.ana, "R1", "remote")
    assert (state(office, "remote"), clock(office, "remote").reading.elapsed) == ("missed", 121)


def test_a_response_is_taken_back_and_done_again(office: Office) -> None:
    agree(office)
    office.go("08:10")
    responding.responded(office.dana, "R1", "phone")
    undo.undo(office.dana)
    assert state(office, "phone") == "ok"
    undo.redo(office.dana)
    assert state(office, "phone") == "met"
    undo.undo(office.dana)
    responding.responded(office.dana, "R1", "phone")
    assert state(office, "phone") == "met"


def test_a_confirmed_time_was_a_conversation(office: Office) -> None:
    agree(office)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:20")
    schedule.confirm(office.dana, "R1")
    assert state(office, "phone") == "met"
    undo.undo(office.dana)
    assert (state(office, "phone"), find(office.store, "R1").state) == ("ok", State.PLANNED)


def test_waiting_for_the_client_stops_on_site_and_resolution_only(office: Office) -> None:
    """design/service-levels.md D5"""
    agree(office)
    office.go("09:00")
    schedule.hold(office.dana, "R1", "which laptop is it?", whom="J. Lowe")
    office.go("11:00")
    assert [state(office, name) for name in ("phone", "remote", "onsite", "resolution")] == [
        "breached", "breached", "paused", "paused",
    ]  # fmt: skip
    assert (clock(office, "onsite").reading.elapsed, clock(office, "onsite").reading.due) == (60, None)
    assert promised_by(clocks_of(office.store, [find(office.store, "R1")]), "onsite") == {}

    schedule.resume(office.dana, "R1")
    office.go("12:00")
    assert (clock(office, "onsite").reading.elapsed, clock(office, "onsite").reading.due) == (
        120,
        at("18:00") + 14 * 3600 + 3600,
    )


def test_stop_and_start_are_noted_where_everybody_reads_them(office: Office) -> None:
    agree(office)
    schedule.hold(office.dana, "R1", "which laptop is it?", whom="J. Lowe")
    schedule.resume(office.dana, "R1")
    hold, resume = (event.text for event in visit_page(office.store, "R1").events[-2:])
    assert "waiting which laptop is it?" in hold
    assert "whom J. Lowe" in hold
    assert "on site and resolution stand" in hold
    assert "on site and resolution run on" in resume


def test_without_a_name_it_is_who_reported_it_or_the_client(office: Office) -> None:
    schedule.hold(office.dana, "R1", "a password")
    wait = clocks.open_wait(office.store, find(office.store, "R1").id)
    assert wait is not None
    assert (wait.kind, wait.whom, wait.what) == ("client", "Harbor Dental", "a password")
    with pytest.raises(Faulty, match="not one of client, parts, vendor"):
        schedule.hold(office.dana, "R2", "a storm", kind="weather")


@pytest.mark.parametrize(("agreed", "expected"), [(False, "ok"), (True, "paused")])
def test_parts_and_vendors_pause_only_where_it_is_agreed(office: Office, agreed: bool, expected: str) -> None:
    """design/service-levels.md D5"""
    agree(office, vendor_pauses=agreed)
    schedule.hold(office.dana, "R1", "spare disk", kind="parts")
    office.go("09:00")
    assert state(office, "onsite") == expected


def test_our_next_action_ends_the_pause(office: Office) -> None:
    agree(office)
    schedule.hold(office.dana, "R1", "a password")
    office.go("10:00")
    visit = responding.responded(office.dana, "R1", "remote")
    assert visit.state is State.REQUESTED
    assert clocks.open_wait(office.store, visit.id) is None
    undo.undo(office.dana)
    again = find(office.store, "R1")
    assert again.state is State.ON_HOLD
    wait = clocks.open_wait(office.store, again.id)
    assert wait is not None
    assert (wait.starts_at, wait.what) == (at("10:00"), "a password")
    assert clock(office, "remote").running


def test_a_pause_is_never_back_dated_by_undo(office: Office) -> None:
    agree(office)
    office.go("08:00")
    schedule.hold(office.dana, "R1", "a password")
    office.go("09:00")
    undo.undo(office.dana)
    office.go("10:00")
    undo.redo(office.dana)
    office.go("11:00")
    facts = clocks.facts_of(office.store, [1])[1]
    assert [(wait.starts_at, wait.ends_at) for wait in facts.waits] == [(at("08:00"), at("09:00")), (at("10:00"), None)]
    assert clock(office, "onsite").reading.elapsed == 60


def test_cancelling_a_visit_on_hold_ends_the_wait(office: Office) -> None:
    schedule.hold(office.dana, "R1", "a password")
    schedule.cancel(office.dana, "R1", "not needed any more")
    assert clocks.open_wait(office.store, 1) is None


def test_check_in_stops_phone_remote_and_on_site(office: Office) -> None:
    """design/service-levels.md D4"""
    agree(office)
    office.on_site()
    assert [state(office, name) for name in ("phone", "remote", "onsite", "resolution")] == ["met", "met", "met", "ok"]


def test_close_out_is_the_resolution_and_reopening_continues_where_it_stood(office: Office) -> None:
    agree(office)
    office.on_site()
    office.finish()
    visit = leaving.close(office.ana, "R1")
    assert visit.ended_at is not None
    elapsed = clock(office, "resolution").reading.elapsed
    assert (state(office, "resolution"), elapsed) == ("met", (visit.ended_at - at("08:00")) // 60)
    office.go("15:00")
    leaving.reopen(office.lee, "R1", "the printer again")
    office.go("15:30")
    assert (state(office, "resolution"), clock(office, "resolution").reading.elapsed) == ("ok", elapsed + 30)


def test_what_was_left_open_goes_on_in_its_follow_up(office: Office) -> None:
    agree(office)
    office.on_site()
    office.go("10:00")
    _, follow_up = leaving.leave(office.lee, "R1", "a part is missing")
    office.go("11:00")
    assert (state(office, "resolution"), clock(office, "resolution").reading.elapsed) == ("ok", 180)
    own = clocks_of(office.store, [follow_up])[follow_up.id]
    assert [(one.clock, one.reading.elapsed) for one in own] == [("resolution", 180)]
    assert len([one for visit, one in open_clocks(office.store) if visit.reference == follow_up.reference]) == 1


@pytest.mark.parametrize(("counts", "expected"), [(True, "met"), (False, "ok")])
def test_an_agreed_workaround_may_count(office: Office, counts: bool, expected: str) -> None:
    agree(office, workaround_counts=counts)
    responding.responded(office.dana, "R1", "workaround")
    office.go("09:00")
    assert state(office, "resolution") == expected


def test_another_priority_measures_again_and_a_miss_stays(office: Office) -> None:
    agree(office)
    office.go("09:30")
    assert state(office, "phone") == "breached"
    responding.set_priority(office.dana, "R1", "P4", "it can wait")
    assert state(office, "phone") == "breached"
    assert clock(office, "resolution").reading.target == 2400
    assert [one.clock for one in clocks_of(office.store, [find(office.store, "R1")])[1]] == ["phone", "resolution"]
    assert "priority P2 to P4" in visit_page(office.store, "R1").events[-1].text
    undo.undo(office.dana)
    assert find(office.store, "R1").priority == 2
    facts = clocks.facts_of(office.store, [1])[1]
    assert [(change.before, change.after) for change in facts.priorities] == [(2, 4), (4, 2)]


@pytest.mark.parametrize(("typed", "said"), [("P5", "not one of P1"), ("", "not one of P1")])
def test_no_other_priorities(office: Office, typed: str, said: str) -> None:
    with pytest.raises(Faulty, match=said):
        responding.set_priority(office.dana, "R1", typed)
    with pytest.raises(Refusal, match="P2 already"):
        responding.set_priority(office.dana, "R1", "2")
    with pytest.raises(NotAllowed):
        responding.set_priority(office.ana, "R1", "P1")


def test_a_breach_asks_for_its_cause_once(office: Office) -> None:
    """design/service-levels.md D6"""
    agree(office)
    with pytest.raises(Refusal, match="has not missed phone"):
        responding.explain(office.dana, "R1", "phone", "overlooked")
    office.go("09:30")
    assert clock(office, "phone").wants_cause
    with pytest.raises(Faulty, match="cause: is missing"):
        responding.explain(office.dana, "R1", "phone", " ")
    with pytest.raises(Faulty, match="not one of phone"):
        responding.explain(office.dana, "R1", "fax", "x")
    responding.explain(office.dana, "R1", "Phone", "overlooked")
    assert (clock(office, "phone").cause, clock(office, "phone").wants_cause) == ("overlooked", False)
    with pytest.raises(Refusal, match="has its cause"):
        responding.explain(office.dana, "R1", "phone", "no, the weather")
    undo.undo(office.dana)
    responding.explain(office.dana, "R1", "phone", "the weather")
    assert clock(office, "phone").cause == "the weather"


def test_a_cancelled_request_leaves_only_what_was_missed(office: Office) -> None:
    agree(office)
    office.go("09:30")
    schedule.cancel(office.dana, "R1", "not needed")
    office.go("16:00")
    found = clocks_of(office.store, [find(office.store, "R1")])[1]
    assert [(one.clock, one.reading.state.value) for one in found] == [("phone", "missed")]


def test_what_we_plan_ourselves_has_no_clock(office: Office) -> None:
    agree(office)
    with office.dana.write("add") as unit:
        office.store.conn.execute("UPDATE visit SET kind = 'maintenance', version = version + 1 WHERE id = 1")
        unit.audit("visit", 1, changed="kind")
    assert clocks_of(office.store, [find(office.store, "R1")]) == {}


def queue(office: Office) -> list[BoardVisit]:
    return list(board_view.board(office.store, DAY).queue)


def test_the_queue_is_sorted_by_what_breaks_first(office: Office) -> None:
    agree(office)
    office.go("08:10")
    assert [visit.reference for visit in queue(office)] == ["R1", "R2", "R3"]
    responding.set_priority(office.dana, "R3", "P1")
    first = queue(office)[0]
    assert (first.reference, first.level, first.clock, first.due) == ("R3", "ok", "phone", at("08:30"))
    for reference, by in (("R3", "phone"), ("R3", "remote"), ("R1", "phone"), ("R1", "remote")):
        responding.responded(office.dana, reference, by)
    # R2 owes a call by 09:00, R3 somebody on site by 12:00, R1 by 16:00
    assert [visit.reference for visit in queue(office)] == ["R2", "R3", "R1"]


def test_the_board_is_read_with_as_many_queries_for_more_visits(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(office)

    def queries() -> int:
        said: list[str] = []
        office.store.conn.set_trace_callback(said.append)
        found = visits.queued(office.store)
        clocks_of(office.store, found)
        office.store.conn.set_trace_callback(None)
        return len(said)

    few = queries()
    with office.dana.write("add") as unit:
        for number in range(20):
            new = visits.NewVisit(f"X{number}", 1, 1, "more", 30, 3, at("07:00"))
            visits.add_visit(unit, office.store, new)
    assert queries() == few


def test_a_month_of_a_client(office: Office) -> None:
    agree(office)
    office.go("09:10")
    responding.responded(office.dana, "R1", "phone")
    responding.explain(office.dana, "R1", "phone", "overlooked")
    schedule.hold(office.dana, "R2", "a password")
    office.go("10:10")
    schedule.resume(office.dana, "R2")
    page = visit_page(office.store, "R1")
    month = client_levels(office.store, page.client, period_typed("2026-11", DAY))
    assert (month.period.code, month.figures.requests) == ("2026-11", 3)
    assert month.figures.causes["overlooked"] == 1
    assert (month.figures.pauses, month.figures.pause_minutes) == (1, 60)
    assert month.figures.clocks["phone"].middle == Middle(130, 190, or_more=True)
    assert client_levels(office.store, page.client, period_typed("", DAY)).figures.requests == 0


def test_a_period_that_cannot_be_read_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        Faulty, match="period: 'november' is not a month, a quarter or a year such as 2026-11, 2026-Q4, 2026"
    ):
        period_typed("november", DAY)
    with pytest.raises(Faulty, match="quarter: '2026-11' is not a quarter such as 2026-Q4"):
        period_typed("2026-11", DAY, "quarter")


def test_service_terms_are_checked_with_their_paths(office: Office) -> None:
    with pytest.raises(Faulty) as refused:
        agree(
            office,
            targets={"P9": {}, "P1": {"onsite": -1}},
            calendar="mon-fri",
            cadence_min=3,
            survey_days=0,
            proactive="yes",
            monthly_fee="12.345",
            mood="good",
        )
    told = "\n".join(refused.value.faults)
    for path in ("targets.P9", "targets.P1.onsite", "calendar", "survey_days", "proactive", "monthly_fee", "mood"):
        assert f"service.{path}" in told, told
    assert agreements.all_agreements(office.store) == []


def test_an_edit_leaves_what_it_does_not_name(office: Office) -> None:
    before = agree(office, proactive=True, monthly_fee="450.00", calendar="mon-sat 08:00-18:00")
    after = agreeing.save_agreement(
        office.lee, "Harbor Dental", "Care plus", {"kind": "tm", "starts": "2026-01-01"}, before
    )
    assert (after.service, after.name) == (before.service, "Care plus")
    assert after.service.monthly_fee == 45000
    last = audit.last_of(office.store, "agreement", after.id)
    assert last is not None
    assert set(last.detail["changed"]) == {"name"}


def test_a_draft_edits_service_terms_figure_by_figure(office: Office) -> None:
    draft = AgreementDraft.of(agree(office), "Harbor Dental").at(office.store)
    figures = {figure.path: figure for figure in draft.figures()}
    target = figures["service.targets.P1.onsite"]
    assert draft.shown(target) == ("240", False)
    draft.change(target, "120")
    assert draft.shown(target) == ("120", True)
    draft.change(figures["service.targets.P1.remote"], "")
    assert draft.shown(figures["service.targets.P1.remote"]) == ("none", True)
    draft.change(figures["service.calendar"], "mon-fri 08:00-20:00")
    draft.change(figures["service.proactive"], "yes")
    draft.change(figures["service.monthly_fee"], "300")
    assert draft.changed
    assert draft.faults() == []
    draft.save(office.lee)
    assert not draft.changed
    assert draft.before is not None
    assert draft.before.service.targets == {"P1": {"onsite": 120, "remote": None}}
    assert draft.shown(figures["service.calendar"]) == ("mon-fri 08:00-20:00", True)
    draft.reset(target)
    assert draft.shown(target) == ("240", False)


def test_capacity_speaks_when_an_agreement_is_saved(office: Office) -> None:
    (warning,) = warnings_of(office.store, agree(office, targets={"P1": {"onsite": 41}}))[:1]
    assert (
        "P1 on site within 41 min is shorter than the drive to Main office (12 min) and the buffer (30 min)" in warning
    )


def test_capacity_counts_the_last_eight_weeks(office: Office) -> None:
    """Both technicians work on Tuesdays only: 18 hours a week, of which more than 85% are booked."""
    with office.lee.write("edit") as unit:
        unit.execute("DELETE FROM technician_shift WHERE weekday <> 1")
        unit.audit("technician", 1, changed="shifts")
    one = agree(office)
    assert warnings_of(office.store, one) == []
    with office.dana.write("add") as unit:
        for week in range(1, 9):
            for person in (3, 4):
                start = at("08:00", -7 * week)
                new = visits.NewVisit(f"W{week}-{person}", 1, 1, "long", 480, 3, start)
                visit_id = visits.add_visit(unit, office.store, new)
                unit.insert("assignment", visit_id=visit_id, staff_id=person, labour_class="tech")
                unit.execute(
                    "UPDATE visit SET state = 'planned', starts_at = ?, ends_at = ?, version = 2 WHERE id = ?",
                    (start, start + 28800, visit_id),
                )
    (warning,) = warnings_of(office.store, one)
    assert warning.startswith("89% of the technicians' hours")


def test_next_clock_takes_a_paused_breach_before_all(office: Office) -> None:
    agree(office)
    office.go("16:30")
    schedule.hold(office.dana, "R1", "a password")
    first = next_clock(clocks_of(office.store, [find(office.store, "R1")])[1])
    assert first is not None
    assert (first.clock, first.reading.due) == ("onsite", None)
