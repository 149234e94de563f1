"""What the rules of account care know of a client: agreements, visits, surveys, balances, and how earlier prompts ended.

All days are in the client's (the rate card's) time zone; money is in minor units.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction

from dispatch.model.agreements import Agreement, PrepaidBlock


@dataclass(frozen=True, slots=True)
class CareVisit:
    """A visit as care sees it.

    `day` is when it took place, or is planned. `completed`: work was done on site; `closed`: with all its gates; `booked`:
    it is planned and still ahead. `all_passed`: every test; `bad_test`: one stands overridden or failing, and no follow-up
    has been closed since. `satisfied` is the client's word, None where they gave none;
    `none_wanted`: it was left open, and they want nobody back.
    """

    reference: str
    day: datetime.date
    kind: str = "visit"
    completed: bool = False
    closed: bool = False
    booked: bool = False
    open: bool = False
    own_failure: bool = False
    follow_up: bool = False
    emergency: bool = False
    all_passed: bool = False
    bad_test: bool = False
    satisfied: bool | None = None
    none_wanted: bool = False
    handed_over: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey: sent on a day (`score` None), or answered on it with 0 to 10."""

    day: datetime.date
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """A retainer's month: rate-minutes used, of those there were, since its first day."""

    since: datetime.date
    used: Fraction
    total: Fraction


@dataclass(frozen=True, slots=True)
class PromptMark:
    """How a prompt ended on a day, or until when it sleeps: done, declined or snoozed."""

    rule: str
    occasion: str
    outcome: str
    day: datetime.date
    until: datetime.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a review found missing, with its owner and its day."""

    id: int
    what: str
    owner: str
    due: datetime.date


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about one client. `breaches` are the days on which targets were missed, `spent` the net charges of the
    last 90 days, `smallest_fee` the lowest monthly fee that a plan of the catalogue has for them, where any is known."""

    client_id: int
    name: str
    kind: str = "client"
    computers: int | None = None
    servers: int | None = None
    unhappy_noted_on: datetime.date | None = None
    agreements: tuple[Agreement, ...] = ()
    visits: tuple[CareVisit, ...] = ()
    surveys: tuple[Survey, ...] = ()
    breaches: tuple[datetime.date, ...] = ()
    blocks: tuple[PrepaidBlock, ...] = ()
    allowance: Allowance | None = None
    spent: int = 0
    smallest_fee: int | None = None
    marks: tuple[PromptMark, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def in_force(self, day: datetime.date) -> Agreement | None:
        """The agreement in force on a day; of several the last to start."""
        agreements = [agreement for agreement in self.agreements if agreement.covers(day)]
        return max(agreements, key=lambda agreement: agreement.starts, default=None)

    @property
    def well_suited(self) -> bool:
        """Whether the client has the size that agreements are made for."""
        return well_suited(self.computers, self.servers)


def well_suited(computers: int | None, servers: int | None) -> bool:
    """E11: 10 to 35 computers and one or two servers. What is not known is not suited."""
    return computers is not None and 10 <= computers <= 35 and servers in (1, 2)
