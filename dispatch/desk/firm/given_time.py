"""The time that technicians had to give on days that are over, by what stood when each of them ended: what is changed since, or
entered late, changes no figure of the past."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from typing import NamedTuple

from db import agreements, dated_terms, working_time
from db.store import Store
from dispatch.desk.firm.shifts import minutes_of, spans_given
from dispatch.model.instants import day_bounds
from dispatch.model.people import Hours
from dispatch.planning.lunch import Span


class GivenDay(NamedTuple):
    """What a technician had to give on a day: the spans of the shift as instants, and their minutes without lunch."""

    staff_id: int
    start: int
    spans: list[Span]
    minutes: int


def given_time(store: Store, days: Iterable[datetime.date], zone: str) -> list[GivenDay]:
    """What each technician had to give on each of the days, in ascending order, that are over by now. A holiday, the firm's or the
    rate card's, gives nothing."""
    now, said, hours = store.clock.now(), working_time.all_said(store), agreements.hours_by_day(store)
    stood: dict[str, dict[int, str]] = {"hours": {}, "absence": {}, "holiday": {}}
    at, found = 0, []
    for day in days:
        start, end = day_bounds(day, zone)
        if end > now:
            break
        while at < len(said) and said[at].at < end:
            one = said[at]
            if one.value is None:
                stood[one.what].pop(one.key, None)
            else:
                stood[one.what][one.key] = one.value
            at += 1
        card = dated_terms.in_force(hours, day) or {}
        if day.isoformat() in (*stood["holiday"].values(), *(card.get("holidays") or ())):
            continue
        away: dict[int, list[Span]] = {}
        for staff_id, begins, ends in (map(int, absence.split()) for absence in stood["absence"].values()):
            if begins < end and ends > start:
                away.setdefault(staff_id, []).append((begins, ends))
        for staff_id, text in stood["hours"].items():
            own = json.loads(text)
            spans = spans_given([Hours(*shift) for shift in own["shifts"]], away.get(staff_id, ()), day, zone)
            if spans:
                found.append(GivenDay(staff_id, start, spans, minutes_of(spans, own["lunch"])))
    return found
