"""The options of `dispatch log`, and the log as text and as JSON."""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.visit_log import Wanted
    from dispatch.model.boards import Log

_REVIEWS = ("to_review", "approved", "exported", "sent_back", "none")
_NARROWING = ("to", "week", "all", "technician", "client", "exceptions", "only", "review", "search", "sort", "reverse")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What narrows and sorts the log. With any of them it is printed as text."""
    days = parser.add_mutually_exclusive_group()
    days.add_argument("--to", metavar="DAY", help="the last day of several, from --date on")
    days.add_argument("--week", action="store_true", help="the week of --date")
    days.add_argument("--all", action="store_true", help="all days")
    parser.add_argument("--technician", metavar="NAME", help="visits of technicians whose name holds this")
    parser.add_argument("--client", metavar="NAME", help="visits of clients whose name holds this")
    parser.add_argument("--exceptions", action="store_true", help="only visits with something to look at")
    parser.add_argument(
        "--only",
        action="append",
        metavar="EXCEPTION",
        help="only visits with this exception: waived, overridden, failed, late, … (repeat for several)",
    )
    parser.add_argument("--review", action="append", choices=_REVIEWS, help="only with this state of review")
    parser.add_argument(
        "--search",
        metavar="WORDS",
        help="only visits in whose words every one of these begins a word: work, notes, evidence, reasons, names",
    )
    parser.add_argument("--sort", metavar="COLUMN", help="client, charge, exceptions, … (default: by start)")
    parser.add_argument("--reverse", action="store_true", help="the greatest first")


def narrowed(args: argparse.Namespace) -> bool:
    """Whether something was asked for that is printed and not shown on the screen."""
    return any(getattr(args, name) for name in _NARROWING)


def ask_nothing(args: argparse.Namespace) -> None:
    """The whole log of its day, for a caller whose parser has not these options."""
    for name in _NARROWING:
        setattr(args, name, None)


def run(args: argparse.Namespace, store: Store, date: datetime.date) -> int:
    """Print the log."""
    from dispatch.commands.forms import log_form
    from dispatch.commands.printing import print_json
    from dispatch.desk.log_words import log_lines

    wanted = _wanted(args, store, date)
    log = _read(store, wanted)
    if args.json:
        print_json(log_form(log, wanted))
        return 0
    told = " · ".join(part for part in (wanted.words_of_days(), wanted.words_of_filters()) if part)
    print("\n".join(log_lines(log, told)))
    if wanted.words.strip() and not _indexed():
        print("This SQLite has no FTS5: every visit was read for these words, which is slower than an index.")
    return 0


def _read(store: Store, wanted: Wanted) -> Log:
    from dispatch.desk.visit_log import visit_log

    return visit_log(store, wanted)


def _indexed() -> bool:
    from db import search

    return search.possible()


def _wanted(args: argparse.Namespace, store: Store, date: datetime.date) -> Wanted:
    """What was asked for.

    Raises:
        Faulty: with everything that cannot be understood.
    """
    from db import settings
    from dispatch.desk.refusals import Faulty
    from dispatch.desk.visit_log import SORTS, Wanted, week_of
    from dispatch.model.instants import parse_day
    from dispatch.model.reviews import Mark
    from dispatch.model.states import Review

    faults: list[str] = []
    first: datetime.date | None = date
    last = None
    if args.to:
        try:
            last = parse_day(args.to, today=date)
        except ValueError as fault:
            faults.append(f"to: {fault}")
        if last is not None and last < date:
            faults.append(f"to: {last.isoformat()} is before {date.isoformat()}")
    elif args.week:
        first, last = week_of(date, settings.firm(store).first_weekday)
    elif args.all or (args.search and not args.date):
        first = None
    if args.sort and args.sort not in SORTS:
        faults.append(f"sort: {args.sort!r} is not one of {', '.join(SORTS)}")
    named = {word.strip().casefold().replace(" ", "_").replace("-", "_") for word in args.only or ()}
    faults += [f"only: {name!r} is not one of {', '.join(Mark)}" for name in sorted(named - set(Mark))]
    if faults:
        raise Faulty(faults)
    return Wanted(
        first,
        last,
        technician=args.technician or "",
        client=args.client or "",
        exceptions=bool(args.exceptions),
        marks=frozenset(Mark(name) for name in named),
        reviews=frozenset(map(Review, args.review or ())),
        words=args.search or "",
        sort=args.sort or "",
        descending=bool(args.reverse),
    )
