"""Recurring visits: made ahead of time, and made anew when their rule changes, without touching what has begun."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from db import agreements, clients, recurrences, settings, visits
from db.store import Store
from db.unit import Unit
from db.visits import NewVisit
from dispatch.desk.seat import Seat
from dispatch.model.instants import AmbiguousTime, at_local, day_of
from dispatch.model.recurrences import Recurrence
from dispatch.model.states import Role, State
from dispatch.model.visits import Visit
from dispatch.planning.recurring import WEEKDAYS, WorkingDay, occurrences, parse_rule

AHEAD = datetime.timedelta(weeks=8)
"""Visits are made so far ahead."""
SLACK = datetime.timedelta(weeks=1)
"""They are made again when less than this is missing from it, so that it is a deed of once a week and not of every start."""


def working_day(store: Store) -> WorkingDay:
    """Whether the firm works on a day: a weekday of the rate card's opening hours and none of its holidays.

    Without a rate card it works from Monday to Friday.
    """
    cards = {}

    def working(day: datetime.date) -> bool:
        month = day.replace(day=1)
        if month not in cards:
            cards[month] = agreements.rate_card_on(store, day)
        card = cards[month]
        if card is None:
            return day.weekday() < 5
        hours, holidays = card.card.get("hours"), card.card.get("holidays", ())
        opens = bool(hours.get(WEEKDAYS[day.weekday()])) if isinstance(hours, dict) else day.weekday() < 5
        return opens and day.isoformat() not in holidays

    return working


def make_ahead(seat: Seat) -> list[Visit]:
    """Make the visits of every recurrence as far ahead as they are wanted; returns the new ones. Without any it writes nothing.

    Raises:
        NotAllowed: only a dispatcher or a lead makes visits.
    """
    today = day_of(seat.now, seat.firm.zone)
    if not recurrences.made_short_of(seat.store, today + AHEAD - SLACK):
        return []
    with seat.write("make recurring visits", Role.DISPATCHER, Role.LEAD) as unit:
        made = []
        due = recurrences.made_short_of(seat.store, today + AHEAD - SLACK)
        if not due:
            unit.leave_unchanged()  # another board was first
        for one in due:
            made += _make(unit, seat.store, one, today)
        return [visit for key in made if (visit := visits.visit_by_id(seat.store, key)) is not None]


def remake(unit: Unit, store: Store, recurrence: Recurrence) -> None:
    """Let the visits follow a recurrence that was added, changed, archived or taken back.

    Visits that are still as they were made are put away or made anew; what is planned or has begun is left alone.
    """
    today = day_of(store.clock.now(), settings.firm(store).zone)
    recurrence = replace(recurrence, made_until=None)
    wanted = set() if recurrence.archived else set(_days(store, recurrence, today, today + AHEAD))
    for visit in visits.of_recurrence(store, recurrence.id):
        if visit.state is not State.REQUESTED or visit.wanted_on is None or visit.wanted_on < today:
            continue
        if visit.occurrence not in wanted or not _is_as_made(store, recurrence, visit):
            visits.change(unit, visit, archived_at=unit.at)
            unit.audit("visit", visit.id, archived=True, recurrence=recurrence.id)
    if recurrence.archived:
        recurrences.set_made_until(unit, recurrence.id, None)
    else:
        _make(unit, store, recurrence, today)


def left_standing(store: Store, recurrence: Recurrence) -> list[Visit]:
    """Visits of a recurrence that are planned or begun although its rule no longer asks for them, or asks otherwise."""
    today = day_of(store.clock.now(), settings.firm(store).zone)
    wanted = set() if recurrence.archived else set(_days(store, recurrence, today, today + AHEAD))
    return [
        visit
        for visit in visits.of_recurrence(store, recurrence.id)
        if visit.state not in (State.REQUESTED, State.CANCELLED, *_OVER)
        and visit.wanted_on is not None
        and visit.wanted_on >= today
        and (visit.occurrence not in wanted or not _is_as_made(store, recurrence, visit))
    ]


_OVER = (State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED)


def preview(store: Store, recurrence: Recurrence, count: int) -> list[datetime.date]:
    """The next days on which it asks for a visit."""
    today = day_of(store.clock.now(), settings.firm(store).zone)
    return _days(store, recurrence, today, today + datetime.timedelta(days=3 * 366))[:count]


def _make(unit: Unit, store: Store, recurrence: Recurrence, today: datetime.date) -> list[int]:
    there = {visit.occurrence for visit in visits.of_recurrence(store, recurrence.id)}
    first = today if recurrence.made_until is None else max(today, recurrence.made_until + datetime.timedelta(days=1))
    last = today + AHEAD
    made = [
        visits.add_visit(unit, store, _request(store, recurrence, day))
        for day in _days(store, recurrence, first, last)
        if day not in there
    ]
    recurrences.set_made_until(unit, recurrence.id, last)
    unit.audit("recurrence", recurrence.id, made_until=last.isoformat(), visits=len(made))
    return made


def _days(store: Store, one: Recurrence, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    if one.ends_on is not None:
        last = min(last, one.ends_on)
    return occurrences(parse_rule(one.rule), one.starts_on, first, last, working_day(store), onto_next=one.onto_next)


def _request(store: Store, one: Recurrence, day: datetime.date) -> NewVisit:
    site = clients.site(store, one.site_id)
    assert site is not None
    return NewVisit(
        reference=visits.next_reference(store),
        client_id=site.client_id,
        site_id=site.id,
        work=one.work,
        minutes=one.minutes,
        priority=one.priority,
        requested_at=store.clock.now(),
        wanted_on=day,
        promised=_promised(one, day, site.zone),
        skills=frozenset(one.skills),
        tags=frozenset(one.tags),
        preferred_id=one.preferred_id,
        kind=one.kind,
        recurrence_id=one.id,
        occurrence=day,
    )


def _promised(one: Recurrence, day: datetime.date, zone: str) -> tuple[int, int] | None:
    if one.promised is None:
        return None
    try:
        opens, closes = (at_local(day, minute, zone) for minute in one.promised)
    except (AmbiguousTime, ValueError):
        # the clock changes in the window on this one day: no promise is better than a wrong one
        return None
    return opens, closes


def _is_as_made(store: Store, one: Recurrence, visit: Visit) -> bool:
    """Whether a visit asks for what its recurrence would ask for on that day."""
    if visit.occurrence is None:
        return False
    now = _request(store, one, visit.occurrence)
    same: Sequence[tuple[object, object]] = (
        (visit.site_id, now.site_id),
        (visit.work, now.work),
        (visit.minutes, now.minutes),
        (visit.priority, now.priority),
        (visit.promised, now.promised),
        (visit.skills, now.skills),
        (visit.tags, now.tags),
        (visit.preferred_id, now.preferred_id),
        (visit.kind, now.kind),
    )
    return all(mine == theirs for mine, theirs in same)
