"""Writing reports and calendars into files of this machine, from a screen."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

from db import settings
from db.faults import StoreFault
from dispatch.desk.adapters.calendar_export import calendar_of
from dispatch.desk.book.records import client_named, technician_named
from dispatch.desk.levels.level_period import period_typed
from dispatch.desk.reports import saving
from dispatch.desk.reports.day import day_report
from dispatch.desk.reports.firm import firm_report
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.sheet import sheet_report
from dispatch.desk.requests.review_visit import period_under_review
from dispatch.desk.session.private_file import FileThere, write_private
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.session.user import User
from dispatch.model.instants import day_text
from dispatch.model.paths import typed_path
from dispatch.model.people import Technician
from dispatch.model.text import count_text
from screens.dialogs.asked import YES_NO, AskedField, ChoiceRow
from screens.files import mailing
from screens.files.making import Make, made
from screens.user_screen import UserScreen


async def ask_to_write(
    screen: UserScreen, title: str, fields: Sequence[AskedField], write: Callable[[dict[str, str], Path, bool], str]
) -> None:
    """Ask for a `file`, and write it; over one that is there only when said twice.

    Args:
        write: writes by what was typed to a path, over what is there or not; returns what is said of it.
    """
    warned: list[dict[str, str]] = []

    def save(typed: dict[str, str]) -> str:
        path = _path(typed)
        if path.is_dir():
            raise Faulty([f"file: {path} is a folder; name a file"])
        try:
            if path.exists() and typed not in warned:
                raise FileThere(f"{path.name} is there already.")
            return write(typed, path, typed in warned)
        except FileThere as there:
            warned.append(dict(typed))
            raise Faulty([f"{there} Saving again writes over it."]) from None

    if screen.at_this_machine():
        screen.say(await screen.fill_in(title, fields, save))


async def ask_report(
    screen: UserScreen, day: datetime.date, client: str | None, technician: str | None, *, of_day: bool = True
) -> None:
    """Ask which report of a day, or of what is selected there, and write or send it. `of_day`: the day itself is one of them."""
    rows = [ChoiceRow("The day", "day", f"{day_text(day)}: exceptions, figures, visits, charges")] if of_day else []
    if client is not None:
        rows.append(
            ChoiceRow(
                f"The month of {client}", "month", "or quarter or year, for the review with the client, into a file"
            )
        )
        rows.append(
            ChoiceRow(
                f"The month of {client} by mail", "mail", "or quarter or year, looked at first, then through the outbox"
            )
        )
    rows.append(ChoiceRow("The month of the firm", "firm", "or quarter or year: sums, given away, what is open"))
    if technician is not None:
        rows.append(ChoiceRow(f"The day sheet of {technician}", "sheet", f"{day_text(day)}, to print"))
    rows.append(ChoiceRow("The month of every client", "all", "or quarter or year, into a folder, each under its name"))
    rows.append(ChoiceRow("The month of every client by mail", "all mail", "or quarter or year, through the outbox"))
    kind = await screen.choose("Which report", rows)
    if kind == "day":
        await ask_file(screen, "The day", lambda user, _: day_report(user, day))
    elif kind == "month" and client is not None:
        await ask_period(screen, client, day)
    elif kind == "firm":
        title = "The month, quarter or year of the firm"
        await ask_file(
            screen, title, lambda user, typed: firm_report(user, period_typed(typed, day)), period=f"{day:%Y-%m}"
        )
    elif kind == "mail" and client is not None:
        await mailing.ask_period_mail(screen, client, day)
    elif kind in ("all", "all mail"):
        await mailing.ask_every_client(screen, day, by_mail=kind == "all mail")
    elif kind == "sheet" and technician is not None:
        await ask_file(
            screen,
            f"The day sheet of {technician}",
            lambda user, _: sheet_report(user, technician_named(user.store, technician), day),
        )


async def ask_review_page(screen: UserScreen, client: str) -> None:
    """The page for the review with a client, into a file or by mail; the last whole quarter is offered."""
    rows = [ChoiceRow("into a file", "file", "a page, a PDF, text")]
    rows.append(ChoiceRow("by mail", "mail", "looked at first, then through the outbox"))
    today, code = settings.today(screen.user.store), period_under_review(screen.user.store).code
    if await screen.choose(f"The review with {client}", rows) == "mail":
        await mailing.ask_period_mail(screen, client, today, code)
    else:
        await ask_period(screen, client, today, code)


async def ask_period(screen: UserScreen, client: str, day: datetime.date, period: str = "") -> None:
    """Ask which, where to, and write a client's month, quarter or year; `period` is offered, else the month that `day` is in."""
    await ask_file(
        screen,
        f"The month, quarter or year of {client}",
        lambda user, typed: period_report(user, client_named(user.store, client), period_typed(typed, day)),
        period=period or f"{day:%Y-%m}",
    )


async def ask_file(screen: UserScreen, title: str, make: Make, *, period: str = "") -> None:
    """Ask for a file, or a folder, and write what is made; over what is there only when that is said. The ending says the form, and
    the name that is offered whose it is: that follows the period."""
    if not screen.at_this_machine():
        return
    try:
        offered = await made(screen, title, lambda user, _: make(user, period))
        file = f"~/{offered.name}.html"
        fields = [AskedField("file", "File", file, "a folder, or a file: .html .pdf .md .csv .zip .json .txt")]
        if period:
            fields.insert(0, AskedField("period", "Period", period, mailing.PERIOD))
        typed, path = await screen.fill_in(title, fields, _place)

        def write(user: User, replace: bool) -> tuple[Path, ...]:
            report = make(user, typed.get("period", ""))
            to = path.with_name(f"{report.name}{path.suffix}") if typed["file"] == file else path
            return saving.save(report, to, saving.form_for(to), replace=replace)

        try:
            files = await made(screen, title, lambda user, _: write(user, replace=False))
        except FileThere as there:
            await screen.confirm(str(there), ["y writes over it."])
            files = await made(screen, title, lambda user, _: write(user, replace=True))
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    screen.say(f"It is in {', '.join(map(str, files))}, which only you may read.")


def _place(typed: dict[str, str]) -> tuple[dict[str, str], Path]:
    """What was typed, with the file or folder that is meant.

    Raises:
        Faulty: there is no such folder, an ending says no form, or what is typed is no period.
    """
    if "period" in typed:
        period_typed(typed["period"], datetime.date.max)
    path = _path(typed)
    saving.form_for(path)
    return typed, path


def _path(typed: dict[str, str]) -> Path:
    path = typed_path(typed["file"].strip())
    if not path.is_dir() and not path.parent.is_dir():
        raise Faulty([f"file: there is no folder {path.parent}"])
    return path


async def ask_calendar(screen: UserScreen, technician: Technician, first: datetime.date) -> None:
    """Ask where to, how many days and how much of it, and write the file."""

    def write(typed: dict[str, str], path: Path, replace: bool) -> str:
        try:
            days = int(typed["days"].strip())
        except ValueError:
            raise Faulty([f"days: {typed['days'].strip()!r} is not a whole number"]) from None
        text, count = calendar_of(screen.user, technician, first, days, busy=typed["busy"] == "yes")
        write_private(path, text, replace=replace)
        return f"{count_text(count, 'visit')}: in {path}, which only you may read."

    fields = (
        AskedField("file", "File", f"~/{technician.login}-{first.isoformat()}.ics"),
        AskedField("days", "How many days", "14"),
        AskedField("busy", "Only the times, no names", "no", options=YES_NO),
    )
    await ask_to_write(screen, f"{technician.name}'s visits as a calendar", fields, write)
