"""What was said about a file counts for the next one of the same shape, which is its first line: which column is which, what every
row says, how days and numbers are meant (design/records.md, Imports)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from db import settings
from db.store import Store
from db.unit import Unit
from dispatch.desk.files.as_written import NOT_SAID, FileReadings
from dispatch.desk.files.columns import LEFT_OUT, WHY, key_of
from dispatch.desk.files.verdicts import shortened


class SaidOfFile(NamedTuple):
    """What was said: `columns` theirs → ours, `fill` ours → what every row says."""

    columns: Mapping[str, str] = {}
    fill: Mapping[str, str] = {}
    meant: FileReadings = NOT_SAID

    def __bool__(self) -> bool:
        return bool(self.columns or self.fill or any(self.meant))

    def after(self, before: SaidOfFile) -> SaidOfFile:
        """What counts where this is said now, and that was said before."""
        ours = (set(self.columns.values()) | set(self.fill)) - {LEFT_OUT}
        said = {key_of(theirs) for theirs in self.columns}
        kept = {
            theirs: mine for theirs, mine in before.columns.items() if key_of(theirs) not in said and mine not in ours
        }
        filled = {mine: text for mine, text in before.fill.items() if mine not in ours}
        ways = FileReadings(*(now or then for now, then in zip(self.meant, before.meant, strict=True)))
        return SaidOfFile({**kept, **self.columns}, {**filled, **self.fill}, ways)

    @property
    def words(self) -> str:
        """It as a sentence tells it."""
        parts = [
            *(
                f"{shortened(theirs)} is {'left out' if mine == LEFT_OUT else mine}"
                for theirs, mine in self.columns.items()
            ),
            *(f"every row's {mine} is {shortened(text)}" for mine, text in self.fill.items()),
            *(f"{about} are {way}" for about, way in zip(("dates", "decimals"), self.meant, strict=True) if way),
        ]
        return ", ".join(parts)


NOTHING_SAID = SaidOfFile()


def remembered(store: Store, kind: str, headers: Sequence[str]) -> SaidOfFile:
    """What was said about the last file of a kind with these columns; nothing where nothing was."""
    found = settings.of_file(store, _key(kind, headers))
    if not found:
        return NOTHING_SAID
    return SaidOfFile(found["columns"], found["fill"], FileReadings(found["dates"], found["decimals"]))


def remember(unit: Unit, kind: str, headers: Sequence[str], said: SaidOfFile) -> None:
    """Keep what was said; nothing forgets."""
    value = {"columns": dict(said.columns), "fill": dict(said.fill), **said.meant._asdict()} if said else {}
    settings.keep_of_file(unit, _key(kind, headers), value)


def _key(kind: str, headers: Sequence[str]) -> str:
    # refused rows have a column more, and are of the same shape
    shape = "\n".join(key for key in map(key_of, headers) if key != WHY)
    return f"{kind} {hashlib.sha256(shape.encode('utf-8', 'replace')).hexdigest()[:24]}"
