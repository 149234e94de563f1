"""What was promised from which day on: an agreement's service, the firm's targets, the hours of its rate cards.

Only changes are kept. A subject that was never changed has no row: what its record says has always counted.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from db.rows import Query, Select, day
from db.store import Store
from db.unit import Unit

AGREEMENT, TARGETS, HOURS = "agreement", "targets", "hours"
ALWAYS = datetime.date.min
"""From here on counts what was first said."""


class Dated(NamedTuple):
    """Terms, and the day from which on they count, until others do."""

    since: datetime.date
    terms: Mapping[str, Any]


TERMS = Select(Dated, "dated_terms r", stored={"since": day("from_day")})
"""What was promised."""
firm_terms: Query[list[Dated], str] = TERMS.listing(
    "WHERE r.subject = ? AND r.agreement_id IS NULL ORDER BY r.from_day, r.id"
)
"""What the firm promises, by day; of one day the last word comes last."""


def agreement_terms(store: Store, ids: str, params: Sequence[Any] = ()) -> dict[int, tuple[Dated, ...]]:
    """What agreements promise, by their id and by day. `ids` is a query of theirs."""
    rest = f"WHERE r.subject = '{AGREEMENT}' AND r.agreement_id IN {ids} ORDER BY r.from_day, r.id"
    return TERMS.by(store, "r.agreement_id", rest, params)


def in_force(dated: Sequence[Dated], day: datetime.date) -> Mapping[str, Any] | None:
    """The terms that count on a day; None where none do yet."""
    return next((term.terms for term in reversed(dated) if term.since <= day), None)


def keep(
    unit: Unit, subject: str, before: Sequence[Dated], after: Iterable[Dated], agreement_id: int | None = None
) -> None:
    """Keep what counts from now on, where it differs from what was said; `before` is what counted until the first change.

    The first change keeps that, too: nothing else knows it any longer.
    """
    if agreement_id is None:
        known = firm_terms(unit.store, subject)
    else:
        known = list(agreement_terms(unit.store, "(?)", (agreement_id,)).get(agreement_id, ()))
    new = [] if known else list(before)
    terms = known or list(before)
    for term in sorted(after, key=_day):
        if in_force(terms, term.since) != term.terms:
            new.append(term)
            terms = sorted([*terms, term], key=_day)
    for term in new:
        unit.insert("dated_terms", subject=subject, agreement_id=agreement_id, made_at=unit.at, **TERMS.columns(term))


def _day(dated: Dated) -> datetime.date:
    return dated.since
