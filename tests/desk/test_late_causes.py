"""Why somebody came late, as a lead tells it once: kept, counted as told, no exception any more, taken back by undo."""

from __future__ import annotations

import pytest

from dispatch.desk.figures.counting import FigureGroup, visits_behind
from dispatch.desk.figures.lateness import counted_text
from dispatch.desk.figures.meanings import BY_KEY, Money
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.plan import schedule, undo
from dispatch.desk.reports.day import day_report
from dispatch.desk.review.late_causes import tell
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.texts.figure_words import behind_lines
from dispatch.model.instants import Times
from tests.desk.conftest import DAY, Office, at
from tests.figures.rows import connect


@pytest.fixture
def late(office: Office) -> Office:
    """R2 is promised for 9 to 11; Ana came at half past eleven, and nobody noted when she set out."""
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"), confirmed=True)
    conn = connect(office.store.path)
    conn.execute("UPDATE assignment SET check_in_at = ?", (at("11:30"),))
    conn.close()
    return office


def exceptional(office: Office) -> bool:
    return bool(visit_log(office.store, LogFilter(first=DAY, exceptions=True)).lines)


def gravest(office: Office) -> str:
    found = visits_behind(office.store, BY_KEY["late"], FigureGroup("", DAY, DAY), "day")
    return counted_text((visit.gravest, visit.told) for visit in found)


def test_what_is_told_is_counted_as_told_and_is_no_exception(late: Office) -> None:
    assert gravest(late) == "the record does not say 1"
    assert exceptional(late)
    tell(late.lee, "R2", "drive", "a lorry lay across the bridge")
    assert gravest(late) == "the drive 1 (1 as told)"
    assert not exceptional(late)
    (line,) = [one for one in visit_log(late.store, LogFilter(first=DAY)).lines if one.visit.reference == "R2"]
    assert [one.text.partition("late: ")[2] for one in line.remarks] == [
        "the drive: a lorry lay across the bridge, as Lee Moreau tells"
    ]
    found = visits_behind(late.store, BY_KEY["late"], FigureGroup("", DAY, DAY), "day")
    said = behind_lines(BY_KEY["late"], found, Money("USD", 2), Times("America/New_York"))
    assert "as Lee Moreau tells; by the record the record does not say" in said[0]
    assert "(1 as told)" in str(day_report(late.lee, DAY).sections)
    undo.undo(late.lee)
    assert gravest(late) == "the record does not say 1"
    assert exceptional(late)


@pytest.mark.parametrize(
    ("cause", "words", "fault"),
    [
        ("weather", "", "is not one of"),
        ("other", "", "words: is missing"),
        ("other", "..", "words: at least"),
        ("drive", "x" * 600, "words"),
    ],
)
def test_what_cannot_be_told(late: Office, cause: str, words: str, fault: str) -> None:
    with pytest.raises(Faulty, match=fault):
        tell(late.lee, "R2", cause, words)
    assert gravest(late) == "the record does not say 1"


def test_it_is_told_once_by_a_lead_of_a_promise_that_was_broken(late: Office) -> None:
    with pytest.raises(NotAllowed):
        tell(late.dana, "R2", "drive")
    with pytest.raises(Refusal, match="broke no promise"):
        tell(late.lee, "R1", "drive")
    tell(late.lee, "R2", "set-out")
    with pytest.raises(Refusal, match="has its cause: set out late, as Lee Moreau tells"):
        tell(late.lee, "R2", "plan")


def test_of_a_promise_to_which_nobody_came_too(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"), confirmed=True)
    office.go("16:00")
    assert exceptional(office)
    tell(office.lee, "R2", "client", "they were not ready")
    assert not exceptional(office)
