"""`dispatch figures`: the firm's figures over days, weeks, technicians and clients."""

from __future__ import annotations

import datetime
import sys

from dispatch.commands.declared import reads
from dispatch.commands.options import Args, Store, flag, one_of, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.typed import day, day_or_today
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily

with lazily(__name__):
    from db import figures, settings
    from dispatch.desk.figures import counting, definitions
    from dispatch.desk.texts import figure_words


@reads(
    "figures",
    "on time, first-time fix, utilisation, travel, tests, overrides, charged and given away",
    option("--from", "DAY", "the first day: 2026-11-24, yesterday, -7", reads=day, dest="first"),
    option("--to", "DAY", "the last day (default: today)", reads=day_or_today, dest="last"),
    option("--by", None, "default: day", choices=("day", "week", "technician", "client"), default="day"),
    option("--behind", "FIGURE", "the visits behind one figure, for example on_time, in place of the figures"),
    flag("--ascii", "only ASCII characters in the charts"),
    one_of(flag("--json", "as JSON (docs/json.md)"), flag("--csv", "as CSV")),
    about="Every figure with its definition, its total and a small chart. Without --from the last seven days, by week "
    "the last four weeks.",
)
def _figures(store: Store, args: Args) -> Result:
    if args.behind and args.csv:
        raise Faulty(["--behind: stands with text or --json"])
    last = args.last
    first = args.first or last - datetime.timedelta(days=27 if args.by == "week" else 6)
    if args.behind:
        return _behind(args, store, first, last)
    counted = counting.figures_over(store, first, last, args.by)
    if args.csv:
        sys.stdout.write(figure_words.figures_csv(counted))
        return None
    return Answer(
        counted, figure_words.figures_form, lambda counted: figure_words.figure_lines(counted, ascii_only=args.ascii)
    )


def _behind(args: Args, store: Store, first: datetime.date, last: datetime.date) -> Answer:
    firm, figure = settings.firm(store), counting.figure_called(args.behind)
    money = definitions.Money(firm.currency, figures.exponent_of(store, firm.currency))
    return Answer(
        counting.visits_behind(store, figure, counting.FigureGroup("", first, last), "day"),
        lambda visits: figure_words.behind_form(figure, visits, money, firm.zone),
        lambda visits: [
            f"{figure.name}: {figure.sentence}",
            *figure_words.behind_lines(figure, visits, money, firm.zone, firm.clock_hours == 24),
        ],
    )


COMMANDS = (_figures,)
