"""Recurring visits: made ahead of time, and made anew when their rule changes, without touching what has begun."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace

from db import agreements, clients, recurrences, settings, visits
from db.store import Store, existing
from db.unit import Unit
from db.visits import NewVisit
from dispatch.care.item import month_end
from dispatch.desk.session.user import User
from dispatch.model.agreements import WEEKDAYS
from dispatch.model.forms import shared
from dispatch.model.instants import AmbiguousTime, at_local, day_of
from dispatch.model.requests import Recurrence
from dispatch.model.states import Role, State
from dispatch.model.visits import Visit
from dispatch.planning.recurring import Agreed, WorkingDay, occurrences, parse_rule

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


def make_ahead(user: User) -> list[Visit]:
    """Make the visits of every recurrence as far ahead as they are wanted; returns the new ones. Without any it writes nothing.

    One that follows an agreement is made anew where its visits are not those that the agreement asks for: its terms were
    changed, or a visit came to nothing and another day of the month can still make up for it.

    Raises:
        NotAllowed: only a dispatcher or a lead makes visits.
    """
    today = day_of(user.now, user.firm.zone)
    if not recurrences.made_short_of(user.store, today + AHEAD - SLACK) and not _astray(user.store, today):
        return []
    with user.write("make recurring visits", Role.DISPATCHER, Role.LEAD) as unit:
        made = []
        due = recurrences.made_short_of(user.store, today + AHEAD - SLACK)
        astray = _astray(user.store, today)
        if not due and not astray:
            unit.leave_unchanged()  # another board was first
        for recurrence in astray:
            made += remake(unit, user.store, recurrence)
        for recurrence in due:
            if recurrence not in astray:
                made += _make(unit, user.store, recurrence, today)
        return [visit for key in made if (visit := visits.visit_by_id(user.store, key)) is not None]


def _astray(store: Store, today: datetime.date) -> list[Recurrence]:
    """The recurrences by agreement whose visits are not those that are asked for now."""
    return [
        recurrence
        for recurrence in recurrences.as_agreed(store)
        if recurrence.made_until is not None and _is_astray(store, recurrence, today)
    ]


def _is_astray(store: Store, recurrence: Recurrence, today: datetime.date) -> bool:
    there = [visit for visit in visits.of_recurrence(store, recurrence.id) if visit.occurrence is not None]
    until = min(recurrence.made_until or today, today + AHEAD)
    due = _wanted(store, recurrence, today, until)
    missing = due - {visit.occurrence for visit in there}
    too_many = any(
        visit.state is State.REQUESTED and visit.wanted_on is not None and today <= visit.wanted_on <= until
        and visit.occurrence not in due
        for visit in there
    )  # fmt: skip
    return bool(missing) or too_many


def remake(unit: Unit, store: Store, recurrence: Recurrence) -> list[int]:
    """Let the visits follow a recurrence that was added, changed, archived or taken back; returns the ids of new ones.

    Visits that are still as they were made are put away or made anew; what is planned or has begun is left alone.
    """
    today = day_of(store.clock.now(), settings.firm(store).zone)
    recurrence = replace(recurrence, made_until=None)
    due = set() if recurrence.archived else _wanted(store, recurrence, today, today + AHEAD)
    for visit in visits.of_recurrence(store, recurrence.id):
        if visit.state is not State.REQUESTED or visit.wanted_on is None or visit.wanted_on < today:
            continue
        if visit.occurrence not in due or not _is_as_made(store, recurrence, visit):
            visits.change(unit, visit, archived_at=unit.at)
            unit.audit("visit", visit.id, archived=True, recurrence=recurrence.id)
    if recurrence.archived:
        recurrences.set_made_until(unit, recurrence.id, None)
        return []
    return _make(unit, store, recurrence, today)


def left_standing(store: Store, recurrence: Recurrence) -> list[Visit]:
    """Visits of a recurrence that are planned or begun although its rule no longer asks for them, or asks otherwise."""
    today = day_of(store.clock.now(), settings.firm(store).zone)
    due = set() if recurrence.archived else _wanted(store, recurrence, today, today + AHEAD)
    return [
        visit
        for visit in visits.of_recurrence(store, recurrence.id)
        if visit.state not in (State.REQUESTED, State.CANCELLED, *_OVER)
        and visit.wanted_on is not None
        and visit.wanted_on >= today
        and (visit.occurrence not in due or not _is_as_made(store, recurrence, visit))
    ]


_CAME_TO_NOTHING = (State.CANCELLED, State.NO_ACCESS, State.ABORTED)
"""Not a contact in the sense of design/account-care.md E1, and over."""
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
        for day in sorted(_wanted(store, recurrence, first, last))
        if day not in there
    ]
    recurrences.set_made_until(unit, recurrence.id, last)
    unit.audit("recurrence", recurrence.id, made_until=last.isoformat(), visits=len(made))
    return made


def _wanted(store: Store, recurrence: Recurrence, first: datetime.date, last: datetime.date) -> set[datetime.date]:
    """The days of a recurrence. One by agreement makes up in each month for what was cancelled or came to nothing in it."""
    rule = parse_rule(recurrence.rule)
    if not isinstance(rule, Agreed):
        return set(_days(store, recurrence, first, last))
    there = {
        visit.occurrence: visit for visit in visits.of_recurrence(store, recurrence.id) if visit.occurrence is not None
    }
    states = {day: _stands(store, visit) for day, visit in there.items()}
    due: set[datetime.date] = set()
    begin = first
    while begin <= last:
        end = month_end(begin)
        own = {day: state for day, state in states.items() if begin.replace(day=1) <= day <= end}
        due |= _of_month(store, recurrence, rule, begin, min(last, end), own)
        begin = end + datetime.timedelta(days=1)
    return due


def _stands(store: Store, visit: Visit) -> State:
    """How a visit counts. One that was aborted did not come to nothing where its request is in the queue again."""
    if visit.state is State.ABORTED and any(
        other.state is not State.CANCELLED for other in visits.follow_ups(store, visit.id)
    ):
        return State.PLANNED
    return visit.state


def _of_month(
    store: Store,
    recurrence: Recurrence,
    rule: Agreed,
    first: datetime.date,
    last: datetime.date,
    own: Mapping[datetime.date, State],
) -> set[datetime.date]:
    """As many days as the month still lacks: those of the rule before those that stand already before any that is free.

    `own` are the visits of the month that were made, by the day that each stands for.
    """
    month = first.replace(day=1)
    regular = _days(store, recurrence, month, month_end(month))
    lost = {day for day, state in own.items() if state in _CAME_TO_NOTHING}
    settled = {day for day, state in own.items() if day not in lost and (state is not State.REQUESTED or day < first)}
    standing = sorted(set(own) - lost - settled)
    free = [day for day in rule.eligible(month, working_day(store)) if day > first] if lost else []
    open_days = dict.fromkeys(
        day
        for day in (*regular, *standing, *free)
        if first <= day <= (recurrence.ends_on or last) and day not in lost and day not in settled
    )
    lacking = max(0, len(regular) - len(settled))
    return {day for day in settled if day >= first} | {day for day in list(open_days)[:lacking] if day <= last}


def _days(store: Store, recurrence: Recurrence, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    if recurrence.ends_on is not None:
        last = min(last, recurrence.ends_on)
    rule, working = parse_rule(recurrence.rule), working_day(store)
    if not isinstance(rule, Agreed):
        return occurrences(rule, recurrence.starts_on, first, last, working, onto_next=recurrence.onto_next)
    site = existing(clients.site(store, recurrence.site_id))
    terms = agreements.agreements_of(store, site.client_id)

    def contacts(month: datetime.date) -> int:
        # a month in which an agreement began after the 15th owes nothing (design/account-care.md E1)
        middle = month.replace(day=15)
        targets = [each.service_on(middle).cadence_target for each in terms if each.covers(middle)]
        return targets[-1] if targets else 0

    days = occurrences(rule, recurrence.starts_on, first, last, working, contacts=contacts)
    return [day for day in days if any(each.covers(day) for each in terms)]


def _request(store: Store, recurrence: Recurrence, day: datetime.date) -> NewVisit:
    site = existing(clients.site(store, recurrence.site_id))
    fields = shared(NewVisit, recurrence) | {"skills": frozenset(recurrence.skills), "tags": frozenset(recurrence.tags)}
    fields |= {
        "promised": _promised(recurrence, day, settings.firm(store).zone_at(site)),
        "wanted_on": day,
        "latest_on": day + datetime.timedelta(days=recurrence.days_late) if recurrence.days_late else None,
        "occurrence": day,
        "came_by": "ours",
    }
    fields |= {"client_id": site.client_id, "recurrence_id": recurrence.id}
    return NewVisit(**fields, reference=visits.next_reference(store), requested_at=store.clock.now())


def _promised(recurrence: Recurrence, day: datetime.date, zone: str) -> tuple[int, int] | None:
    if recurrence.promised is None:
        return None
    try:
        opens, closes = (at_local(day, minute, zone) for minute in recurrence.promised)
    except (AmbiguousTime, ValueError):
        # the clock changes in the window on this one day: no promise is better than a wrong one
        return None
    return opens, closes


def _is_as_made(store: Store, recurrence: Recurrence, visit: Visit) -> bool:
    """Whether a visit asks for what its recurrence would ask for on that day."""
    if visit.occurrence is None:
        return False
    now = _request(store, recurrence, visit.occurrence)
    names = (
        "site_id",
        "work",
        "minutes",
        "priority",
        "promised",
        "skills",
        "tags",
        "preferred_id",
        "kind",
        "latest_on",
    )
    return all(getattr(visit, name) == getattr(now, name) for name in names)
