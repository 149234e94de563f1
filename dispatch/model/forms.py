"""What of a record goes into another form, by name: its JSON (docs/json.md), or a record of another kind."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Any

from dispatch.model.instants import iso


def shared(kind: Any, record: Any) -> dict[str, Any]:
    """What a record has of the fields of another kind of record, by their names."""
    return {name: getattr(record, name) for name in _in_both(kind, record.__class__)}


def unusual(record: Any, usual: Any) -> dict[str, Any]:
    """What of a record is not as it is in another one of its kind, by name."""
    return {
        name: mine for name in record.__dataclass_fields__ if (mine := getattr(record, name)) != getattr(usual, name)
    }


@cache
def _in_both(kind: Any, other: Any) -> list[str]:
    return [name for name in kind.__annotations__ if hasattr(other, name)]


def form(record: Any, keys: str, zone: str = "UTC", /, **values: Any) -> dict[str, Any]:
    """What is told of a record. Choices are told by their value, days as YYYY-MM-DD, sets in order.

    Args:
        keys: in their order, between blanks. `key`, or `key=attribute` where the record calls it otherwise, with dots to what
            lies within it: a part of a pair by its place, and null where there is nothing. A key that ends with @ is an
            instant, told as ISO 8601 with offset; one that ends with ? is null where it is empty.
        zone: of the instants.
        values: those of the keys that are no attribute.
    """
    return {
        key: _written(values[key] if key in values else _value_at(record, path), sign, zone)
        for key, path, sign in _read(keys)
    }


def forms(records: Iterable[Any], keys: str, zone: str = "UTC") -> list[dict[str, Any]]:
    """The same of each of several records."""
    return [form(record, keys, zone) for record in records]


@cache
def _read(keys: str) -> list[tuple[str, list[str], str]]:
    """The keys, each with the way to its value and its sign."""
    parts = []
    for word in keys.split():
        key, _, path = word.rstrip("@?").partition("=")
        parts.append((key, (path or key).split("."), word[-1]))
    return parts


def _value_at(value: Any, path: list[str]) -> Any:
    for name in path:
        if value is None:
            return None
        value = value[int(name)] if name.isdecimal() else getattr(value, name)
    return value


def _written(value: Any, sign: str, zone: str) -> Any:
    if sign == "@":
        return None if value is None else iso(value, zone)
    if isinstance(value, Enum):
        value = value.value
    elif isinstance(value, datetime.date):
        value = value.isoformat()
    elif isinstance(value, frozenset):
        value = sorted(value)
    elif isinstance(value, tuple):
        value = list(value)
    return (value or None) if sign == "?" else value
