"""What a terminal can do, as terminfo has it."""

from __future__ import annotations

from functools import lru_cache


def erases_in_colour(term: str) -> bool:
    """Whether a terminal paints what it erases in the ground of the pen, and erases some cells at a time, as terminfo has it."""
    return _can(term, "bce", ech=b"\x1b[%p1%dX")


def scrolls_within(term: str) -> bool:
    """Whether a terminal puts lines in and takes them out between margins, as terminfo has it."""
    return _can(term, csr=b"\x1b[%i%p1%d;%p2%dr", il=b"\x1b[%p1%dL", dl=b"\x1b[%p1%dM")


@lru_cache(maxsize=8)
def _can(term: str, flag: str = "", **strings: bytes) -> bool:
    """Whether a terminal has a flag and does something by certain strings, as terminfo has it."""
    try:
        import curses
    except ImportError:
        return False
    try:
        curses.setupterm(term or "dumb", 1)
        has = not flag or curses.tigetflag(flag) > 0
        return has and all(curses.tigetstr(name) == string for name, string in strings.items())
    except curses.error:
        return False
