"""How every dialog looks: a title, what it is about, and a hint."""

from __future__ import annotations

from typing import Generic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ScreenResultType
from textual.widgets import Label

from dispatch.model.text import show
from screens.faults import SaysFaults
from widgets.terminal.lean import LeanModal


class Dialog(SaysFaults, LeanModal[ScreenResultType], Generic[ScreenResultType]):
    """A box over the screen that it belongs to."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > .dialog { width: 84; max-width: 96%; height: auto; max-height: 90%; }
    Dialog > .dialog { background: $surface; border: round $primary; padding: 0 1; }
    /* over a poor line a box of another ground is a fifth of the bytes of a frame over what is dimmed */
    Dialog.-over-ssh { background: transparent; }
    Dialog.-over-ssh > .dialog { border: none; background: $primary 18%; padding: 0 1; }
    Dialog.-over-ssh .dialog--fault.-blank { display: none; }
    Dialog.-over-ssh Input, Dialog.-over-ssh OptionList, Dialog.-over-ssh OptionList:focus { background: $surface; }
    Dialog .dialog--title { text-style: bold; width: 1fr; }
    Dialog .dialog--line { width: 1fr; }
    Dialog .dialog--hint { color: $text-muted; width: 1fr; }
    Dialog .dialog--fault { color: $text-error; width: 1fr; }
    Dialog Input { border: none; height: 1; padding: 0 1; background: $boost; margin: 0 0 0 0; }
    Dialog Input:focus { background: $primary 30%; border: none; }
    Dialog OptionList { height: auto; max-height: 20; border: none; background: $surface; padding: 0; }
    Dialog OptionList:focus { border: none; background: $surface; }
    Dialog .field { color: $text-muted; height: 1; margin: 1 0 0 0; }
    """

    def __init__(self, title: str = "", hint: str = "") -> None:
        super().__init__(classes="-over-ssh" if self.app.has_class("-over-ssh") else None)
        self.heading, self.hint = title, hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            if self.heading:
                yield Label(Content(show(self.heading)), classes="dialog--title")
            yield from self.body()
            if self.hint:
                yield Label(Content(show(self.hint, multiline=True)), classes="dialog--hint", id="hint")

    def body(self) -> ComposeResult:
        """What stands between the title and the hint."""
        yield from ()

    def show_fault(self, *faults: str) -> None:
        """Say in the dialog what is wrong, each on its line; nothing where nothing is."""
        text = "\n".join(show(fault) for fault in faults)
        line = self.query_one("#fault", Label)
        line.update(Content(text))
        line.set_class(not text, "-blank")

    @staticmethod
    def fault_line(text: str = "") -> Label:
        """Where faults are said; it may begin with what is told of what stands there."""
        return Label(Content(text), classes="dialog--fault" + ("" if text else " -blank"), id="fault")
