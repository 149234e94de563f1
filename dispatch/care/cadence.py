"""Being seen: visits every month, a review every quarter, the monthly log and health check (E1, E8, D8)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from dispatch.care.account import Account
from dispatch.care.item import CareItem, CareState, dated, month_end
from dispatch.model.agreements import Agreement, months_later

EXEMPT_AFTER = 15
"""An agreement that began after this day of a month owes nothing for that month."""
DUE_FROM = 15
BELOW_FROM = 22
REVIEW_MONTHS = 3
REVIEW_OPENS = 15
"""Days before a review is due from which it stands in the list."""


def cadence(account: Account, terms: Agreement, today: datetime.date) -> CareItem | None:
    """E1. A contact is a completed on-site visit whose cause is not our own failure."""
    contacts = sorted(
        visit.day for visit in account.visits if visit.completed and not visit.own_failure and visit.day <= today
    )
    missed = _missed_month(terms, contacts, today)
    if missed is not None:
        last = f"the last contact was on {contacts[-1]}" if contacts else "there was no contact yet"
        least = terms.service_on(month_end(missed)).cadence_min
        why = f"{missed:%B %Y} ended below {least} visit{'' if least == 1 else 's'} on site; {last}"
        return _cadence(missed, month_end(missed), why, CareState.OVERDUE)
    month = today.replace(day=1)
    if _exempt(terms, month):
        return None
    made = sum(day >= month for day in contacts)
    booked = sum(
        visit.booked and not visit.own_failure and month <= visit.day <= month_end(month) for visit in account.visits
    )
    why = f"{made} of {terms.service.cadence_target} contacts in {month:%B}, {booked} booked, at least {terms.service.cadence_min}"
    if made >= terms.service.cadence_target:
        state = CareState.OK
    elif made >= terms.service.cadence_min and today.day >= BELOW_FROM:
        state = CareState.BELOW_TARGET
    elif made + booked >= terms.service.cadence_min:
        state = CareState.PLANNED
    elif today.day >= DUE_FROM:
        state = CareState.DUE
    else:
        return None
    opens = BELOW_FROM if state is CareState.BELOW_TARGET else DUE_FROM
    return _cadence(month.replace(day=opens), month_end(month), why, state)


def proactive(account: Account, terms: Agreement, today: datetime.date) -> Iterator[CareItem]:
    """E8: log and health check each month, done by a maintenance visit or marked as done."""
    this = today.replace(day=1)
    for month in (months_later(this, -1), this):
        last = month_end(month)
        if not terms.service_on(min(last, today)).proactive:
            continue
        if _exempt(terms, month) or (month < this and not terms.covers(last)):
            continue
        if any(
            visit.kind == "maintenance" and visit.completed and month <= visit.day <= last for visit in account.visits
        ):
            continue
        why = f"{terms.name} lists a log and health check every month; none was done in {month:%B %Y}"
        yield from dated(CareItem("E8", f"{month:%Y-%m}", "log and health check", why, month, last), today)


def review(account: Account, terms: Agreement, today: datetime.date) -> Iterator[CareItem]:
    """D8: sit in front of the client every quarter."""
    held = [visit.day for visit in account.visits if visit.kind == "review" and visit.completed]
    held += [
        mark.day for mark in account.marks if mark.rule == "D8" and mark.outcome == "done" and "." not in mark.occasion
    ]
    base = max((day for day in held if day <= today), default=terms.starts)
    due = months_later(max(base, terms.starts), REVIEW_MONTHS)
    opens = due - datetime.timedelta(days=REVIEW_OPENS)
    since = f"the last one was on {base}" if held else f"the agreement began on {terms.starts}"
    yield from dated(
        CareItem("D8", due.isoformat(), "review with the client", f"every quarter; {since}", opens, due), today
    )


def gaps(account: Account, today: datetime.date) -> Iterator[CareItem]:
    """D8: what a review found missing, each with an owner and a date."""
    for gap in account.gaps:
        state = CareState.OVERDUE if today > gap.due else CareState.DUE if today == gap.due else CareState.OPEN
        why = f"found in a review; {gap.owner} has it"
        yield CareItem("D8", f"gap.{gap.id}", gap.what, why, min(today, gap.due), gap.due, state)


def _cadence(opens: datetime.date, due: datetime.date, why: str, state: CareState) -> CareItem:
    return CareItem("E1", f"{due:%Y-%m}", "a visit on site", why, opens, due, state)


def _missed_month(terms: Agreement, contacts: list[datetime.date], today: datetime.date) -> datetime.date | None:
    """The latest month that ended below the minimum, as long as there has been no contact since."""
    month = months_later(today.replace(day=1), -1)
    last_contact = contacts[-1] if contacts else datetime.date.min
    while month_end(month) >= terms.starts:
        end = month_end(month)
        if last_contact > end:
            return None
        if not _exempt(terms, month) and terms.covers(end):
            made = sum(month <= day <= end for day in contacts)
            if made < terms.service_on(end).cadence_min:
                return month
        month = months_later(month, -1)
    return None


def _exempt(terms: Agreement, month: datetime.date) -> bool:
    """Whether a month is owed nothing: the agreement had not begun, or began after the 15th of it."""
    return terms.starts > month.replace(day=EXEMPT_AFTER)
