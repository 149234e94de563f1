"""Clients, contacts and sites in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import audit, clients
from db.faults import Refused, Stale
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.clients import Client, Contact, Site
from dispatch.model.people import Hours
from dispatch.model.travel import Place
from tests.prepared import prepared

LEE = Actor(None, "lee", "session", "local")
ZONE = "America/New_York"
ANN = Contact("Ann", "0100", "ann@example.com", "office")
BO = Contact("Bo")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """École has two sites and two contacts, Acme nothing."""
    with prepared(tmp_path / "firm.db") as store:
        with unit_of_work(store, "add client", LEE) as unit:
            school = clients.add_client(unit, Client(0, "École", (BO, ANN), 7, 1, tax_exempt=True, tax_ref="X1"))
            main = Site(
                0, school, "Main", "1 Front Street", ZONE, Place(39.9, -83.0), (Hours(0, 480, 1020),), "ring",
                ("mail", "print"), "4.0", 12, "estimated", place_source="import",
            )  # fmt: skip
            clients.add_site(unit, main)
            clients.add_site(unit, Site(0, school, "annex", "", ZONE))
            clients.add_client(unit, Client(0, "Acme", kind="prospect"))
        yield store


def school(store: Store) -> Client:
    client = clients.client_by_name(store, "école")
    assert client is not None
    return client


def main(store: Store) -> Site:
    site = clients.site_by_name(store, school(store).id, "MAIN ")
    assert site is not None
    return site


@pytest.mark.parametrize("name", ["École", "ÉCOLE", " e\u0301cole "])
def test_client_is_found_by_name_whatever_its_case(store: Store, name: str) -> None:
    client = clients.client_by_name(store, name)

    assert client == Client(1, "École", (BO, ANN), 7, 1, tax_exempt=True, tax_ref="X1")
    assert clients.client(store, 1) == client


def test_who_is_not_there_is_none(store: Store) -> None:
    assert clients.client_by_name(store, "Ecole") is None
    assert clients.client(store, 99) is None
    assert clients.site(store, 99) is None
    assert clients.site_by_name(store, 2, "Main") is None
    assert clients.sites_of(store, 2) == []


def test_all_clients_by_name(store: Store) -> None:
    assert [client.name for client in clients.all_clients(store)] == ["Acme", "École"]
    assert clients.all_clients(store)[1] == school(store)


def test_name_of_a_client_is_taken_once_until_it_is_archived(store: Store) -> None:
    with pytest.raises(Refused), unit_of_work(store, "add client", LEE) as unit:
        clients.add_client(unit, Client(0, "ACME"))
    acme = clients.client_by_name(store, "Acme")
    assert acme is not None
    with unit_of_work(store, "archive client", LEE) as unit:
        clients.CLIENTS.put_away(unit, acme, unit.at)
        unit.audit("client", acme.id, archived=True)
    assert clients.client_by_name(store, "Acme") is None
    with unit_of_work(store, "add client", LEE) as unit:
        clients.add_client(unit, Client(0, "ACME"))

    assert [client.name for client in clients.all_clients(store)] == ["ACME", "École"]
    assert clients.client(store, acme.id) is not None


def test_edit_of_a_client_is_audited_and_versioned(store: Store) -> None:
    before = school(store)
    with unit_of_work(store, "edit client", LEE) as unit:
        assert clients.update_client(unit, before, replace(before, contacts=(ANN,), computers=None)) == 2

    assert school(store) == replace(before, contacts=(ANN,), computers=None, version=2)
    last = audit.last_of(store, "client", before.id)
    assert last is not None
    bo, ann = ["Bo", "", "", "", "", ""], ["Ann", "0100", "ann@example.com", "office", "", ""]
    assert last.detail == {"changed": {"computers": [7, None], "contacts": [[bo, ann], [ann]]}}
    with pytest.raises(Stale), unit_of_work(store, "edit client", LEE) as unit:
        clients.update_client(unit, before, replace(before, name="Other"))
    assert school(store).name == "École"


def test_phone_is_the_first_there_is(store: Store) -> None:
    assert clients.whom_to_ring(store) == {1: ("Ann", "0100")}
    with unit_of_work(store, "edit client", LEE) as unit:
        clients.update_client(unit, school(store), replace(school(store), contacts=(Contact("Cy", "0200"), ANN)))

    assert clients.whom_to_ring(store) == {1: ("Cy", "0200")}


def test_site_has_everything(store: Store) -> None:
    assert main(store) == Site(
        1, 1, "Main", "1 Front Street", ZONE, Place(39.9, -83.0), (Hours(0, 480, 1020),), "ring", ("mail", "print"),
        "4.0", 12, "estimated", 1, "import",
    )  # fmt: skip
    assert clients.site(store, 1) == main(store)
    assert [site.name for site in clients.sites_of(store, 1)] == ["annex", "Main"]
    assert clients.all_sites(store) == clients.sites_of(store, 1)
    assert clients.access_hours(store) == {1: (Hours(0, 480, 1020),)}


def test_site_without_place_has_none_and_no_figures(store: Store) -> None:
    annex = clients.site_by_name(store, 1, "Annex")

    assert annex is not None
    assert (annex.place, annex.one_way_distance, annex.one_way_minutes, annex.one_way_provenance) == (
        None, None, None, "unknown",
    )  # fmt: skip


def test_edit_of_a_site_is_audited_and_versioned(store: Store) -> None:
    before = main(store)
    after = replace(before, access=(Hours(0, 480, 720), Hours(0, 780, 1020)), services=("print",), place=None)
    after = replace(after, place_source="")
    with unit_of_work(store, "edit site", LEE) as unit:
        assert clients.update_site(unit, before, after) == 2

    assert main(store) == replace(after, version=2)
    last = audit.last_of(store, "site", before.id)
    assert last is not None
    assert last.detail["changed"]["services"] == [["mail", "print"], ["print"]]
    assert last.detail["changed"]["lat"] == [39.9, None]
    with pytest.raises(Stale), unit_of_work(store, "edit site", LEE) as unit:
        clients.update_site(unit, before, before)


def test_name_of_a_site_is_its_clients_own(store: Store) -> None:
    with pytest.raises(Refused), unit_of_work(store, "add site", LEE) as unit:
        clients.add_site(unit, Site(0, 1, "MAIN", "", ZONE))
    with unit_of_work(store, "add site", LEE) as unit:
        clients.add_site(unit, Site(0, 2, "Main", "", ZONE))

    assert [site.name for site in clients.sites_of(store, 2)] == ["Main"]


def test_archived_site_is_kept_out_of_lists(store: Store) -> None:
    with unit_of_work(store, "archive site", LEE) as unit:
        clients.SITES.put_away(unit, main(store), unit.at)
        unit.audit("site", 1, archived=True)

    assert clients.site_by_name(store, 1, "Main") is None
    assert [site.name for site in clients.all_sites(store)] == ["annex"]
    assert clients.site(store, 1) is not None
