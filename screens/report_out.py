"""Writing a report into a file, from a screen."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from dispatch.desk.book.finding import client_named, technician_named
from dispatch.desk.level_report import read_month
from dispatch.desk.refusals import Faulty
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.month import month_report
from dispatch.desk.reports.rendering import ENDINGS, FORMS
from dispatch.desk.reports.sheet import sheet_report
from dispatch.model.instants import day_text
from screens.asking import Field, Row
from screens.file_out import ask_to_write
from screens.seated import SeatedScreen


async def ask_report(screen: SeatedScreen, day: datetime.date, client: str | None, technician: str | None) -> None:
    """Ask which report of a day, or of what is selected there, and write it."""
    rows = [Row("The day", "day", f"{day_text(day)}: exceptions, figures, visits, charges")]
    if client is not None:
        rows.append(Row(f"The month of {client}", "month", "for the review with the client"))
    if technician is not None:
        rows.append(Row(f"The day sheet of {technician}", "sheet", f"{day_text(day)}, to print"))
    kind = await screen.choose("Which report", rows)
    seat = screen.seat
    if kind == "day":
        await ask_file(screen, "The day", f"day-{day.isoformat()}", lambda: day_report(seat, day))
    elif kind == "month" and client is not None:
        await ask_month(screen, client, day)
    elif kind == "sheet" and technician is not None:
        await ask_file(
            screen,
            f"The day sheet of {technician}",
            f"sheet-{day.isoformat()}",
            lambda: sheet_report(seat, technician_named(seat.store, technician), day),
        )


async def ask_month(screen: SeatedScreen, client: str, day: datetime.date) -> None:
    """Ask where to, and write a client's month: the one that `day` is in."""
    first = day.replace(day=1)
    await ask_file(
        screen,
        f"The month of {client}",
        f"month-{first:%Y-%m}",
        lambda month: month_report(screen.seat, client_named(screen.seat.store, client), read_month(month, day)),
        month=f"{first:%Y-%m}",
    )


async def ask_file(
    screen: SeatedScreen, title: str, name: str, make: Callable[..., Report], *, month: str | None = None
) -> None:
    """Ask for a file, and write what is made; over one that is there only when said twice. The ending says the form."""

    def written(typed: dict[str, str], path: Path) -> tuple[str, str]:
        form = ENDINGS.get(path.suffix.casefold())
        if form is None:
            raise Faulty([f"file: its ending is one of {', '.join(ENDINGS)}"])
        return FORMS[form](make() if month is None else make(typed["month"])), "It is"

    fields = [Field("file", "File", f"~/{name}.html", "its ending: .html .md .csv .json .txt")]
    if month is not None:
        fields.insert(0, Field("month", "Month", month))
    await ask_to_write(screen, title, fields, written)
