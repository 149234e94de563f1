"""Clients as account care sees them, read all at once from what is kept."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from db import (
    agreements,
    care,
    clients,
    clocks,
    equipment,
    people,
    prepaid_use,
    proposals,
    service_plans,
    settings,
    sheets,
    visits,
)
from db.care import VisitOutcome
from db.clocks import Facts
from db.store import Store
from dispatch.care.account import Account, Allowance, CareVisit, EquipmentEnd, well_suited
from dispatch.care.item import Workdays
from dispatch.desk.charges.comparing import DAYS, plan_fee
from dispatch.desk.levels.clocks import VisitClock, clocks_of, hours_form
from dispatch.model.agreements import WEEKDAYS, Agreement
from dispatch.model.forms import shared
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.states import ENDED, OPEN_ON_SITE, QUEUED, State
from dispatch.model.visits import Visit

LOOKED_BACK = 120
"""So many days back, from the first of that month on, visits are looked at, and targets that were missed. Of what is older only the
rare is: audits, reviews, what a client was not satisfied with."""
_FELT = frozenset({"onsite", "resolution"})
"""The targets of which two that are missed make a client unhappy (E7)."""
_COMPLETED = frozenset({State.CLOSED, State.LEFT_OPEN})
_TESTED = _COMPLETED | OPEN_ON_SITE


@dataclass(frozen=True, slots=True)
class CareCalendar:
    """The day, the zone and the working days by which care counts: those of the rate card."""

    today: datetime.date
    zone: str
    workdays: Workdays


def office(store: Store) -> CareCalendar:
    """The day and the working days of today."""
    firm = settings.firm(store)
    form = hours_form(agreements.hours_by_day(store), firm, day_of(store.clock.now(), firm.zone))
    zone, hours = str(form["timezone"]), form["hours"]
    open_on = frozenset(number for number, name in enumerate(WEEKDAYS) if hours.get(name))
    holidays = frozenset(datetime.date.fromisoformat(str(day)) for day in form["holidays"])
    return CareCalendar(day_of(store.clock.now(), zone), zone, Workdays(open_on, holidays))


def accounts(store: Store, where: CareCalendar, only: Collection[int] | None = None) -> list[Account]:
    """Every client that is not archived; with `only`, those of these ids."""
    chosen = [client for client in clients.all_clients(store) if only is None or client.id in only]
    ids = {client.id for client in chosen}
    known = agreements.all_agreements(store)
    own_terms: dict[int, list[Agreement]] = defaultdict(list)
    for agreement in known:
        own_terms[agreement.client_id].append(agreement)
    offered, firm = service_plans.service_plans(store), settings.firm(store)
    if only is None:
        every = _looked_at(store, ids, own_terms, where)
    else:
        every = [visit for client_id in sorted(ids) for visit in visits.of_client(store, client_id)]
    of_client: dict[int, list[Visit]] = defaultdict(list)
    for visit in every:
        of_client[visit.client_id].append(visit)
    since = day_bounds(where.today - datetime.timedelta(days=LOOKED_BACK), where.zone)[0]
    recent = [visit for visit in every if visit.requested_at >= since or visit.state not in ENDED]
    facts = clocks.facts_of(store, [visit.id for visit in every])
    tested = [visit.id for visit in every if visit.state in _TESTED]
    outcomes = care.outcomes(store, tested, [visit.id for visit in every if visit.emergency])
    running = clocks_of(store, [visit for visit in recent if own_terms.get(visit.client_id)])
    spent = _spent(store, every, where)
    stands, names = equipment.of_clients(store), {person.id: person.name for person in people.all_staff(store)}
    surveys, marks, gaps = care.surveys(store), care.marks(store), care.gaps(store)
    offered_to = proposals.of_clients(store)
    found = []
    for client in chosen:
        own, terms = of_client[client.id], own_terms[client.id]
        in_force = next((each for each in reversed(terms) if each.covers(where.today)), None)
        found.append(
            Account(
                **shared(Account, client) | {"unhappy_noted_on": client.unhappy_noted_on or client.unhappy_since},
                client_id=client.id,
                well_suited=well_suited(client, firm),
                agreements=tuple(terms),
                visits=tuple(_visits([visit for visit in own if not visit.remote], outcomes, facts, where)),
                surveys=surveys.get(client.id, ()),
                breaches=tuple(_breaches(own, running, store.clock.now(), where.zone)),
                blocks=agreements.blocks_of(store, in_force.id) if in_force and "block" in in_force.kind else (),
                allowance=None if in_force is None else _allowance(store, in_force, where.today),
                spent=spent.get(client.id, 0),
                smallest_fee=min(filter(None, (plan_fee(plan, client).amount for plan in offered)), default=None),
                marks=marks.get(client.id, ()),
                gaps=gaps.get(client.id, ()),
                ends=tuple(
                    EquipmentEnd(piece.id, what, piece.name, day, names.get(piece.owner_id or 0, ""))
                    for piece in stands.get(client.id, ())
                    for what, day in piece.ends
                ),
                ends_days=firm.ends_days,
                proposals=offered_to.get(client.id, ()),
            )
        )
    return found


def _looked_at(
    store: Store, ids: Collection[int], terms: Mapping[int, Sequence[Agreement]], where: CareCalendar
) -> list[Visit]:
    """The visits by which all clients are judged. One with an agreement who had no contact lately is judged by the last, whenever
    that was: of those it is every visit."""
    first = (where.today - datetime.timedelta(days=LOOKED_BACK)).replace(day=1)
    since = day_bounds(first, where.zone)[0]
    every = [visit for visit in visits.cared_for(store, since) if visit.client_id in ids]
    met = {visit.client_id for visit in every if _is_contact(visit) and (visit.ended_at or 0) >= since}
    unmet = [
        client_id
        for client_id in sorted(set(ids) - met)
        if any(each.covers(where.today) for each in terms.get(client_id, ()))
    ]
    return [visit for visit in every if visit.client_id not in unmet] + [
        visit for client_id in unmet for visit in visits.of_client(store, client_id)
    ]


def _is_contact(visit: Visit) -> bool:
    return visit.state in _COMPLETED and visit.cause != "own_failure" and not visit.remote


def _visits(
    own: Sequence[Visit], outcomes: Mapping[int, VisitOutcome], facts: Mapping[int, Facts], where: CareCalendar
) -> Iterable[CareVisit]:
    healed = {visit.parent_id for visit in own if visit.state is State.CLOSED and visit.parent_id is not None}
    for visit in own:
        outcome = outcomes.get(visit.id, VisitOutcome())
        moment = visit.checked_out_at or visit.ended_at or visit.starts_at
        if moment is None and (visit.wanted_on is not None or visit.state in QUEUED):
            day = visit.wanted_on or where.today
        else:
            day = day_of(moment or visit.requested_at, where.zone)
        handed = facts[visit.id].milestones.get("report") if visit.id in facts else None
        completed = visit.state in _COMPLETED
        bad, satisfied = outcome.bad_test and visit.id not in healed, outcome.satisfied if completed else None
        yield CareVisit(
            **shared(CareVisit, visit) | shared(CareVisit, outcome) | {"bad_test": bad, "satisfied": satisfied},
            day=day,
            completed=completed,
            closed=visit.state is State.CLOSED,
            booked=visit.state not in ENDED and visit.state not in QUEUED,
            open=visit.state not in ENDED,
            own_failure=visit.cause == "own_failure",
            follow_up=visit.parent_id is not None,
            handed_over=None if handed is None else day_of(handed, where.zone),
        )


def _breaches(
    own: Sequence[Visit], running: Mapping[int, tuple[VisitClock, ...]], now: int, zone: str
) -> Iterable[datetime.date]:
    for visit in own:
        for clock in running.get(visit.id, ()):
            if clock.missed and clock.clock in _FELT:
                yield day_of(min(clock.reading.due or visit.ended_at or now, now), zone)


def _allowance(store: Store, agreement: Agreement, today: datetime.date) -> Allowance | None:
    if agreement.kind != "retainer":
        return None
    left, used = (of(store, agreement, today) for of in (prepaid_use.allowance_left, prepaid_use.allowance_used))
    return Allowance(agreement.month_of(today), used, left + used)


def _spent(store: Store, every: Iterable[Visit], where: CareCalendar) -> Mapping[int, int]:
    """The net charges of each client's visits that ended in the last 90 days."""
    since = day_bounds(where.today - datetime.timedelta(days=DAYS), where.zone)[0]
    ended = {visit.id: visit.client_id for visit in every if visit.ended_at is not None and visit.ended_at >= since}
    spent: Counter[int] = Counter()
    for visit_id, sheet in sheets.latest_sheets(store, list(ended)).items():
        spent[ended[visit_id]] += sheet.net or 0
    return spent
