"""What a person sets for themselves, on the screen: said at the start where it is at fault, changed, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual.content import Content

from dispatch.desk.session.preferences import KEYS_FILE, PERSONAL_FILE, Personal, set_keys, set_personal
from dispatch.model.text import show
from screens.program.keymap import judged
from widgets.themes import THEMES

if TYPE_CHECKING:
    from textual.app import App

    from screens.program.program import Program

TOLD = 6
"""So many faults are said at once; the others by command."""


def judged_settings(personal: Personal, program: type[App[Any]]) -> tuple[dict[str, str], list[str]]:
    """A person's keys as far as they can be taken, and a sentence for everything in the settings that cannot."""
    keymap, faults = judged(personal.keys, program)
    sentences = [*personal.faults, *(f"{KEYS_FILE}: {fault}" for fault in faults)]
    if personal.theme and personal.theme not in (known := known_themes()):
        sentences.append(f"{PERSONAL_FILE}: theme: there is no theme {personal.theme!r}: {', '.join(known)}")
    return keymap, sentences


def judge_settings(app: Program) -> None:
    """Look at all settings, let the keys that can be taken work, and say the rest at once. Runs in a thread."""
    if app.personal is None:
        return
    keymap, faults = judged_settings(app.personal, type(app))
    if keymap != app.keymap:
        app.call_from_thread(app.rebind, keymap)
    if faults:
        app.call_from_thread(tell_faults, app, faults)


def tell_faults(app: Program, faults: Sequence[str]) -> None:
    """Say what of the settings is ignored."""
    lines = [show(fault) for fault in faults[:TOLD]]
    if len(faults) > TOLD:
        lines.append(f"… and {len(faults) - TOLD} more.")
    lines.append("What is named here is ignored, and the defaults hold: dispatch keymap --check")
    app.notify(Content("\n".join(lines)).markup, title="Your settings", severity="warning", timeout=20)


def keep_keys(app: Program, binding_id: str, keys: tuple[str, ...] | None) -> str:
    """Give a binding other keys, or with None its own again, now and from now on. Returns what is wrong, or nothing."""
    personal = app.personal
    if personal is None:
        return "Nothing is kept here."
    keys_by_id = {name: own for name, own in personal.keys.items() if name != binding_id}
    if keys is not None:
        keys_by_id[binding_id] = keys
    before = set(judged(personal.keys, type(app))[1])
    keymap, faults = judged(keys_by_id, type(app))
    new = [fault for fault in faults if fault not in before]
    if new:
        return "\n".join(new)
    try:
        set_keys(personal.folder, binding_id, keys)
    except (OSError, ValueError) as fault:
        return f"{KEYS_FILE} cannot be changed: {fault}"
    app.personal = replace(personal, keys=MappingProxyType(keys_by_id))
    app.rebind(keymap)
    return ""


def keep_setting(app: Program, name: str, value: str | bool | int) -> str:
    """Keep `theme`, `ascii`, `mouse` or `hints`. Returns what is wrong, or nothing."""
    personal = app.personal
    if personal is None:
        return ""
    try:
        set_personal(personal.folder, name, value)
    except (OSError, ValueError) as fault:
        return f"{PERSONAL_FILE} cannot be changed: {fault}"
    changed: dict[str, Any] = {name: value}
    app.personal = replace(personal, **changed)
    return ""


def known_themes() -> list[str]:
    """The themes that can be chosen, our own first. Those that take the terminal's own colours have too few."""
    from textual.theme import BUILTIN_THEMES

    ours = [theme.name for theme in THEMES]
    return [*ours, *(name for name in BUILTIN_THEMES if name not in ours and "ansi" not in name)]
