"""A client's month of service levels, read from what is kept (design/service-levels.md D8)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from db import clocks, sheets, visits
from db.store import Store
from dispatch.desk.levels.clocks import REQUESTS, TermsBook, clocks_of
from dispatch.desk.session.refusals import Faulty
from dispatch.levels.report import ClockOutcome, LevelMonth, RequestClocks, month_of
from dispatch.model.clients import Client
from dispatch.model.instants import day_bounds
from dispatch.model.money import to_minor
from dispatch.model.states import ENDED, State
from dispatch.model.visits import ended_within


@dataclass(frozen=True, slots=True)
class ClientMonth:
    """The figures of a client's month; `month` is written as 2026-11."""

    client: str
    month: str
    figures: LevelMonth
    currency: str
    exponent: int


def read_month(text: str, today: datetime.date) -> datetime.date:
    """The first day of a month written as 2026-11; empty: the one before today's.

    Raises:
        Faulty: it is no month.
    """
    if not text.strip():
        return (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    try:
        return datetime.date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise Faulty([f"month: {text!r} is not a month such as 2026-11"]) from None


def client_month(store: Store, client: Client, first: datetime.date) -> ClientMonth:
    """The requests that a client made in a month, and what came of them; in the rate card's zone."""
    with store.read():
        book = TermsBook(store, {client.id})
        last = (first + datetime.timedelta(days=31)).replace(day=1)
        start, end = day_bounds(first, book.zone_on(first))[0], day_bounds(last, book.zone_on(last))[0]
        own = visits.of_client(store, client.id)
        made = [visit for visit in own if visit.kind in REQUESTS and start <= visit.requested_at < end]
        left_open = {visit.id for visit in own if visit.state is State.LEFT_OPEN}
        # the follow-up of a visit that was left open is no request of its own
        requests = [visit for visit in made if visit.parent_id not in left_open]
        clocks_by_visit = clocks_of(store, requests)
        facts = clocks.facts_of(store, [visit.id for visit in requests])
        told = []
        for visit in requests:
            calendar = book.terms(client.id, visit.requested_at).calendar
            waits = [wait for wait in facts.get(visit.id, clocks.NOTHING).waits if wait.kind == "client"]
            now = store.clock.now()
            minutes = tuple(
                calendar.counted(wait.starts_at - wait.starts_at % 60, (wait.ends_at or now) // 60 * 60)
                for wait in waits
            )
            own_clocks = tuple(
                ClockOutcome(
                    clock.clock, clock.reading.state, clock.reading.elapsed, clock.aim, not clock.running, clock.cause
                )
                for clock in clocks_by_visit.get(visit.id, ())
            )
            told.append(RequestClocks(own_clocks, minutes))
        still_open = sum(visit.parent_id is not None and visit.state not in ENDED for visit in own)
        ended = [visit.id for visit in ended_within(own, start, end)]
        value, currency, exponent = _value_covered(store, ended, book.firm.currency)
    return ClientMonth(client.name, f"{first:%Y-%m}", month_of(told, still_open, value), currency, exponent)


def _value_covered(store: Store, visit_ids: list[int], currency: str) -> tuple[int, str, int]:
    """What the zero lines of the kept sheets would have cost, in minor units, with the currency and its decimals."""
    total, exponent = Decimal(0), 2
    for sheet in sheets.latest_sheets(store, visit_ids).values():
        currency, exponent = sheet.currency, sheet.exponent
        total += sum(Decimal(str(line.get("value", 0))) for line in sheet.sheet.get("lines", []))
    from fractions import Fraction

    return to_minor(Fraction(total), exponent), currency, exponent
