"""What an agreement brings with it: surveys, its renewal, the balance of what was paid before (E2, E3, E9)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction

from dispatch.care.account import Account
from dispatch.care.item import CareItem, CareState, dated
from dispatch.model.agreements import Agreement, PrepaidBlock

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
    answered = max(
        (survey.day for survey in account.surveys if survey.score is not None and survey.day <= today), default=None
    )
    due = (answered or terms.starts) + _days(terms.service.survey_days)
    why = f"every {terms.service.survey_days} days; " + (
        f"last answered on {answered}" if answered else f"since {terms.starts}"
    )
    if terms.ends is not None:
        window = terms.ends - _days(SURVEY_OPENS)
        served = any(
            survey.score is not None and window <= survey.day <= min(today, terms.ends) for survey in account.surveys
        )
        before_end = terms.ends - _days(SURVEY_DUE)
        if not served and before_end < due:
            due, why = before_end, f"before {terms.name} ends on {terms.ends}"
    opens = due - _days(LEAD)
    sent = [survey.day for survey in account.surveys if survey.score is None and opens <= survey.day <= today]
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
            amount = f"{_amount_text(left)} rate-minutes" if minutes else f"{_percent(left, size)}% of it"
            why = f"{amount} left; the last purchase was {last.name}"
            yield CareItem("E9", f"low.{_spelled(last.name)}", "prepaid runs low", why, today, today, CareState.DUE)
    for block in blocks:
        yield from _expiring(block, today)
    allowance = account.allowance
    if allowance is not None and allowance.total > 0 and allowance.used >= allowance.total * USED_SHARE:
        share = _percent(allowance.used, allowance.total)
        why = f"{share}% of {_amount_text(allowance.total)} rate-minutes used since {allowance.since}"
        occasion = f"retainer.{allowance.since}"
        yield CareItem("E9", occasion, "retainer nearly used", why, today, today, CareState.DUE)


def _expiring(block: PrepaidBlock, today: datetime.date) -> Iterator[CareItem]:
    ends, left = block.expires_on, Fraction(block.remaining)
    if ends is not None and left > 0:
        why = f"{block.name} expires on {ends} with {_percent(left, Fraction(block.size))}% of it left"
        occasion, opens = f"expires.{_spelled(block.name)}", ends - _days(EXPIRES_WITHIN)
        yield from dated(CareItem("E9", occasion, "a prepaid block expires", why, opens, ends), today)


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
