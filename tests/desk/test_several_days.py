"""A visit that takes several days: one record, its days placed one after another, closed on the last, charged as one."""

from __future__ import annotations

import pytest

from db import clients, legs, notices, people
from dispatch.desk.book import editing
from dispatch.desk.charges.charging import Priced
from dispatch.desk.closeout import arriving, clocking, leaving, onsite
from dispatch.desk.day import board_view, placement, routing, run_of_days, week_view
from dispatch.desk.imports.visit_rows import VisitRows
from dispatch.desk.mending import rehoming, splitting
from dispatch.desk.plan import absences, day_problem, emergency, schedule, undo
from dispatch.desk.plan.proposal import Move, Standing
from dispatch.desk.plan.taking import take
from dispatch.desk.quick.reading import understand
from dispatch.desk.quick.words import Names
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Blocked, Faulty, NeedsConfirm, NotAllowed, Refusal
from dispatch.desk.texts.board_words import board_lines
from dispatch.model.instants import day_of
from dispatch.model.people import AbsenceRecord
from dispatch.model.states import State
from dispatch.planning.checker import PlacementGrade
from tests.desk.conftest import DAY, Office, at
from tests.desk.conftest import visit_called as found
from tests.desk.test_kept_sheets import charge

MEANT = {"reason": "test", "confirmed": True}


def job(office: Office, **more: str) -> str:
    """A request for three days of six hours at the warehouse."""
    asked = {"client": "Harbor Dental", "site": "Warehouse", "work": "new cabling", "minutes": "6h", "days": "3"}
    return intake.add(office.dana, asked | more).reference


def places(office: Office, reference: str) -> list[tuple[int, int | None, str]]:
    """Number, start and crew of each day that has a place."""
    return [(one.day_number, one.starts_at, ", ".join(one.crew)) for one in found(office, reference).all_days]


def placed(office: Office, clock: str = "09:00", days: int = 0, **more: str) -> str:
    reference = job(office, **more)
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at(clock, days), **MEANT)
    return reference


def work_a_day(office: Office, reference: str, day: int, until: str = "15:00") -> None:
    office.go("08:40", day)
    arriving.depart(office.ana, reference)
    office.go("09:00", day)
    arriving.arrive(office.ana, reference)
    office.go(until, day)


def test_its_days_follow_one_another_with_the_same_people(office: Office) -> None:
    reference = placed(office)
    (first, *later) = places(office, reference)
    assert first == (1, at("09:00"), "Ana Ruiz")
    assert [(number, day_of(start or 0, found(office, reference).zone), who) for number, start, who in later] == [
        (2, DAY.replace(day=25), "Ana Ruiz"),
        (3, DAY.replace(day=26), "Ana Ruiz"),
    ]
    for visit in found(office, reference).all_days:
        assert visit.span is not None
        assert visit.span[1] - visit.span[0] == (6 * 60 + 15) * 60


def test_days_off_and_taken_days_are_passed_over(office: Office) -> None:
    other = job(office, days="1", minutes="480")
    schedule.assign(office.dana, other, ["Ana Ruiz"], at("08:00", 6), **MEANT)  # all of Monday
    reference = placed(office, days=3)  # a Friday
    assert [day_of(start or 0, found(office, reference).zone).day for _, start, _ in places(office, reference)] == [
        27,
        1,
        2,
    ]


def test_a_day_without_any_place_refuses_the_whole(office: Office) -> None:
    reference = job(office)
    absent(office, AbsenceRecord(0, office.ana.staff.id, at("00:00", 1), at("00:00", 30), "parental leave"))
    with pytest.raises(Refusal, match="no place for day 2 of 3: Ana Ruiz cannot do it on any of the 14 days"):
        schedule.assign(office.dana, reference, ["Ana Ruiz"], at("09:00"))
    assert found(office, reference).state is State.REQUESTED


def absent(office: Office, record: AbsenceRecord) -> None:
    with office.dana.write("absence") as unit:
        people.ABSENCES.add(unit, record)


def test_what_the_check_says_of_a_later_day_names_the_day(office: Office) -> None:
    reference = job(office, latest="2026-11-25")
    said = placement.check_placement(office.store, reference, ["Ana Ruiz"], at("09:00")).verdict
    assert [finding.text for finding in said.findings if finding.rule == "latest"] == [
        "day 3, Thu 26 Nov 2026 08:15: its latest day was Wed 25 Nov 2026"
    ]


def test_each_day_stands_on_the_board_of_its_day_and_takes_the_time_there(office: Office) -> None:
    reference = placed(office)
    for number, days in enumerate((0, 1, 2), 1):
        board = board_view.board(office.store, DAY.replace(day=24 + days))
        (card,) = board.rows[0].visits
        assert (card.reference, card.which_day, card.state) == (reference, f"{number}/3", State.PLANNED)
        assert board.rows[0].busy == 375
    (stop,) = routing.days_on(office.store, DAY.replace(day=25), only={office.ana.staff.id})[0].stops
    assert stop.visit_id == found(office, reference).id
    for days in (0, 1, 2):
        driven = legs.legs_of(office.store, office.ana.staff.id, DAY.replace(day=24 + days))
        assert found(office, reference).id in driven


def test_what_overlaps_a_later_day_is_blocked(office: Office) -> None:
    placed(office)
    with pytest.raises(Blocked, match="overlaps Harbor Dental"):
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("10:00", 1))


def test_one_day_is_moved_alone_or_with_those_after_it(office: Office) -> None:
    reference = placed(office)
    stood = places(office, reference)
    with pytest.raises(Refusal, match=r"day 1 alone is placed .* or the days after it too"):
        schedule.move(office.dana, reference, None, at("10:00"))
    schedule.move(office.dana, reference, None, at("10:00"), alone=True, **MEANT)
    assert places(office, reference) == [(1, at("10:00"), "Ana Ruiz"), *stood[1:]]
    undo.undo(office.dana)
    assert places(office, reference) == stood

    schedule.move(office.dana, reference, ["Ben Okafor"], at("09:00", 2), day=2, alone=False, **MEANT)
    moved = places(office, reference)
    assert moved[0] == stood[0]
    assert [(number, who) for number, _, who in moved[1:]] == [(2, "Ben Okafor"), (3, "Ben Okafor")]
    assert moved[1][1] == at("09:00", 2)
    assert at("00:00", 3) < (moved[2][1] or 0) < at("23:59", 3)
    undo.undo(office.dana)
    assert places(office, reference) == stood
    undo.redo(office.dana)
    assert places(office, reference) == moved


def test_its_days_stay_in_their_order_and_apart(office: Office) -> None:
    reference = placed(office)
    with pytest.raises(Blocked, match="day 3 comes after it"):
        schedule.move(office.dana, reference, None, at("09:00", 2), day=2, alone=True)
    with pytest.raises(Blocked, match="comes after day 1"):
        schedule.move(office.dana, reference, None, at("09:00"), day=2, alone=True)
    with pytest.raises(Faulty, match="takes 3 days and no day of it is done: 4 is none that is ahead"):
        schedule.move(office.dana, reference, None, at("09:00"), day=4, alone=True)


def test_it_is_taken_back_whole_or_from_a_day_on(office: Office) -> None:
    reference = placed(office)
    stood = places(office, reference)
    schedule.unassign(office.dana, reference, day=2)
    assert places(office, reference) == stood[:1]
    assert found(office, reference).demands == ("3 days", "day 2 has no place")
    assert "day 1/3" in "\n".join(board_lines(board_view.board(office.store, DAY)))
    schedule.move(office.dana, reference, None, at("09:00", 3), day=2, **MEANT)
    assert [number for number, _, _ in places(office, reference)] == [1, 2, 3]
    schedule.unassign(office.dana, reference)
    assert (found(office, reference).state, places(office, reference)) == (State.REQUESTED, [])
    for _ in range(3):
        undo.undo(office.dana)
    assert places(office, reference) == stood


def test_a_day_ends_without_gates_and_the_last_one_closes(office: Office) -> None:
    reference = placed(office)
    schedule.dispatch(office.dana, reference)
    for day in (0, 1):
        work_a_day(office, reference, day)
        onsite.work(office.ana, reference, f"pulled cables, day {day + 1}")
        went_on = leaving.end_day(office.ana, reference)
        assert (went_on.state, went_on.next_day, went_on.crew) == (State.DISPATCHED, day + 2, ("Ana Ruiz",))
        assert went_on.assignments[0].seen_at is not None  # whoever was there knows of the next day
    work_a_day(office, reference, 2)
    with pytest.raises(Refusal, match="is on its last day: close it"):
        leaving.end_day(office.ana, reference)
    with pytest.raises(Refusal, match="cannot be closed yet"):
        leaving.close(office.ana, reference)
    office.finish(reference)
    closed = leaving.close(office.ana, reference)
    assert (closed.state, closed.checked_in_at, closed.which_day) == (State.CLOSED, at("09:00"), "3/3")
    assert [part.check_out_at for part in closed.stays][:2] == [at("15:00"), at("15:00", 1)]


def test_who_was_there_comes_home_in_the_evening(office: Office) -> None:
    reference = placed(office)
    work_a_day(office, reference, 0)
    leaving.end_day(office.ana, reference)
    office.go("15:20")
    clocking.home(office.ana, reference)
    assert found(office, reference).stays[0].return_at == at("15:20")
    with pytest.raises(Refusal, match=r"home from .* already"):
        clocking.home(office.ana, reference)


def test_all_days_are_one_charge(office: Office) -> None:
    reference = placed(office)
    for day in (0, 1):
        work_a_day(office, reference, day)
        if day == 0:
            leaving.end_day(office.ana, reference)
    leaving.end_day(office.ana, reference)
    work_a_day(office, reference, 2, until="11:00")
    office.finish(reference)
    office.go("12:00", 2)
    leaving.close(office.ana, reference)
    sheet = charge(office, reference).form
    (labour,) = [line for line in sheet["lines"] if line["rule"] == "LAB"]
    assert labour["qty"] == str((6 + 6 + 3) * 60)
    (travel,) = [line for line in sheet["lines"] if line["rule"] == "TRV-CALL"]
    assert (travel["qty"], travel["amount"]) == ("3", "105.00")
    assert not [line for line in sheet["lines"] if line["rule"] == "MIN-TIME"]


def test_the_estimate_is_of_all_its_days(office: Office) -> None:
    reference = placed(office)
    estimate = charge(office, reference)
    assert isinstance(estimate, Priced)
    (labour,) = [line for line in estimate.form["lines"] if line["rule"] == "LAB"]
    assert (estimate.estimate, labour["qty"]) == (True, str(3 * 375))


def test_it_is_closed_before_its_last_day_and_the_rest_falls_away(office: Office) -> None:
    reference = placed(office)
    work_a_day(office, reference, 0)
    office.finish(reference)
    closed = leaving.close(office.ana, reference)
    assert (closed.state, closed.other_days) == (State.CLOSED, ())
    assert board_view.board(office.store, DAY.replace(day=25)).rows[0].visits == ()


def test_a_lead_gives_it_another_day(office: Office) -> None:
    office.on_site()
    office.go("16:00")
    with pytest.raises(Refusal, match="is planned for one day"):
        leaving.end_day(office.ana, "R1")
    with pytest.raises(NotAllowed, match="Only a lead"):
        leaving.end_day(office.ana, "R1", another="a second switch")
    going_on = leaving.end_day(office.lee, "R1", another="a second switch")
    assert (going_on.state, going_on.days, going_on.next_day, going_on.assignments) == (State.REQUESTED, 2, 2, ())
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00", 1))
    assert places(office, "R1") == [(1, at("09:00"), "Ana Ruiz"), (2, at("09:00", 1), "Ana Ruiz")]


@pytest.mark.parametrize("deed", ["cancel", "abort", "no-access"])
def test_once_a_day_is_done_it_is_closed_or_left_open(office: Office, deed: str) -> None:
    reference = placed(office)
    work_a_day(office, reference, 0)
    leaving.end_day(office.ana, reference)
    if deed == "no-access":
        office.go("08:40", 1)
        arriving.depart(office.ana, reference)
    with pytest.raises(Refusal, match=r"Day 1 of .* is done: close it"):
        {
            "cancel": lambda: schedule.cancel(office.dana, reference, "no money"),
            "abort": lambda: leaving.abort(office.ana, reference, "flooded"),
            "no-access": lambda: leaving.no_access(office.ana, reference, called="reception"),
        }[deed]()


def test_it_is_left_open_between_its_days(office: Office) -> None:
    reference = placed(office)
    work_a_day(office, reference, 0)
    leaving.end_day(office.ana, reference)
    left, follow_up = leaving.leave(office.lee, reference, "the client stops the work")
    assert (left.state, left.next_day, left.other_days, left.crew) == (State.LEFT_OPEN, 1, (), ("Ana Ruiz",))
    assert follow_up is not None
    (labour,) = [line for line in charge(office, reference).form["lines"] if line["rule"] == "LAB"]
    assert labour["qty"] == "360"
    reopened, _ = leaving.reopen(office.lee, reference, "they want it after all")
    assert (reopened.state, reopened.next_day) == (State.ON_SITE, 1)


def test_the_rest_waits_in_the_queue_and_is_given_to_another(office: Office) -> None:
    reference = placed(office)
    work_a_day(office, reference, 0)
    leaving.end_day(office.ana, reference)
    schedule.unassign(office.dana, reference, **MEANT)
    assert found(office, reference).state is State.REQUESTED
    assert reference in [card.reference for card in board_view.board(office.store, DAY.replace(day=25)).queue]
    schedule.assign(office.dana, reference, ["Ben Okafor"], at("09:00", 2), **MEANT)
    assert [who for _, _, who in places(office, reference)] == ["Ana Ruiz", "Ben Okafor", "Ben Okafor"]
    lines = [line for line in charge(office, reference).form["lines"] if line["rule"] == "LAB"]
    assert [(line["tech"], line["qty"]) for line in lines] == [("Ana Ruiz", "360"), ("Ben Okafor", "750")]


def test_an_absence_on_a_later_day_takes_that_day_and_those_after_it(office: Office) -> None:
    reference = placed(office)
    away = {"technician": "ana", "from": "2026-11-25T00:00", "to": "23:59", "reason": "sick"}
    freed = absences.free(office.dana, editing.add(office.dana, "absence", away), to_others=True)
    assert freed.left == (f"{reference}: day 2 of 3 and what follows have no place now",)
    assert [number for number, _, _ in places(office, reference)] == [1]
    undo.undo(office.dana)
    assert [number for number, _, _ in places(office, reference)] == [1, 2, 3]


def test_an_absence_on_its_next_day_gives_all_of_it_to_another(office: Office) -> None:
    reference = placed(office, minutes="3h")
    record = AbsenceRecord(0, office.ana.staff.id, at("00:00"), at("23:59", 5), "sick")
    absent(office, record)
    freed = absences.free(office.dana, record, to_others=True)
    assert freed.settled == (f"{reference} goes to Ben Okafor, 08:10",)
    assert [who for _, _, who in places(office, reference)] == ["Ben Okafor"] * 3


def test_who_was_told_hears_of_a_later_day_that_moves(office: Office) -> None:
    reference = placed(office)
    schedule.dispatch(office.dana, reference)
    told = len(notices.unread(office.store, office.ana.staff.id))
    with pytest.raises(NeedsConfirm, match="Ana Ruiz has been told"):
        schedule.move(office.dana, reference, None, at("10:00", 2), day=3, alone=True)
    schedule.move(office.dana, reference, None, at("10:00", 2), day=3, alone=True, **MEANT)
    assert len(notices.unread(office.store, office.ana.staff.id)) == told + 1
    assert found(office, reference).state is State.DISPATCHED


def test_its_days_are_edited_but_not_below_those_that_are_done(office: Office) -> None:
    reference = placed(office)
    intake.amend(office.dana, reference, {"days": "2", "minutes": "5h"}, **MEANT)
    assert [number for number, _, _ in places(office, reference)] == [1, 2]
    for visit in found(office, reference).all_days:
        assert visit.span is not None
        assert visit.span[1] - visit.span[0] == (5 * 60 + 15) * 60
    undo.undo(office.dana)
    assert [number for number, _, _ in places(office, reference)] == [1, 2, 3]
    work_a_day(office, reference, 0)
    leaving.end_day(office.ana, reference)
    with pytest.raises(Faulty, match="days: 1 of them is done"):
        intake.amend(office.dana, reference, {"days": "1"})


def test_what_comes_after_it_waits_for_its_last_day(office: Office) -> None:
    reference = placed(office)
    words = {"client": "Harbor Dental", "site": "Main office", "work": "test", "minutes": "30", "after": reference}
    after = intake.add(office.dana, words).reference
    with pytest.raises(Blocked, match=f"comes after {reference}"):
        schedule.assign(office.dana, after, ["Ben Okafor"], at("09:00", 2))
    schedule.assign(office.dana, after, ["Ben Okafor"], at("09:00", 3))


def test_a_time_of_each_day_is_put_right(office: Office) -> None:
    reference = placed(office)
    work_a_day(office, reference, 0)
    leaving.end_day(office.ana, reference)
    clocking.correct(office.ana, reference, "leaving", at("14:30"), "left earlier", technician=None, day=1)
    assert found(office, reference).stays[0].check_out_at == at("14:30")


def test_a_swap_and_a_plan_leave_it_where_it_is(office: Office) -> None:
    reference = placed(office)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00", 6), **MEANT)
    with pytest.raises(Refusal, match="takes 3 days: move them instead"):
        schedule.swap(office.dana, reference, "R1")


def test_candidates_say_when_its_later_days_would_be(office: Office) -> None:
    reference = job(office)
    best, *_ = placement.candidates(office.store, reference, DAY)
    assert any(reason.startswith("day 2 Wed 25 Nov 2026") and "day 3 Thu 26 Nov" in reason for reason in best.reasons)
    absent(office, AbsenceRecord(0, office.ana.staff.id, at("00:00", 1), at("00:00", 30), "parental leave"))
    by_name = {one.name: one for one in placement.candidates(office.store, reference, DAY)}
    assert by_name["Ben Okafor"].verdict.level is not PlacementGrade.BLOCKED
    refused = [finding.text for finding in by_name["Ana Ruiz"].verdict.findings if finding.rule == "days"]
    assert refused
    assert "has no place for day 2 of 3" in refused[0]
    assert {slot.candidate.name for slot in placement.slots(office.store, reference, [DAY])} == {"Ben Okafor"}


def test_a_plan_places_all_its_days_and_holds_them_from_then_on(office: Office) -> None:
    reference = job(office)
    take(office.dana, [Move(found(office, reference), None, Standing("Ben Okafor", at("09:00")))], "plan")
    assert [(number, who) for number, _, who in places(office, reference)] == [(n, "Ben Okafor") for n in (1, 2, 3)]
    assert not day_problem.may_move(found(office, reference), office.clock.now())
    undo.undo(office.dana)
    assert places(office, reference) == []


def test_an_emergency_does_not_push_a_day_that_waits_for_another(office: Office) -> None:
    reference = placed(office)
    office.go("08:00", 1)  # day 1 was never begun, day 2 stands today
    urgent = intake.add(
        office.dana,
        {"client": "Harbor Dental", "site": "Main office", "work": "down", "minutes": "60", "emergency": "yes"},
    ).reference
    pushed = [push.visit_id for way in emergency.ways(office.store, urgent) for push in way.pushed]
    assert found(office, reference).id not in pushed
    (day_two,) = [one for one in found(office, reference).all_days if one.day_number == 2]
    ana = next(way for way in emergency.ways(office.store, urgent) if way.name == "Ana Ruiz")
    assert day_two.span is not None
    assert ana.end <= day_two.span[0] or ana.start >= day_two.span[1] or ana.level is PlacementGrade.BLOCKED


def test_a_line_and_a_file_give_days() -> None:
    known = Names({"Harbor Dental": ("Warehouse",)}, (), frozenset())
    understood = understand("harbor cabling 6h 3 days", known, DAY)
    assert (understood.days, understood.minutes, understood.work, understood.problems) == (3, 360, "cabling", ())
    assert understand("harbor printer down for 3 days 45m", known, DAY).days == 1
    assert understand("harbor cabling 3d", known, DAY).problems == (
        "how long on each of the 3 days? for example 45m or 1h30",
    )
    assert "days" in VisitRows.columns


def test_it_is_not_split_and_goes_to_another_site_with_all_its_days(office: Office) -> None:
    reference = placed(office)
    with pytest.raises(Refusal, match="takes 3 days: give it fewer"):
        splitting.split(office.dana, reference, 60)
    stood = places(office, reference)
    own = clients.sites_of(office.store, found(office, reference).client_id)
    rehoming.to_site(office.dana, reference, next(site for site in own if site.name == "Main office"), **MEANT)
    assert (found(office, reference).site, places(office, reference)) == ("Main office", stood)


def test_a_day_without_a_place_waits_in_the_queue_of_its_day(office: Office) -> None:
    reference = placed(office)
    schedule.unassign(office.dana, reference, day=2)
    for days, shown in ((0, []), (1, [(2, State.REQUESTED)]), (2, [(2, State.REQUESTED)])):
        day = DAY.replace(day=24 + days)
        waiting = [card for card in board_view.board(office.store, day).queue if card.reference == reference]
        assert [(card.day_number, card.state) for card in waiting] == shown
    queue = "\n".join(board_lines(board_view.board(office.store, DAY.replace(day=25))))
    assert "day 2/3" in queue
    assert [
        (card.day_number, card.wanted_on) for card in week_view.week(office.store, DAY).waiting.queue if card.days > 1
    ] == [(2, DAY.replace(day=25))]
    listed = run_of_days.each_day(found(office, reference), found(office, reference).zone)
    assert [(one.day_number, one.starts_at is None) for one in listed] == [(1, False), (2, True)]
    (best, *_) = placement.candidates(office.store, reference, DAY.replace(day=25), 2)
    assert best.reasons[0].startswith("day 3 Thu 26 Nov 2026")
    schedule.assign(office.dana, reference, ["Ben Okafor"], at("09:00", 1), day=2, **MEANT)
    assert [who for _, _, who in places(office, reference)] == ["Ana Ruiz", "Ben Okafor", "Ben Okafor"]
    assert not [
        card for card in board_view.board(office.store, DAY.replace(day=26)).queue if card.reference == reference
    ]
