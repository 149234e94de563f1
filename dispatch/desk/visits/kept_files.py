"""Where files are kept beside the database: those that were handed in, under their hash and never under the name somebody gave, and
the firm's own templates of papers."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from db.faults import from_os
from db.store import Store
from dispatch.desk.session.refusals import Faulty
from dispatch.model.checklists import LARGEST_FILE

_PIECE = 1 << 16


def folder_of(store: Store) -> Path:
    """Where the files of a database are kept: beside it."""
    return store.path.with_name(store.path.name + ".files")


def path_of(store: Store, sha256: str) -> Path:
    """Where the bytes of that hash are kept."""
    return folder_of(store) / sha256[:2] / sha256


def templates_of(store: Store) -> Path:
    """Where a firm puts templates of papers of its own (design/interface.md, Papers)."""
    return store.path.with_name(store.path.name + ".papers")


@contextlib.contextmanager
def taken_in(store: Store, source: IO[bytes]) -> Iterator[tuple[Path, str, int]]:
    """Take the bytes into a file of their own, which is gone at the end unless it was placed; with their hash and number."""
    folder = folder_of(store)
    digest, size, draft = hashlib.sha256(), 0, None
    try:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix="new.", dir=folder)
            with open(handle, "wb") as file:
                while piece := source.read(_PIECE):
                    size += len(piece)
                    if size > LARGEST_FILE:
                        raise Faulty([f"file: is larger than {LARGEST_FILE // 1_000_000} MB"])
                    digest.update(piece)
                    file.write(piece)
                if not size:
                    raise Faulty(["file: is empty"])
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise from_os(error, folder) from error
        yield Path(draft), digest.hexdigest(), size
    finally:
        if draft is not None:
            with contextlib.suppress(OSError):
                os.unlink(draft)


def place(store: Store, draft: Path, sha256: str) -> None:
    """Put bytes that were taken in into their place. Within the unit that records them: under the write lock nobody else adds a
    record of these bytes, or gives them up."""
    target = path_of(store, sha256)
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(draft, target)
    except OSError as error:
        raise from_os(error, target) from error
