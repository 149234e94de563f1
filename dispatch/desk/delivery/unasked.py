"""What goes to clients unasked, by the clock: reminders on the day before. Each once, with however many senders."""

from __future__ import annotations

import datetime

from db import messages, settings, visits
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.messages import calling_ahead, notifications
from dispatch.desk.session.user import User
from dispatch.model.firm import Firm
from dispatch.model.instants import Unclear, at_local, day_bounds, day_of
from dispatch.model.messages import About
from dispatch.model.states import Role
from dispatch.model.visits import Visit


def put_unasked(user: User) -> int:
    """Put into the outbox what is due by now; returns how many messages that are."""
    if not _reminders(user.store, settings.firm(user.store), user.now):
        return 0
    with user.write("remind clients", Role.DISPATCHER, Role.LEAD) as unit:
        made = _remind(unit, settings.firm(user.store))
        if not made:
            unit.leave_unchanged()
        return made


def _remind(unit: Unit, firm: Firm) -> int:
    made = 0
    for visit in _reminders(unit.store, firm, unit.at):
        made += notifications.tell(unit.store, unit, visit, About.REMINDER, existing(visit.starts_at))
    return made


def _reminders(store: Store, firm: Firm, now: int) -> list[Visit]:
    """The visits of whose time their clients are reminded now: from the firm's hour on the day before until that day is over, by
    the clocks of the site. Not of one that they were told of on that day, nor of one that was neither agreed with them nor
    told them."""
    due = []
    # zones are up to 26 hours apart: the day after tomorrow there may be tomorrow here
    _, until = day_bounds(day_of(now, firm.zone) + datetime.timedelta(days=2), firm.zone)
    for visit in visits.visits_by_id(store, messages.to_remind(store, now, until)):
        starts_at = existing(visit.starts_at)
        begins, ends = day_bounds(day_of(starts_at, visit.zone) - datetime.timedelta(days=1), visit.zone)
        if not at_local(day_of(begins, visit.zone), firm.reminder_at, visit.zone, Unclear.FIRST) <= now < ends:
            continue
        told = messages.told_last(store, visit.id, visit.client_id)
        counts_on_it = visit.state in calling_ahead.TOLD_A_TIME or (told is not None and told.premise == starts_at)
        fresh = told is not None and told.premise == starts_at and told.made_at >= begins
        sentences = notifications.sayings(store, visit, About.REMINDER, starts_at, now)
        reached = any(firm.tells(one.address) for one in sentences)
        if counts_on_it and not fresh and reached:
            due.append(visit)
    return due
