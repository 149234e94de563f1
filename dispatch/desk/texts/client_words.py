"""A client's page as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.care.account import well_suited
from dispatch.desk.care.client_page import ClientPage
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Site
from dispatch.model.forms import form
from dispatch.model.instants import day_text, when_text
from dispatch.model.visits import Visit


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
