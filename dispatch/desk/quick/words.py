"""The words of one line, each given to one field, and the names that a few letters mean."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from db.names import folded
from dispatch.model.text import show

_NAMED = 6
"""So many candidates are named in a problem."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a line may mean: clients with their sites, technicians (name and login), skills in small letters."""

    clients: Mapping[str, Sequence[str]] = field(default_factory=dict)
    technicians: tuple[tuple[str, str], ...] = ()
    skills: frozenset[str] = frozenset()


@dataclass(slots=True)
class LineWords:
    """One line being read: every word is given to a field once, the clearest fields first.

    `raw` has the words as typed, `words` the same as they are compared, `to` the field of each, empty while it is free.
    `span` is the first word of the client and how many words it has.
    """

    raw: list[str]
    known: Names
    today: datetime.date
    words: list[str] = field(init=False)
    to: list[str] = field(init=False)
    problems: list[str] = field(default_factory=list)
    candidates: tuple[str, ...] = ()
    span: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self.words = [folded(word) for word in self.raw]
        self.to = [""] * len(self.raw)

    def free(self) -> list[int]:
        """The places of the words that no field has."""
        return [at for at, to in enumerate(self.to) if not to]

    def is_free(self, at: int) -> bool:
        """Whether there is a word at that place, and no field has it."""
        return at < len(self.to) and not self.to[at]

    def give(self, to: str, *places: int) -> None:
        """Give words to a field."""
        for at in places:
            self.to[at] = to

    def divide(self, at: int, head: str, to: str) -> None:
        """Make two words of one: its head, still free, and what follows it, given to a field."""
        tail = self.raw[at][len(head) :]
        self.raw[at : at + 1] = [head, tail]
        self.words[at : at + 1] = [folded(head), folded(tail)]
        self.to[at : at + 1] = ["", to]


def best_names(known: Iterable[str], letters: Sequence[str], *, anywhere: bool) -> list[str]:
    """The names that the words fit best: as a whole, then by their first word, then (with `anywhere`) by a later one."""
    ranked: dict[int, list[str]] = {}
    for name in known:
        rank = _rank(folded(name), letters, anywhere=anywhere)
        if rank:
            ranked.setdefault(rank, []).append(name)
    return ranked[max(ranked)] if ranked else []


def _rank(name: str, letters: Sequence[str], *, anywhere: bool) -> int:
    if not all(letters):
        return 0
    words, typed = name.split(), " ".join(letters)
    if name == typed:
        return 5
    if name.startswith(f"{typed} "):
        return 4
    if _in_order(words, letters) and words[0].startswith(letters[0]):
        return 3
    return 2 if anywhere and _in_order(words, letters) else 0


def _in_order(words: Sequence[str], letters: Sequence[str]) -> bool:
    """Whether each typed word begins a word of the name, in their order."""
    rest = iter(words)
    return all(any(word.startswith(typed) for word in rest) for typed in letters)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    shown = ", ".join(show(name, 40) for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
