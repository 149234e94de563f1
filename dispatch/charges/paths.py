"""One figure of a rate card or an agreement by its path, as faults name it: `travel.components[0].rate`."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class PathError(ValueError):
    """There is no such place in the form."""


def steps_of(path: str) -> list[str | int]:
    """The keys and places of a path.

    Raises:
        PathError: it is not written as `travel.components[0].rate`.
    """
    steps: list[str | int] = [int(place) if place else key for key, place in _STEP.findall(path)]
    rebuilt = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
    if not steps or rebuilt != path:
        raise PathError(f"{path!r} is not a path such as classes.tech.standard or travel.components[0].rate")
    return steps


def value_at(form: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; None where nothing does."""
    return _walked(form, steps_of(path))


def _walked(form: Any, steps: Sequence[str | int]) -> Any:
    value = form
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def with_value(form: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the form with a value at a path. One place past the end of a list adds to it.

    Raises:
        PathError: the path leads through something that is not there.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(form))
    at: Any = changed
    steps = steps_of(path)
    for step, following in pairwise(steps):
        at = _enter(at, step, [] if isinstance(following, int) else {}, path)
    _enter(at, steps[-1], value, path, put=True)
    return changed


def without(form: Mapping[str, Any], path: str) -> dict[str, Any]:
    """A copy of the form without what stands at a path: its default counts again, or the list is shorter."""
    changed: dict[str, Any] = copy.deepcopy(dict(form))
    *way, last = steps_of(path)
    at = _walked(changed, way)
    if isinstance(at, dict):
        at.pop(str(last), None)
    elif isinstance(at, list) and isinstance(last, int) and last < len(at):
        del at[last]
    return changed


def typed(text: str) -> Any:
    """A value as somebody types it: JSON where it is JSON of more than a number, whole numbers, else the text itself."""
    trimmed = text.strip()
    if re.fullmatch(r"-?\d{1,15}", trimmed):
        return int(trimmed)
    if trimmed in ("true", "false", "null") or trimmed[:1] in ("[", "{", '"'):
        try:
            return json.loads(trimmed)
        except json.JSONDecodeError:
            return trimmed
    return trimmed


def _enter(at: Any, step: str | int, value: Any, path: str, *, put: bool = False) -> Any:
    if isinstance(step, int):
        if not isinstance(at, list) or step > len(at):
            raise PathError(f"{path!r} leads past the end of a list")
        if step == len(at):
            at.append(value)
        elif put:
            at[step] = value
        return at[step]
    if not isinstance(at, dict):
        raise PathError(f"{path!r} leads through something that has no names in it")
    if put or at.get(step) is None:
        at[step] = value
    return at[step]
