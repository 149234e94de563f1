"""Where files that were handed in are kept: beside the database, under their hash, never under the name somebody gave."""

from __future__ import annotations

from pathlib import Path

from db.store import Store


def folder_of(store: Store) -> Path:
    """Where the files of a database are kept: beside it."""
    return store.path.with_name(store.path.name + ".files")


def path_of(store: Store, sha256: str) -> Path:
    """Where the bytes of that hash are kept."""
    return folder_of(store) / sha256[:2] / sha256
