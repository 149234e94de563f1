"""A dialog for a text that may be long."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Label, TextArea

from dispatch.desk.session.unsent import Unsent
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.unsent import FROM_BEFORE, GO_BACK, WAYS_OUT, KeptDialog
from widgets.choices import Ways


class NoteArea(TextArea):
    """A text area that is left downwards, behind its last line."""

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down; from the last line, to what can be done with the text."""
        if self.cursor_at_last_line and not select:
            self.screen.focus_next()
        else:
            super().action_cursor_down(select)


class AskNote(KeptDialog[str | None]):
    """Ask for a text that may be long. What is typed stays kept until it is saved, also when it is left with esc."""

    DEFAULT_CSS = """
    AskNote TextArea { height: 8; border: none; background: $boost; padding: 0 1; }
    AskNote TextArea:focus { border: none; }
    AskNote.-over-ssh TextArea { height: 4; }
    """
    BINDINGS = [
        key("escape", "dialog.back", "Back", action="dismiss(None)", priority=True),
        key("ctrl+s", "dialog.save", "Save", priority=True),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, hint: str, unsent: Unsent) -> None:
        super().__init__(title, unsent)
        self._question, self._before = hint, unsent.read()

    def body(self) -> ComposeResult:
        yield Label(Content(show(self._question, multiline=True)), classes="dialog--hint")
        yield NoteArea(self._before, id="note", soft_wrap=True, tab_behavior="focus")
        yield Label(Content(FROM_BEFORE if self._before else ""), id="fault", classes="dialog--hint")
        hint = f"ctrl+s saves · {GO_BACK} · arrow down behind the last line leads to both"
        yield Ways(hint, [("save", "save"), *WAYS_OUT])

    def on_mount(self) -> None:
        """Begin at the end of what is there."""
        note = self.query_one(TextArea)
        note.move_cursor(note.document.end)

    def typed(self) -> str:
        """The text."""
        return self.query_one(TextArea).text

    def keep_now(self) -> bool:
        """Keep it, and say so."""
        changed, kept = self.typed() != self._before, super().keep_now()
        if changed:
            state = "kept" if kept else "kept until the program ends: the disk does not take it"
            self.show_fault(state)
        return kept

    def action_save(self) -> None:
        """Hand the text over."""
        text = self.typed()
        if text.strip():
            self.take(text)
        else:
            self.show_fault("nothing was typed")
