"""`dispatch figures`: the firm's figures over days, weeks, technicians and clients."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

from dispatch.commands.declared import Args, flag, one_of, option, reads
from dispatch.commands.printing import Answer, Result
from dispatch.desk.refusals import Faulty, refuse
from dispatch.model.instants import parse_day

if TYPE_CHECKING:
    from db.store import Store


@reads(
    "figures",
    "on time, first-time fix, utilisation, travel, tests, overrides, charged and given away",
    option("--from", "DAY", "the first day: 2026-11-24, yesterday, -7", dest="first"),
    option("--to", "DAY", "the last day (default: today)", dest="last"),
    option("--by", None, "default: day", choices=("day", "week", "technician", "client"), default="day"),
    option("--behind", "FIGURE", "the visits behind one figure, for example on_time, in place of the figures"),
    flag("--ascii", "only ASCII characters in the charts"),
    one_of(flag("--json", "as JSON (docs/json.md)"), flag("--csv", "as CSV")),
    about="Every figure with its definition, its total and a small chart. Without --from the last seven days, by week "
    "the last four weeks.",
)
def _figures(store: Store, args: Args) -> Result:
    from dispatch.desk.figures import words
    from dispatch.desk.figures.counting import figures_over

    if args.behind and args.csv:
        raise Faulty(["--behind: stands with text or --json"])
    first, last = _range(args, store)
    if args.behind:
        return _behind(args, store, first, last)
    found = figures_over(store, first, last, args.by)
    if args.csv:
        sys.stdout.write(words.figures_csv(found))
        return None
    return Answer(found, words.figures_form, lambda found: words.figure_lines(found, ascii_only=args.ascii))


def _behind(args: Args, store: Store, first: datetime.date, last: datetime.date) -> Answer:
    from db import settings
    from db.figures import exponent_of
    from dispatch.desk.figures import words
    from dispatch.desk.figures.counting import Group, figure_called, visits_behind
    from dispatch.desk.figures.defined import Money

    firm, figure = settings.firm(store), figure_called(args.behind)
    money = Money(firm.currency, exponent_of(store, firm.currency))
    return Answer(
        visits_behind(store, figure, Group("", first, last), "day"),
        lambda visits: words.behind_form(figure, visits, money, firm.zone),
        lambda visits: [
            f"{figure.name}: {figure.sentence}",
            *words.behind_lines(figure, visits, money, firm.zone, firm.clock_hours == 24),
        ],
    )


def _range(args: Args, store: Store) -> tuple[datetime.date, datetime.date]:
    """The days that are asked for, every fault in them at once."""
    from db import settings

    today = settings.today(store)
    read: dict[str, datetime.date] = {}
    faults = []
    for name, text in (("from", args.first), ("to", args.last)):
        try:
            if text:
                read[name] = parse_day(text, today=today)
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
    refuse(faults)
    last = read.get("to", today)
    return read.get("from", last - datetime.timedelta(days=27 if args.by == "week" else 6)), last


COMMANDS = (_figures,)
