"""Papers from a screen to clients: one by mail, looked at first; and a month for every client, by mail or into a folder."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

from dispatch.desk.book.records import client_named
from dispatch.desk.delivery import papers
from dispatch.desk.delivery.papers import PaperMail
from dispatch.desk.files.table import Stopped, Watch
from dispatch.desk.levels.level_month import read_month
from dispatch.desk.reports import everybody, saving
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.everybody import ForEach
from dispatch.desk.reports.month import month_report
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.model.clients import Client
from dispatch.model.paths import typed_path
from screens.dialogs.asked import AskedField
from screens.files.import_preview import watched
from screens.user_screen import UserScreen

_TO = AskedField("to", "To", "", "roles, names or addresses; empty: where they want to be told, else the first contact")


async def ask_mail(screen: UserScreen, title: str, make: Callable[..., Report], *, month: str | None = None) -> None:
    """Ask to whom, show what would be sent, and send it; what nobody should send by oversight is asked about."""

    def prepared(typed: dict[str, str]) -> PaperMail:
        report = make() if month is None else make(typed["month"])
        return papers.prepare(screen.user, report, [part for part in typed["to"].split(",") if part.strip()])

    try:
        screen.user.ask_to_read("messages")
    except Refusal as refusal:
        screen.say(str(refusal), "warning")
        return
    fields = [_TO] if month is None else [AskedField("month", "Month", month), _TO]
    mail = await screen.fill_in(title, fields, prepared, "enter shows what would be sent · esc goes back")
    times = screen.user.firm.times()
    await screen.confirm(f"Send {mail.paper.title}?", list(mail.lines(times)))
    if (made := await screen.insist("Send it all the same?", papers.send, mail)) is not None:
        screen.say(papers.sent_words(made, times))


async def ask_month_mail(screen: UserScreen, client: str, day: datetime.date) -> None:
    """Ask to whom a client's month goes, the one that `day` is in, and send it."""

    def make(month: str) -> Report:
        return month_report(screen.user, client_named(screen.user.store, client), read_month(month, day))

    await ask_mail(screen, f"The month of {client} by mail", make, month=f"{day:%Y-%m}")


async def ask_all_months(screen: UserScreen, day: datetime.date, *, by_mail: bool) -> None:
    """Ask for which month, and where to, and do it for every client; then say who was left out, and why."""
    if not by_mail and not screen.at_this_machine():
        return

    def checked(typed: dict[str, str]) -> tuple[datetime.date, str]:
        first = read_month(typed["month"], day)
        if not by_mail and not typed_path(typed["folder"].strip()).is_dir():
            raise Faulty([f"folder: there is no folder {typed['folder'].strip()}"])
        return first, typed.get("folder", "").strip()

    where = AskedField("folder", "Folder", "~", "each gets a name of its own, and none is written over")
    fields = [AskedField("month", "Month", f"{day:%Y-%m}"), *(() if by_mail else (where,))]
    title = "The month of every client"
    first, folder = await screen.fill_in(f"{title} by mail" if by_mail else title, fields, checked)
    if by_mail:
        lines = [
            "What no lead has approved is not sent, and nothing is sent twice.",
            "Undo takes each back until it leaves.",
        ]
        await screen.confirm(f"Send {first:%Y-%m} to every client?", lines)
    user = screen.user

    def job(watch: Watch) -> ForEach:
        with user.store.reopened() as store:
            own = dataclasses.replace(user, store=store)

            def then(report: Report) -> str:
                if by_mail:
                    mail = papers.prepare(own, report)
                    return papers.sent_words(papers.send(own, mail), own.firm.times())
                return ", ".join(map(str, saving.save(report, typed_path(folder), "html")))

            def make(client: Client) -> Report:
                return month_report(own, client, first)

            return everybody.for_each(store, make, then, watch, doing="Sending" if by_mail else "Writing")

    try:
        found = await watched(screen, title, job)
    except Stopped:
        screen.say("It was stopped; what was done by then stays.", "warning")
        return
    screen.reload()
    *lines, total = found.lines("paper")
    await screen.confirm(total, lines, "enter goes back")
