"""A client's page: sites, contacts, agreement with balances, visits past and ahead, open requests, what is due."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db import agreements, clients, recurrences, settings, visits
from db.store import Store
from dispatch.care.account import well_suited
from dispatch.care.item import CareItem
from dispatch.desk.care.care_list import care_list
from dispatch.desk.prices.agreeing import balances
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Client, Site
from dispatch.model.forms import form
from dispatch.model.instants import day_of, day_text, when_text
from dispatch.model.states import ENDED, State
from dispatch.model.visits import Visit

PAST = 10
"""So many past visits are shown."""


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Everything about a client on a day. `ahead` is planned, `queued` still to be planned, `past` the newest first."""

    client: Client
    sites: tuple[Site, ...]
    agreements: tuple[tuple[Agreement, tuple[str, ...]], ...]
    recurring: tuple[str, ...]
    ahead: tuple[Visit, ...]
    queued: tuple[Visit, ...]
    past: tuple[Visit, ...]
    due: tuple[str, ...]
    day: datetime.date


def client_page(store: Store, client: Client) -> ClientPage:
    """The page of a client as of today."""
    with store.read():
        zone = settings.firm(store).zone
        day = day_of(store.clock.now(), zone)
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
            (*_due(client, sites, past), *(_care(item) for item in care_list(store, client))),
            day,
        )


def page_lines(page: ClientPage) -> list[str]:
    """The page as text."""
    client = page.client
    lines = [client.name if client.kind == "client" else f"{client.name} ({client.kind})"]
    counts = [
        f"{count} {word if count == 1 else word + 's'}"
        for count, word in ((client.computers, "computer"), (client.servers, "server"))
        if count
    ]
    if well_suited(client.computers, client.servers):
        counts.append("well suited to an agreement by its size")
    if client.unhappy_since is not None:
        counts.append(f"unhappy with the present provider since {client.unhappy_since.isoformat()}")
    if client.tax_exempt:
        counts.append(f"tax exempt: {client.tax_ref or 'by what is not said yet'}")
    lines += [f"  {' · '.join(counts)}"] if counts else []
    lines += [f"  {client.notes}"] if client.notes else []
    contacts = [
        "  ".join(filter(None, (contact.name, contact.phone, contact.email, contact.role)))
        for contact in client.contacts
    ]
    sections: Sequence[tuple[str, Sequence[str], str]] = (
        ("Due", page.due, ""),
        ("Contacts", contacts, "none yet"),
        ("Sites", [_site(site) for site in page.sites], "none yet"),
        (
            "Agreements",
            [
                line
                for agreement, left in page.agreements
                for line in (_agreement(agreement), *(f"  {text}" for text in left))
            ],
            "none",
        ),
        ("Recurring", page.recurring, ""),
        ("Open requests", [_visit(visit) for visit in page.queued], ""),
        ("Ahead", [_visit(visit) for visit in page.ahead], "nothing planned"),
        ("Past", [_visit(visit) for visit in page.past], "no visits yet"),
    )
    for title, entries, otherwise in sections:
        if entries or otherwise:
            lines += ["", title, *(f"  {entry}" for entry in entries or [otherwise])]
    return lines


def page_form(page: ClientPage) -> dict[str, Any]:
    """The page for `dispatch client show --json`, beside the client's own texts."""
    return form(
        page,
        "sites agreements recurring ahead queued past due",
        sites=[form(site, "name address located", located=site.place is not None) for site in page.sites],
        agreements=[
            form(agreement, "name kind starts balances ends", balances=left) for agreement, left in page.agreements
        ],
        **{name: [visit.reference for visit in getattr(page, name)] for name in ("ahead", "queued", "past")},
    )


def _due(client: Client, sites: Sequence[Site], past: Sequence[Visit]) -> list[str]:
    due = [f"place {site.name}: it has no coordinates" for site in sites if site.place is None]
    if not sites:
        due.append("add a site")
    if not client.contacts:
        due.append("note whom to call")
    open_again = [visit.reference for visit in past if visit.state is State.LEFT_OPEN]
    if open_again:
        due.append(f"left open: {', '.join(open_again)}")
    return due


def _care(item: CareItem) -> str:
    due = "" if item.due is None else f"by {item.due.isoformat()}, "
    return f"{due}{item.what}: {item.why}"


def _site(site: Site) -> str:
    drive = "not placed yet" if site.place is None else ""
    if site.one_way_minutes is not None:
        drive = f"{site.one_way_minutes} min from the depot"
    return "  ".join(filter(None, (site.name, site.address, drive)))


def _agreement(agreement: Agreement) -> str:
    return f"{agreement.name} ({agreement.kind.replace('_', ' ')}), {agreement.starts} – {agreement.ends or 'no end'}"


def _visit(visit: Visit) -> str:
    when = wanted_text(visit) if visit.starts_at is None else when_text(visit.starts_at, visit.zone)
    return f"{visit.reference}  {when}  {visit.work}  ({visit.state.label})"


def wanted_text(visit: Visit) -> str:
    """For when a visit is asked, that has no place yet."""
    return "undated" if visit.wanted_on is None else f"wanted {day_text(visit.wanted_on)}"


def _when(visit: Visit) -> int:
    return visit.starts_at or visit.requested_at
