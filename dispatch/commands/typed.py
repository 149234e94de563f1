"""Days and moments as they are typed on the command line."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.store import Store


@contextmanager
def reading(name: str = "") -> Iterator[None]:
    """What cannot be read in here is refused in the sentence of its reader, after the name where one is given.

    Raises:
        Faulty: a reader raised ValueError.
    """
    from dispatch.desk.refusals import Faulty

    try:
        yield
    except ValueError as fault:
        raise Faulty([f"{name}: {fault}" if name else str(fault)]) from None


def day_typed(store: Store, text: str | None, name: str = "") -> datetime.date:
    """A day as it is typed; today where nothing is.

    Raises:
        Faulty: it cannot be read.
    """
    from dispatch.desk import views
    from dispatch.model.instants import parse_day

    today = views.today(store)
    with reading(name):
        return parse_day(text, today=today) if text else today


def moment_typed(store: Store, text: str, name: str = "") -> int:
    """A moment as it is typed, in the firm's zone.

    Raises:
        Faulty: it cannot be read.
    """
    from db import settings
    from dispatch.model.instants import parse_when

    with reading(name):
        return parse_when(text, settings.firm(store).zone, now=store.clock.now())
