"""What each figure means. The sentence is shown wherever the figure is, and the query of db.figures counts just that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dispatch.model.instants import span_text
from dispatch.model.money import format_minor


class FigureUnit(StrEnum):
    """What a figure is counted in. A share is of pieces or of time."""

    SHARE = "share"
    TIME_SHARE = "share of time"
    COUNT = "count"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `key` names it in commands and JSON, `sentence` says what it counts. `of` is what `below` counts, empty where it
    is a share of nothing. `by_client` is whether it means something for a client."""

    key: str
    name: str
    unit: FigureUnit
    sentence: str
    of: str = ""
    by_client: bool = True


FIGURES = (
    Figure(
        "on_time",
        "On time",
        FigureUnit.SHARE,
        "Check-ins inside the promised window, of the visits with one at which somebody arrived; the first check-in of a visit "
        "counts, on its day.",
        "visits",
    ),
    Figure(
        "first_time_fix",
        "First-time fix",
        FigureUnit.SHARE,
        "Jobs closed in one visit, of the jobs closed. A job is closed when its last visit is closed and none is still to come; "
        "visits that the client cancelled are not counted.",
        "jobs",
    ),
    Figure(
        "utilisation",
        "Utilisation",
        FigureUnit.TIME_SHARE,
        "Clocked work and tests, of the time available: shifts as they stand now, less absences and lunch. Driving, waiting and "
        "breaks are no work.",
        "available",
        by_client=False,
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
        "retests",
        "Retests",
        FigureUnit.COUNT,
        "Results that were recorded again on a test, on visits that ended.",
        "tests",
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
