"""The audit for people: who did what and when, whether its chain holds, and whether it still has a head that was written down."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from db import audit, settings
from db.audit import ChainHead, NamedAuditRow
from db.store import Store
from dispatch.desk.session.refusals import Faulty, refuse
from dispatch.desk.visits.steps import find
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.typed_times import parse_day

_HEAD = re.compile(r"(?P<hash>[0-9a-f]{8,64})(?:@(?P<rows>[0-9]{1,12}))?")


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What a look along the chain found.

    `broken_at` is the first row at which it does not hold, None where all of it does. `asked` is the head that was to be
    compared, as it was given; `stands` says whether the row it named is still that row, `at` which row that is.
    `erased` is how many rows have another text since something of a client was erased; their hashes are those of then.
    """

    head: ChainHead
    broken_at: int | None
    asked: str = ""
    at: int | None = None
    stands: bool = True
    erased: int = 0

    @property
    def good(self) -> bool:
        """Whether the chain holds, and has the head that was asked for."""
        return self.broken_at is None and self.stands


def trail(
    store: Store,
    *,
    visit: str | None = None,
    who: str | None = None,
    since: str | None = None,
    until: str | None = None,
    deed: str | None = None,
    limit: int = 200,
) -> list[NamedAuditRow]:
    """The newest rows that are asked for, newest first.

    Args:
        visit: a reference.
        who: a login.
        since, until: days as people type them, both included.
        deed: a word of the deed.

    Raises:
        NotFound: there is no such visit.
        Faulty: a day cannot be read, or the limit is none.
    """
    zone = settings.firm(store).zone
    today = day_of(store.clock.now(), zone)
    faults: list[str] = []

    def day(name: str, text: str | None) -> datetime.date | None:
        try:
            return parse_day(text, today=today) if text else None
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
            return None

    first, last = day("since", since), day("until", until)
    if limit < 1:
        faults.append("limit: a number from 1 is expected")
    refuse(faults)
    begins = day_bounds(first, zone)[0] if first else None
    ends = day_bounds(last, zone)[1] if last else None
    about = find(store, visit).id if visit else None
    return audit.matching(
        store, visit_id=about, actor=who or None, since=begins, until=ends, deed=deed or None, limit=limit
    )


def verify(store: Store, head: str = "") -> ChainVerdict:
    """Compute the chain again from its first row, and compare it with a head that a report or a backup has.

    Args:
        head: the hash, or its beginning of 8 signs or more, and after an `@` the number of the row; empty compares with none.

    Raises:
        Faulty: it is no such head.
    """
    asked_head = read_head(head) if head.strip() else None
    with store.read():
        broken = audit.verify_chain(store)
        now, erased = ChainHead(audit.head(store), audit.newest(store)), audit.erased_rows(store)
        if asked_head is None:
            return ChainVerdict(now, broken, erased=erased)
        beginning, rows = asked_head
        at = audit.row_of_hash(store, beginning) if rows is None else rows
        own_hash = (None if at is None else audit.hash_at(store, at)) or ""
        return ChainVerdict(now, broken, head.strip().lower(), at, own_hash.startswith(beginning), erased)


def read_head(head: str) -> tuple[str, int | None]:
    """A head as reports and backups print it: the hash or its beginning, and the number of its row where that is written too.

    Raises:
        Faulty: it is no such head.
    """
    match = _HEAD.fullmatch(head.strip().lower())
    if match is None:
        raise Faulty([f"head: {head!r} is not a head such as 3f2a9c0012345678@1234"])
    return match["hash"], None if match["rows"] is None else int(match["rows"])
