"""`dispatch calendar export`: a technician's planned visits as an .ics file."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dispatch.commands.opening import common_options, open_seat
from dispatch.model.paths import typed_path


def add_parsers(groups: Any) -> None:
    """Register `dispatch calendar`."""
    group = groups.add_parser("calendar", help="a technician's visits for other calendars")
    deeds = group.add_subparsers(metavar="DEED", required=True, title="deeds")
    parser = deeds.add_parser(
        "export",
        parents=[common_options()],
        help="a technician's planned visits as an .ics file",
        description="A technician's planned visits as an .ics file, which only you may read (0600). Written again, an event "
        "keeps its id, so that a calendar which reads the file moves it. With --busy nothing but the times is in it.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="where to (default: standard output)")
    parser.add_argument("--technician", metavar="NAME", help="whose visits (default: your own)")
    parser.add_argument("--date", metavar="DAY", help="the first day (default: today)")
    parser.add_argument("--days", type=int, default=14, metavar="N", help="how many days (default 14)")
    parser.add_argument("--busy", action="store_true", help="only the times, for people who may know no more")
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")
    parser.set_defaults(run=run_export)


def run_export(args: argparse.Namespace) -> int:
    """Write the calendar."""
    from dispatch.desk import views
    from dispatch.desk.book.finding import technician_named
    from dispatch.desk.calendar_export import calendar_of
    from dispatch.desk.private_file import FileThere, write_private
    from dispatch.desk.refusals import Faulty, Refusal
    from dispatch.model.instants import parse_day
    from dispatch.model.text import show

    seat = open_seat(args)
    today = views.today(seat.store)
    try:
        first = today if args.date is None else parse_day(args.date, today=today)
    except ValueError as fault:
        raise Faulty([str(fault)]) from None
    technician = technician_named(seat.store, args.technician or seat.staff.name)
    text, count = calendar_of(seat, technician, first, args.days, busy=args.busy)
    if args.file is None or args.file == "-":
        sys.stdout.write(text)
        return 0
    try:
        write_private(typed_path(args.file), text, replace=args.replace)
    except FileThere as there:
        raise Refusal(f"{there} --replace writes over it.") from None
    print(f"{show(args.file, 120)}: {count} visits of {show(technician.name)} from {first.isoformat()} on.")
    return 0
