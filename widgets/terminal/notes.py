"""Where stands what a screen says for a moment: nothing that is needed then lies below it.

Over a screen that is the pane with the keyboard, at the end away from its cursor: the head, the keys and what is said of the
selected thing stay in sight. Over a dialog it is the last line, where the keys of the screen behind it are.
"""

from __future__ import annotations

from typing import Any

from textual.css.query import NoMatches
from textual.geometry import Region, Spacing
from textual.screen import Screen
from textual.widgets._toast import ToastRack

from widgets.lines.line_view import LineView

STYLE = """
    Toast { width: auto; max-width: 100%; padding: 0 1; margin-top: 0; }
    ToastRack { margin-bottom: 0; }
"""
"""A note is as wide and as high as its words."""


def place_notes(screen: Screen[Any]) -> None:
    """Let what is said next over a screen stand where it hides least."""
    try:
        rack = screen.get_child_by_type(ToastRack)
    except NoMatches:  # the screen is coming up, or going
        return
    pane = screen.focused
    if screen.is_modal or pane is None or not pane.region:
        dock, margin = "bottom", Spacing()
    else:
        dock, margin = _edge(pane.region, _cursor_of(pane), screen.size.height)
    if (rack.styles.dock, rack.styles.margin) != (dock, margin):
        rack.styles.dock, rack.styles.margin = dock, margin


def _edge(pane: Region, cursor: int, height: int) -> tuple[str, Spacing]:
    """The side of a pane that is away from the line of its cursor, and how far in from the edge of the screen that is."""
    if cursor * 2 >= pane.height:
        return "top", Spacing(top=pane.y)
    return "bottom", Spacing(bottom=max(0, height - pane.bottom))


def _cursor_of(pane: object) -> int:
    """The line of a pane's cursor; 0 where it has none."""
    place = pane.cursor_place if isinstance(pane, LineView) else None
    return place.y if place is not None else 0
