"""The lead's review: approve, send back, answer, put right, many at once; what is ready to invoice goes out once."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from db import clients, reviews, sheets
from db.faults import Refused, StoreFault
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import adjusting, invoicing
from dispatch.desk.charges.charging import charge_of
from dispatch.desk.closeout import arriving, clocking, leaving, onsite
from dispatch.desk.log.visit_log import SORTS, LogFilter, visit_log, waiting
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.plan.undo import undo
from dispatch.desk.requests.intake import amend
from dispatch.desk.review import reviewing
from dispatch.desk.review.reviewing import visit_history
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.desk.texts.board_words import charge_text
from dispatch.desk.texts.record_words import history_lines
from dispatch.desk.visits.steps import find
from dispatch.model.checklists import Result
from dispatch.model.reviews import ReviewMark
from dispatch.model.states import Review, State
from screens.prices.sheet_view import price_words
from tests.desk.conftest import DAY, Office, accept, approve, at, closed, invoice


def left_open(office: Office) -> None:
    """A visit whose test the lead waived, left open."""
    office.on_site()
    office.finish(but=frozenset({"T2", "L5"}))
    onsite.record(office.lee, "R1", "T2", Recording(Result.OVERRIDDEN, "the provider is down"))
    office.clock.advance(60)
    leaving.leave(office.lee, "R1", "provider down until tomorrow")


def review(office: Office, reference: str = "R1") -> Review:
    return find(office.store, reference).review


def marks(office: Office, reference: str = "R1") -> list[ReviewMark]:
    return [one.mark for one in reviewing.judge(office.store, reference).remarks]


class TestApproving:
    def test_a_clean_visit_is_approved_with_its_charge(self, office: Office) -> None:
        closed(office)
        judged = reviewing.judge(office.store, "R1")
        assert judged.clean
        assert "is ready to invoice" in " ".join(judged.consequences)
        approve(office.lee, "R1")
        assert review(office) is Review.APPROVED
        approval = reviews.approval_of(office.store, find(office.store, "R1").id)
        assert approval is not None
        assert (approval.by, approval.revision) == ("Lee Moreau", 1)

    def test_every_reason_against_it_is_said_at_once(self, office: Office) -> None:
        office.on_site()
        office.finish()
        office.store.conn.execute("UPDATE assignment SET labour_class = 'not on the card'")
        leaving.close(office.ana, "R1")
        assert marks(office) == [ReviewMark.BLOCKED]
        reviewing.send_back(office.lee, "R1", "where was it?")
        with pytest.raises(Faulty) as refused:
            approve(office.lee, "R1")
        assert len(refused.value.faults) >= 2
        assert any("sent back" in fault for fault in refused.value.faults)
        assert any("charge is blocked" in fault for fault in refused.value.faults)
        assert review(office) is Review.SENT_BACK

    def test_what_was_left_open_needs_a_reason(self, office: Office) -> None:
        left_open(office)
        assert marks(office) == [ReviewMark.WAIVED, ReviewMark.LEFT_OPEN]
        with pytest.raises(Faulty, match="needs a reason"):
            approve(office.lee, "R1")
        approve(office.lee, "R1", "the provider confirmed it")
        assert review(office) is Review.APPROVED

    def test_what_has_not_ended_or_is_approved_is_not(self, office: Office) -> None:
        with pytest.raises(Faulty, match="has not ended"):
            approve(office.lee, "R1")
        closed(office)
        approve(office.lee, "R1")
        with pytest.raises(Faulty, match="approved already"):
            approve(office.lee, "R1")

    def test_a_flagged_charge_is_accepted_first(self, office: Office) -> None:
        office.on_site()
        office.finish()
        office.clock.advance(20 * 3600)
        leaving.close(office.ana, "R1")
        with pytest.raises(Faulty, match="more than 16 hours lie between"):
            approve(office.lee, "R1")
        accept(office.lee, "R1", "a night at the datacentre")
        approve(office.lee, "R1")

    @pytest.mark.parametrize(("by", "told"), [("", [ReviewMark.FLAGGED]), ("OH-1", [])])
    def test_an_exemption_is_looked_at_until_somebody_says_by_what(
        self, office: Office, by: str, told: list[ReviewMark]
    ) -> None:
        client = visit_page(office.store, "R1").client
        with office.lee.write("edit a client") as unit:
            clients.update_client(unit, client, replace(client, tax_exempt=True, tax_ref=by))
        closed(office)
        assert marks(office) == told

    def test_a_visit_cancelled_before_anybody_was_assigned_has_nothing_to_charge(self, office: Office) -> None:
        schedule.cancel(office.dana, "R1", "bought elsewhere")
        assert (
            price_words(charge_of(office.store, find(office.store, "R1"), now=office.clock.now()))
            == "no charge: nobody was assigned, so nothing is charged"
        )
        assert charge_text(visit_log(office.store, LogFilter(DAY)).lines[0]) == "not charged"
        with pytest.raises(Refusal, match="There is no charge to correct: nobody was assigned"):
            adjusting.correct_charge(office.lee, "R1", "once more")
        assert any("nothing is charged" in line for line in reviewing.judge(office.store, "R1").consequences)
        visit = approve(office.lee, "R1")
        assert reviewing.approved_words(office.store, visit) == "R1 is approved: nothing is charged."
        assert invoicing.waiting(office.store).ready == {}

    def test_a_fail_that_was_overridden_is_not_said_to_have_passed(self, office: Office) -> None:
        office.on_site()
        office.say("R1", "T2", Recording(Result.FAIL, "stayed at the boot menu"))
        onsite.record(office.lee, "R1", "T2", Recording(Result.OVERRIDDEN, "the provider is down"))
        said = [one.text for one in visit_log(office.store, LogFilter(DAY)).lines[0].remarks]
        assert "“Restarted, and came back by itself” had failed: stayed at the boot menu" in said

    @pytest.mark.parametrize(("arrival", "kept"), [("08:50", 1), ("09:00", 1), ("11:10", 1), ("11:11", 0)])
    def test_an_arrival_is_within_the_promise_as_on_time_is_defined(
        self, office: Office, arrival: str, kept: int
    ) -> None:
        schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"), confirmed=True)
        office.go(arrival)
        arriving.arrive(office.ana, "R2", early_not_agreed=True)
        totals = visit_log(office.store, LogFilter(DAY)).totals
        assert (totals.promised, totals.kept) == (1, kept)

    def test_a_promise_to_which_nobody_came_stays_one_wherever_the_visit_is_moved(self, office: Office) -> None:
        """R2 is promised for 9 to 11; at 10 it is moved to the next day, and its promise with it."""
        schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"), confirmed=True)
        office.go("10:00")
        amend(office.dana, "R2", {"promised": "14:00-16:00"})
        office.go("10:20")
        totals = visit_log(office.store, LogFilter(DAY)).totals
        assert (totals.promised, totals.kept) == (0, 0), "its window is not over"
        office.go("11:11")
        log = visit_log(office.store, LogFilter(DAY))
        assert (log.totals.promised, log.totals.kept) == (1, 0)
        said = next(one for one in log.lines if one.visit.reference == "R2").remarks
        assert [(one.mark, one.text) for one in said] == [
            (ReviewMark.MISSED, "Tue 24 Nov 2026: promised 09:00–11:00 · nobody came · promised otherwise 10:00")
        ]

    def test_many_at_once_are_judged_again_and_the_others_named(self, office: Office) -> None:
        closed(office)
        office.go("13:00")
        schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:30"), confirmed=True)
        office.go("13:30")
        arriving.arrive(office.ana, "R2")
        office.finish("R2")
        leaving.close(office.ana, "R2")
        assert marks(office, "R2") == [ReviewMark.LATE], "promised until 11:00"
        _, exceptions, clean = waiting(office.store)
        assert [line.visit.reference for line in exceptions] == ["R2"]
        assert [line.visit.reference for line in clean] == ["R1"]
        done = reviewing.approve_clean(
            office.lee, {one: reviewing.judge(office.store, one).shown for one in ("R1", "R2", "R3")}
        )
        assert done.approved == ("R1",)
        assert [reference for reference, _ in done.left_out] == ["R2", "R3"]
        assert "promised 09:00–11:00 · came 13:30 · 2h30 late" in done.left_out[0][1]
        assert review(office, "R2") is Review.TO_REVIEW

    def test_undo_does_not_bring_it_back(self, office: Office) -> None:
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
        schedule.cancel(office.dana, "R1", "ill")
        approve(office.lee, "R1")
        with pytest.raises(Refusal, match="Lee Moreau changed R1"):
            undo(office.dana)
        with pytest.raises(Refusal, match="nothing to undo"):
            undo(office.lee)


class TestSendingBack:
    def test_the_comment_stands_in_the_day_until_it_is_answered(self, office: Office) -> None:
        closed(office)
        reviewing.send_back(office.lee, "R1", "which server\nwas it?")
        (waits,) = reviews.waiting_for(office.store, office.ana.staff.id)
        assert (waits.by, waits.text, waits.seen_at) == ("Lee Moreau", "which server\nwas it?", None)
        assert not reviews.waiting_for(office.store, office.ben.staff.id)
        reviewing.see_comment(office.ana, "R1")
        (seen,) = reviews.waiting_for(office.store, office.ana.staff.id)
        assert seen.seen_at == office.clock.now(), "seen is not answered"
        with pytest.raises(Faulty, match="at least 3 characters"):
            reviewing.answer(office.ana, "R1")
        reviewing.answer(office.ana, "R1", "the file server")
        assert review(office) is Review.TO_REVIEW
        assert not reviews.waiting_for(office.store, office.ana.staff.id)
        assert marks(office) == [ReviewMark.SENT_BACK], "no longer approved unseen"
        text = "\n".join(line.text for line in history_lines(visit_history(office.store, "R1")))
        assert "sent back by Lee Moreau" in text
        assert "answered by Ana Ruiz" in text
        assert "the file server" in text

    def test_a_correction_is_an_answer(self, office: Office) -> None:
        closed(office)
        reviewing.send_back(office.lee, "R1", "you left later")
        office.clock.advance(1200)
        clocking.correct(office.ana, "R1", "leaving", office.clock.now() - 300, "forgot the car park")
        reviewing.answer(office.ana, "R1")
        assert review(office) is Review.TO_REVIEW
        assert ReviewMark.CORRECTED in marks(office)

    def test_only_ones_own_and_only_what_waits(self, office: Office) -> None:
        closed(office)
        with pytest.raises(Refusal, match="no comment to answer"):
            reviewing.answer(office.ana, "R1", "hello")
        reviewing.send_back(office.lee, "R1", "which server?")
        with pytest.raises(NotAllowed):
            reviewing.answer(office.ben, "R1", "not mine")
        with pytest.raises(Refusal, match="only what waits for review"):
            reviewing.send_back(office.lee, "R1", "again")
        reviewing.see_comment(office.ben, "R1")
        assert reviews.comments_of(office.store, find(office.store, "R1").id)[0].seen_at is None

    def test_a_comment_has_words(self, office: Office) -> None:
        closed(office)
        with pytest.raises(Faulty, match="at least 3"):
            reviewing.send_back(office.lee, "R1", " a ")
        with pytest.raises(Faulty, match=r"U\+001B"):
            reviewing.send_back(office.lee, "R1", "red \x1b[31m")
        assert review(office) is Review.TO_REVIEW

    def test_a_comment_is_answered_also_where_the_visit_was_opened_again(self, office: Office) -> None:
        closed(office)
        reviewing.send_back(office.lee, "R1", "which server?")
        leaving.reopen(office.lee, "R1", "not done at all")
        assert review(office) is Review.NONE
        leaving.close(office.ana, "R1")
        assert review(office) is Review.TO_REVIEW
        assert reviews.waiting_for(office.store, office.ana.staff.id)
        with pytest.raises(Faulty, match="has not answered yet"):
            approve(office.lee, "R1", "it is fine")
        with pytest.raises(StoreFault, match="not answered"), office.lee.write("past the desk") as unit:
            unit.execute("UPDATE visit SET review = 'approved', version = version + 1 WHERE reference = 'R1'")

        reviewing.answer(office.ana, "R1", "the mail server")
        assert review(office) is Review.TO_REVIEW
        assert not reviews.waiting_for(office.store, office.ana.staff.id)
        assert "has not answered yet" not in " ".join(reviewing.judge(office.store, "R1").refusals)


class TestPuttingRight:
    def test_words_are_put_right_beside_the_original(self, office: Office) -> None:
        closed(office)
        reviewing.correct_words(office.lee, "R1", "T2", "mail server restarted, all services green", "wrong server")
        reviewing.correct_words(office.lee, "R1", "t2", "file server restarted, all services green", "wrong again")
        page = visit_page(office.store, "R1")
        assert [(one.item, one.before, one.reason) for one in page.words] == [
            ("T2", "T2 seen working at the desk", "wrong server"),
            ("T2", "mail server restarted, all services green", "wrong again"),
        ]
        item = page.checklist.item("T2")
        assert item is not None
        assert item.latest is not None
        assert item.latest.text == "T2 seen working at the desk", "the original stays"
        text = "\n".join(line.text for line in history_lines(visit_history(office.store, "R1")))
        assert "seen working at the desk" in text
        assert "put right by Lee Moreau: file server restarted" in text
        assert marks(office) == [ReviewMark.CORRECTED, ReviewMark.CORRECTED]

    def test_a_technician_only_while_it_is_sent_back(self, office: Office) -> None:
        closed(office)
        with pytest.raises(Refusal, match="was not sent back"):
            reviewing.correct_words(office.ana, "R1", "W2", "driver replaced twice", "forgot one")
        reviewing.send_back(office.lee, "R1", "only once?")
        with pytest.raises(NotAllowed):
            reviewing.correct_words(office.ben, "R1", "W2", "driver replaced twice", "forgot one")
        reviewing.correct_words(office.ana, "R1", "W2", "driver replaced twice", "forgot one")
        reviewing.answer(office.ana, "R1")
        assert review(office) is Review.TO_REVIEW

    def test_what_the_client_signed_and_thin_evidence_are_refused(self, office: Office) -> None:
        closed(office)
        with pytest.raises(Refusal, match="client signed"):
            reviewing.correct_words(office.lee, "R1", "L5", "very happy", "they said so")
        with pytest.raises(Faulty) as refused:
            reviewing.correct_words(office.lee, "R1", "T2", "ok", "x")
        assert len(refused.value.faults) == 2
        with pytest.raises(NotFound):
            reviewing.correct_words(office.lee, "R1", "T9", "no such item at all", "wrong")
        with pytest.raises(NotFound):
            reviewing.correct_words(office.lee, "R1", "999", "no such entry at all", "wrong")

    def test_a_time_makes_another_revision_beside_the_first(self, office: Office) -> None:
        closed(office)
        office.go("15:00")
        clocking.correct(office.lee, "R1", "leaving", at("12:45"), "the badge says so")
        history = visit_history(office.store, "R1")
        assert [one.revision for one in history.revisions] == [1, 2]
        text = "\n".join(line.text for line in history_lines(history))
        assert "the original" in text
        assert "the badge says so" in text


class TestStory:
    def test_it_says_who_when_and_from_where(self, office: Office) -> None:
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
        office.go("08:40")
        arriving.depart(office.ana, "R1")
        office.go("09:00")
        arriving.arrive(office.ana, "R1")
        office.finish()
        leaving.close(office.ana, "R1")
        history = visit_history(office.store, "R1")
        assert history.page.visit.assignments[0].drive_minutes == 20
        text = "\n".join(line.text for line in history_lines(history))
        assert "driven 20 min, 08:40–09:00" in text
        assert "planned ~" in text
        assert "[this machine as ana]" in text
        assert "[the program]" in text


class TestLog:
    def test_the_one_whose_test_was_waived_and_why(self, office: Office) -> None:
        left_open(office)
        monday = DAY - datetime.timedelta(days=1)
        log = visit_log(
            office.store, LogFilter(monday, monday + datetime.timedelta(days=6), marks=frozenset({ReviewMark.WAIVED}))
        )
        (line,) = log.lines
        assert line.visit.reference == "R1"
        assert line.remarks[0].text == "“Restarted, and came back by itself” waived by Lee Moreau: the provider is down"
        assert line.remarks[0].item == "T2"

    def test_filters_and_totals(self, office: Office) -> None:
        closed(office)
        schedule.assign(office.dana, "R2", ["Ben Okafor"], at("14:00"), confirmed=True)

        def references(wanted: LogFilter) -> list[str]:
            return [line.visit.reference for line in visit_log(office.store, wanted).lines]

        assert references(LogFilter(DAY)) == ["R1", "R2"]
        assert references(LogFilter(DAY, technician="okafor")) == ["R2"]
        assert references(LogFilter(DAY, client="harbor", reviews=frozenset({Review.TO_REVIEW}))) == ["R1"]
        assert references(LogFilter(DAY, exceptions=True)) == []
        assert references(LogFilter(DAY + datetime.timedelta(days=1))) == []
        assert references(LogFilter(DAY, sort="technician", descending=True)) == ["R2", "R1"]
        log = visit_log(office.store, LogFilter(DAY), most=1)
        assert len(log.lines) == 1
        assert (log.totals.visits, log.totals.ended, log.totals.to_review) == (2, 1, 1)
        kept = sheets.latest_sheet(office.store, log.lines[0].visit.id)
        assert kept is not None
        assert log.totals.charged == (("USD", 2, kept.net),)

    def test_every_column_sorts_both_ways(self, office: Office) -> None:
        closed(office)
        schedule.assign(office.dana, "R2", ["Ben Okafor"], at("14:00"), confirmed=True)
        for name, key in SORTS.items():
            up, down = (
                [line.visit.id for line in visit_log(office.store, LogFilter(DAY, sort=name, descending=turned)).lines]
                for turned in (False, True)
            )
            assert sorted(up) == sorted(down), name
            lines = {line.visit.id: key(line) for line in visit_log(office.store, LogFilter(DAY)).lines}
            assert [lines[one] for one in up] == sorted(lines.values()), name

    def test_what_was_cancelled_in_the_queue_stands_in_the_day_that_it_ended(self, office: Office) -> None:
        schedule.cancel(office.dana, "R1", "bought elsewhere")
        (line,) = visit_log(office.store, LogFilter(DAY)).lines
        assert line.visit.state is State.CANCELLED


class TestStore:
    @pytest.mark.parametrize("to", ["exported", "sent_back"])
    def test_steps_that_states_has_not_are_refused(self, office: Office, to: str) -> None:
        closed(office)
        approve(office.lee, "R1")
        with pytest.raises(Refused), office.lee.write("try") as unit:
            unit.execute("UPDATE visit SET review = ?, version = version + 1 WHERE reference = 'R1'", (to,))

    def test_nothing_is_reviewed_before_it_ended(self, office: Office) -> None:
        with pytest.raises(Refused, match="after it has ended"), office.lee.write("try") as unit:
            unit.execute("UPDATE visit SET review = 'to_review', version = version + 1 WHERE reference = 'R1'")


class TestInvoices:
    def test_what_is_invoiced_stands(self, office: Office) -> None:
        closed(office)
        approve(office.lee, "R1")
        invoice(office.lee)
        for deed in (
            lambda: leaving.reopen(office.lee, "R1", "once more"),
            lambda: reviewing.correct_words(office.lee, "R1", "W2", "something else here", "wrong"),
            lambda: adjusting.give_goodwill(office.lee, "R1", "labour", "percent", "10", "late"),
            lambda: reviewing.send_back(office.lee, "R1", "after all"),
        ):
            with pytest.raises(Refusal):
                deed()
        assert review(office) is Review.EXPORTED

    def test_a_charge_that_is_open_again_stays_behind(self, office: Office) -> None:
        closed(office)
        approve(office.lee, "R1")
        office.go("23:00")
        office.clock.advance(10 * 3600)
        clocking.correct(office.lee, "R1", "leaving", office.clock.now(), "stayed the night")
        assert review(office) is Review.TO_REVIEW
        assert invoicing.waiting(office.store).ready == {}
        accept(office.lee, "R1", "true")
        approve(office.lee, "R1")
        assert invoicing.waiting(office.store).ready == {"R1": 3}


def test_of_all_days_the_newest_are_read_first(office: Office) -> None:
    """Years of visits do not fit a screen: those that are shown are the last ones."""
    for reference, days in (("R1", 2), ("R2", 0)):
        schedule.assign(office.dana, reference, ["Ana Ruiz"], at("09:00", days), reason="test", confirmed=True)
    lines = [
        line.visit.reference for line in visit_log(office.store, LogFilter()).lines if line.visit.start is not None
    ]
    assert lines == ["R1", "R2"]
    of_days = LogFilter(DAY, DAY + datetime.timedelta(2))
    planned = [line.visit.reference for line in visit_log(office.store, of_days).lines if line.visit.start is not None]
    assert planned == ["R2", "R1"]
    first = visit_log(office.store, LogFilter(), most=1).lines[0].visit.reference
    assert first == visit_log(office.store, LogFilter()).lines[0].visit.reference
