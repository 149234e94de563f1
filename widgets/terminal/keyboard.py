"""Keys by name: those that every terminal and phone sends, and how a person writes them down. Pure.

A key's name is Textual's (`question_mark`, `escape`, `ctrl+s`); people write `?` and `esc` as well.
"""

from __future__ import annotations

import string
from collections.abc import Iterable

SIGNS = {
    "!": "exclamation_mark", '"': "quotation_mark", "#": "number_sign", "$": "dollar_sign", "%": "percent_sign",
    "&": "ampersand", "'": "apostrophe", "(": "left_parenthesis", ")": "right_parenthesis", "*": "asterisk",
    "+": "plus", ",": "comma", "-": "minus", ".": "full_stop", "/": "slash", ":": "colon", ";": "semicolon",
    "<": "less_than_sign", "=": "equals_sign", ">": "greater_than_sign", "?": "question_mark", "@": "at",
    "[": "left_square_bracket", "\\": "backslash", "]": "right_square_bracket", "^": "circumflex_accent",
    "_": "underscore", "`": "grave_accent", "{": "left_curly_bracket", "|": "vertical_line",
    "}": "right_curly_bracket", "~": "tilde", " ": "space",
}  # fmt: skip
"""The name of each printable character of ASCII that is neither letter nor digit."""
_WRITTEN = {"esc": "escape", "return": "enter", "del": "delete", "page up": "pageup", "page down": "pagedown",
            "pgup": "pageup", "pgdn": "pagedown"}  # fmt: skip
_SHOWN = {name: sign for sign, name in SIGNS.items() if sign != " "} | {
    "escape": "esc", "pageup": "page up", "pagedown": "page down",
}  # fmt: skip
DRAWN = {"enter": "⏎", "left": "←", "right": "→", "up": "↑", "down": "↓"}
"""What a key bar draws for these keys, where the font has it."""
PRINTING = frozenset(string.ascii_letters + string.digits) | frozenset(SIGNS.values())
"""Keys that write a character where something is typed."""
_ALIASES = frozenset("himz")
"""ctrl with h, i or m is sent as backspace, tab or enter; with z it belongs to the shell."""
CONTROLS = frozenset(f"ctrl+{letter}" for letter in string.ascii_lowercase if letter not in _ALIASES)
_MOVING = frozenset({"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"})
SENT = (
    PRINTING
    | CONTROLS
    | _MOVING
    | frozenset({"enter", "escape", "tab", "shift+tab", "backspace"})
    | frozenset(f"f{number}" for number in range(1, 13))
)
"""Keys that terminals send, each in its own way."""


def key_named(written: str) -> str | None:
    """The name of the key that a person wrote, such as `?`, `esc`, `Ctrl+S`. None: terminals do not send it."""
    text = written if written == " " else written.strip()
    name = SIGNS.get(text, text if len(text) == 1 else text.lower())
    name = _WRITTEN.get(name, name)
    return name if name in SENT else None


def written(key: str) -> str:
    """A key as people write it: `?`, `esc`, `ctrl+s`."""
    return _SHOWN.get(key, key)


def written_all(keys: Iterable[str]) -> str:
    """Some keys of one deed."""
    return " ".join(written(key) for key in keys)
