"""`dispatch report …`: the lead's day, a client's month, a technician's day sheet, a visit for its client, in the form that is
wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.commands.declared import REFERENCE, Args, Command, Group, Option, acts, flag, one_of, option
from dispatch.commands.printing import write_private
from dispatch.commands.typed import day_typed
from dispatch.model.text import show

if TYPE_CHECKING:
    from dispatch.desk.reports.document import Report
    from dispatch.desk.seat import Seat

_FORMS = {
    "plain": "as text (the default)",
    "markdown": "as MARKDOWN",
    "html": "as a page to read or print",
    "csv": "as CSV",
    "json": "as JSON",
}


def _report(name: str, text: str, *options: Option) -> Callable[[Callable[[Seat, Args], Report]], Command]:
    """A report, printed or written into a file, in the form that is wanted."""

    def declares(make: Callable[[Seat, Args], Report]) -> Command:
        @acts(
            name,
            text,
            one_of(
                *(
                    option(f"--{form}", None, told, dest="form", action="store_const", const=form)
                    for form, told in _FORMS.items()
                )
            ),
            option("--out", "FILE", "into a file that only you may read; without a form its ending says which"),
            flag("--replace", "write over a file that is there"),
            *options,
        )
        def give(seat: Seat, args: Args) -> str | None:
            from dispatch.desk.reports.rendering import ENDINGS, FORMS

            report = make(seat, args)
            form = args.form or ENDINGS.get(Path(args.out or "").suffix.casefold(), "plain")
            said = f"{report.title}: in {show(args.out or '', 120)}."
            return write_private(FORMS[form](report), args.out, said, replace=args.replace)

        return give

    return declares


@_report(
    "day",
    "the day for the lead: exceptions first, then figures, visits, charges",
    option("--date", "DAY", "2026-11-24, today, yesterday, tue (default: today)"),
)
def _day(seat: Seat, args: Args) -> Report:
    from dispatch.desk.reports.day import day_report

    return day_report(seat, day_typed(seat.store, args.date, "date"))


@_report(
    "month",
    "a client's month, for the review with them",
    option("--client", "NAME", required=True),
    option("--month", "MONTH", "for example 2026-11 (default: the last whole one)", default=""),
)
def _month(seat: Seat, args: Args) -> Report:
    from db import settings
    from dispatch.desk.book.finding import client_named
    from dispatch.desk.level_report import read_month
    from dispatch.desk.reports.month import month_report

    first = read_month(args.month, settings.today(seat.store))
    return month_report(seat, client_named(seat.store, args.client), first)


@_report(
    "sheet",
    "a technician's day on paper: stops, contacts, boxes to tick",
    option("--technician", "NAME", "whose day (default: your own)"),
    option("--date", "DAY", "2026-11-24, today, tomorrow, tue (default: today)"),
)
def _sheet(seat: Seat, args: Args) -> Report:
    from dispatch.desk.book.finding import technician_named
    from dispatch.desk.reports.sheet import sheet_report

    technician = technician_named(seat.store, args.technician or seat.staff.name)
    return sheet_report(seat, technician, day_typed(seat.store, args.date, "date"))


@_report(
    "visit",
    "the service report of a visit, for the client",
    REFERENCE,
    flag("--with-charge", "with the charge, once it stands"),
)
def _visit(seat: Seat, args: Args) -> Report:
    from dispatch.desk.reports.service import service_report

    return service_report(seat, args.reference, with_charge=args.with_charge)


COMMANDS = (
    Group(
        "report",
        "the day, a client's month, a technician's day sheet, a visit for its client",
        (_day, _month, _sheet, _visit),
        about="Each as text, Markdown, HTML, CSV or JSON. At the foot stands the head of the audit chain.",
        word="report",
    ),
)
