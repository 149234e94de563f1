"""Writing a report into a file, from a screen."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from db.faults import StoreFault
from dispatch.desk.book.finding import client_named, technician_named
from dispatch.desk.level_report import read_month
from dispatch.desk.private_file import FileThere, at_this_machine, write_private
from dispatch.desk.refusals import Faulty, Refusal
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.month import month_report
from dispatch.desk.reports.rendering import ENDINGS, FORMS
from dispatch.desk.reports.sheet import sheet_report
from dispatch.model.instants import day_text
from dispatch.model.paths import typed_path
from screens.dialogs import Choose, Field, Form, Row
from screens.seated import SeatedScreen


async def ask_report(screen: SeatedScreen, day: datetime.date, client: str | None, technician: str | None) -> None:
    """Ask which report of a day, or of what is selected there, and write it."""
    rows = [Row("The day", "day", f"{day_text(day)}: exceptions, figures, visits, charges")]
    if client is not None:
        rows.append(Row(f"The month of {client}", "month", "for the review with the client"))
    if technician is not None:
        rows.append(Row(f"The day sheet of {technician}", "sheet", f"{day_text(day)}, to print"))
    kind = await screen.app.push_screen_wait(Choose("Which report", rows))
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
    warned: list[Path] = []
    told: list[str] = []

    def save(typed: dict[str, str]) -> list[str]:
        try:
            path = typed_path(typed["file"].strip())
            form = ENDINGS.get(path.suffix.casefold())
            if form is None:
                return [f"file: its ending is one of {', '.join(ENDINGS)}"]
            report = make() if month is None else make(typed["month"])
            write_private(path, FORMS[form](report), replace=path in warned)
        except FileThere as there:
            warned.append(path)
            return [f"{there} Saving again writes over it."]
        except Faulty as fault:
            return list(fault.faults)
        except (StoreFault, Refusal) as refusal:
            return [str(refusal)]
        except RuntimeError as fault:
            return [f"file: {fault}"]
        told.append(f"It is in {path}, which only you may read.")
        return []

    try:
        at_this_machine(screen.seat)
    except Refusal as refusal:
        screen.say(str(refusal), "warning")
        return
    fields = [Field("file", "File", f"~/{name}.html", "its ending: .html .md .csv .json .txt")]
    if month is not None:
        fields.insert(0, Field("month", "Month", month))
    if await screen.app.push_screen_wait(Form(title, fields, save)) is not None:
        screen.say(told[-1])
