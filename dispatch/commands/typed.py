"""Days and moments as they are typed on the command line."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dispatch.desk.session.refusals import Faulty
from dispatch.model.instants import day_of
from dispatch.model.typed_times import parse_day, parse_when

if TYPE_CHECKING:
    from argparse import Namespace

    from db.store import Store


@contextmanager
def reading(name: str = "") -> Iterator[None]:
    """What cannot be read in here is refused in the sentence of its reader, after the name where one is given.

    Raises:
        Faulty: a reader raised ValueError.
    """
    try:
        yield
    except ValueError as fault:
        raise Faulty([f"{name}: {fault}" if name else str(fault)]) from None


def day(store: Store, text: str | None, _: Namespace | None = None) -> datetime.date | None:
    """A day; None where nothing is typed.

    Raises:
        ValueError: it cannot be read.
    """
    from db import settings

    return parse_day(text, today=settings.today(store)) if text else None


def day_or_today(store: Store, text: str | None, _: Namespace | None = None) -> datetime.date:
    """The same, and today where nothing is typed."""
    from db import settings

    return day(store, text) or settings.today(store)


def day_typed(store: Store, text: str | None, name: str = "") -> datetime.date:
    """The same for a command that opens for itself what it needs.

    Raises:
        Faulty: it cannot be read.
    """
    with reading(name):
        return day_or_today(store, text)


def month(store: Store, text: str, _: Namespace) -> datetime.date:
    """The first day of a month; of the last whole one where nothing is typed.

    Raises:
        Faulty: it cannot be read.
    """
    from db import settings
    from dispatch.desk.levels import level_month

    return level_month.read_month(text, settings.today(store))


def moment(store: Store, text: str | None, args: Namespace) -> int | None:
    """A moment in the firm's zone, a clock time on the day of `--date`, where there is one, else today; None where none is typed.

    Raises:
        ValueError: it cannot be read.
    """
    from db import settings

    if not text:
        return None
    return parse_when(text, settings.firm(store).zone, now=store.clock.now(), day=getattr(args, "date", None))


def moment_or_now(store: Store, text: str | None, args: Namespace) -> int:
    """The same, and now where nothing is typed."""
    found = moment(store, text, args)
    return store.clock.now() if found is None else found


def moment_there(store: Store, text: str | None, args: Namespace) -> int | None:
    """The same at the visit that is named: a clock time is on its day, in its site's zone.

    Raises:
        ValueError: it cannot be read.
    """
    from dispatch.desk.visits.finding import find

    if not text:
        return None
    visit, now = find(store, args.reference), store.clock.now()
    return parse_when(text, visit.zone, now=now, day=day_of(visit.checked_in_at or visit.starts_at or now, visit.zone))


def unless(_: Store, given: bool, __: Namespace) -> bool:
    """What holds where a flag is not given."""
    return not given


CLIENT, TECHNICIAN = "book.records.client_named", "book.records.technician_named"
"""Who is named, as an option reads them."""
