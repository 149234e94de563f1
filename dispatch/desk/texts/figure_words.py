"""The figures as text with small charts, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from db.figures import Behind
from dispatch.desk.figures.counting import Figures
from dispatch.desk.figures.lateness import counted_text
from dispatch.desk.figures.meanings import Figure, FigureUnit, KeptSince, Money, Value, value_text
from dispatch.model.charts import bar, columns
from dispatch.model.forms import form
from dispatch.model.instants import Times, day_of, day_text, span_text
from dispatch.model.money import format_minor
from dispatch.model.promises import Promise
from dispatch.model.states import State
from dispatch.model.text import csv_cell, pad, show

_BAR = 12


def highest_of(figure: Figure, values: Sequence[Value]) -> float:
    """What a full bar means: all of it for a share, else the highest value that is shown."""
    if figure.unit in (FigureUnit.SHARE, FigureUnit.TIME_SHARE):
        return 1.0
    return max((height for value in values if (height := value.height(figure)) is not None), default=0.0)


def chart_of(figure: Figure, values: Sequence[Value], cells: int, *, ascii_only: bool = False) -> str:
    """The values as a line of columns."""
    heights = [value.height(figure) for value in values]
    return columns(heights, highest_of(figure, values), cells, ascii_only=ascii_only)


def bar_of(figure: Figure, value: Value, values: Sequence[Value], cells: int, *, ascii_only: bool = False) -> str:
    """A value as a bar beside the others."""
    return bar(value.height(figure), highest_of(figure, values), cells, ascii_only=ascii_only)


def figure_lines(counted: Figures, *, ascii_only: bool = False) -> list[str]:
    """Every figure with its total, its definition, and each group with a bar and the number."""
    lines = [range_text(counted), f"days as in {counted.zone}, by {counted.by}"]
    width = max([10, *(min(40, len(show(group.label))) for group in counted.groups)])
    for figure in counted.shown:
        values = counted.values[figure.key]
        lines += ["", f"{figure.name}: {value_text(figure, counted.totals[figure.key], counted.money)}"]
        lines += [f"  {sentence}" for sentence in (figure.sentence, counted.reservation(figure)) if sentence]
        lines += [
            f"  {pad(group.label, width)}  {bar_of(figure, value, values, _BAR, ascii_only=ascii_only)}  "
            f"{value_text(figure, value, counted.money)}"
            for group, value in counted.worst_first(figure)
        ]
    return lines


def range_text(counted: Figures) -> str:
    """The days of the figures."""
    if counted.first == counted.last:
        return f"Figures  {day_text(counted.first)}"
    return f"Figures  {day_text(counted.first)} – {day_text(counted.last)}"


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
    if figure.unit is FigureUnit.TIME_SHARE:
        below = f" of {span_text((visit.below + 30) // 60)}" if visit.below else ""
        return f"{span_text((visit.top + 30) // 60)}{below}"
    if figure.unit is FigureUnit.SHARE:
        return f"{visit.top} of {visit.below} {figure.of}"
    return value_text(figure, Value(visit.top, visit.below, visit.lacking), money)


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


def figures_form(counted: Figures) -> dict[str, Any]:
    """The figures in JSON (docs/json.md)."""
    figures = [
        form(figure, "figure=key name unit definition=sentence")
        | ({"reservation": said} if (said := counted.reservation(figure)) else {})
        | {
            "total": value_form(figure, counted.totals[figure.key], counted.money),
            "groups": [
                form(group, "group=label from=first to=last") | value_form(figure, value, counted.money)
                for group, value in zip(counted.groups, counted.values[figure.key], strict=True)
            ],
        }
        for figure in counted.shown
    ]
    return form(counted, "from=first to=last zone by currency=money.currency") | {"figures": figures}


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
    """The figures as CSV. Names that a spreadsheet would run are text."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(FIGURE_COLUMNS)
    rows.writerows([csv_cell(cell) for cell in row] for row in figure_rows(counted))
    return out.getvalue()
