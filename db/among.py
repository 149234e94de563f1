"""One of many in SQL, however many they are, and what belongs to each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

AMONG = "IN (SELECT value FROM json_each(?))"
"""Whether something is one of many, in SQL; its parameter is `keys_param`."""


def keys_param(keys: Iterable[Any]) -> tuple[str]:
    """The parameter of `AMONG`, however many they are."""
    return (json.dumps(list(keys)),)


def group_rows(rows: Iterable[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    """Rows by their first column: what else stands in them, in their order."""
    of: dict[Any, list[tuple[Any, ...]]] = {}
    for key, *others in rows:
        of.setdefault(key, []).append(tuple(others))
    return of
