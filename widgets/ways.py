"""The hint below a field. Arrow down leads into it: what it says can be done there by arrows and enter, without ctrl or esc."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static


class Ways(Static, can_focus=True):
    """A hint; with the focus, a choice of words, each with the action of the screen that enter carries out."""

    DEFAULT_CSS = "Ways { width: 1fr; height: auto; color: $text-muted; } Ways:focus { color: $text; }"
    BINDINGS = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("enter,space", "choose", show=False),
    ]

    at: reactive[int] = reactive(0)

    def __init__(self, hint: str, ways: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._hint, self._ways = hint, tuple(ways)

    def render(self) -> Content:
        """The hint, or the ways."""
        if not self.has_focus:
            return Content(self._hint)
        words = [(f" {word} ", "reverse" if number == self.at else "") for number, (word, _) in enumerate(self._ways)]
        return Content.assemble(*words, ("  enter does it · arrow up goes back to the text", "$text-muted"))

    def on_focus(self) -> None:
        """Begin with the first way."""
        self.at = 0

    def action_step(self, by: int) -> None:
        """Go to another way."""
        self.at = max(0, min(len(self._ways) - 1, self.at + by))

    async def action_choose(self) -> None:
        """Do it."""
        await self.run_action(f"screen.{self._ways[self.at][1]}")
