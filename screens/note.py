"""A dialog for a text that may be long."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Label, TextArea

from dispatch.desk.unsent import Unsent
from dispatch.model.text import show
from screens.dialogs import DIALOG_CSS
from widgets.lean import LeanModal

KEEP_AFTER = 0.4
"""Seconds without a key after which what was typed is kept."""


class AskNote(LeanModal[str | None]):
    """Ask for a text that may be long. What is typed is kept at every pause, and stands there again after a broken connection.

    The caller drops what was kept once the text is saved; esc leaves it kept.
    """

    DEFAULT_CSS = (
        DIALOG_CSS.replace("$self", "AskNote")
        + """
    AskNote TextArea { height: 8; border: none; background: $boost; padding: 0 1; }
    AskNote TextArea:focus { border: none; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="dialog.back", priority=True),
        Binding("ctrl+s", "save", "Save", id="dialog.save", priority=True),
    ]

    def __init__(self, title: str, hint: str, unsent: Unsent) -> None:
        super().__init__()
        self._title, self._hint, self._unsent = title, hint, unsent
        self._pause: Timer | None = None
        self._kept = unsent.read()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(show(self._title)), classes="dialog--title")
            yield Label(Content(show(self._hint, multiline=True)), classes="dialog--hint")
            yield TextArea(self._kept, id="note", soft_wrap=True, tab_behavior="focus")
            yield Label(
                Content("from before; it was not saved yet" if self._kept else ""), id="fault", classes="dialog--hint"
            )
            yield Label(Content("ctrl+s saves · esc goes back, what was typed is kept"), classes="dialog--hint")

    def on_mount(self) -> None:
        """Begin at the end of what is there."""
        note = self.query_one(TextArea)
        note.move_cursor(note.document.end)

    def on_text_area_changed(self) -> None:
        """Keep it as soon as the typing pauses."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        text = self.query_one(TextArea).text
        if text != self._kept:
            self._kept = text
            kept = self._unsent.keep(text)
            self.query_one("#fault", Label).update(
                Content("kept" if kept else "cannot be kept: the disk does not take it")
            )

    def on_unmount(self) -> None:
        """Nothing typed is lost, however the dialog ends."""
        if self._pause is not None:
            self._pause.stop()

    def action_save(self) -> None:
        """Hand the text over."""
        self._keep()
        text = self.query_one(TextArea).text
        if text.strip():
            self.dismiss(text)
        else:
            self.query_one("#fault", Label).update(Content("nothing was typed"))

    async def action_dismiss(self, result: str | None = None) -> None:
        """Go back; what was typed stays kept."""
        self._keep()
        self.dismiss(result)
