"""Taking back and doing again, per person and across restarts (design/states.md, Undo).

Both are deeds: whoever does them needs a role of the deed that is taken back, as roles stand now, and the world is judged again
as that deed would judge it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from db import audit, changes, people, planned, prepaid_use, visits
from db.changes import Change, RecordChange
from db.faults import Refused
from db.store import Store
from db.unit import Unit
from dispatch.desk.book import editing
from dispatch.desk.charges.charging import keep_sheet
from dispatch.desk.day import notices, routing
from dispatch.desk.day.undo_record import STOOD_AGAINST, blocking, not_meant, standing_of
from dispatch.desk.mending import merging, splitting
from dispatch.desk.messages import mail_changes, mailed, notifications
from dispatch.desk.prices import agreeing
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits import follow_ups, needs, waiting
from dispatch.model.instants import day_of
from dispatch.model.states import ENDED, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

_FOR_GOOD = frozenset(
    {
        *(
            "save an agreement",
            "end an agreement",
            "add a prepaid block",
            "price a prepaid block",
            "save a rate card",
            "erase",
        ),
        *(f"import {kind}" for kind in ("technicians", "clients", "sites", "equipment", "service-plans", "visits")),
        *("import remote-work", "import calendar", "import rate-card"),
        *("move to a branch", "lend to a branch", "give back to a branch"),
        *("issue invoices", "void invoice", "credit invoice", "export invoices", "approve", "close", "leave"),
    }
)
"""Deeds that nobody takes back, and that may stand on what was done before them."""
_WITH_VISITS = frozenset({"recurrence", "holiday"})
"""Records that bring visits along."""


def undo(user: User, change_id: int | None = None) -> str:
    """Take back the person's last change, or the one with an id; returns what it was.

    Raises:
        NotAllowed: the person may not do such a thing any more.
        Refusal: there is none, somebody built on it since, or something stands in the way of how it was before.
    """
    with user.write("undo") as unit:
        if change_id is None:
            change = changes.last_done(user.store, user.staff.id)
        else:
            change = changes.done(user.store, user.staff.id, change_id)
        if change is None:
            raise Refusal("There is nothing to undo." if change_id is None else "It was taken back already.")
        row = changes.row_of(user.store, change)
        label = _turn(user, unit, change, back=True)
        if change_id is None:
            _stand_back(user, change, row)
        return label


def _stand_back(user: User, change: Change, row: int) -> None:
    """Refuse to reach past a later deed of the person, behind `row` of the audit, that cannot be taken back."""
    later = audit.last_deed(user.store, user.staff.id, row, _FOR_GOOD)
    if later is None:
        return
    about = f" ({show(later.called)})" if later.called else ""
    raise Refusal(
        f"“{show(change.label)}” stays: after it you did what cannot be taken back, {show(later.row.deed)}{about}. "
        "Nothing was changed."
    )


def redo(user: User, change_id: int | None = None) -> str:
    """Do again what was undone last, or the change with an id; returns what it was.

    Raises:
        NotAllowed, Refusal: as `undo`.
    """
    with user.write("redo") as unit:
        if change_id is None:
            change = changes.last_undone(user.store, user.staff.id)
        else:
            change = changes.undone(user.store, user.staff.id, change_id)
        if change is None:
            raise Refusal("There is nothing to do again.")
        return _turn(user, unit, change, back=False)


def _turn(user: User, unit: Unit, change: Change, *, back: bool) -> str:
    """Put every record of a change back (or forward), all of them or none; returns what the change was."""
    user.allow(f"{'take back' if back else 'do again'} “{show(change.label)}”", change.roles)
    refused = f"“{show(change.label)}” cannot be {'taken back' if back else 'done again'}"
    turned_visits: list[tuple[Visit, Visit, Sequence[str]]] = []
    now: dict[tuple[str, int, int], int] = {}
    for picture in _in_order(change.pictures, back=back):
        if picture.entity == "visit":
            visit, restored = _turn_visit(user, unit, change, picture, refused, back=back)
            _, target, look = picture.turned(back)
            now["visit", visit.id, target] = restored.version
            turned_visits.append((visit, restored, look.get(STOOD_AGAINST, ())))
        else:
            target, version = _turn_record(user, unit, picture, refused, back=back)
            now[picture.entity, picture.id, target] = version
    if any(picture.entity in _WITH_VISITS for picture in change.pictures):
        for (entity, key, target), _ in list(now.items()):
            if entity == "visit":  # its series may have given it its checklist again
                now[entity, key, target] = visits.again(user.store, key).version
    changes.same_again(unit, user.store, now)
    routing.reroute(unit, [visit for stood, restored, _ in turned_visits for visit in (stood, restored)])
    # all of them have left their places before any is judged, so that none stands in the way of another
    together = {restored.id for _, restored, _ in turned_visits}
    for stood, restored, against in turned_visits:
        _judge(user.store, refused, stood, restored, against, together - {restored.id})
    changes.mark(unit, change, "undone" if back else "done")
    return change.label


def _in_order(pictures: Sequence[RecordChange], *, back: bool) -> Sequence[RecordChange]:
    """The pictures as they are turned. Of a series visits that go away make room for those that come back, and the series finds
    its visits as they were."""
    if not any(picture.entity in _WITH_VISITS for picture in pictures):
        return pictures

    def place(picture: RecordChange) -> tuple[bool, bool]:
        _, _, look = picture.turned(back)
        return picture.entity in _WITH_VISITS, picture.entity == "visit" and look.get("archived_at") is None

    return sorted(pictures, key=place)


def _turn_record(user: User, unit: Unit, picture: RecordChange, refused: str, *, back: bool) -> tuple[int, int]:
    """Put a record that is no visit back (or forward); returns the version that it looked so at, and the one of now."""
    if picture.entity in changes.ONLY_ADDED:
        try:
            turned = changes.turn(user.store, unit, picture, back=back)
        except Refused as fault:
            raise Refusal(f"{refused}: {fault}. Nothing was changed.") from None
    elif picture.entity == mailed.ENTITY:
        turned = mailed.turn(user.store, unit, picture, back=back)
    elif picture.entity == agreeing.ENTITY:
        turned = agreeing.turn(unit, picture, back=back)
    elif picture.entity == mail_changes.ENTITY:
        turned = mail_changes.turn(user.store, unit, picture, back=back)
    elif picture.entity == merging.ENTITY:
        turned = merging.turn(user, unit, picture, back=back)
    elif picture.entity == splitting.ENTITY:
        turned = splitting.turn(unit, picture, back=back)
    else:
        turned = editing.turn(user, unit, picture, back=back)
    if turned is None:
        last = audit.last_of(user.store, picture.entity, picture.id)
        person = people.staff_by_login(user.store, last.actor) if last is not None else None
        name = show(person.name) if person is not None else "somebody"
        raise Refusal(f"{refused}: {name} changed it since. Nothing was changed.")
    return turned


def _turn_visit(
    user: User, unit: Unit, change: Change, picture: RecordChange, refused: str, *, back: bool
) -> tuple[Visit, Visit]:
    """Put a visit back (or forward), with all that follows from it but its drives; returns it as it stood and as it stands."""
    expected, _, look = picture.turned(back)
    visit = visits.visit_by_id(user.store, picture.id)
    if visit is None or visit.version != expected:
        raise Refusal(_built_on(user, refused, picture.id))
    if State(look["state"]) not in ENDED and (others := visits.gone_on(user.store, visit.id)):
        went = follow_ups.whereabouts(others[0])
        raise Refusal(f"{refused}: the request of {show(visit.reference)} went on as {went}.")
    comes_back = visit.archived_at is not None and look.get("archived_at") is None
    if comes_back and (twin := visits.twin_of(user.store, visit.id)):
        raise Refusal(f"{refused}: {show(twin)} stands for the day of {show(visit.reference)} by now.")
    _restore(unit, visit, look)
    unit.audit("visit", visit.id, undone=change.label if back else None, redone=None if back else change.label)
    restored = visits.again(user.store, visit)
    waiting.follow(user.store, unit, visit, restored)
    notices.follow(user, unit, visit, restored)
    notifications.follow(user.store, unit, visit, restored)
    if restored.state not in ENDED:
        prepaid_use.give_back(unit, user.store, restored.id)
    elif visit.state not in ENDED:
        keep_sheet(user, unit, restored, reason="done again")
    return visit, restored


def _judge(
    store: Store, refused: str, stood: Visit, restored: Visit, against: Sequence[str], together: Collection[int]
) -> None:
    """Let a visit stand where it was put, or say what stands in the way there by now.

    Whatever a reason was given for at the time is still meant, what stood against it then (`against`) is known, and so is how it
    stood beside those that are put back with it (`together`).
    """
    if restored.after_id != stood.after_id and needs.comes_round(
        partial(visits.after_of, store), restored.id, restored.after_id
    ):
        raise Refusal(f"{refused}: {show(restored.after)} {needs.COMES_ROUND}. Nothing was changed.")
    if restored.state in ENDED or restored.archived_at is not None:
        return
    if gone := visits.archived_around(store, restored.id):
        raise Refusal(f"{refused}: {show(', '.join(gone))} is archived. Nothing was changed.")
    if standing_of(stood) == standing_of(restored):
        return
    if not (found := blocking(store, restored, together)):
        return
    blocked = [finding.text for finding in not_meant(store, restored, found, against)]
    if blocked:
        raise Refusal(f"{refused}: {show(restored.reference)} {show('; '.join(blocked))}. Nothing was changed.")


def _restore(unit: Unit, visit: Visit, look: Mapping[str, Any]) -> None:
    columns = {
        name: ";".join(value) if isinstance(value, list) else value
        for name, value in look.items()
        if name not in ("crew", "ahead", "skills", "tags", STOOD_AGAINST)
    }
    planned.restore_crew(unit, visit, look["crew"])
    planned.restore_ahead(unit, visit, look.get("ahead", ()))
    if "skills" in look:  # changes that were kept before requests could be edited lack them
        visits.set_needs(unit, visit.id, look["skills"], look["tags"])
    visits.change(unit, visit, **columns)


def _built_on(user: User, refused: str, visit_id: int) -> str:
    last = audit.last_of(user.store, "visit", visit_id)
    visit = visits.visit_by_id(user.store, visit_id)
    reference = show(visit.reference) if visit else "the visit"
    if last is None:
        return f"{refused}: {reference} has changed since."
    person = people.staff_by_login(user.store, last.actor)
    name = show(person.name) if person else show(last.actor)
    times = user.firm.times()
    today = day_of(last.at, times.zone) == day_of(user.now, times.zone)
    when = times.clock(last.at) if today else times.moment(last.at)
    return f"{refused}: {name} changed {reference} at {when} ({show(last.deed)}). Nothing was changed."
