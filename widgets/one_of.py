"""One of a few words, all in sight: what yes and no, and every choice of a form, are typed with."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from dispatch.model.text import cells_of, show


class OneOf(Widget, can_focus=True):
    """Space and the arrows to the sides go through the words, a letter goes to the next that begins with it."""

    DEFAULT_CSS = """
    OneOf { height: 1; width: 1fr; padding: 0 1; background: $boost; }
    OneOf:focus { background: $primary 30%; }
    """
    BINDINGS = [Binding("space,right", "step(1)", show=False), Binding("left", "step(-1)", show=False)]

    value = reactive("")

    class Changed(Message):
        """Another word was chosen."""

    def __init__(self, options: Sequence[str], value: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = list(options)
        self.set_reactive(OneOf.value, self.validate_value(value))

    def validate_value(self, value: str) -> str:
        """Take a word as it is spelt here; one that is not known stands beside the others, for the form to refuse it."""
        known = next((word for word in self._options if word.casefold() == value.strip().casefold()), value)
        if known not in self._options:
            self._options.append(known)
        return known

    def watch_value(self) -> None:
        """Tell the form."""
        self.post_message(self.Changed())

    def action_step(self, by: int) -> None:
        """Choose the next word, or the one before."""
        self.value = self._options[(self._options.index(self.value) + by) % len(self._options)]

    def on_key(self, event: Key) -> None:
        """Choose the next word that begins with a letter."""
        letter = (event.character or "").casefold()
        after = self._options.index(self.value) + 1
        for word in (*self._options[after:], *self._options[:after]):
            if letter.strip() and word.casefold().startswith(letter):
                self.value = word
                event.stop()
                return

    def on_click(self, event: Click) -> None:
        """Choose the word that was clicked."""
        left = 1
        for word in self._options:
            right = left + cells_of(show(word or "–")) + 2
            if left <= event.x < right and len(self._line()) <= self.size.width:
                self.value = word
                return
            left = right

    def render(self) -> Content:
        """The words, the chosen one in brackets; it alone where there is no room for all."""
        if cells_of(self._line()) > self.size.width > 0:
            return Content(f"‹ {show(self.value) or '–'} ›")
        parts = [
            (f"[{show(word) or '–'}]", "bold") if word == self.value else (f" {show(word) or '–'} ", "$text-muted")
            for word in self._options
        ]
        return Content.assemble(*parts)

    def _line(self) -> str:
        return "".join(f" {show(word) or '–'} " for word in self._options)
