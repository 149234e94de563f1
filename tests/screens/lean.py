"""What a pilot does less often than a person's terminal would: take the styles apart, and paint.

A third of the work of a test of a screen went into these two.
"""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

_parse = Stylesheet._parse_rules
_paint = Screen._compositor_refresh
_parsed: dict[tuple[object, ...], Any] = {}
_unpainted: set[Screen[Any]] = set()


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One text of styles is taken apart once in a process; a screen is painted when the program has come to rest."""
    _unpainted.clear()
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parse_once)
    monkeypatch.setattr(Screen, "_compositor_refresh", _paint_later)


def paint() -> None:
    """Paint what has changed since."""
    while _unpainted:
        screen = _unpainted.pop()
        if screen.is_running and screen is screen.app.screen:
            _paint(screen)


def _parse_once(self: Stylesheet, *text: Any, **more: Any) -> Any:
    key = (frozenset(self._variables.items()), *text, *more.items())
    if key not in _parsed:
        _parsed[key] = _parse(self, *text, **more)
    return _parsed[key]


def _paint_later(self: Screen[Any]) -> None:
    if self is not self.app.screen or self.app.is_inline:
        _paint(self)
        return
    _unpainted.add(self)
    self._dirty_widgets.clear()
    self.app._update_mouse_over(self)
