"""Mails that came in: those that somebody decides on, and those that ask for a call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dispatch.desk.inbox import deciding
from dispatch.lazily import lazily
from dispatch.model.mail import OPEN_MAILS, Mail, MailFile, MailState
from dispatch.model.states import DISPATCHERS, OFFICE
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.listed import ListScreen
from widgets.listed import FigureLine

with lazily(__name__):
    from db import clients
    from dispatch.desk.book import context
    from dispatch.desk.texts import mail_words
    from dispatch.records import requests
    from screens import record_forms
    from screens.files import writing

_ASKED = ("client", "site", "work", "minutes", "date", "priority", "skills", "reported_by")
"""The fields of a request that a mail is asked about; the others stand in its form on the board."""


class InboxScreen(ListScreen[Mail]):
    """Each mail with who wrote it and why it waits; beside it what it says."""

    SHOWS = "messages"
    ENTER = "open"

    TITLE_WORD = "mails from clients"
    FOOTER = "inbox.open inbox.visit inbox.done inbox.refuse inbox.file inbox.all screen.leave screen.keys"
    DEFAULT_CSS = """
    InboxScreen Horizontal > FigureList { width: 1fr; }
    InboxScreen.-narrow Horizontal > NotesPane { height: 1fr; }
    """
    PANE = "beside"
    VERTICAL_BREAKPOINTS = [(0, "-high")]  # what a mail says is seen on a low terminal too
    BINDINGS = [BACK]

    def __init__(self) -> None:
        super().__init__()
        self._all = False

    def reload(self) -> None:
        shown = self.look(deciding.inbox, self.user.store, everything=self._all)
        if shown is None:
            return
        shown.sort(key=lambda mail: _SECTIONS.index(_section(mail)))
        self.things = {f"mail {mail.id}": mail for mail in shown}
        lines = [
            FigureLine(
                _section(mail),
                path,
                f"{mail.reference} {mail.client}" if mail.reference else mail.sender_name or mail.who,
                mail.subject or "no subject",
                mail.state in OPEN_MAILS,
                mail.state is MailState.CALL,
            )
            for path, mail in self.things.items()
        ]
        if not lines:
            lines = [FigureLine("Mails", "none", "none waits", "a shows what was settled", False)]
        self.listed.set_figures(lines)
        waits = sum(mail.state in OPEN_MAILS for mail in shown)
        self.show_head("Mails from clients", f"{waits} to look at" if waits else f"{len(shown)} shown")
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """What the mail under the cursor says, as text: nothing of it is carried out or fetched."""
        mail, firm = self.here, self.user.firm
        if mail is None:
            if firm.inbox_host:
                return [(f"Mails are read from {firm.inbox_host} by dispatch inbox run.", "dim")]
            return [("Mails are not read: the settings have no mailbox yet (4, then g: Settings, Mail in).", "dim")]
        notes = [
            (mail.subject or "no subject", "strong"),
            (f"from {mail.who}, {firm.times().moment(mail.came_at)}", "plain"),
        ]
        if mail.why:
            notes.append((mail.why, "warn" if mail.state in OPEN_MAILS else "dim"))
        if mail.client and mail.state is MailState.WAITING:
            notes.append((f"probably of {mail.client}", "dim"))
        if mail.state is MailState.CALL and mail.client_id is not None:
            name, phone = clients.whom_to_ring(self.user.store).get(mail.client_id, ("", ""))
            notes.append((f"call {name or mail.client} {phone}".rstrip(), "strong"))
        notes += [(f"file: {mail_words.file_text(file)}", "plain") for file in mail.files]
        notes += [("", "plain"), *((line, "plain") for line in mail.text.split("\n"))]
        return notes

    @command("enter", "inbox.open", "Take", about="here")
    async def action_open(self, mail: Mail) -> None:
        """Make a request of the mail, answered with its reference; of one at a visit, open that."""
        if mail.visit_id is not None:
            self.program.open("visit", mail.reference)
            return
        desk = context.Desk.for_user(self.user)
        stands = deciding.proposed(self.user, mail)
        fields = [record_forms.line_of(requests.REQUEST.field(name), stands.get(name), desk) for name in _ASKED]

        def take(typed: dict[str, str]) -> str:
            return deciding.take(self.user, mail.id, typed).reference

        reference = await self.fill_in(f"A request of {mail.who}", fields, take)
        self.say(f"{reference} is in the queue. u takes that back.")

    @command("v", "inbox.visit", "To a visit", DISPATCHERS, about="here")
    async def action_visit(self, mail: Mail) -> None:
        """Put the mail to a visit: it is a word on that, no request."""
        reference = await self.ask("To which visit", "its reference: R4001")
        if (visit := await self.do(deciding.note, mail.id, reference)) is not None:
            self.say(f"Mail {mail.id} is at {visit.reference}, {visit.client}. u takes that back.")

    @command("d", "inbox.done", "Called", OFFICE, about="here")
    async def action_done(self, mail: Mail) -> None:
        """The call that the mail asks for was made; what was said stands at the visit."""
        words = await self.ask(f"What was said with {mail.client or mail.who}", "may be empty")
        if (done := await self.do(deciding.done, mail.id, words)) is not None:
            self.say(f"Mail {done.id} is looked after. u takes that back.")

    @command("X delete", "inbox.refuse", "Put aside", OFFICE, about="here")
    async def action_refuse(self, mail: Mail) -> None:
        """Put a mail aside that is nothing for us."""
        if (done := await self.do(deciding.refuse, mail.id)) is not None:
            self.say(f"Mail {done.id} is put aside. u takes that back.")

    @command("S", "inbox.file", "File", about="with_files")
    async def action_file(self, mail: Mail) -> None:
        """Copy a file of the mail into one that only you may read; it is never opened here."""
        rows = [ChoiceRow(mail_words.file_text(file), file) for file in mail.files if file.sha256]
        file: MailFile = rows[0].value if len(rows) == 1 else await self.choose(f"Files of mail {mail.id}", rows)

        def write(_: dict[str, str], path: Path, over: bool) -> str:
            deciding.copy_out(self.user, mail.id, str(file.id), path, replace=over)
            return f"It is in {path}, which only you may read."

        await writing.ask_to_write(self, file.name, [AskedField("file", "File", f"~/{file.name}")], write)

    def with_files(self) -> Mail | None:
        """The mail under the cursor, where it has a file."""
        return self.here if self.here is not None and any(file.sha256 for file in self.here.files) else None

    @command("a", "inbox.all", "All")
    def action_all(self) -> None:
        """Also what is settled."""
        self._all = not self._all
        self.reload()


_SECTIONS = ("To call", "To decide", "Settled")


def _section(mail: Mail) -> str:
    if mail.state is MailState.CALL:
        return _SECTIONS[0]
    return _SECTIONS[1] if mail.state is MailState.WAITING else _SECTIONS[2]
