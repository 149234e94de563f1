"""The keys of a screen, made from its bindings."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label, Static

from dispatch.desk.levels import sees_levels
from dispatch.model.text import pad
from widgets.lean import LeanModal
from widgets.marks import legend, level_legend, marks_of


class KeysHelp(LeanModal[None]):
    """Every key that works on a screen: its own, those of the focused widget, those of the program."""

    DEFAULT_CSS = """
    KeysHelp { align: center middle; background: $background 60%; }
    KeysHelp > VerticalScroll { width: 64; max-width: 96%; height: auto; max-height: 90%; }
    KeysHelp > VerticalScroll { background: $surface; border: round $primary; padding: 0 1; }
    KeysHelp .title { text-style: bold; margin: 0 0 1 0; }
    KeysHelp .legend { margin: 1 0; }
    KeysHelp .hint { color: $text-muted; margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss(None)", "Back", id="dialog.back"),
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]

    def __init__(self, title: str, screen: Screen[Any]) -> None:
        super().__init__()
        self._title = title
        self._lines = key_lines(screen)
        self._technician = not sees_levels(getattr(screen.app, "seat", None))
        self._legend = legend(marks_of(bool(getattr(screen.app, "ascii_only", False))))

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Label(Content(f"Keys: {self._title}"), classes="title")
            yield Static(Content("\n".join(self._lines)))
            yield Label(Content("The states of a visit"), classes="title legend")
            yield Static(Content("\n".join(f"{glyph:12} {word}" for glyph, word in self._legend)))
            if not self._technician:
                yield Label(Content("Service levels"), classes="title legend")
                yield Static(Content("\n".join(f"{letter:12} {word}" for letter, word in level_legend())))
            yield Label(Content("esc goes back"), classes="hint")


def key_lines(screen: Screen[Any]) -> list[str]:
    """A line for each key of ours that works on the screen: the screen's own, the focused widget's, the program's."""
    own: list[tuple[int, str]] = []
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        # what has no id is Textual's own, for selecting text and moving a focus that there is not
        if not binding.id or binding.action in seen:
            continue
        seen.add(binding.action)
        line = f"{pad(screen.app.get_key_display(binding), 12)} {sentence_of(binding)}"
        own.append((0 if active.node is screen else 2 if active.node is screen.app else 1, line))
    return [line for _, line in sorted(own, key=lambda one: one[0])]


def sentence_of(binding: Binding) -> str:
    """What a key does, in words."""
    return binding.tooltip or binding.description
