"""The words of one line, each given to one field."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from db.names import folded


@dataclass(frozen=True, slots=True)
class Named:
    """A client by name, with the names of its sites."""

    client: str
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a line may mean: clients with sites, technicians (name and login), skills in small letters."""

    clients: tuple[Named, ...] = ()
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
