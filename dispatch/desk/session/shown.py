"""What was judged is what is done: a deed on something that was looked at first says what it saw, and is refused after a change."""

from __future__ import annotations

from typing import NamedTuple

from db import audit, people, sheets
from db.sheets import StoredSheet
from db.store import Store
from dispatch.model.text import show
from dispatch.model.visits import Visit


class Shown(NamedTuple):
    """The version of a visit and the revision of its charge (0: none) that somebody saw; None: they do not say which."""

    version: int | None = None
    revision: int | None = None


UNSEEN = Shown()
"""Nobody looked at it first: a deed on it is refused."""


def changed_since(store: Store, visit: Visit, shown: Shown) -> str | None:
    """Why what somebody saw of a visit is not what stands, in words; None: it is."""
    revisions = sheets.revisions(store, visit.id)
    now = revisions[0].revision if revisions else 0
    if shown == UNSEEN:
        stands = f"its charge is {amount(revisions[0])}" if revisions else "it has no charge (revision 0)"
        return f"{stands}: name that revision, `--revision {now}` (in a list {show(visit.reference)}@{now})"
    if shown.revision is not None and shown.revision != now:
        before = next((sheet for sheet in revisions if sheet.revision == shown.revision), None)
        was = f"revision {shown.revision} was shown" if before is None else f"{amount(before)} was shown"
        return f"its charge changed: it is {amount(revisions[0]) if revisions else 'not kept yet'} now, and {was}"
    if shown.version is not None and shown.version != visit.version:
        last = audit.last_of(store, "visit", visit.id)
        if last is None:
            return "it changed after it was shown"
        person = people.staff_by_login(store, last.actor)
        by = show(last.actor if person is None else person.name)
        return f"it changed after it was shown ({by}: {show(last.deed)})"
    return None


def amount(sheet: StoredSheet) -> str:
    """The total of a kept sheet, and which revision it is."""
    total = "blocked" if sheet.total is None else f"{sheet.sheet['total']} {show(sheet.currency)}"
    return f"{total} (revision {sheet.revision})"
