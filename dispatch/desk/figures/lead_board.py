"""The lead's board: every figure over some days beside as many days before them, its last weeks, and the limit the firm set."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from db import settings
from db.store import Store
from dispatch.desk.figures import day_sums
from dispatch.desk.figures.counting import FigureGroup, Figures, Grouping, figures_over, judge_range, who_of
from dispatch.desk.figures.day_sums import DaySums, together
from dispatch.desk.figures.meanings import FIGURES, Figure, Value, limit_of

WEEKS = 13
"""So many weeks make the trend, the last one up to the last day."""
_WEEK = datetime.timedelta(days=7)
_DAY = datetime.timedelta(days=1)


class Measured(NamedTuple):
    """A figure of all, or of one group: now, over as many days before, and week by week up to now; whether it is past its limit."""

    now: Value
    before: Value
    trend: tuple[Value, ...]
    past: bool


@dataclass(frozen=True, slots=True)
class LeadBoard:
    """Figures of some days (`now`) beside those of as many days before (`before`), the sums of the last weeks (`weeks`, the oldest
    first), and the limits by figure, in percent."""

    now: Figures
    before: Figures
    weeks: tuple[DaySums, ...]
    limits: Mapping[str, int | None]

    def whole(self, figure: Figure) -> Measured:
        """A figure of all days together."""
        key = figure.key
        trend = tuple(together(week.days.values()).get(key, Value()) for week in self.weeks)
        return self._standing(figure, self.now.totals[key], self.before.totals[key], trend)

    def groups(self, figure: Figure) -> list[tuple[FigureGroup, Measured]]:
        """Its groups, the worst first. Of days and weeks there is no trend; beside each stands the one that many before."""
        key = figure.key
        were = dict(zip(self._keys(self.before), self.before.values[key], strict=True))
        places = dict(zip(self.now.groups, self._keys(self.now), strict=True))
        return [
            (group, self._standing(figure, value, were.get(places[group], Value()), self._trend(key, group)))
            for group, value in self.now.worst_first(figure)
        ]

    def _trend(self, key: str, group: FigureGroup) -> tuple[Value, ...]:
        if group.who is None:
            return ()
        return tuple(week.parts.get(group.who, {}).get(key, Value()) for week in self.weeks)

    @property
    def past(self) -> list[Figure]:
        """The figures that are worse than their limit."""
        return [figure for figure in self.now.shown if self.whole(figure).past]

    def _standing(self, figure: Figure, now: Value, before: Value, trend: tuple[Value, ...]) -> Measured:
        return Measured(now, before, trend, now.past(figure, self.limits[figure.key]))

    @staticmethod
    def _keys(figures: Figures) -> list[object]:
        """What the groups of two ranges are told by: whose they are, else their place."""
        return [place if group.who is None else group.who for place, group in enumerate(figures.groups)]


def lead_board(
    store: Store,
    first: datetime.date,
    last: datetime.date,
    by: Grouping = "technician",
    tell: Callable[[int, int], None] | None = None,
) -> LeadBoard:
    """The board over the days from `first` to `last`, both included; outside of a unit or a snapshot. What has to be counted is
    kept for those who ask next; `tell` hears of it, as in `day_sums.keep`.

    Raises:
        Faulty: the range ends before it begins, or is too long.
    """
    judge_range(first, last, by)
    before = first - (last - first) - _DAY
    weeks = [last - _WEEK * number for number in range(WEEKS)][::-1]
    day_sums.keep(store, min(before, weeks[0] - _WEEK + _DAY), last, tell)
    with store.read():
        firm = settings.firm(store)
        return LeadBoard(
            figures_over(store, first, last, by),
            figures_over(store, before, first - _DAY, by),
            tuple(day_sums.sums_over(store, end - _WEEK + _DAY, end, who_of(by)) for end in weeks),
            {figure.key: limit_of(firm, figure) for figure in FIGURES},
        )
