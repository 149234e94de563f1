"""Messages to clients: what waits, what went out, what somebody has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from db import messages
from dispatch.desk.messages import outbox
from dispatch.desk.session.private_file import write_private
from dispatch.lazily import lazily
from dispatch.model.messages import OPEN, TROUBLED, Fate, Message
from dispatch.model.text import count_text
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField
from screens.listed import ListScreen
from widgets.listed import FigureLine

with lazily(__name__):
    from dispatch.desk.delivery import papers
    from screens.board import message_words
    from screens.files import writing


class OutboxScreen(ListScreen[Message]):
    """Each message with what became of it."""

    SHOWS = "messages"

    TITLE_WORD = "messages to clients"
    FOOTER = "outbox.retry outbox.drop outbox.paper outbox.words outbox.all screen.leave screen.keys"
    DEFAULT_CSS = """
    OutboxScreen Horizontal > FigureList { width: 3fr; }
    OutboxScreen Horizontal > NotesPane { width: 2fr; }
    OutboxScreen.-narrow Horizontal > FigureList { width: 1fr; height: 2fr; }
    OutboxScreen.-narrow Horizontal > NotesPane { width: 1fr; height: 1fr; }
    """
    PANE = "beside"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-high")]  # what a message says is seen on a low terminal too
    BINDINGS = [BACK]

    def __init__(self) -> None:
        super().__init__()
        self._all = False
        self._overdue = False

    def reload(self) -> None:
        shown = self.look(outbox.outbox, self.user.store, everything=self._all)
        trouble = self.look(messages.trouble, self.user.store, self.user.now)
        if shown is None or trouble is None:
            return
        self._overdue = trouble.overdue > 0
        shown.sort(key=lambda message: _SECTIONS.index(_section(message)))
        self.things = {f"message {message.id}": message for message in shown}
        lines = [
            FigureLine(
                _section(message),
                path,
                f"{message.reference} {message.client}".strip(),
                f"{message.subject}, {message.fate.value}",
                message.fate in OPEN or message.fate in TROUBLED,
                message.fate in TROUBLED,
            )
            for path, message in self.things.items()
        ]
        if not lines:
            lines = [FigureLine("Messages", "none", "none waits, none failed", "a shows what was sent", False)]
        self.listed.set_figures(lines)
        self.show_head("Messages to clients", trouble.words or f"{len(shown)} shown")
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """What the message under the cursor says."""
        message, firm = self.here, self.user.firm
        if message is None:
            if firm.messages_by != "none":
                return [(f"Messages are sent by {firm.messages_by}. A client is told what its page says.", "dim")]
            return [
                (
                    "Messages are not sent: the settings have no way yet (4, then g: Settings, Clients are told by).",
                    "dim",
                )
            ]
        notes = [("nobody sends: does dispatch outbox run run?", "warn")] if self._overdue else []
        notes += [
            (f"Message {message.id} to {message.address}", "strong"),
            (message.text, "plain"),
            (
                f"{_FATES.get(message.fate, message.fate.value)} {outbox.moment(message, firm.zone, firm.clock_hours == 24)}",
                "plain",
            ),
        ]
        if message.tries:
            notes.append((f"tried {count_text(message.tries, 'time')}", "dim"))
        if message.why:
            notes.append((message.why, "warn" if message.fate in TROUBLED else "dim"))
        return notes

    @command("r", "outbox.retry", "Try again", about="here")
    async def action_retry(self, message: Message) -> None:
        """Send what was given up once more."""
        if (done := await self.do(outbox.retry, message.id)) is not None:
            self.say(f"Message {done.id} waits to be sent again.")

    @command("X delete", "outbox.drop", "Drop", about="here")
    async def action_drop(self, message: Message) -> None:
        """Do not send the message."""
        await self.confirm(f"Do not send message {message.id}?", [f"To {message.address}:", message.text])
        await self.do(outbox.drop, message.id)

    @command("S", "outbox.paper", "File", about="with_paper")
    async def action_paper(self, message: Message) -> None:
        """Write the paper that the message brings into a file, as it went."""
        kept = self.look(papers.kept_paper, self.user, message.id)
        if kept is not None:

            def write(_: dict[str, str], path: Path, over: bool) -> str:
                write_private(path, kept.content, replace=over)
                return f"It is in {path}, which only you may read."

            fields = [AskedField("file", "File", f"~/{kept.name}")]
            await writing.ask_to_write(self, kept.title, fields, write)

    def with_paper(self) -> Message | None:
        """The message under the cursor, where it brings a paper."""
        return self.here if self.here is not None and self.here.paper_id is not None else None

    @command("w", "outbox.words", "Words")
    async def action_words(self) -> None:
        """The firm's words, and how each message would read about a visit."""
        reference = self.here.reference if self.here is not None else ""
        shown = message_words.MessageWordsScreen(reference or await message_words.ask_visit(self))
        self.app.push_screen(shown)

    @command("a", "outbox.all", "All")
    def action_all(self) -> None:
        """Also what was sent or dropped."""
        self._all = not self._all
        self.reload()


_FATES = {Fate.WAITING: "waits until", Fate.FAILED: "failed; made", Fate.UNSURE: "unsure; made"}
"""How what became of a message goes on with a moment."""
_SECTIONS = ("To look at", "To be sent", "Settled")


def _section(message: Message) -> str:
    return _SECTIONS[0] if message.fate in TROUBLED else _SECTIONS[1] if message.fate in OPEN else _SECTIONS[2]
