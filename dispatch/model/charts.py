"""Small charts as text: a bar, and a line of columns. The numbers always stand beside them."""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_COLUMNS = "▁▂▃▄▅▆▇█"
_ASCII_COLUMNS = "_.-:=+*#"
UNKNOWN = "·"
ASCII_UNKNOWN = "?"


def bar(height: float | None, highest: float, cells: int, *, ascii_only: bool = False) -> str:
    """A bar in exactly `cells` cells, full at `highest`. Unknown is a dot, and no bar; what is above 0 shows at least a trace."""
    if height is None:
        return (ASCII_UNKNOWN if ascii_only else UNKNOWN).ljust(cells)
    share = min(1.0, max(0.0, height / highest)) if highest > 0 else 0.0
    if ascii_only:
        full = round(share * cells)
        return ("#" * max(full, height > 0)).ljust(cells)
    eighths = max(round(share * cells * 8), int(height > 0))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def columns(heights: Sequence[float | None], highest: float, cells: int, *, ascii_only: bool = False) -> str:
    """One column a value in at most `cells` cells, the newest where there are more; full at `highest`. Unknown is a dot."""
    glyphs = _ASCII_COLUMNS if ascii_only else _COLUMNS
    drawn = []
    for height in heights[-cells:] if cells > 0 else ():
        if height is None:
            drawn.append(ASCII_UNKNOWN if ascii_only else UNKNOWN)
        else:
            share = min(1.0, max(0.0, height / highest)) if highest > 0 else 0.0
            drawn.append(glyphs[min(len(glyphs) - 1, int(share * len(glyphs)))])
    return "".join(drawn)
