"""How the job is done, from the words of a line: who comes together, what it comes after, the stop before it."""

from __future__ import annotations

import re

from dispatch.desk.quick.words import LineWords
from dispatch.model.typed_times import span_minutes

_PEOPLE = re.compile(r"x(?P<people>[1-4])(?P<skills>(\+[^\W\d_][^+]*)*)")
_REFERENCE = re.compile(r"[A-Za-z]+-?[0-9]+")


def take_people(line: LineWords) -> tuple[int, tuple[str, ...]]:
    """How many come, x2, and the skills of those who come with the first, x2+cabling."""
    for at in line.free():
        if (match := _PEOPLE.fullmatch(line.words[at])) is not None:
            line.give("people", at)
            return int(match["people"]), tuple(dict.fromkeys(match["skills"].split("+")[1:]))
    return 1, ()


def take_after(line: LineWords) -> tuple[str, int, str]:
    """The visit that is over before it: after R4001, a reference with a figure in it. Then the minutes between, +1h, and which
    day it is, same day or later day."""
    for at in line.free():
        if line.words[at] == "after" and line.is_free(at + 1) and _REFERENCE.fullmatch(line.raw[at + 1]):
            line.give("after", at, at + 1)
            return line.raw[at + 1], *_when_after(line, at + 2)
    return "", 0, "any"


def _when_after(line: LineWords, at: int) -> tuple[int, str]:
    """How many minutes after it, and on which day, from that word on."""
    minutes, day = 0, "any"
    while line.is_free(at):
        word, then = line.words[at], line.words[at + 1] if line.is_free(at + 1) else ""
        gap = span_minutes(word[1:]) if word.startswith("+") else None
        if gap is not None:
            minutes, used = gap, 1
        elif word in ("same", "later") and then == "day":
            day, used = word, 2
        else:
            break
        line.give("after", *range(at, at + used))
        at += used
    return minutes, day


def take_stop(line: LineWords) -> tuple[str, int]:
    """The stop before it, via depot, and the minutes there, which stand behind it."""
    for at in line.free():
        if line.words[at] == "via" and line.is_free(at + 1) and line.words[at + 1] == "depot":
            minutes = span_minutes(line.words[at + 2]) if line.is_free(at + 2) else None
            line.give("pickup", at, at + 1, *([] if minutes is None else [at + 2]))
            return "depot", minutes or 0
    return "", 0
