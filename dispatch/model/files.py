"""A photograph or another file that was handed in for a checklist item."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 20_000_000
"""Bytes: 20 MB."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file of a visit. `name` is what the person called it; its bytes are kept under their SHA-256."""

    id: int
    sha256: str
    size: int
    name: str
    visit_id: int
    item: str
    by: str
    at: int
