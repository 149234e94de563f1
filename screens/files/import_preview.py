"""The dialogs of an import: which file, how far it is, and what would become of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from dispatch.desk.files.table import Stopped, Watch
from dispatch.model.paths import typed_path
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.asked import ChoiceRow
from screens.dialogs.dialog import Dialog
from widgets.choices import Choices
from widgets.lines.lines_pane import NotesPane

if TYPE_CHECKING:
    from screens.user_screen import UserScreen

T = TypeVar("T")

PATIENCE = 0.4
"""Seconds after which somebody who waits is told how far it is."""
_SHOWN = 8
"""So many names are offered for the beginning of a path."""


def files_like(typed: str) -> tuple[str, list[str]]:
    """The path as far as it is clear, and the names that it may go on with. Folders end in a slash."""
    head, _, tail = typed.rpartition("/")
    folder = typed_path(f"{head}/") if head or typed.startswith("/") else Path(".")
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in entries
                if entry.name.startswith(tail)
                and (tail.startswith(".") or not entry.name.startswith("."))
                and show(entry.name) == entry.name  # a field draws what it holds
            )
    except (OSError, ValueError):
        return typed, []
    if not names:
        return typed, []
    # of sorted names the first and the last have in common what all have
    pairs = zip(names[0], names[-1], strict=False)
    same = next((at for at, (letter, other) in enumerate(pairs) if letter != other), min(len(names[0]), len(names[-1])))
    return f"{typed[: len(typed) - len(tail)]}{names[0][:same]}", names


class AskFile(Dialog[Path | None]):
    """Ask for a file; tab completes its path."""

    BINDINGS = [
        key("escape", "dialog.back", "Back", action="dismiss(None)"),
        # an Input takes it for itself
        key("tab", "dialog.complete", "Complete", priority=True),
    ]

    def __init__(self, title: str, hint: str) -> None:
        super().__init__(title, "enter looks at it · tab completes · esc goes back")
        self._question = hint

    def body(self) -> ComposeResult:
        yield Label(Content(self._question), classes="dialog--hint")
        yield Input(placeholder="~/visits.csv")
        yield Label(Content(""), classes="dialog--hint", id="names")
        yield self.fault_line()

    def on_input_changed(self) -> None:
        """What was said is about another path."""
        self._say("", "")

    def action_complete(self) -> None:
        """Complete the path, and list what it may go on with."""
        line = self.query_one(Input)
        completed, names = files_like(line.value)
        with line.prevent(Input.Changed):
            line.value = completed
        line.cursor_position = len(completed)
        more = f"  and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        offered = "  ".join(show(name, 40) for name in names[:_SHOWN]) + more
        self._say(offered if len(names) > 1 else "", "" if names else "nothing there begins so")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the path, if there is a file."""
        typed = event.value.strip()
        try:
            path = typed_path(typed)
            there = bool(typed) and path.is_file()
        except (RuntimeError, ValueError, OSError):
            there = False
        if there:
            self.dismiss(path)
        else:
            self._say("", "there is no such file" if typed else "name a file")

    def _say(self, names: str, fault: str) -> None:
        self.query_one("#names", Label).update(Content(names))
        self.show_fault(fault)


class ImportPreview(Dialog[str | None]):
    """What would become of a file, line by line, and what can be done about it; returns the value of the chosen row."""

    DEFAULT_CSS = """
    ImportPreview > .dialog { width: 110; height: auto; }
    ImportPreview NotesPane { height: auto; max-height: 60vh; margin: 1 0; }
    ImportPreview.-long .dialog { height: 90%; }
    ImportPreview.-long NotesPane { height: 1fr; max-height: 100%; }
    """
    BINDINGS = [
        key("escape", "dialog.back", "Leave it", action="dismiss(None)"),
        # the list of choices is short, the report need not be
        key("pagedown ]", "import.down", "Report down", action="scroll(1)", priority=True),
        key("pageup [", "import.up", "Report up", action="scroll(-1)", priority=True),
    ]

    def __init__(self, title: str, lines: Sequence[tuple[str, str]], rows: Sequence[ChoiceRow[str]]) -> None:
        scrolls = f"{len(lines):,} to look at: [ ] scroll · " if lines else ""
        super().__init__(title, f"{scrolls}enter chooses · esc leaves the file")
        self._lines, self._rows = lines, rows
        self.set_class(bool(lines), "-long")

    def body(self) -> ComposeResult:
        if self._lines:
            yield NotesPane(id="report")
        yield Choices(*(Option(Content(show(row.text))) for row in self._rows))

    def on_mount(self) -> None:
        """Show the report."""
        for pane in self.query(NotesPane):
            pane.set_notes(self._lines)
        self.query_one(OptionList).focus()

    def action_scroll(self, by: int) -> None:
        """Scroll the report by a page."""
        for pane in self.query(NotesPane):
            pane.scroll_relative(y=by * max(1, pane.size.height - 1), animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return what was chosen."""
        self.dismiss(self._rows[event.option_index].value)


class Progress:
    """How far something in another thread is. Written there, read here; `stopped` goes the other way."""

    def __init__(self) -> None:
        self.text = "reading …"
        self.stopped = False

    def watch(self, doing: str, done: int, of: int) -> None:
        """Note how far it is.

        Raises:
            Stopped: somebody had enough.
        """
        if self.stopped:
            raise Stopped("Stopped. Nothing was changed.")
        self.text = f"{doing} {done:,} of {of:,}" if of else f"{doing} …"


class Working(Dialog[None]):
    """Says how far something is; esc stops it."""

    BINDINGS = [key("escape", "dialog.stop", "Stop")]

    def __init__(self, title: str, progress: Progress) -> None:
        super().__init__(title, "esc stops it, and nothing is changed")
        self._progress = progress

    def body(self) -> ComposeResult:
        yield Label(Content(self._progress.text), id="told")

    def on_mount(self) -> None:
        """Look how far it is, some times a second."""
        self.set_interval(0.2, self._look)

    def _look(self) -> None:
        self.query_one("#told", Label).update(Content(self._progress.text))

    def action_stop(self) -> None:
        """Stop it."""
        self._progress.stopped = True


async def watched(screen: UserScreen, title: str, job: Callable[[Watch], T]) -> T:
    """Carry out a job in a thread; one that takes its time says how far it is, and can be stopped.

    Raises:
        Stopped: it was stopped.
        Exception: whatever the job raises.
    """
    progress = Progress()
    task = asyncio.create_task(asyncio.to_thread(job, progress.watch))
    try:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done:
            working = Working(title, progress)
            await screen.app.push_screen(working)
            try:
                await asyncio.wait({task})
            finally:
                if working.is_current:
                    working.dismiss()
        return task.result()
    except asyncio.CancelledError:
        progress.stopped = True
        raise
