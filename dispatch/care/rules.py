"""All rules of account care on one client, or on all of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dispatch.care.account import Account
from dispatch.care.item import CareItem, Workdays, ended
from dispatch.care.offers import offers, unhappy
from dispatch.care.proposals import follow_ups
from dispatch.care.terms import balance, cadence, ends, gaps, proactive, renewal, review, survey

TITLES = {
    "E1": "cadence",
    "E2": "survey",
    "E3": "renewal",
    "E4": "offer after an emergency",
    "E5": "offer after an audit",
    "E6": "unhappy elsewhere",
    "E7": "our unhappy client",
    "E8": "proactive",
    "E9": "balance",
    "E10": "spend",
    "E17": "equipment",
    "E18": "proposal",
    "D8": "review",
}
"""The rules in words."""


def items_of(account: Account, today: datetime.date, workdays: Workdays) -> list[CareItem]:
    """What is due to a client, the first due first; what has ended is left out, what waits says so."""
    items = (ended(item, account.marks, today) for item in _all(account, today, workdays))
    return in_order(
        replace(item, client_id=account.client_id, client=account.name) for item in items if item is not None
    )


def in_order(items: Iterable[CareItem]) -> list[CareItem]:
    """Items by their due date, undated ones last."""
    return sorted(items, key=lambda item: (item.due is None, item.due or item.opens, item.client.casefold(), item.key))


def by_client(items: Iterable[CareItem]) -> dict[str, list[CareItem]]:
    """Items by the name of their client, first the client to whom something is due first."""
    groups: dict[str, list[CareItem]] = {}
    for item in in_order(items):
        groups.setdefault(item.client, []).append(item)
    return groups


def _all(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[CareItem]:
    terms = account.in_force(today)
    if terms is not None:
        if (item := cadence(account, terms, today)) is not None:
            yield item
        yield from survey(account, terms, today)
        yield from review(account, terms, today)
        yield from proactive(account, today)
        yield from balance(account, terms, today)
    yield from renewal(account, today)
    yield from offers(account, today, workdays)
    yield from unhappy(account, today, workdays)
    yield from gaps(account, today)
    yield from ends(account, today)
    yield from follow_ups(account, today)
