"""Where somebody was in the program, so that a new login reopens there: the screen, the visit, the item (design/remote.md).

Kept in a file beside the database, like what is typed and not yet saved: every cursor movement would otherwise be a
transaction, and have every other session read its screen again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from db.store import Store
from dispatch.desk.session.unsent import Unsent
from dispatch.desk.session.user import User
from dispatch.model.instants import clock_text


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place in the program. `day` is an ISO date; the visit is open where `reference` names one."""

    mode: str = "day"
    day: str = ""
    reference: str = ""
    item: str = ""

    def as_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))


def keep(user: User, where: Whereabouts) -> None:
    """Remember it for the next login. Where the disk does not take it, the next login begins at the start."""
    Unsent(user, "whereabouts").keep(where.as_json())


def last(user: User) -> Whereabouts | None:
    """Where the person was last; None: nobody knows."""
    try:
        place = json.loads(Unsent(user, "whereabouts").read())
        return Whereabouts(**{name: str(place[name])[:90] for name in ("mode", "day", "reference", "item")})
    except (ValueError, KeyError, TypeError):
        return None


def words(store: Store, where: Whereabouts) -> str:
    """What is said on coming back to a visit: `Back at item 7 of 12, last saved 14:03`. Empty: it is not there any more."""
    from db import checklists, visits

    visit = visits.visit_by_reference(store, where.reference)
    if visit is None:
        return ""
    checklist = checklists.checklist(store, visit.id)
    refs = [item.ref for item in checklist.items]
    sentence = (
        f"Back at item {refs.index(where.item) + 1} of {len(refs)}"
        if where.item in refs
        else f"Back at {visit.reference}"
    )
    saves = [attempt.at for item in checklist.items for attempt in item.attempts]
    return f"{sentence}, last saved {clock_text(max(saves), visit.zone)}" if saves else sentence
