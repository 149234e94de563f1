"""Who is near a visit now, and where everybody is: the technicians of today by their drive from where they are, with when they are
free."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from db import settings
from db.store import Store
from dispatch.desk.day import board_view
from dispatch.desk.day.glance import BoardOrder, FreeSpan, free_time, in_order, last_known
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import find
from dispatch.model.instants import Times
from dispatch.model.text import show
from dispatch.model.travel import Leg, Place, leg_text
from dispatch.model.visits import Visit


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
        board, drives = board_view.board(store, today, office=False), drive_times.drives_on(store, today)
    found = []
    for row in board.rows:
        if (free := free_time(row, now)) is not None:
            where, place = last_known(row)
            lacks = tuple(sorted(set(visit.skills) - set(row.skills)))
            found.append(Nearby(row.technician_id, row.name, where, drives(place, visit.place, now), free, lacks))
    return sorted(found, key=lambda one: (one.leg.seconds is None, one.leg.seconds or 0, one.free.start, one.name))


class TechnicianPlace(NamedTuple):
    """Where a technician is or is expected next, in words and as a place, when they are free (None: not today any more), and the
    drive from there to the visit in question, where there is one."""

    technician_id: int
    name: str
    where: str
    place: Place | None
    free: FreeSpan | None
    leg: Leg | None = None

    def is_free(self, now: int) -> bool:
        """Whether they have nothing to do now."""
        return self.free is not None and self.free.start <= now

    def words(self, times: Times, now: int) -> str:
        """The drive, when they are free, where they are."""
        free = "not free any more" if self.free is None else f"free until {times.clock(self.free.end)}"
        if self.free is not None and self.free.start > now:
            free = f"free {times.span(*self.free)}"
        drive = [leg_text(self.leg.seconds, self.leg.provenance)] if self.leg is not None else []
        return " · ".join((*drive, free, self.where))


class TeamPlaces(NamedTuple):
    """Everybody who works today, as of `now`: the shortest drive to the visit first, or who is free first where there is none."""

    day: datetime.date
    now: int
    times: Times
    visit: Visit | None
    members: tuple[TechnicianPlace, ...]


def team(store: Store, reference: str = "") -> TeamPlaces:
    """Where everybody is who works today.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        visit = find(store, reference) if reference else None
        today, now = settings.today(store), store.clock.now()
        board, drives = board_view.board(store, today, office=False), drive_times.drives_on(store, today)
    members = []
    for row in in_order(board, BoardOrder.FREE, now).rows:
        if row.shift is not None and row.shift[1] > now:
            where, place = last_known(row)
            leg = None if visit is None else drives(place, visit.place, now)
            members.append(TechnicianPlace(row.technician_id, row.name, where, place, free_time(row, now), leg))
    if visit is not None:
        members.sort(key=lambda one: (one.leg is None or one.leg.seconds is None, (one.leg and one.leg.seconds) or 0))
    return TeamPlaces(today, now, board.times, visit, tuple(members))
