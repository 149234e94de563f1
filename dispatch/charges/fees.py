"""What an agreement costs a month, whatever was visited (design/invoices.md, Fees)."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dispatch.model.agreements import Agreement
from dispatch.model.money import rounded

WITHOUT_FEE = frozenset({"block_hours", "block_money"})
"""Kinds of agreement that have none where nobody wrote one down: they are paid for when a block is sold. Of the others it is not
known then."""


@dataclass(frozen=True, slots=True)
class MonthFee:
    """The fee of the days from `first` to `last` of a calendar month, in minor units: `amount`, None where it is not known.

    `part` is their share of the month and `each` the fee of a whole one, None where it changes within these days.
    """

    first: datetime.date
    last: datetime.date
    amount: int | None
    part: Fraction
    each: int | None

    @property
    def month(self) -> str:
        """The month, as 2026-12."""
        return self.first.isoformat()[:7]


def month_fee(agreement: Agreement, month: datetime.date, since: datetime.date) -> MonthFee | None:
    """The fee of the month of a day: each day is worth the fee that counts on it over the days of the month, all of them rounded
    once. Days before `since` are not counted; None: no day of it has one.
    """
    length = calendar.monthrange(month.year, month.month)[1]
    days = [
        day for number in range(1, length + 1) if (day := month.replace(day=number)) >= since and agreement.covers(day)
    ]
    fees = [agreement.service_on(day).monthly_fee for day in days]
    if agreement.kind in WITHOUT_FEE:
        fees = [fee or 0 for fee in fees]
    if not days:
        return None
    known = [fee for fee in fees if fee is not None]
    amount = rounded(Fraction(sum(known), length)) if len(known) == len(days) else None
    each = fees[0] if len(set(fees)) == 1 else None
    return MonthFee(days[0], days[-1], amount, Fraction(len(days), length), each)


def month_fees(agreement: Agreement, since: datetime.date, until: datetime.date) -> Iterator[MonthFee]:
    """The fees that are due by a day, month by month: a fee is paid in advance, so one is due on the day before it begins.

    Args:
        since: the first day that counts.
        until: the last day of what is invoiced.
    """
    due = until + datetime.timedelta(days=1)
    month = max(agreement.starts, since).replace(day=1)
    while month <= due:
        fee = month_fee(agreement, month, since)
        if fee is not None and fee.first <= due and fee.amount != 0:
            yield fee
        month = (month + datetime.timedelta(days=31)).replace(day=1)
