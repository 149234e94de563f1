"""`dispatch import`: files into the store, with a word about every row that is not simply taken."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat
from dispatch.commands.standard_input import file_named
from dispatch.model.text import show

if TYPE_CHECKING:
    from dispatch.desk.seat import Seat

# the same as dispatch.desk.imports.importing.KINDS, which costs more to import than to repeat; a test compares them
_KINDS = ("rate-card", "technicians", "clients", "sites", "visits", "calendar")
_ROWS = 10_000

_DONE, _REFUSED, _USAGE, _PARTLY = 0, 1, 2, 4


def add_parsers(subparsers: Any) -> None:
    """Register `dispatch import`."""
    parser = subparsers.add_parser(
        "import",
        parents=[common_options()],
        help="take over a rate card, technicians, clients, sites, visits or the events of a calendar from a file",
        description="Take over a file, all of it or nothing. Twice is as good as once: what is there already is left.",
        epilog="Exit codes: 0 all is in, 1 refused and nothing was changed, 2 usage, 4 only the good rows are in.",
    )
    parser.add_argument("kind", choices=_KINDS, metavar="KIND", help=", ".join(_KINDS))
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="CSV in UTF-8, separated by commas, semicolons or tabs; rate-card: JSON; calendar: .ics; - reads standard input",
    )
    parser.add_argument("--check", action="store_true", help="only say what would become of each row")
    parser.add_argument("--accept-good", action="store_true", help="take the good rows although others are bad")
    parser.add_argument("--update", action="store_true", help="take the file over records that differ from it")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_mapping,
        metavar="THEIRS=OURS",
        help="what the file calls a column; calendar: the location or summary of an event = client / site",
    )
    parser.add_argument(
        "--minutes",
        type=_minutes,
        default=60,
        metavar="N",
        help="calendar: the work of an event that lasts all day (default 60)",
    )
    parser.add_argument(
        "--since", metavar="DAY", help="calendar: leave out what was over before this day, for example today"
    )
    parser.add_argument(
        "--rows", type=_rows, default=_ROWS, metavar="N", help=f"the most rows it may have (default {_ROWS:,})"
    )
    about = parser.add_mutually_exclusive_group()
    about.add_argument(
        "--columns", action="store_true", help="only list the columns of such a file, * those it must have"
    )
    about.add_argument(
        "--template", action="store_true", help="only print the first line of such a file, to be filled in below"
    )
    parser.add_argument("--json", action="store_true", help="the verdicts, or the columns, as JSON")
    parser.set_defaults(run=run_import)


def run_import(args: argparse.Namespace) -> int:
    """Carry out an import as the parsed words say."""
    from dispatch.desk.imports.importing import CALENDAR, import_file, refuse_unknown_columns
    from dispatch.desk.imports.telling import report_lines
    from dispatch.desk.refusals import Faulty

    if args.columns or args.template:
        return _about(args)
    if args.file is None:
        print("dispatch: FILE is missing; --columns lists what is in one", file=sys.stderr)
        return _USAGE
    mapping = dict(args.map)
    try:
        if args.kind != CALENDAR:
            refuse_unknown_columns(args.kind, mapping)
    except Faulty as faulty:
        print(f"dispatch: --map: {show(str(faulty))}", file=sys.stderr)
        return _USAGE
    seat = open_seat(args)
    with file_named(args.file) as file:
        report = import_file(
            seat,
            args.kind,
            file,
            check=args.check,
            accept_good=args.accept_good,
            update=args.update,
            mapping=mapping,
            rows=args.rows,
            # only calendars have these, and `rate-card import` none of them
            **({} if args.kind != CALENDAR else {"minutes": args.minutes, "since": _since(args.since, seat)}),
        )
    if args.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        stream = sys.stderr if report.stopped and not report.checked else sys.stdout
        for line in report_lines(report):
            print(show(line), file=stream)
    if not report.refused:
        return _DONE
    return _REFUSED if report.stopped else _PARTLY


def _about(args: argparse.Namespace) -> int:
    """What such a file consists of."""
    from dispatch.desk.imports.importing import SUBJECTS, columns_of
    from dispatch.desk.refusals import Refusal
    from dispatch.model.text import pad

    if args.kind not in SUBJECTS:
        raise Refusal(f"A file of the kind {args.kind} has no columns; those of {', '.join(SUBJECTS)} have.")
    columns = columns_of(args.kind)
    if args.template:
        print(",".join(column.name for column in columns))
    elif args.json:
        print(json.dumps([column._asdict() for column in columns], indent=2, ensure_ascii=False))
    else:
        for column in columns:
            print(f"{pad(f'{column.name} *' if column.required else column.name, 24)} {column.about}")
    return _DONE


def _mapping(text: str) -> tuple[str, str]:
    theirs, separator, ours = text.rpartition("=")
    if not (separator and theirs.strip() and ours.strip()):
        raise argparse.ArgumentTypeError(f"{show(text, 60)!r} is not written as theirs=ours")
    return theirs.strip(), ours.strip().casefold()


def _minutes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:10]) <= 1440:
        raise argparse.ArgumentTypeError(f"{show(text, 40)!r} is not a number of minutes from 1 to 1440")
    return int(text)


def _since(text: str | None, seat: Seat) -> datetime.date | None:
    from dispatch.desk.refusals import Faulty
    from dispatch.desk.views import today
    from dispatch.model.instants import parse_day

    try:
        return None if text is None else parse_day(text, today=today(seat.store))
    except ValueError as fault:
        raise Faulty([f"--since: {fault}"]) from None


def _rows(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:10]) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{show(text, 40)!r} is not a number of rows from 1 to 1,000,000")
    return int(text)
