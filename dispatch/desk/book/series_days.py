"""On which days the visits of a series are, and what each of them asks for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from db import agreements, clients, holidays, settings, visits
from db.store import Store, existing
from db.visits import NewVisit
from dispatch.care.item import month_end
from dispatch.model.agreements import WEEKDAYS
from dispatch.model.forms import shared
from dispatch.model.instants import AmbiguousTime, at_local, day_text
from dispatch.model.requests import Recurrence
from dispatch.model.states import State
from dispatch.model.visits import Visit
from dispatch.planning.recurring import Agreed, WorkingDay, occurrences, parse_rule

_CAME_TO_NOTHING = (State.CANCELLED, State.NO_ACCESS, State.ABORTED)
"""Not a contact in the sense of design/account-care.md E1, and over."""


def working_day(store: Store) -> WorkingDay:
    """Whether the firm works on a day: a weekday of the rate card's opening hours, and no holiday of the card or the firm.

    Without a rate card it works from Monday to Friday.
    """
    cards, own = {}, holidays.days(store)

    def working(day: datetime.date) -> bool:
        month = day.replace(day=1)
        if month not in cards:
            cards[month] = agreements.rate_card_on(store, day)
        card = cards[month]
        if day in own or card is None:
            return day not in own and day.weekday() < 5
        hours, charged = card.card.get("hours"), card.card.get("holidays", ())
        opens = bool(hours.get(WEEKDAYS[day.weekday()])) if isinstance(hours, dict) else day.weekday() < 5
        return opens and day.isoformat() not in charged

    return working


def holidays_known_until(store: Store) -> datetime.date | None:
    """The end of the last year of which the firm, or a rate card, names a holiday; None where none is named."""
    charged = (str(day) for card in agreements.rate_cards(store) for day in card.card.get("holidays", ()))
    days = [*holidays.days(store), *map(datetime.date.fromisoformat, charged)]
    return max(days).replace(month=12, day=31) if days else None


def beyond_holidays(store: Store, days: Sequence[datetime.date]) -> str:
    """What is to be said where a series has a day of a year whose holidays nobody has entered; else nothing."""
    end = holidays_known_until(store)
    if not days or (end is not None and days[-1] <= end):
        return ""
    known = "no holidays are known" if end is None else f"holidays are known until {day_text(end)} only"
    return f"{known}: dispatch holidays import brings them"


def preview(store: Store, recurrence: Recurrence, count: int) -> list[datetime.date]:
    """The next days on which it asks for a visit."""
    today = settings.today(store)
    found: list[datetime.date] = []
    # most say enough in a year, one of every ten years needs longer
    for years in (1, 5, 25):
        if recurrence.archived or len(found) >= count:
            break
        found = days_of(store, recurrence, today, today + datetime.timedelta(days=years * 366))
        found = [day for day in found if day > today or not is_over(store, recurrence, day)]
    return found[:count]


def is_over(store: Store, recurrence: Recurrence, day: datetime.date) -> bool:
    """Whether the window that it promises on a day is over by now."""
    site = existing(clients.site(store, recurrence.site_id))
    promised = _promised(recurrence, day, settings.firm(store).zone_at(site))
    return promised is not None and promised[1] <= store.clock.now()


def wanted(store: Store, recurrence: Recurrence, first: datetime.date, last: datetime.date) -> set[datetime.date]:
    """The days of a recurrence. One by agreement makes up in each month for what was cancelled or came to nothing in it."""
    rule = parse_rule(recurrence.rule)
    if not isinstance(rule, Agreed):
        return set(days_of(store, recurrence, first, last))
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
    regular = days_of(store, recurrence, month, month_end(month))
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


def days_of(store: Store, recurrence: Recurrence, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """The days of its rule, from `first` to `last`."""
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


def request_for(store: Store, recurrence: Recurrence, day: datetime.date, on: datetime.date | None = None) -> NewVisit:
    """What it asks for on a day, before it has a reference; `on` is the day to which that visit was moved."""
    site = existing(clients.site(store, recurrence.site_id))
    fields = shared(NewVisit, recurrence) | {"skills": frozenset(recurrence.skills), "tags": frozenset(recurrence.tags)}
    late = datetime.timedelta(days=recurrence.days_late)
    fields |= {
        "promised": _promised(recurrence, on or day, settings.firm(store).zone_at(site)),
        "wanted_on": on or day,
        "latest_on": (on or day) + late if late else None,
        "occurrence": day,
        "came_by": "ours",
    }
    fields |= {"client_id": site.client_id, "recurrence_id": recurrence.id}
    return NewVisit(**fields, reference="", requested_at=store.clock.now())


def _promised(recurrence: Recurrence, day: datetime.date, zone: str) -> tuple[int, int] | None:
    if recurrence.promised is None:
        return None
    try:
        opens, closes = (at_local(day, minute, zone) for minute in recurrence.promised)
    except (AmbiguousTime, ValueError):
        # the clock changes in the window on this one day: no promise is better than a wrong one
        return None
    return opens, closes
