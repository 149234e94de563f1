"""What each figure means: its name, unit and definition, and a counted value in words.

The sentence of a figure is shown wherever it is, and the query of `db.figures` counts just that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from dispatch.model.instants import span_text
from dispatch.model.money import format_minor


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
    """A figure: `key` names it in commands and JSON, `sentence` says what it counts. `of` is what `below` counts, empty where it
    is a share of nothing. `of_visits` is whether it means something for a client, a kind of
    visit or a skill, `kept` what it needs that was not always kept.
    `worse` is which of the visits behind a share a lead looks at first: those that count in it, or those that do not."""

    key: str
    name: str
    unit: FigureUnit
    sentence: str
    of: str = ""
    of_visits: bool = True
    kept: KeptSince | None = None
    worse: Literal["", "counted", "others"] = ""


FIGURES = (
    Figure(
        "on_time",
        "On time",
        FigureUnit.SHARE,
        "Promises kept, of the promises for the day as they stood when it began: somebody came, at the latest by the end of the "
        "window and the firm's grace. Cancelled by the client in time is no promise.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="others",
    ),
    Figure(
        "early",
        "Early",
        FigureUnit.SHARE,
        "Promises to which somebody came before the window, of the promises for the day. They are kept all the same.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="counted",
    ),
    Figure(
        "late",
        "Late",
        FigureUnit.SHARE,
        "Promises to which somebody came on that day, but after the window and the firm's grace, of the promises for the day.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="counted",
    ),
    Figure(
        "missed_promises",
        "Missed promises",
        FigureUnit.SHARE,
        "Promises to which nobody came by now or on that day, also where another day was promised meanwhile, of the promises for "
        "the day.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="counted",
    ),
    Figure(
        "first_time_fix",
        "First-time fix",
        FigureUnit.SHARE,
        "Jobs that took one visit, of the jobs whose first visit was on these days: closed, no further visit, and within the days "
        "that the firm sets no call for the same trouble at the site. Left open, aborted and not let in are no fix; planned "
        "maintenance, audits and reviews are left out.",
        "jobs",
        worse="others",
    ),
    Figure(
        "utilisation",
        "Utilisation",
        FigureUnit.TIME_SHARE,
        "Clocked work and tests, of the time available on days that are over: shifts as they stood when each day ended, less "
        "absences and lunch; a holiday has none. Driving, waiting and breaks are no work.",
        "available",
        of_visits=False,
        kept=KeptSince.HOURS,
    ),
    Figure(
        "billable_share",
        "Billable share",
        FigureUnit.TIME_SHARE,
        "Labour that the newest charge sheets charge, cover or draw, as they round it, of the time available on days that are "
        "over. It is of the day of its visit.",
        "available",
        of_visits=False,
        kept=KeptSince.HOURS,
    ),
    Figure(
        "overtime",
        "Overtime",
        FigureUnit.TIME_SHARE,
        "Clocked driving, work, tests and waiting outside the shift of that day, of all that was clocked on days that are over. "
        "On a holiday, and during an absence, all of it is.",
        "clocked",
        kept=KeptSince.HOURS,
    ),
    Figure(
        "on_site_against_plan",
        "On site against plan",
        FigureUnit.TIME_SHARE,
        "From check-in to check-out, of the time planned for it, of each technician on visits that ended.",
        "planned",
    ),
    Figure(
        "travel_ratio",
        "Travel ratio",
        FigureUnit.TIME_SHARE,
        "Clocked driving, of driving and work together. The way home counts where it was noted.",
        "driving and work",
    ),
    Figure(
        "executed_share",
        "Tests executed",
        FigureUnit.SHARE,
        "Tests that the program ran, of the tests with a result that stands (executed, measured, attested, waived) on visits "
        "that ended.",
        "tests",
    ),
    Figure(
        "tests_waived",
        "Tests waived",
        FigureUnit.SHARE,
        "Tests that stand waived, of the tests with a result that stands, on visits that ended.",
        "tests",
        worse="counted",
    ),
    Figure(
        "retests",
        "Tests repeated",
        FigureUnit.SHARE,
        "Tests that were tried more than once, of the tests with any result, on visits that ended.",
        "tests",
        worse="counted",
    ),
    Figure("overrides", "Overrides", FigureUnit.COUNT, "Checklist items that stand overridden, on visits that ended."),
    Figure(
        "charged",
        "Charged",
        FigureUnit.MONEY,
        "Net of the newest charge sheet, before tax, of the visits that ended. A sheet that is blocked, missing or in another "
        "currency is not known.",
    ),
    Figure(
        "given_away",
        "Given away",
        FigureUnit.MONEY,
        "Goodwill, and what our own failures, free tests and waived travel would have cost, by the newest charge sheets of the "
        "visits that ended. What an agreement covers or a prepaid balance pays is not given away.",
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
        if figure.unit in (FigureUnit.SHARE, FigureUnit.TIME_SHARE):
            return self.below > 0
        return not (self.lacking and not self.top)

    def height(self, figure: Figure) -> float | None:
        """How high it stands in a chart: the share, or the count itself; None while it is unknown."""
        if not self.known(figure):
            return None
        return self.top / self.below if figure.unit in (FigureUnit.SHARE, FigureUnit.TIME_SHARE) else float(self.top)

    def percent(self) -> int | None:
        """The share in whole percent, half up; None of nothing."""
        return (200 * self.top + self.below) // (2 * self.below) if self.below > 0 else None


class Money(NamedTuple):
    """The currency that figures are in, and its decimals."""

    currency: str
    exponent: int


def value_text(figure: Figure, value: Value, money: Money) -> str:
    """A value in words, with what it was made from: "83% (25 of 30 visits)"; "–" where there is nothing to count."""
    lacking = f", {value.lacking} not known" if value.lacking else ""
    if not value.known(figure):
        return f"–{lacking}"
    if figure.unit is FigureUnit.SHARE:
        return f"{value.percent()}% ({value.top} of {value.below} {figure.of})"
    if figure.unit is FigureUnit.TIME_SHARE:
        return f"{value.percent()}% ({_time(value.top)} of {_time(value.below)})"
    if figure.unit is FigureUnit.MONEY:
        return f"{format_minor(value.top, money.exponent, grouped=True)} {money.currency}{lacking}"
    return f"{value.top}" + (f" ({value.below} {figure.of})" if figure.of else "")


def _time(seconds: int) -> str:
    return span_text((seconds + 30) // 60)
