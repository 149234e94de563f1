"""The visits of a series: made ahead of time, and brought along when it changes. What a person agreed otherwise for one stays."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from db import checklist_copies, recurrences, settings, visits
from db.store import Store
from db.unit import Unit
from db.visits import NewVisit
from dispatch.desk.book.series_days import is_over, request_for, wanted
from dispatch.desk.session.user import User
from dispatch.model.instants import day_text
from dispatch.model.requests import Recurrence, not_before
from dispatch.model.states import ENDED, Role, State
from dispatch.model.visits import Visit
from dispatch.planning.recurring import Agreed, parse_rule

AHEAD = datetime.timedelta(weeks=8)
"""Visits are made so far ahead."""
SLACK = datetime.timedelta(weeks=1)
"""They are made again when less than this is missing from it, so that it is a deed of once a week and not of every start."""

_ASKED = (
    "site_id", "work", "minutes", "priority", "wanted_on", "latest_on", "promised", "skills", "tags", "reported_by", "emergency",
    "preferred_id", "description", "equipment", "people", "crew_skills", "after_id", "after_minutes", "after_day", "pickup",
    "pickup_place", "pickup_minutes", "kind", "days",
)  # fmt: skip
"""What is asked for of a visit, by series and by people."""
_WORDS = {"wanted_on": "day", "latest_on": "latest day", "promised": "promised window", "preferred_id": "technician"}
_ITS_CHECKLIST = ("work", "kind", "tags")
"""What a visit's checklist follows from, beside its site."""


def make_ahead(user: User) -> list[Visit]:
    """Make the visits of every recurrence as far ahead as they are wanted; returns the new ones. Without any it writes nothing.

    One that follows an agreement is made anew where its visits are not those that the agreement asks for: its terms were
    changed, or a visit came to nothing and another day of the month can still make up for it.

    Raises:
        NotAllowed: only a dispatcher or a lead makes visits.
    """
    today = settings.today(user.store)
    if not recurrences.made_short_of(user.store, today + AHEAD - SLACK) and not _astray(user.store, today):
        return []
    with user.write("make recurring visits", Role.DISPATCHER, Role.LEAD) as unit:
        made = []
        due = recurrences.made_short_of(user.store, today + AHEAD - SLACK)
        astray = _astray(user.store, today)
        if not due and not astray:
            unit.leave_unchanged()  # another board was first
        for recurrence in astray:
            made += follow(unit, user.store, recurrence, recurrence)
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
    until = min(recurrence.made_until or today, today + AHEAD)
    due = wanted(store, recurrence, today, until)
    too_many = any(
        visit.wanted_on is not None and today <= visit.wanted_on <= until and visit.occurrence not in due
        and _is_as_asked(store, recurrence, visit)
        for visit in _waiting(store, recurrence.id)
    )  # fmt: skip
    return too_many or bool(_lacking(store, recurrence, today, until))


def follow(unit: Unit, store: Store, before: Recurrence, after: Recurrence) -> list[int]:
    """Let the visits of a series follow it when it was added, changed, archived or taken back; returns the ids of new ones.

    A visit that waits is asked for as its series does from now on, under its reference; where its day is none of the series
    any more it stands for another one of that week or month, and where none is free it is put away. What a person agreed otherwise
    for it, measured by what the series asked for until now (`before`), stays, and so does the visit. What is planned or has begun
    is left alone, but stands for that other day.
    """
    today = settings.today(store)
    due = set() if after.archived else wanted(store, after, today, _horizon(store, after.id, today))
    days = {} if after.archived or before.site_id != after.site_id else _other_days(store, after, due, today)
    for visit in visits.of_recurrence(store, after.id):
        if visit.id in days and visit.state is not State.REQUESTED:
            visits.change(unit, visit, occurrence=days[visit.id])
            unit.audit("visit", visit.id, stands_for=days[visit.id].isoformat(), recurrence=after.id)
    for visit in ahead(store, after.id):
        if before.site_id == after.site_id and (visit.id in days or visit.occurrence in due):
            bring(unit, store, before, after, visit, day=days.get(visit.id))
        elif _is_as_asked(store, before, visit):
            visits.change(unit, visit, archived_at=unit.at)
            unit.audit("visit", visit.id, archived=True, recurrence=after.id)
    if after.archived:
        recurrences.set_made_until(unit, after.id, None)
        return []
    return _make(unit, store, replace(after, made_until=None), today)


def _other_days(
    store: Store, series: Recurrence, due: Collection[datetime.date], today: datetime.date
) -> dict[int, datetime.date]:
    """Which visits of a series stand for another of its days by now, each for one that nobody stands for: of the same week, else of
    the same month. Of what follows an agreement none does: another day of the month makes up for what came to nothing there."""
    if isinstance(parse_rule(series.rule), Agreed):
        return {}
    made = [visit for visit in visits.of_recurrence(store, series.id) if visit.occurrence is not None]
    astray = [v for v in made if v.state not in ENDED and _day(v) >= today and v.occurrence not in due]
    last = max(map(_day, astray), default=today)
    there = {visit.occurrence for visit in made}
    free = sorted(wanted(store, series, today, last + datetime.timedelta(days=31)) - there) if astray else []
    found: dict[int, datetime.date] = {}
    for period in (_week, _month):
        for visit in astray:
            day = next((day for day in free if period(day) == period(_day(visit))), None)
            if visit.id not in found and day is not None:
                found[visit.id] = day
                free.remove(day)
    return found


def _week(day: datetime.date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _month(day: datetime.date) -> tuple[int, int]:
    return day.year, day.month


def _horizon(store: Store, recurrence_id: int, today: datetime.date) -> datetime.date:
    """The last day for which visits are made by now, or for which one stands."""
    days = (visit.occurrence for visit in visits.of_recurrence(store, recurrence_id) if visit.occurrence is not None)
    return max((*days, today + AHEAD))


def bring(
    unit: Unit,
    store: Store,
    before: Recurrence,
    after: Recurrence,
    visit: Visit,
    over: Collection[str] = (),
    day: datetime.date | None = None,
) -> bool:
    """Ask for a visit as its series does now, apart from what was agreed otherwise for it. Returns whether it is another by that.

    Args:
        over: the fields in which the series is meant all the same.
        day: the day of the series that it stands for from now on, and on which it is where nobody agreed anything for it.
    """
    goes = day is not None and _is_as_asked(store, before, visit)
    on = day if goes else visit.wanted_on
    was = request_for(store, before, _day(visit), visit.wanted_on)
    now = request_for(store, after, day or _day(visit), on)
    if on is None:
        now = now._replace(promised=None, latest_on=None)
    # what stands as it is asked for now was put back by undo
    own = {
        name: stands
        for name, stands in differing(store, before, visit).items()
        if stands != getattr(now, name) and name not in over
    }
    latest_on = not_before(own.get("latest_on", now.latest_on), own.get("wanted_on", on))
    asked = now._replace(**{**own, "latest_on": latest_on}, requested_at=visit.requested_at)
    other = any(getattr(was, name) != getattr(now, name) and name not in own for name in _ITS_CHECKLIST)
    other = other and not visits.noted_on(store, visit.id)
    if not other:
        asked = asked._replace(kind=visit.kind)  # its checklist is of that kind
    version, changed = visit.version, bool(_apart(visit, asked)) or day is not None
    if changed:
        version = visits.update_request(unit, visit, asked, by_series=not over)
    if day is not None:
        version = visits.change(unit, visit._replace(version=version), occurrence=day)
    if other:
        checklist_copies.copy_anew(unit, store, visit.id, version, asked)
    return changed or other


def differing(store: Store, recurrence: Recurrence, visit: Visit) -> dict[str, Any]:
    """What of a visit is not as its series asks for it, by field: what stands there."""
    return _apart(visit, request_for(store, recurrence, _day(visit)))


def _is_as_asked(store: Store, recurrence: Recurrence, visit: Visit) -> bool:
    """Whether nobody agreed anything else for a visit of a series, or noted something on it."""
    return not visit.agreed and not differing(store, recurrence, visit) and not visits.noted_on(store, visit.id)


def _apart(visit: Visit, asked: NewVisit) -> dict[str, Any]:
    return {name: there for name in _ASKED if (there := getattr(visit, name)) != getattr(asked, name)}


def _day(visit: Visit) -> datetime.date:
    """The day that a visit of a series stands for."""
    assert visit.occurrence is not None
    return visit.occurrence


def _waiting(store: Store, recurrence_id: int) -> list[Visit]:
    """Its visits that are still in the queue."""
    return [
        visit
        for visit in visits.of_recurrence(store, recurrence_id)
        if visit.state is State.REQUESTED and visit.occurrence is not None
    ]


def ahead(store: Store, recurrence_id: int) -> list[Visit]:
    """The same without those that are overdue."""
    today = settings.today(store)
    return [visit for visit in _waiting(store, recurrence_id) if visit.wanted_on is None or visit.wanted_on >= today]


def kept_visits(store: Store, recurrence: Recurrence) -> list[tuple[Visit, str]]:
    """The visits of a series from today on that are not as it asks for them, by their days, each with what is different."""
    today = settings.today(store)
    due = set() if recurrence.archived else wanted(store, recurrence, today, _horizon(store, recurrence.id, today))
    found = []
    for visit in visits.of_recurrence(store, recurrence.id):
        past = visit.wanted_on is not None and visit.wanted_on < today
        if visit.state in ENDED or past or visit.occurrence is None:
            continue
        own = differing(store, recurrence, visit)
        words = [_WORDS.get(name, name.removesuffix("_id").replace("_", " ")) for name in own]
        if visit.occurrence not in due:
            words.insert(0, "no day of the series")
        if words:
            found.append((visit, ", ".join(words)))
    return found


def told(store: Store, recurrence: Recurrence, *, but: int | None = None) -> list[str]:
    """The same in words: what is kept as it was agreed, and what stays because it is planned or has begun; `but` leaves a visit
    out, by its id."""
    lines = []
    for visit, words in kept_visits(store, recurrence):
        if visit.id == but:
            continue
        when = day_text(visit.wanted_on) if visit.wanted_on is not None else "on any day"
        kept = visit.state is State.REQUESTED
        state = "is kept as it was agreed" if kept else f"is {visit.state.label} already and stays as it is"
        lines.append(f"{visit.reference} {when} {state}: {words}")
    return lines


def _make(unit: Unit, store: Store, recurrence: Recurrence, today: datetime.date) -> list[int]:
    first = today if recurrence.made_until is None else max(today, recurrence.made_until + datetime.timedelta(days=1))
    last = today + AHEAD
    made = [
        visits.add_visit(
            unit, store, request_for(store, recurrence, day)._replace(reference=visits.next_reference(store))
        )
        for day in _lacking(store, recurrence, first, last)
    ]
    recurrences.set_made_until(unit, recurrence.id, last)
    unit.audit("recurrence", recurrence.id, made_until=last.isoformat(), visits=len(made))
    return made


def _lacking(store: Store, recurrence: Recurrence, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """The days that want a visit and have none; one on which its promise is over by now wants none any more."""
    there = {visit.occurrence for visit in visits.of_recurrence(store, recurrence.id)}
    days = sorted(wanted(store, recurrence, first, last) - there)
    return [day for day in days if not is_over(store, recurrence, day)]
