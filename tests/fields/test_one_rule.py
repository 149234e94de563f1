"""A rule of a record holds whatever way it is written: by form, command or file."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import clients, settings
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care.client_page import client_page
from dispatch.desk.imports.importing import import_file
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.texts.client_words import page_lines
from dispatch.model.clients import Client
from tests.desk.conftest import Office

CLIENT = "client,contact,computers,tax_exempt\n"


@pytest.mark.parametrize(
    ("row", "field"),
    [("Big Co,Jo,500000,no", "computers"), ("Big Co,Jo,5,yess", "tax_exempt")],
)
def test_a_file_brings_no_client_that_a_form_refuses(office: Office, tmp_path: Path, row: str, field: str) -> None:
    (tmp_path / "clients.csv").write_text(f"{CLIENT}{row}\n", encoding="utf-8")
    report = import_file(office.lee, "clients", tmp_path / "clients.csv")
    ((fault,),) = [one.faults for one in report.rows]
    assert (fault.field, report.applied) == (field, False)

    name, contact, computers, exempt = row.split(",")
    texts = {"name": name, "contacts": contact, "computers": computers, "tax_exempt": exempt}
    with pytest.raises(Faulty) as refused:
        editing.add(office.lee, "client", texts)
    (told,) = refused.value.faults
    assert told.startswith(f"{field.replace('_', ' ')}: ")
    assert told.endswith(fault.expected)


def test_what_exempts_a_client_is_owed_by_a_file_and_asked_for_by_a_form(office: Office, tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text(f"{CLIENT}Big Co,Jo,5,yes\n", encoding="utf-8")
    report = import_file(office.lee, "clients", tmp_path / "clients.csv")
    ((warning,),) = [one.warnings for one in report.rows]
    assert (warning, report.applied) == ("tax ref: is missing: what exempts the client?", True)

    client = RECORD_STORES["client"].find(office.store, "Big Co")
    assert "tax exempt: by what is not said yet" in "\n".join(page_lines(client_page(office.store, client)))
    after = editing.edit(office.lee, "client", client, {"computers": "6"})
    assert (after.computers, after.tax_exempt) == (6, True)
    with pytest.raises(Faulty) as refused:
        editing.add(office.lee, "client", {"name": "Small Co", "tax_exempt": "yes"})
    assert list(refused.value.faults) == [warning]


def test_what_an_older_version_let_in_keeps_nobody_from_changing_the_rest(office: Office) -> None:
    with office.lee.write("import clients") as unit:
        clients.add_client(unit, Client(0, "Big Co", computers=500_000, tax_exempt=True))
    before = RECORD_STORES["client"].find(office.store, "Big Co")

    after = editing.edit(
        office.lee, "client", before, {**RECORD_STORES["client"].texts(office.store, before), "notes": "new"}
    )

    assert (after.notes, after.computers, after.tax_exempt) == ("new", 500_000, True)
    with pytest.raises(Faulty, match="tax ref: is missing"):
        editing.edit(office.lee, "client", after, {"tax_exempt": "no"}) and editing.edit(
            office.lee, "client", RECORD_STORES["client"].find(office.store, "Big Co"), {"tax_exempt": "yes"}
        )


def test_a_setting_that_always_stands_is_not_emptied(office: Office) -> None:
    record_store = RECORD_STORES["settings"]
    with pytest.raises(Faulty, match="mail port: is missing"):
        editing.edit(office.lee, "settings", record_store.get(office.store, 0), {"mail_port": ""})
    with office.lee.write("settings") as unit:
        # as an older version let it be stored
        settings.set_firm(unit, mail_port=None)
    assert settings.firm(office.store).mail_port == 587

    editing.edit(office.lee, "settings", record_store.get(office.store, 0), {"late_minutes": "7"})
    assert settings.firm(office.store).late_minutes == 7
