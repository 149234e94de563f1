"""The proposals that clients have, by how they stand, with what they come to (design/account-care.md E18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db import agreements, findings, proposals, settings
from db.store import Store
from dispatch.desk.session.refusals import NotFound
from dispatch.model.clients import Client
from dispatch.model.findings import AuditFinding
from dispatch.model.proposals import FOLLOWS, ClientProposal, ProposalState


class ProposalSum(NamedTuple):
    """What some proposals come to: monthly fees, and the work once, in minor units; `unknown` of them have something
    in them that has no price."""

    number: int
    monthly: int
    once: int
    unknown: int


class ProposalStage(NamedTuple):
    """The proposals that stand alike, the newest first, with their sum."""

    state: ProposalState
    proposals: tuple[ClientProposal, ...]
    sum: ProposalSum


def pipeline(store: Store, client: Client | None = None, *, every: bool = True) -> list[ProposalStage]:
    """The proposals by how they stand today, of a client or of all; `every`: also those that were accepted or declined."""
    with store.read():
        today = settings.today(store)
        known = [one for one in proposals.proposals(store) if client is None or one.client_id == client.id]
        sums = _Sums(store)
    stages = []
    for state in ProposalState:
        own = tuple(one for one in known if one.state_on(today) is state)
        if own and (every or FOLLOWS[state]):
            stages.append(ProposalStage(state, own, sums.of(own)))
    return stages


def with_sums(store: Store, client: Client) -> tuple[tuple[ClientProposal, ProposalSum], ...]:
    """The proposals to a client, the newest first, each with what it comes to."""
    sums = _Sums(store)
    own = proposals.of_clients(store).get(client.id, ())
    return tuple((one, sums.of((one,))) for one in reversed(own))


class _Sums:
    """Adds up proposals in the firm's money: a price in another one is not known."""

    def __init__(self, store: Store) -> None:
        self._money = settings.firm(store).currency, agreements.minor_units(store)
        self._prices = {one.id: one for one in findings.all_findings(store)}

    def of(self, own: Sequence[ClientProposal]) -> ProposalSum:
        monthly = once = unknown = 0
        for one in own:
            fees = [] if one.plan is None else [one.plan.fee]
            works = [self._prices[key] for key in one.findings if key in self._prices]
            amounts = [work.price if (work.currency, work.exponent) == self._money else None for work in works]
            amounts += [work.price for work in one.works]
            monthly += sum(fee or 0 for fee in fees)
            once += sum(amount or 0 for amount in amounts)
            unknown += None in (*fees, *amounts) or len(works) < len(one.findings)
        return ProposalSum(len(own), monthly, once, unknown)


def proposal_of(store: Store, number: int) -> ClientProposal:
    """A proposal by its number.

    Raises:
        NotFound: there is none.
    """
    found = proposals.proposal(store, number)
    if found is None:
        raise NotFound(f"There is no proposal {number}. `dispatch proposal list` shows them.")
    return found


def findings_in(store: Store, proposal: ClientProposal) -> list[AuditFinding]:
    """The findings whose work a proposal offers, as far as they stand."""
    own = {one.id: one for one in findings.findings_of_client(store, proposal.client_id)}
    return [own[key] for key in proposal.findings if key in own]
