"""What people want to do, in their words, with the keys that do it: the help's first part, and more words for the palette."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_ID = re.compile(r"\{([a-z.-]+)(!?)\}")


def with_keys(text: str, key_of: Callable[[str], str]) -> str:
    """A text with keys in the place of the binding ids that stand in braces in it."""
    return _ID.sub(lambda found: key_of(found[1]), text)


class Task(NamedTuple):
    """Something that somebody wants to do on a screen.

    Attributes:
        does: it, in words that follow *I want to*.
        how: the steps. A binding id in braces stands for its key; the last one, or the one with a `!`, is the key that does it.
        also: other words that people have for it.
    """

    does: str
    how: str
    also: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The binding ids that the steps name, in their order."""
        return tuple(named for named, _ in _ID.findall(self.how))

    @property
    def deed(self) -> str:
        """The binding id that does it."""
        return next((named for named, marked in _ID.findall(self.how) if marked), self.ids[-1])

    def steps(self, key_of: Callable[[str], str]) -> str:
        """The steps with the keys in the place of their ids."""
        return with_keys(self.how, key_of)


@cache
def all_tasks() -> dict[str, tuple[Task, ...]]:
    """The tasks of every screen that has some, by its `TITLE_WORD`, the commonest first."""
    written = tomllib.loads(files(__package__).joinpath("tasks.toml").read_text("utf-8"))
    return {screen: tuple(Task(does, *rest) for does, rest in tasks.items()) for screen, tasks in written.items()}


EVERYWHERE = "everywhere"
"""Where those tasks stand that belong to no screen."""


def tasks_on(screen: str) -> tuple[Task, ...]:
    """What people want to do on a screen, the commonest first; then what they want wherever they are."""
    return (*all_tasks().get(screen, ()), *all_tasks()[EVERYWHERE])


def words_for(screen: str, binding_id: str) -> str:
    """What people call a deed of a screen, beside what the screen calls it; empty: nothing else is known."""
    return " ".join(f"{task.does} {task.also}" for task in all_tasks().get(screen, ()) if task.deed == binding_id)
