"""The review with a client as a visit, asked for from what is due (design/service-levels.md D8)."""

from __future__ import annotations

import datetime

from db import clients, settings, visits
from db.store import Store, existing
from dispatch.care.item import CareItem, Workdays
from dispatch.care.terms import REVIEW
from dispatch.desk.care.accounts import office
from dispatch.desk.care.care_list import find_item
from dispatch.desk.day import undo_record
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.periods import Period, read_period
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.model.ways import REVIEW_VISIT

MINUTES = 60
"""So long a review is, where nobody says otherwise."""
_DAY = datetime.timedelta(days=1)


def review_texts(day: datetime.date, minutes: int = MINUTES) -> dict[str, str]:
    """What is asked for by the visit of a review, as typed; without client and site."""
    return {
        "work": REVIEW_VISIT,
        "kind": "review",
        "minutes": str(minutes),
        "date": day.isoformat(),
        "priority": "P4",
    }


def asks_for_review(item: CareItem) -> bool:
    """Whether what is due is a review, and no gap that one found."""
    return item.rule == "D8" and item.what == REVIEW and item.due is not None


def review_day(item: CareItem, today: datetime.date, workdays: Workdays) -> datetime.date:
    """The day that is offered for it: the working day on which it is due, or the next one."""
    return workdays.after(max(item.due or today, today + _DAY) - _DAY, 1)


def period_under_review(store: Store, kind: str = "quarter") -> Period:
    """What is gone through at a review: the last whole quarter, or another period of the calendar."""
    return read_period("", settings.today(store), kind)


def book(user: User, key: str, day: datetime.date | None = None, site: str = "", minutes: int | None = None) -> Visit:
    """Ask for the visit of a review that is due. It waits until that visit is closed, and is there again where it is cancelled.

    Args:
        key: what is due, as the care list names it.
        day: None: the working day on which it is due, or the next one.
        site: where, if they have several.
        minutes: how long; None: as reviews usually are.

    Raises:
        NotFound: nothing of that key is due.
        Refusal: it is no review, or one is asked for already.
        Faulty: with everything of the request that cannot be taken.
    """
    with user.write("book a review", Role.LEAD) as unit:
        store, where = user.store, office(user.store)
        item = find_item(store, key)
        if not asks_for_review(item):
            raise Refusal(f"“{show(item.what)}” is not a {REVIEW}: nothing was booked.")
        if item.visit:
            raise Refusal(f"{show(item.visit)} is asked for already: it ends what is due once it is closed.")
        client = existing(clients.client(store, item.client_id))
        texts = review_texts(day or review_day(item, where.today, where.workdays), minutes or MINUTES)
        new = intake.checked(user, {"client": client.name, "site": site, **texts})
        visit = visits.again(store, visits.add_visit(unit, store, new))
        undo_record.remember(user, unit, f"book {visit.reference}", [visit._replace(archived_at=user.now)])
        return visit
