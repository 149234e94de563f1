"""Hours of each skill that are wanted in the weeks to come, from what is kept (design/account-care.md E16)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from fractions import Fraction

from db import agreements, dated_terms, holidays, people, settings, visits
from db.store import Store
from dispatch.care.skill_demand import WEEKS, ClientWork, Holder, SkillsWanted, skills_wanted
from dispatch.desk.firm.shifts import available_minutes, shift_of
from dispatch.model.agreements import Agreement
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.people import Technician
from dispatch.model.skills import spoken
from dispatch.model.states import ENDED
from dispatch.model.visits import Visit

_A_YEAR = 365
_MONTHS = 12


def skills_ahead(store: Store, new: Agreement | None = None) -> SkillsWanted:
    """What is wanted of each skill in the eight weeks from today, and who has it; as if a `new` or changed agreement stood
    already."""
    with store.read():
        zone = settings.firm(store).zone
        today = day_of(store.clock.now(), zone)
        days = [today + datetime.timedelta(days=number) for number in range(WEEKS * 7)]
        until = day_bounds(days[-1], zone)[1]
        since = day_bounds(today - datetime.timedelta(days=len(days)), zone)[0]
        standing, asked, names = defaultdict[int, list[Visit]](list), defaultdict[int, list[Visit]](list), {}
        placed = visits.placed_between(store, day_bounds(today, zone)[0], until)
        queued = (visit for visit in visits.queued(store) if visit.wanted_on is None or visit.wanted_on <= days[-1])
        for visit in {visit.id: visit for visit in (*placed, *queued)}.values():
            if visit.state not in ENDED and not visit.remote:
                standing[visit.client_id].append(visit)
        for visit in visits.asked_since(store, since):
            if not visit.remote:
                asked[visit.client_id].append(visit)
        for visit in (one for found in (*standing.values(), *asked.values()) for one in found):
            names[visit.client_id] = visit.client
        promised = _promised(store, days, new)
        hours, closed = agreements.hours_by_day(store), holidays.days(store)
        work = [
            ClientWork(names.get(one, ""), standing[one], asked[one], promised.get(one, 0))
            for one in {*names, *promised}
        ]
        cards = {day: dated_terms.in_force(hours, day) or {} for day in days}
        opened = [
            day for day in days if day not in closed and day.isoformat() not in (cards[day].get("holidays") or ())
        ]
        return skills_wanted(work, [_holder(one, opened, zone) for one in people.technicians(store)])


def short_for(store: Store, agreement: Agreement) -> list[str]:
    """What speaks against an agreement where the client's work needs skills of which there is too little, a sentence each."""
    known = {
        skill for visit in visits.of_client(store, agreement.client_id) for skill in (*visit.skills, *visit.crew_skills)
    }
    return (
        [f"In the next {WEEKS} weeks {one.sentence}." for one in skills_ahead(store, agreement).too_little(known)]
        if known
        else []
    )


def _promised(store: Store, days: list[datetime.date], new: Agreement | None) -> dict[int, int]:
    """How many visits the agreements that are in force on these days promise, by client: the target of a month, day by day."""
    shares = defaultdict[int, Fraction](Fraction)
    stand = [one for one in agreements.all_agreements(store) if new is None or one.id != new.id]
    for agreement in (*stand, *([] if new is None else [new])):
        for day in days:
            if agreement.covers(day):
                shares[agreement.client_id] += Fraction(agreement.service_on(day).cadence_target * _MONTHS, _A_YEAR)
    return {client_id: round(share) for client_id, share in shares.items()}


def _holder(technician: Technician, days: list[datetime.date], zone: str) -> Holder:
    minutes = [available_minutes(technician, day, zone) for day in days]
    away = sum(
        not given and shift_of(technician, day, zone) is not None for day, given in zip(days, minutes, strict=True)
    )
    minutes_planned = sum(minutes) * technician.cap_pct // 100
    return Holder(technician.name, frozenset(spoken(technician.skills)), technician.able, minutes_planned, away)
