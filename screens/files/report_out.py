"""Writing a report into a file, from a screen."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from dispatch.desk.book.records import client_named, technician_named
from dispatch.desk.levels.level_month import read_month
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.month import month_report
from dispatch.desk.reports.rendering import ENDINGS, FORMS
from dispatch.desk.reports.sheet import sheet_report
from dispatch.desk.session.refusals import Faulty
from dispatch.model.instants import day_text
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.files.file_out import ask_to_write
from screens.user_screen import UserScreen


async def ask_report(screen: UserScreen, day: datetime.date, client: str | None, technician: str | None) -> None:
    """Ask which report of a day, or of what is selected there, and write it."""
    rows = [ChoiceRow("The day", "day", f"{day_text(day)}: exceptions, figures, visits, charges")]
    if client is not None:
        rows.append(ChoiceRow(f"The month of {client}", "month", "for the review with the client"))
    if technician is not None:
        rows.append(ChoiceRow(f"The day sheet of {technician}", "sheet", f"{day_text(day)}, to print"))
    kind = await screen.choose("Which report", rows)
    user = screen.user
    if kind == "day":
        await ask_file(screen, "The day", f"day-{day.isoformat()}", lambda: day_report(user, day))
    elif kind == "month" and client is not None:
        await ask_month(screen, client, day)
    elif kind == "sheet" and technician is not None:
        await ask_file(
            screen,
            f"The day sheet of {technician}",
            f"sheet-{day.isoformat()}",
            lambda: sheet_report(user, technician_named(user.store, technician), day),
        )


async def ask_month(screen: UserScreen, client: str, day: datetime.date) -> None:
    """Ask where to, and write a client's month: the one that `day` is in."""
    first = day.replace(day=1)
    await ask_file(
        screen,
        f"The month of {client}",
        f"month-{first:%Y-%m}",
        lambda month: month_report(screen.user, client_named(screen.user.store, client), read_month(month, day)),
        month=f"{first:%Y-%m}",
    )


async def ask_file(
    screen: UserScreen, title: str, name: str, make: Callable[..., Report], *, month: str | None = None
) -> None:
    """Ask for a file, and write what is made; over one that is there only when said twice. The ending says the form."""

    def written(typed: dict[str, str], path: Path) -> tuple[str, str]:
        form = ENDINGS.get(path.suffix.casefold())
        if form is None:
            raise Faulty([f"file: its ending is one of {', '.join(ENDINGS)}"])
        return FORMS[form](make() if month is None else make(typed["month"])), "It is"

    fields = [AskedField("file", "File", f"~/{name}.html", "its ending: .html .md .csv .json .txt")]
    if month is not None:
        fields.insert(0, AskedField("month", "Month", month))
    await ask_to_write(screen, title, fields, written)
