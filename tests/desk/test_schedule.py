"""Placing, moving and taking back, with the verdict in words and undo."""

from __future__ import annotations

import pytest

from db import legs
from db.faults import Stale
from dispatch.desk.closeout import arriving
from dispatch.desk.day import board_view, notices, placement
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import responding
from dispatch.desk.session.refusals import Blocked, Faulty, NeedsConfirm, NotAllowed, Refusal
from dispatch.desk.texts.board_words import board_lines
from dispatch.model.states import State
from dispatch.model.travel import Provenance
from dispatch.planning.checker import PlacementGrade
from tests.desk.conftest import DAY, Office, at


def state(office: Office, reference: str) -> tuple[State, int | None]:
    """How a visit stands."""
    visit = visit_page(office.store, reference).visit
    return visit.state, visit.starts_at


def test_placing_stores_the_legs(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))

    board = board_view.board(office.store, DAY)
    row = next(row for row in board.rows if row.name == "Ana Ruiz")
    (visit,) = row.visits
    assert visit.leg is not None
    assert visit.leg.provenance is Provenance.ESTIMATED
    assert visit.leg.seconds
    assert row.leg_home is not None
    assert visit.end == at("10:15")


@pytest.mark.parametrize(
    ("reference", "crew", "start", "said"),
    [
        ("R1", "Ben Okafor", "09:00", "needs server; Ben Okafor has desktop"),
        ("R2", "Ana Ruiz", "06:00", "before the site opens at 08:00"),
        ("R2", "Ana Ruiz", "17:30", "outside Ana Ruiz's shift 08:00–17:00"),
        ("R2", "Ana Ruiz", "09:30", "overlaps Harbor Dental by 45 min"),
        ("R2", "Ana Ruiz", "10:20", "longer than the gap"),
    ],
)
def test_blocked_says_why_and_a_reason_overrides(
    office: Office, reference: str, crew: str, start: str, said: str
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    if reference == "R1":
        schedule.unassign(office.dana, "R1")
    with pytest.raises(Blocked, match=said):
        schedule.assign(office.dana, reference, [crew], at(start))
    assert state(office, reference)[0] is State.REQUESTED

    schedule.assign(office.dana, reference, [crew], at(start), reason="the client insists", confirmed=True)

    assert state(office, reference) == (State.PLANNED, at(start))
    assert any("the client insists" in event.text for event in visit_page(office.store, reference).events)


def test_unknown_place_has_no_override(office: Office) -> None:
    with pytest.raises(Refusal, match="no coordinates"):
        schedule.assign(office.dana, "R3", ["Ana Ruiz"], at("09:00"), reason="I know the way")
    assert state(office, "R3")[0] is State.REQUESTED


def test_a_planned_stay_is_the_work_and_the_time_for_tests(office: Office) -> None:
    """design/close-out.md R1"""
    placed = schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00")).visit
    assert placed.ends_at == at("09:00") + (placed.minutes + 15) * 60


def test_eaten_buffer_asks_first(office: Office) -> None:
    """design/close-out.md R2"""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    with pytest.raises(NeedsConfirm, match="buffer"):
        schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:45"))
    placed = schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:45"), confirmed=True)
    assert placed.verdict.level is PlacementGrade.WARNINGS


def asked_marks(office: Office, reference: str, clock: str) -> list[str]:
    placed = placement.check_placement(office.store, reference, ["Ana Ruiz"], at(clock))
    return placement.marks_of(placed.visit, placed.verdict)


def test_what_was_seen_of_a_check_is_what_is_confirmed(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    (seen,) = asked_marks(office, "R2", "10:45")
    schedule.move(office.dana, "R1", ["Ana Ruiz"], at("08:55"))
    (now,) = asked_marks(office, "R2", "10:45")
    assert now != seen, "another buffer is left"
    for wrong in ((), ("the client said yes",), (seen,)):
        with pytest.raises(NeedsConfirm, match="buffer") as question:
            schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:45"), confirmed=wrong)
        assert question.value.marks == (*wrong, now)
    responding.set_priority(office.dana, "R2", "P1")
    with pytest.raises(NeedsConfirm, match="beside what was confirmed"):
        schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:45"), confirmed=(now,))
    (again,) = asked_marks(office, "R2", "10:45")
    assert schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:45"), confirmed=[again]).visit.state is State.PLANNED


def test_a_reason_is_for_what_was_shown_and_not_for_what_refuses_by_then(office: Office) -> None:
    """R2 at 10:20 on Ana's day is too close to R1; by then it is moved into it."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    with pytest.raises(Blocked, match=r"longer than the gap.*--override REASON --confirm") as shown:
        schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:20"))
    said = {"reason": "the client insists", "confirmed": shown.value.marks}
    schedule.move(office.dana, "R1", ["Ana Ruiz"], at("09:30"))
    for meant in ({"reason": "the client insists"}, said):
        with pytest.raises(NeedsConfirm, match="overlaps Harbor Dental") as question:
            schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:20"), **meant)
    assert state(office, "R2")[0] is State.REQUESTED
    said["confirmed"] = question.value.marks
    assert schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("10:20"), **said).visit.state is State.PLANNED


def test_a_reason_that_was_not_needed_is_kept_and_told(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"), reason="she knows the site")
    schedule.dispatch(office.dana, "R1")
    schedule.move(office.dana, "R1", None, at("10:00"), reason="the client asked for it", confirmed=True)
    schedule.dispatch(office.dana, "R1")
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("13:30"))
    schedule.swap(office.dana, "R1", "R2", reason="Ben knows the server", confirmed=True)
    schedule.unassign(office.dana, "R2", reason="not today")
    pages = [visit_page(office.store, reference) for reference in ("R1", "R2")]
    said = {
        (event.deed, event.text.partition("reason ")[2].partition(" ·")[0]) for page in pages for event in page.events
    }
    assert said >= {
        ("assign", "she knows the site"),
        ("move", "the client asked for it"),
        ("swap", "Ben knows the server"),
        ("unassign", "not today"),
    }
    heard = [one.text for one in notices.unread(office.store, office.ana.staff.id)]
    assert all(any(why in text for text in heard) for why in ("asked for it", "the server")), heard
    with pytest.raises(Refusal, match="reason"):
        schedule.move(office.dana, "R1", None, at("14:00"), reason="x")


def test_late_against_the_promise_is_said(office: Office) -> None:
    placed = schedule.assign(office.dana, "R2", ["Ben Okafor"], at("11:18"))
    assert placed.verdict.level is PlacementGrade.WARNINGS
    assert "starts 18 min after the promised window 09:00–11:00" in [
        finding.text for finding in placed.verdict.findings
    ]


def test_moving_a_confirmed_visit_asks_and_unconfirms(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.confirm(office.dana, "R1")
    with pytest.raises(NeedsConfirm, match="confirmed"):
        schedule.move(office.dana, "R1", None, at("10:00"))
    schedule.move(office.dana, "R1", None, at("10:00"), confirmed=True)
    assert state(office, "R1") == (State.PLANNED, at("10:00"))


def test_pinned_visit_stays(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.pin(office.dana, "R1")
    with pytest.raises(Blocked, match="pinned"):
        schedule.move(office.dana, "R1", None, at("10:00"))


def test_second_editor_hears_who_was_first(office: Office) -> None:
    seen = visit_page(office.store, "R1").visit.version
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"), version=seen)
    with pytest.raises(Stale, match="dana"):
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("10:00"), version=seen)
    assert state(office, "R1") == (State.PLANNED, at("09:00"))


def test_only_a_dispatcher_plans(office: Office) -> None:
    for user in (office.ana, office.lee):
        with pytest.raises(NotAllowed, match="dispatcher"):
            schedule.assign(user, "R1", ["Ana Ruiz"], at("09:00"))


def test_undo_goes_back_step_by_step_and_forward_again(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.move(office.dana, "R1", None, at("10:00"))
    schedule.confirm(office.dana, "R1")
    steps = [
        (State.CONFIRMED, at("10:00")), (State.PLANNED, at("10:00")), (State.PLANNED, at("09:00")), (State.REQUESTED, None),
    ]  # fmt: skip

    seen = [state(office, "R1")]
    for _ in range(3):
        undo.undo(office.dana)
        seen.append(state(office, "R1"))
    assert seen == steps
    assert not legs.legs_of_day(office.store, DAY)
    for expected in reversed(steps[:-1]):
        undo.redo(office.dana)
        assert state(office, "R1") == expected
    with pytest.raises(Refusal, match="nothing to do again"):
        undo.redo(office.dana)


@pytest.mark.parametrize("deed", ["hold", "cancel"])
def test_hold_and_cancel_are_taken_back(office: Office, deed: str) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    before = state(office, "R1")
    getattr(schedule, deed)(office.dana, "R1", "waiting for the client")
    undo.undo(office.dana)
    assert state(office, "R1") == before


def test_undo_is_refused_where_somebody_built_on_it(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:30")
    arriving.depart(office.ana, "R1")
    with pytest.raises(Refusal, match="Ana Ruiz changed R1 at 08:30"):
        undo.undo(office.dana)
    assert state(office, "R1")[0] is State.EN_ROUTE


def test_undo_is_each_persons_own(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    with pytest.raises(Refusal, match="nothing to undo"):
        undo.undo(office.lee)


def test_new_change_forgets_what_was_undone(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    undo.undo(office.dana)
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    with pytest.raises(Refusal, match="nothing to do again"):
        undo.redo(office.dana)


def test_candidates_put_the_able_first(office: Office) -> None:
    best, other = placement.candidates(office.store, "R1", DAY)
    assert (best.name, best.verdict.level) == ("Ana Ruiz", PlacementGrade.FEASIBLE)
    assert (other.name, other.verdict.level) == ("Ben Okafor", PlacementGrade.BLOCKED)


def test_crew_of_two_each_checked(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz", "Ben Okafor"], at("09:30"))
    rows = {row.name: row for row in board_view.board(office.store, DAY).rows}
    assert [len(rows[name].visits) for name in ("Ana Ruiz", "Ben Okafor")] == [1, 1]
    said = [line for line in board_lines(board_view.board(office.store, DAY)) if "R2" in line]
    assert ["with Ben Okafor" in said[0], "with Ana Ruiz" in said[1]] == [True, True]
    office.go("09:00")
    arriving.depart(office.ana, "R2")
    arriving.arrive(office.ana, "R2", early_not_agreed=True)
    arriving.depart(office.ben, "R2")
    office.go("09:20")
    visit = arriving.arrive(office.ben, "R2", early_not_agreed=True)
    assert visit.state is State.ON_SITE
    assert [part.check_in_at for part in visit.assignments] == [at("09:00"), at("09:20")]


def test_technician_is_in_one_place_at_a_time(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    with pytest.raises(Refusal, match="checked in at R1"):
        arriving.arrive(office.ana, "R2", early_not_agreed=True)


def test_a_reason_that_tells_nothing_is_said_to_lack_something(office: Office) -> None:
    with pytest.raises(Faulty, match="reason: "):
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("05:00"), reason="n", confirmed=True)
