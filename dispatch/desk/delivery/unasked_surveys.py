"""Surveys that go by themselves, where the firm has it so: at the dates that care knows, and after visits
(design/account-care.md E2)."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from db import care, clients, settings, visits
from db.store import Store, existing
from dispatch.care.item import CareItem, CareState
from dispatch.desk.care.care_list import care_list
from dispatch.desk.delivery.surveys import AGAIN, ask
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of, day_text
from dispatch.model.states import Role
from dispatch.model.visits import Visit

AT_MOST = 2
"""So often a client is asked by itself for one date; then it is for somebody to ask."""
SETTLED = 3600
"""Seconds after the end of a visit before its client is asked: what was closed by mistake is open again by then."""
_LATE = datetime.timedelta(days=3)
"""After a visit that is over for longer nobody is asked by itself."""
_WANTS = (CareState.OPEN, CareState.DUE, CareState.OVERDUE)


class _Due(NamedTuple):
    """A client to be asked: after a visit, or because the survey of a date opened on a day."""

    client: Client
    visit: Visit | None = None
    opens: datetime.date | None = None


def put_surveys(user: User) -> int:
    """Put the surveys into the outbox that are due by now; returns how many. They are under nobody's undo: dropping the message
    takes one back."""
    store = user.store
    due = [] if settings.firm(store).messages_by != "smtp" else [*_at_dates(store), *_after_visits(store)]
    return sum(_put(user, one) for one in due)


def when_asked(store: Store, item: CareItem) -> str:
    """What becomes of a survey of the care list by itself, in words."""
    firm = settings.firm(store)
    if not firm.survey_dates or firm.messages_by != "smtp":
        return "It is sent by somebody: by itself it goes where the settings say so (Surveys at their dates)."
    asked = care.asks_since(store, item.client_id, day_bounds(item.opens, firm.zone)[0])
    if len(asked) >= AT_MOST:
        return f"It went by mail {AT_MOST} times without an answer: now somebody asks."
    if not asked:
        return f"It goes by itself on {day_text(max(item.opens, settings.today(store)))}."
    return f"It goes by itself once more on {day_text(_next(asked, firm))}, unless they answer before."


def _put(user: User, due: _Due) -> bool:
    """Ask a client in a transaction of its own, if that is still to be done."""
    with user.write("ask a client", Role.DISPATCHER, Role.LEAD) as unit:
        firm = settings.firm(user.store)
        if _still(user.store, firm, due, unit.at):
            try:
                ask(unit, firm, due.client, due.visit)
                return True
            except Refusal:
                pass  # no address, or asked meanwhile: a person reads the first in the care list
        unit.leave_unchanged()
        return False


def _still(store: Store, firm: Firm, due: _Due, now: int) -> bool:
    if due.visit is not None:
        return (due.visit.id, due.client.id) in _visits(store, firm, now)
    if due.opens is None or not firm.survey_dates:
        return False
    asked = care.asks_since(store, due.client.id, day_bounds(due.opens, firm.zone)[0])
    return len(asked) < AT_MOST and not (asked and _next(asked, firm) > day_of(now, firm.zone))


def _next(asked: list[int], firm: Firm) -> datetime.date:
    """When a client may be asked again who has not answered: 14 whole days lie between."""
    return day_of(asked[-1], firm.zone) + AGAIN + datetime.timedelta(days=1)


def _at_dates(store: Store) -> list[_Due]:
    firm = settings.firm(store)
    if not firm.survey_dates:
        return []
    with store.read():
        wanted = [item for item in care_list(store) if item.rule == "E2" and item.state in _WANTS]
        found = [_Due(existing(clients.client(store, item.client_id)), None, item.opens) for item in wanted]
        return [due for due in found if _still(store, firm, due, store.clock.now())]


def _after_visits(store: Store) -> list[_Due]:
    with store.read():
        firm, now = settings.firm(store), store.clock.now()
        return [
            _Due(existing(clients.client(store, client_id)), visits.visit_by_id(store, visit_id))
            for visit_id, client_id in _visits(store, firm, now)
        ]


def _visits(store: Store, firm: Firm, now: int) -> list[tuple[int, int]]:
    """The visits after which their clients are asked now; not where they said that they are not satisfied: somebody calls them."""
    today = day_of(now, firm.zone)
    since, _ = day_bounds(today - _LATE, firm.zone)
    before, _ = day_bounds(today - datetime.timedelta(days=firm.survey_days - 1), firm.zone)
    found = care.to_ask_after(store, since, now - SETTLED, firm.survey_visits, before)
    said = care.outcomes(store, [visit_id for visit_id, _ in found], ())
    return [(one, client_id) for one, client_id in found if one not in said or said[one].satisfied is not False]
