"""Every glyph the screens draw with, in one table: unicode shapes, and letters of ASCII for poor fonts.

A state is a shape or a letter first and a hue second. Every mark is one cell wide: no emoji, no private-use characters.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from dispatch.model.states import State


class Marks(NamedTuple):
    """One set of glyphs.

    `states` holds the 13 states, `unseen` stands for *dispatched* until its technician has seen it. `edge` and `edge_end`
    are the sides of a visit's block, `chosen` those of the selected one where colours cannot tell, `promised` the begin,
    inside and end of a promised window, `access` the ends of access hours, `stops` the numbers 1 to 9 of a route.
    """

    states: Mapping[State, str]
    unseen: str
    travel: str
    travel_unknown: str
    lunch: str
    absence: str
    off: str
    grid: str
    now: str
    pin: str
    late: str
    edge: str
    edge_end: str
    chosen: tuple[str, str]
    promised: tuple[str, str, str]
    access: tuple[str, str]
    more_left: str
    more_right: str
    more: str
    above: str
    below: str
    open: str
    passed: str
    failed: str
    skipped: str
    overridden: str
    pending: str
    warning: str
    arrow: str
    dash: str
    dot: str
    rule: str
    cursor: str
    home: str
    stops: tuple[str, ...]
    scale: tuple[str, str, str]


_STATES: Mapping[State, tuple[str, str, str]] = MappingProxyType(
    {
        State.REQUESTED: ("○", "o", "ahead"),
        State.PLANNED: ("□", ".", "ahead"),
        State.CONFIRMED: ("▣", "c", "ahead"),
        State.DISPATCHED: ("»", "d", "ahead"),
        State.EN_ROUTE: ("→", ">", "en-route"),
        State.ON_SITE: ("▶", "@", "on-site"),
        State.CLOSING_OUT: ("◐", "%", "on-site"),
        State.CLOSED: ("✓", "+", "closed"),
        State.LEFT_OPEN: ("◪", "~", "ended"),
        State.NO_ACCESS: ("✗", "X", "ended"),
        State.ABORTED: ("⊘", "#", "ended"),
        State.CANCELLED: ("–", "-", "ended"),
        State.ON_HOLD: ("‖", "=", "ended"),
    }
)
"""The shape of each state, its letter of ASCII, and its family of hue."""

_GLYPHS: Mapping[str, tuple[Any, Any]] = MappingProxyType(
    {
        "unseen": ("◇", "D"),
        "travel": ("╌", "-"),
        "travel_unknown": ("?", "?"),
        "lunch": ("░", ":"),
        "absence": ("/", "/"),
        "off": ("·", "."),
        "grid": ("│", "|"),
        "now": ("┃", "|"),
        "pin": ("⚲", "*"),
        "late": ("!", "!"),
        "edge": ("▎", "["),
        "edge_end": ("▕", "]"),
        "chosen": (("▶", "◀"), ("#", "#")),
        "promised": (("├", "─", "┤"), ("{", "_", "}")),
        "access": (("‹", "›"), ("<", ">")),
        "more_left": ("‹", "<"),
        "more_right": ("›", ">"),
        "more": ("…", "~"),
        "above": ("▲", "^"),
        "below": ("▼", "v"),
        "open": ("□", "_"),
        "passed": ("✓", "+"),
        "failed": ("✗", "X"),
        "skipped": ("–", "-"),
        "overridden": ("◆", "!"),
        "pending": ("…", "?"),
        "warning": ("!", "!"),
        "arrow": ("→", "->"),
        "dash": ("–", "-"),
        "dot": ("·", "-"),
        "rule": ("─", "-"),
        "cursor": ("▸", ">"),
        "home": ("⌂", "^"),
        "stops": (tuple("①②③④⑤⑥⑦⑧⑨"), tuple("123456789")),
        "scale": (("├", "─", "┤"), ("|", "-", "|")),
    }
)
"""Every other glyph, and what stands for it in ASCII."""


def _marks(column: int) -> Marks:
    states = MappingProxyType({state: row[column] for state, row in _STATES.items()})
    return Marks(states=states, **{name: pair[column] for name, pair in _GLYPHS.items()})


UNICODE, ASCII = _marks(0), _marks(1)

STATE_INKS: Mapping[State, str] = MappingProxyType({state: ink for state, (_, _, ink) in _STATES.items()})
"""The family of hue of each state; the glyph tells the states of a family apart."""


LEVEL_LETTERS: Mapping[str, str] = MappingProxyType({"breached": "B", "critical": "C", "at_risk": "R", "paused": "P"})
"""The letter of each state of a service-level clock that is worth a mark."""

LEVEL_INKS: Mapping[str, str] = MappingProxyType(
    {"breached": "bad", "critical": "bad", "at_risk": "warn", "paused": "dim"}
)
"""The ink of each of them."""

TYPOGRAPHY: Mapping[int, str] = MappingProxyType(
    dict(zip(map(ord, "…·–→×“”’│─╭╮╰╯▌▎▏⏎"), '~-->x""\'|-++++|||<', strict=True))
    | dict(zip(map(ord, "‹›←↑↓"), "<><^v", strict=True))
    | dict.fromkeys(map(ord, "▁▂▃▄▅▆▇▉▊▋▍"), " ")
    # what `show` draws for control characters
    | dict.fromkeys((*range(0x2400, 0x2427), 0xFFFD), "?")
)
"""What stands for the signs of our own sentences, of frames and of scrollbars, where a font has ASCII only. Same widths."""


def marks_of(ascii_only: bool) -> Marks:
    """The set of glyphs for a terminal."""
    return ASCII if ascii_only else UNICODE


def stop_mark(marks: Marks, number: int) -> str:
    """The number of a stop on a route, counted from 1."""
    return marks.stops[number - 1] if 0 < number <= len(marks.stops) else str(number)


def level_text(level: str, clock: str) -> str:
    """The state of a service-level clock in words: "critical: on site"."""
    return f"{level.replace('_', ' ')}: {clock}" if level else ""


def level_legend() -> tuple[tuple[str, str], ...]:
    """Each letter of a service level with its word."""
    return tuple((letter, level.replace("_", " ")) for level, letter in LEVEL_LETTERS.items())


def state_mark(marks: Marks, state: State, *, unseen: bool = False) -> str:
    """The glyph of a visit's state."""
    return marks.unseen if unseen and state is State.DISPATCHED else marks.states[state]


def legend(marks: Marks) -> tuple[tuple[str, str], ...]:
    """Each state's glyph with its word, in the order of a visit's life."""
    states = [(marks.states[state], state.label) for state in State]
    at = list(State).index(State.DISPATCHED)
    return (*states[:at], (marks.unseen, "dispatched, not seen yet"), *states[at:])
