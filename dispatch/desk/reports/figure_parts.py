"""Figures on paper: as tiles, as cells of a table, and all of them with what each counts and how it was before."""

from __future__ import annotations

from dispatch.desk.figures.counting import Figures, figure_called
from dispatch.desk.figures.meanings import Figure, FigureUnit, Money, Value, time_of, value_text
from dispatch.desk.reports.document import Amount, Cell, ReportTable, Section


def tile(counted: Figures, key: str) -> tuple[str, Cell]:
    """The total of a figure as one reads it at a glance: of how many stands with its name."""
    figure = figure_called(key)
    value = counted.totals[key]
    of = f", {value.top} of {value.below}" if figure.unit is FigureUnit.SHARE and value.below else ""
    return f"{figure.name}{of}", cell(figure, value, counted.money)


def cell(figure: Figure, value: Value, money: Money) -> Cell:
    """A value for a column of its own: a share in percent, money as an amount; None where nothing is known."""
    if not value.known(figure):
        return None
    if figure.unit is FigureUnit.MONEY:
        return Amount(value.top, money.exponent, money.currency)
    return value.top if figure.unit is FigureUnit.COUNT else f"{value.percent()}%"


def hours(value: Value) -> Cell:
    """What of a share of time was counted, as a length of time; None of nothing."""
    return time_of(value.top) if value.below or value.top else None


def figures_section(counted: Figures, before: Figures | None = None, when: str = "") -> Section:
    """Every figure with its total and its definition, beside that of the time before, which is called `when`."""
    rows: list[tuple[Cell, ...]] = []
    for figure in counted.shown:
        was = () if before is None else (value_text(figure, before.totals[figure.key], before.money),)
        said = " ".join(filter(None, (figure.sentence, counted.reservation(figure))))
        rows.append((figure.name, value_text(figure, counted.totals[figure.key], counted.money), *was, said))
    titles = ("Figure", "Value", *((when,) if before is not None else ()), "What it counts")
    return Section("Figures", tables=(ReportTable(titles, tuple(rows)),))
