"""`dispatch query`: a figure that no screen has, asked of the database in SQL by the lead."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from dispatch.commands.declared import alone
from dispatch.commands.opening import user_of
from dispatch.commands.options import Args, flag, one_of, option
from dispatch.commands.printing import Answer, Result
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.text import cells_of, csv_cell, show

with lazily(__name__):
    from db.query import QueryResult as Found
    from dispatch.desk.figures import sql_question

_WIDEST = 60


@alone(
    "query",
    "lead: ask the database itself, in SQL (docs/operating.md)",
    option("sql", "SELECT", "the question; - reads it from standard input", nargs="?"),
    flag("--tables", "say which tables and columns there are to ask"),
    one_of(
        flag("--json", "as JSON (docs/json.md)"),
        flag("--csv", "as CSV"),
        flag("--table", "as text in columns, as without any of these"),
    ),
    about="Answers one SELECT. Nothing can be changed by it, and keys, sessions and what can still be undone are not "
    "shown. After ten seconds it is ended. Instants are epoch seconds, money is in minor units.",
)
def _query(args: Args) -> Result:
    if args.tables == (args.sql is not None):
        raise Faulty(["query: either a SELECT or --tables is expected"])
    user = user_of(args)
    answer = (
        sql_question.tables(user)
        if args.tables
        else sql_question.ask(user, sys.stdin.read() if args.sql == "-" else args.sql)
    )
    if args.csv:
        _print_csv(answer)
        return None
    return Answer(
        answer, lambda answer: [dict(zip(answer.columns, map(_plain, row), strict=True)) for row in answer.rows], _lines
    )


def _plain(value: Any) -> Any:
    """A value as JSON has it: bytes in hexadecimal."""
    return value.hex() if isinstance(value, bytes) else value


def _print_csv(answer: Found) -> None:
    safe = show if sys.stdout.isatty() else csv_cell
    rows = csv.writer(sys.stdout, lineterminator="\r\n")
    for row in (answer.columns, *answer.rows):
        rows.writerow([safe(value) if isinstance(value, str) else _plain(value) for value in row])


def _lines(answer: Found) -> Iterable[str]:
    """The answer in columns: numbers to the right, nothing shown as –."""

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


COMMANDS = (_query,)
