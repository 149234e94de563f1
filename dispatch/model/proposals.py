"""What is offered to a client: plans, work on what was found, and what they said to it (design/account-care.md E18)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dispatch.model.service_plans import ServicePlan
from dispatch.model.text import LabelledEnum


class ProposalState(LabelledEnum):
    """How a proposal stands, in the order of the pipeline. It expires by itself; the others are said."""

    DRAFT = "draft"
    SENT = "sent"
    QUESTION = "question"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    DECLINED = "declined"


_ANSWERS = frozenset({ProposalState.SENT, ProposalState.QUESTION, ProposalState.ACCEPTED, ProposalState.DECLINED})
FOLLOWS: Mapping[ProposalState, frozenset[ProposalState]] = {
    ProposalState.DRAFT: frozenset({ProposalState.SENT, ProposalState.DECLINED}),
    ProposalState.SENT: _ANSWERS,
    ProposalState.QUESTION: _ANSWERS,
    ProposalState.EXPIRED: _ANSWERS - {ProposalState.SENT},
    ProposalState.ACCEPTED: frozenset(),
    ProposalState.DECLINED: frozenset(),
}
"""What may be said of a proposal next, by how it stands."""
WAITING = frozenset({ProposalState.SENT, ProposalState.QUESTION, ProposalState.EXPIRED})
"""With the client, and not answered yet."""


class OfferedPlan(NamedTuple):
    """A service plan with the monthly fee that was offered, in minor units of the firm's money; None: it was not known. `terms` is
    the plan as it was when the proposal was written; None: it was not kept then."""

    id: int
    name: str
    fee: int | None
    terms: ServicePlan | None = None


class OfferedWork(NamedTuple):
    """Work that is offered, and what it is about: an end of equipment or what a review found missing (the rule and the occasion of
    its prompt), or an audit. In the words of the client's paper: what it is about, what we advise, what it risks; `price` once, in
    minor units of the firm's money; None: not said."""

    rule: str
    occasion: str
    what: str
    advice: str = ""
    risk: str = ""
    minutes: int | None = None
    price: int | None = None


class AskedWork(NamedTuple):
    """Work to be offered, as somebody types it: what it is about by its name (`NAS/warranty`, `gap/4`, `audit`)."""

    name: str
    risk: str = ""
    minutes: int | None = None
    price: int | None = None


@dataclass(frozen=True, slots=True)
class ClientProposal:
    """A proposal. The first of its `plans` is what we advise; `findings` are those of audits whose work is offered, by id.

    `works` is other work. `visit` is the reference of the visit that it comes from, `days` for how many it holds once it is sent.
    `said` is the last word on it, None for a draft: by `who` at the client, with a `note`, the day on which we ask again, the last
    day on which it holds, and the plan that was accepted, by id.
    """

    id: int
    client_id: int
    client: str
    plans: tuple[OfferedPlan, ...] = ()
    findings: tuple[int, ...] = ()
    works: tuple[OfferedWork, ...] = ()
    visit_id: int | None = None
    visit: str = ""
    letter: str = ""
    days: int = 30
    by: str = ""
    at: int = 0
    said: ProposalState | None = None
    said_by: str = ""
    said_at: int | None = None
    who: str = ""
    note: str = ""
    follow_up: datetime.date | None = None
    until: datetime.date | None = None
    plan_id: int | None = None

    def state_on(self, day: datetime.date) -> ProposalState:
        """How it stands on a day."""
        state = self.said or ProposalState.DRAFT
        over = self.until is not None and self.until < day
        return ProposalState.EXPIRED if over and state in WAITING else state

    @property
    def is_offer(self) -> bool:
        """Whether it offers a plan, or work on findings; an audit, or what renews equipment, is no offer yet (E4 to E6)."""
        return bool(self.plans or self.findings)

    @property
    def plan(self) -> OfferedPlan | None:
        """The plan that was accepted, else the one that we advise."""
        return next((plan for plan in self.plans if self.plan_id in (None, plan.id)), None)
