"""When two names mean the same record, and what of a record a deed changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any


def folded(name: str) -> str:
    """A name as it is compared: without case, composed, with single spaces. SQLite's own NOCASE knows ASCII only."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs, for the audit: each name with its old and its new value, in the order of `after`."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
