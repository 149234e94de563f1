"""A client's page: sites, contacts, agreement with balances, visits past and ahead, open requests, what is due."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db import agreements, clients, equipment, findings, papers, recurrences, settings, visits
from db.store import Store
from dispatch.care.account import well_suited
from dispatch.care.item import CareItem
from dispatch.desk.care.care_list import care_list
from dispatch.desk.care.pipeline import ProposalSum, with_sums
from dispatch.desk.charges.comparing import PlanComparison, compare_plans, plan_by_now
from dispatch.desk.prices.agreeing import balances
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Client, Site
from dispatch.model.equipment import Equipment
from dispatch.model.findings import AuditFinding
from dispatch.model.instants import Times, day_of
from dispatch.model.messages import Message
from dispatch.model.money import format_minor
from dispatch.model.proposals import ClientProposal
from dispatch.model.states import ENDED, State
from dispatch.model.visits import Visit

PAST = 10
"""So many past visits, and papers that were mailed, are shown."""


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Everything about a client on a day. `ahead` is planned, `queued` still to be planned, `past` and the messages with
    `papers` the newest first, `findings` those that are open, `proposals` all of them with what they come to, the newest first."""

    client: Client
    sites: tuple[Site, ...]
    agreements: tuple[tuple[Agreement, tuple[str, ...]], ...]
    recurring: tuple[str, ...]
    ahead: tuple[Visit, ...]
    queued: tuple[Visit, ...]
    past: tuple[Visit, ...]
    due: tuple[str, ...]
    day: datetime.date
    times: Times
    compared: PlanComparison
    well_suited: bool
    papers: tuple[Message, ...] = ()
    findings: tuple[AuditFinding, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    proposals: tuple[tuple[ClientProposal, ProposalSum], ...] = ()


def client_page(store: Store, client: Client) -> ClientPage:
    """The page of a client as of today."""
    with store.read():
        firm = settings.firm(store)
        times = firm.times()
        day = day_of(store.clock.now(), times.zone)
        own = visits.of_client(store, client.id)
        terms = agreements.agreements_of(store, client.id)
        sites = tuple(clients.sites_of(store, client.id))
        past = sorted((visit for visit in own if visit.state in ENDED), key=_when, reverse=True)
        queued = tuple(visit for visit in own if visit.state in (State.REQUESTED, State.ON_HOLD))
        ahead = sorted((visit for visit in own if visit.state not in ENDED and visit not in queued), key=_when)
        return ClientPage(
            client,
            sites,
            tuple((agreement, tuple(balances(store, agreement, day))) for agreement in terms),
            tuple(
                f"{recurrence.work}, {recurrence.rule}" for recurrence in recurrences.recurrences_of(store, client.id)
            ),
            tuple(ahead),
            queued,
            tuple(past[:PAST]),
            (*_due(client, sites, past), *_fees(store, client, terms, day), *map(_care, care_list(store, client))),
            day,
            times,
            compare_plans(store, client),
            well_suited(client, firm),
            tuple(papers.messages_of(store, client.id, PAST)),
            tuple(one for one in findings.findings_of_client(store, client.id) if one.open),
            tuple(piece for site in sites for piece in equipment.equipment_of(store, site.id)),
            with_sums(store, client),
        )


def _due(client: Client, sites: Sequence[Site], past: Sequence[Visit]) -> list[str]:
    due = [f"place {site.name}: it has no coordinates" for site in sites if site.place is None]
    if not sites:
        due.append("add a site")
    if not client.contacts:
        due.append("note whom to call")
    if open_again := [visit.reference for visit in past if visit.state is State.LEFT_OPEN]:
        due.append(f"left open: {', '.join(open_again)}")
    return due


def _fees(store: Store, client: Client, terms: Sequence[Agreement], day: datetime.date) -> Iterator[str]:
    """The agreements in force whose plan comes to another fee by now: the client has grown, or the plan costs something else."""
    for agreement in terms:
        if agreement.covers(day) and (moved := plan_by_now(store, agreement, client)) is not None:
            fee = agreement.service.monthly_fee
            exponent = agreements.minor_units(store)
            stands = "is not known" if fee is None else f"is {format_minor(fee, exponent)}"
            yield (
                f"the fee of {agreement.name} {stands}, and its plan {moved[0].name} comes to "
                f"{format_minor(moved[1], exponent)} by now"
            )


def _care(item: CareItem) -> str:
    due = "" if item.due is None else f"by {item.due.isoformat()}, "
    return f"{due}{item.what}: {item.why}"


def _when(visit: Visit) -> int:
    return visit.starts_at or visit.requested_at
