"""What each figure means: its name, unit and definition, and a counted value in words.

The sentence of a figure is shown wherever it is, and the query of `db.figures` counts just that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from dispatch.model.firm import Firm
from dispatch.model.instants import span_text
from dispatch.model.money import amount_text


class FigureUnit(StrEnum):
    """What a figure is counted in. A share is of pieces or of time."""

    SHARE = "share"
    TIME_SHARE = "share of time"
    COUNT = "count"
    MONEY = "money"


class KeptSince(StrEnum):
    """What a figure rests on that was not always kept, in words."""

    PROMISES = "what was promised before it was changed"
    HOURS = "absences and holidays as they were entered; before, as they stood then"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `key` names it in commands and JSON, `sentence` says what it counts, `short` the same where there is little room.

    `of` is what `below` counts, empty where it is a share of nothing. `better` is whether a lead likes it `high` or `low`: what is
    worse stands first, of a share by how many. `of_visits` is whether it means something for a client, a kind of visit or a skill,
    `kept` what it needs that was not always kept.
    """

    key: str
    name: str
    unit: FigureUnit
    short: str
    sentence: str
    of: str = ""
    better: Literal["", "high", "low"] = ""
    of_visits: bool = True
    kept: KeptSince | None = None

    @property
    def shared(self) -> bool:
        """Whether it is a share of something."""
        return self.unit in (FigureUnit.SHARE, FigureUnit.TIME_SHARE)


FIGURES = (
    Figure(
        "on_time",
        "On time",
        FigureUnit.SHARE,
        "came within the window and the grace",
        "Promises kept, of the promises for the day as they stood when it began: somebody came, at the latest by the end of the "
        "window and the firm's grace. Cancelled by the client in time is no promise.",
        "promises",
        kept=KeptSince.PROMISES,
        better="high",
    ),
    Figure(
        "late",
        "Late",
        FigureUnit.SHARE,
        "came that day, after window and grace",
        "Promises to which somebody came on that day, but after the window and the firm's grace, of the promises for the day.",
        "promises",
        kept=KeptSince.PROMISES,
        better="low",
    ),
    Figure(
        "missed_promises",
        "Missed promises",
        FigureUnit.SHARE,
        "nobody came that day, or by now",
        "Promises to which nobody came by now or on that day, also where another day was promised meanwhile, of the promises for "
        "the day.",
        "promises",
        kept=KeptSince.PROMISES,
        better="low",
    ),
    Figure(
        "early",
        "Early",
        FigureUnit.SHARE,
        "came before the window",
        "Promises to which somebody came before the window, of the promises for the day. They are kept all the same.",
        "promises",
        kept=KeptSince.PROMISES,
        better="low",
    ),
    Figure(
        "first_time_fix",
        "First-time fix",
        FigureUnit.SHARE,
        "one visit, closed, and no call again",
        "Jobs that took one visit, of the jobs whose first visit was on these days: closed, no further visit, and within the days "
        "that the firm sets no call for the same trouble at the site. Left open, aborted and not let in are no fix; planned "
        "maintenance, audits and reviews are left out.",
        "jobs",
        better="high",
    ),
    Figure(
        "utilisation",
        "Utilisation",
        FigureUnit.TIME_SHARE,
        "work and tests, of the hours available",
        "Clocked work and tests, of the time available on days that are over: shifts as they stood when each day ended, less "
        "absences and lunch; a holiday has none. Driving, waiting and breaks are no work.",
        "available",
        of_visits=False,
        kept=KeptSince.HOURS,
        better="high",
    ),
    Figure(
        "billable_share",
        "Billable share",
        FigureUnit.TIME_SHARE,
        "labour on sheets, of the hours available",
        "Labour that the newest charge sheets charge, cover or draw, as they round it, of the time available on days that are "
        "over. It is of the day of its visit.",
        "available",
        of_visits=False,
        kept=KeptSince.HOURS,
        better="high",
    ),
    Figure(
        "overtime",
        "Overtime",
        FigureUnit.TIME_SHARE,
        "clocked outside the shift of the day",
        "Clocked driving, work, tests and waiting outside the shift of that day, of all that was clocked on days that are over. "
        "On a holiday, and during an absence, all of it is.",
        "clocked",
        kept=KeptSince.HOURS,
        better="low",
    ),
    Figure(
        "on_site_against_plan",
        "On site against plan",
        FigureUnit.TIME_SHARE,
        "check-in to check-out, of what was planned",
        "From check-in to check-out, of the time planned for it, of each technician on visits that ended.",
        "planned",
        better="low",
    ),
    Figure(
        "travel_ratio",
        "Travel ratio",
        FigureUnit.TIME_SHARE,
        "driving, of driving and work",
        "Clocked driving, of driving and work together. The way home counts where it was noted.",
        "driving and work",
        better="low",
    ),
    Figure(
        "executed_share",
        "Tests executed",
        FigureUnit.SHARE,
        "run by the program, of tests with a result",
        "Tests that the program ran, of the tests with a result that stands (executed, measured, attested, waived) on visits "
        "that ended.",
        "tests",
        better="high",
    ),
    Figure(
        "tests_waived",
        "Tests waived",
        FigureUnit.SHARE,
        "waived, of tests with a result",
        "Tests that stand waived, of the tests with a result that stands, on visits that ended.",
        "tests",
        better="low",
    ),
    Figure(
        "retests",
        "Tests repeated",
        FigureUnit.SHARE,
        "tried more than once, of tests with a result",
        "Tests that were tried more than once, of the tests with any result, on visits that ended.",
        "tests",
        better="low",
    ),
    Figure(
        "overrides",
        "Overrides",
        FigureUnit.COUNT,
        "checklist items that stand overridden",
        "Checklist items that stand overridden, on visits that ended.",
        better="low",
    ),
    Figure(
        "charged",
        "Charged",
        FigureUnit.MONEY,
        "net of the newest sheets, before tax",
        "Net of the newest charge sheet, before tax, of the visits that ended. A sheet that is blocked, missing or in another "
        "currency is not known.",
        better="low",
    ),
    Figure(
        "given_away",
        "Given away",
        FigureUnit.MONEY,
        "goodwill and what own failures cost",
        "Goodwill, and what our own failures, free tests and waived travel would have cost, by the newest charge sheets of the "
        "visits that ended. What an agreement covers or a prepaid balance pays is not given away.",
        better="low",
    ),
)
"""Every figure, in the order in which they are shown."""

BY_KEY = {figure.key: figure for figure in FIGURES}


class Value(NamedTuple):
    """A figure counted: `top` of `below`, in pieces, seconds or minor units. `lacking`: so many visits have no known value."""

    top: int = 0
    below: int = 0
    lacking: int = 0

    def known(self, figure: Figure) -> bool:
        """Whether there is anything to say: a share of nothing is unknown, and so is money while nothing is charged."""
        if figure.shared:
            return self.below > 0
        return not (self.lacking and not self.top)

    def past(self, figure: Figure, limit: int | None) -> bool:
        """Whether a share is worse than the limit, in percent; what is unknown is not."""
        if limit is None or not self.known(figure):
            return False
        return 100 * self.top < limit * self.below if figure.better == "high" else 100 * self.top > limit * self.below

    def good(self, figure: Figure) -> float:
        """How good it is among others, the worst lowest; what is unknown is best."""
        if not self.known(figure):
            return float("inf")
        if figure.unit is FigureUnit.SHARE:
            return float(self.top - self.below if figure.better == "high" else -self.top)
        worth = self.height(figure) or 0.0
        return worth if figure.better == "high" else -worth

    def height(self, figure: Figure) -> float | None:
        """How high it stands in a chart: the share, or the count itself; None while it is unknown."""
        if not self.known(figure):
            return None
        return self.top / self.below if figure.shared else float(self.top)

    def percent(self) -> int | None:
        """The share in whole percent, half up; None of nothing."""
        return (200 * self.top + self.below) // (2 * self.below) if self.below > 0 else None


class Money(NamedTuple):
    """The currency that figures are in, and its decimals."""

    currency: str
    exponent: int


def limit_of(firm: Firm, figure: Figure) -> int | None:
    """From which percentage on a figure is worse than the firm wants it; None where it set none."""
    text = getattr(firm, f"limit_{figure.key}", "-")
    return None if text == "-" else int(text)


def limit_text(figure: Figure, limit: int | None) -> str:
    """A limit in words: "at least 90%"; "" where there is none."""
    return "" if limit is None else f"at {'least' if figure.better == 'high' else 'most'} {limit}%"


def number_text(figure: Figure, value: Value, money: Money) -> str:
    """A value and nothing else: "83%", "1,200" of money in whole units, "–"."""
    if not value.known(figure):
        return "–"
    if figure.shared:
        return f"{value.percent()}%"
    return _whole(value.top, money) if figure.unit is FigureUnit.MONEY else str(value.top)


def _whole(minor: int, money: Money) -> str:
    """Money in whole units, half up."""
    unit: int = 10**money.exponent
    return f"{(2 * minor + unit) // (2 * unit):,}"


def change_text(figure: Figure, now: Value, before: Value, money: Money) -> str:
    """How far a value is from what it was: "+3" points of a share, "-120"; "" where one is not known, or nothing changed."""
    if not (now.known(figure) and before.known(figure)):
        return ""
    if figure.shared:
        points = (now.percent() or 0) - (before.percent() or 0)
        return f"{points:+}" if points else ""
    more = now.top - before.top
    if not more:
        return ""
    said = _whole(abs(more), money) if figure.unit is FigureUnit.MONEY else str(abs(more))
    return f"{'+' if more > 0 else '-'}{said}"


def value_text(figure: Figure, value: Value, money: Money) -> str:
    """A value in words, with what it was made from: "83% (25 of 30 visits)"; "–" where there is nothing to count."""
    lacking = f", {value.lacking} not known" if value.lacking else ""
    if not value.known(figure):
        return f"–{lacking}"
    if figure.shared:
        return f"{value.percent()}% ({made_text(figure, value)})"
    if figure.unit is FigureUnit.MONEY:
        return f"{amount_text(value.top, money.exponent, money.currency)}{lacking}"
    return f"{value.top}" + (f" ({value.below} {figure.of})" if figure.of else "")


def made_text(figure: Figure, value: Value) -> str:
    """What a share was made from: "25 of 30 promises"; "" where it is none."""
    if not figure.shared or not value.known(figure):
        return ""
    if figure.unit is FigureUnit.SHARE:
        return f"{value.top} of {value.below} {figure.of}"
    return f"{time_of(value.top)} of {time_of(value.below)}"


def time_of(seconds: int) -> str:
    """A counted time in words, to the minute, half up."""
    return span_text((seconds + 30) // 60)
