"""The options of `dispatch log`, and the log as text and as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from dispatch.commands.options import Args, Store, flag, one_of, option
from dispatch.commands.printing import Answer
from dispatch.desk.session.refusals import refuse
from dispatch.lazily import lazily
from dispatch.model.typed_times import parse_day

with lazily(__name__):
    from db import search_index, settings
    from dispatch.commands import forms
    from dispatch.desk.log import visit_log
    from dispatch.desk.texts import log_words
    from dispatch.model import reviews, states
    from dispatch.model.boards import Log

_REVIEWS = ("to_review", "approved", "exported", "sent_back", "none")
_DAYS = (
    option("--to", "DAY", "the last day of several, from --date on"),
    flag("--week", "the week of --date"),
    flag("--all", "all days"),
)
_NARROWING = (
    option("--technician", "NAME", "visits of technicians whose name holds this", default=""),
    option("--client", "NAME", "visits of clients whose name holds this", default=""),
    flag("--exceptions", "only visits with something to look at"),
    option(
        "--only",
        "EXCEPTION",
        "only visits with this exception: waived, overridden, failed, late, … (repeat for several)",
        action="append",
    ),
    option("--review", None, "only with this state of review", action="append", choices=_REVIEWS),
    option(
        "--search",
        "WORDS",
        "only visits in whose words every one of these begins a word: work, notes, evidence, reasons, names",
        dest="words",
        default="",
    ),
    option("--sort", "COLUMN", "client, charge, exceptions, … (default: by start)", default=""),
    flag("--reverse", "the greatest first", dest="descending"),
)
OPTIONS = (one_of(*_DAYS), *_NARROWING)
"""What narrows and sorts the log. With any of them it is printed as text."""


def narrowed(args: Args) -> bool:
    """Whether something was asked for that is printed and not shown on the screen."""
    return any(getattr(args, each.dest) for each in (*_DAYS, *_NARROWING))


def ask_nothing(args: Args) -> None:
    """The whole log of its day, for a caller whose parser has not these options."""
    for each in (*_DAYS, *_NARROWING):
        setattr(args, each.dest, each.keywords.get("default", False))


def answer(args: Args, store: Store, date: datetime.date) -> Answer:
    """The log as it is wanted."""
    narrowing = _wanted(args, store, date)

    def lines(log: Log) -> Iterator[str]:
        yield from log_words.log_lines(
            log, " · ".join(filter(None, (narrowing.words_of_days(), narrowing.words_of_filters())))
        )
        if narrowing.words.strip() and not search_index.possible():
            yield "This SQLite has no FTS5: every visit was read for these words, which is slower than an index."

    return Answer(visit_log.visit_log(store, narrowing), lambda log: forms.log_form(log, narrowing), lines)


def _wanted(args: Args, store: Store, date: datetime.date) -> visit_log.LogFilter:
    """What was asked for.

    Raises:
        Faulty: with everything that cannot be understood.
    """
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
        first, last = visit_log.week_of(date, settings.firm(store).first_weekday)
    elif args.all or (args.words and not args.date):
        first = None
    if args.sort and args.sort not in visit_log.SORTS:
        faults.append(f"sort: {args.sort!r} is not one of {', '.join(visit_log.SORTS)}")
    named = {word.strip().casefold().replace(" ", "_").replace("-", "_") for word in args.only or ()}
    faults += [
        f"only: {name!r} is not one of {', '.join(reviews.ReviewMark)}"
        for name in sorted(named - set(reviews.ReviewMark))
    ]
    refuse(faults)
    names = ("technician", "client", "exceptions", "words", "sort", "descending")
    marks, reviewed = map(reviews.ReviewMark, named), map(states.Review, args.review or ())
    return visit_log.LogFilter(
        first,
        last,
        marks=frozenset(marks),
        reviews=frozenset(reviewed),
        **{name: getattr(args, name) for name in names},
    )
