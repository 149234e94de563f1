"""What somebody has typed and not yet saved, and where they are: kept beside the database at every pause, so that nothing is lost.

A file of its own, because it must survive a locked or full database, a broken connection and a killed program; private to
its owner, and gone as soon as the text is saved.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from db.store import Store
from dispatch.desk.session.user import User
from dispatch.lazily import lazily
from dispatch.model.instants import clock_text
from dispatch.model.text import harmless

with lazily(__name__):
    from db import checklists, visits

WHEREABOUTS = "whereabouts"
LONGEST = 1_000_000
"""Characters of a file that are read: far more than any text or form may have in the end."""
_UNWRITTEN: dict[Path, str] = {}
"""What the disk did not take, by the file that it belongs in: kept by this program until it ends."""


def folder_of(store: Store) -> Path:
    """Where the texts of a database are kept: beside it."""
    return store.path.with_name(store.path.name + ".unsent")


def name_of(staff_id: int, *purpose: str) -> str:
    """What the text of somebody for a purpose is called in the folder: it tells nobody what it is."""
    return hashlib.sha256("\0".join((str(staff_id), *purpose)).encode()).hexdigest()[:32]


def kept_texts(store: Store) -> dict[str, int]:
    """The texts that are kept, by `name_of`, each with when it was typed by the clock of the machine."""
    with contextlib.suppress(OSError):
        return {file.name: int(file.stat().st_mtime) for file in folder_of(store).iterdir() if not file.suffix}
    return {}


class Unsent:
    """One text of one person, for one purpose. Where two windows keep one, the later stands, and neither drops the other's."""

    def __init__(self, user: User, *purpose: str) -> None:
        self._path = folder_of(user.store) / name_of(user.staff.id, *purpose)
        self._mine = ""
        """What was read or kept last by this window."""

    def read(self) -> str:
        """What was typed before, to the letter; empty where there is nothing, or nothing that can be read."""
        self._mine = self._stands()
        return self._mine

    def _stands(self) -> str:
        if self._path in _UNWRITTEN:
            return _UNWRITTEN[self._path]
        try:
            with self._path.open(encoding="utf-8") as file:
                return harmless(file.read(LONGEST))
        except (OSError, UnicodeDecodeError):
            return ""

    def keep(self, text: str) -> bool:
        """Keep what stands in the field now; returns whether it is safe. What the disk does not take stays with the program."""
        if not text.strip():
            self.drop()
            return True
        self._mine = harmless(text)
        if not _written(self._path, text):
            _UNWRITTEN[self._path] = self._mine
            return False
        _UNWRITTEN.pop(self._path, None)
        return True

    def drop(self) -> None:
        """The text is saved where it belongs, or was emptied."""
        if self._stands() == self._mine:
            _UNWRITTEN.pop(self._path, None)
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def keep_unwritten() -> None:
    """Try once more what the disk did not take, because the program ends."""
    for path, text in tuple(_UNWRITTEN.items()):
        if _written(path, text):
            del _UNWRITTEN[path]


def _written(path: Path, text: str) -> bool:
    draft = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        return False
    return True


def as_kept(fields: Mapping[str, tuple[str, str]]) -> str:
    """The fields of a form as one text: what stood in each and what is typed now, where that is something else."""
    changed = {name: pair for name, pair in fields.items() if pair[0] != pair[1]}
    return json.dumps(changed, ensure_ascii=False) if changed else ""


def pairs_of(text: str) -> dict[str, tuple[str, str]]:
    """What `as_kept` made a text of; empty where it is none such."""
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        pairs = {name: (before, typed) for name, (before, typed) in json.loads(text).items()}
        if all(isinstance(each, str) for pair in pairs.values() for each in pair):
            return pairs
    return {}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place in the program, at which a new login reopens (design/remote.md). `day` is an ISO date; the visit is open where
    `reference` names one.

    In a file, because every movement of the cursor would else be a transaction, and have every other session read its screen again.
    """

    mode: str = "day"
    day: str = ""
    reference: str = ""
    item: str = ""

    def as_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))

    def keep(self, user: User) -> None:
        """Remember it for the next login. Where the disk does not take it, the next login begins at the start."""
        Unsent(user, WHEREABOUTS).keep(self.as_json())

    @classmethod
    def last(cls, user: User) -> Whereabouts | None:
        """Where the person was last; None: nobody knows."""
        try:
            place = json.loads(Unsent(user, WHEREABOUTS).read())
            return cls(**{name: str(place[name])[:90] for name in cls.__slots__})
        except (ValueError, KeyError, TypeError):
            return None

    def words(self, store: Store) -> str:
        """What is said on coming back to a visit: `Back at item 7 of 12, last saved 14:03`. Empty: it is not there any more."""
        visit = visits.visit_by_reference(store, self.reference)
        if visit is None:
            return ""
        items = checklists.checklist(store, visit.id).items
        refs = [item.ref for item in items]
        at = f"item {refs.index(self.item) + 1} of {len(refs)}" if self.item in refs else visit.reference
        saves = [attempt.at for item in items for attempt in item.attempts]
        return f"Back at {at}" + (f", last saved {clock_text(max(saves), visit.zone)}" if saves else "")
