"""Screens that are a list in sections, with or without a pane that says in full what is under its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from screens.user_screen import UserScreen
from widgets.bars import Separator
from widgets.lines.lines_pane import NotesPane
from widgets.listed import FigureList

T = TypeVar("T")


class ListScreen(UserScreen, Generic[T]):
    """Things that are listed, each with a path by which the list knows it."""

    PANE: ClassVar[str] = ""
    """Where the pane is: `beside` the list (below it where it is narrow, nowhere where it is low too), `below` it, or nowhere."""

    DEFAULT_CSS = """
    ListScreen NotesPane { padding: 0 1; }
    ListScreen Horizontal > FigureList { width: 2fr; }
    ListScreen Horizontal > NotesPane { width: 1fr; height: 1fr; border-left: solid $panel; }
    ListScreen.-narrow Horizontal { layout: vertical; }
    ListScreen.-narrow Horizontal > FigureList { width: 1fr; }
    ListScreen.-narrow Horizontal > NotesPane { width: 1fr; height: 6; border-left: none; border-top: solid $panel; }
    ListScreen.-narrow.-low Horizontal > NotesPane { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]

    def __init__(self) -> None:
        super().__init__()
        self.things: dict[str, T] = {}

    def body(self) -> ComposeResult:
        if self.PANE == "beside":
            with Horizontal():
                yield FigureList(id="figures")
                yield NotesPane(id="notes")
        else:
            yield FigureList(id="figures")
        if self.PANE == "below":
            yield Separator()
            yield NotesPane(id="notes")

    @property
    def listed(self) -> FigureList:
        return self.query_one(FigureList)

    @property
    def here(self) -> T | None:
        """What is under the cursor."""
        return self.things.get(self.listed.selected or "")

    def client_here(self) -> str | None:
        """The client of what is under the cursor, where it has one."""
        return getattr(self.here, "client", None)

    def notes(self) -> Sequence[tuple[str, str]]:
        """What the pane says of it: sentences, each with its ink."""
        return ()

    def show_selected(self) -> None:
        if self.PANE:
            self.query_one(NotesPane).set_notes(self.look(self.notes) or ())
