"""What rings, and what asks a terminal for a notification of its desktop, as bytes for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch.model.text import show

BELL = "\a"
LONGEST = 120
"""Cells of a notification, and of a title."""
MOST = 3
"""So many notifications at once; of more one says how many."""
KEEP_TITLE, TITLE_BACK = "\x1b[22;2t", "\x1b]2;\x1b\\\x1b[23;2t"
"""The terminal keeps its title, and has it again; one that keeps none has an empty one."""


def title(text: str) -> str:
    """Gives the terminal a title."""
    return f"\x1b]2;{show(text, LONGEST)}\x1b\\"


def signal_of(chosen: str, environment: Mapping[str, str]) -> str:
    """How a terminal is asked: `osc9`, `osc777` or `osc99` as the person chose, else by what it says of itself; empty: it is not.

    Over SSH only TERM comes along, so that a terminal which needs another than `osc9` has to be chosen there.
    """
    term = environment.get("TERM", "")
    if chosen != "auto":
        return chosen
    if term.startswith("xterm-kitty") or environment.get("KITTY_WINDOW_ID"):
        return "osc99"
    if term.startswith(("rxvt", "foot")) or environment.get("VTE_VERSION"):
        return "osc777"
    return "" if term in ("linux", "dumb", "vt100", "vt220") else "osc9"


def notifications(texts: Sequence[str], signal: str, environment: Mapping[str, str]) -> str:
    """Asks for a notification of each text; inside tmux through it, to the terminal outside."""
    if not signal or not texts:
        return ""
    shown = [*texts[:MOST], f"and {len(texts) - MOST} more"] if len(texts) > MOST + 1 else texts
    asked = [_asked(show(text, LONGEST), signal, number) for number, text in enumerate(shown)]
    if environment.get("TMUX") or environment.get("TERM", "").startswith("tmux"):
        asked = ["\x1bPtmux;" + one.replace("\x1b", "\x1b\x1b") + "\x1b\\" for one in asked]
    return "".join(asked)


def _asked(text: str, signal: str, number: int) -> str:
    if signal == "osc777":
        return f"\x1b]777;notify;Dispatch;{text}\x1b\\"
    if signal == "osc99":
        name = f"i=dispatch{number}"
        return f"\x1b]99;{name}:d=0;Dispatch\x1b\\\x1b]99;{name}:p=body;{text}\x1b\\"
    return f"\x1b]9;Dispatch: {text}\x1b\\"
