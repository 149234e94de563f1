"""Agreements and rate cards, as they are dated and kept. What they mean in money is in `dispatch.charges`."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPENING_HOURS: Mapping[str, Any] = {
    day: [["08:00", "17:00"]] if number < 5 else [] for number, day in enumerate(WEEKDAYS)
}
"""The hours of a rate card that says none; a weekday that a card leaves out keeps these (design/charges.md B14, B16)."""


KIND_WORDS = {
    "tm": "time and materials",
    "fixed_price": "fixed price",
    "retainer": "retainer",
    "block_hours": "prepaid hours",
    "block_money": "prepaid money",
}
"""The kinds of agreement, in the words for people."""


def in_words(choice: str) -> str:
    """What stands for one of some words in records and files, such as the kind of an agreement, as people read it."""
    return KIND_WORDS.get(choice, choice.replace("_", " "))


def left_open(kind: str, allowance: object, *, priced: bool) -> str:
    """What an agreement or a plan of a kind should say and does not (design/account-care.md E12); empty: nothing."""
    if kind == "retainer" and not allowance:
        return "A retainer without an allowance grants nothing."
    if kind == "fixed_price" and not priced:
        return "A fixed price without a fee is work for nothing."
    return ""


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class RateCard:
    """A dated price list; `card` is the object of design/charges.md B14."""

    id: int
    name: str
    valid_from: datetime.date
    card: Mapping[str, Any]
    version: int = 1


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """What an agreement promises beside its prices (design/service-levels.md D1, D2, D5; design/account-care.md E1, E2, E8).

    `targets` are its own service-level targets by priority, in counted minutes: {"P1": {"onsite": 240}}; null takes one of
    the firm's away. `calendar` has the form of a worked example (`timezone`, `hours`, `holidays`, `always`); what is missing
    is the rate card's. `monthly_fee` is in minor units. Visits a month that nobody agreed are what the firm aims at.
    """

    targets: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)
    calendar: Mapping[str, Any] = field(default_factory=dict)
    cadence_min: int = 1
    cadence_target: int = 2
    survey_days: int = 365
    proactive: bool = False
    workaround_counts: bool = False
    vendor_pauses: bool = False
    monthly_fee: int | None = None
    cadence_agreed: bool = False

    @property
    def visits_agreed(self) -> bool:
        """Whether its visits a month were agreed with the client: they were said, or are others than the usual ones."""
        return self.cadence_agreed or (self.cadence_min, self.cadence_target) != (1, 2)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Dated terms between firm and client; `terms` is the agreement object of design/charges.md B14, blocks included.

    `rollover` says what becomes of a month's unused allowance: none, next_month, or capped at `rollover_cap` rate-minutes.
    The allowance, what rolls over and `service` are dated: they are those of the day for which it was read, and `promised`
    is every word on the service, by the day from which on it counts. None there: `service` has always counted.
    `service_plan_id` is the plan that it was made from.
    """

    id: int
    client_id: int
    name: str
    kind: str
    starts: datetime.date
    ends: datetime.date | None
    terms: Mapping[str, Any]
    version: int = 1
    rollover: str = "none"
    rollover_cap: int | None = None
    service: ServiceTerms = ServiceTerms()
    service_plan_id: int | None = None
    promised: tuple[tuple[datetime.date, ServiceTerms], ...] = ()

    def service_on(self, day: datetime.date) -> ServiceTerms:
        """What it promised on a day beside its prices."""
        return next((service for since, service in reversed(self.promised) if since <= day), self.service)

    def covers(self, day: datetime.date) -> bool:
        """Whether it is in force on a day; both its first and its last day count (design/charges.md B2.2)."""
        return self.starts <= day and (self.ends is None or day <= self.ends)

    def month_of(self, day: datetime.date) -> datetime.date:
        """The first day of the agreement month of `day`: months count from the day on which the agreement starts."""
        count = (day.year - self.starts.year) * 12 + day.month - self.starts.month
        first = months_later(self.starts, count)
        return first if first <= day else months_later(self.starts, count - 1)

    def months_until(self, month: datetime.date) -> Iterator[datetime.date]:
        """The first days of the agreement months before that one, from the first on."""
        count = 0
        while (first := months_later(self.starts, count)) < month:
            yield first
            count += 1

    def month_in(self, year: int, month: int) -> datetime.date:
        """The first day of the agreement month that begins in a month of the year."""
        return months_later(self.starts, (year - self.starts.year) * 12 + month - self.starts.month)


@dataclass(frozen=True, slots=True)
class PrepaidBlock:
    """A prepaid block. `size` and `remaining` are decimal text: rate-minutes, for block_money minor units of money. `price` is what
    it was sold for, minor units as decimal text; None: nobody said."""

    name: str
    size: str
    remaining: str
    purchased_on: datetime.date | None = None
    expires_on: datetime.date | None = None
    price: str | None = None
    id: int = 0
    version: int = 1
