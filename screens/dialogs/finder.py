"""Find something by a few letters: a field, and below it what holds them, best first, at each keystroke."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Label

from db.faults import StoreFault
from dispatch.model.matching import Findable, Finder
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.dialog import Dialog
from screens.reading import aside
from widgets.listed import FoundLine, FoundList

T = TypeVar("T")

SHOWN = 60
"""So many finds are listed; more letters bring the others."""


class FoundTarget(NamedTuple, Generic[T]):
    """What was chosen; `open` where it shall be opened and not only gone to."""

    value: T
    open: bool = False


class FindScreen(Dialog["FoundTarget[T] | None"], Generic[T]):
    """Typed letters narrow, arrows choose, enter takes."""

    DEFAULT_CSS = """
    FindScreen { align: center top; }
    FindScreen > .dialog { width: 96; height: 24; margin: 2 0 0 0; }
    FindScreen .dialog--hint { height: 1; }
    FindScreen Input { background: $primary 30%; margin: 0 0 1 0; }
    """
    BINDINGS = [
        key("down", "find.down", "Next find", action="step(1)"),
        key("up", "find.up", "Previous find", action="step(-1)"),
        key("pagedown", "find.page-down", "A page down", action="page(1)"),
        key("pageup", "find.page-up", "A page up", action="page(-1)"),
        key("ctrl+o", "find.open", "Open", "open what was found, where it can be opened", action="take(True)"),
        key("escape", "find.back", "Back", action="dismiss(None)"),
    ]

    def __init__(
        self,
        title: str,
        things: Callable[[], Sequence[Findable[T]]],
        line: Callable[[T], FoundLine],
        *,
        more: Callable[[str, int], Sequence[T]] | None = None,
        hint: str = "enter takes it · esc goes back",
        typed: str = "",
    ) -> None:
        """
        Args:
            things: reads what can be found, in a thread.
            line: how a find is shown.
            more: finds that `things` may lack, by what was typed and a limit.
            typed: what stands in the field at first.
        """
        super().__init__(title, hint)
        self._things, self._line, self._more, self._typed = things, line, more, typed
        self._finder: Finder[T] | None = None

    def body(self) -> ComposeResult:
        yield Input(self._typed, placeholder="some letters, of one word or several", select_on_focus=False)
        yield FoundList(id="found", ascii=bool(getattr(self.app, "ascii_only", False)))

    def on_mount(self) -> None:
        """Read what there is; what is typed meanwhile waits for it, so that enter takes what the letters find."""
        self._read()

    @work
    async def _read(self) -> None:
        try:
            self._finder = Finder(await aside(self.app, self._things))
        except StoreFault as fault:
            self.query_one("#hint", Label).update(Content(show(str(fault))))
            return
        self.on_input_changed()

    def on_input_changed(self) -> None:
        """Narrow by what is typed."""
        if self._finder is None:
            return
        typed = self.query_one(Input).value
        matches, count = self._finder.find(typed, SHOWN)
        if self._more is not None and count < SHOWN:
            matches += [match for match in self._more(typed, SHOWN - count) if match not in matches]
            count = max(count, len(matches))
        self.query_one(FoundList).set_found(matches, self._line)
        count_text = f"{count:,} found" if matches else "nothing holds these letters"
        self.query_one("#hint", Label).update(Content(f"{count_text} · {self.hint}"))

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        self.query_one(FoundList).action_step(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by a page."""
        self.query_one(FoundList).action_page(by)

    def on_input_submitted(self) -> None:
        """Enter takes what is under the cursor, and so does a double click."""
        self.action_take(False)

    on_line_list_opened = on_input_submitted

    def action_take(self, open: bool) -> None:
        """Take what is under the cursor."""
        if (find := self.query_one(FoundList).selected) is not None:
            self.dismiss(FoundTarget(find, open))
