"""Excel workbooks: their days and numbers are real ones, their sheets are asked about, and nothing in them ends the program."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from db import clients
from dispatch.desk.files.table import read_table
from dispatch.desk.files.workbook import WhichSheet
from dispatch.desk.imports.importing import kind_of
from dispatch.desk.session.refusals import Refusal
from tests.imports.conftest import Desk, faults, verdicts

FILES = Path(__file__).parents[1] / "data" / "imports"
CLIENTS, SHEETS = FILES / "excel-us-clients.xlsx", FILES / "excel-de-two-sheets.xlsx"


def changed(path: Path, source: Path, part: str, old: bytes, new: bytes) -> Path:
    """A workbook in which some bytes of a part are others."""
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in book.namelist():
            data = book.read(name)
            made.writestr(name, data.replace(old, new, 1) if name == part else data)
    return path


def test_its_days_and_numbers_are_taken_as_they_are(desk: Desk) -> None:
    assert kind_of(CLIENTS) == "clients"
    report = desk.take("clients", CLIENTS)

    assert (faults(report), report.counts, report.understood) == ([], {"new": 2}, ())
    query = "SELECT c.computers, a.starts FROM client c JOIN agreement a ON a.client_id = c.id WHERE c.name = ?"
    assert [tuple(row) for row in desk.store.all(query, ("Lakeside Dental, LLC",))] == [(1250, "2026-03-04")]
    assert [tuple(row) for row in desk.store.all(query, ("Elm Court Law",))] == [(12, "2026-11-30")]
    named = next(one for one in clients.all_clients(desk.store) if one.name == "Lakeside Dental, LLC")
    assert [contact.phone for contact in named.contacts] == ["6145550101"]


def test_which_sheet_is_asked_and_a_title_above_the_names_is_left_out(desk: Desk) -> None:
    with pytest.raises(WhichSheet, match="has the sheets Kunden, Standorte: say which one with --sheet") as which:
        desk.take("clients", SHEETS)
    assert which.value.sheets == ("Kunden", "Standorte")
    with pytest.raises(WhichSheet, match="has no sheet Kundn"):
        desk.take("clients", SHEETS, sheet="Kundn")

    report = desk.take("clients", SHEETS, sheet="kunden")
    assert (verdicts(report), [row.row for row in report.rows]) == (["new", "new"], [4, 5])
    assert report.understood == ("left out above the names of the columns: Kundenliste, Stand 30.11.2026",)

    sites = desk.take("sites", SHEETS, sheet="Standorte")
    assert verdicts(sites) == ["new"]
    assert desk.store.value("SELECT lat FROM site WHERE name = 'Büro Mitte'") == 39.961


def test_a_cell_far_from_the_table_is_named(tmp_path: Path) -> None:
    part = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    path = changed(tmp_path / "far.xlsx", CLIENTS, part, b"</sheetData>", far)
    with pytest.raises(Refusal, match="something in the cell XFD1048576, far from its table"):
        read_table(path)

    shaded = changed(
        tmp_path / "shaded.xlsx",
        CLIENTS,
        part,
        b"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>',
    )
    assert len(read_table(shaded).rows) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old Excel, or has a password"),
        (b"PK\x03\x04" + bytes(600), "is damaged"),
    ],
)
def test_what_is_no_such_workbook_says_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(data)
    with pytest.raises(Refusal, match=said):
        read_table(path)


def test_other_packed_files_and_broken_sheets_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "text.odt", "w") as packed:
        packed.writestr("content.xml", "<a/>")
    with pytest.raises(Refusal, match="no Excel workbook"):
        read_table(tmp_path / "text.odt")
    broken = changed(tmp_path / "broken.xlsx", CLIENTS, "xl/workbook.xml", b"<sheets>", b"<sheet")
    with pytest.raises(Refusal, match="cannot be read as an Excel workbook"):
        read_table(broken)
    large = shutil.copy(CLIENTS, tmp_path / "large.xlsx")
    with zipfile.ZipFile(large, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/filler", bytes(21_000_000))
    with pytest.raises(Refusal, match="too large"):
        read_table(large, rows=2)


def test_without_the_extra_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(Refusal, match=r"need the extra `xlsx`.*Without it, save it as CSV UTF-8"):
        read_table(CLIENTS)


def test_a_file_of_text_has_no_sheets(desk: Desk) -> None:
    with pytest.raises(Refusal, match="is no Excel workbook"):
        desk.take("clients", "client\nAcme\n", sheet="One")
