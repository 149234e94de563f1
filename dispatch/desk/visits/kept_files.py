"""Where files are kept beside the database: those that were handed in, under their hash and never under the name somebody gave, and
the firm's own templates of papers."""

from __future__ import annotations

from pathlib import Path

from db.store import Store


def folder_of(store: Store) -> Path:
    """Where the files of a database are kept: beside it."""
    return store.path.with_name(store.path.name + ".files")


def path_of(store: Store, sha256: str) -> Path:
    """Where the bytes of that hash are kept."""
    return folder_of(store) / sha256[:2] / sha256


def templates_of(store: Store) -> Path:
    """Where a firm puts templates of papers of its own (design/interface.md, Papers)."""
    return store.path.with_name(store.path.name + ".papers")
