"""Papers from a screen to clients: one by mail, looked at first; and a period for every client, by mail or into a folder."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

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
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.model.clients import Client
from dispatch.model.paths import typed_path
from dispatch.model.periods import Period
from dispatch.model.text import count_text
from screens.dialogs.asked import AskedField
from screens.files.import_preview import watched
from screens.user_screen import UserScreen

PERIOD = "a month, a quarter or a year: 2026-11, 2026-Q4, 2026"
_TO = AskedField("to", "To", "", "roles, names or addresses; empty: where they want to be told, else the first contact")


async def ask_mail(screen: UserScreen, title: str, make: Callable[..., Report], *, period: str | None = None) -> None:
    """Ask to whom, show what would be sent, and send it; what nobody should send by oversight is asked about."""

    user = screen.user

    def checked(typed: dict[str, str]) -> tuple[Report, list[str]]:
        report = make() if period is None else make(typed["period"])
        to = _words(typed["to"])
        papers.whom(user, report, to)
        return report, to

    def job(_: Watch) -> PaperMail:
        with user.store.reopened() as store:
            return papers.prepare(dataclasses.replace(user, store=store), report, to)

    try:
        screen.user.ask_to_read("messages")
    except Refusal as refusal:
        screen.say(str(refusal), "warning")
        return
    fields = [_TO] if period is None else [AskedField("period", "Period", period, PERIOD), _TO]
    report, to = await screen.fill_in(title, fields, checked, "enter shows what would be sent · esc goes back")
    try:
        mail = await watched(screen, f"Setting {report.title}", job)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    times = screen.user.firm.times()
    await screen.confirm(f"Send {mail.paper.title}?", list(mail.lines(times)))
    if (made := await screen.insist("Send it all the same?", papers.send, mail)) is not None:
        screen.say(papers.sent_words(made, times))


async def ask_period_mail(screen: UserScreen, client: str, day: datetime.date) -> None:
    """Ask to whom a client's month, quarter or year goes, and send it; the month that `day` is in is offered."""

    def make(typed: str) -> Report:
        return period_report(screen.user, client_named(screen.user.store, client), period_typed(typed, day))

    await ask_mail(screen, f"The month, quarter or year of {client} by mail", make, period=f"{day:%Y-%m}")


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
    user, mails = screen.user, list[PaperMail]()

    def job(watch: Watch) -> ForEach:
        with user.store.reopened() as store:
            own = dataclasses.replace(user, store=store)

            def then(report: Report) -> str:
                if not by_mail:
                    return ", ".join(map(str, saving.save(report, typed_path(told), "html")))
                mail = papers.prepare_of_many(own, report, _words(told))
                mails.append(mail)
                return f"to {', '.join(one.address for one in mail.to)}"

            def make(client: Client) -> Report:
                return period_report(own, client, period)

            return everybody.for_each(store, make, then, watch, doing="Setting" if by_mail else "Writing")

    try:
        found = await watched(screen, title, job)
    except Stopped:
        screen.say("It was stopped; nothing was sent, and what was written by then stays.", "warning")
        return
    *lines, total = found.lines("paper")
    if not mails:
        await screen.confirm(total, lines, "enter goes back")
        return
    await screen.confirm(f"Send {period.title} to {count_text(len(mails), 'client')}? {total}", lines)
    if (made := await screen.do(papers.send, *mails)) is not None:
        screen.say(papers.sent_words(made, user.firm.times()))


def _words(typed: str) -> list[str]:
    return [part for part in typed.split(",") if part.strip()]
