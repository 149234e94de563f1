"""Days and moments as they are typed on the command line."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dispatch.desk.refusals import Faulty
from dispatch.model.instants import parse_day, parse_when

if TYPE_CHECKING:
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


def day_typed(store: Store, text: str | None, name: str = "") -> datetime.date:
    """A day as it is typed; today where nothing is.

    Raises:
        Faulty: it cannot be read.
    """
    from db import settings

    today = settings.today(store)
    with reading(name):
        return parse_day(text, today=today) if text else today


def moment_typed(store: Store, text: str | None, name: str = "", day: datetime.date | None = None) -> int:
    """A moment as it is typed, in the firm's zone; now where nothing is.

    Args:
        day: the day of a clock time (default: today).

    Raises:
        Faulty: it cannot be read.
    """
    now = store.clock.now()
    with reading(name):
        return parse_when(text, zone_of(store), now=now, day=day) if text else now


def zone_of(store: Store) -> str:
    """The firm's zone."""
    from db import settings

    return settings.firm(store).zone
