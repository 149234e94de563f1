"""One meaning of exception: the log, the review, the batch approval and the report of a day say the same (design/product.md)."""

from __future__ import annotations

import datetime

import pytest

from dispatch.closeout.recording import Recording
from dispatch.desk.closeout import leaving
from dispatch.desk.figures.counting import figures_over
from dispatch.desk.log.visit_log import LogFilter, visit_log, waiting
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.reports.day import day_report
from dispatch.desk.requests import responding
from dispatch.desk.requests.intake import amend
from dispatch.desk.review import reviewing
from dispatch.model.boards import LogLine
from dispatch.model.checklists import Item, ItemKind, Result
from dispatch.model.reviews import ReviewMark
from dispatch.model.states import State
from tests.desk.conftest import DAY, Office, at, closed, good
from tests.desk.test_levels import agree


def line_of(office: Office, reference: str = "R1", **wanted: object) -> LogLine:
    log = visit_log(office.store, LogFilter(DAY, **wanted))  # type: ignore[arg-type]
    return next(line for line in log.lines if line.visit.reference == reference)


def batch(office: Office) -> tuple[str, ...]:
    """What is approved in one go of all that waits."""
    log, _, _ = waiting(office.store)
    references = [line.visit.reference for line in log.lines]
    shown = {one: reviewing.judge(office.store, one).shown for one in references}
    return reviewing.approve_clean(office.lee, shown).approved


def items_of(office: Office) -> tuple[Item, ...]:
    return visit_page(office.store, "R1").checklist.items


def in_report(office: Office) -> list[tuple[object, ...]]:
    report = day_report(office.lee, DAY)
    (section,) = [one for one in report.sections if one.title == "Exceptions"]
    return [(row[0], row[3], row[4]) for row in section.tables[0].rows]


@pytest.fixture
def missed(office: Office) -> Office:
    """R1 was answered an hour late, and is closed."""
    agree(office, targets={"P2": {"phone": 60, "remote": 60}}, calendar="always")
    closed(office)
    return office


def test_a_missed_target_is_said_wherever_exceptions_are(missed: Office) -> None:
    said = "target missed: phone by 1h, no cause given; remote by 1h, no cause given"
    assert [(one.mark, one.text) for one in line_of(missed).exceptions] == [(ReviewMark.TARGET, said)]
    assert [one.text for one in reviewing.judge(missed.store, "R1").exceptions] == [said]
    assert in_report(missed) == [("R1", "target", said)]
    assert visit_log(missed.store, LogFilter(DAY)).reasons == ((ReviewMark.TARGET, 1),)
    assert batch(missed) == (), "never approved unseen"


def test_with_a_cause_for_each_it_is_none_and_still_told(missed: Office) -> None:
    responding.explain(missed.dana, "R1", "phone", "the line was down")
    assert line_of(missed).exceptions, "the other has none yet"
    responding.explain(missed.dana, "R1", "remote", "no way in")
    line = line_of(missed)
    assert (line.exceptions, line.clean) == ((), True)
    assert [(one.mark, one.text) for one in line.notes] == [
        (ReviewMark.EXPLAINED, "target missed: phone by 1h, the line was down; remote by 1h, no way in")
    ]
    assert in_report(missed) == []
    assert "to know: target missed: phone by 1h" in " ".join(reviewing.judge(missed.store, "R1").consequences)
    assert batch(missed) == ("R1",)


def test_an_aim_is_never_missed(office: Office) -> None:
    """Without an agreement nothing is promised."""
    closed(office)
    office.go("09:00", 30)
    assert line_of(office).remarks == ()


def test_a_test_that_passed_on_a_retest_is_none_and_holds_nothing_back(office: Office) -> None:
    office.on_site()
    office.say("R1", "T2", Recording(Result.FAIL, "the same message"))
    assert ReviewMark.FAILED in line_of(office).marks, "it fails now"
    office.finish()
    leaving.close(office.ana, "R1")
    line = line_of(office)
    assert line.visit.state is State.CLOSED
    assert (line.visit.tests_passed, line.tally.retests) == (line.visit.tests_required, 1)
    assert (line.exceptions, line.clean) == ((), True)
    assert [(one.mark, one.item, one.text) for one in line.notes] == [
        (
            ReviewMark.RETESTED,
            "T2",
            "“Restarted, and came back by itself” had failed, and passed on a retest: the same message",
        )
    ]
    assert in_report(office) == []
    assert visit_log(office.store, LogFilter(DAY, exceptions=True)).lines == ()
    assert line_of(office, marks=frozenset({ReviewMark.RETESTED})).visit.reference == "R1"
    assert batch(office) == ("R1",)


def test_a_closed_visit_is_never_called_failed(office: Office) -> None:
    """Also where a test failed that does not apply after all: it is told, and in other words."""
    office.on_site()
    office.finish(but=frozenset({"L5"}))
    optional = next(item for item in items_of(office) if item.kind is ItemKind.TEST and item.na_allowed)
    office.say("R1", optional.ref, Recording(Result.FAIL, "no such thing here"))
    office.say("R1", optional.ref, Recording(Result.NA, "they have no printer"))
    office.say("R1", "L5", good(next(item for item in items_of(office) if item.ref == "L5")))
    leaving.close(office.ana, "R1")
    line = line_of(office)
    assert line.visit.tests_passed == line.visit.tests_required
    assert [one.mark for one in line.exceptions] == [ReviewMark.NOT_DONE]


def test_a_promise_to_which_nobody_came_stands_in_the_log_of_its_day(office: Office) -> None:
    """R2 is promised for 9 to 11 and has no place; R3 was confirmed for this day and is moved to the next."""
    office.go("11:30")
    log = visit_log(office.store, LogFilter(DAY))
    (line,) = log.lines
    assert (line.visit.reference, line.elsewhere, line.technicians) == ("R2", True, ())
    assert [(one.mark, one.text) for one in line.exceptions] == [
        (ReviewMark.MISSED, "Tue 24 Nov 2026: promised 09:00–11:00 · nobody came")
    ]
    assert (log.totals.visits, log.totals.exceptions, log.totals.promised, log.totals.kept) == (0, 1, 1, 0)
    on_time = figures_over(office.store, DAY, DAY).totals["on_time"]
    assert (on_time.top, on_time.below) == (log.totals.kept, log.totals.promised)
    tomorrow = DAY + datetime.timedelta(1)
    assert visit_log(office.store, LogFilter(tomorrow)).lines == ()
    assert [one.visit.reference for one in visit_log(office.store, LogFilter()).lines] == ["R2"], "and of all days"

    amend(office.dana, "R2", {"date": "2026-11-25", "promised": "14:00-16:00"})
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("14:00", 1))
    office.go("18:00", 1)
    assert visit_log(office.store, LogFilter(DAY)).totals.promised == 1
    (line,) = visit_log(office.store, LogFilter(tomorrow)).lines
    assert not line.elsewhere
    both = visit_log(office.store, LogFilter(DAY, tomorrow))
    assert [one.elsewhere for one in both.lines] == [False], "it is of one of the days, and stands once"


def test_reasons_are_counted_whatever_is_filtered(missed: Office) -> None:
    missed.go("12:00")
    schedule.cancel(missed.dana, "R3", "they moved out")
    counted = {ReviewMark.CANCELLED: 1, ReviewMark.MISSED: 1, ReviewMark.TARGET: 2}
    log = visit_log(missed.store, LogFilter(DAY, exceptions=True))
    assert dict(log.reasons) == counted
    assert [line.visit.reference for line in log.lines] == ["R3", "R2", "R1"], "the gravest first"
    only = visit_log(missed.store, LogFilter(DAY, marks=frozenset({ReviewMark.CANCELLED})))
    assert (dict(only.reasons), [line.visit.reference for line in only.lines]) == (counted, ["R3"])
