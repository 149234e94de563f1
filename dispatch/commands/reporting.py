"""`dispatch figures`, `levels`, `report …` and `query`: what many visits come to, in numbers, on paper, in SQL."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from dispatch.commands.declared import CommandGroup, acts, alone, by, reads
from dispatch.commands.giving import report
from dispatch.commands.opening import user_of
from dispatch.commands.options import BRANCH, JSON, QUOTED, REFERENCE, Args, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.typed import CLIENT, TECHNICIAN, day, day_or_today, period
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.csv_text import csv_text
from dispatch.model.forms import form, forms
from dispatch.model.periods import SUCH_AS
from dispatch.model.text import cells_of, count_text, show

with lazily(__name__):
    from db import figures, settings
    from db.query import QueryResult as Found
    from dispatch.desk.book import records
    from dispatch.desk.figures import counting, day_sums, lead_board, meanings, sql_question
    from dispatch.desk.levels import clocks, level_period
    from dispatch.desk.reports import own_templates, quote, rates, sheet
    from dispatch.desk.reports.document import Report
    from dispatch.desk.texts import figure_words, level_words
    from dispatch.desk.visits import steps


_SAID_FROM = 60
"""So many days take seconds to count."""


@reads(
    "figures",
    "on time, first-time fix, utilisation, travel, tests, overrides, charged and given away",
    option("--from", "DAY", "the first day: 2026-11-24, yesterday, -7", reads=day, dest="first"),
    option("--to", "DAY", "the last day (default: today)", reads=day_or_today, dest="last"),
    option(
        "--by", None, "default: day", choices=("day", "week", "technician", "client", "kind", "skill"), default="day"
    ),
    option("--behind", "FIGURE", "the visits behind one figure, for example on_time, in place of the figures"),
    flag("--rebuild", "count all days anew, and keep what was counted: nothing else is printed"),
    flag("--ascii", "only ASCII characters in the charts"),
    one_of(flag("--json", "as JSON (docs/json.md)"), flag("--csv", "as CSV")),
    BRANCH,
    about="Every figure with its definition, its total beside that of as many days before, its limit (a setting of the firm) and "
    "small charts. Without --from the last seven days, by week "
    "the last four weeks.",
)
def _figures(store: Store, args: Args) -> Result:
    if args.behind and args.csv:
        raise Faulty(["--behind: stands with text or --json"])
    if args.rebuild:
        print(f"{count_text(day_sums.rebuild(store), 'day')} counted and kept.")
        return None
    last = args.last
    first = args.first or last - datetime.timedelta(days=27 if args.by == "week" else 6)
    if args.behind:
        return _behind(args, store, first, last)
    board = lead_board.lead_board(store, first, last, args.by, _tell)
    if args.csv:
        sys.stdout.write(figure_words.figures_csv(board.now))
        return None
    return Answer(
        board, figure_words.figures_form, lambda board: figure_words.figure_lines(board, ascii_only=args.ascii)
    )


def _tell(done: int, days: int) -> None:
    """Say on a terminal that it takes its time."""
    if days > _SAID_FROM and not done and sys.stderr.isatty():
        print(f"Counting {count_text(days, 'day')} not kept yet …", file=sys.stderr)


def _behind(args: Args, store: Store, first: datetime.date, last: datetime.date) -> Answer:
    firm, figure = settings.firm(store), counting.figure_called(args.behind)
    money = meanings.Money(firm.currency, figures.exponent_of(store, firm.currency))
    return Answer(
        counting.visits_behind(store, figure, counting.FigureGroup("", first, last), "day"),
        lambda visits: figure_words.behind_form(figure, visits, money, firm.times()),
        lambda visits: [
            f"{figure.name}: {figure.sentence}",
            *figure_words.behind_lines(figure, visits, money, firm.times()),
        ],
    )


@reads(
    "levels",
    "the service-level clocks of a visit, all running ones, or a client's month, quarter or year",
    option("reference", "REFERENCE", "the visit, for example R4001", nargs="?"),
    option("--client", "NAME", "the figures of this client's month, quarter or year", reads=CLIENT),
    option("--month", "MONTH", "2026-11, or 2026-Q4, or 2026 (default: the last whole month)", default=""),
    JSON,
    about="Without a reference every running clock, the one with the least time left first.",
)
def _levels(store: Store, args: Args) -> Answer:
    if args.client and args.reference:
        raise Faulty(["REFERENCE and --client: one of them is expected"])
    if args.month and not args.client:
        raise Faulty(["--month: stands with --client"])
    if args.client:
        levels = level_period.client_levels(store, args.client, period()(store, args.month, args))
        return Answer(levels, level_words.levels_form, level_words.levels_lines)
    times = settings.firm(store).times()
    if args.reference:
        visit = steps.find(store, args.reference)
        return Answer(
            clocks.clocks_of(store, [visit]).get(visit.id, ()),
            lambda running: [level_words.clock_form(clock, visit.zone) for clock in running],
            lambda running: level_words.clock_lines(running, times, visit.zone),
        )
    return Answer(
        clocks.open_clocks(store),
        lambda pairs: [
            form(visit, "reference client priority", priority=f"P{visit.priority}")
            | level_words.clock_form(clock, visit.zone)
            for visit, clock in pairs
        ],
        lambda pairs: level_words.open_lines(pairs, times),
    )


@report(
    "sheet",
    "a technician's day on paper: stops, contacts, boxes to tick",
    option("--technician", "NAME", "whose day (default: your own)", reads=TECHNICIAN),
    option("--date", "DAY", "2026-11-24, today, tomorrow, tue (default: today)", reads=day_or_today),
)
def _sheet(user: User, args: Args) -> Report:
    technician = args.technician or records.technician_named(user.store, user.staff.name)
    return sheet.sheet_report(user, technician, args.date)


@report(
    "quote",
    "what a visit would cost, for the client: what the minutes hold, until when, with a place to sign",
    *QUOTED,
    option("--work", "TEXT", "what would be done, in a line", default=""),
    option(
        "--valid-until", "DAY", "the last day on which it holds (default: as the settings say)", reads=day, dest="until"
    ),
    sent=True,
)
def _quote(user: User, args: Args) -> Report:
    return quote.quote_report(user, quote.QuoteAsked(*(getattr(args, name) for name in quote.QuoteAsked._fields)))


@report(
    "rates",
    "the rate card on one page: standard prices beside those of the service plans, and what each plan has",
    option("--client", "NAME", "for this client: with the fees for their computers, servers and users", reads=CLIENT),
    option(
        "--plan",
        "PLAN",
        "only this plan; may be given again",
        reads=lambda store, names, _: [records.service_plan_named(store, name) for name in names],
        action="append",
        default=[],
        dest="plans",
    ),
    sent=True,
)
def _rates(user: User, args: Args) -> Report:
    return rates.rates_report(user, args.plans, args.client)


@acts(
    "templates",
    "the templates of papers: which are yours, whether each can be used, and a copy of ours to begin with",
    option("--copy", "NAME", "put our paper.html, parts.html or paper.css into your folder"),
    JSON,
)
def _templates(user: User, args: Args) -> Result:
    if args.copy:
        return f"{own_templates.copy(user, args.copy)} counts from now on: change it as you like."
    found = own_templates.in_force(user.store)
    return Answer(
        found,
        lambda found: forms(found, "name own fault?"),
        own_templates.lines,
        1 if any(one.fault for one in found) else 0,
    )


_REPORTS = (
    _templates,
    _quote,
    _rates,
    report(
        "day",
        "the day for the lead: exceptions first, then figures, visits, charges",
        option("--date", "DAY", "2026-11-24, today, yesterday, tue (default: today)", reads=day_or_today),
        BRANCH,
    )(by("reports.day.day_report", day="date")),
    *(
        report(
            kind,
            f"a client's {kind}, for the review with them",
            option("--client", "NAME", f"whose {kind} it is", reads=CLIENT),
            option(
                f"--{kind}",
                kind.upper(),
                f"for example {such_as} (default: the last whole one)",
                reads=period(kind),
                default="",
                dest="period",
            ),
            sent=True,
            each=True,
        )(by("reports.period.period_report"))
        for kind, such_as in SUCH_AS.items()
    ),
    report(
        "firm",
        "the firm's month, quarter or year: sums by client, technician and kind, given away, open",
        option(
            "--period", "PERIOD", "2026-11, 2026-Q4 or 2026 (default: the last whole month)", reads=period(), default=""
        ),
    )(by("reports.firm.firm_report")),
    report(
        "margin",
        "revenue and margin of a month, quarter or year, by client, agreement and technician: leads only",
        option(
            "--period", "PERIOD", "2026-11, 2026-Q4 or 2026 (default: the last whole month)", reads=period(), default=""
        ),
        option("--client", "NAME", "of this client only", reads=CLIENT),
    )(by("reports.margin.margin_report")),
    _sheet,
    report(
        "visit",
        "the service report of a visit, for the client",
        REFERENCE,
        flag("--with-charge", "with the charge, once it stands"),
        sent=True,
    )(by("reports.service.service_report")),
)


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
        sys.stdout.write(csv_text(answer.columns, answer.rows))
        return None
    return Answer(
        answer, lambda answer: [dict(zip(answer.columns, map(_plain, row), strict=True)) for row in answer.rows], _lines
    )


def _plain(value: Any) -> Any:
    """A value as JSON has it: bytes in hexadecimal."""
    return value.hex() if isinstance(value, bytes) else value


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


COMMANDS = (
    _figures,
    _levels,
    _query,
    CommandGroup(
        "report",
        "the day, a client's or the firm's month, quarter or year, a technician's day sheet, for a client a visit, quote or prices",
        _REPORTS,
        about="Each as text, Markdown, HTML, CSV or JSON. At the foot stands the head of the audit chain.",
        word="report",
    ),
)
