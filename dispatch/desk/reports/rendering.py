"""A report as text, Markdown, CSV and JSON, and by `pages` as HTML.

Whatever people typed stays text: nothing in it runs in a browser, becomes markup, drives a terminal, or is evaluated by a
spreadsheet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from dispatch.desk.reports.data import DataTable, Datum
from dispatch.desk.reports.document import Amount, Cell, ChartBar, Report, ReportTable, Section, number_columns, words
from dispatch.desk.reports.pages import as_html
from dispatch.desk.session.refusals import Faulty
from dispatch.model.csv_text import csv_text
from dispatch.model.forms import form, forms
from dispatch.model.languages import say, speaking
from dispatch.model.money import format_minor
from dispatch.model.text import cells_of, pad, show, wrapped

_WIDEST = 40
_LINE = "\\_" * 40
"""A line to write on, in Markdown."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$&^])")
_MARKUP_AT_START = re.compile(r"^(\s*)([#+\-=:!>]|\d{1,9}(?=[.)]))")
_LIKE_A_LINK = re.compile(r"[^\s|]*(?:://|@|www\.|\w\.[^\W\d_]{2})[^\s|]*(?<![.,;:!?])", re.IGNORECASE)
"""What readers of Markdown may turn into a link by themselves, whatever is escaped in it: addresses, names of machines."""


def markdown_text(text: str) -> str:
    """Text of one line for Markdown: no markup, no HTML, no link comes of it, also inside a table."""
    line = show(" ".join(text.split()))
    parts, end = [], 0
    for match in _LIKE_A_LINK.finditer(line):
        parts += [_MARKUP.sub(r"\\\1", line[end : match.start()]), _code(match[0])]
        end = match.end()
    return _MARKUP_AT_START.sub(_escaped_start, "".join([*parts, _MARKUP.sub(r"\\\1", line[end:])]))


def as_text(report: Report, width: int | None = None) -> str:
    """The report as text for a terminal, in lines of at most `width` cells (without it, its own) where its tables allow that."""
    with speaking(report.language):
        return _text(report, width or report.width)


def _text(report: Report, width: int) -> str:
    lines = [part for line in (report.title, report.subtitle, *report.to) for part in wrapped(line, width)]
    for section in report.sections:
        lines += ["", *wrapped(show(section.title).upper(), width)]
        names = max((cells_of(show(name)) for name, _ in section.facts), default=0)
        for name, value in section.facts:
            first, *rest = wrapped(words(value), max(8, width - names - 4))
            lines += [f"  {pad(name, names)}  {first}", *(" " * (names + 4) + more for more in rest)]
        lines += [f"  {line}" for bar in section.bars for line in wrapped(_bar_line(bar, section), width - 2)]
        for point in section.points:
            first, *rest = wrapped(f"{point.text}: {point.mark}" if point.mark else point.text, width - 4)
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
            lines += [f"      {line}" for note in point.notes for line in wrapped(note, width - 6)]
        for paragraph in (*section.paragraphs, *_captions(section)):
            lines += [f"  {line}" for line in wrapped(paragraph, width - 2)]
        for table in section.tables:
            lines += [f"  {line}" for line in _text_table(table, width - 2)]
        room = max(map(cells_of, section.to_sign), default=0)
        lines += [part for name in section.to_sign for part in ("", f"  {pad(name, room)}  {'_' * (width - room - 4)}")]
    foot = [part for line in report.foot for part in wrapped(line, width)]
    return "\n".join(line.rstrip() for line in [*lines, "", *foot]) + "\n"


def as_markdown(report: Report) -> str:
    """The report as Markdown with tables."""
    with speaking(report.language):
        return _markdown(report)


def _markdown(report: Report) -> str:
    lines = [f"# {markdown_text(report.title)}", "", markdown_text(report.subtitle)]
    lines += ["", *(f"{markdown_text(line)}  " for line in report.to)] if report.to else []
    for section in report.sections:
        lines += ["", f"## {markdown_text(section.title)}", ""]
        lines += [f"- {markdown_text(name)}: {_markdown_cell(value)}" for name, value in section.facts]
        lines += [f"- {markdown_text(bar.label)}: {markdown_text(bar.value)}" for bar in section.bars]
        for point in section.points:
            mark = f": **{markdown_text(point.mark)}**" if point.mark else ""
            lines.append(f"- {markdown_text(point.text)}{mark}")
            notes = [line for note in point.notes for line in note.split("\n") if line.strip()]
            lines += [f"  - {markdown_text(line)}" for line in notes]
        for paragraph in (*section.paragraphs, *_captions(section)):
            lines += ["", markdown_text(paragraph)]
        for table in section.tables:
            lines += ["", *_markdown_table(table)]
        lines += [part for name in section.to_sign for part in ("", f"{markdown_text(name)}: {_LINE}")]
    return "\n".join([*lines, "", "---", "", *(f"{markdown_text(line)}  " for line in report.foot)]) + "\n"


def table_csv(table: DataTable) -> str:
    """A table of data as CSV."""
    return csv_text(table.columns, table.rows)


def as_csv(report: Report, table: str = "") -> str:
    """One table of the report's data as CSV: the one of that name, else the first.

    Raises:
        Faulty: it has no such table.
    """
    named = {one.name: one for one in report.data}
    if table and table not in named:
        raise Faulty([f"table: {show(table, 40)!r} is not one of {', '.join(named)}"])
    return table_csv(named[table] if table else report.data[0])


def form_of(report: Report) -> dict[str, Any]:
    """The report in JSON (docs/json.md): as it reads, and as `tables` of data. Money is text with the currency's decimals."""
    return form(
        report,
        "report=kind title subtitle to sections foot tables",
        sections=[
            form(
                section,
                "title facts bars points paragraphs tables pictures to_sign",
                facts=[
                    {"name": name, "value": _json_value(value)}
                    | ({"currency": value.currency} if isinstance(value, Amount) else {})
                    for name, value in section.facts
                ],
                bars=forms(section.bars, "label percent value"),
                pictures=[picture.caption for picture in section.pictures],
                points=forms(section.points, "text stands=mark? notes"),
                tables=[_table_form(table, currency_of(table)) for table in section.tables],
            )
            for section in report.sections
        ],
        tables={
            table.name: [dict(zip(table.columns, map(_json_datum, row), strict=True)) for row in table.rows]
            for table in report.data
        },
    )


def _table_form(table: ReportTable, currency: str | None) -> dict[str, Any]:
    rows = [[_json_value(cell, currency is None) for cell in row] for row in table.rows]
    return form(table, "columns currency rows", currency=currency, rows=rows)


def as_json(report: Report) -> str:
    """`form_of` as one document in ASCII."""
    return json.dumps(form_of(report), indent=2, ensure_ascii=True) + "\n"


FORMS: Mapping[str, Callable[[Report], str]] = MappingProxyType(
    {"plain": as_text, "markdown": as_markdown, "html": as_html, "csv": as_csv, "json": as_json}
)
"""The forms that a report can take, by the name of their option."""
ENDINGS: Mapping[str, str] = MappingProxyType(
    {".txt": "plain", ".md": "markdown", ".html": "html", ".htm": "html", ".pdf": "pdf", ".csv": "csv", ".json": "json"}
)
"""The form that the ending of a file's name asks for."""


def _bar_line(bar: ChartBar, section: Section) -> str:
    room = max(cells_of(show(one.label)) for one in section.bars)
    return f"{pad(bar.label, room)}  {pad('█' * round(bar.percent / 5), 20)}  {bar.value}"


def _captions(section: Section) -> Iterator[str]:
    return (say("Photograph: {caption}", caption=picture.caption) for picture in section.pictures)


def _text_table(table: ReportTable, width: int) -> Iterator[str]:
    if not table.rows:
        yield table.empty
        return
    shown = [[words(cell) for cell in row] for row in table.rows]
    widths = [
        min(_WIDEST, max(cells_of(show(text)) for text in (title, *(row[number] for row in shown))))
        for number, title in enumerate(table.columns)
    ]
    numbers = number_columns(table)
    # the widest column of words gives way first, and never below what a word needs
    while sum(widths) + 2 * (len(widths) - 1) > width:
        widest = max(range(len(widths)), key=lambda number: 0 if number in numbers else widths[number])
        if widths[widest] <= 12 or widest in numbers:
            break
        widths[widest] -= 1
    for row in ([*table.columns], *shown):
        parts = [wrapped(text, widths[number]) for number, text in enumerate(row)]
        for line in range(max(map(len, parts))):
            cells = [part[line] if line < len(part) else "" for part in parts]
            yield "  ".join(
                cell.rjust(widths[number]) if number in numbers else pad(cell, max(widths[number], cells_of(cell)))
                for number, cell in enumerate(cells)
            ).rstrip()


def _markdown_table(table: ReportTable) -> Sequence[str]:
    if not table.rows:
        return [markdown_text(table.empty)]
    numbers = number_columns(table)
    return [
        f"| {' | '.join(markdown_text(title) for title in table.columns)} |",
        f"| {' | '.join('---:' if number in numbers else '---' for number in range(len(table.columns)))} |",
        *(f"| {' | '.join(_markdown_cell(cell) for cell in row)} |" for row in table.rows),
    ]


def _markdown_cell(cell: Cell) -> str:
    return markdown_text(words(cell)) if cell is None or isinstance(cell, str) else words(cell)


def _code(text: str) -> str:
    """A code span, in which nothing is a link, whatever backticks are in it."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"


def _escaped_start(match: re.Match[str]) -> str:
    """A sign that begins a list, a heading or a quotation, escaped; of a numbered list its point."""
    return f"{match[1]}{match[2]}\\" if match[2].isdigit() else f"{match[1]}\\{match[2]}"


def currency_of(table: ReportTable) -> str | None:
    """The currency of a table's amounts; None where it has none, or several: then each amount says its own."""
    currencies = {cell.currency for row in table.rows for cell in row if isinstance(cell, Amount)}
    return currencies.pop() if len(currencies) == 1 else None


def _json_datum(value: Datum) -> str | float | bool | None:
    return str(value) if isinstance(value, Decimal) else value


def _json_value(cell: Cell, mixed: bool = False) -> str | int | None:
    if isinstance(cell, Amount):
        return f"{cell.decimal} {cell.currency}" if mixed else format_minor(cell.minor, cell.exponent)
    return str(cell) if isinstance(cell, Decimal) else cell
