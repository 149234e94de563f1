"""What is to be done so that a calendar has a technician's visits, and nothing else of ours
(design/planning.md, Calendars of technicians).

The board decides where a visit is: what was moved or taken out there is put back. Events of others are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from db.calendars import Copy


class Wanted(NamedTuple):
    """An event as it is to stand there: its text, what it says as a digest, and when its visit ends."""

    text: str
    digest: str
    ends_at: int


class Steps(NamedTuple):
    """What is to be done: to put (name → the mark of what it replaces, None for a new one), to take out (name → its mark), to look
    at because it was changed there (names), that are gone there and may have another name by now, and the copies that stand as
    they were left."""

    put: Mapping[str, str | None]
    remove: Mapping[str, str]
    look: Collection[str]
    gone: Collection[str]
    kept: Mapping[str, Copy]


def steps(
    wanted: Mapping[str, Wanted],
    copies: Mapping[str, Copy],
    listed: Mapping[str, str],
    ours: Callable[[str], bool],
    since: int,
) -> Steps:
    """Compare what is wanted, what we left there, and what is there now.

    Args:
        ours: whether an event of that name was made by us.
        since: what ended before this moment is left there as it is.
    """
    put: dict[str, str | None] = {}
    look: list[str] = []
    kept = {}
    for name, want in wanted.items():
        there, copy = listed.get(name), copies.get(name)
        if there is None:
            put[name] = None
        elif copy is None or copy.digest != want.digest:
            put[name] = there
        elif copy.etag != there:
            look.append(name)
        else:
            kept[name] = copy
    remove = {}
    for name, there in listed.items():
        if name in wanted or not ours(name):
            continue
        copy = copies.get(name)
        if copy is not None and copy.ends_at < since:
            kept[name] = copy
        else:
            remove[name] = there
    gone = [name for name, copy in copies.items() if name not in listed and copy.ends_at >= since]
    return Steps(put, remove, look, gone, kept)
