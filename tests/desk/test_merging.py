"""Two records of one client, or of one site, become one: nothing is lost, what both say is asked, undo brings all of it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import agreements, audit, clients, legs, templates
from db.faults import Refused, Stale
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care import care_list
from dispatch.desk.closeout import leaving
from dispatch.desk.mending import doubles, merging
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.model.clients import Client, Site
from tests.desk.conftest import DAY, Office, approve, at, invoice
from tests.desk.conftest import visit_called as visit

OTHER = "Hárbor  Dental’s"


@pytest.fixture
def twice(office: Office) -> Office:
    """The client once more, with a site of the same name, a site of its own, an agreement, a survey and visits."""
    for texts in ({"name": OTHER, "contacts": "Jane Lowe; +1 614 555 0100", "notes": "rings twice", "computers": "9"},):
        editing.add(office.lee, "client", texts)
    for name, address in (("Main office", "1 Front Street"), ("Annex 2", "9 Elm Street")):
        texts = {
            "client": OTHER,
            "name": name,
            "address": address,
            "place": "39.94, -82.96",
            "access_notes": "keys at the desk",
        }
        editing.add(office.lee, "site", texts)
    for reference, site in (("D1", "Main office"), ("D2", "Annex 2")):
        intake.add(
            office.dana, {"client": OTHER, "site": site, "work": "printer", "minutes": "30", "reference": reference}
        )
    schedule.assign(office.dana, "D1", ["Ben Okafor"], at("10:00"), confirmed=True)
    return office


def client(office: Office, name: str) -> Client:
    found = RECORD_STORES["client"].find(office.store, name)
    assert isinstance(found, Client)
    return found


def site(office: Office, name: str) -> Site:
    found = RECORD_STORES["site"].find(office.store, name)
    assert isinstance(found, Site)
    return found


def merge(office: Office, **answers: str) -> merging.Merged:
    return merging.merge(office.dana, "client", client(office, "Harbor Dental"), client(office, OTHER), answers)


def pictured(office: Office) -> Any:
    """Every row that a merge may touch, but for versions."""
    tables = (
        "client",
        "site",
        "visit",
        "job",
        "agreement",
        "recurrence",
        "target",
        "pin",
        "survey",
        "care_mark",
        "gap",
        "contact",
    )
    found = {}
    for table in tables:
        rows = office.store.all(f"SELECT * FROM {table} ORDER BY id")
        columns = [name for _, name, *_ in office.store.all(f"PRAGMA table_info({table})")]
        keep = [place for place, name in enumerate(columns) if name not in ("version", "place_source")]
        # a place that is put back was typed, and contacts are written anew with their client
        found[table] = [
            tuple(row[place] for place in keep if table != "contact" or columns[place] != "id") for row in rows
        ]
    return found


def test_what_is_there_twice_is_found(twice: Office) -> None:
    editing.add(twice.lee, "client", {"name": "Harbor Dentals"})
    (clients_twice,) = [one for one in doubles.doubles(twice.store) if one.kind == "client"]
    assert clients_twice.names == "Harbor Dentals, Hárbor Dental’s"
    editing.add(twice.lee, "site", {"client": OTHER, "name": "MAIN-OFFICE"})
    (sites_twice,) = [one for one in doubles.doubles(twice.store) if one.kind == "site"]
    assert [name for _, name in sites_twice.records] == [
        f"{client(twice, OTHER).name} / {name}" for name in ("Main office", "MAIN-OFFICE")
    ]


def test_what_both_say_is_asked(twice: Office) -> None:
    editing.edit(twice.lee, "client", client(twice, "Harbor Dental"), {"computers": "22"})
    before = pictured(twice)
    with pytest.raises(merging.Conflicting) as asked:
        merge(twice)
    said = str(asked.value)
    assert "Computers: --keep computers (22) or --take computers (9)" in said
    assert "--sites merge" in said
    assert pictured(twice) == before
    with pytest.raises(merging.Conflicting) as asked:
        merge(twice, computers="take", sites="merge")
    assert [one.name for one in asked.value.conflicts] == ["Main office: place"]
    merge(twice, computers="take", sites="merge", **{"Main office: place": "keep"})
    kept = client(twice, "Harbor Dental")
    assert (kept.computers, kept.notes, [one.name for one in kept.contacts]) == (9, "rings twice", ["Jane Lowe"])
    assert site(twice, "Harbor Dental / Main office").access_notes == "keys at the desk", "only the other said so"


@pytest.mark.parametrize("sites", ["merge", "rename"])
def test_all_that_hung_on_the_other_hangs_on_the_one(twice: Office, sites: str) -> None:
    before = pictured(twice)
    leg = legs.legs_of_day(twice.store, DAY)[twice.ben.staff.id][visit(twice, "D1").id]
    merge(twice, sites=sites, **({"Main office: place": "keep"} if sites == "merge" else {}))
    assert {visit(twice, name).client for name in ("D1", "D2", "R1")} == {"Harbor Dental"}
    merged = visit(twice, "D1")
    assert merged.site == ("Main office" if sites == "merge" else "Main office (Hárbor Dental’s)")
    assert [one.name for one in clients.all_clients(twice.store)] == ["Harbor Dental"]
    after = legs.legs_of_day(twice.store, DAY)[twice.ben.staff.id][merged.id]
    assert (after == leg) is (sites == "rename"), "the drive to where the kept site is"
    kept, gone = client(twice, "Harbor Dental").id, clients.client_by_name(twice.store, OTHER)
    assert gone is None
    rows = audit.history_of(twice.store, "client", kept)
    assert any(row.deed == "merge clients" and row.detail["gone"] == "Hárbor Dental’s" for row in rows)
    done = pictured(twice)
    undo.undo(twice.dana)
    assert pictured(twice) == before
    undo.redo(twice.dana)
    assert pictured(twice) == done


def test_what_was_charged_and_asked_goes_along(twice: Office) -> None:
    """An approved visit keeps its sheet; a survey and an agreement are the client's from then on."""
    twice.on_site("R1")
    twice.finish("R1")
    leaving.close(twice.ana, "R1")
    approve(twice.lee, "R1")
    invoice(twice.lee)
    care_list.note_survey(twice.lee, client(twice, "Harbor Dental"), 9, "well done")
    sheet = twice.store.all("SELECT net_minor, total_minor FROM charge_sheet")
    ours, theirs = client(twice, OTHER), client(twice, "Harbor Dental")
    done = merging.merge(twice.dana, "client", ours, theirs, {"sites": "merge", "Main office: place": "keep"})
    assert visit(twice, "R1").client == "Hárbor Dental’s"
    assert done.counts["site"] == 2
    assert twice.store.all("SELECT net_minor, total_minor FROM charge_sheet") == sheet


def test_a_template_for_the_one_serves_the_other(twice: Office) -> None:
    theirs, ours = client(twice, OTHER), client(twice, "Harbor Dental")
    with twice.lee.write("add a template") as unit:
        made = templates.add_template(
            unit, replace(templates.all_templates(twice.store)[0], name="Theirs", clients=(theirs.id,))
        )
    merge(twice, sites="rename")
    served = templates.template(twice.store, made)
    assert served is not None
    assert served.clients == (ours.id,)
    undo.undo(twice.dana)
    served = templates.template(twice.store, made)
    assert served is not None
    assert served.clients == (theirs.id,)


def test_no_other_way_moves_what_was_recorded(twice: Office) -> None:
    care_list.note_survey(twice.lee, client(twice, "Harbor Dental"), 9, "well done")
    with twice.lee.write("move a survey") as unit:
        with pytest.raises(Refused, match="never rewritten"):
            unit.execute("UPDATE survey SET client_id = ?", (client(twice, OTHER).id,))
        unit.leave_unchanged()


def test_what_is_not_asked_is_refused(twice: Office) -> None:
    with pytest.raises(Faulty, match="colour: there is nothing to choose"):
        merge(twice, colour="keep", sites="rename")
    old = client(twice, OTHER)
    editing.edit(twice.lee, "client", old, {"notes": "rings thrice"})
    with pytest.raises(Stale, match="was changed meanwhile"):
        merging.merge(twice.dana, "client", client(twice, "Harbor Dental"), old, {"sites": "rename"})


def test_agreements_of_the_same_days_are_refused(twice: Office) -> None:
    for name in ("Harbor Dental", OTHER):
        with twice.lee.write("agree") as unit:
            one = client(twice, name)
            unit.insert(
                "agreement", client_id=one.id, name=f"Care {one.id}", kind="tm", starts="2026-01-01", terms="{}"
            )
            unit.audit("agreement", one.id, made=True)
    with pytest.raises(Refusal, match="Both have an agreement on the same days"):
        merge(twice, sites="rename")
    assert len(agreements.all_agreements(twice.store)) == 2


def test_a_client_is_not_merged_with_itself(twice: Office) -> None:
    one = client(twice, "Harbor Dental")
    with pytest.raises(Refusal, match=r"Both are the same client, Harbor Dental: name two\."):
        merging.merge(twice.dana, "client", one, one)


def test_sites_of_two_clients_are_no_one_site(twice: Office) -> None:
    with pytest.raises(Refusal, match="belong to two clients"):
        merging.merge(
            twice.dana, "site", site(twice, "Warehouse"), site(twice, "Annex 2"), {"address": "keep", "place": "keep"}
        )
    with pytest.raises(Refusal, match="the same site"):
        merging.merge(twice.dana, "site", site(twice, "Warehouse"), site(twice, "Warehouse"))


def test_two_sites_of_a_client_become_one(office: Office) -> None:
    editing.add(office.dana, "target", {"site": "Warehouse", "name": "router", "kind": "ping", "address": "10.0.0.1"})
    editing.add(office.dana, "target", {"site": "Main office", "name": "router", "kind": "ping", "address": "10.0.0.2"})
    editing.add(office.dana, "target", {"site": "Warehouse", "name": "door", "kind": "ping", "address": "10.0.0.3"})
    before = pictured(office)
    answers = {"address": "take", "place": "take"}
    merging.merge(office.dana, "site", site(office, "Main office"), site(office, "Warehouse"), answers)
    kept = site(office, "Main office")
    assert (kept.address, kept.place) == ("2 Front Street", clients.site(office.store, 2).place)  # type: ignore[union-attr]
    assert (kept.one_way_distance, kept.one_way_minutes) == ("4.0", 12), "charges go on by the figures of the kept one"
    assert visit(office, "R2").site == "Main office"
    targets = office.store.all("SELECT name, address FROM target WHERE site_id = ? ORDER BY name", (kept.id,))
    assert targets == [("door", "10.0.0.3"), ("router", "10.0.0.2")]
    undo.undo(office.dana)
    assert pictured(office) == before
