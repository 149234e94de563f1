"""How satisfied clients are: surveys from 0 to 10 and sign-offs, of the firm, by client, technician and kind of work
(design/account-care.md, Scores). The two are never mixed into one number."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from db import scores, settings
from db.scores import ClientWord
from db.store import Store
from dispatch.care.offers import LOW_SCORE
from dispatch.desk.session.refusals import Faulty
from dispatch.model.instants import day_bounds, day_text

FEW = 5
"""A mean of fewer answers says so; of fewer anonymous ones nothing is said at all."""
NO_VISIT = "about us altogether"
"""The kind of work of an answer that is about no visit."""
ScoresBy = Literal["client", "technician", "kind"]
SCORES_BY: tuple[ScoresBy, ...] = get_args(ScoresBy)


class Score(NamedTuple):
    """So many answers from 0 to 10 with their sum, `low` of them at or below the number of an unhappy client; so many sign-offs,
    `satisfied` of them."""

    answers: int = 0
    total: int = 0
    low: int = 0
    signed: int = 0
    satisfied: int = 0

    @property
    def mean(self) -> Fraction | None:
        """The mean of the answers; None without any."""
        return Fraction(self.total, self.answers) if self.answers else None

    @property
    def few(self) -> bool:
        """Whether the mean is of too few answers to say much."""
        return 0 < self.answers < FEW


class ScoreRow(NamedTuple):
    """The score of a client, a technician or a kind of work."""

    label: str
    score: Score


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of the days from `first` to `last`, both included. `firm` holds every answer once, `nameless` anonymous ones among
    them; `withheld`: there are anonymous ones, and too few to be counted. `kinds_withheld`: they are in the firm's, and in none by
    kind."""

    first: datetime.date
    last: datetime.date
    firm: Score
    nameless: int
    withheld: bool
    kinds_withheld: bool
    clients: tuple[ScoreRow, ...]
    technicians: tuple[ScoreRow, ...]
    kinds: tuple[ScoreRow, ...]

    def by(self, group: ScoresBy) -> tuple[ScoreRow, ...]:
        """The scores of each, the lowest mean first; who has sign-offs only comes last."""
        return {"client": self.clients, "technician": self.technicians, "kind": self.kinds}[group]


def scores_over(store: Store, first: datetime.date, last: datetime.date) -> Scores:
    """The scores of some days.

    Raises:
        Faulty: they end before they begin.
    """
    if last < first:
        raise Faulty([f"the range ends on {day_text(last)}, before it begins on {day_text(first)}"])
    with store.read():
        said = said_between(store, first, last)
        anonymous = _anonymous(store, first, last, settings.today(store))
    counted = anonymous if len(anonymous) >= FEW else []
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for kind, number in counted:
        by_kind[kind].append(number)
    shown = all(len(numbers) >= FEW for numbers in by_kind.values())
    nameless = [(kind or NO_VISIT, ClientWord(0, "", kind, "", "", number)) for kind, number in counted]
    kinds = [(one.kind or NO_VISIT, one) for one in said] + (nameless if shown else [])
    return Scores(
        first,
        last,
        score_of([*said, *(one for _, one in nameless)]),
        len(counted),
        bool(anonymous) and not counted,
        bool(counted) and not shown,
        _rows(((one.client_id, one.client), one) for one in said),
        _rows((person, one) for one in said for person in one.crew),
        _rows(((kind, kind), one) for kind, one in kinds),
    )


def said_between(
    store: Store, first: datetime.date, last: datetime.date, client_id: int | None = None, zone: str = ""
) -> list[ClientWord]:
    """What clients said on some days and says whose it is: surveys, then sign-offs; of one client, where one is asked for. Days of
    visits are those of `zone`, else of the firm's."""
    zone = zone or settings.firm(store).zone
    end = day_bounds(last, zone)[1]
    both = (
        *scores.surveys_between(store, first, last),
        *scores.sign_offs_between(store, day_bounds(first, zone)[0], end),
    )
    return [one for one in both if client_id in (None, one.client_id)]


def score_of(said: Iterable[ClientWord]) -> Score:
    """What some words come to."""
    told = list(said)
    numbers = [one.score for one in told if one.score is not None]
    signed = [one.satisfied for one in told if one.satisfied is not None]
    return Score(len(numbers), sum(numbers), sum(number <= LOW_SCORE for number in numbers), len(signed), sum(signed))


def _anonymous(store: Store, first: datetime.date, last: datetime.date, today: datetime.date) -> list[tuple[str, int]]:
    """The anonymous answers of the months that are over and lie whole within some days."""
    whole = first if first.day == 1 else _next_month(first)
    after = min(_next_month(last) if _next_month(last) == last + _DAY else last.replace(day=1), today.replace(day=1))
    return scores.anonymous_between(store, f"{whole:%Y-%m}", f"{after - _DAY:%Y-%m}") if whole < after else []


def _rows(named: Iterable[tuple[tuple[int | str, str], ClientWord]]) -> tuple[ScoreRow, ...]:
    groups: defaultdict[tuple[int | str, str], list[ClientWord]] = defaultdict(list)
    for key, one in named:
        groups[key].append(one)
    rows = [ScoreRow(label, score_of(own)) for (_, label), own in groups.items()]
    return tuple(sorted(rows, key=lambda row: (row.score.mean is None, row.score.mean or 0, row.label.casefold())))


def _next_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) + datetime.timedelta(days=31)).replace(day=1)


_DAY = datetime.timedelta(days=1)
