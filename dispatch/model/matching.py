"""Finding by a few letters: what holds every word that was typed, best first. Pure, and quick enough for each keystroke."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from heapq import nsmallest
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4"), "'")
"""What stands for the apostrophe that keyboards have."""


def _plain(text: str) -> str:
    """Text as it is searched: small letters without their accents, which not everybody types. (`db.names.folded` tells names
    apart, and keeps them.)"""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_APOSTROPHES)
    return "".join(character for character in apart if not unicodedata.combining(character))


def alike(text: str) -> str:
    """A name as somebody would write it twice: its letters and digits alone, small and without their accents."""
    return "".join(filter(str.isalnum, _plain(text)))


class Findable(NamedTuple, Generic[T]):
    """Something that can be found: the folded words that it is found by, its name first, and what it stands for."""

    words: str
    value: T


def findable(value: T, *words: str) -> Findable[T]:
    """Something that is found by these words."""
    return Findable(_plain(" ".join(words)), value)


class Finder(Generic[T]):
    """Some things, narrowed letter by letter. Among equally good ones those that come first in `things` stay first."""

    def __init__(self, things: Sequence[Findable[T]]) -> None:
        self._things = things
        self._typed: tuple[str, ...] = ()
        self._left: Sequence[Findable[T]] = things

    def find(self, typed: str, limit: int) -> tuple[list[T], int]:
        """At most `limit` of the things that hold every typed word, best first, and how many there are in all.

        A name that begins with what was typed is better than one of whose words begins so, and that is better than
        letters inside a word.
        """
        words = tuple(_plain(typed).split())
        narrower = len(words) >= len(self._typed) and all(
            new.startswith(old) for old, new in zip(self._typed, words, strict=False)
        )
        left = self._left if narrower else self._things
        for word in words:
            left = [thing for thing in left if word in thing.words]
        self._typed, self._left = words, left
        if not words:
            return [thing.value for thing in left[:limit]], len(left)
        best = nsmallest(limit, range(len(left)), key=lambda place: (_distance(words, left[place].words), place))
        return [left[place].value for place in best], len(left)


def _distance(words: tuple[str, ...], text: str) -> int:
    distance = -1 if text.startswith(" ".join(words)) else 0
    for word in words:
        if not text.startswith(word):
            distance += 1 if f" {word}" in text else 2
    return distance
