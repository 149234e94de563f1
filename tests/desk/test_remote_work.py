"""Remote and phone work: a visit to which nobody goes, from the entry to the review (design/states.md, Remote work)."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import visits
from db.figures import FIRST_OF_JOB
from db.unit import Actor, unit_of_work
from dispatch.desk.billing import adjusting
from dispatch.desk.book import jump_search
from dispatch.desk.care import accounts as care
from dispatch.desk.charges.charging import Priced, charge_of
from dispatch.desk.closeout import arriving, clocking, leaving, onsite, remote_work
from dispatch.desk.day import board_view, routing
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.levels.clocks import clocks_of
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.plan import schedule
from dispatch.desk.review import reviewing
from dispatch.desk.review.reviewing import visit_history
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.texts.board_words import board_lines
from dispatch.desk.texts.record_words import history_lines
from dispatch.desk.texts.visit_words import visit_lines
from dispatch.model.states import Review, State
from dispatch.model.visits import Visit
from tests.desk.conftest import DAY, Office, approve, at

CALL = {"client": "Harbor", "site": "Annex", "work": "Reset the password", "way": "phone"}


def written(user: User, **texts: str) -> Visit:
    return remote_work.write_down(user, {**CALL, "start": "today 8:00", "minutes": "20", **texts})


def sheet(office: Office, visit: Visit) -> list[tuple[str, str]]:
    charge = charge_of(office.store, visit, now=office.clock.now())
    assert isinstance(charge, Priced)
    return [(line["rule"], line["amount"]) for line in charge.form["lines"]]


def test_a_call_that_is_written_down_is_closed_charged_and_to_review(office: Office) -> None:
    office.go("09:00")
    visit = written(office.ana)
    part = visit.assignments[0]
    assert (visit.state, visit.review, visit.way, visit.client) == (
        State.CLOSED,
        Review.TO_REVIEW,
        "phone",
        "Harbor Dental",
    )
    assert (part.check_in_at, part.check_out_at, part.depart_at) == (at("08:00"), at("08:20"), None)
    # a site without coordinates, a call-out on the card and a minimum of an hour: nobody went there
    assert sheet(office, visit) == [("LAB", "60.00")]
    assert office.store.value("SELECT text FROM work_entry WHERE visit_id = ?", (visit.id,)) == "Reset the password"


def test_a_clocked_call_ends_with_what_was_done(office: Office) -> None:
    office.go("09:00")
    running = written(office.ana, start="now", minutes="", work="Printer")
    assert (running.state, running.assignments[0].check_out_at) == (State.ON_SITE, None)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("11:00"))
    with pytest.raises(Refusal, match="is checked in at"):
        arriving.arrive(office.ana, "R1", early_not_agreed=True)
    office.go("09:40")
    with pytest.raises(GatesUnmet, match="Say what was done"):
        leaving.close(office.ana, running.reference)
    with pytest.raises(NotAllowed):
        remote_work.end(office.ben, running.reference, "driver replaced")
    ended = remote_work.end(office.ana, running.reference, "driver replaced")
    assert (ended.state, ended.span) == (State.CLOSED, (at("09:00"), at("09:40")))
    assert sheet(office, ended) == [("LAB", "90.00")]
    with pytest.raises(Refusal, match="its clock does not run"):
        remote_work.end(office.ana, running.reference, "again")


def test_it_is_closed_on_its_page_as_a_visit_is(office: Office) -> None:
    office.go("09:00")
    running = written(office.ana, start="now", minutes="")
    onsite.work(office.ana, running.reference, "driver replaced on the printer")
    office.go("09:31")
    assert leaving.close(office.ana, running.reference).state is State.CLOSED


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"client": "Nobody"}, "client"),
        ({"site": ""}, "site: say which of"),
        ({"work": ""}, "work: is missing"),
        ({"minutes": "0"}, "minutes"),
        ({"end": "8:10"}, "end: beside minutes"),
        ({"minutes": "", "end": "7:00"}, "end: is not after the start"),
        ({"minutes": "300"}, "end: has not come yet"),
        ({"start": "tomorrow 8:00"}, "has not come yet"),
        ({"labour_class": "wizard"}, "labour class: is not on the rate card"),
        ({"same_job": "R77"}, "same job: there is no visit R77"),
        ({"reference": "R1"}, "reference: R1 is taken"),
        ({"technician": "Nobody"}, "technician"),
    ],
)
def test_what_cannot_be_written_down_is_named(office: Office, texts: dict[str, str], said: str) -> None:
    office.go("09:00")
    before = office.store.value("SELECT count(*) FROM visit")
    with pytest.raises(Faulty) as refused:
        written(office.ana, **texts)
    assert any(said in fault for fault in refused.value.faults), refused.value.faults
    assert office.store.value("SELECT count(*) FROM visit") == before


def test_who_writes_down_for_whom(office: Office) -> None:
    office.go("09:00")
    assert written(office.dana, technician="Ben Okafor").crew == ("Ben Okafor",)
    with pytest.raises(NotAllowed, match="Only Ben Okafor"):
        written(office.ana, technician="Ben Okafor", start="today 7:00")
    with pytest.raises(Faulty, match="technician"):
        written(office.dana)


def test_who_ends_whose(office: Office) -> None:
    office.go("09:00")
    running = written(office.dana, technician="Ben Okafor", minutes="", start="")
    office.clock.advance(1200)
    with pytest.raises(NotAllowed):
        remote_work.end(office.ana, running.reference)
    assert remote_work.end(office.dana, running.reference, "Talked Ben's client through it").state is State.CLOSED


def test_minutes_at_one_client_are_never_anothers(office: Office) -> None:
    office.on_site("R1")
    office.go("10:00")
    with pytest.raises(Refusal, match="was at R1 then"):
        written(office.ana, start="today 9:10")
    clocking.correct_break(office.ana, "R1", "break", at("09:10"), at("09:30"), "a call of another client")
    assert written(office.ana, start="today 9:10").state is State.CLOSED
    assert written(office.ana, start="today 7:00", minutes="30").state is State.CLOSED
    with pytest.raises(Refusal, match="then"):
        written(office.ana, start="today 7:10", minutes="5")


def test_the_lead_reviews_it_and_puts_its_times_right(office: Office) -> None:
    office.go("09:00")
    visit = written(office.ana)
    reviewing.send_back(office.lee, visit.reference, "how long did it take?")
    clocking.correct(office.ana, visit.reference, "leaving", at("08:40"), "the clock of the phone says so")
    reviewing.answer(office.ana, visit.reference, "forty minutes")
    assert sheet(office, visits.again(office.store, visit)) == [("LAB", "90.00")]
    assert approve(office.lee, visit.reference).review is Review.APPROVED
    for what in ("depart", "home"):
        with pytest.raises(Refusal, match="nobody drives"):
            clocking.correct(office.lee, visit.reference, what, at("07:30"), "a drive")
    with pytest.raises(Refusal, match="no travel to set"):
        adjusting.set_travel(office.lee, visit.reference, "20", "the way there")
    with pytest.raises(Refusal, match="is remote work"):
        leaving.reopen(office.lee, visit.reference, "not done")


def test_it_stands_on_the_board_and_in_the_log_and_in_no_plan(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("11:00"))
    office.go("09:00")
    legs = board_view.board(office.store, DAY).rows[0]
    visit = written(office.ana)
    row = board_view.board(office.store, DAY).rows[0]
    assert [card.reference for card in row.visits] == [visit.reference, "R1"]
    assert [card.reference for card in row.own] == ["R1"]
    assert (row.leg_home, row.unknown_legs, row.metres) == (legs.leg_home, legs.unknown_legs, legs.metres)
    assert row.busy == legs.busy + 20
    ana, _ = routing.days_on(office.store, DAY)
    assert [stop.visit_id for stop in ana.stops] == [row.visits[1].id]
    log = visit_log(office.store, LogFilter(first=DAY))
    assert visit.reference in [line.visit.reference for line in log.lines]
    assert clocks_of(office.store, [visit]) == {}
    (account,) = care.accounts(office.store, care.office(office.store), {visit.client_id})
    assert visit.reference not in [one.reference for one in account.visits]


def test_its_clock_runs_and_nobody_is_on_site(office: Office) -> None:
    """What runs is told so everywhere: nobody is on site of it, nor driven to it."""
    office.go("09:00")
    running = written(office.ana, start="now", minutes="")
    assert running.stands == "running"
    (line,) = [line for line in visit_log(office.store, LogFilter(first=DAY)).lines if line.visit.way == "phone"]
    (found,) = jump_search.of_reference(office.store, running.reference, 1)
    history = visit_history(office.store, running.reference)
    told = [
        next(one for one in board_lines(board_view.board(office.store, DAY)) if running.reference in one),
        "\n".join(line.text for line in history_lines(history)),
        "\n".join(visit_lines([running], history.page.times)),
        jump_search.detail_of(found, history.page.times, DAY),
        line.visit.words,
    ]
    for text in told:
        assert "running" in text
        assert "on site" not in text
        assert "drive" not in text


def test_a_time_that_is_put_right_moves_it_on_the_board(office: Office) -> None:
    office.go("09:00")
    visit = written(office.ana)
    clocking.correct(office.ana, visit.reference, "arrival", at("07:30"), "forgot to start it")
    moved = clocking.correct(
        office.lee, visit.reference, "leaving", at("08:05"), "the call was shorter", technician="Ana Ruiz"
    )
    assert moved.span == (at("07:30"), at("08:05"))
    assert sheet(office, moved) == [("LAB", "90.00"), ("LAB", "30.00")]
    (card,) = board_view.board(office.store, DAY).rows[0].visits
    assert (card.start, card.end) == moved.span


def test_the_log_is_narrowed_to_a_way_of_work(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("11:00"))
    office.go("09:00")
    calls = [written(office.ana), written(office.ana, start="today 8:30", way="remote")]
    for ways, expected in ({"phone"}, calls[:1]), ({"phone", "remote"}, calls), ({"on_site"}, []):
        wanted = LogFilter(first=DAY, ways=frozenset(ways))
        found = [line.visit.reference for line in visit_log(office.store, wanted).lines]
        assert [one for one in found if one != "R1"] == [visit.reference for visit in expected]
        assert ("R1" in found) == ("on_site" in ways)
        assert wanted.narrowed
    assert LogFilter(first=DAY, ways=frozenset({"phone"})).words_of_filters() == "on the phone"


def test_it_is_no_first_visit_of_a_job(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    office.go("11:00")
    leaving.close(office.ana, "R1")
    office.go("13:00")
    call = written(office.ana, start="today 12:00", same_job="R1")
    jobs = office.store.all(f"SELECT v.reference FROM visit v WHERE {FIRST_OF_JOB}")
    assert jobs == [("R1",)]
    assert call.job_id == visits.visit_by_reference(office.store, "R1").job_id  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE visit SET way = 'on_site' WHERE id = ?", "not made of each other"),
        ("UPDATE visit SET state = 'no_access' WHERE id = ?", "closed with what was done"),
        ("UPDATE visit SET state = 'closed' WHERE id = ?", "its checklist is not finished"),
        ("UPDATE assignment SET depart_at = 1 WHERE visit_id = ?", "nobody drives"),
    ],
)
def test_sql_holds_what_it_is(office: Office, sql: str, said: str) -> None:
    office.go("09:00")
    running = written(office.ana, start="now", minutes="")
    with (
        pytest.raises(Exception, match=said),
        unit_of_work(office.store, "break in", Actor(None, "x", "x", "system")) as unit,
    ):
        unit.execute(sql, (running.id,))


def test_a_file_of_it_is_taken_once(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "reference,client,site,technician,start,minutes,work,way\n"
        "C-1,Harbor Dental,Annex,Ana Ruiz,2026-11-24T07:00,12,Talked them through it,phone\n"
        "C-2,Harbor Dental,,Ana Ruiz,8:00,12,Talked them through it,phone\n"
    )
    office.go("09:00")
    first = import_file(office.dana, "remote-work", path, How(accept_good=True))
    assert [row.verdict.value for row in first.rows] == ["new", "refused"]
    assert [fault.field for fault in first.rows[1].faults] == ["start"]
    found = visits.visit_by_reference(office.store, "C-1")
    assert found is not None
    assert (found.state, found.way, found.span) == (State.CLOSED, "phone", (at("07:00"), at("07:12")))
    again = import_file(office.dana, "remote-work", path, How(accept_good=True))
    assert [row.verdict.value for row in again.rows] == ["skipped", "refused"]
    with pytest.raises(NotAllowed):
        import_file(office.ana, "remote-work", path, How(accept_good=True))
