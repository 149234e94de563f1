"""Once work was done there are two ways out and no third, by the desk and past it (design/states.md, Two ways out)."""

from __future__ import annotations

import datetime
import io

import pytest

from db import people
from db.faults import StoreFault
from db.visits import again
from dispatch.closeout.recording import Recording, Run
from dispatch.desk.book import editing
from dispatch.desk.care.care_list import care_list
from dispatch.desk.closeout import arriving, evidence, leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, Refusal
from dispatch.desk.visits.steps import find
from dispatch.model.checklists import Grade, Result
from dispatch.model.probes import Vantage
from dispatch.model.states import State
from tests.desk.conftest import Office, at
from tests.desk.test_probing import register

LATER = datetime.date(2026, 12, 3)


def past_the_desk(office: Office, sql: str) -> None:
    with office.lee.write("past the desk") as unit:
        unit.execute(sql)
        unit.audit("visit", 1, tried=sql)


WORKED = {
    "a note": lambda office: onsite.work(office.ana, "R1", "one cable replaced"),
    "a result on W1": lambda office: office.say("R1", "W1.1", Recording(Result.NOT_DONE, "the part is on order")),
    "an override of W1": lambda office: onsite.record(
        office.lee, "R1", "W1.1", Recording(Result.OVERRIDDEN, "not wanted any more")
    ),
    "an item": lambda office: onsite.use(office.lee, "R1", "cable", amount="5"),
}


@pytest.mark.parametrize("worked", WORKED)
def test_after_work_nothing_ends_it_but_its_gates_or_a_lead(office: Office, worked: str) -> None:
    office.on_site()
    WORKED[worked](office)
    for end in (
        lambda: leaving.abort(office.ana, "R1", "called away"),
        lambda: leaving.abort(office.dana, "R1", "called away", not_again="not wanted"),
        lambda: leaving.no_access(office.ana, "R1", called="nobody"),
    ):
        with pytest.raises(Refusal, match="Work was done on R1"):
            end()
    for state in ("aborted", "no_access"):
        with pytest.raises(StoreFault, match="work was done"):
            past_the_desk(
                office,
                f"UPDATE visit SET state = '{state}', not_again = 'because', version = version + 1 WHERE reference = 'R1'",
            )
    assert find(office.store, "R1").state is State.ON_SITE


def test_an_aborted_request_is_in_the_queue_again(office: Office) -> None:
    office.on_site()
    before = find(office.store, "R1")
    leaving.abort(office.ana, "R1", "the part on the van is the wrong one")
    (back,) = visit_page(office.store, "R1").follow_ups
    assert back.state is State.REQUESTED
    for field in ("work", "minutes", "priority", "requested_at", "wanted_on", "skills", "tags", "job_id", "emergency"):
        assert getattr(back, field) == getattr(before, field), field


def test_opened_again_it_takes_its_request_out_of_the_queue(office: Office) -> None:
    office.on_site()
    leaving.abort(office.ana, "R1", "wrong part")
    (back,) = visit_page(office.store, "R1").follow_ups
    with pytest.raises(StoreFault, match="gone on as another one"):
        past_the_desk(office, "UPDATE visit SET state = 'on_site', version = version + 1 WHERE reference = 'R1'")
    _, withdrawn = leaving.reopen(office.lee, "R1", "the part was in the other van")
    assert [one.reference for one in withdrawn] == [back.reference]
    assert visit_page(office.store, "R1").follow_ups == ()
    with pytest.raises(Refusal, match=f"{back.reference} was withdrawn"):
        schedule.assign(office.dana, back.reference, ["Ben Okafor"], at("14:00"))
    # ended by us once more, it is in the queue once more: one request, not two
    leaving.abort(office.ana, "R1", "not that one either")
    (again_,) = visit_page(office.store, "R1").follow_ups
    assert (again_.state, again_.reference == back.reference) == (State.REQUESTED, False)


BEGUN = {
    "is on hold; resume that first": lambda office, ref: schedule.hold(office.dana, ref, "parts"),
    "is planned for Ben Okafor; take it off the plan first": lambda office, ref: schedule.assign(
        office.dana, ref, ["Ben Okafor"], at("14:00"), reason="he knows it", confirmed=True
    ),
    "is on site for Ben Okafor; go on with that one": lambda office, ref: (
        schedule.assign(office.dana, ref, ["Ben Okafor"], at("14:00"), reason="he knows it", confirmed=True),
        arriving.arrive(office.ben, ref, early_not_agreed=True),
    ),
}


@pytest.mark.parametrize("said", BEGUN)
def test_it_stays_aborted_where_somebody_has_begun_on_its_request(office: Office, said: str) -> None:
    office.on_site()
    leaving.abort(office.ana, "R1", "wrong part")
    (back,) = visit_page(office.store, "R1").follow_ups
    BEGUN[said](office, back.reference)
    with pytest.raises(Refusal, match=f"R1 stays aborted: its request went on as {back.reference}, which {said}"):
        leaving.reopen(office.lee, "R1", "once more")
    assert find(office.store, "R1").state is State.ABORTED
    assert find(office.store, back.reference).archived_at is None


def test_a_request_that_was_aborted_twice_is_one_request(office: Office) -> None:
    office.on_site()
    leaving.abort(office.ana, "R1", "wrong part")
    (second,) = visit_page(office.store, "R1").follow_ups
    schedule.assign(office.dana, second.reference, ["Ben Okafor"], at("14:00"), reason="he knows it", confirmed=True)
    leaving.abort(office.dana, second.reference, "he is ill")
    (third,) = visit_page(office.store, second.reference).follow_ups
    _, withdrawn = leaving.reopen(office.lee, "R1", "once more")
    assert [one.reference for one in withdrawn] == [third.reference]
    with pytest.raises(Refusal, match="R1, which is on site"):
        leaving.reopen(office.lee, second.reference, "once more")


def test_a_cancelled_request_is_not_taken_back_beside_the_visit_that_was_opened_again(office: Office) -> None:
    office.on_site()
    leaving.abort(office.ana, "R1", "wrong part")
    (back,) = visit_page(office.store, "R1").follow_ups
    schedule.cancel(office.dana, back.reference, "asked for twice")
    assert leaving.reopen(office.lee, "R1", "once more")[1] == []
    with pytest.raises(Refusal, match=f"the request of {back.reference} went on as R1, which is on site for Ana Ruiz"):
        undo.undo(office.dana)
    with pytest.raises(StoreFault, match="gone on as another one"):
        past_the_desk(
            office, f"UPDATE visit SET state = 'requested', version = version + 1 WHERE reference = '{back.reference}'"
        )
    assert find(office.store, back.reference).state is State.CANCELLED


def test_what_a_client_named_is_not_the_request_of_an_aborted_visit(office: Office) -> None:
    office.on_site()
    printer = named(office)
    with pytest.raises(StoreFault, match="goes back into the queue"):
        past_the_desk(office, "UPDATE visit SET state = 'aborted', version = version + 1 WHERE reference = 'R1'")
    leaving.abort(office.ana, "R1", "wrong part")
    leaving.reopen(office.lee, "R1", "once more")
    assert [one.reference for one in visit_page(office.store, "R1").follow_ups] == [printer]


def test_a_request_is_dropped_by_dispatcher_or_lead_and_for_a_reason(office: Office) -> None:
    office.on_site()
    with pytest.raises(NotAllowed, match="goes back into the queue"):
        leaving.abort(office.ana, "R1", "wrong part", not_again="not wanted any more")
    with pytest.raises(Faulty, match="not again"):
        leaving.abort(office.dana, "R1", "wrong part", not_again="x")
    with pytest.raises(StoreFault, match="goes back into the queue"):
        past_the_desk(office, "UPDATE visit SET state = 'aborted', version = version + 1 WHERE reference = 'R1'")
    leaving.abort(office.dana, "R1", "wrong part", not_again="the client bought another one")
    assert visit_page(office.store, "R1").follow_ups == ()


def named(office: Office) -> str:
    """The client also named a printer, wanted later; returns the visit that comes for it."""
    office.say("R1", "L1", Recording(Result.ANSWERED, "the printer in March"))
    office.clock.advance(60)
    onsite.record(office.ana, "R1", "L1.1", Recording(Result.FOLLOW_UP), follow_up_on=datetime.date(2027, 3, 1))
    return visit_page(office.store, "R1").follow_ups[-1].reference


def waived(office: Office) -> str:
    office.say("R1", "T3", Recording(Result.FAIL, "no answer from remote access"))
    onsite.record(office.lee, "R1", "T3", Recording(Result.OVERRIDDEN, "the provider is down"))
    return visit_page(office.store, "R1").follow_ups[-1].reference


def test_what_a_client_named_is_no_follow_up_of_what_was_left(office: Office) -> None:
    office.on_site()
    printer = named(office)
    _, follow_up = leaving.leave(office.lee, "R1", "called away", follow_up_on=LATER)
    assert follow_up is not None
    assert follow_up.reference != printer
    assert (follow_up.wanted_on, follow_up.preferred, follow_up.state) == (LATER, "Ana Ruiz", State.REQUESTED)
    assert "Left open:" in follow_up.description
    assert "The problem no longer occurs" in follow_up.description


def test_the_day_that_is_given_is_that_of_the_follow_up_there_is(office: Office) -> None:
    office.on_site()
    reference = waived(office)
    _, follow_up = leaving.leave(office.lee, "R1", "called away", follow_up_on=LATER, minutes=45, our_fault=True)
    assert follow_up is not None
    assert (follow_up.reference, follow_up.wanted_on, follow_up.minutes) == (reference, LATER, 45)
    assert follow_up.cause == "own_failure"


def test_the_latest_day_of_a_follow_up_goes_along(office: Office) -> None:
    office.on_site()
    intake.amend(office.dana, waived(office), {"latest": "2026-11-27"})
    _, follow_up = leaving.leave(office.lee, "R1", "called away", follow_up_on=LATER)
    assert follow_up is not None
    assert (follow_up.wanted_on, follow_up.latest_on) == (LATER, LATER)


def test_a_follow_up_needs_what_its_visit_needed(office: Office) -> None:
    ana = people.technician_by_name(office.store, "Ana Ruiz")
    editing.edit(office.lee, "technician", ana, {"carries": "ladder"})
    intake.amend(office.dana, "R1", {"equipment": "ladder", "people": "2", "crew_skills": "desktop"})
    schedule.assign(office.dana, "R1", ["Ana Ruiz", "Ben Okafor"], at("09:00"), reason="both", confirmed=True)
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    _, follow_up = leaving.leave(office.lee, "R1", "called away", follow_up_on=LATER)
    assert follow_up is not None
    assert (follow_up.equipment, follow_up.people, follow_up.crew_skills) == (("ladder",), 2, ("desktop",))


def test_what_comes_after_an_aborted_visit_comes_after_its_request(office: Office) -> None:
    intake.amend(office.dana, "R3", {"after": "R1", "after_minutes": "30"})
    office.on_site()
    leaving.abort(office.ana, "R1", "wrong part")
    (back,) = visit_page(office.store, "R1").follow_ups
    assert find(office.store, "R3").after == back.reference
    leaving.reopen(office.lee, "R1", "the part was in the other van")
    assert find(office.store, "R3").after == "R1"


def test_a_cancelled_follow_up_is_none(office: Office) -> None:
    office.on_site()
    reference = waived(office)
    schedule.cancel(office.dana, reference, "no longer wanted")
    with pytest.raises(StoreFault, match="only with an open follow-up"):
        past_the_desk(office, "UPDATE visit SET state = 'left_open', version = version + 1 WHERE reference = 'R1'")
    _, follow_up = leaving.leave(office.lee, "R1", "called away")
    assert follow_up is not None
    assert follow_up.reference != reference
    assert follow_up.state is State.REQUESTED


def test_a_follow_up_in_the_plan_is_moved_first(office: Office) -> None:
    office.on_site()
    reference = waived(office)
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at("14:00"), confirmed=True)
    with pytest.raises(Refusal, match=f"{reference}, which comes back for it, is planned on .* move it to"):
        leaving.leave(office.lee, "R1", "called away", follow_up_on=LATER)
    _, follow_up = leaving.leave(office.lee, "R1", "called away")
    assert follow_up == again(office.store, follow_up or 0)


def test_a_client_wants_none_in_their_own_words(office: Office) -> None:
    office.on_site()
    onsite.work(office.ana, "R1", "one cable replaced")
    with pytest.raises(Faulty) as refused:
        leaving.leave(office.lee, "R1", "sent home", follow_up_on=LATER, none_wanted=leaving.NoneWanted("", "no"))
    assert len(refused.value.faults) == 3
    with pytest.raises(Faulty, match="own words"):
        leaving.leave(office.lee, "R1", "sent home", none_wanted=leaving.NoneWanted("J. Lowe", "xxx"))
    left, follow_up = leaving.leave(
        office.lee, "R1", "sent home", none_wanted=leaving.NoneWanted("J. Lowe", "we look for somebody else")
    )
    assert (left.state, follow_up) == (State.LEFT_OPEN, None)
    assert visit_page(office.store, "R1").none_wanted == ("J. Lowe", "we look for somebody else")
    assert office.store.value("SELECT total_minor > 0 FROM charge_sheet") == 1
    assert [one.rule for one in care_list(office.store) if "wants nobody back for R1" in one.why] == ["E7", "E7"]


def test_words_for_a_failed_run_are_kept_and_close_nothing(office: Office) -> None:
    """Screen, command and SQL ask the same."""
    register(office, name="network", kind="tcp", address="192.0.2.1:443")
    office.on_site()
    office.finish(but=frozenset({"T3", "L5"}))
    failed = Recording(Result.FAIL, "refused", run=Run(Grade.EXECUTED, Vantage.HOST, find(office.store, "R1").sequence))
    office.say("R1", "T3", failed)
    office.say("R1", "T3", Recording(Result.PASS, "it works, says the technician"))
    evidence.attach(office.ana, "R1", "T3", "t3.jpg", io.BytesIO(b"a photograph"))
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(office.ana, "R1")
    (reason,) = refused.value.reasons
    assert reason.startswith("Connected: ")
    assert "words do not replace it" in reason
    for sql in (
        "UPDATE visit SET state = 'closed', version = version + 1 WHERE reference = 'R1'",
        "INSERT OR REPLACE INTO attempt SELECT id, visit_id, item_id, sequence, at, staff_id, session, 'pass', text, value, grade, "
        "vantage, signed_by, satisfied, follow_up_id, self_approved, begun_after FROM attempt WHERE result = 'fail'",
        "INSERT INTO permission (item_id, lowered, asked_by, asked_at, answered_by, answered_at, given, as_of, reason) "
        "SELECT id, 1, 3, 0, 3, 0, 1, 99, 'by myself' FROM item WHERE ref = 'T3' AND visit_id = 1",
    ):
        with pytest.raises(StoreFault):
            past_the_desk(office, sql)


@pytest.mark.parametrize("called", ["nobody", "No one.", "n/a", "-", "xx"])
def test_who_was_called_is_somebody(office: Office, called: str) -> None:
    """design/close-out.md C4, 12"""
    office.on_site()
    with pytest.raises(Faulty, match="called: "):
        leaving.no_access(office.ana, "R1", called=called)
    assert leaving.no_access(office.ana, "R1", called="reception").state is State.NO_ACCESS
