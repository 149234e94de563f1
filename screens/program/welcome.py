"""The first thing that somebody sees who has no database yet."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from dispatch.model.paths import typed_path
from dispatch.model.text import show
from dispatch.terminal import TerminalApp
from widgets.choices import Choices


class FirstChoice(Enum):
    """What to begin with."""

    SAMPLE = "sample"
    NEW = "new"
    FILE = "file"


class Welcome(TerminalApp[tuple[FirstChoice, Path] | None]):
    """Offer the sample firm, a new firm, or a database that is somewhere else."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { align: center middle; }
    Vertical { width: 76; max-width: 96%; height: auto; border: round $primary; padding: 1 2; }
    .title { text-style: bold; }
    .dim { color: $text-muted; margin: 0 0 1 0; }
    .fault { color: $text-error; }
    OptionList { height: auto; border: none; padding: 0; background: $background; }
    Input { display: none; }
    Input.-asked { display: block; }
    """
    BINDINGS = [Binding("q,escape", "exit_with(None)", "Leave")]

    def __init__(self, path: Path) -> None:
        super().__init__(path, "somebody who has no database yet")
        self._path = path

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(Content("Dispatch"), classes="title")
            yield Label(Content(f"There is no database at {show(str(self._path))}."), classes="dim")
            yield Choices(
                Content("Look around a sample firm (nothing is kept)"),
                Content("Begin with a new firm here"),
                Content("Open a database that is somewhere else"),
            )
            yield Input(placeholder="path of the database")
            yield Label(Content(""), classes="fault", id="fault")
            yield Label(Content("enter chooses · q leaves"), classes="dim")

    def action_exit_with(self, result: tuple[FirstChoice, Path] | None) -> None:
        """Leave with a choice."""
        self.exit(result)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the choice; a file is asked for by its path."""
        choice = (FirstChoice.SAMPLE, FirstChoice.NEW, FirstChoice.FILE)[event.option_index]
        if choice is not FirstChoice.FILE:
            self.exit((choice, self._path))
            return
        field = self.query_one(Input)
        field.add_class("-asked")
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the file, if it is there."""
        path = typed_path(event.value.strip())
        if path.is_file():
            self.exit((FirstChoice.FILE, path))
        else:
            self.query_one("#fault", Label).update(Content(f"There is no file {show(str(path))}."))


def ask(path: Path) -> tuple[FirstChoice, Path] | None:
    """Run the welcome; returns what was chosen, None when it was left."""
    return Welcome(path).run()
