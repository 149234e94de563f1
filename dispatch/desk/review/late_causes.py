"""Why somebody came late, or nobody came, as the lead tells it once, where the record does not say or they know better
(design/product.md, Causes of lateness)."""

from __future__ import annotations

from db import changes, late_causes, promises, settings
from db.changes import added
from db.store import Store
from dispatch.closeout.answers import WHY
from dispatch.desk.session.refusals import Faulty, Refusal, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import on_visit
from dispatch.levels.late_causes import TOLD, LateCause
from dispatch.model.promises import KEPT, Promise
from dispatch.model.states import Role
from dispatch.model.text import LINE, show
from dispatch.model.visits import Visit


def broken(store: Store, visit: Visit) -> list[Promise]:
    """The promises of a visit that were kept late or not at all, and have no cause that was told."""
    firm = settings.firm(store)
    judged = promises.of_visits(store, [visit.id], firm.zone, store.clock.now(), firm.late_minutes)
    told = late_causes.told_of(store, [visit.id])
    return [one for one in judged if one.outcome not in KEPT and (visit.id, one.first) not in told]


def tell(user: User, reference: str, cause: str, words: str = "") -> Visit:
    """Say why a visit was late, or why nobody came: told once, and counted. Undo takes it back.

    Args:
        cause: one of `TOLD`.
        words: what there is to say of it; of `other` needed.

    Raises:
        Faulty: there is no such cause, or its words are missing.
        Refusal: no promise was broken, or each has its cause.
    """
    with on_visit(user, reference, "tell why late", Role.LEAD) as (unit, visit):
        named = TOLD.get(cause.strip().casefold().replace("-", " ").replace("_", " "))
        if named is None:
            raise Faulty([f"cause: {show(cause, 20)!r} is not one of {', '.join(TOLD)}"])
        said = worded("words", words, LINE, least=WHY if named is LateCause.OTHER or words.strip() else 0)
        untold = broken(user.store, visit)
        if not untold:
            given = late_causes.told_of(user.store, [visit.id]).values()
            why = f"has its cause: {'; '.join(show(one.words_of()) for one in given)}" if given else "broke no promise"
            raise Refusal(f"{show(visit.reference)} {why}.")
        ids = late_causes.add(unit, visit.id, [one.first for one in untold], named, said)
        unit.audit("visit", visit.id, late=str(named), words=said or None)
        changes.remember(unit, f"cause of {visit.reference}", [added("late_cause", one) for one in ids])
        return visit
