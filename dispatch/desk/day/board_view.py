"""The main views as plain data: the board, a technician's day and a stop of it. Read in one snapshot each."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

from db import clients, mails, messages, people, remote_work, settings, stays, visits
from db.legs import HOME
from db.store import Store, existing
from db.tallies import tallies
from dispatch.desk.day import continuity, run_of_days
from dispatch.desk.day.glance import breaks_at
from dispatch.desk.day.running import Reaching, RunningDay, access_of, drive_lazily, read_day, running_day
from dispatch.desk.firm.shifts import available_minutes, lunch_of, shift_of
from dispatch.desk.levels.clocks import VisitClock, clocks_of, next_clock, promised_by
from dispatch.desk.visits.steps import find
from dispatch.model.boards import Board, BoardRow, BoardVisit, CallAhead, Tally
from dispatch.model.clients import Contact, Site
from dispatch.model.firm import Firm
from dispatch.model.forms import shared
from dispatch.model.instants import day_bounds
from dispatch.model.mail import Mail
from dispatch.model.messages import Call, CallOutcome
from dispatch.model.people import Absence, Spans, Technician
from dispatch.model.states import AHEAD, ENDED, OCCUPYING, State
from dispatch.model.travel import Leg
from dispatch.model.visits import Visit
from dispatch.planning.calls import CALLS_COUNT_FOR, ESCALATED_AFTER, DueCall, awaited, due_calls


def board(
    store: Store,
    day: datetime.date,
    only: str | None = None,
    *,
    office: bool | None = None,
    waiting: Sequence[BoardVisit] | None = None,
) -> Board:
    """The firm's day: a row for each technician, the unscheduled queue sorted by what breaks first, and what is on hold.

    The queue holds what is wanted on that day, what was wanted before it (overdue) and the undated.

    Args:
        only: a technician, by name or login: their row alone. It costs a fraction, and hardly more in a large firm.
        office: whether with what only the office looks at: service levels and what is late by them, what waits, whom to call,
            messages. None: where it is not one technician's row.
        waiting: `waiting_cards` of that day or of a later one, where they were read already for a board of several days. What the
            board of this day beside that one does not tell is not read: how far the checklists have come.
    """
    office = only is None if office is None else office
    with store.read():
        firm = settings.firm(store)
        starts_at, ends_at = day_bounds(day, firm.zone)
        named = None if only is None else people.technician_by_name(store, only)
        technicians = people.technicians(store) if only is None else [] if named is None else [named]
        theirs = None if only is None else [technician.id for technician in technicians]
        placed = visits.placed_between(store, starts_at, ends_at, technicians=theirs)
        away = remote_work.remote_between(store, starts_at, ends_at)
        if only is None:
            technicians = with_gone(store, technicians, placed)
        done = tallies(store, [visit.id for visit in placed]) if waiting is None else {}
        access = access_of(placed, clients.access_hours(store, {visit.site_id for visit in placed}), starts_at, ends_at)
        ring = clients.whom_to_ring(store)
        if waiting is None:
            waiting = waiting_cards(store, day, ring) if office else []
        waiting = [visit for visit in waiting if visit.wanted_on is None or visit.wanted_on <= day]
        clocks = clocks_of(store, [visit for visit in placed if visit.state not in ENDED]) if office else {}
        called = messages.calls_since(store, day_bounds(day - CALLS_COUNT_FOR, firm.zone)[0]) if office else {}
        expecting = awaited(called, starts_at, ends_at)
        gone = visits.visits_by_id(store, list(expecting.keys() - {visit.id for visit in placed}))
        in_vain = [(visit, expecting[visit.id]) for visit in gone if visit.state not in ENDED]
        now = store.clock.now()
        asked_for = mails.to_call(store) if office else []
        by_mail = {one.id: one for one in visits.visits_by_id(store, [existing(mail.visit_id) for mail in asked_for])}
        running = read_day(store, day, placed, access, drive_lazily(store, day), promised_by(clocks, "onsite"))
        courses = {technician.id: running_day(technician, running) for technician in technicians}

    def card(visit: Visit, leg: Leg | None, technician_id: int) -> BoardVisit:
        shown = _card(visit, day, leg, technician_id, done.get(visit.id), access, ring)
        return _ahead(_clocked(shown, clocks), courses[technician_id], called, ends_at)

    def row(technician: Technician) -> BoardRow:
        own_legs, own = running.legs.get(technician.id, {}), running.own.get(technician.id, ())
        cards = (
            *(_reaching(card(one.visit, None, technician.id), one) for one in running.reaching.get(technician.id, ())),
            *sorted(
                (
                    *(card(visit, own_legs.get(visit.id), technician.id) for visit in own),
                    *(
                        _card(one, day, None, technician.id, None, {}, ring)
                        for one in away
                        if one.assignment_of(technician.id)
                    ),
                ),
                key=lambda visit: visit.start or 0,
            ),
        )
        shown, ahead = _row(technician, cards, own_legs, day, firm), courses[technician.id].projection
        return shown._replace(home_at=ahead.home_at, overtime=ahead.overtime)

    calls_due = {
        call.visit_id: call for call in _call_list(placed, in_vain, courses, called, ring, now, firm.late_minutes)
    }
    for mail in asked_for:
        visit = by_mail[existing(mail.visit_id)]
        # it stands on the list of today, whenever the visit is, and on that of the visit's day
        if visit.state not in ENDED and any(starts_at <= at < ends_at for at in (now, visit.starts_at or 0)):
            _add_mail(calls_due, mail, visit, called, ring, now)
    return Board(
        firm=firm.name,
        day=day,
        zone=firm.zone,
        unit=firm.distance_unit,
        hours24=firm.clock_hours == 24,
        starts_at=starts_at,
        ends_at=ends_at,
        now=now,
        rows=tuple(map(row, technicians)),
        queue=tuple(visit for visit in waiting if visit.state is State.REQUESTED),
        on_hold=tuple(visit for visit in waiting if visit.state is State.ON_HOLD),
        calls=tuple(sorted(calls_due.values(), key=lambda call: (call.due, call.expected, call.visit_id))),
        trouble=messages.trouble(store, now).words if office else "",
        mails=mails.waiting(store) if office else 0,
    )


def waiting_cards(store: Store, day: datetime.date, ring: Mapping[int, tuple[str, str]]) -> list[BoardVisit]:
    """What waits for a time, or is on hold, and is wanted by a day or on no day, by what breaks first; so do days
    without a place of visits of several. `ring`: `whom_to_ring`."""
    zone = settings.firm(store).zone
    every = (*visits.queued(store), *map(run_of_days.waiting_day, visits.lacking_days(store), repeat(zone)))
    waiting = [visit for visit in every if visit.wanted_on is None or visit.wanted_on <= day]
    access = access_of(
        waiting, clients.access_hours(store, {visit.site_id for visit in waiting}), *day_bounds(day, zone)
    )
    clocks = clocks_of(store, waiting)
    cards = [_clocked(_card(visit, day, None, None, None, access, ring), clocks) for visit in waiting]
    return sorted(cards, key=lambda visit: _breaks_first(visit, zone))


def placed_card(visit: Visit, day: datetime.date, technician_id: int) -> BoardVisit:
    """A placed visit of a technician as it is planned, without what the running day makes of it."""
    return _card(visit, day, None, technician_id, None, {}, {})


def _clocked(card: BoardVisit, clocks: Mapping[int, Sequence[VisitClock]]) -> BoardVisit:
    """A visit with the service-level clock that breaks first."""
    if (first := next_clock(clocks.get(card.id, ()))) is None:
        return card
    return card._replace(level=first.reading.state.value, clock=first.label, due=first.reading.due)


def with_gone(store: Store, technicians: list[Technician], placed: Iterable[Visit]) -> list[Technician]:
    """The technicians with those who have left and still have visits among `placed`, so that none is on no board."""
    present = {technician.id for technician in technicians}
    away = {part.technician_id for visit in placed for part in visit.assignments} - present
    left = [one for technician_id in sorted(away) if (one := people.technician(store, technician_id)) is not None]
    return [*technicians, *left]


def _reaching(card: BoardVisit, stay: Reaching) -> BoardVisit:
    """A visit that began before the day: from when to when it takes its technician, and no more than that."""
    ahead = (stay.start, stay.end) if card.state not in ENDED else None
    return card._replace(reaches_in=True, projected=ahead, late=None, slack=None, leg=None)


def _ahead(card: BoardVisit, running: RunningDay, called: Mapping[int, tuple[Call, ...]], ends_at: int) -> BoardVisit:
    """A visit with how it will go. One that falls out of the day stays where it is planned, and is marked late."""
    promises = [call.promised for call in called.get(card.id, ()) if call.outcome is CallOutcome.ANSWERED]
    card = card._replace(told=promises[-1] if promises else None)
    if (ahead := running.projection.stop(card.id)) is None:
        return card
    projected = (ahead.arrival, ahead.end) if ahead.arrival < ends_at else None
    return card._replace(projected=projected, late=ahead.late, slack=ahead.slack)


def _call_list(
    placed: Iterable[Visit],
    in_vain: Iterable[tuple[Visit, int]],
    courses: Mapping[int, RunningDay],
    called: Mapping[int, tuple[Call, ...]],
    ring: Mapping[int, tuple[str, str]],
    now: int,
    late_minutes: int,
) -> Iterator[CallAhead]:
    """Whom to call, first the call that is due first. A crew's visit goes by its first technician. `in_vain`
    somebody is expected on the day: the visit has gone to another day or back into the queue."""
    by_id = {visit.id: visit for visit in placed if visit.assignments}
    stops = {}
    for visit in by_id.values():
        running = courses.get(visit.assignments[0].technician_id)
        if running is not None and (ahead := running.projection.stop(visit.id)) is not None:
            stops[visit.id] = next(stop for stop in running.stops if stop.visit_id == visit.id), ahead
    for due in due_calls(stops, called, now, late_minutes):
        yield _call(by_id[due.visit_id], ring, due)
    for visit, expected in in_vain:
        arrival = visit.starts_at or expected
        yield _call(visit, ring, DueCall(visit.id, expected, arrival, expected, absent=True), proposed=expected)


def _add_mail(
    calls_due: dict[int, CallAhead],
    mail: Mail,
    visit: Visit,
    called: Mapping[int, tuple[Call, ...]],
    ring: Mapping[int, tuple[str, str]],
    now: int,
) -> None:
    """Put a client on the list whose mail asks for a call, or say it where they are on it already."""
    if (known := calls_due.get(visit.id)) is not None:
        calls_due[visit.id] = known._replace(due=min(known.due, mail.came_at), mail=mail.id, says=mail.why)
        return
    tries = tuple(
        call for call in called.get(visit.id, ()) if call.at >= mail.came_at and call.outcome is CallOutcome.UNANSWERED
    )
    expected = visit.starts_at or mail.came_at
    escalated = bool(tries) and now >= tries[0].at + ESCALATED_AFTER
    due = DueCall(visit.id, expected, expected, mail.came_at, tries, escalated)
    calls_due[visit.id] = _call(visit, ring, due)._replace(mail=mail.id, says=mail.why, late=False)


def _call(visit: Visit, ring: Mapping[int, tuple[str, str]], due: DueCall, **more: int) -> CallAhead:
    contact, phone = ring.get(visit.client_id, ("", ""))
    tried = {"tried_at": tuple(call.at for call in due.tries), "tried_by": due.tries[-1].by if due.tries else ""}
    known = shared(CallAhead, visit) | shared(CallAhead, due) | tried | more
    return CallAhead(**known, technician=next(iter(visit.crew), ""), contact=contact, phone=phone)


def _card(
    visit: Visit,
    day: datetime.date,
    leg: Leg | None,
    technician_id: int | None,
    tally: Tally | None,
    access: Mapping[int, Spans],
    ring: Mapping[int, tuple[str, str]],
) -> BoardVisit:
    parts = [part for part in visit.assignments if technician_id in (None, part.technician_id)]
    known = (
        shared(BoardVisit, visit)
        | shared(BoardVisit, tally or Tally())
        | {"skills": tuple(sorted(visit.skills)), "promised": visit.awaited}
    )
    return BoardVisit(
        **known,
        start=visit.starts_at,
        end=visit.ends_at,
        access=access.get(visit.site_id, ()),
        leg=leg,
        actual_depart=min((part.depart_at for part in parts if part.depart_at is not None), default=None),
        actual_in=min((part.check_in_at for part in parts if part.check_in_at is not None), default=None),
        actual_out=max((part.check_out_at for part in parts if part.check_out_at is not None), default=None),
        overdue=visit.state is State.REQUESTED and visit.due_on is not None and visit.due_on < day,
        not_billable=tuple(part.technician for part in visit.assignments if not part.billable),
        phone=ring.get(visit.client_id, ("", ""))[1],
        unseen=visit.state is State.DISPATCHED and any(part.seen_at is None for part in parts),
    )


def _row(
    technician: Technician, own: tuple[BoardVisit, ...], own_legs: Mapping[int, Leg], day: datetime.date, firm: Firm
) -> BoardRow:
    taking = [visit for visit in own if visit.state in OCCUPYING and not visit.reaches_in]
    shift = shift_of(technician, day, firm.zone)
    starts_at, ends_at = day_bounds(day, firm.zone)
    absences = tuple(
        Absence(max(absence.starts_at, starts_at), min(absence.ends_at, ends_at), absence.reason)
        for absence in technician.absences
        if absence.starts_at < ends_at and absence.ends_at > starts_at
    )
    spans = [
        (visit.start, visit.end, visit.leg.seconds if visit.leg else None)
        for visit in taking
        if visit.start is not None and visit.end is not None
    ]
    home = own_legs.get(HOME)
    driven = [visit.leg for visit in taking if visit.way == "on_site"]
    driven += [home] if driven else []
    metres = [leg.metres for leg in driven if leg is not None and leg.metres is not None]
    known = [leg for leg in driven if leg is not None and leg.known]
    return BoardRow(
        technician_id=technician.id,
        name=technician.name,
        skills=tuple(sorted(technician.skills)),
        shift=shift,
        lunch=lunch_of(technician, day, firm.zone, spans),
        absences=absences,
        visits=own,
        leg_home=home if driven else None,
        busy=sum((end - start) // 60 for start, end, _ in spans),
        available=available_minutes(technician, day, firm.zone),
        metres=sum(metres) if len(metres) == len(driven) else None,
        unknown_legs=len(driven) - len(known),
        home=technician.home,
        ends=technician.ends,
        address=technician.home_address,
    )


def _breaks_first(visit: BoardVisit, zone: str) -> tuple[bool, bool, int, int, str]:
    """Emergencies, then what has the least time left; by priority where that is the same. What breaks nothing comes last."""
    at = breaks_at(visit, zone)
    return not visit.emergency, at is None, at or 0, visit.priority, visit.reference


FORGOTTEN_AFTER = 90 * 60
"""Seconds past the planned end after which it is asked whether the check-out was forgotten. Nobody is hurried: the question
stands on the technician's own day, and is answered with a time (design/close-out.md R5)."""


class StopPlace(NamedTuple):
    """Where a stop is, how to get in, whom to ask for; until somebody is there also what to know `before` the door."""

    client: str
    work: str
    site: Site
    contacts: tuple[Contact, ...]
    before: tuple[tuple[str, str], ...] = ()


class Forgotten(NamedTuple):
    """A visit at which somebody still seems to be."""

    reference: str
    client: str
    arrived_at: int


def stop_place(store: Store, reference: str) -> StopPlace:
    """The place of a visit, read in one snapshot.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        visit = find(store, reference)
        site, client = existing(clients.site(store, visit.site_id)), existing(clients.client(store, visit.client_id))
        before = (
            continuity.before_the_door(store, visit) if visit.state in AHEAD or visit.state is State.EN_ROUTE else ()
        )
        return StopPlace(visit.client, visit.work, site, tuple(client.contacts), before)


def forgotten(store: Store, staff_id: int, now: int) -> list[Forgotten]:
    """The visits that a technician has probably left without checking out."""
    return [Forgotten(*row) for row in stays.still_there(store, staff_id, now - FORGOTTEN_AFTER)]
