"""A series is changed or ended for one of its visits, for that and those after it, or for all of them, as calendars have it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from db import changes, recurrences, settings, visits
from db.changes import RecordChange
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.book import editing, recurring
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.book.recurrence_records import SHOWN
from dispatch.desk.book.series_days import beyond_holidays, days_of, preview
from dispatch.desk.day import undo_record
from dispatch.desk.session.refusals import Faulty, NeedsScope, refuse
from dispatch.desk.session.user import User
from dispatch.fields.record import FieldFault, sentences
from dispatch.model.instants import day_text
from dispatch.model.requests import Recurrence, Request, Scope
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.recurring import on_another_day, parse_rule
from dispatch.records.planning import RECURRENCE
from dispatch.records.requests import REQUEST

_KIND = "recurrence"
_OF_ONE = {
    name: name for name in ("work", "minutes", "promised", "priority", "skills", "tags", "preferred")
} | {"latest": "days_late"}  # fmt: skip
"""What a series asks for that a person may agree otherwise for one visit: the field of the request, and that of the series."""
_OF_VISIT = {"preferred": "preferred_id", "days_late": "latest_on"}
"""What a visit calls otherwise."""
_FAR = datetime.timedelta(days=366 * 25)


class Foreseen(NamedTuple):
    """What would come of a series that is added or changed: its next days, what is to be said of them, and for which visits the
    change may be meant."""

    recurrence: Recurrence
    days: Sequence[datetime.date]
    beyond: str
    choices: Mapping[Scope, str]


def foresee(user: User, before: Recurrence | None, texts: Mapping[str, str]) -> Foreseen:
    """What would come of what is typed; nothing is written.

    Raises:
        Faulty: with everything that cannot be taken.
    """
    faults: list[FieldFault] = []
    after = RECORD_STORES[_KIND].draft(user, before, texts, faults)
    refuse(sentences(faults))
    choices = {} if before is None else _choices(user.store, before, after)
    days = preview(user.store, after, SHOWN)
    return Foreseen(after, days, beyond_holidays(user.store, days), choices)


def _choices(store: Store, before: Recurrence, after: Recurrence) -> dict[Scope, str]:
    """For which visits a change of a series may be meant; none where no visit that waits is another by it."""
    changed = _changed(before, after)
    ahead = recurring.ahead(store, before.id)
    if not ahead or not changed - {"starts", "ends"}:
        return {}
    one = {Scope.THIS: f"only the next one, {_named(ahead[0])}"} if changed <= {*_OF_ONE.values()} else {}
    count = len(ahead)
    return {**one, Scope.FOLLOWING: "those from a day on", Scope.ALL: f"all {count} that wait, and those to come"}


def _changed(before: Recurrence, after: Recurrence) -> set[str]:
    """The names of the fields that are others."""
    return {field.name for field in RECURRENCE.fields if getattr(before, field.of) != getattr(after, field.of)}


def _named(visit: Visit) -> str:
    when = "" if visit.occurrence is None else f" of {day_text(visit.occurrence)}"
    return f"{show(visit.reference)}{when}"


def change(
    user: User,
    before: Recurrence,
    texts: Mapping[str, str],
    scope: str | None = None,
    since: datetime.date | None = None,
) -> Recurrence:
    """Write a series otherwise; returns it, or with `following` the one that goes on from there.

    Args:
        texts: what is typed; what it does not name stays.
        scope: for which visits it is meant, one of `Scope`: the next one that waits, those from a day on, or all.
        since: that day; else the next one that waits is the first.

    Raises:
        NeedsScope: it matters for which visits it is meant, and nobody has said.
        NotAllowed, Faulty, Stale: as `editing.edit`.
    """
    foreseen = foresee(user, before, texts)
    if scope is None and foreseen.choices:
        title = RECORD_STORES[_KIND].title(user.store, before)
        raise NeedsScope(f"For which visits of {show(title)} is it meant?", foreseen.choices)
    if since is not None and (scope != Scope.FOLLOWING or since < settings.today(user.store)):
        raise Faulty(["since: a day from today on is expected, with the scope following"])
    if scope is None or scope == Scope.ALL or not foreseen.choices:
        edited: Recurrence = editing.edit(user, _KIND, before, texts)
        return edited
    if scope not in foreseen.choices:
        raise Faulty(["scope: another rule, start, site or kind is meant for those that follow, or for all"])
    with user.write(f"edit a {RECURRENCE.noun}", Role.LEAD, Role.DISPATCHER) as unit:
        stood = visits.of_recurrence(user.store, before.id)
        first = recurring.ahead(user.store, before.id)[0]
        if scope == Scope.THIS:
            changed = [_OF_VISIT.get(name, name) for name in _changed(before, foreseen.recurrence)]
            if not recurring.bring(unit, user.store, before, foreseen.recurrence, first, changed):
                unit.leave_unchanged()  # it was agreed so for that one before
                return before
            _remember(unit, f"edit {first.reference}", stood, before.id)
            return existing(recurrences.recurrence(user.store, before.id))
        day = since or existing(first.occurrence)
        after, pictures = _from_day_on(user, unit, before, day, texts)
        _remember(
            unit, f"edit {RECURRENCE.noun} {RECORD_STORES[_KIND].title(user.store, after)}", stood, after.id, pictures
        )
        return after


def _remember(
    unit: Unit, label: str, stood: Sequence[Visit], recurrence_id: int, pictures: Sequence[RecordChange] = ()
) -> None:
    now = visits.of_recurrence(unit.store, recurrence_id)
    changes.remember(unit, label, [*undo_record.since(unit, stood, now), *pictures])


def _from_day_on(
    user: User, unit: Unit, before: Recurrence, day: datetime.date, texts: Mapping[str, str]
) -> tuple[Recurrence, list[RecordChange]]:
    """Let a series end before a day, and another one with what is typed go on from there with its visits.

    Where nothing of it is before that day it is changed itself.
    """
    store = user.store
    faults: list[FieldFault] = []
    draft = RECORD_STORES[_KIND].draft(user, before, {**texts, "starts": day.isoformat()}, faults)
    refuse(sentences(faults))
    if draft.rule == before.rule:
        # in step with what was: every second week goes on every second week
        day = next(iter(days_of(store, before, day, day + _FAR)), day)
        draft = replace(draft, starts_on=day)
    if not days_of(store, before, before.starts_on, day - datetime.timedelta(days=1)):
        after, picture = editing.write(user, unit, _KIND, before, texts)
        return after, [picture]
    key = recurrences.add_recurrence(unit, draft)
    for visit in visits.of_recurrence(store, before.id):
        if visit.occurrence is not None and visit.occurrence >= day:
            visits.change(unit, visit, recurrence_id=key)
            unit.audit("visit", visit.id, recurrence=key, was_of=before.id)
    _, picture = editing.write(user, unit, _KIND, before, {"ends": (day - datetime.timedelta(days=1)).isoformat()})
    recurring.follow(unit, store, replace(before, id=key), existing(recurrences.recurrence(store, key)))
    after = existing(recurrences.recurrence(store, key))
    return after, [picture, editing.added(store, _KIND, after)]


def of_visit(store: Store, visit: Visit) -> Recurrence | None:
    """The series that a visit is of, where it goes on."""
    recurrence = None if visit.recurrence_id is None else recurrences.recurrence(store, visit.recurrence_id)
    return None if recurrence is None or recurrence.archived or visit.occurrence is None else recurrence


def _goes_on(store: Store, recurrence: Recurrence, visit: Visit) -> bool:
    """Whether a visit is not the last of its series."""
    after = existing(visit.occurrence) + datetime.timedelta(days=1)
    others = (other for other in recurring.ahead(store, recurrence.id) if other.id != visit.id)
    return any(others) or bool(days_of(store, recurrence, after, after + _FAR))


def _meant(store: Store, visit: Visit, scope: str | None) -> Scope:
    """For which visits of a series a deed on one of them is meant.

    Raises:
        NeedsScope: it matters, and nobody has said.
        Faulty: it is of no series.
    """
    recurrence = of_visit(store, visit)
    if recurrence is None:
        if scope not in (None, Scope.THIS):
            raise Faulty([f"scope: {show(visit.reference)} is of no series that goes on"])
        return Scope.THIS
    if scope is None and _goes_on(store, recurrence, visit):
        raise NeedsScope(
            f"{_named(visit)} is one of a series ({recurrence.rule}): which of its visits are meant?",
            {Scope.THIS: "only this one", Scope.FOLLOWING: "this and those after it", Scope.ALL: "all of them"},
        )
    return Scope(scope or Scope.THIS)


def texts_for(user: User, visit: Visit, texts: Mapping[str, str], scope: str | None) -> dict[str, str]:
    """What of a change of a visit is meant for its series too, as the series has it typed; nothing where only this one is meant.

    Raises:
        NeedsScope: it matters, and nobody has said.
        Faulty: the series cannot have it.
    """
    desk, before = Desk.for_user(user), Request.of(visit)
    after = REQUEST.filled(texts, desk, before, [])
    changed = {field.name for field in REQUEST.fields if getattr(before, field.of) != getattr(after, field.of)}
    found = {_OF_ONE[name]: texts[name] for name in changed & _OF_ONE.keys() & texts.keys()}
    rule = _rule_on(user.store, visit, after.wanted_on) if "date" in changed else ""
    if scope is None and (not (found or rule) or ("date" in changed and not rule)):
        return {}  # only this one can be meant
    if _meant(user.store, visit, scope) is Scope.THIS:
        return {}
    if "date" in changed and not rule:
        raise Faulty(["scope: that other day of more than this visit is another rule: change the series"])
    if not (found or rule):
        raise Faulty(["scope: what is changed is asked for of one visit only"])
    if "days_late" in found:
        late = after.latest_on and after.wanted_on and (after.latest_on - after.wanted_on).days
        found["days_late"] = str(late or 0)
    return found | ({"rule": rule} if rule else {})


def _rule_on(store: Store, visit: Visit, day: datetime.date | None) -> str:
    """The rule by which a series has its visit on another day, and those after it accordingly; empty: it is none that says so."""
    recurrence = of_visit(store, visit)
    if recurrence is None or day is None:
        return ""
    return str(on_another_day(parse_rule(recurrence.rule), existing(visit.occurrence), day) or "")


def bring_along(
    user: User, unit: Unit, visit: Visit, texts: Mapping[str, str], scope: str | None
) -> list[RecordChange]:
    """Change the series of a visit as that was changed, for those after it or for all; returns what else undo takes back."""
    recurrence = of_visit(user.store, visit) if texts else None
    if recurrence is None:
        return []
    stood = _others(user.store, recurrence, visit)
    if scope == Scope.FOLLOWING:
        day = existing(visit.occurrence)
        if "rule" in texts:
            day = min(day, existing(visits.again(user.store, visit).wanted_on))
        after, pictures = _from_day_on(user, unit, recurrence, day, texts)
    else:
        after, picture = editing.write(user, unit, _KIND, recurrence, texts)
        pictures = [picture]
    return [*undo_record.since(unit, stood, _others(user.store, after, visit)), *pictures]


def scope_of_cancelling(store: Store, visit: Visit, scope: str | None) -> Scope:
    """Which visits of its series are cancelled with a visit.

    Raises:
        NeedsScope: it matters, and nobody has said.
        Faulty: it is of no series.
    """
    return _meant(store, visit, scope)


def end_with(user: User, unit: Unit, visit: Visit, scope: Scope) -> list[RecordChange]:
    """End the series of a visit that was cancelled, before it or altogether; returns what else undo takes back."""
    recurrence = None if scope is Scope.THIS else of_visit(user.store, visit)
    if recurrence is None:
        return []
    last = existing(visit.occurrence) - datetime.timedelta(days=1)
    stood = _others(user.store, recurrence, visit)
    if scope is Scope.FOLLOWING and days_of(user.store, recurrence, recurrence.starts_on, last):
        after, picture = editing.write(user, unit, _KIND, recurrence, {"ends": last.isoformat()})
    else:
        after, picture = editing.put_away(user, unit, _KIND, recurrence)
    return [*undo_record.since(unit, stood, _others(user.store, after, visit)), picture]


def _others(store: Store, recurrence: Recurrence, visit: Visit) -> list[Visit]:
    return [other for other in visits.of_recurrence(store, recurrence.id) if other.id != visit.id]


def kept(store: Store, visit: Visit) -> list[str]:
    """What of the series of a visit that was changed stays as it was, in words."""
    recurrence = None if visit.recurrence_id is None else recurrences.recurrence(store, visit.recurrence_id)
    return [] if recurrence is None else recurring.told(store, recurrence, but=visit.id)
