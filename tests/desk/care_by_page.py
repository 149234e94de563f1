"""What is due to clients on a day, by the page (docs/design/account-care.md) and what was done: never by the program itself."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

DAY = datetime.timedelta(1)


class Expected(NamedTuple):
    """What a prompt says, that is compared."""

    client: str
    rule: str
    what: str
    due: datetime.date | None
    state: str


def days(count: int) -> datetime.timedelta:
    return datetime.timedelta(count)


def months_on(day: datetime.date, count: int) -> datetime.date:
    """So many months later, at the end of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of(month: datetime.date) -> datetime.date:
    return months_on(month.replace(day=1), 1) - DAY


def workdays_on(day: datetime.date, count: int) -> datetime.date:
    """The firm of this test works from Monday to Friday, without holidays."""
    while count:
        day += DAY
        count -= day.weekday() < 5
    return day


@dataclass
class Terms:
    """An agreement as it was sold."""

    starts: datetime.date
    ends: datetime.date
    proactive: bool = False
    target: int = 2

    def covers(self, day: datetime.date) -> bool:
        return self.starts <= day <= self.ends


@dataclass
class Piece:
    """An end of equipment, and when it was answered."""

    what: str
    ends: datetime.date
    answered: datetime.date | None = None


@dataclass
class Audit:
    day: datetime.date
    handed_over: datetime.date | None = None


@dataclass
class Offered:
    """A proposal that was sent: when it is asked about next, until when it holds, whether it was answered."""

    ask: datetime.date
    until: datetime.date
    answered: bool = False


@dataclass
class Ledger:
    """What happened with a client, by those who did it. `ended`: prompts that were ticked off, by what tells them apart."""

    terms: list[Terms] = field(default_factory=list)
    contacts: list[datetime.date] = field(default_factory=list)
    booked: dict[str, datetime.date] = field(default_factory=dict)
    answers: list[tuple[datetime.date, int]] = field(default_factory=list)
    reviews_asked: dict[str, datetime.date] = field(default_factory=dict)
    maintained: list[datetime.date] = field(default_factory=list)
    reviews: list[datetime.date] = field(default_factory=list)
    emergencies: list[datetime.date] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    proposals: list[Offered] = field(default_factory=list)
    unhappy_elsewhere: datetime.date | None = None
    offers_made: list[datetime.date] = field(default_factory=list)
    offers_declined: list[datetime.date] = field(default_factory=list)
    ended: set[tuple[str, datetime.date]] = field(default_factory=set)

    def in_force(self, day: datetime.date) -> Terms | None:
        return next((terms for terms in self.terms if terms.covers(day)), None)

    def since(self, terms: Terms) -> datetime.date:
        """The first day from which on there has been an agreement without a break."""
        first = terms.starts
        while (before := self.in_force(first - DAY)) is not None:
            first = before.starts
        return first


def window(today: datetime.date, opens: datetime.date, due: datetime.date, late: datetime.date) -> str | None:
    """How something stands that opens, is due, and is overdue after a day."""
    if today < opens:
        return None
    return "open" if today < due else "due" if today <= late else "overdue"


def expected(name: str, of: Ledger, today: datetime.date) -> Iterator[Expected]:
    """What is due to a client at the end of a day, by the table of the page."""

    def prompt(rule: str, what: str, due: datetime.date | None, state: str | None) -> Iterator[Expected]:
        if state is not None:
            yield Expected(name, rule, what, due, state)

    terms = of.in_force(today)
    if terms is not None:
        yield from _cadence(prompt, of, terms, today)
        yield from _survey(prompt, of, terms, today)
        base = max([terms_since := of.since(terms), *(day for day in of.reviews if day >= terms_since)])
        due = months_on(base, 3)
        # a visit that is asked for does for it as long as its day is not over
        if all(day < today for day in of.reviews_asked.values()):
            yield from prompt("D8", "review with the client", due, window(today, due - days(15), due, due))
        yield from _health_check(prompt, of, today)
    yield from _renewal(prompt, of, today)
    if terms is None:
        yield from _offers(prompt, of, today)
    yield from _answered(prompt, of, today)


Prompt = Callable[[str, str, "datetime.date | None", "str | None"], Iterator[Expected]]


def _renewal(prompt: Prompt, of: Ledger, today: datetime.date) -> Iterator[Expected]:
    """E3: from 90 days before the end, due 30 before; the day after it is over."""
    for one in of.terms:
        if one.starts > today or any(other.starts > one.starts and other.ends > one.ends for other in of.terms):
            continue
        if today > one.ends:
            if ("renew or let go", one.ends) not in of.ended:
                yield from prompt("E3", "renew or let go", one.ends + DAY, "expired")
        elif ("talk about renewing", one.ends) not in of.ended:
            due = one.ends - days(30)
            yield from prompt("E3", "talk about renewing", due, window(today, one.ends - days(90), due, due))


def _answered(prompt: Prompt, of: Ledger, today: datetime.date) -> Iterator[Expected]:
    """E7 of surveys, E17 of equipment, E18 of proposals."""
    for day, score in of.answers:
        for what, count in (("call them", 2), ("meet them in person", 10)):
            if score <= 6 and day <= today and (what, day) not in of.ended:
                due = workdays_on(day, count)
                yield from prompt("E7", what, due, window(today, day, due, due))
    for piece in of.pieces:
        if piece.answered is None or piece.answered > today:
            state = window(today, piece.ends - days(60), piece.ends, piece.ends)
            yield from prompt("E17", f"renew a {piece.what}", piece.ends, state)
    for offered in of.proposals:
        day = min(offered.ask, offered.until)
        due = offered.until if today > offered.until else offered.ask
        if not offered.answered and (f"ask {due}", due) not in of.ended:
            yield from prompt("E18", "ask about our proposal", due, window(today, day, due, due))


def _cadence(prompt: Prompt, of: Ledger, terms: Terms, today: datetime.date) -> Iterator[Expected]:
    """E1: at least one contact a calendar month, two are the target."""
    since, month = of.since(terms), today.replace(day=1)

    def made(first: datetime.date) -> int:
        return sum(first <= day <= min(end_of(first), today) for day in of.contacts)

    def exempt(first: datetime.date) -> bool:
        return since > first.replace(day=15)

    last = max((day for day in of.contacts if day <= today), default=datetime.date.min)
    before = months_on(month, -1)
    while end_of(before) >= since:
        if last > end_of(before):
            break
        if not exempt(before) and made(before) < 1:
            yield from prompt("E1", "a visit on site", end_of(before), "overdue")
            return
        before = months_on(before, -1)
    if exempt(month):
        return
    ahead = sum(today <= day <= end_of(month) for day in of.booked.values())
    state = None
    if made(month) >= terms.target:
        state = None
    elif made(month) >= 1 and today.day >= 22:
        state = "below_target"
    elif made(month) + ahead < 1 and today.day >= 15:
        state = "due"
    yield from prompt("E1", "a visit on site", end_of(month), state)


def _survey(prompt: Prompt, of: Ledger, terms: Terms, today: datetime.date) -> Iterator[Expected]:
    """E2: a year after the last answer or the start, and once in the window before the end; the earlier counts."""
    answered = [day for day, _ in of.answers if day <= today]
    due = max(answered, default=of.since(terms)) + days(365)
    if not any(terms.ends - days(75) <= day <= terms.ends for day in answered):
        due = min(due, terms.ends - days(60))
    yield from prompt("E2", "survey", due, window(today, due - days(15), due, due + days(15)))


def _health_check(prompt: Prompt, of: Ledger, today: datetime.date) -> Iterator[Expected]:
    """E8: each month where the agreement lists it; one that was not done stands for a month more."""
    this = today.replace(day=1)
    for month in (months_on(this, -1), this):
        terms = of.in_force(min(end_of(month), today))
        if terms is None or not terms.proactive or of.since(terms) > month.replace(day=15):
            continue
        kept = any(month <= day <= min(end_of(month), today) for day in of.maintained)
        if not kept and ("log and health check", month) not in of.ended:
            last = end_of(month)
            yield from prompt("E8", "log and health check", last, window(today, month, last, last))


def _offers(prompt: Prompt, of: Ledger, today: datetime.date) -> Iterator[Expected]:
    """E4, E5, E6: held back for 30 days after an offer, and for 90 after it was declined."""
    held = any(0 <= (today - day).days <= 30 for day in of.offers_made)
    held |= any(0 <= (today - day).days <= 90 for day in of.offers_declined)

    def offer(rule: str, what: str, due: datetime.date | None, state: str | None) -> Iterator[Expected]:
        yield from prompt(rule, what, due, state and ("held" if held else state))

    for day in of.emergencies:
        if day <= today <= day + days(90) and ("offer an agreement", day) not in of.ended:
            due = workdays_on(day, 2)
            yield from offer("E4", "offer an agreement", due, window(today, day, due, due))
    for one in of.audits:
        if one.day > today or ("offer an agreement", one.day) in of.ended:
            continue
        if one.handed_over is None or one.handed_over > today:
            yield from offer("E5", "offer an agreement", None, "open")
        else:
            due = workdays_on(one.handed_over, 5)
            yield from offer("E5", "offer an agreement", due, window(today, one.handed_over, due, due))
    if of.unhappy_elsewhere is not None and today >= of.unhappy_elsewhere and not of.audits:
        due = workdays_on(of.unhappy_elsewhere, 10)
        yield from offer("E6", "propose an audit", due, window(today, of.unhappy_elsewhere, due, due))
