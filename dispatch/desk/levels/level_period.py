"""A client's service levels of a month, a quarter or a year, read from what is kept (design/service-levels.md D8)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from db import clocks, sheets, visits
from db.store import Store
from dispatch.desk.levels.clocks import TermsBook, VisitClock, clocks_of, has_clocks
from dispatch.desk.session.refusals import Faulty
from dispatch.levels.report import ClockOutcome, LevelFigures, RequestClocks, figures_of
from dispatch.model.clients import Client
from dispatch.model.money import to_minor
from dispatch.model.periods import Period, read_period
from dispatch.model.states import ENDED, State
from dispatch.model.visits import Visit, ended_within


@dataclass(frozen=True, slots=True)
class ClientLevels:
    """The figures of a client's period, and each request that they count with its clocks, in the order in which they were made."""

    client: str
    period: Period
    figures: LevelFigures
    currency: str
    exponent: int
    requests: tuple[tuple[Visit, tuple[VisitClock, ...]], ...]


def period_typed(text: str, today: datetime.date, kind: str = "") -> Period:
    """A period as `read_period` reads it.

    Raises:
        Faulty: it cannot be read.
    """
    try:
        return read_period(text, today, kind)
    except ValueError as fault:
        raise Faulty([f"{kind or 'period'}: {fault}"]) from None


def client_levels(store: Store, client: Client, period: Period) -> ClientLevels:
    """The requests that a client made in a period, and what came of them; in the rate card's zone."""
    with store.read():
        book = TermsBook(store, {client.id})
        start, end = book.bounds(period)
        now = store.clock.now()
        own = visits.of_client(store, client.id)
        made = [visit for visit in own if has_clocks(visit) and start <= visit.requested_at < end]
        left_open = {visit.id for visit in own if visit.state is State.LEFT_OPEN}
        # the follow-up of a visit that was left open is no request of its own
        requests = [visit for visit in made if visit.parent_id not in left_open]
        requests.sort(key=lambda visit: (visit.requested_at, visit.id))
        clocks_by_visit = clocks_of(store, requests)
        facts = clocks.facts_of(store, [visit.id for visit in requests])
        told = []
        for visit in requests:
            calendar = book.terms(client.id, visit.requested_at).calendar
            waits = [wait for wait in facts.get(visit.id, clocks.NOTHING).waits if wait.kind == "client"]
            minutes = tuple(
                calendar.counted(wait.starts_at - wait.starts_at % 60, (wait.ends_at or now) // 60 * 60)
                for wait in waits
            )
            # what ended without what it waited for has waited until then
            over = now if visit.ended_at is None else visit.ended_at
            own_clocks = tuple(
                ClockOutcome(
                    clock.clock,
                    clock.reading.state,
                    clock.reading.elapsed,
                    clock.aim,
                    not clock.running,
                    clock.cause,
                    max(0, (clock.achieved or (now if clock.running else over)) - visit.requested_at) // 60,
                )
                for clock in clocks_by_visit.get(visit.id, ())
            )
            told.append(RequestClocks(own_clocks, minutes))
        still_open = sum(visit.parent_id is not None and visit.state not in ENDED for visit in own)
        ended = [visit.id for visit in ended_within(own, start, end)]
        value, currency, exponent = _value_covered(store, ended, book.firm.currency)
    by_request = tuple((visit, clocks_by_visit.get(visit.id, ())) for visit in requests)
    return ClientLevels(client.name, period, figures_of(told, still_open, value), currency, exponent, by_request)


def _value_covered(store: Store, visit_ids: list[int], currency: str) -> tuple[int, str, int]:
    """What the zero lines of the kept sheets would have cost, in minor units, with the currency and its decimals."""
    total, exponent = Decimal(0), 2
    for sheet in sheets.latest_sheets(store, visit_ids).values():
        currency, exponent = sheet.currency, sheet.exponent
        total += sum(Decimal(str(line.get("value", 0))) for line in sheet.sheet.get("lines", []))
    from fractions import Fraction

    return to_minor(Fraction(total), exponent), currency, exponent
