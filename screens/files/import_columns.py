"""The columns of a file beside what they become, corrected by arrows before anything is looked at further."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from db.faults import StoreFault
from dispatch.desk.files.columns import LEFT_OUT, key_of
from dispatch.desk.files.verdicts import SeenColumn
from dispatch.desk.imports.file_memory import SaidOfFile
from dispatch.desk.imports.importing import SeenFile
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.texts.import_words import becomes
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.dialog import Dialog
from screens.dialogs.questions import AskText
from widgets.choices import Choices

Look = Callable[[SaidOfFile], SeenFile]
"""What the columns are, once that is said."""


class FileColumns(Choices):
    """Rows in which a letter says what the one under the cursor is to be."""

    class Typed(Message):
        """A letter was typed."""

        def __init__(self, letter: str) -> None:
            super().__init__()
            self.letter = letter

    def on_key(self, event: Key) -> None:
        """Letters name; they move no cursor."""
        if event.character is not None and event.character.isalpha():
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.character.casefold()))


class ImportColumns(Dialog[SaidOfFile | None]):
    """Which column is which; returns what was said, None where the file is left."""

    DEFAULT_CSS = """
    ImportColumns > .dialog { width: 110; height: 90%; }
    ImportColumns Choices { height: 1fr; max-height: 100%; margin: 1 0; }
    ImportColumns .dialog--fault.-blank { display: none; }
    """
    BINDINGS = [
        key("escape", "dialog.back", "Leave it", action="dismiss(None)"),
        key("right", "import.column", "Another column", "the column under the cursor is the next of ours", action="change(1)",
            priority=True),
        key("left", "import.column-back", "The one before", "the column under the cursor is the one of ours before",
            action="change(-1)", priority=True),
        key("minus delete", "import.column-out", "Leave out", "the column under the cursor is left out", action="leave_out",
            priority=True),
        key("ctrl+e", "import.column-fill", "Every row says", "what every row says, where the file has no such column",
            action="fill"),
    ]  # fmt: skip

    def __init__(self, title: str, said: SaidOfFile, seen: SeenFile, look: Look) -> None:
        super().__init__(
            title,
            "← → or letters: another of ours · - leaves out · ctrl+e every row says · enter goes on · esc leaves the file",
        )
        self._said, self._seen, self._look, self._at = said, seen, look, ""
        self._letters = ""
        # what is taken stands first; a column stays where it is while it becomes another one
        columns = sorted(seen.columns, key=lambda column: not column.ours)
        self._order = {column.theirs: place for place, column in enumerate(columns)}

    def body(self) -> ComposeResult:
        yield self.fault_line()
        yield FileColumns()

    def on_mount(self) -> None:
        """Show the columns, with the cursor on the first that has to be said."""
        self._draw()
        listed = self.query_one(OptionList)
        listed.focus()
        shown = self._shown()
        listed.highlighted = next((at for at, one in enumerate(shown) if one.how == "guess" or not one.ours), 0)

    def _shown(self) -> list[SeenColumn]:
        """What is missing, then the columns that say something."""
        last = len(self._order)
        columns = sorted(self._seen.columns, key=lambda column: self._order.get(column.theirs, last))
        filled = [one for one in columns if one.ours or one.how == "said" or any(cell for cell, _ in one.cells)]
        return [*(SeenColumn("", ours, "missing", ()) for ours in self._seen.missing), *filled]

    def _draw(self) -> None:
        listed = self.query_one(OptionList)
        shown, at = self._shown(), self._at
        with listed.prevent(OptionList.OptionHighlighted):
            listed.set_options([Option(self._line(column)) for column in shown])
        listed.highlighted = next((place for place, one in enumerate(shown) if one.theirs == at), 0) if shown else None
        needed = ", ".join(self._seen.missing)
        missing = needed and f"Needed yet: {needed}. Choose a column for it, or say with ctrl+e what every row has."
        self.show_fault(*filter(None, (missing, self._seen.open)))

    def _line(self, column: SeenColumn) -> Content:
        if column.how == "missing":
            return Content.assemble(("no column", "$text-error"), f" → {column.ours}, which is needed")
        theirs = show(column.theirs, 50) or "every row"
        style = "dim" if not column.ours else "$text-warning" if column.how == "guess" else "bold"
        cells = " · ".join(read if cell == read else f"{cell} = {read}" for cell, read in column.cells if cell)
        return Content.assemble(f"{theirs} → ", (becomes(column), style), "\n", (f"   {cells or '(empty)'}", "dim"))

    def _column(self) -> SeenColumn | None:
        at = self.query_one(OptionList).highlighted
        shown = self._shown()
        return shown[at] if at is not None and at < len(shown) else None

    def on_option_list_option_highlighted(self) -> None:
        """Stay with the column, whatever becomes of the others."""
        column = self._column()
        if column is not None and column.theirs != self._at:
            self._letters = ""
        self._at = column.theirs if column is not None else ""

    def on_file_columns_typed(self, typed: FileColumns.Typed) -> None:
        """Let the column under the cursor be the one of ours that begins with the letters: with all that were typed where there is
        one, else with the last; the same letter again goes on to the next."""
        column = self._column()
        if column is None or not column.theirs:
            return
        free = self._free(column)
        now = free.index(column.ours) if column.ours in free else -1
        for letters, begin in ((self._letters + typed.letter, now), (typed.letter, now + 1)):
            in_turn = (*free[max(begin, 0) :], *free[: max(begin, 0)])
            if (ours := next((one for one in in_turn if one.startswith(letters)), None)) is not None:
                self._letters = letters
                self._say(column, ours)
                return

    def action_change(self, by: int) -> None:
        """Let the column under the cursor be another one of ours."""
        column = self._column()
        if column is None or not column.theirs:
            return
        free = self._free(column)
        now = free.index(column.ours) if column.ours in free else 0
        self._letters = ""
        self._say(column, free[(now + by) % len(free)])

    def _free(self, column: SeenColumn) -> list[str]:
        """What a column may become, what is missing first; what is only guessed gives way."""
        taken = {one.ours for one in self._seen.columns if one.theirs != column.theirs and one.how != "guess"}
        ours = [LEFT_OUT, *self._seen.missing, *(one for one in self._seen.ours if one not in self._seen.missing)]
        return [one for one in ours if one not in taken]

    def action_leave_out(self) -> None:
        """Leave the column under the cursor out."""
        column = self._column()
        if column is not None and column.theirs:
            self._say(column, LEFT_OUT)
        elif column is not None and column.ours in self._said.fill:
            fill = {ours: text for ours, text in self._said.fill.items() if ours != column.ours}
            self._now(self._said._replace(fill=fill))

    @work
    async def action_fill(self) -> None:
        """Ask what every row says, of what the file has no column for."""
        column = self._column()
        ours = column.ours if column is not None and not column.theirs else next(iter(self._seen.missing), "")
        if not ours:
            self.show_fault("Put the cursor on what is needed, or on what every row says.")
            return
        text = await self.app.push_screen_wait(
            AskText(f"What does every row say of {ours}?", "", self._said.fill.get(ours, ""))
        )
        if text is not None and text.strip():
            self._now(self._said._replace(fill={**self._said.fill, ours: text.strip()}))

    def _say(self, column: SeenColumn, ours: str) -> None:
        said = {theirs: mine for theirs, mine in self._said.columns.items() if theirs != column.theirs}
        self._now(self._said._replace(columns={**said, column.theirs: ours}))

    @work(exclusive=True)
    async def _now(self, said: SaidOfFile) -> None:
        """Look at the columns as they are said now."""
        before, self._said = self._said, said
        try:
            seen = await asyncio.to_thread(self._look, said)
        except (StoreFault, Refusal) as refusal:
            self._said = before
            self.show_fault(str(refusal))
            return
        self._seen = seen
        self._draw()

    def on_option_list_option_selected(self) -> None:
        """Go on with what was said."""
        if self._seen.missing:
            self.app.bell()
            return
        self.dismiss(self._said)


def worth_a_look(seen: SeenFile, names: Collection[str]) -> bool:
    """Whether somebody should see the columns first: some are not called as ours, or one is missing."""
    return bool(seen.missing) or any(column.theirs and key_of(column.theirs) not in names for column in seen.columns)
