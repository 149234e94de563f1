"""`dispatch report …`: the lead's day, a client's month, a technician's day sheet, a visit for its client, in the form that is
wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dispatch.commands.declared import Command, CommandGroup, acts, by
from dispatch.commands.options import REFERENCE, Args, Option, User, flag, one_of, option
from dispatch.commands.printing import write_private
from dispatch.commands.typed import CLIENT, TECHNICIAN, day_or_today, month
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.desk.book import records
    from dispatch.desk.reports import rendering, sheet
    from dispatch.desk.reports.document import Report

_FORMS = {
    "plain": "as text (the default)",
    "markdown": "as MARKDOWN",
    "html": "as a page to read or print",
    "csv": "as CSV",
    "json": "as JSON",
}


def _report(name: str, text: str, *options: Option) -> Callable[[Callable[[User, Args], Report]], Command]:
    """A report, printed or written into a file, in the form that is wanted."""

    def declares(make: Callable[[User, Args], Report]) -> Command:
        @acts(
            name,
            text,
            one_of(
                *(
                    option(f"--{form}", None, text, dest="form", action="store_const", const=form)
                    for form, text in _FORMS.items()
                )
            ),
            option("--out", "FILE", "into a file that only you may read; without a form its ending says which"),
            flag("--replace", "write over a file that is there"),
            *options,
        )
        def give(user: User, args: Args) -> str | None:
            report = make(user, args)
            form = args.form or rendering.ENDINGS.get(Path(args.out or "").suffix.casefold(), "plain")
            sentence = f"{report.title}: in {show(args.out or '', 120)}."
            return write_private(rendering.FORMS[form](report), args.out, sentence, replace=args.replace)

        return give

    return declares


@_report(
    "sheet",
    "a technician's day on paper: stops, contacts, boxes to tick",
    option("--technician", "NAME", "whose day (default: your own)", reads=TECHNICIAN),
    option("--date", "DAY", "2026-11-24, today, tomorrow, tue (default: today)", reads=day_or_today),
)
def _sheet(user: User, args: Args) -> Report:
    technician = args.technician or records.technician_named(user.store, user.staff.name)
    return sheet.sheet_report(user, technician, args.date)


_REPORTS = (
    _report(
        "day",
        "the day for the lead: exceptions first, then figures, visits, charges",
        option("--date", "DAY", "2026-11-24, today, yesterday, tue (default: today)", reads=day_or_today),
    )(by("reports.day.day_report", day="date")),
    _report(
        "month",
        "a client's month, for the review with them",
        option("--client", "NAME", reads=CLIENT, required=True),
        option("--month", "MONTH", "for example 2026-11 (default: the last whole one)", reads=month, default=""),
    )(by("reports.month.month_report", first="month")),
    _sheet,
    _report(
        "visit",
        "the service report of a visit, for the client",
        REFERENCE,
        flag("--with-charge", "with the charge, once it stands"),
    )(by("reports.service.service_report")),
)
COMMANDS = (
    CommandGroup(
        "report",
        "the day, a client's month, a technician's day sheet, a visit for its client",
        _REPORTS,
        about="Each as text, Markdown, HTML, CSV or JSON. At the foot stands the head of the audit chain.",
        word="report",
    ),
)
