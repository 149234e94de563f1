"""What guides somebody over the screens: a step after the other, each said until it is seen that it was done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from db import audit
from dispatch.desk.session.preferences import FIRST_SESSIONS
from dispatch.model.guides import GuideStep
from dispatch.model.text import cells_of
from screens.program.keymap import key_rows
from screens.program.personal import keep_setting
from screens.program.tasks import with_keys
from widgets.terminal.keyboard import written

if TYPE_CHECKING:
    from screens.program.program import Program
    from screens.user_screen import UserScreen

LOOKED = 0.25
"""Seconds between two looks at whether the step was done."""
LOOKED_AT_LEISURE = 1.0
"""The same where nobody waits for it."""
LEAST_ROWS = 24
"""A terminal that has fewer has no row to give away to what one may know."""

FIRST_STEPS = {
    "the board": (
        GuideStep("{visit.new} enters a request", deed="add"),
        GuideStep("{visit.assign} puts it on a day", deed="assign"),
        GuideStep("{day.plan} plans the day", screen="a plan of the day or the week"),
    ),
    "my day": (
        GuideStep("{visit.step} sets out, then arrives", deed="depart"),
        GuideStep("{visit.open} the checklist", screen="the visit"),
    ),
    "the visit log": (
        GuideStep("{visit.open} the whole visit", screen="the visit's record"),
        GuideStep("{review.batch} approves what is clean", deed="approve"),
    ),
}
"""What one needs first on the screen that a role's day begins with, by its name in the help."""
HELP = GuideStep("{screen.keys} help", screen="help")
"""What stands behind the others."""


class Guide:
    """The steps of one person, and where they are in them."""

    def __init__(self, steps: Sequence[GuideStep], end: str) -> None:
        """
        Args:
            end: what is said once all are done.
        """
        self._steps, self._end = steps, end
        self._keys: Mapping[str, str] = {}
        self._since = 0
        self.done = 0
        """So many steps are done."""

    def text_on(self, screen: UserScreen) -> str:
        """What is to be done now; empty: nothing is said there."""
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
        if self.done < len(self._steps) and _is_done(app, self._steps[self.done], self._deeds(app)):
            self.done += 1
            self._since = audit.newest(app.user.store)
            self._say(app)

    def _deeds(self, app: Program) -> frozenset[str]:
        """What the person did since the last step."""
        login = app.user.staff.login
        return frozenset(row.deed for row, *_ in audit.after(app.user.store, self._since) if row.actor == login)

    def _say(self, app: Program) -> None:
        for screen in app.screen_stack:
            if (show_guide := getattr(screen, "show_guide", None)) is not None and screen.is_mounted:
                show_guide()


def _is_done(app: Program, step: GuideStep, deeds: Collection[str]) -> bool:
    """Whether a step was done: its screen is there, or its deed is one of those of late."""
    if step.screen:
        return any(getattr(screen, "TITLE_WORD", "") == step.screen for screen in app.screen_stack)
    return step.deed in deeds


class FirstSteps(Guide):
    """The keys that one needs first, in one row of the screen that one's day begins with.

    What was done is said no more; the row goes with the last of it, for good, and by itself after some sessions.
    """

    def __init__(self) -> None:
        super().__init__((), "")
        self._left: dict[str, list[GuideStep]] = {screen: [*steps, HELP] for screen, steps in FIRST_STEPS.items()}
        self._said = ""

    def begin(self, app: Program) -> None:
        self._since = audit.newest(app.user.store)
        app.set_interval(LOOKED_AT_LEISURE, lambda: self._look(app))
        self._look(app)

    def text_on(self, screen: UserScreen) -> str:
        """As many of the steps as the row has room for, and how to find the rest."""
        left, app = self._left.get(screen.TITLE_WORD, []), screen.app
        if len(left) < 2 or app.size.height < LEAST_ROWS:
            return ""

        def key_of(name: str) -> str:
            # the screen knows its own, and no other screen has to be imported
            return next((key for key, _ in screen.keys_of(name)), "")

        # without its key a step is not for this person
        said = [text for step in left if not (text := with_keys(step.says, key_of)).startswith(" ")]
        text = f"New here? {' · '.join(said)}"
        while cells_of(text) > app.size.width - 2 and len(said) > 1:
            del said[-2]
            text = f"New here? {' · '.join(said)}"
        return text

    def _look(self, app: Program) -> None:
        """Let go of what was done since the last look."""
        begun = {screen: len(steps) for screen, steps in self._left.items()}
        newest, deeds = audit.newest(app.user.store), self._deeds(app)
        for steps in self._left.values():
            steps[:] = [step for step in steps if step is HELP or not _is_done(app, step, deeds)]
        self._since = newest
        if any(len(steps) == 1 < begun[screen] for screen, steps in self._left.items()):
            keep_setting(app, "hints", 0)
        text_of = getattr(app.screen, "guide_text", None)
        text = self._said if text_of is None else text_of()
        # a screen that is come back to says it by itself, so what was said last may have been on another one
        if text != self._said or any(len(steps) < begun[screen] for screen, steps in self._left.items()):
            self._said = text
            self._say(app)


def begin_first_steps(app: Program, sessions: int = 0) -> None:
    """Show somebody the first steps, as long as they are new.

    Args:
        sessions: in how many they sat here, where nothing is kept for them (over SSH).
    """
    left = app.personal.hints if app.personal is not None else FIRST_SESSIONS - sessions
    if app.guide is None and left > 0:
        keep_setting(app, "hints", left - 1)
        app.guide = FirstSteps()
        app.guide.begin(app)
