"""A report as text, Markdown, HTML, CSV and JSON.

Whatever people typed stays text: nothing in it runs in a browser, becomes markup, drives a terminal, or is evaluated by a
spreadsheet.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from dispatch.desk.reports.data import DataTable, Datum
from dispatch.desk.reports.document import Amount, Cell, Report, ReportTable, Section
from dispatch.desk.session.refusals import Faulty
from dispatch.model.forms import form, forms
from dispatch.model.money import format_minor
from dispatch.model.text import cells_of, csv_cell, pad, show, wrapped

_WIDEST = 40
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$&^])")
_MARKUP_AT_START = re.compile(r"^(\s*)([#+\-=:!>]|\d{1,9}(?=[.)]))")
_LIKE_A_LINK = re.compile(r"[^\s|]*(?:://|@|www\.|\w\.[^\W\d_]{2})[^\s|]*(?<![.,;:!?])", re.IGNORECASE)
"""What readers of Markdown may turn into a link by themselves, whatever is escaped in it: addresses, names of machines."""
_LONG_WORD = re.compile(r"\S{28}(?=\S)")
_OTHER_CELL = re.compile(r"([;,\t|])([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

STYLE = """
@page { margin: 15mm; }
body { font: 11pt/1.4 system-ui, sans-serif; color: #111; background: #fff; max-width: 60em; margin: 1.5em auto; padding: 0 1em; }
h1 { font-size: 1.5em; margin: 0; }
h2 { font-size: 1.15em; margin: 1.4em 0 .4em; border-bottom: 1px solid #999; }
table { border-collapse: collapse; width: 100%; margin: .5em 0; }
th, td { text-align: left; vertical-align: top; padding: .2em .5em; border-bottom: 1px solid #ccc; white-space: pre-line;
  overflow-wrap: break-word; unicode-bidi: isolate; }
th { white-space: normal; }
.together table:first-of-type th:last-child { width: 30%; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
ul { margin: .4em 0; padding-left: 1.2em; } li { margin: .15em 0; white-space: pre-line; overflow-wrap: anywhere; }
li ul { white-space: normal; color: #333; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1em; margin: .4em 0; }
dt { color: #555; } dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
p { white-space: pre-line; } footer { margin-top: 2em; color: #555; font-size: .85em; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } tr, li, .together { break-inside: avoid; }
  thead { display: table-header-group; } h2 { break-after: avoid; } }
"""
"""The page carries all that it needs; nothing is fetched. It fits A4 and letter: the printer chooses the sheet."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_text(text: str) -> str:
    """Text for HTML between tags. Words too long for a column may be broken, so that no table grows wider than the sheet."""
    # what `show` returns has no NUL
    parts = _LONG_WORD.sub("\\g<0>\0", show(text, multiline=True)).split("\0")
    return "<wbr>".join(html.escape(part) for part in parts)


def markdown_text(text: str) -> str:
    """Text of one line for Markdown: no markup, no HTML, no link comes of it, also inside a table."""
    line = show(" ".join(text.split()))
    parts, end = [], 0
    for match in _LIKE_A_LINK.finditer(line):
        parts += [_MARKUP.sub(r"\\\1", line[end : match.start()]), _code(match[0])]
        end = match.end()
    return _MARKUP_AT_START.sub(_escaped_start, "".join([*parts, _MARKUP.sub(r"\\\1", line[end:])]))


def spreadsheet_text(text: str) -> str:
    """Text for a CSV cell: on one line, and no formula, also where a spreadsheet parts cells by another sign than the comma."""
    return csv_cell(_OTHER_CELL.sub(r"\1\2'", show(text)))


def as_text(report: Report, width: int | None = None) -> str:
    """The report as text for a terminal, in lines of at most `width` cells (without it, its own) where its tables allow that."""
    width = width or report.width
    lines = [*wrapped(report.title, width), *wrapped(report.subtitle, width)]
    for section in report.sections:
        lines += ["", *wrapped(show(section.title).upper(), width)]
        names = max((cells_of(show(name)) for name, _ in section.facts), default=0)
        for name, value in section.facts:
            first, *rest = wrapped(_words(value), max(8, width - names - 4))
            lines += [f"  {pad(name, names)}  {first}", *(" " * (names + 4) + more for more in rest)]
        for point in section.points:
            first, *rest = wrapped(f"{point.text}: {point.mark}" if point.mark else point.text, width - 4)
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
            lines += [f"      {line}" for note in point.notes for line in wrapped(note, width - 6)]
        for paragraph in section.paragraphs:
            lines += [f"  {line}" for line in wrapped(paragraph, width - 2)]
        for table in section.tables:
            lines += [f"  {line}" for line in _text_table(table, width - 2)]
    foot = [part for line in report.foot for part in wrapped(line, width)]
    return "\n".join(line.rstrip() for line in [*lines, "", *foot]) + "\n"


def as_markdown(report: Report) -> str:
    """The report as Markdown with tables."""
    lines = [f"# {markdown_text(report.title)}", "", markdown_text(report.subtitle)]
    for section in report.sections:
        lines += ["", f"## {markdown_text(section.title)}", ""]
        lines += [f"- {markdown_text(name)}: {_markdown_cell(value)}" for name, value in section.facts]
        for point in section.points:
            mark = f": **{markdown_text(point.mark)}**" if point.mark else ""
            lines.append(f"- {markdown_text(point.text)}{mark}")
            notes = [line for note in point.notes for line in note.split("\n") if line.strip()]
            lines += [f"  - {markdown_text(line)}" for line in notes]
        for paragraph in section.paragraphs:
            lines += ["", markdown_text(paragraph)]
        for table in section.tables:
            lines += ["", *_markdown_table(table)]
    return "\n".join([*lines, "", "---", "", *(f"{markdown_text(line)}  " for line in report.foot)]) + "\n"


def as_html(report: Report) -> str:
    """The report as a page of its own, to be read or printed."""
    title = html.escape(show(report.title))
    body = [f"<h1>{html_text(report.title)}</h1>", f"<p>{html_text(report.subtitle)}</p>"]
    for section in report.sections:
        body += _html_section(section)
    foot = "<br>\n".join(html_text(line) for line in report.foot)
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width">', '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>", f"<style>{STYLE}</style>", "</head>", "<body>", *body, f"<footer>{foot}</footer>",
        "</body>", "</html>", "",
    ])  # fmt: skip


def table_csv(table: DataTable) -> str:
    """A table of data as CSV (RFC 4180): the names of the columns, then a row for each. Numbers are numbers, text is no formula."""
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    rows.writerow(table.columns)
    rows.writerows([_csv_value(value) for value in row] for row in table.rows)
    return out.getvalue()


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
        "report=kind title subtitle sections foot tables",
        sections=[
            form(
                section,
                "title facts points paragraphs tables",
                facts=[
                    {"name": name, "value": _json_value(value)}
                    | ({"currency": value.currency} if isinstance(value, Amount) else {})
                    for name, value in section.facts
                ],
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
    {".txt": "plain", ".md": "markdown", ".html": "html", ".htm": "html", ".csv": "csv", ".json": "json"}
)
"""The form that the ending of a file's name asks for."""


def _words(cell: Cell) -> str:
    """A cell for people."""
    return "–" if cell is None else str(cell)


def _text_table(table: ReportTable, width: int) -> Iterator[str]:
    if not table.rows:
        yield table.empty
        return
    shown = [[_words(cell) for cell in row] for row in table.rows]
    widths = [
        min(_WIDEST, max(cells_of(show(text)) for text in (title, *(row[number] for row in shown))))
        for number, title in enumerate(table.columns)
    ]
    numbers = _number_columns(table)
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


def _number_columns(table: ReportTable) -> frozenset[int]:
    """The columns that hold numbers, and nothing else."""
    filled = [[row[number] for row in table.rows if row[number] is not None] for number in range(len(table.columns))]
    return frozenset(
        number
        for number, cells in enumerate(filled)
        if cells and all(isinstance(cell, (int, Decimal, Amount)) for cell in cells)
    )


def _markdown_table(table: ReportTable) -> Sequence[str]:
    if not table.rows:
        return [markdown_text(table.empty)]
    numbers = _number_columns(table)
    return [
        f"| {' | '.join(markdown_text(title) for title in table.columns)} |",
        f"| {' | '.join('---:' if number in numbers else '---' for number in range(len(table.columns)))} |",
        *(f"| {' | '.join(_markdown_cell(cell) for cell in row)} |" for row in table.rows),
    ]


def _markdown_cell(cell: Cell) -> str:
    return markdown_text(_words(cell)) if cell is None or isinstance(cell, str) else _words(cell)


def _code(text: str) -> str:
    """A code span, in which nothing is a link, whatever backticks are in it."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"


def _escaped_start(match: re.Match[str]) -> str:
    """A sign that begins a list, a heading or a quotation, escaped; of a numbered list its point."""
    return f"{match[1]}{match[2]}\\" if match[2].isdigit() else f"{match[1]}\\{match[2]}"


def _html_section(section: Section) -> Iterator[str]:
    yield '<section class="together">' if section.kept_together else "<section>"
    yield f"<h2>{html_text(section.title)}</h2>"
    if section.facts:
        yield "<dl>"
        for name, value in section.facts:
            yield f"<dt>{html_text(name)}</dt><dd>{html_text(_words(value))}</dd>"
        yield "</dl>"
    if section.points:
        yield "<ul>"
        for point in section.points:
            mark = f" <strong>{html_text(point.mark)}</strong>" if point.mark else ""
            notes = "".join(f"<li>{html_text(note)}</li>" for note in point.notes)
            yield f"<li>{html_text(point.text)}{mark}{f'<ul>{notes}</ul>' if notes else ''}</li>"
        yield "</ul>"
    for paragraph in section.paragraphs:
        yield f"<p>{html_text(paragraph)}</p>"
    for table in section.tables:
        yield from _html_table(table)
    yield "</section>"


def _html_table(table: ReportTable) -> Iterator[str]:
    if not table.rows:
        yield f"<p>{html_text(table.empty)}</p>"
        return
    numbers = _number_columns(table)
    marks = ['<{} class="number">' if number in numbers else "<{}>" for number in range(len(table.columns))]

    def line(tag: str, row: Sequence[Cell]) -> str:
        cells = (f"{mark.format(tag)}{html_text(_words(cell))}</{tag}>" for mark, cell in zip(marks, row, strict=True))
        return f"<tr>{''.join(cells)}</tr>"

    yield f"<table>\n<thead>{line('th', table.columns)}</thead>\n<tbody>"
    yield from (line("td", row) for row in table.rows)
    yield "</tbody>\n</table>"


def currency_of(table: ReportTable) -> str | None:
    """The currency of a table's amounts; None where it has none, or several: then each amount says its own."""
    currencies = {cell.currency for row in table.rows for cell in row if isinstance(cell, Amount)}
    return currencies.pop() if len(currencies) == 1 else None


def _csv_value(value: Datum) -> str | float | Decimal:
    if isinstance(value, bool):
        return str(value).lower()
    return spreadsheet_text(value) if isinstance(value, str) else "" if value is None else value


def _json_datum(value: Datum) -> str | float | bool | None:
    return str(value) if isinstance(value, Decimal) else value


def _json_value(cell: Cell, mixed: bool = False) -> str | int | None:
    if isinstance(cell, Amount):
        return f"{cell.decimal} {cell.currency}" if mixed else format_minor(cell.minor, cell.exponent)
    return str(cell) if isinstance(cell, Decimal) else cell
