"""Our own client is unhappy: somebody calls within days, and goes there (E7)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from dispatch.care.account import Account
from dispatch.care.item import CareItem, dated
from dispatch.care.workdays import Workdays

LOW_SCORE = 6
BREACHES_WITHIN = 30
CONTACT, IN_PERSON = 2, 10
"""Working days within which the lead makes contact, and meets them."""


def unhappy(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    """Two items for each sign of it: contact, and in person. They end only with a note."""
    for occasion, day, why in _signs(account, today):
        for step, days, what in (("contact", CONTACT, "call them"), ("visit", IN_PERSON, "meet them in person")):
            due = workdays.after(day, days)
            yield from dated(CareItem("E7", f"{occasion}.{step}", what, why, day, due, needs_note=True), today)


def _signs(account: Account, today: datetime.date) -> Iterator[tuple[str, datetime.date, str]]:
    for visit in account.visits:
        if visit.satisfied is False:
            yield visit.reference, visit.day, f"signed off {visit.reference} as not satisfied on {visit.day}"
        elif visit.none_wanted:
            yield (
                visit.reference,
                visit.day,
                f"wants nobody back for {visit.reference}, which was left open on {visit.day}",
            )
    for survey in account.surveys:
        if survey.score is not None and survey.score <= LOW_SCORE:
            yield f"survey.{survey.day}", survey.day, f"answered the survey of {survey.day} with {survey.score} of 10"
    yield from _breaches(account)


def _breaches(account: Account) -> Iterator[tuple[str, datetime.date, str]]:
    """Two missed targets within 30 days are one sign, however many follow, until it is closed; then counting begins anew."""
    before: datetime.date | None = None
    for day in sorted(account.breaches):
        if before is not None and (day - before).days <= BREACHES_WITHIN:
            occasion = f"breaches.{day}"
            yield occasion, day, f"two targets were missed within {BREACHES_WITHIN} days, on {before} and {day}"
            closed = _closed_on(account, f"{occasion}.contact")
            if closed is None:
                return
            yield from _breaches(
                replace(account, breaches=tuple(later for later in account.breaches if later > closed))
            )
            return
        before = day


def _closed_on(account: Account, occasion: str) -> datetime.date | None:
    ends = [
        mark.day
        for mark in account.marks
        if (mark.rule, mark.occasion) == ("E7", occasion) and mark.outcome in ("done", "declined")
    ]
    return max(ends, default=None)
