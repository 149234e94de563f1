"""Papers from a screen to clients: one by mail, looked at first; and a period for every client, by mail or into a folder."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection

from db.faults import StoreFault
from dispatch.desk.book.records import client_named
from dispatch.desk.delivery import papers
from dispatch.desk.delivery.papers import PaperMail
from dispatch.desk.files.table import Stopped, Watch
from dispatch.desk.levels.level_period import period_typed
from dispatch.desk.reports import everybody, saving
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.everybody import ForEach
from dispatch.desk.reports.period import period_report
from dispatch.desk.reports.rendering import as_text
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.session.user import User
from dispatch.model.clients import Client
from dispatch.model.paths import typed_path
from dispatch.model.periods import Period
from dispatch.model.text import count_text
from screens.dialogs.asked import AskedField
from screens.files.making import Make, made
from screens.user_screen import UserScreen

PERIOD = "a month, a quarter or a year: 2026-11, 2026-Q4, 2026"
_WIDTH, _COLUMNS = 72, 5
"""Cells of a paper that is looked at in a dialog, and how many columns of a table they hold."""
_TO = AskedField("to", "To", "", "roles, names or addresses; empty: whom the settings say, else where they are told")


def _by_outbox(user: User, mail: PaperMail, confirmed: Collection[str] = ()) -> str:
    return papers.sent_words(papers.send(user, mail, confirmed=confirmed), user.firm.times())


async def ask_mail(
    screen: UserScreen, title: str, make: Make, *, period: str = "", send: Callable[..., str] = _by_outbox
) -> None:
    """Ask to whom, show what would be sent, with the paper itself where it is not in sight, and send it; what nobody should send by
    oversight is asked about. `send` is the deed that does it, and says what came of it."""
    try:
        screen.user.ask_to_read("messages")
    except Refusal as refusal:
        screen.say(str(refusal), "warning")
        return
    fields = [AskedField("period", "Period", period, PERIOD), _TO] if period else [_TO]
    typed: dict[str, str] = {}

    def prepared(user: User, _: Watch) -> tuple[PaperMail, str]:
        report = make(user, typed.get("period", ""))
        return papers.prepare(user, report, _words(typed["to"])), _read(report) if period else ""

    while True:
        typed |= await screen.fill_in(title, fields, _checked, "enter shows what would be sent · esc goes back")
        try:
            mail, text = await made(screen, title, prepared)
            break
        except Stopped:
            return
        except (StoreFault, Refusal) as refusal:
            screen.say(str(refusal), "warning")
            fields = [dataclasses.replace(field, value=typed[field.name]) for field in fields]
    times = screen.user.firm.times()
    await screen.confirm(f"Send {mail.paper.title}?", list(mail.lines(times)), text=text)
    if (said := await screen.insist("Send it all the same?", send, mail)) is not None:
        screen.say(said)


def _read(report: Report) -> str:
    """A paper as it can be read in a dialog: of tables that are too wide for it, how many rows they have."""
    sections = []
    for section in report.sections:
        wide = [table for table in section.tables if len(table.columns) > _COLUMNS and table.rows]
        told = tuple(f"{count_text(len(table.rows), 'row')}, as attached." for table in wide)
        tables = tuple(table for table in section.tables if table not in wide)
        sections.append(dataclasses.replace(section, tables=tables, paragraphs=(*section.paragraphs, *told)))
    return as_text(dataclasses.replace(report, sections=tuple(sections)), _WIDTH)


def _checked(typed: dict[str, str]) -> dict[str, str]:
    if "period" in typed:
        period_typed(typed["period"], datetime.date.max)
    return typed


async def ask_period_mail(screen: UserScreen, client: str, day: datetime.date, period: str = "") -> None:
    """Ask to whom a client's month, quarter or year goes, and send it; `period` is offered, else the month that `day` is in."""

    def make(user: User, typed: str) -> Report:
        return period_report(user, client_named(user.store, client), period_typed(typed, day))

    await ask_mail(screen, f"The month, quarter or year of {client} by mail", make, period=period or f"{day:%Y-%m}")


async def ask_every_client(screen: UserScreen, day: datetime.date, *, by_mail: bool) -> None:
    """Ask for which period, and where to, and do it for every client; then say who was left out, and why."""
    if not by_mail and not screen.at_this_machine():
        return

    def checked(typed: dict[str, str]) -> tuple[Period, str]:
        period = period_typed(typed["period"], day)
        if not by_mail and not typed_path(typed["folder"].strip()).is_dir():
            raise Faulty([f"folder: there is no folder {typed['folder'].strip()}"])
        return period, typed["to" if by_mail else "folder"].strip()

    where = AskedField("folder", "Folder", "~", "each gets a name of its own, and none is written over")
    fields = [AskedField("period", "Period", f"{day:%Y-%m}", PERIOD), _TO if by_mail else where]
    title = f"The month, quarter or year of every client{' by mail' if by_mail else ''}"
    period, told = await screen.fill_in(title, fields, checked)
    mails = list[PaperMail]()

    def job(user: User, watch: Watch) -> ForEach:
        def then(report: Report) -> str:
            if not by_mail:
                return ", ".join(map(str, saving.save(report, typed_path(told), "html")))
            mail = papers.prepare_of_many(user, report, _words(told))
            mails.append(mail)
            return f"to {', '.join(one.address for one in mail.to)}"

        def make(client: Client) -> Report:
            return period_report(user, client, period)

        return everybody.for_each(user.store, make, then, watch, doing="Setting" if by_mail else "Writing")

    try:
        found = await made(screen, title, job)
    except Stopped:
        screen.say("It was stopped; nothing was sent, and what was written by then stays.", "warning")
        return
    *lines, total = found.lines("paper")
    if not mails:
        await screen.confirm(total, lines, "enter goes back")
        return
    await screen.confirm(f"Send {period.title} to {count_text(len(mails), 'client')}? {total}", lines)
    if (sent := await screen.do(papers.send, *mails)) is not None:
        screen.say(papers.sent_words(sent, screen.user.firm.times()))


def _words(typed: str) -> list[str]:
    return [part for part in typed.split(",") if part.strip()]
