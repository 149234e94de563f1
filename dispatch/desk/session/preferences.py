"""What a person has set for themselves: keys, theme, ASCII, mouse. Two files in the platform's folder for settings.

`keys.toml` holds lines such as `visit.assign = "z"` or `visit.assign = ["z", "f5"]`, `personal.toml` the rest. Nothing
of it is the firm's, so it is neither in the database nor in the audit. Whether an id and a key exist is for the screens
to judge (`screens.program.keymap`).
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dispatch.model.paths import typed_path

KEYS_FILE, PERSONAL_FILE = "keys.toml", "personal.toml"
FIRST_SESSIONS = 3
"""In so many sessions somebody is shown the first steps, unless they have done them before."""
LONGEST = 100_000
"""Bytes of such a file at most; a longer one is none of ours."""

Keys = Mapping[str, tuple[str, ...]]
"""Binding ids and the keys written for each."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What a person has set.

    `hints` is in how many sessions more the first steps are shown, `faults` are whole sentences about what could not be taken.
    """

    folder: Path
    theme: str = ""
    ascii: bool = False
    mouse: bool = True
    hints: int = FIRST_SESSIONS
    keys: Keys = field(default_factory=lambda: MappingProxyType({}))
    faults: tuple[str, ...] = ()


def settings_folder() -> Path:
    """Where a person's settings are: `DISPATCH_CONFIG`, else the platform's folder for settings."""
    if named := os.environ.get("DISPATCH_CONFIG"):
        return typed_path(named)
    if sys.platform == "linux":
        # as platformdirs has it, whose import costs more than the rest of reading the settings
        home = os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser("~/.config")
        return Path(home) / "dispatch-board"
    import platformdirs

    return Path(platformdirs.user_config_dir("dispatch-board", appauthor=False))


def read_personal(folder: Path | None = None) -> Personal:
    """What is set. Costs one look at the file system where nothing is."""
    folder = folder or settings_folder()
    personal = Personal(folder)
    if not folder.is_dir():
        return personal
    faults: list[str] = []
    keys = _keys(_read(folder / KEYS_FILE, faults), faults)
    taken: dict[str, Any] = {}
    for name, value in _read(folder / PERSONAL_FILE, faults).items():
        kind = {"theme": str, "ascii": bool, "mouse": bool, "hints": int}.get(name)
        if kind is None:
            faults.append(f"{PERSONAL_FILE}: {name}: theme, ascii, mouse and hints can be set")
        elif type(value) is not kind:
            expected = {str: "a name in quotes", bool: "true or false"}.get(kind, "a number of sessions, 0 for none,")
            faults.append(f"{PERSONAL_FILE}: {name}: {expected} is expected")
        else:
            taken[name] = value
    return replace(personal, keys=keys, faults=tuple(faults), **taken)


def set_keys(folder: Path, binding_id: str, keys: tuple[str, ...] | None) -> None:
    """Keep the keys of a binding in `keys.toml`; None takes its line out, so that the default holds again.

    Raises:
        OSError: the file cannot be written; it is as it was.
        ValueError: the file is not TOML as it stands, and is left to whoever wrote it.
    """
    value = None if keys is None else json.dumps(keys[0] if len(keys) == 1 else keys, ensure_ascii=False)
    _set(folder / KEYS_FILE, binding_id, value)


def set_personal(folder: Path, name: str, value: str | bool | int) -> None:
    """Keep `theme`, `ascii`, `mouse` or `hints`. Raises as `set_keys`."""
    _set(folder / PERSONAL_FILE, name, json.dumps(value, ensure_ascii=False))


def _keys(written: Mapping[str, Any], faults: list[str]) -> Keys:
    keys: dict[str, tuple[str, ...]] = {}
    for name, value in written.items():
        values = value if isinstance(value, list) else [value]
        if values and all(isinstance(key, str) and key for key in values):
            keys[name] = tuple(values)
        else:
            faults.append(f'{KEYS_FILE}: {name}: a key such as "x", or a list of keys, is expected')
    return MappingProxyType(keys)


def _read(path: Path, faults: list[str]) -> Mapping[str, Any]:
    """The values of a file by dotted name; nothing where it is not there or cannot be read."""
    try:
        return _parsed(_text(path))
    except FileNotFoundError:
        return {}
    except OSError as error:
        faults.append(f"{path.name} cannot be read: {error.strerror or error}")
    except ValueError as error:
        faults.append(f"{path.name} is ignored: {error}")
    return {}


def _text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST:,} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None


def _parsed(text: str) -> dict[str, Any]:
    """Raises ValueError where the text is not TOML."""
    import tomllib

    flat: dict[str, Any] = {}

    def flatten(table: Mapping[str, Any], before: str) -> None:
        for name, value in table.items():
            if isinstance(value, dict):
                flatten(value, f"{before}{name}.")
            else:
                flat[before + name] = value

    flatten(tomllib.loads(text), "")
    return flat


def _set(path: Path, name: str, value: str | None) -> None:
    """Put `name = value` into a file, or take the name out. Comments and other lines stay where that can be done.

    Where a name is set in a way that cannot be changed line by line, the file is written anew without its comments.
    """
    path = path.resolve()  # a link to a file elsewhere stays one
    try:
        before = _text(path)
    except FileNotFoundError:
        before = ""
    settings = _parsed(before)
    if value is None:
        settings.pop(name, None)
    else:
        settings[name] = _parsed(f"x = {value}")["x"]
    text = _with_line(before, name, value)
    if _parsed_or_none(text) != settings:
        text = "".join(_line(key, item) for key, item in settings.items())
        if _parsed_or_none(text) != settings:
            raise ValueError("it holds what can only be changed in an editor")
    from dispatch.desk.session.private_file import put

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(path, text)


def _with_line(text: str, name: str, value: str | None) -> str:
    lines = text.splitlines()
    first_table = next((number for number, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    same = re.compile(rf'\s*(?:"{re.escape(name)}"|{re.escape(name)})\s*=')
    others = [line for line in lines[:first_table] if not same.match(line)]
    at = next((number for number, line in enumerate(lines[:first_table]) if same.match(line)), len(others))
    if value is not None:
        others.insert(at, f"{name} = {value}")
    return "".join(f"{line}\n" for line in [*others, *lines[first_table:]])


def _parsed_or_none(text: str) -> dict[str, Any] | None:
    try:
        return _parsed(text)
    except ValueError:
        return None


def _line(name: str, value: Any) -> str:
    """A setting as TOML has it, which is as JSON has it but for plain names, days and times."""
    plain = re.fullmatch(r"[A-Za-z0-9_.-]+", name)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, bool | int | list | str) else value
    return f"{name if plain else json.dumps(name, ensure_ascii=False)} = {text}\n"
