"""What a screen asks: a line of text, a day, one of some rows, a yes, the fields of a form."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from textual.screen import Screen

from dispatch.desk.session.unsent import Unsent
from dispatch.lazily import lazily
from dispatch.model.typed_times import parse_day
from screens.binding import CommandScreen
from screens.dialogs.asked import CHOOSES, DOES, FILLS, SAVES, AskedField, Check, ChoiceRow, day_fault
from screens.faults import SaysFaults

with lazily(__name__):
    from screens.dialogs import note, questions

T = TypeVar("T")


class Left(asyncio.CancelledError):
    """A question was left with esc: what asked it is over."""


class AskingScreen(SaysFaults, CommandScreen):
    """A screen that asks in dialogs, each from a worker, which is over with a question that is left with esc (`Left`)."""

    async def answer(self, question: Screen[Any]) -> Any:
        """What is answered in a dialog."""
        answered = await self.app.push_screen_wait(question)
        if answered is None or answered is False:
            raise Left
        return answered

    async def ask(
        self,
        title: str,
        hint: str = "",
        value: str = "",
        check: Check | None = None,
        unsent: Unsent | None = None,
        does: str = SAVES,
    ) -> str:
        """A line of text, which `check` has nothing against; `does` says what enter does with it."""
        return cast(str, await self.answer(questions.AskText(title, hint, value, check, unsent, does)))

    async def ask_day(
        self, title: str, hint: str, today: datetime.date, value: str = "", does: str = SAVES
    ) -> datetime.date:
        """A day, as people type it."""
        typed = await self.ask(title, hint, value, lambda text: day_fault(text, today), does=does)
        return parse_day(typed, today=today)

    async def choose(self, title: str, rows: Sequence[ChoiceRow[T]], hint: str = CHOOSES) -> T:
        """What the row that is chosen stands for."""
        return cast(T, await self.answer(questions.Choose(title, rows, hint)))

    async def ask_note(self, title: str, hint: str, unsent: Unsent) -> str:
        """A text that may be long."""
        return cast(str, await self.answer(note.AskNote(title, hint, unsent)))

    async def confirm(self, title: str, lines: Sequence[str] = (), question: str = DOES, *, text: str = "") -> None:
        """Come back where a step that does what `lines` say is meant; `text` is looked at below, and steers no terminal."""
        await self.answer(questions.AskConfirm(title, lines, question, text))

    async def fill(
        self,
        title: str,
        fields: Sequence[AskedField],
        check: Callable[[dict[str, str]], Sequence[str]] | None = None,
        hint: str = FILLS,
        unsent: Unsent | None = None,
    ) -> dict[str, str]:
        """The texts of a form's fields, which `check` has nothing against."""
        return cast(dict[str, str], await self.answer(questions.Form(title, fields, check, hint, unsent)))
