"""Add, edit, archive: the same deeds for every kind of record, audited, versioned, and taken back by undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from db import agreements, changes, directory, settings
from db.changes import RecordChange
from db.faults import Stale
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.book import places, zone_change
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.book.zone_change import Reading
from dispatch.desk.day import undo_record
from dispatch.desk.session.refusals import NeedsConfirm, Refusal, confirm, refuse
from dispatch.desk.session.user import User
from dispatch.fields.record import FieldFault, sentences
from dispatch.model.firm import Firm
from dispatch.model.text import show
from dispatch.model.visits import Visit

_ARCHIVED, _READING = "archived", "reading"
_BESIDE = frozenset({_ARCHIVED, _READING})
"""What a picture has beside the texts of a record."""


def add(user: User, kind: str, texts: Mapping[str, str], confirmed: Sequence[str] = ()) -> Any:
    """Add a record; returns it.

    Args:
        confirmed: the marks (`NeedsConfirm.marks`) of what was asked and is meant.

    Raises:
        NeedsConfirm: a place in it, or what its kind asks, is asked about.
        NotAllowed: the person has not the role for it.
        Faulty: with everything that cannot be taken.
    """
    record_store = RECORD_STORES[kind]
    if kind == "settings":
        raise Refusal("There is one set of settings; edit it.")
    with user.write(f"add a {record_store.record.noun}", *record_store.record.roles) as unit:
        stood = record_store.visits_of(user.store, 0)
        record, picture = write(user, unit, kind, None, texts, confirmed)
        _remember(user, unit, "add", record, picture, stood)
        return record


def put(user: User, kind: str, label: str, entries: Sequence[tuple[Any | None, Mapping[str, str]]]) -> list[Any]:
    """Add or edit several records of a kind as one change, which undo takes back as one; returns them.

    Args:
        label: what the change is called.
        entries: each record as it was (None: a new one) with what is typed now.

    Raises:
        NotAllowed, Faulty, Stale: as `add` and `edit`; nothing was changed.
    """
    record_store = RECORD_STORES[kind]
    with user.write(f"edit a {record_store.record.noun}", *record_store.record.roles) as unit:
        stood = record_store.visits_of(user.store, 0)
        done = [write(user, unit, kind, before, texts) for before, texts in entries]
        visits = undo_record.since(unit, stood, record_store.visits_of(user.store, 0))
        changes.remember(unit, label, [*visits, *(picture for _, picture in done)])
        return [record for record, _ in done]


def edit(user: User, kind: str, before: Any, texts: Mapping[str, str], confirmed: Sequence[str] = ()) -> Any:
    """Write a record otherwise; what `texts` does not name stays. Returns it. `confirmed` as for `add`.

    Raises:
        NeedsConfirm: a place in it is asked about.
        NeedsChoice: the firm's zone is another, and it is not said how what is written is read.
        NotAllowed: the person has not the role for it.
        Faulty: with everything that cannot be taken.
        Stale: somebody else changed the record since `before` was read.
    """
    record_store = RECORD_STORES[kind]
    with user.write(f"edit a {record_store.record.noun}", *record_store.record.roles) as unit:
        current = record_store.get(user.store, before.id)
        if current is None:
            raise Stale(f"The {record_store.record.noun} is not there any more.", table=kind, key=before.id)
        stood = record_store.visits_of(user.store, before.id)
        record, picture = write(user, unit, kind, before, texts, confirmed)
        if picture.before == picture.after:
            unit.leave_unchanged()
            return current
        _remember(user, unit, "edit", record, picture, stood)
        return record


def settle(user: User, texts: Mapping[str, str], confirmed: Sequence[str] = ()) -> None:
    """Set some of the firm's settings, as `edit`; what is taken as it was counts as set too."""
    record_store = RECORD_STORES["settings"]
    edit(user, "settings", record_store.get(user.store, 0), texts, confirmed)
    known = settings.fields_set(user.store)
    firm = settings.firm(user.store)
    as_it_was = {name: getattr(firm, name) for name in texts if name not in known and getattr(firm, name) is not None}
    if as_it_was:
        with user.write("confirm settings", *record_store.record.roles) as unit:
            settings.set_firm(unit, **as_it_was)


def archive(user: User, kind: str, record: Any) -> None:
    """Take a record out of every list; its history stays, and undo brings it back.

    Raises:
        NotAllowed: the person has not the role for it.
        Refusal: open work hangs on it; the sentence says which.
    """
    record_store = RECORD_STORES[kind]
    with user.write(f"archive a {record_store.record.noun}", *record_store.record.roles) as unit:
        _let_go(user.store, record_store, kind, record)
        stood = record_store.visits_of(user.store, record.id)
        after, picture = put_away(user, unit, kind, record)
        _remember(user, unit, "archive", after, picture, stood)


def put_away(user: User, unit: Unit, kind: str, record: Any) -> tuple[Any, RecordChange]:
    """Archive a record within another deed; returns it, and how it looks before and after."""
    record_store = RECORD_STORES[kind]
    look = _look(user.store, record_store, record)
    record_store.put_away(unit, record, unit.at)
    unit.audit(kind, record.id, archived=True)
    after: Any = record_store.get(user.store, record.id)
    return after, RecordChange(kind, after.id, look, {**look, _ARCHIVED: True}, record.version, after.version)


def _let_go(store: Store, record_store: RecordStore[Any], kind: str, record: Any) -> None:
    """Refuse while open visits, or an agreement that is in force or begins later, hang on a record."""
    if held := directory.held_by(store, kind, record.id):
        raise Refusal(
            f"{show(record_store.title(store, record))} has open visits: {', '.join(held[:6])}. Cancel or move them first."
        )
    terms = agreements.not_over(store, record.id, settings.today(store)) if kind == "client" else []
    if terms:
        names = ", ".join(f"“{show(one.name)}”" for one in terms)
        raise Refusal(f"{show(record_store.title(store, record))} has an agreement: {names}. End it first.")


def differences(store: Store, kind: str, mine: Mapping[str, str], key: int) -> list[str]:
    """What stands in a record now where somebody typed something else: both, so that one can choose."""
    record_store = RECORD_STORES[kind]
    current = record_store.get(store, key)
    if current is None:
        return []
    theirs = record_store.texts(store, current)
    labels = {field.name: field.label for field in record_store.record.typed}
    return [
        f"{labels.get(name, name)}: now “{theirs.get(name, '')}”, you have “{text}”"
        for name, text in mine.items()
        if theirs.get(name, "") != text
    ]


def turn(user: User, unit: Unit, picture: RecordChange, *, back: bool) -> tuple[int, int] | None:
    """Put a record back (or forward) as a picture has it; returns the version that it looked so at, and the one of now.

    None: somebody has built on it.
    """
    record_store = RECORD_STORES[picture.entity]
    record = record_store.get(user.store, picture.id)
    expected, target, look = picture.turned(back)
    if record is None or (expected and record.version != expected):
        return None
    texts = {name: str(text) for name, text in look.items() if name not in _BESIDE}
    if texts != record_store.texts(user.store, record):
        record = _written(user, unit, record_store, record, texts, reading=look.get(_READING))
    other = picture.after if back else picture.before
    if bool(look.get(_ARCHIVED)) != bool(other.get(_ARCHIVED)):
        if look.get(_ARCHIVED):
            _let_go(user.store, record_store, picture.entity, record)
        elif name := directory.archived_over(user.store, picture.entity, record.id):
            title = show(record_store.title(user.store, record))
            raise Refusal(f"{title} cannot come back: {show(name)} is archived. Nothing was changed.")
        record_store.put_away(unit, record, unit.at if look.get(_ARCHIVED) else None)
    after: Any = existing(record_store.get(user.store, picture.id))
    unit.audit(picture.entity, picture.id, undone=back, redone=not back)
    return target, after.version


def write(
    user: User,
    unit: Unit,
    kind: str,
    before: Any | None,
    texts: Mapping[str, str],
    confirmed: Sequence[str] | None = None,
) -> tuple[Any, RecordChange]:
    """Add or edit a record within another deed; returns it, and how it looks before and after."""
    record_store, store = RECORD_STORES[kind], user.store
    reading = next((one.value for one in Reading if one in (confirmed or ())), None)
    was = None if before is None else _look(store, record_store, before) | {_READING: reading}
    record = _written(user, unit, record_store, before, texts, confirmed, reading)
    look = _look(store, record_store, record) | {_READING: reading}
    version = 0 if before is None else before.version
    return record, RecordChange(kind, record.id, was or {**look, _ARCHIVED: True}, look, version, record.version)


def added(store: Store, kind: str, record: Any) -> RecordChange:
    """The picture of a record that was added otherwise."""
    look = _look(store, RECORD_STORES[kind], record)
    return RecordChange(kind, record.id, {**look, _ARCHIVED: True}, look, 0, record.version)


def _written(
    user: User,
    unit: Unit,
    record_store: RecordStore[Any],
    before: Any,
    texts: Mapping[str, str],
    confirmed: Sequence[str] | None = None,
    reading: str | None = None,
) -> Any:
    """The record as it was written; `confirmed` None: nothing is asked. `reading`: of what is written, where the firm's zone
    is another then."""
    faults: list[FieldFault] = []
    after = record_store.draft(user, before, texts, faults)
    refuse(sentences(faults))
    if confirmed is not None:
        _ask(user, record_store, before, after, confirmed)
        if isinstance(after, Firm) and reading is None:
            zone_change.ask(user.store, before.zone, after.zone)
    saved = record_store.get(user.store, record_store.save(unit, before, after))
    if isinstance(after, Firm) and before.zone != after.zone and reading is not None:
        zone_change.carry_out(unit, before.zone, after.zone, Reading(reading))
    return saved


def _ask(user: User, record_store: RecordStore[Any], before: Any, after: Any, confirmed: Sequence[str]) -> None:
    """Ask what is doubtful of a record and not `confirmed`: its places, then what its kind asks."""
    area = partial(places.area_of, user.store, before)
    asked = places.questions(area, user.firm, record_store.record, before, after)
    if open_still := [question for question in asked if question.mark not in confirmed]:
        raise NeedsConfirm(
            f"Is it there? {show('; '.join(f'{question.field}: {question.said}' for question in open_still))}.",
            [*confirmed, *(question.mark for question in open_still)],
            {question.field: question.instead for question in open_still if question.instead},
        )
    confirm(record_store.questions(before, after), confirmed)


def _look(store: Store, record_store: RecordStore[Any], record: Any) -> dict[str, Any]:
    return {**record_store.texts(store, record), _ARCHIVED: False}


def _remember(user: User, unit: Unit, deed: str, record: Any, picture: RecordChange, stood: Sequence[Visit]) -> None:
    """Keep what was done, with the visits that were changed with it: `stood` is how they were."""
    record_store = RECORD_STORES[picture.entity]
    label = f"{deed} {record_store.record.noun} {record_store.title(user.store, record)}"
    visits = undo_record.since(unit, stood, record_store.visits_of(user.store, record.id))
    changes.remember(unit, label, [*visits, picture])
