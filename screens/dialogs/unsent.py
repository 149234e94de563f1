"""What is typed into a dialog is kept while it is typed, until it was saved or thrown away (`dispatch.desk.session.unsent`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic
from weakref import WeakKeyDictionary, WeakSet

from textual.screen import ScreenResultType
from textual.timer import Timer

from dispatch.desk.session.unsent import Unsent, pairs_of
from screens.binding import key
from screens.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from dispatch.desk.session.user import User

KEEP_SECONDS = 0.3
"""What is shown is kept so soon, also while somebody goes on typing."""
GO_BACK = "esc goes back, text kept"
"""What every hint of a dialog with text says of leaving it."""
WAYS_OUT = [("go back, it is kept", "dismiss(None)"), ("throw it away", "throw_away")]
"""The ways out of one, for `Ways`; the key of the second is ctrl+t."""
LEAVES = [("go back", "dismiss(None)")]
"""As `WAYS_OUT`, of one whose text is not kept."""
FROM_BEFORE = "from before; it was not saved yet · ctrl+t throws it away"


class KeptDialog(Dialog[ScreenResultType], Generic[ScreenResultType]):
    """A dialog with text that is kept.

    A result is handed to whoever asked, and stays kept until that was saved; the app sees to it. Left without a result, what
    was typed stays kept, and stands there again. It goes when it was saved, emptied, or thrown away (ctrl+t).
    """

    BINDINGS = [
        key(
            "ctrl+t",
            "dialog.throw",
            "Throw away",
            "throw away what is typed, and go back",
            action="throw_away",
            priority=True,
        ),
    ]

    saves = True
    """Whether the text is to be saved at all: a day to go to, or a filter, is not worth keeping."""
    done = False
    """Whether it was saved by the dialog itself."""

    def __init__(self, title: str, unsent: Unsent | None = None) -> None:
        super().__init__(title)
        self.unsent = unsent
        self._soon: Timer | None = None

    def typed(self) -> str:
        """What is typed, as one text; empty where it is what stood there at first."""
        raise NotImplementedError

    def keep_for(self, user: User, place: str) -> None:
        """Keep it by what is asked, and on which visit; the caller may have said better."""
        if self.saves and self.unsent is None:
            self.unsent = Unsent(user, type(self).__name__, place, self.heading)

    def keep_soon(self) -> None:
        """Called at each letter."""
        if self.unsent is not None and self._soon is None:
            self._soon = self.set_timer(KEEP_SECONDS, self.keep_now)

    on_input_changed = on_one_of_changed = on_text_area_changed = keep_soon

    def keep_now(self) -> bool:
        """Keep what stands there; returns whether it is safe."""
        self._rest()
        return self.unsent is None or not self.is_mounted or self.unsent.keep(self.typed())

    def take(self, result: ScreenResultType) -> None:
        """End with a result: it stays kept until it was saved."""
        if self.done:
            self.drop()
        else:
            self.keep_now()
        self.dismiss(result)

    async def action_dismiss(self, result: ScreenResultType | None = None) -> None:
        """Go back; what was typed stays kept."""
        self.keep_now()
        self.dismiss(result)

    def action_throw_away(self) -> None:
        """Go back without it."""
        self.drop()
        self.dismiss(None)

    def drop(self) -> None:
        """It is saved, or not wanted."""
        self._rest()
        if self.unsent is not None:
            self.unsent.drop()

    def _rest(self) -> None:
        if self._soon is not None:
            self._soon.stop()
            self._soon = None


def fields_kept(unsent: Unsent | None, stood: Callable[[str], str | None]) -> dict[str, str]:
    """What was typed into the fields of a form; a field in which something else stands by now is left as it is.

    Args:
        stood: what stands in a field at first; None where there is no such field.
    """
    kept = pairs_of(unsent.read() if unsent is not None else "")
    return {name: typed for name, (before, typed) in kept.items() if stood(name) == before}


class InHand:
    """What was typed for the deeds that are being carried out: dropped once they are, kept where one is refused."""

    def __init__(self) -> None:
        self._texts: WeakKeyDictionary[asyncio.Task[Any], list[Unsent]] = WeakKeyDictionary()
        self._refused: WeakSet[asyncio.Task[Any]] = WeakSet()

    def take(self, unsent: Unsent) -> None:
        """A text was handed to the worker that calls this."""
        task = asyncio.current_task()
        assert task is not None
        if task not in self._texts:
            self._texts[task] = []
            task.add_done_callback(self._over)
        self._texts[task].append(unsent)

    def saved(self) -> None:
        """What the worker that calls this was handed is saved."""
        if (task := asyncio.current_task()) is not None:
            self._refused.discard(task)
            self._drop(task)

    def refused(self) -> None:
        """What the worker that calls this was handed is not saved, as the deed was refused or a dialog on the way to it left.

        It stays kept, unless that is mended.
        """
        task = asyncio.current_task()
        if task is not None and task in self._texts:
            self._refused.add(task)

    def _over(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is None and task not in self._refused:
            self._drop(task)

    def _drop(self, task: asyncio.Task[Any]) -> None:
        for unsent in self._texts.get(task, ()):
            unsent.drop()
        if task in self._texts:
            self._texts[task].clear()
