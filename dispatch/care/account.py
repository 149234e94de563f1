"""What the rules of account care know of a client: agreements, visits, surveys, balances, and how earlier prompts ended.

All days are in the client's (the rate card's) time zone; money is in minor units.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction

from dispatch.model.agreements import Agreement, PrepaidBlock
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.proposals import ClientProposal


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
    """A survey: sent on a day (`score` None), or answered on it with 0 to 10; an `anonymous` answer has no score here."""

    day: datetime.date
    score: int | None = None
    anonymous: bool = False

    @property
    def answered(self) -> bool:
        """Whether it was answered."""
        return self.anonymous or self.score is not None


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
class EquipmentEnd:
    """What of a piece of equipment ends (its warranty, contract or certificate), on which day, and who looks after that."""

    id: int
    what: str
    of: str
    ends: datetime.date
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about one client. `breaches` are the days on which targets were missed, `spent` the net charges of the
    last 90 days, `smallest_fee` the lowest monthly fee that a plan of the catalogue has for them, where any is known; ends of
    equipment are told `ends_days` before."""

    client_id: int
    name: str
    kind: str = "client"
    well_suited: bool = False
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
    ends: tuple[EquipmentEnd, ...] = ()
    ends_days: int = 60
    proposals: tuple[ClientProposal, ...] = ()

    def in_force(self, day: datetime.date) -> Agreement | None:
        """The agreement in force on a day; of several the last to start."""
        agreements = [agreement for agreement in self.agreements if agreement.covers(day)]
        return max(agreements, key=lambda agreement: agreement.starts, default=None)

    def agreed_since(self, terms: Agreement) -> datetime.date:
        """The first day since which one agreement has followed another without a break: a renewal begins nothing anew."""
        first = terms.starts
        while (before := self.in_force(first - datetime.timedelta(days=1))) is not None and before.starts < first:
            first = before.starts
        return first


def well_suited(client: Client, firm: Firm) -> bool:
    """E11: whether a client has the size that agreements are made for. What is not known is not suited."""
    return _within(client.computers, firm.suited_computers) and _within(client.servers, firm.suited_servers)


def _within(count: int | None, span: str) -> bool:
    least, _, most = span.partition("-")
    return span == "-" or (count is not None and int(least) <= count <= int(most))
