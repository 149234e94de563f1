"""The figures as text with small charts, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from db.figures import Behind
from dispatch.desk.figures.counting import Figures
from dispatch.desk.figures.lateness import counted_text
from dispatch.desk.figures.lead_board import WEEKS, LeadBoard, Measured
from dispatch.desk.figures.meanings import (
    Figure,
    FigureUnit,
    KeptSince,
    Money,
    Value,
    change_text,
    limit_text,
    made_text,
    number_text,
    time_of,
    value_text,
)
from dispatch.model.charts import bar, columns
from dispatch.model.csv_text import csv_text
from dispatch.model.forms import form
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.money import format_minor
from dispatch.model.promises import Promise
from dispatch.model.states import State
from dispatch.model.text import pad, show

_BAR = 12


def highest_of(figure: Figure, values: Sequence[Value]) -> float:
    """What a full bar means: all of it for a share, else the highest value that is shown."""
    if figure.shared:
        return 1.0
    return max((height for value in values if (height := value.height(figure)) is not None), default=0.0)


def trend_of(figure: Figure, values: Sequence[Value], *, ascii_only: bool = False) -> str:
    """How a figure went, week by week: as high as it ever was is full."""
    heights = [value.height(figure) for value in values]
    return columns(heights, max((h for h in heights if h is not None), default=0.0), WEEKS, ascii_only=ascii_only)


def bar_of(figure: Figure, value: Value, values: Sequence[Value], cells: int, *, ascii_only: bool = False) -> str:
    """A value as a bar beside the others."""
    return bar(value.height(figure), highest_of(figure, values), cells, ascii_only=ascii_only)


def figure_lines(board: LeadBoard, *, ascii_only: bool = False) -> list[str]:
    """Every figure with its total, its definition, and each group with a bar and the number; what is past its limit with a sign."""
    counted, money = board.now, board.now.money
    lines = [range_text(counted), f"days as in {counted.zone}, by {counted.by}; before: {range_of(board.before)}"]
    width = max([10, *(min(40, len(show(group.label))) for group in counted.groups)])
    for figure in counted.shown:
        values, whole = counted.values[figure.key], board.whole(figure)
        said = f"{figure.name}: {value_text(figure, whole.now, money)}"
        lines += ["", f"{'! ' if whole.past else ''}{said}{beside_text(board, figure, whole)}"]
        trend = trend_of(figure, whole.trend, ascii_only=ascii_only)
        lines += [f"  {trend}  the last {WEEKS} weeks"]
        lines += [f"  {sentence}" for sentence in (figure.sentence, counted.reservation(figure)) if sentence]
        lines += [
            f"{'!' if one.past else ' '} {pad(group.label, width)}  "
            f"{bar_of(figure, one.now, values, _BAR, ascii_only=ascii_only)}  "
            f"{value_text(figure, one.now, money)}{was_text(figure, one, money)}"
            for group, one in board.groups(figure)
        ]
    return lines


def was_text(figure: Figure, standing: Measured, money: Money) -> str:
    """What it was in the days before, behind a number: ", before 91% (+3)"; "" where that is not known."""
    if not standing.before.known(figure):
        return ""
    change = change_text(figure, standing.now, standing.before, money)
    return f", before {number_text(figure, standing.before, money)}{f' ({change})' if change else ''}"


def beside_text(board: LeadBoard, figure: Figure, standing: Measured) -> str:
    """What stands beside the number of a figure: what it was, and its limit."""
    limit = limit_text(figure, board.limits[figure.key])
    return f"{was_text(figure, standing, board.now.money)}{f'; {limit}' if limit else ''}"


def range_of(counted: Figures) -> str:
    """The days of figures."""
    first = day_text(counted.first)
    return first if counted.first == counted.last else f"{first} – {day_text(counted.last)}"


def range_text(counted: Figures) -> str:
    """The days of the figures, named."""
    return f"Figures  {range_of(counted)}"


def behind_lines(figure: Figure, visits: Sequence[Behind], money: Money, times: Times) -> list[str]:
    """The visits behind a figure, a line each, and what made most of them late."""
    lines = [
        f"{pad(visit.reference, 10)}  {times.moment(visit.at)}  "
        f"{pad(visit.client, 26)}  {why_text(figure, visit, times) or share_text(figure, visit, money)}"
        for visit in visits
    ]
    counted = counted_text((visit.gravest, visit.told) for visit in visits)
    return [*lines, *([f"Gravest cause: {counted}"] if counted else ())] or ["No visits."]


def share_text(figure: Figure, visit: Behind, money: Money) -> str:
    """What a visit adds to a figure."""
    value = Value(visit.top, visit.below, visit.lacking)
    if figure.unit is FigureUnit.TIME_SHARE and not visit.below:
        return time_of(visit.top)
    return made_text(figure, value) or value_text(figure, value, money)


def why_text(figure: Figure, visit: Behind, times: Times) -> str:
    """By what a visit counts as it does, as the clocks showed it; "" where the number says all."""
    if figure.kept is KeptSince.PROMISES:
        return " · ".join(filter(None, (Promise(*visit.why).words(times), show(visit.causes))))
    if figure.key == "first_time_fix":
        state, again, repeat, asked_at = visit.why
        said = ["" if state == State.CLOSED.value and again else State(state).label]
        said += [f"{show(again)} follows it"] if again else []
        said += [f"asked again on {day_text(day_of(asked_at, times.zone))}: {show(repeat)}"] if repeat else []
        return " · ".join(word for word in said if word)
    return ""


def figures_form(board: LeadBoard) -> dict[str, Any]:
    """The figures in JSON (docs/json.md)."""
    counted, money = board.now, board.now.money

    def standing_form(figure: Figure, one: Measured) -> dict[str, Any]:
        return value_form(figure, one.now, money) | {
            "before": value_form(figure, one.before, money)["value"],
            "past_limit": one.past,
            "trend": [value_form(figure, value, money)["value"] for value in one.trend],
        }

    figures = [
        form(figure, "figure=key name unit definition=sentence better")
        | ({"reservation": said} if (said := counted.reservation(figure)) else {})
        | {
            "limit": None if (limit := board.limits[figure.key]) is None else limit / 100,
            "total": standing_form(figure, board.whole(figure)),
            "groups": [
                form(group, "group=label from=first to=last") | standing_form(figure, one)
                for group, one in board.groups(figure)
            ],
        }
        for figure in counted.shown
    ]
    before = form(board.before, "before_from=first before_to=last")
    return form(counted, "from=first to=last zone by currency=money.currency") | before | {"figures": figures}


def value_form(figure: Figure, value: Value, money: Money) -> dict[str, Any]:
    """A value in JSON: `value` null where nothing is known; a share is `numerator` of `denominator`, times in minutes."""
    known = value.known(figure)
    if figure.unit is FigureUnit.MONEY:
        return {"value": format_minor(value.top, money.exponent) if known else None, "not_known": value.lacking}
    if figure.unit is FigureUnit.COUNT:
        return {"value": value.top} | ({figure.of: value.below} if figure.of else {})
    scale = 60 if figure.unit is FigureUnit.TIME_SHARE else 1
    top, below = ((count + scale // 2) // scale for count in (value.top, value.below))
    return {"value": round(value.top / value.below, 4) if known else None, "numerator": top, "denominator": below}


def behind_form(figure: Figure, visits: Sequence[Behind], money: Money, times: Times) -> list[dict[str, Any]]:
    """The visits behind a figure in JSON."""
    return [
        form(visit, "reference client at@", times.zone)
        | value_form(figure, Value(visit.top, visit.below, visit.lacking), money)
        | ({"why": why} if (why := why_text(figure, visit, times)) else {})
        | (form(visit, "cause=gravest told") if visit.gravest else {})
        for visit in visits
    ]


FIGURE_COLUMNS = ("figure", "group", "from", "to", "value", "numerator", "denominator", "not_known", "unit")


def figure_rows(counted: Figures) -> Iterator[tuple[str | int | float | Decimal | None, ...]]:
    """A row for each figure and group as data, in the order of `FIGURE_COLUMNS`; the totals first."""
    for figure in counted.shown:
        pairs = [("total", counted.first, counted.last, counted.totals[figure.key])]
        pairs += [
            (show(group.label), group.first, group.last, value)
            for group, value in zip(counted.groups, counted.values[figure.key], strict=True)
        ]
        for label, first, last, value in pairs:
            form = value_form(figure, value, counted.money)
            number = form["value"] if not isinstance(form["value"], str) else Decimal(form["value"])
            unit = counted.money.currency if figure.unit is FigureUnit.MONEY else figure.unit.value
            yield (
                figure.key, label, first.isoformat(), last.isoformat(), number, form.get("numerator"),
                form.get("denominator", form.get(figure.of)), form.get("not_known"), unit,
            )  # fmt: skip


def figures_csv(counted: Figures) -> str:
    """The figures as CSV."""
    return csv_text(FIGURE_COLUMNS, figure_rows(counted))
