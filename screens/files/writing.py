"""Writing reports and calendars into files of this machine, from a screen."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

from dispatch.desk.adapters.calendar_export import calendar_of
from dispatch.desk.book.records import client_named, technician_named
from dispatch.desk.levels.level_month import read_month
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.month import month_report
from dispatch.desk.reports.rendering import ENDINGS, FORMS
from dispatch.desk.reports.sheet import sheet_report
from dispatch.desk.session.private_file import FileThere, write_private
from dispatch.desk.session.refusals import Faulty
from dispatch.model.instants import day_text
from dispatch.model.paths import typed_path
from dispatch.model.people import Technician
from screens.dialogs.asked import YES_NO, AskedField, ChoiceRow
from screens.user_screen import UserScreen


async def ask_to_write(
    screen: UserScreen,
    title: str,
    fields: Sequence[AskedField],
    make: Callable[[dict[str, str], Path], tuple[str, str]],
) -> None:
    """Ask for a `file`, and write it; over one that is there only when said twice.

    Args:
        make: what is written, and what is told before where it is, by what was typed.
    """
    warned: list[Path] = []

    def save(typed: dict[str, str]) -> str:
        path = typed_path(typed["file"].strip())
        if not path.parent.is_dir():
            raise Faulty([f"file: there is no folder {path.parent}"])
        if path.is_dir():
            raise Faulty([f"file: {path} is a folder; name a file"])
        try:
            if path not in warned and path.exists():
                raise FileThere(f"{path.name} is there already.")
            text, what = make(typed, path)
            write_private(path, text, replace=path in warned)
        except FileThere as there:
            warned.append(path)
            raise Faulty([f"{there} Saving again writes over it."]) from None
        return f"{what} in {path}, which only you may read."

    if screen.at_this_machine():
        screen.say(await screen.fill_in(title, fields, save))


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


async def ask_calendar(screen: UserScreen, technician: Technician, first: datetime.date) -> None:
    """Ask where to, how many days and how much of it, and write the file."""

    def written(typed: dict[str, str], path: Path) -> tuple[str, str]:
        try:
            days = int(typed["days"].strip())
        except ValueError:
            raise Faulty([f"days: {typed['days'].strip()!r} is not a whole number"]) from None
        text, count = calendar_of(screen.user, technician, first, days, busy=typed["busy"] == "yes")
        return text, f"{count} visits are"

    fields = (
        AskedField("file", "File", f"~/{technician.login}-{first.isoformat()}.ics"),
        AskedField("days", "How many days", "14"),
        AskedField("busy", "Only the times, no names", "no", options=YES_NO),
    )
    await ask_to_write(screen, f"{technician.name}'s visits as a calendar", fields, written)
