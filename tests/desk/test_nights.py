"""What belongs to a day: a visit past midnight, what somebody placed outside the hours, the past, who has left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import people
from dispatch.desk.book import editing
from dispatch.desk.book.context import Desk
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.day import board_view, placement
from dispatch.desk.day.placement import Placed
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.plan.proposal import Move, Standing
from dispatch.desk.plan.taking import take
from dispatch.desk.reports.day import day_report
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, NeedsConfirm
from dispatch.desk.texts.record_words import record_lines
from dispatch.desk.visits.steps import find
from dispatch.model.boards import BoardRow
from dispatch.model.instants import at_local
from dispatch.model.requests import Request
from dispatch.records.requests import REQUEST
from tests.desk.conftest import DAY, ZONE, Office, at

TOMORROW = DAY + timedelta(days=1)


def at_next(clock: str) -> int:
    return at(clock, 1)


def row_of(office: Office, days: int = 0, name: str = "Ana Ruiz") -> BoardRow:
    board = board_view.board(office.store, DAY + timedelta(days=days))
    return next(row for row in board.rows if row.name == name)


def place(office: Office, reference: str, start: int, who: str = "Ana Ruiz") -> None:
    schedule.assign(office.dana, reference, [who], start, reason="agreed with the client", confirmed=True)


def tried(office: Office, reference: str, start: int) -> Placed:
    return placement.check_placement(office.store, reference, ["Ana Ruiz"], start)


def said(placed: Placed) -> str:
    return "; ".join(finding.text for finding in placed.verdict.findings)


@pytest.fixture
def night(office: Office) -> Office:
    """R1 is Ana's at 23:30 for 75 minutes: it ends tomorrow at 00:45."""
    place(office, "R1", at("23:30"))
    return office


def test_a_visit_past_midnight_belongs_to_the_day_on_which_it_begins(night: Office) -> None:
    begun, reaching = row_of(night), row_of(night, 1)
    assert [visit.reference for visit in begun.own] == ["R1"]
    assert begun.busy == 75
    assert reaching.own == ()
    assert reaching.busy == 0
    (stub,) = reaching.visits
    assert stub.reaches_in
    assert stub.projected == (at("23:30"), at_next("00:45"))
    assert stub.late is None
    assert board_view.board(night.store, TOMORROW).planned == 0


def test_a_promise_past_midnight_is_typed_kept_and_shown(office: Office) -> None:
    """An end before the start is of the next day, and is read back as it was typed."""
    intake.amend(office.dana, "R1", {"promised": "22:00-01:00"})
    visit = find(office.store, "R1")
    assert visit.promised == (at("22:00"), at_next("01:00"))
    assert Request.of(visit).window == (22 * 60, 60)
    texts = dict(REQUEST.texts(Request.of(visit), Desk.for_user(office.dana)))
    assert texts["promised"] == "22:00-01:00"
    intake.amend(office.dana, "R1", texts)
    assert find(office.store, "R1").promised == visit.promised
    assert any(
        "promised Tue 24 Nov 2026 22:00–01:00" in line.text for line in record_lines(visit_page(office.store, "R1"))
    )
    assert "promise" not in said(tried(office, "R1", at_next("00:30")))
    assert "starts 30 min after the promised window Tue 24 Nov 2026 22:00–01:00" in said(
        tried(office, "R1", at_next("01:30"))
    )
    intake.amend(office.dana, "R1", {"promised": "22:00-00:00"})
    assert find(office.store, "R1").promised == (at("22:00"), at_next("00:00"))
    for slip in ("15:00-13:00", "22:00-22:00"):
        with pytest.raises(Faulty, match="its end is not after its start"):
            intake.amend(office.dana, "R1", {"promised": slip})


def test_it_stands_in_the_way_as_long_as_it_takes_and_no_longer(night: Office) -> None:
    assert "overlaps Harbor Dental by 15 min" in said(tried(night, "R2", at_next("00:30")))
    free = tried(night, "R2", at_next("08:30"))
    assert "overlaps" not in said(free)
    assert "buffer" not in said(free)
    # she comes from home, where she has slept
    by_day = tried(night, "R2", at("08:30", 2))
    assert free.verdict.extra_travel == by_day.verdict.extra_travel


def test_what_is_placed_past_midnight_meets_what_stands_there(office: Office) -> None:
    place(office, "R2", at_next("00:30"))
    assert "overlaps Harbor Dental by 15 min" in said(tried(office, "R1", at("23:30")))


@pytest.mark.parametrize("leaves", [False, True])
def test_a_plan_meets_what_stands_past_midnight_unless_it_moves_that(office: Office, leaves: bool) -> None:
    place(office, "R2", at_next("00:30"))
    moves = [Move(find(office.store, "R1"), None, Standing("Ana Ruiz", at("23:30")))]
    if leaves:
        moves.append(Move(find(office.store, "R2"), Standing("Ana Ruiz", at_next("00:30")), None))
    taken = take(office.dana, moves, "plan")
    assert ("overlaps Harbor Dental by 15 min" in dict(taken.skipped)["R1"]) is not leaves
    assert taken.moved == (("R2",) if leaves else ())


def test_while_somebody_is_there_the_next_day_waits_for_them(night: Office) -> None:
    night.go("23:30")
    arriving.arrive(night.ana, "R1")
    place(night, "R2", at_next("00:50"))
    night.clock.set(at_next("01:10"))
    stub, following = row_of(night, 1).visits
    assert stub.projected == (at("23:30"), at_next("01:10"))
    assert following.projected is not None
    assert following.projected[0] > at_next("01:10")
    assert following.leg is not None


def test_what_was_placed_outside_the_hours_stands_where_it_stands(office: Office) -> None:
    place(office, "R1", at_next("06:30"))
    (card,) = row_of(office, 1).visits
    assert card.projected == (at_next("06:30"), at_next("07:45"))
    assert "overlaps Harbor Dental by 45 min" in said(tried(office, "R2", at_next("07:00")))
    assert "overlaps" not in said(tried(office, "R2", at_next("08:15")))


def test_a_day_that_has_not_begun_goes_as_planned(office: Office) -> None:
    place(office, "R1", at_next("09:00"))
    place(office, "R2", at_next("10:16"))
    assert [visit.projected and visit.projected[0] for visit in row_of(office, 1).visits] == [
        at_next("09:00"),
        at_next("10:16"),
    ]


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (at("05:00"), "05:00 is 4h10 in the past"),
        (at_local(DAY - timedelta(days=4), "10:00", ZONE), "Fri 20 Nov 2026 10:00 is"),
    ],
)
def test_the_past_is_asked_about(office: Office, start: int, words: str) -> None:
    office.go("09:10")
    with pytest.raises(NeedsConfirm, match=words):
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], start, reason="it was so")
    assert words in said(tried(office, "R1", start))


def test_a_little_while_ago_is_now(office: Office) -> None:
    office.go("09:10")
    assert "in the past" not in said(tried(office, "R1", at("09:00")))


def test_who_has_left_keeps_their_row_as_long_as_they_have_visits(office: Office) -> None:
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    ana = people.technician_by_name(office.store, "ana")
    editing.archive(office.lee, "technician", ana)
    assert [visit.reference for visit in row_of(office).visits] == ["R1"]
    assert all(row.name != "Ana Ruiz" for row in board_view.board(office.store, TOMORROW).rows)


def test_a_visit_over_midnight_is_charged_in_one_day(night: Office) -> None:
    """In the log and in the report of a day, and once in both days together."""
    night.go("23:30")
    arriving.arrive(night.ana, "R1")
    night.finish()
    night.go("00:45", 1)
    leaving.close(night.ana, "R1")
    night.go("08:00", 1)
    both = visit_log(night.store, LogFilter(DAY, TOMORROW)).totals
    logs = [visit_log(night.store, LogFilter(day)).totals for day in (DAY, TOMORROW)]
    assert [(one.visits, one.charged) for one in logs] == [(1, both.charged), (0, ())]
    charged = []
    for day in (DAY, TOMORROW):
        report = day_report(night.lee, day)
        (section,) = [one for one in report.sections if one.title == "Charges"]
        charged.append(([row[0] for row in section.tables[0].rows], len(section.facts)))
    assert charged == [(["R1"], 3), ([], 0)]
    ((_, _, net),) = both.charged
    assert net > 0
