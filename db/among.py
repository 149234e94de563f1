"""One of many, in SQL, however many they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

AMONG = "IN (SELECT value FROM json_each(?))"
"""Whether something is one of many, in SQL; its parameter is `listed`."""


def listed(keys: Iterable[Any]) -> tuple[str]:
    """The parameter of `AMONG`, however many they are."""
    return (json.dumps(list(keys)),)
