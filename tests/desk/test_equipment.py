"""The equipment of sites: what ends is due once and has an owner, tests hang on it, and a file brings it in and out."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from db import clients, equipment, merges
from db.store import existing
from dispatch.care.item import CareItem, CareState
from dispatch.closeout.recording import Recording
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care import care_list
from dispatch.desk.care.client_page import client_page
from dispatch.desk.files.verdicts import RowVerdict
from dispatch.desk.imports.equipment_rows import equipment_csv
from dispatch.desk.imports.importing import How, import_file, kind_of
from dispatch.desk.mending import merging
from dispatch.desk.plan import undo
from dispatch.desk.session.refusals import Faulty, NotAllowed
from dispatch.desk.texts.client_words import page_form, page_lines
from dispatch.model.checklists import Result
from dispatch.model.equipment import Equipment
from tests.desk.conftest import DAY, Office, harbor
from tests.desk.test_probing import register
from tests.desk.test_readings import read

SERVER = {"site": "harbor dental / main", "name": "File server", "kind": "server", "serial": "ABC 1"}
RECORDS = RECORD_STORES["equipment"]


def add(office: Office, **texts: str) -> Equipment:
    piece = editing.add(office.dana, "equipment", {**SERVER, **texts})
    assert isinstance(piece, Equipment)
    return piece


def due(office: Office, *, all_items: bool = False) -> list[CareItem]:
    return [one for one in care_list.care_list(office.store, all_items=all_items) if one.rule == "E17"]


def days_before(office: Office, days: int, ends: datetime.date) -> None:
    office.go("09:00", (ends - DAY).days - days)


def test_an_end_is_due_once_on_its_day_with_its_owner(office: Office) -> None:
    """design/account-care.md E17."""
    ends = datetime.date(2027, 3, 31)
    piece = add(office, warranty_ends="2027-03-31", certificate_ends="2028-01-01", owner="lee")
    days_before(office, 61, ends)
    assert due(office) == []
    days_before(office, 60, ends)
    (item,) = due(office)
    assert (item.what, item.due, item.state) == ("renew a warranty", ends, CareState.OPEN)
    assert item.why == "the warranty of File server ends on 2027-03-31; Lee Moreau has it"
    assert any(
        "renew a warranty: the warranty of File server" in line
        for line in client_page(office.store, harbor(office)).due
    )
    days_before(office, 0, ends)
    assert [one.state for one in due(office)] == [CareState.DUE]
    days_before(office, -1, ends)
    (item,) = due(office)
    assert (item.state, "ended on 2027-03-31" in item.why) == (CareState.OVERDUE, True)
    care_list.mark(office.lee, item.key, "done")
    assert due(office, all_items=True) == []
    editing.edit(
        office.dana, "equipment", existing(equipment.piece(office.store, piece.id)), {"warranty_ends": "2027-04-10"}
    )
    assert [one.due for one in due(office)] == [datetime.date(2027, 4, 10)]


def test_a_certificate_and_a_contract_are_called_so_and_the_firm_says_how_early(office: Office) -> None:
    add(office, kind="line", name="Line", warranty_ends="2026-12-10", certificate_ends="2026-12-04")
    assert [one.what for one in due(office)] == ["renew a certificate", "renew a contract"]
    assert all("a lead has it" in one.why for one in due(office))
    editing.settle(office.lee, {"ends_days": "12"})
    assert [one.what for one in due(office)] == ["renew a certificate"]
    editing.archive(office.dana, "equipment", RECORDS.find(office.store, "line"))
    assert due(office) == []
    undo.undo(office.dana)
    assert len(due(office)) == 1


def test_what_is_refused_of_a_piece(office: Office) -> None:
    add(office)
    with pytest.raises(Faulty) as refused:
        editing.add(
            office.dana,
            "equipment",
            {**SERVER, "name": "file SERVER", "kind": "toaster", "warranty_ends": "soon", "owner": "nobody"},
        )
    assert [fault.partition(":")[0] for fault in refused.value.faults] == ["kind", "warranty ends", "owner", "name"]
    with pytest.raises(NotAllowed):
        editing.add(office.ana, "equipment", {**SERVER, "name": "Other"})


def test_tests_belong_to_a_piece_and_what_they_read_is_seen_with_it(office: Office) -> None:
    piece = add(office)
    target = register(office, name="backup", kind="value", options="unit=%; least=15", equipment="file server")
    elsewhere = add(office, site="harbor dental / warehouse", name="Switch", kind="switch")
    with pytest.raises(Faulty, match="equipment: Switch stands at another site"):
        editing.edit(office.dana, "target", target, {"equipment": "switch"})
    with pytest.raises(Faulty, match="site: its tests belong to the site"):
        editing.edit(office.dana, "equipment", piece, {"site": "harbor dental / warehouse"})
    read(office, "60", 0)
    read(office, "41", 1)
    checks = equipment.checks_of(office.store, piece.id, 5)
    assert [(one.target, one.result, one.value) for one in checks] == [
        ("backup", "pass", "41 %"),
        ("backup", "pass", "60 %"),
    ]
    notes = [*RECORDS.notes(office.store, piece)]
    assert notes[0].startswith("tested by backup: value")
    assert notes[1].startswith("Wed 25 Nov 2026  backup  pass  41 %  (")
    told = RECORDS.more(office.store, piece)
    assert (told["targets"], [one["value"] for one in told["checks"]]) == (["backup"], ["41 %", "60 %"])
    assert RECORDS.more(office.store, elsewhere) == {"targets": [], "checks": []}


def test_a_test_of_several_targets_says_of_each_what_it_found(office: Office) -> None:
    piece = add(office)
    register(office, name="mail", kind="tcp", address="10.0.0.9:25", equipment="file server")
    register(office, name="mail web", kind="tcp", address="10.0.0.9:443")
    office.on_site()
    office.say("R1", "T4.mail", Recording(Result.FAIL, "it does not answer"))
    (check,) = equipment.checks_of(office.store, piece.id, 5)
    assert (check.target, check.result, check.value, check.reference) == ("mail", "fail", None, "R1")


def test_the_page_of_a_client_has_their_equipment(office: Office) -> None:
    add(office, warranty_ends="2028-03-31", role="files")
    page = client_page(office.store, harbor(office))
    assert "  Main office: File server  server  files  no. ABC 1  warranty until Fri 31 Mar 2028" in page_lines(page)
    (told,) = page_form(page)["equipment"]
    assert (told["name"], told["kind"], told["warranty_ends"]) == ("File server", "server", "2028-03-31")


def test_a_file_that_was_written_is_read_again_and_changes_nothing(office: Office, tmp_path: Path) -> None:
    add(office, note="=1+1", warranty_ends="2028-03-31", owner="lee")
    add(office, site="harbor dental / warehouse", name="Line", kind="line", address="+1 614 555 0100")
    file = tmp_path / "equipment.csv"
    file.write_text(equipment_csv(office.store), encoding="utf-8")
    assert kind_of(file) == "equipment"
    report = import_file(office.dana, "equipment", file)
    assert [row.verdict for row in report.rows] == [RowVerdict.UNCHANGED] * 2
    for piece in equipment.all_equipment(office.store):
        editing.archive(office.dana, "equipment", piece)
    import_file(office.dana, "equipment", file)
    again = tmp_path / "again.csv"
    again.write_text(equipment_csv(office.store), encoding="utf-8")
    assert again.read_text() == file.read_text()


def test_files_of_other_programs_are_known_by_their_columns(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "geräte.csv"
    file.write_text(
        "Kunde;Standort;Gerätename;Gerätetyp;Seriennummer;IP-Adresse;Garantie bis;Bemerkung\n"
        "Harbor Dental;Main office;FW-1;Firewall;SN-9;10.0.0.1;31.03.2028;Keller\n"
        "Harbor Dental;;FW-2;firewall;;;;\n"
        "Nobody;Main office;FW-3;firewall;;;;\n",
        encoding="utf-8",
    )
    report = import_file(office.dana, "equipment", file, How(accept_good=True))
    assert [row.verdict for row in report.rows] == [RowVerdict.NEW, RowVerdict.REFUSED, RowVerdict.REFUSED]
    assert [(fault.field, fault.expected[:12]) for row in report.rows for fault in row.faults] == [
        ("site", "is missing; "),
        ("client", "no such clie"),
    ]
    (piece,) = equipment.all_equipment(office.store)
    assert (piece.name, piece.kind, piece.serial, piece.address, piece.warranty_ends) == (
        "FW-1",
        "firewall",
        "SN-9",
        "10.0.0.1",
        datetime.date(2028, 3, 31),
    )


def test_equipment_goes_with_a_site_that_was_there_twice(office: Office) -> None:
    add(office)
    theirs = [add(office, site="harbor dental / warehouse", name=name) for name in ("File server", "UPS")]
    kept, gone = (
        existing(clients.site_by_name(office.store, harbor(office).id, name)) for name in ("Main office", "Warehouse")
    )
    with pytest.raises(merging.Conflicting) as asked:
        merging.merge(office.lee, "site", kept, gone)
    merging.merge(office.lee, "site", kept, gone, {one.name: "keep" for one in asked.value.conflicts})
    assert [piece.name for piece in equipment.equipment_of(office.store, kept.id)] == ["File server", "UPS"]
    undo.undo(office.lee)
    assert [piece.id for piece in equipment.equipment_of(office.store, gone.id)] == [piece.id for piece in theirs]
    assert merges.HANGS_ON["site"]["equipment"] == "site_id"
