"""The form of a record in the book: it stays open until it is taken, and shows both sides where two people edit one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from db import clients
from db.faults import Stale
from dispatch.desk.book import editing
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.session.refusals import Faulty, refuse
from dispatch.fields import record
from dispatch.fields.context import FieldContext
from dispatch.fields.kinds import Control
from dispatch.model.clients import Client
from dispatch.model.instants import day_of
from screens import series_forms
from screens.dialogs.asked import FILLS, AskedField
from screens.user_screen import UserScreen

T = TypeVar("T")


def line_of(field: record.Field, text: str | None, desk: FieldContext) -> AskedField:
    """A field of a record as a line of a form, with what stands in it; None: what an empty one stands for."""
    kind = field.kind
    if kind.control is not Control.CHOICE:
        known = partial(kind.choices, desk) if kind.control is Control.NAME else None
        today = day_of(desk.now, desk.zone) if kind.control is Control.DAY else None
        return AskedField(
            field.name, field.label, text or "", field.hint, known=known, today=today, needed=field.required
        )
    blank = kind.write(field.empty(desk), desk)
    usual, options = blank if text is None else text, kind.choices(desk)
    if not usual or (not blank and not field.required):
        options = ("", *options)
    return AskedField(field.name, field.label, usual, field.hint, options)


async def ask_values(
    screen: UserScreen,
    title: str,
    fields: Sequence[record.Field],
    take: Callable[[dict[str, Any]], T],
    stands: Mapping[str, str] | None = None,
    hint: str = FILLS,
) -> T:
    """Ask for fields that are no record until `take` takes their values, by name; returns what came of it.

    Args:
        stands: what stands in the fields at first.
    """
    desk, texts = Desk.for_user(screen.user), stands or {}

    def deed(typed: dict[str, str]) -> T:
        values, faults = dict[str, Any](), list[record.FieldFault]()
        for field in fields:
            try:
                values[field.name] = field.read(typed[field.name], desk)
            except ValueError as fault:
                faults.append(record.FieldFault(field.name, typed[field.name], str(fault)))
        refuse(record.sentences(faults))
        return take(values)

    return await screen.fill_in(title, [line_of(field, texts.get(field.name), desk) for field in fields], deed, hint)


async def ask_record(screen: UserScreen, kind: str, texts: Mapping[str, str] | None = None, before: Any = None) -> Any:
    """Ask for a record; returns it.

    Args:
        texts: what stands in the blanks of a new record.
        before: the record that is changed.
    """
    record_store, user = RECORD_STORES[kind], screen.user
    if before is not None:
        filled = record_store.texts(user.store, before)
    else:
        filled = {**record_store.usual(user.store), **(texts or {})}
    base = [before]

    def save(typed: dict[str, str], confirmed: Sequence[str] = ()) -> Any:
        try:
            if before is None:
                return editing.add(user, kind, typed, confirmed)
            return editing.edit(user, kind, base[0], typed, confirmed)
        except Stale as stale:
            # both sides were shown: saving once more is meant
            both = editing.differences(user.store, kind, typed, before.id)
            base[0] = record_store.get(user.store, before.id) or base[0]
            raise Faulty([str(stale), *both, "Saving again takes yours."]) from None

    desk = Desk.for_user(user)
    fields = [line_of(field, filled.get(field.name), desk) for field in record_store.record.typed]
    title = f"New {record_store.record.noun}" if before is None else record_store.title(user.store, before)
    if kind == "recurrence":
        return await series_forms.ask_series(screen, title, fields, before)
    return await screen.fill_in(title, fields, save)


async def ask_recurring(screen: UserScreen, client: Client, more: Mapping[str, str] | None = None) -> Any:
    """Ask for a recurring visit at a client, with what is clear filled in; returns it."""
    sites = clients.sites_of(screen.user.store, client.id)
    where = f"{client.name} / {sites[0].name}" if len(sites) == 1 else f"{client.name} / "
    texts = {"site": where, "work": "monthly maintenance", "minutes": "60", **(more or {})}
    return await ask_record(screen, "recurrence", texts)
