"""Finding names by a few letters of them."""

from __future__ import annotations

from collections.abc import Sequence

from db.names import folded
from dispatch.model.text import show

_NAMED = 6
"""So many candidates are named in a problem."""


def best_names(known: Sequence[str], letters: Sequence[str], *, anywhere: bool) -> list[str]:
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
