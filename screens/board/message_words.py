"""The firm's words to clients, each as it would read about a real visit."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.desk.book import context, editing
from dispatch.desk.delivery import previews
from dispatch.model.languages import LANGUAGES
from dispatch.model.messages import MessagePreview
from dispatch.model.states import LEADS
from dispatch.records.firm import SETTINGS
from screens import record_forms
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField
from screens.listed import ListScreen
from screens.user_screen import UserScreen
from widgets.listed import FigureLine


class MessageWordsScreen(ListScreen[MessagePreview]):
    """Each message with the firm's words; beside it to whom it would go, its subject and its text, in the client's language."""

    SHOWS = "messages"
    ENTER = "edit"

    TITLE_WORD = "words to clients"
    PANE = "beside"
    FOOTER = "words.edit words.visit change.undo screen.leave screen.keys"
    DEFAULT_CSS = """
    MessageWordsScreen Horizontal > FigureList { width: 1fr; }
    MessageWordsScreen.-narrow Horizontal > NotesPane { height: 1fr; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-high")]  # what a message says is what this is for
    BINDINGS = [BACK]

    def __init__(self, reference: str) -> None:
        super().__init__()
        self._reference = reference

    def reload(self) -> None:
        shown = self.look(previews.previews, self.user, self._reference)
        if shown is None:
            return
        self.things = {one.about.value: one for one in shown}
        self.listed.set_figures(
            [FigureLine("Messages", path, one.about.label, one.words, True) for path, one in self.things.items()]
        )
        self.show_head("Words to clients", f"about {self._reference}")
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """The message under the cursor as it would go."""
        one = self.here
        if one is None:
            return ()
        notes = [
            (one.subject, "strong"),
            (f"to {', '.join(one.to) or 'nobody'}, in {LANGUAGES[one.language]}", "dim"),
            ("", "plain"),
            *((line, "plain") for line in one.text.rstrip().split("\n")),
        ]
        return [*notes, ("", "plain"), ("as SMS", "dim"), (one.sms, "plain")] if one.sms else notes

    @command("enter", "words.edit", "Edit", LEADS, about="here")
    async def action_edit(self, one: MessagePreview) -> None:
        """Word the message otherwise; how it reads is seen at once."""
        field = SETTINGS.field(one.setting)
        line = record_forms.line_of(field, one.words, context.Desk.for_user(self.user))
        await self.fill_in(field.label, [line], lambda typed: editing.settle(self.user, typed))
        self.reload()
        self.say("It reads so from now on. u takes that back.")

    @command("v", "words.visit", "Another visit")
    async def action_visit(self) -> None:
        """How they read about another visit."""
        self._reference = await ask_visit(self, self._reference)
        self.reload()


async def ask_visit(screen: UserScreen, reference: str = "") -> str:
    """Ask about which visit messages are to be read; returns its reference."""

    def read(typed: dict[str, str]) -> str:
        previews.previews(screen.user, typed["reference"])
        return typed["reference"].strip()

    field = AskedField("reference", "Visit", reference, "its reference: R4001", needed=True)
    return await screen.fill_in("How messages read about a visit", [field], read)
