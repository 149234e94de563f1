"""How satisfied clients are: by whom, over which days, and that an anonymous answer is nobody's."""

from __future__ import annotations

import datetime
import itertools

import pytest

from dispatch.desk.care import care_list
from dispatch.desk.care.scores import NO_VISIT, Score, scores_over
from dispatch.desk.plan import undo
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.texts.score_words import score_lines, score_text, scores_form, tenths
from tests.desk.conftest import DAY, Office, closed, harbor

IDS = itertools.count(1)
FIRST = datetime.date(2026, 11, 1)


def answered(office: Office, *scores: int, kind: str = "", month: str = "2026-10") -> None:
    """Anonymous answers, as the inbox notes them."""
    with office.lee.write("read mail") as unit:
        for score in scores:
            unit.insert("anonymous_answer", id=next(IDS), month=month, kind=kind, score=score)
        unit.audit("client", 1, survey="answered")


def test_a_visit_gives_its_words_to_client_crew_and_kind(office: Office) -> None:
    closed(office)
    client = harbor(office)
    care_list.note_survey(office.lee, client, 9, "quick", reference="R1")
    care_list.note_survey(office.lee, client, 4, "dear")
    care_list.note_survey(office.lee, client, None)
    found = scores_over(office.store, FIRST, DAY)
    both = Score(2, 13, 1, 1, 1)
    assert found.firm == both
    assert [tuple(row) for row in found.clients] == [("Harbor Dental", both)]
    assert [tuple(row) for row in found.technicians] == [("Ana Ruiz", Score(1, 9, 0, 1, 1))]
    assert {row.label: row.score for row in found.kinds} == {
        NO_VISIT: Score(1, 4, 1),
        "visit": Score(1, 9, 0, 1, 1),
    }
    undo.undo(office.lee)
    undo.undo(office.lee)
    assert scores_over(office.store, FIRST, DAY).firm == Score(1, 9, 0, 1, 1)
    assert scores_over(office.store, FIRST, DAY - datetime.timedelta(days=1)).firm == Score()


def test_a_mean_of_few_answers_says_so() -> None:
    assert score_text(Score(4, 30)) == "7.5 of 10 (4 answers, too few to say much)"
    assert (
        score_text(Score(5, 44, 1, 3, 2))
        == "8.8 of 10 (5 answers, 1 of them 6 or less); 2 of 3 signed off as satisfied"
    )
    assert score_text(Score()) == "nothing was said"
    assert [tenths(Score(n, total)) for n, total in ((1, 10), (3, 23), (20, 151), (1, 0))] == [
        "10.0",
        "7.7",
        "7.6",
        "0.0",
    ]


def test_anonymous_answers_count_for_the_firm_from_five_on_once_their_month_is_over(office: Office) -> None:
    span = (datetime.date(2026, 10, 1), DAY)
    answered(office, 9, 9, 9, 2)
    found = scores_over(office.store, *span)
    assert (found.firm, found.withheld) == (Score(), True)
    answered(office, 10, 10, month="2026-11")
    assert scores_over(office.store, *span).firm == Score(), "November is not over"
    answered(office, 8, kind="visit")
    found = scores_over(office.store, *span)
    assert (found.firm, found.nameless, found.withheld) == (Score(5, 37, 1), 5, False)
    assert (found.clients, found.technicians, found.kinds, found.kinds_withheld) == ((), (), (), True)
    assert scores_over(office.store, datetime.date(2026, 10, 2), DAY).firm == Score(), (
        "a part of a month is asked about"
    )
    answered(office, 8, kind="", month="2026-09")
    answered(office, 7, 7, 7, 7, kind="visit", month="2026-09")
    found = scores_over(office.store, datetime.date(2026, 9, 1), DAY)
    assert {row.label: row.score.answers for row in found.kinds} == {NO_VISIT: 5, "visit": 5}
    assert "10 anonymous answers in the firm's score; nobody's in any other." in list(score_lines(found))
    assert scores_form(found)["anonymous"] == 10


def test_a_range_that_ends_before_it_begins(office: Office) -> None:
    with pytest.raises(Faulty, match="before it begins"):
        scores_over(office.store, DAY, FIRST)
