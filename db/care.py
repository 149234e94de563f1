"""Account care in the store: surveys, how prompts ended, what reviews found missing, and what visits said of themselves."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection, Sequence
from typing import NamedTuple

from db.among import AMONG, keys_param
from db.rows import Query, Select, day, rows, value, values
from db.store import Store
from db.unit import Unit
from dispatch.care.account import Gap, PromptMark, Survey


class VisitOutcome(NamedTuple):
    """What a visit says: every test passed, one stands overridden or failing, and the client's word on it and on coming back. Of a
    visit at which no test ever failed it is told only where it is asked whether all passed."""

    all_passed: bool = False
    bad_test: bool = False
    satisfied: bool | None = None
    none_wanted: bool = False


SURVEYS = Select(Survey, "survey r", stored={"day": day("on_day")})
"""Surveys."""
MARKS = Select(PromptMark, "care_mark r", stored={"day": day("on_day"), "until": day("until_day")})
"""How prompts ended."""
GAPS = Select(Gap, "gap r JOIN staff s ON s.id = r.owner_id", of={"owner": "s.name"}, stored={"due": day("due_on")})
"""What reviews found missing."""
surveys: Query[dict[int, tuple[Survey, ...]]] = SURVEYS.grouped(
    "r.client_id", "WHERE r.withdrawn_at IS NULL ORDER BY r.on_day, r.id"
)
"""The surveys of each client that has any, in the order of their days."""
marks: Query[dict[int, tuple[PromptMark, ...]]] = MARKS.grouped(
    "r.client_id", "WHERE r.withdrawn_at IS NULL ORDER BY r.id"
)
"""How the prompts of each client ended, in the order in which they did."""
gaps: Query[dict[int, tuple[Gap, ...]]] = GAPS.grouped("r.client_id", "WHERE r.withdrawn_at IS NULL ORDER BY r.id")
"""What reviews with each client found missing."""


def outcomes(store: Store, visit_ids: Sequence[int], whole: Collection[int]) -> dict[int, VisitOutcome]:
    """What some visits say, in four queries whatever their number; of those in `whole` whether every test passed."""
    if not visit_ids:
        return {}
    scope, params = f"i.visit_id {AMONG}", keys_param(visit_ids)
    failed = f"SELECT DISTINCT visit_id FROM attempt WHERE result IN ('fail', 'overridden') AND visit_id {AMONG}"
    judged = {*whole, *(visit_id for (visit_id,) in store.all(failed, params))}
    tests = {
        visit_id: (bool(required and not unpassed and not bad), bool(bad))
        for visit_id, required, unpassed, bad in store.all(
            "SELECT i.visit_id, sum(i.required), sum(i.required AND coalesce(a.result, '') NOT IN ('pass', 'na')), "
            "sum(coalesce(a.result, '') IN ('fail', 'overridden')) "
            "FROM item i JOIN standing s ON s.item_id = i.id "
            "LEFT JOIN attempt a ON a.visit_id = s.visit_id AND a.sequence = s.sequence "
            f"WHERE i.kind = 'test' AND {scope} GROUP BY i.visit_id",
            keys_param(judged),
        )
    }
    words = {
        visit_id: bool(satisfied)
        for visit_id, satisfied in store.all(
            "SELECT i.visit_id, a.satisfied FROM item i JOIN attempt a ON a.item_id = i.id "
            "AND a.sequence = (SELECT max(b.sequence) FROM attempt b WHERE b.item_id = i.id) "
            f"WHERE i.kind = 'sign_off' AND a.satisfied IS NOT NULL AND {scope}",
            params,
        )
    }
    left = {
        visit_id
        for (visit_id,) in store.all(
            "SELECT v.id FROM no_follow_up n JOIN visit v ON v.id = n.visit_id AND v.ended_at = n.at "
            f"WHERE v.state = 'left_open' AND n.visit_id {AMONG}",
            params,
        )
    }
    return {
        visit_id: VisitOutcome(*tests.get(visit_id, (False, False)), words.get(visit_id), visit_id in left)
        for visit_id in {*tests, *words, *left}
    }


def add_survey(
    unit: Unit, client_id: int, day: datetime.date, score: int | None, words: str, visit_id: int | None = None
) -> int:
    """Note a survey that was sent (`score` None) or answered, perhaps after a visit; returns its id."""
    detail = {"on_day": day.isoformat(), "words": words}
    survey_id = unit.insert_signed("survey", client_id=client_id, score=score, visit_id=visit_id, **detail)
    unit.audit("client", client_id, survey="sent" if score is None else f"{score} of 10", **detail)
    return survey_id


class SurveyAsk(NamedTuple):
    """A survey that was sent: its token, whose it is, the message that asks, and the survey that answered it. `anonymous`: of the
    answer it is kept that it was given, and by nobody what it was."""

    id: int
    token: str
    client_id: int
    visit_id: int | None
    message_id: int
    survey_id: int | None
    anonymous: bool
    version: int


ASKS = Select(SurveyAsk, "survey_ask r")
"""Surveys that were sent."""
ask_by_token: Query[SurveyAsk | None, str] = ASKS.single("WHERE r.token = ?")
"""The survey of that token."""
ask_of: Query[SurveyAsk | None, int] = ASKS.single("WHERE r.message_id = ?")
"""The survey that a message asks."""
asked_since: Query[int | None, int, int] = value(
    "SELECT max(at) FROM survey_ask a JOIN message m ON m.id = a.message_id "
    "WHERE a.client_id = ? AND a.at >= ? AND a.survey_id IS NULL AND m.state <> 'dropped'"
)
"""When a client was asked last since a moment, without an answer yet; None: they were not."""


noted_with: Query[list[int], int] = values(
    "SELECT s.id FROM survey s JOIN survey_ask a ON a.client_id = s.client_id AND a.at = s.at "
    "WHERE a.message_id = ? AND a.survey_id IS NULL AND s.score IS NULL AND s.anonymous = 0 AND s.withdrawn_at IS NULL"
)
"""The notes that a survey was sent, made with its message and not taken back."""
asks_since: Query[list[int], int, int] = values(
    "SELECT a.at FROM survey_ask a JOIN message m ON m.id = a.message_id "
    "WHERE a.client_id = ? AND a.at >= ? AND m.state <> 'dropped' ORDER BY a.at"
)
"""When a client was asked since a moment."""
_LAST_ASKED = (
    "coalesce((SELECT max(a.at) FROM survey_ask a JOIN message m ON m.id = a.message_id "
    "WHERE a.client_id = c.id AND m.state <> 'dropped'), 0)"
)
to_ask_after: Query[list[tuple[int, int]], int, int, int, int] = rows(
    "SELECT max(v.id), c.id FROM visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
    "WHERE v.state = 'closed' AND v.way = 'on_site' AND v.archived_at IS NULL AND v.ended_at BETWEEN ?1 AND ?2 "
    f"AND c.archived_at IS NULL AND coalesce(c.survey_visits, ?3) > 0 AND {_LAST_ASKED} < ?4 "
    "AND NOT EXISTS (SELECT 1 FROM survey_ask a WHERE a.visit_id = v.id) "
    "AND (SELECT count(*) FROM visit o JOIN site t ON t.id = o.site_id WHERE t.client_id = c.id AND o.state = 'closed' "
    f"AND o.way = 'on_site' AND o.archived_at IS NULL AND o.ended_at > {_LAST_ASKED} AND o.ended_at <= ?2) "
    ">= coalesce(c.survey_visits, ?3) GROUP BY c.id"
)
"""The visits after which clients are to be asked, with their clients: of each the last one that was closed from one moment to
another, where so many were since they were asked last (?3: where the client says nothing else), which was before a moment (?4)."""


def ask(
    unit: Unit,
    client_id: int,
    visit_id: int | None,
    token: str,
    address: str,
    text: str,
    due_at: int,
    *,
    anonymous: bool,
) -> int:
    """Put a survey into the outbox; returns the number of its message."""
    told = {"kind": "survey", "premise": unit.at, "address": address, "text": text, "due_at": due_at}
    message_id = unit.insert_signed("message", client_id=client_id, visit_id=visit_id, **told)
    about = {"client_id": client_id, "visit_id": visit_id, "message_id": message_id}
    unit.insert_signed("survey_ask", token=token, anonymous=int(anonymous), **about)
    return message_id


def answer(unit: Unit, asked: SurveyAsk, day: datetime.date, score: int, words: str) -> int:
    """Note the answer to a survey that was sent, once; returns the id of the survey. Of an anonymous one it says that it was
    answered; the number stands apart, with the month, and under an id that is not the next one.

    Raises:
        Stale: it was answered meanwhile.
    """
    if asked.anonymous:
        kind = unit.store.value("SELECT kind FROM visit WHERE id = ?", (asked.visit_id,)) or ""
        unit.insert("anonymous_answer", id=1 + secrets.randbelow(2**62), month=f"{day:%Y-%m}", kind=kind, score=score)
        about = {"on_day": day.isoformat(), "anonymous": 1}
        survey_id = unit.insert_signed("survey", client_id=asked.client_id, **about)
        unit.audit("client", asked.client_id, survey="answered", **about)
    else:
        survey_id = add_survey(unit, asked.client_id, day, score, words, asked.visit_id)
    unit.update("survey_ask", asked.id, asked.version, survey_id=survey_id)
    return survey_id


def add_mark(unit: Unit, client_id: int, mark: PromptMark) -> int:
    """Note how a prompt ended, or until when it sleeps; returns the id."""
    mark_id = unit.insert_signed("care_mark", client_id=client_id, **MARKS.columns(mark))
    unit.audit(
        "client",
        client_id,
        care=f"{mark.rule} {mark.occasion}",
        outcome=mark.outcome,
        until=None if mark.until is None else mark.until.isoformat(),
        note=mark.note,
    )
    return mark_id


def add_gap(unit: Unit, client_id: int, what: str, owner_id: int, due: datetime.date) -> int:
    """Note what a review found missing; returns its id."""
    gap_id = unit.insert_signed("gap", client_id=client_id, what=what, owner_id=owner_id, due_on=due.isoformat())
    unit.audit("client", client_id, gap=what, owner=owner_id, due=due.isoformat())
    return gap_id
