"""What somebody has typed and not yet saved: kept beside the database at every pause, so that nothing typed is lost.

A file of its own, because it must survive a locked or full database, a broken connection and a killed program; private to
its owner, and gone as soon as the text is saved.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from db.store import Store
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.text import TextRefused, clean


def folder_of(store: Store) -> Path:
    """Where the texts of a database are kept: beside it."""
    return store.path.with_name(store.path.name + ".unsent")


class Unsent:
    """One text of one person, for one purpose."""

    def __init__(self, seat: Seat, *purpose: str) -> None:
        name = hashlib.sha256("\0".join((str(seat.staff.id), *purpose)).encode()).hexdigest()[:32]
        self._folder = folder_of(seat.store)
        self._path = self._folder / name

    def read(self) -> str:
        """What was typed before; empty where there is nothing, or nothing that can be read."""
        try:
            return clean(self._path.read_text(encoding="utf-8"), limit=limits.NOTE, multiline=True)
        except (OSError, UnicodeDecodeError, TextRefused):
            return ""

    def keep(self, text: str) -> bool:
        """Keep what stands in the field now; returns whether it is safe."""
        if not text.strip():
            self.drop()
            return True
        draft = self._path.with_suffix(".new")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            draft.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            return False
        return True

    def drop(self) -> None:
        """The text is saved where it belongs, or was emptied."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
