"""`dispatch figures`: the firm's figures over days, weeks, technicians and clients."""

from __future__ import annotations

import argparse
import datetime
import sys
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_store

if TYPE_CHECKING:
    from db.store import Store

_BY = ("day", "week", "technician", "client")


def add_parsers(groups: Any) -> None:
    """Register the command."""
    parser = groups.add_parser(
        "figures",
        parents=[common_options()],
        help="on time, first-time fix, utilisation, travel, tests, overrides, charged and given away",
        description="Every figure with its definition, its total and a small chart. Without --from the last seven days, by week "
        "the last four weeks.",
    )
    parser.add_argument("--from", dest="first", metavar="DAY", help="the first day: 2026-11-24, yesterday, -7")
    parser.add_argument("--to", dest="last", metavar="DAY", help="the last day (default: today)")
    parser.add_argument("--by", choices=_BY, default="day", help="default: day")
    parser.add_argument(
        "--behind", metavar="FIGURE", help="the visits behind one figure, for example on_time, in place of the figures"
    )
    parser.add_argument("--ascii", action="store_true", help="only ASCII characters in the charts")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    how.add_argument("--csv", action="store_true", help="as CSV")
    parser.set_defaults(run=_figures)


def _figures(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.figures import words
    from dispatch.desk.figures.counting import figures_over
    from dispatch.desk.refusals import Faulty

    if args.behind and args.csv:
        raise Faulty(["--behind: stands with text or --json"])
    store = open_store(args)
    first, last = _range(args, store)
    if args.behind:
        return _behind(args, store, first, last)
    found = figures_over(store, first, last, args.by)
    if args.json:
        print_json(words.figures_form(found))
    elif args.csv:
        sys.stdout.write(words.figures_csv(found))
    else:
        print("\n".join(words.figure_lines(found, ascii_only=args.ascii)))
    return 0


def _behind(args: argparse.Namespace, store: Store, first: datetime.date, last: datetime.date) -> int:
    from db import settings
    from db.figures import exponent_of
    from dispatch.commands.printing import print_json
    from dispatch.desk.figures import words
    from dispatch.desk.figures.counting import Group, figure_called, visits_behind
    from dispatch.desk.figures.defined import Money

    firm, figure = settings.firm(store), figure_called(args.behind)
    money = Money(firm.currency, exponent_of(store, firm.currency))
    visits = visits_behind(store, figure, Group("", first, last), "day")
    if args.json:
        print_json(words.behind_form(figure, visits, money, firm.zone))
    else:
        print(
            "\n".join(
                [
                    f"{figure.name}: {figure.sentence}",
                    *words.behind_lines(figure, visits, money, firm.zone, firm.clock_hours == 24),
                ]
            )
        )
    return 0


def _range(args: argparse.Namespace, store: Store) -> tuple[datetime.date, datetime.date]:
    """The days that are asked for, every fault in them at once."""
    from dispatch.desk import views
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day

    today = views.today(store)
    read: dict[str, datetime.date] = {}
    faults = []
    for name, text in (("from", args.first), ("to", args.last)):
        try:
            if text:
                read[name] = parse_day(text, today=today)
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise Faulty(faults)
    last = read.get("to", today)
    return read.get("from", last - datetime.timedelta(days=27 if args.by == "week" else 6)), last
