"""How satisfied clients are, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dispatch.care.offers import LOW_SCORE
from dispatch.desk.care.scores import FEW, Score, ScoreRow, Scores
from dispatch.model.instants import day_text
from dispatch.model.text import count_text, show

MEANING = (
    "Answers to surveys from 0 to 10, and sign-offs of visits that ended: two figures, never one. A mean of fewer than "
    f"{FEW} answers says so. A technician has what was said of their visits, each of a crew the same; an answer that is about no "
    "visit is nobody's."
)
_WITHHELD = f"There are anonymous answers, and fewer than {FEW}: they are in no figure."
_KINDS_WITHHELD = (
    f"Anonymous answers count for the firm; by kind of work they are left out, for a kind has fewer than {FEW} of them."
)


def tenths(score: Score) -> str:
    """The mean with one decimal, half up; "" without an answer."""
    if score.mean is None:
        return ""
    whole, rest = divmod((score.mean * 20 + 1).__floor__() // 2, 10)
    return f"{whole}.{rest}"


def score_text(score: Score, *, short: bool = False) -> str:
    """A score in words: "8.4 of 10 (12 answers, 1 of them 6 or less); 30 of 31 signed off as satisfied"."""
    parts = []
    if score.answers:
        notes = [count_text(score.answers, "answer")]
        notes += [f"{score.low} of them {LOW_SCORE} or less"] if score.low and not short else []
        notes += ["too few to say much"] if score.few and not short else []
        notes[0] += " only" if score.few and short else ""
        parts.append(f"{tenths(score)} of 10 ({', '.join(notes)})")
    if score.signed:
        signed = "{}/{} satisfied" if short else "{} of {} signed off as satisfied"
        parts.append(signed.format(score.satisfied, score.signed))
    return "; ".join(parts) or "nothing was said"


def groups_of(found: Scores) -> Iterator[tuple[str, tuple[ScoreRow, ...]]]:
    """The firm, kinds of work, technicians and clients, each with its scores: what there are most of comes last."""
    yield "The firm", (ScoreRow("all of it", found.firm),)
    yield "By kind of work", found.kinds
    yield "By technician", found.technicians
    yield "By client", found.clients


def reservations(found: Scores) -> Iterator[str]:
    """What of the anonymous answers is counted, and what is not."""
    if found.nameless:
        yield f"{count_text(found.nameless, 'anonymous answer')} in the firm's score; nobody's in any other."
    if found.withheld:
        yield _WITHHELD
    if found.kinds_withheld:
        yield _KINDS_WITHHELD


def score_lines(found: Scores) -> Iterator[str]:
    """All of it as text."""
    yield f"{day_text(found.first)} – {day_text(found.last)}"
    for title, rows in groups_of(found):
        if rows:
            yield title
            yield from (f"  {show(row.label)}: {score_text(row.score)}" for row in rows)
    yield from reservations(found)
    yield MEANING


def scores_form(found: Scores) -> dict[str, Any]:
    """All of it in JSON: a mean is text with one decimal, null without an answer."""
    return {
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "firm": _form(found.firm),
        "anonymous": found.nameless,
        "anonymous_withheld": found.withheld,
        "kinds_withheld": found.kinds_withheld,
        "clients": [{"client": row.label} | _form(row.score) for row in found.clients],
        "technicians": [{"technician": row.label} | _form(row.score) for row in found.technicians],
        "kinds": [{"kind": row.label} | _form(row.score) for row in found.kinds],
    }


def _form(score: Score) -> dict[str, Any]:
    return {
        "mean": tenths(score) or None,
        "answers": score.answers,
        "low": score.low,
        "few": score.few,
        "signed_off": score.signed,
        "satisfied": score.satisfied,
    }
