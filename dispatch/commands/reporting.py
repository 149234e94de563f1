"""`dispatch report …`: the lead's day, a client's month, a technician's day sheet, a visit for its client, in the form that is
wanted."""

from __future__ import annotations

import argparse
import datetime
import sys
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat
from dispatch.model.paths import typed_path

if TYPE_CHECKING:
    from dispatch.desk.reports.document import Report
    from dispatch.desk.seat import Seat

_FORMS = ("plain", "markdown", "html", "csv", "json")


def add_parsers(groups: Any) -> None:
    """Register the group."""
    reports = groups.add_parser(
        "report",
        help="the day, a client's month, a technician's day sheet, a visit for its client",
        description="Each as text, Markdown, HTML, CSV or JSON. At the foot stands the head of the audit chain.",
    ).add_subparsers(metavar="REPORT", required=True, title="reports")
    _add_day(reports)
    _add_month(reports)
    _add_sheet(reports)
    _add_visit(reports)


def _add_day(reports: Any) -> None:
    day = _report(reports, "day", _day, "the day for the lead: exceptions first, then figures, visits, charges")
    day.add_argument("--date", metavar="DAY", help="2026-11-24, today, yesterday, tue (default: today)")


def _add_month(reports: Any) -> None:
    month = _report(reports, "month", _month, "a client's month, for the review with them")
    month.add_argument("--client", required=True, metavar="NAME")
    month.add_argument("--month", default="", metavar="MONTH", help="for example 2026-11 (default: the last whole one)")


def _add_sheet(reports: Any) -> None:
    sheet = _report(reports, "sheet", _sheet, "a technician's day on paper: stops, contacts, boxes to tick")
    sheet.add_argument("--technician", metavar="NAME", help="whose day (default: your own)")
    sheet.add_argument("--date", metavar="DAY", help="2026-11-24, today, tomorrow, tue (default: today)")


def _add_visit(reports: Any) -> None:
    visit = _report(reports, "visit", _visit, "the service report of a visit, for the client")
    visit.add_argument("reference", metavar="REFERENCE", help="the visit, for example R4001")
    visit.add_argument("--with-charge", action="store_true", help="with the charge, once it stands")


def _report(reports: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = reports.add_parser(name, parents=[common_options()], help=text, description=text)
    forms = parser.add_mutually_exclusive_group()
    for form in _FORMS:
        told = {"plain": "as text (the default)", "html": "as a page to read or print"}.get(form, f"as {form.upper()}")
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=told)
    parser.add_argument(
        "--out", metavar="FILE", help="into a file that only you may read; without a form its ending says which"
    )
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")
    parser.set_defaults(run=run)
    return parser


def _day(args: argparse.Namespace) -> int:
    from dispatch.desk.reports.day import day_report

    seat = open_seat(args)
    return _give(args, day_report(seat, _date(args, seat)))


def _month(args: argparse.Namespace) -> int:
    from dispatch.desk import views
    from dispatch.desk.book.finding import client_named
    from dispatch.desk.level_report import read_month
    from dispatch.desk.reports.month import month_report

    seat = open_seat(args)
    first = read_month(args.month, views.today(seat.store))
    return _give(args, month_report(seat, client_named(seat.store, args.client), first))


def _sheet(args: argparse.Namespace) -> int:
    from dispatch.desk.book.finding import technician_named
    from dispatch.desk.reports.sheet import sheet_report

    seat = open_seat(args)
    technician = technician_named(seat.store, args.technician or seat.staff.name)
    return _give(args, sheet_report(seat, technician, _date(args, seat)))


def _visit(args: argparse.Namespace) -> int:
    from dispatch.desk.reports.service import service_report

    return _give(args, service_report(open_seat(args), args.reference, with_charge=args.with_charge))


def _give(args: argparse.Namespace, report: Report) -> int:
    """Print the report, or write it into the file."""
    from dispatch.desk.private_file import FileThere, write_private
    from dispatch.desk.refusals import Refusal
    from dispatch.desk.reports.rendering import ENDINGS, FORMS
    from dispatch.model.text import show

    if args.out in (None, "-"):
        sys.stdout.write(FORMS[args.form or "plain"](report))
        return 0
    path = typed_path(args.out)
    form = args.form or ENDINGS.get(path.suffix.casefold(), "plain")
    try:
        write_private(path, FORMS[form](report), replace=args.replace)
    except FileThere as there:
        raise Refusal(f"{there} --replace writes over it.") from None
    print(f"{show(report.title)}: in {show(args.out, 120)}.")
    return 0


def _date(args: argparse.Namespace, seat: Seat) -> datetime.date:
    from dispatch.desk import views
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day

    today = views.today(seat.store)
    try:
        return parse_day(args.date, today=today) if args.date else today
    except ValueError as fault:
        raise Faulty([f"date: {fault}"]) from None
