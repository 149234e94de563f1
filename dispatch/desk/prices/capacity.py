"""Whether the firm can keep what an agreement promises, asked when it is saved (design/service-levels.md D7)."""

from __future__ import annotations

import datetime

from db import agreements, clients, people, settings, visits
from db.store import Store
from dispatch.desk.firm.shifts import shift_of
from dispatch.desk.levels.clocks import calendar_for, default_targets, terms_of
from dispatch.levels.calendar import MINUTE
from dispatch.levels.targets import WEEKS, SiteDrive, warnings
from dispatch.model.agreements import Agreement
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.states import OCCUPYING


def warnings_of(store: Store, agreement: Agreement) -> list[str]:
    """What speaks against the promises of an agreement, a sentence each."""
    with store.read():
        firm = settings.firm(store)
        today = day_of(store.clock.now(), firm.zone)
        calendar = calendar_for(agreements.hours_by_day(store), firm, agreement)
        newest = max((since for since, _ in agreement.promised), default=today)
        terms = terms_of(calendar, default_targets(firm), agreement, max(today, newest))
        days = [today - datetime.timedelta(days=back) for back in range(1, WEEKS * 7 + 1)]
        first, last = day_bounds(days[-1], firm.zone)[0], day_bounds(today, firm.zone)[0]
        available = 0
        for technician in people.technicians(store):
            for day in days:
                shift = shift_of(technician, day, firm.zone)
                if shift is None:
                    continue
                away = sum(
                    terms.calendar.counted(max(shift[0], absence.starts_at), min(shift[1], absence.ends_at))
                    for absence in technician.absences
                )
                available += max(0, terms.calendar.counted(*shift) - away)
        booked = sum(
            (visit.ends_at - visit.starts_at) // MINUTE * len(visit.assignments)
            for visit in visits.placed_between(store, first, last)
            if visit.state in OCCUPYING and visit.starts_at is not None and visit.ends_at is not None
        )
        drives = [SiteDrive(site.name, site.one_way_minutes) for site in clients.sites_of(store, agreement.client_id)]
        onsite = {f"P{priority}": targets.onsite for priority, targets in terms.targets.items()}
        return warnings(onsite, drives, firm.buffer_minutes, booked, available)
