"""`dispatch query`: a figure that no screen has, asked of the database in SQL by the lead."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat

if TYPE_CHECKING:
    from db.query import Answer

_WIDEST = 60


def add_parsers(groups: Any) -> None:
    """Register `dispatch query`."""
    parser = groups.add_parser(
        "query",
        parents=[common_options()],
        help="lead: ask the database itself, in SQL (docs/operating.md)",
        description="Answers one SELECT. Nothing can be changed by it, and keys, sessions and what can still be undone are not "
        "shown. After ten seconds it is ended. Instants are epoch seconds, money is in minor units.",
    )
    parser.add_argument("sql", nargs="?", metavar="SELECT", help="the question; - reads it from standard input")
    parser.add_argument("--tables", action="store_true", help="say which tables and columns there are to ask")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    how.add_argument("--csv", action="store_true", help="as CSV")
    how.add_argument("--table", action="store_true", help="as text in columns, as without any of these")
    parser.set_defaults(run=_query)


def _query(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.asking import ask, tables
    from dispatch.desk.refusals import Faulty

    if args.tables == (args.sql is not None):
        raise Faulty(["query: either a SELECT or --tables is expected"])
    seat = open_seat(args)
    answer = tables(seat) if args.tables else ask(seat, sys.stdin.read() if args.sql == "-" else args.sql)
    if args.json:
        print_json([dict(zip(answer.columns, map(_plain, row), strict=True)) for row in answer.rows])
    elif args.csv:
        _print_csv(answer)
    else:
        print("\n".join(_lines(answer)))
    return 0


def _plain(value: Any) -> Any:
    """A value as JSON has it: bytes in hexadecimal."""
    return value.hex() if isinstance(value, bytes) else value


def _print_csv(answer: Answer) -> None:
    import csv

    from dispatch.model.text import csv_cell, show

    safe = show if sys.stdout.isatty() else csv_cell
    rows = csv.writer(sys.stdout, lineterminator="\r\n")
    for row in (answer.columns, *answer.rows):
        rows.writerow([safe(value) if isinstance(value, str) else _plain(value) for value in row])


def _lines(answer: Answer) -> Iterable[str]:
    """The answer in columns: numbers to the right, nothing shown as –."""
    from dispatch.model.text import cells_of, show

    def cell(value: Any) -> str:
        return "–" if value is None else show(str(_plain(value)), _WIDEST)

    table = [[show(name, _WIDEST) for name in answer.columns], *([cell(value) for value in row] for row in answer.rows)]
    widths = [max(map(cells_of, column)) for column in zip(*table, strict=True)]
    numeric = [
        all(isinstance(value, int | float | None) for value in column) for column in zip(*answer.rows, strict=True)
    ] or [False] * len(widths)

    def line(cells: Sequence[str]) -> str:
        parts = []
        for text, width, right in zip(cells, widths, numeric, strict=True):
            space = " " * (width - cells_of(text))
            parts.append(space + text if right else text + space)
        return "  ".join(parts).rstrip()

    yield line(table[0])
    yield "  ".join("─" * width for width in widths)
    for row in table[1:]:
        yield line(row)
