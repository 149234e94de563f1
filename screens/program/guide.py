"""What guides somebody over the screens: a step after the other, each said until it is seen that it was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from db import audit
from screens.program.keymap import key_rows
from screens.program.tasks import with_keys
from widgets.terminal.keyboard import written

if TYPE_CHECKING:
    from dispatch.demo.tour import TourStep
    from screens.program.program import Program

LOOKED = 0.25
"""Seconds between two looks at whether the step was done."""


class Guide:
    """The steps of one person, and where they are in them."""

    def __init__(self, steps: Sequence[TourStep], end: str) -> None:
        """
        Args:
            end: what is said once all are done.
        """
        self._steps, self._end = steps, end
        self._keys: Mapping[str, str] = {}
        self._since = 0
        self.done = 0
        """So many steps are done."""

    @property
    def text(self) -> str:
        """What is to be done now."""
        if self.done == len(self._steps):
            return with_keys(self._end, self._keys.__getitem__)
        step = with_keys(self._steps[self.done].says, self._keys.__getitem__)
        return f"{self.done + 1} of {len(self._steps)}  {step}"

    def begin(self, app: Program) -> None:
        """Say the first step, and look from now on."""
        rows = key_rows(type(app), app.keymap)
        self._keys = {row.id: written(row.keys[0]) for row in reversed(rows)}
        self._since = audit.newest(app.user.store)
        app.set_interval(LOOKED, lambda: self._look(app))
        self._say(app)

    def _look(self, app: Program) -> None:
        """Go on where the step was done."""
        if self.done < len(self._steps) and self._is_done(app):
            self.done += 1
            self._since = audit.newest(app.user.store)
            self._say(app)

    def _is_done(self, app: Program) -> bool:
        step = self._steps[self.done]
        if step.screen:
            return any(getattr(screen, "TITLE_WORD", "") == step.screen for screen in app.screen_stack)
        login = app.user.staff.login
        return any(row.deed == step.deed and row.actor == login for row, *_ in audit.after(app.user.store, self._since))

    def _say(self, app: Program) -> None:
        for screen in app.screen_stack:
            if (show_guide := getattr(screen, "show_guide", None)) is not None and screen.is_mounted:
                show_guide()
