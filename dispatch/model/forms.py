"""The JSON form of a record: what of it is told, by name (docs/json.md)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Any

from dispatch.model.instants import iso

_KEY = re.compile(r"(?P<key>\w+)(?:=(?P<path>[\w.]+))?(?P<kind>[@?]?)")


def form(one: Any, keys: str, zone: str = "UTC", /, **told: Any) -> dict[str, Any]:
    """What is told of a record. Choices are told by their value, days as YYYY-MM-DD, sets in order.

    Args:
        keys: in their order, between blanks. `key`, or `key=attribute` where the record calls it otherwise, with dots to what
            lies within it: a part of a pair by its place, and null where there is nothing. A key that ends with @ is an
            instant, told as ISO 8601 with offset; one that ends with ? is null where it is empty.
        zone: of the instants.
        told: the values of the keys that are no attribute.
    """
    return {key: _told(told[key] if key in told else _found(one, path), kind, zone) for key, path, kind in _read(keys)}


def forms(found: Iterable[Any], keys: str, zone: str = "UTC") -> list[dict[str, Any]]:
    """The same of each of several records."""
    return [form(one, keys, zone) for one in found]


@cache
def _read(keys: str) -> list[tuple[str, list[str], str]]:
    found = map(_KEY.fullmatch, keys.split())
    return [(one["key"], (one["path"] or one["key"]).split("."), one["kind"]) for one in found if one]


def _found(one: Any, path: list[str]) -> Any:
    for name in path:
        if one is None:
            return None
        one = one[int(name)] if name.isdecimal() else getattr(one, name)
    return one


def _told(value: Any, kind: str, zone: str) -> Any:
    if kind == "@":
        return None if value is None else iso(value, zone)
    if isinstance(value, Enum):
        value = value.value
    elif isinstance(value, datetime.date):
        value = value.isoformat()
    elif isinstance(value, frozenset):
        value = sorted(value)
    elif isinstance(value, tuple):
        value = list(value)
    return (value or None) if kind == "?" else value
