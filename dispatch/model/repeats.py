"""Whether two requests are about the same trouble, by the words in which they were asked for."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"\w+")
_FILLERS = frozenset(_WORD.findall("a again an and at for in is it its more of on once still the to with"))


def same_trouble(one: str, other: str) -> bool:
    """Whether each word of the shorter text stands in the longer one, in the singular or not: "Printer jams" and "printer jam
    again, tray 2". Words that only join or repeat do not count."""
    few, many = sorted((_words(one), _words(other)), key=len)
    return bool(few) and few <= many


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") or word for word in _WORD.findall(text.casefold()) if word not in _FILLERS)
