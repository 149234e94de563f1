"""Finding a record by what somebody typed of its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from db import clients, equipment, people, service_plans
from db.store import Store
from dispatch.desk.session.refusals import NotFound
from dispatch.model.clients import Client, Site
from dispatch.model.equipment import Equipment
from dispatch.model.people import Staff, Technician
from dispatch.model.service_plans import ServicePlan
from dispatch.model.text import show
from dispatch.model.travel import DEPOT, End, EndKind

T = TypeVar("T")

_HOME = "home of "


def near(noun: str, name: str, known: Mapping[str, T]) -> T:
    """The one record of that name, or whose name holds it.

    Raises:
        NotFound: there is none, or several.
    """
    typed = name.strip().casefold()
    exact = [record for title, record in known.items() if title.casefold() == typed]
    if exact:
        return exact[0]
    holding = [title for title in known if typed and typed in title.casefold()]
    if len(holding) == 1:
        return known[holding[0]]
    if holding:
        raise NotFound(f"Which {noun}? {', '.join(show(title) for title in sorted(holding)[:6])}")
    raise NotFound(f"There is no {noun} {show(name, 60)!r}.")


def client_named(store: Store, name: str) -> Client:
    """The client of that name, or whose name alone holds it.

    Raises:
        NotFound: there is none, or several.
    """
    client = clients.client_by_name(store, name)
    return client or near("client", name, {client.name: client for client in clients.all_clients(store)})


def site_named(store: Store, name: str) -> Site:
    """The site of that title, `client / site`; the site's name alone where there is one such, or the client's of one site.

    Raises:
        NotFound: there is none, or several.
    """
    names = {client.id: client.name for client in clients.all_clients(store)}
    known = {f"{names.get(site.client_id, '')} / {site.name}": site for site in clients.all_sites(store)}
    return near("site", name, known)


def site_title(store: Store, site: Site) -> str:
    """Client and site, as `site_named` finds them."""
    client = clients.client(store, site.client_id)
    return f"{client.name if client else ''} / {site.name}"


def site_called(store: Store, site_id: int) -> str:
    """Client and site by the id of the site; empty where there is none."""
    site = clients.site(store, site_id)
    return "" if site is None else site_title(store, site)


def technician_named(store: Store, name: str) -> Technician:
    """The technician of that name or login, or whose name alone holds it.

    Raises:
        NotFound: there is none, or several.
    """
    technician = people.technician_by_name(store, name)
    return technician or near(
        "technician", name, {technician.name: technician for technician in people.technicians(store)}
    )


def staff_named(store: Store, name: str) -> Staff:
    """Whoever is active with that login or name, or whose name alone holds it.

    Raises:
        NotFound: there is nobody, or several.
    """
    person = people.staff_by_login(store, name)
    if person is not None and person.active:
        return person
    return near("member of staff", name, {person.name: person for person in people.all_staff(store)})


def equipment_named(store: Store, name: str) -> Equipment:
    """The piece of equipment of that title, `client / site: name`, or whose title alone holds it.

    Raises:
        NotFound: there is none, or several.
    """
    known = {equipment_called(store, piece.id): piece for piece in equipment.all_equipment(store)}
    return near("equipment", name, known)


def equipment_called(store: Store, key: int) -> str:
    """Site and name of a piece of equipment; empty where there is none."""
    piece = equipment.piece(store, key)
    return "" if piece is None else f"{site_called(store, piece.site_id)}: {piece.name}"


def service_plan_named(store: Store, name: str) -> ServicePlan:
    """The plan of that name, or whose name alone holds it.

    Raises:
        NotFound: there is none, or several.
    """
    return near("service plan", name, {plan.name: plan for plan in service_plans.service_plans(store)})


def end_named(store: Store, text: str) -> End:
    """The end of a drive as somebody types it: `depot`, `home of NAME` (or `home:NAME`), else a site.

    Raises:
        NotFound: there is none of that name, or several.
    """
    typed = " ".join(text.split())
    folded = typed.casefold()
    if folded == "depot":
        return DEPOT
    for start in (_HOME, "home:"):
        if folded.startswith(start):
            return End(EndKind.HOME, technician_named(store, typed[len(start) :]).id)
    return End(EndKind.SITE, site_named(store, typed).id)


def end_title(store: Store, end: End) -> str:
    """The end as `end_named` finds it."""
    if end.kind is EndKind.DEPOT:
        return "depot"
    if end.kind is EndKind.HOME:
        who = people.staff_by_id(store, end.id)
        return f"{_HOME}{who.name if who is not None else ''}"
    return site_called(store, end.id)
