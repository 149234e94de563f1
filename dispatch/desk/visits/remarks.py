"""What will matter when a request is planned or charged, though it can be taken: said of a form, a line, a command and a file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from db import agreements, clients, people, settings, visits
from db.store import Store, existing
from dispatch.fields.kinds import clock
from dispatch.model.clients import Site
from dispatch.model.instants import day_of, day_text
from dispatch.model.people import openings_on
from dispatch.model.requests import Request
from dispatch.model.skills import abilities
from dispatch.model.states import AHEAD, QUEUED
from dispatch.model.visits import Visit
from dispatch.planning.obstacles import too_long

A_WEEK = 7
"""Days within which somebody works again."""


def remarks_on(store: Store, visit: Visit, before: Visit | None = None) -> list[str]:
    """What is to be known of the request of a visit as it stands, and was not `before` it was changed."""
    remarks, stood = Remarks(store), set[str]()
    if before is not None:
        stood.update(remarks.of(Request.of(before), existing(clients.site(store, before.site_id)), before.promised))
    site = existing(clients.site(store, visit.site_id))
    said = remarks.of(Request.of(visit), site, visit.promised, None if visit.after_id is None else visit.after)
    return [remark for remark in said if remark not in stood]


class Remarks:
    """What a firm has that matters to requests, read once for many of them."""

    def __init__(self, store: Store) -> None:
        self._store, self._firm, self._now = store, settings.firm(store), store.clock.now()
        self._technicians = people.technicians(store)
        self._workdays = {hours.weekday for one in self._technicians for hours in one.shifts}
        self._last_days: dict[int, datetime.date | None] = {}
        for agreement in agreements.all_agreements(store):
            # without an end is the latest of all
            known = self._last_days.get(agreement.client_id, agreement.ends)
            self._last_days[agreement.client_id] = agreement.ends and known and max(agreement.ends, known)

    def of(
        self, request: Request, site: Site, promised: tuple[int, int] | None, after: str | None = None
    ) -> Iterator[str]:
        """What is to be known of a request.

        Args:
            request: what is asked for.
            site: where.
            promised: its window as instants.
            after: the reference of the visit that it comes after, where that is one that stands.
        """
        zone = self._firm.zone_at(site)
        if site.place is None:
            yield "the site has no coordinates: drives to it are unknown"
        # who is on call for emergencies comes out beside the shift
        if not request.emergency and (
            sentence := self.longer_than_a_day(request.minutes, abilities(request.skills, request.equipment))
        ):
            yield sentence
        date = request.wanted_on
        if date is not None and site.access and promised is not None:
            open_at = openings_on(site.access, date, zone)
            if not any(opens <= promised[0] and promised[1] <= closes for opens, closes in open_at):
                hours = (one for one in site.access if one.weekday == date.weekday())
                opening = ", ".join(f"{clock(one.opens)}–{clock(one.closes)}" for one in hours) or "closed"
                yield f"the promised window is outside the access hours ({opening})"
        last_day = self._last_days.get(site.client_id)
        if last_day is not None and last_day < (date or day_of(self._now, zone)):
            yield f"the client's agreement ended on {day_text(last_day)}"
        if after and (other := visits.visit_by_reference(self._store, after)) is not None:
            yield from self._behind(request, promised, other)

    def longer_than_a_day(self, minutes: int, skills: frozenset[str]) -> str:
        """That work takes longer than the day of anybody who can do it; empty where it does not.

        Args:
            minutes: of work, without the time for tests.
            skills: what it needs, as abilities (dispatch.model.skills).
        """
        days = [
            ((hours.closes - hours.opens) * 60, technician.name)
            for technician in self._technicians
            if skills <= technician.able
            for hours in technician.shifts
        ]
        overtime = self._firm.plan_overtime_minutes * 60
        return too_long(self._firm.stay_minutes(minutes) * 60, days, overtime)

    def _behind(self, request: Request, promised: tuple[int, int] | None, other: Visit) -> Iterator[str]:
        """That what it comes after is over too late for it, wherever that is placed from now on."""
        zone = self._firm.zone
        last = min(
            (day for day in (request.latest_on, promised and day_of(promised[1], zone)) if day is not None),
            default=None,
        )
        if last is None or other.state not in QUEUED | AHEAD:
            return
        over = self._over(other)
        first = over + datetime.timedelta(days=request.after_minutes // (24 * 60) or request.after_day == "later")
        if first > last:
            its = "its latest day" if last == request.latest_on else "its promise"
            earliest = f"over on {day_text(over)} at the earliest"
            yield f"comes after {other.reference}, {earliest}: too late for {its}, {day_text(last)}"

    def _over(self, other: Visit) -> datetime.date:
        """The first day on which a visit may be over."""
        if not other.without_place and other.starts_at is not None:
            return day_of(existing(other.on_day(other.days).starts_at), self._firm.zone)
        today = day_of(self._now, self._firm.zone)
        day = max(today, other.wanted_on or today)
        if other.starts_at is not None:
            day = day_of(other.starts_at, self._firm.zone)
        for _ in range(other.days - other.next_day):
            day += datetime.timedelta(days=1)
            for _ in range(A_WEEK):
                if day.weekday() in self._workdays:
                    break
                day += datetime.timedelta(days=1)
        return day
