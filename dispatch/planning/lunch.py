"""Lunch: a break inside a window, wherever the day leaves room for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]
"""A half-open stretch of time, in epoch seconds."""


@dataclass(frozen=True, slots=True)
class LunchBreak:
    """A break of `seconds` that fits between `earliest` and `latest` (instants)."""

    earliest: int
    latest: int
    seconds: int


def place_lunch(lunch: LunchBreak, taken: Iterable[Span]) -> int | None:
    """When lunch can begin: the earliest free stretch that holds it; None where none does."""
    begin = lunch.earliest
    for start, end in sorted(taken):
        if end <= begin:
            continue
        if start - begin >= lunch.seconds:
            break
        begin = max(begin, end)
    return begin if begin + lunch.seconds <= lunch.latest else None
