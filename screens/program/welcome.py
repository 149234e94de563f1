"""The first thing that somebody sees who has no database yet. On a machine in UTC a new firm's zone is asked for."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from dispatch.desk.firm import founding
from dispatch.model.paths import typed_path
from dispatch.model.text import show
from dispatch.terminal import TerminalApp
from widgets.choices import Choices


class FirstChoice(Enum):
    """What to begin with."""

    SAMPLE = "sample"
    NEW = "new"
    FILE = "file"


class FirstStep(NamedTuple):
    """What was chosen, where its database is, and the zone of a new firm where the machine does not say it."""

    choice: FirstChoice
    path: Path
    zone: str | None = None


class Welcome(TerminalApp[FirstStep | None]):
    """Offer the sample firm, a new firm, or a database that is somewhere else."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { align: center middle; }
    Vertical { width: 76; max-width: 96%; height: auto; border: round $primary; padding: 1 2; }
    .title { text-style: bold; }
    .dim { width: 1fr; color: $text-muted; margin: 0 0 1 0; }
    .fault { width: 1fr; color: $text-error; }
    OptionList { height: auto; border: none; padding: 0; background: $background; }
    #asked { width: 1fr; }
    Input, #asked { display: none; }
    Input.-asked, #asked.-asked { display: block; }
    """
    BINDINGS = [Binding("q,escape", "exit_with(None)", "Leave")]

    def __init__(self, path: Path, *, asks_zone: bool = False) -> None:
        super().__init__(path, "somebody who has no database yet")
        self._path = path
        self._asks_zone = asks_zone
        self._choice = FirstChoice.SAMPLE

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(Content("Dispatch"), classes="title")
            yield Label(Content(f"There is no database at {show(str(self._path))}."), classes="dim")
            yield Choices(
                Content("Look around a sample firm (nothing is kept)"),
                Content("Begin with a new firm here"),
                Content("Open a database that is somewhere else"),
            )
            yield Label(Content(""), id="asked")
            yield Input()
            yield Label(Content(""), classes="fault", id="fault")
            yield Label(Content("enter chooses · q leaves"), classes="dim")

    def action_exit_with(self, result: FirstStep | None) -> None:
        """Leave with a choice."""
        self.exit(result)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the choice; a file is asked for by its path, a new firm for its zone where the machine is in UTC."""
        self._choice = (FirstChoice.SAMPLE, FirstChoice.NEW, FirstChoice.FILE)[event.option_index]
        asks = {FirstChoice.FILE: ("Where is the database?", "its path")}
        if self._asks_zone:
            asks[FirstChoice.NEW] = ("In which time zone is the firm? This machine is in UTC.", "such as Europe/Berlin")
        if self._choice not in asks:
            self.exit(FirstStep(self._choice, self._path))
            return
        field = self.query_one(Input)
        question, field.placeholder = asks[self._choice]
        asked = self.query_one("#asked", Label)
        asked.update(Content(question))
        asked.add_class("-asked")
        field.add_class("-asked")
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on with what was typed, if it can be taken."""
        text = event.value.strip()
        path = self._path if self._choice is FirstChoice.NEW else typed_path(text)
        if self._choice is FirstChoice.NEW:
            fault = founding.zone_fault(text)
        else:
            fault = "" if path.is_file() else f"There is no file {show(str(path))}."
        if fault:
            self.query_one("#fault", Label).update(Content(fault))
        else:
            self.exit(FirstStep(self._choice, path, text if self._choice is FirstChoice.NEW else None))


def ask(path: Path) -> FirstStep | None:
    """Run the welcome; returns what was chosen, None when it was left."""
    return Welcome(path, asks_zone=founding.machine_zone() is None).run()
