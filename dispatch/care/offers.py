"""When to offer an agreement or an audit, when to keep quiet, and what follows when our own client is unhappy (E4 to E7, E10)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from dispatch.care.account import Account
from dispatch.care.item import CareItem, CareState, Workdays, dated

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
    for item in (
        *_after_emergency(account, today, workdays),
        *_after_audit(account, today, workdays),
        *_unhappy_elsewhere(account, today, workdays),
        *_spending(account, today, workdays),
    ):
        suited = "; well suited by its size" if item.what == _OFFER and account.well_suited else ""
        state = CareState.HELD if reasons else item.state
        yield replace(item, why=item.why + suited, state=state, held=reasons)


def held_back(account: Account, today: datetime.date) -> tuple[str, ...]:
    """Why no offer is made to a client now, in words; nothing where one may be made."""
    reasons = [
        f"a test of {visit.reference} stands overridden or failing" for visit in account.visits if visit.bad_test
    ]
    reasons += [
        f"the follow-up {visit.reference} for our own failure is open"
        for visit in account.visits
        if visit.open and visit.own_failure and visit.follow_up
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
        visit.reference == reference
        and visit.emergency
        and visit.closed
        and visit.all_passed
        and visit.satisfied is True
        for visit in account.visits
    )


def _after_emergency(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    for visit in account.visits:
        if (today - visit.day).days > RECENT or not emergency_went_well(account, visit.reference, today):
            continue
        due = workdays.after(visit.day, AFTER_EMERGENCY)
        why = f"the emergency {visit.reference} ended well, every test passed and the client was satisfied"
        yield from dated(CareItem("E4", visit.reference, _OFFER, why, visit.day, due, visit=visit.reference), today)


def _after_audit(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    for visit in account.visits:
        if visit.kind != "audit" or not visit.closed or (today - visit.day).days > 4 * RECENT:
            continue
        if visit.handed_over is None:
            why = f"the audit {visit.reference} is done; its report is not handed over yet"
            yield CareItem("E5", visit.reference, _OFFER, why, visit.day, None, visit=visit.reference)
            continue
        due = workdays.after(visit.handed_over, AFTER_AUDIT)
        why = f"the report of the audit {visit.reference} was handed over on {visit.handed_over}"
        yield from dated(
            CareItem("E5", visit.reference, _OFFER, why, visit.handed_over, due, visit=visit.reference), today
        )


def _unhappy_elsewhere(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    noted = account.unhappy_noted_on
    if account.kind != "prospect" or noted is None:
        return
    if any(visit.kind == "audit" and (visit.open or visit.completed) for visit in account.visits):
        return
    why = f"unhappy with the present provider, noted on {noted}"
    due = workdays.after(noted, AUDIT_WITHIN)
    yield from dated(CareItem("E6", noted.isoformat(), "propose an audit", why, noted, due), today)


def _spending(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    fee = account.smallest_fee
    if account.kind != "client" or not fee or account.spent < FEES * fee:
        return
    day = max((visit.day for visit in account.visits if visit.completed and visit.day <= today), default=today)
    due = workdays.after(day, AFTER_SPENDING)
    why = f"the charges of the last {RECENT} days come to {FEES} months of the smallest plan's fee"
    yield from dated(CareItem("E10", f"{day:%Y-%m}", _OFFER, why, day, due), today)


LOW_SCORE = 6
BREACHES_WITHIN = 30
CONTACT, IN_PERSON = 2, 10
"""Working days within which the lead makes contact, and meets them."""


def unhappy(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    """Two items of an unhappy client, contact and in person, with every sign of it that came before contact was made. They end
    only with a note."""
    for occasion, (day, signs) in _unhappy(account).items():
        why = "; ".join(dict.fromkeys(signs))
        for step, days, what in (("contact", CONTACT, "call them"), ("visit", IN_PERSON, "meet them in person")):
            due = workdays.after(day, days)
            yield from dated(CareItem("E7", f"{occasion}.{step}", what, why, day, due, needs_note=True), today)


def _unhappy(account: Account) -> dict[str, tuple[datetime.date, list[str]]]:
    """Signs of an unhappy client, with those that came while contact was still to be made (and was not put off), by the occasion
    and the day of the first. Two missed targets within 30 days are one sign, however many follow, until it is closed; then
    counting begins anew."""
    closed: dict[str, datetime.date] = {}
    taken_up: dict[str, datetime.date] = {}
    for mark in account.marks:
        occasion, _, step = mark.occasion.rpartition(".")
        if mark.rule == "E7" and step == "contact":
            taken_up[occasion] = mark.day
            if mark.outcome in ("done", "declined"):
                closed[occasion] = mark.day
    found: dict[str, tuple[datetime.date, list[str]]] = {}

    def add(occasion: str, day: datetime.date, why: str) -> datetime.date | None:
        """Returns when the one that it belongs to was closed."""
        first = occasion
        if occasion not in closed and occasion not in found:
            earlier = (one for one, (since, _) in found.items() if since <= day <= taken_up.get(one, day))
            first = next(earlier, occasion)
        found.setdefault(first, (day, []))[1].append(why)
        return closed.get(first)

    last = max((day for occasion, day in closed.items() if occasion.startswith("breaches.")), default=datetime.date.min)
    before, until = None, datetime.date.min
    missed = ((day, "", "") for day in account.breaches)
    for day, occasion, why in sorted((*_said(account), *missed), key=lambda sign: (sign[0], not sign[1])):
        if occasion:
            add(occasion, day, why)
            continue
        if day <= until:
            continue
        if before is None or (day - before).days > BREACHES_WITHIN:
            before = day
            continue
        two_missed = f"breaches.{day}"
        # what is long past is not looked for any more: what is left of a sign that was closed makes none of its own
        if two_missed not in closed and day <= last:
            before, until = None, last
            continue
        two = f"two targets were missed within {BREACHES_WITHIN} days, on {before} and {day}"
        before, until = None, add(two_missed, day, two) or datetime.date.max
    return found


def _said(account: Account) -> Iterator[tuple[datetime.date, str, str]]:
    """What a client said that is a sign, with its day and its occasion."""
    for visit in account.visits:
        if visit.satisfied is False:
            yield visit.day, visit.reference, f"signed off {visit.reference} as not satisfied on {visit.day}"
        elif visit.none_wanted:
            left = f"wants nobody back for {visit.reference}, which was left open on {visit.day}"
            yield visit.day, visit.reference, left
    for survey in account.surveys:
        if survey.score is not None and survey.score <= LOW_SCORE:
            why = f"answered the survey of {survey.day} with {survey.score} of 10"
            yield survey.day, f"survey.{survey.day}", why
