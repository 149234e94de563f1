"""What an agreement brings with it: visits, reviews, health checks, surveys, renewal, balance (E1, E2, E3, E8, E9, D8)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from dispatch.care.account import Account
from dispatch.care.item import CareItem, CareState, dated, month_end
from dispatch.model.agreements import Agreement, months_later
from dispatch.model.text import count_text

EXEMPT_AFTER = 15
"""An agreement that began after this day of a month owes nothing for that month."""
DUE_FROM = 15
BELOW_FROM = 22
REVIEW = "review with the client"
"""What is due by D8."""
REVIEW_MONTHS = 3
REVIEW_OPENS = 15
"""Days before a review is due from which it stands in the list."""


class AgreedMonth(NamedTuple):
    """What was agreed for a month, at `least` and as a `target`, and the contacts `made` in it; None: nothing, or it owes none."""

    first: datetime.date
    least: int | None
    target: int | None
    made: int


def agreed_months(
    account: Account, first: datetime.date, after: datetime.date, today: datetime.date
) -> Iterator[AgreedMonth]:
    """E1 of each month that has begun, from the one of `first` up to `after`. One that is over is judged by what was asked for at
    its end."""
    contacts, month = _contacts(account, today), first
    while month < after and month <= today:
        last = month_end(month)
        judged = min(last, today)
        terms = account.in_force(judged)
        made = sum(month <= day <= last for day in contacts)
        service = None if terms is None else terms.service_on(judged)
        if terms is None or service is None or not service.visits_agreed or _exempt(account.agreed_since(terms), month):
            yield AgreedMonth(month, None, None, made)
        else:
            yield AgreedMonth(month, service.cadence_min, service.cadence_target, made)
        month = months_later(month, 1)


def _contacts(account: Account, today: datetime.date) -> list[datetime.date]:
    """The days of completed on-site visits whose cause is not our own failure, in order."""
    return sorted(
        visit.day for visit in account.visits if visit.completed and not visit.own_failure and visit.day <= today
    )


def cadence(account: Account, terms: Agreement, today: datetime.date) -> CareItem | None:
    """E1. A contact is a completed on-site visit whose cause is not our own failure."""
    contacts = _contacts(account, today)
    since = account.agreed_since(terms)
    missed = _missed_month(account, since, contacts, today)
    if missed is not None:
        month, least = missed
        last = f"the last contact was on {contacts[-1]}" if contacts else "there was no contact yet"
        why = f"{month:%B %Y} ended below {count_text(least, 'visit')} on site; {last}"
        return _cadence(month, month_end(month), why, CareState.OVERDUE)
    month = today.replace(day=1)
    if _exempt(since, month):
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


def proactive(account: Account, today: datetime.date) -> Iterator[CareItem]:
    """E8: log and health check each month, done by a maintenance visit or marked as done."""
    this = today.replace(day=1)
    for month in (months_later(this, -1), this):
        last = month_end(month)
        terms = account.in_force(min(last, today))
        if terms is None or not terms.service_on(min(last, today)).proactive:
            continue
        if _exempt(account.agreed_since(terms), month):
            continue
        if any(
            visit.kind == "maintenance" and visit.completed and month <= visit.day <= last for visit in account.visits
        ):
            continue
        why = f"{terms.name} lists a log and health check every month; none was done in {month:%B %Y}"
        yield from dated(CareItem("E8", f"{month:%Y-%m}", "log and health check", why, month, last), today)


def next_review(account: Account, today: datetime.date) -> datetime.date | None:
    """D8: when the next review with the client is due; None without an agreement."""
    terms = account.in_force(today)
    return None if terms is None else _review_due(account, terms, today)[0]


def review(account: Account, terms: Agreement, today: datetime.date) -> Iterator[CareItem]:
    """D8: sit in front of the client every quarter. Once a visit for it is asked for it waits, until the day of that is over."""
    due, since = _review_due(account, terms, today)
    opens = due - datetime.timedelta(days=REVIEW_OPENS)
    item = CareItem("D8", due.isoformat(), REVIEW, f"every quarter; {since}", opens, due)
    asked = next(
        (visit for visit in account.visits if visit.kind == "review" and visit.open and visit.day >= today), None
    )
    if asked is None:
        yield from dated(item, today)
        return
    why = f"{item.why}; {asked.reference} is to be on {asked.day}"
    yield from (replace(one, state=CareState.PLANNED, why=why, visit=asked.reference) for one in dated(item, today))


def _review_due(account: Account, terms: Agreement, today: datetime.date) -> tuple[datetime.date, str]:
    """When the next one is due, and since when that counts, in words."""
    held = [visit.day for visit in account.visits if visit.kind == "review" and visit.completed]
    held += _ended(account, "D8")
    began = account.agreed_since(terms)
    base = max((day for day in held if began <= day <= today), default=began)
    since = f"the last one was on {base}" if base in held else f"the agreement began on {began}"
    return months_later(base, REVIEW_MONTHS), since


def gaps(account: Account, today: datetime.date) -> Iterator[CareItem]:
    """D8: what a review found missing, each with an owner and a date."""
    for gap in account.gaps:
        state = CareState.OVERDUE if today > gap.due else CareState.DUE if today == gap.due else CareState.OPEN
        why = f"found in a review; {gap.owner} has it"
        yield CareItem("D8", f"gap.{gap.id}", gap.what, why, min(today, gap.due), gap.due, state)


def ends(account: Account, today: datetime.date) -> Iterator[CareItem]:
    """E17: what of the equipment ends, once for each end; another day that is noted is another end."""
    for end in account.ends:
        ended = "ended" if today > end.ends else "ends"
        why = f"the {end.what} of {end.of} {ended} on {end.ends}; {end.owner or 'a lead'} has it"
        occasion = f"{end.what}.{end.id}.{end.ends}"
        opens = end.ends - _days(account.ends_days)
        yield from dated(CareItem("E17", occasion, f"renew a {end.what}", why, opens, end.ends), today)


def _cadence(opens: datetime.date, due: datetime.date, why: str, state: CareState) -> CareItem:
    return CareItem("E1", f"{due:%Y-%m}", "a visit on site", why, opens, due, state)


def _missed_month(
    account: Account, since: datetime.date, contacts: list[datetime.date], today: datetime.date
) -> tuple[datetime.date, int] | None:
    """The latest month that ended below the minimum, and that, as long as there has been no contact since."""
    month = months_later(today.replace(day=1), -1)
    last_contact = contacts[-1] if contacts else datetime.date.min
    while (end := month_end(month)) >= since:
        if last_contact > end:
            return None
        terms = account.in_force(end)
        if terms is not None and not _exempt(since, month):
            least = terms.service_on(end).cadence_min
            if sum(month <= day <= end for day in contacts) < least:
                return month, least
        month = months_later(month, -1)
    return None


def _exempt(since: datetime.date, month: datetime.date) -> bool:
    """Whether a month is owed nothing: nothing was agreed yet, or only after the 15th of it."""
    return since > month.replace(day=EXEMPT_AFTER)


SURVEY_OPENS, SURVEY_DUE, SURVEY_OVERDUE = 75, 60, 45
"""Days before the end of an agreement: the survey before its renewal."""
RENEWAL_OPENS, RENEWAL_DUE = 90, 30
LEAD = SURVEY_OPENS - SURVEY_DUE
"""Days between opening, due and overdue of a survey; the yearly one has the same."""
LOW_SHARE = Fraction(1, 4)
LOW_MINUTES = 120
EXPIRES_WITHIN = 30
USED_SHARE = Fraction(4, 5)


def survey(account: Account, terms: Agreement, today: datetime.date) -> Iterator[CareItem]:
    """E2: one every so many days, and one inside the window before the end; the earlier due date counts."""
    own = [survey.day for survey in account.surveys if survey.answered]
    seen_to = [day for day in (*own, *_ended(account, "E2")) if day <= today]
    last, began = max(seen_to, default=None), account.agreed_since(terms)
    due = (last or began) + _days(terms.service.survey_days)
    since = f"last answered on {last}" if last in own else f"last seen to on {last}" if last else f"since {began}"
    why = f"every {terms.service.survey_days} days; {since}"
    if terms.ends is not None:
        window = terms.ends - _days(SURVEY_OPENS)
        served = any(window <= day <= terms.ends for day in seen_to)
        before_end = terms.ends - _days(SURVEY_DUE)
        if not served and before_end < due:
            due, why = before_end, f"before {terms.name} ends on {terms.ends}"
    opens = due - _days(LEAD)
    sent = [survey.day for survey in account.surveys if not survey.answered and opens <= survey.day <= today]
    if sent:
        why += f"; sent on {max(sent)}, not answered yet"
    yield from dated(CareItem("E2", due.isoformat(), "survey", why, opens, due), today, due + _days(LEAD))


def renewal(account: Account, today: datetime.date) -> Iterator[CareItem]:
    """E3: nothing renews silently, and the day after the end visits are at standard price."""
    for terms in account.agreements:
        ends = terms.ends
        if ends is None or terms.starts > today or _followed(account, terms):
            continue
        if today > ends:
            why = f"{terms.name} ended on {ends}: visits are at standard price since, and flagged"
            after = ends + _days(1)
            yield CareItem("E3", f"{terms.id}.ended", "renew or let go", why, after, after, CareState.EXPIRED)
            continue
        opens, due = ends - _days(RENEWAL_OPENS), ends - _days(RENEWAL_DUE)
        why = f"{terms.name} ends on {ends}; nothing renews by itself"
        yield from dated(CareItem("E3", str(terms.id), "talk about renewing", why, opens, due), today)


def balance(account: Account, terms: Agreement, today: datetime.date) -> Iterator[CareItem]:
    """E9: prepaid hours or money run low, a block expires, a retainer's allowance is nearly used."""
    blocks = [block for block in account.blocks if block.expires_on is None or block.expires_on >= today]
    if account.blocks:
        last = max(account.blocks, key=lambda block: (block.purchased_on or datetime.date.min, block.name))
        left, size = sum((Fraction(block.remaining) for block in blocks), Fraction(0)), Fraction(last.size)
        minutes = terms.kind == "block_hours"
        if left <= size * LOW_SHARE or (minutes and left <= LOW_MINUTES):
            amount = f"{_amount_text(left)} minutes at the usual rate" if minutes else f"{_percent(left, size)}% of it"
            why = f"{amount} left; the last purchase was {last.name}"
            yield CareItem("E9", f"low.{_spelled(last.name)}", "prepaid runs low", why, today, today, CareState.DUE)
    for block in blocks:
        ends, left = block.expires_on, Fraction(block.remaining)
        if ends is not None and left > 0:
            why = f"{block.name} expires on {ends} with {_percent(left, Fraction(block.size))}% of it left"
            occasion, opens = f"expires.{_spelled(block.name)}", ends - _days(EXPIRES_WITHIN)
            yield from dated(CareItem("E9", occasion, "a prepaid block expires", why, opens, ends), today)
    allowance = account.allowance
    if allowance is not None and allowance.total > 0 and allowance.used >= allowance.total * USED_SHARE:
        share = _percent(allowance.used, allowance.total)
        why = f"{share}% of {_amount_text(allowance.total)} minutes at the usual rate used since {allowance.since}"
        occasion = f"retainer.{allowance.since}"
        yield CareItem("E9", occasion, "retainer nearly used", why, today, today, CareState.DUE)


def _ended(account: Account, rule: str) -> list[datetime.date]:
    """The days on which a prompt that comes again was done or declined: the next one is counted from there."""
    return [
        mark.day
        for mark in account.marks
        if mark.rule == rule and mark.outcome in ("done", "declined") and "." not in mark.occasion
    ]


def _followed(account: Account, terms: Agreement) -> bool:
    """Whether another agreement goes on after this one."""
    return any(
        other.id != terms.id
        and other.starts > terms.starts
        and (other.ends is None or other.ends > (terms.ends or other.ends))
        for other in account.agreements
    )


def _spelled(name: str) -> str:
    """A name as part of an item's key: short, and without spaces and colons."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name)[:60]


def _amount_text(amount: Fraction) -> str:
    return str(int(amount)) if amount.denominator == 1 else f"{float(amount):.1f}"


def _percent(part: Fraction, whole: Fraction) -> int:
    return round(part * 100 / whole) if whole else 0


def _days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)
