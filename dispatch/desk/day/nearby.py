"""Who is near a visit now: the technicians of today by their drive from where they are, with when they are free."""

from __future__ import annotations

from typing import NamedTuple

from db import settings
from db.store import Store
from dispatch.desk.day import board_view
from dispatch.desk.day.glance import FreeSpan, free_time
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import find
from dispatch.model.boards import BoardRow
from dispatch.model.instants import Times
from dispatch.model.states import ENDED, State
from dispatch.model.text import show
from dispatch.model.travel import Leg, Place, leg_text


class Nearby(NamedTuple):
    """A technician with the drive from where they are to a visit. `where` says in words where that is, `free` when they have
    nothing to do, `lacks` which skills of the visit they have not."""

    technician_id: int
    name: str
    where: str
    leg: Leg
    free: FreeSpan
    lacks: tuple[str, ...] = ()

    @property
    def arrival(self) -> int:
        """When they could be there: after the drive, once they are free; an unknown drive takes no time."""
        return self.free.start + (self.leg.seconds or 0)

    def words(self, times: Times) -> str:
        """The drive, when they are free, where they are, and what they lack."""
        parts = [leg_text(self.leg.seconds, self.leg.provenance)]
        parts += [f"free {times.clock(self.free.start)} – {times.clock(self.free.end)}", self.where]
        parts += [f"without {', '.join(map(show, self.lacks))}"] if self.lacks else []
        return " · ".join(parts)


def nearby(store: Store, reference: str) -> list[Nearby]:
    """Who of today's technicians is still free today, the shortest drive to the visit first, unknown ones last.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        visit, today, now = find(store, reference), settings.today(store), store.clock.now()
        board, drives = board_view.board(store, today), drive_times.drives_on(store, today)
    found = []
    for row in board.rows:
        if (free := free_time(row, now)) is not None:
            where, place = last_known(row)
            lacks = tuple(sorted(set(visit.skills) - set(row.skills)))
            found.append(Nearby(row.technician_id, row.name, where, drives(place, visit.place, now), free, lacks))
    return sorted(found, key=lambda one: (one.leg.seconds is None, one.leg.seconds or 0, one.free.start, one.name))


def last_known(row: BoardRow) -> tuple[str, Place | None]:
    """Where a technician is as far as the day's clock says: on site, on the way to a site, where they were last, else at home."""
    there = next((visit for visit in row.visits if visit.state in (State.ON_SITE, State.CLOSING_OUT)), None)
    if there is not None:
        return f"on site at {show(there.client)}", there.place
    if (ahead := next((visit for visit in row.visits if visit.state is State.EN_ROUTE), None)) is not None:
        return f"on the way to {show(ahead.client)}", ahead.place
    left = [visit for visit in row.own if visit.state in ENDED and visit.actual_out is not None]
    if left:
        last = max(left, key=lambda visit: visit.actual_out or 0)
        return f"last at {show(last.client)}", last.place
    return "at home", row.home
