"""When to offer an agreement, or an audit, and when to keep quiet (E4, E5, E6, E10)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from dispatch.care.account import Account
from dispatch.care.item import CareItem, CareState, dated
from dispatch.care.workdays import Workdays

OFFERS = frozenset({"E4", "E5", "E6", "E10"})
"""The rules that are held back while something of ours is not in order, or an offer was made or declined lately."""
_OFFER = "offer an agreement"
FREE = "offer"
"""The rule of an offer that was made or declined without a prompt."""
MADE_WITHIN, DECLINED_WITHIN = 30, 90
RECENT = 90
"""Days after which an emergency is no reason any more to offer something."""
AFTER_EMERGENCY, AFTER_AUDIT, AUDIT_WITHIN, AFTER_SPENDING = 2, 5, 10, 10
"""Working days."""
FEES = 3
"""Charges of so many months' fees are reason enough."""


def offers(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    """The prompts of a client without an agreement, each held back where that is better."""
    if account.in_force(today) is not None:
        return
    reasons = held_back(account, today)
    for found in (
        *_after_emergency(account, today, workdays),
        *_after_audit(account, today, workdays),
        *_unhappy_elsewhere(account, today, workdays),
        *_spending(account, today, workdays),
    ):
        suited = "; well suited by its size" if found.what == _OFFER and account.well_suited else ""
        state = CareState.HELD if reasons else found.state
        yield replace(found, why=found.why + suited, state=state, held=reasons)


def held_back(account: Account, today: datetime.date) -> tuple[str, ...]:
    """Why no offer is made to a client now, in words; nothing where one may be made."""
    reasons = [f"a test of {one.reference} stands overridden or failing" for one in account.visits if one.bad_test]
    reasons += [
        f"the follow-up {one.reference} for our own failure is open"
        for one in account.visits
        if one.open and one.own_failure and one.follow_up
    ]
    # proposing an audit (E6) is no offer of an agreement yet; declining one says enough
    for mark in account.marks:
        days = (today - mark.day).days
        if mark.outcome == "done" and mark.rule in (OFFERS | {FREE}) - {"E6"} and 0 <= days <= MADE_WITHIN:
            reasons.append(f"an offer was made on {mark.day}")
        if mark.outcome == "declined" and mark.rule in OFFERS | {FREE} and 0 <= days <= DECLINED_WITHIN:
            reasons.append(f"an offer was declined on {mark.day}")
    return tuple(dict.fromkeys(reasons))


def emergency_went_well(account: Account, reference: str, today: datetime.date) -> bool:
    """Whether a visit is one after which an agreement is offered (E4)."""
    return account.in_force(today) is None and any(
        one.reference == reference and one.emergency and one.closed and one.all_passed and one.satisfied is True
        for one in account.visits
    )


def _after_emergency(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    for one in account.visits:
        if (today - one.day).days > RECENT or not emergency_went_well(account, one.reference, today):
            continue
        due = workdays.after(one.day, AFTER_EMERGENCY)
        why = f"the emergency {one.reference} ended well, every test passed and the client was satisfied"
        yield from dated(CareItem("E4", one.reference, _OFFER, why, one.day, due, visit=one.reference), today)


def _after_audit(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    for one in account.visits:
        if one.kind != "audit" or not one.closed or (today - one.day).days > 4 * RECENT:
            continue
        if one.handed_over is None:
            why = f"the audit {one.reference} is done; its report is not handed over yet"
            yield CareItem("E5", one.reference, _OFFER, why, one.day, None, visit=one.reference)
            continue
        due = workdays.after(one.handed_over, AFTER_AUDIT)
        why = f"the report of the audit {one.reference} was handed over on {one.handed_over}"
        yield from dated(CareItem("E5", one.reference, _OFFER, why, one.handed_over, due, visit=one.reference), today)


def _unhappy_elsewhere(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    noted = account.unhappy_noted_on
    if account.kind != "prospect" or noted is None:
        return
    if any(one.kind == "audit" and (one.open or one.completed) for one in account.visits):
        return
    why = f"unhappy with the present provider, noted on {noted}"
    due = workdays.after(noted, AUDIT_WITHIN)
    yield from dated(CareItem("E6", noted.isoformat(), "propose an audit", why, noted, due), today)


def _spending(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    fee = account.smallest_fee
    if account.kind != "client" or not fee or account.spent < FEES * fee:
        return
    day = max((one.day for one in account.visits if one.completed and one.day <= today), default=today)
    due = workdays.after(day, AFTER_SPENDING)
    why = f"the charges of the last {RECENT} days come to {FEES} months of the smallest agreement's fee"
    yield from dated(CareItem("E10", f"{day:%Y-%m}", _OFFER, why, day, due), today)
