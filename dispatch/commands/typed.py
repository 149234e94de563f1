"""Days and moments as they are typed on the command line."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.instants import day_of
from dispatch.model.typed_times import parse_day, parse_when

with lazily(__name__):
    from db import settings
    from db.store import Store
    from dispatch.desk.book import records
    from dispatch.desk.levels import level_period
    from dispatch.desk.visits import steps
    from dispatch.fields import kinds
    from dispatch.model import solver_hosts, typed_times
    from dispatch.model.periods import Period
    from dispatch.model.visits import Visit


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


def day(store: Store, text: str | None, _: argparse.Namespace | None = None) -> datetime.date | None:
    """A day; None where nothing is typed.

    Raises:
        ValueError: it cannot be read.
    """
    return parse_day(text, today=settings.today(store)) if text else None


def day_or_today(store: Store, text: str | None, _: argparse.Namespace | None = None) -> datetime.date:
    """The same, and today where nothing is typed."""
    return day(store, text) or settings.today(store)


def day_typed(store: Store, text: str | None, name: str = "") -> datetime.date:
    """The same for a command that opens for itself what it needs.

    Raises:
        Faulty: it cannot be read.
    """
    with reading(name):
        return day_or_today(store, text)


def period(kind: str = "") -> Callable[[Store, str, argparse.Namespace], Period]:
    """Reads a period of a kind, or of any; the last whole one where nothing is typed.

    Raises (when it reads):
        Faulty: it cannot be read.
    """

    def read(store: Store, text: str, _: argparse.Namespace) -> Period:
        return level_period.period_typed(text, settings.today(store), kind)

    return read


def moment(store: Store, text: str | None, args: argparse.Namespace) -> int | None:
    """A moment in the firm's zone, a clock time on the day of `--date`, where there is one, else today; None where none is typed.

    Raises:
        ValueError: it cannot be read.
    """
    if not text:
        return None
    return parse_when(text, settings.firm(store).zone, now=store.clock.now(), day=getattr(args, "date", None))


def moment_or_now(store: Store, text: str | None, args: argparse.Namespace) -> int:
    """The same, and now where nothing is typed."""
    at = moment(store, text, args)
    return store.clock.now() if at is None else at


def moment_there(store: Store, text: str | None, args: argparse.Namespace) -> int | None:
    """The same at the visit that is named: a clock time is on its day, in its site's zone.

    Raises:
        ValueError: it cannot be read.
    """
    if not text:
        return None
    visit, now = steps.find(store, args.reference), store.clock.now()
    return parse_when(text, visit.zone, now=now, day=day_of(visit.checked_in_at or visit.starts_at or now, visit.zone))


def moment_of_visit(store: Store, text: str | None, args: argparse.Namespace) -> int | None:
    """The same in the firm's zone, in which the office is told of it.

    Raises:
        ValueError: it cannot be read.
    """
    if not text:
        return None
    visit, now, zone = steps.find(store, args.reference), store.clock.now(), settings.firm(store).zone
    return parse_when(text, zone, now=now, day=day_of(visit.starts_at or now, zone))


def day_to_place(store: Store, visit: Visit) -> datetime.date:
    """The day on which a visit is placed where none is said: its planned or wanted day, today where that is over or none."""
    today = settings.today(store)
    own = visit.wanted_on if visit.starts_at is None else day_of(visit.starts_at, settings.firm(store).zone)
    return max(own or today, today)


def moment_to_place(store: Store, text: str | None, args: argparse.Namespace) -> int | None:
    """A moment in the firm's zone at which the visit that is named is to stand; a clock time is on `day_to_place`.

    Raises:
        ValueError: it cannot be read.
    """
    if not text:
        return None
    day = day_to_place(store, steps.find(store, args.reference))
    return parse_when(text, settings.firm(store).zone, now=store.clock.now(), day=day)


def client_name(store: Store, text: str, _: argparse.Namespace) -> str:
    """The name of the client that is called so, or whose name alone holds what was typed.

    Raises:
        NotFound: there is none, or several.
    """
    return records.client_named(store, text).name


def unless(_: Store, given: bool, __: argparse.Namespace) -> bool:
    """What holds where a flag is not given."""
    return not given


def minutes(text: str) -> int:
    """The minutes of a length of time as it is typed, for an option."""
    try:
        return typed_times.parse_minutes(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def hours(text: str) -> tuple[int, int]:
    """From one time of the day to another, in minutes from midnight, for an option."""
    try:
        return kinds.span_of(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def solver_host(text: str) -> str:
    """A machine that plans, for an option."""
    try:
        return solver_hosts.host_of(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


CLIENT, TECHNICIAN = "book.records.client_named", "book.records.technician_named"
"""Who is named, as an option reads them."""
