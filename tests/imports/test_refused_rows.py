"""What was refused comes back as a file of the same shape, with why; mended it goes in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from db import clients
from dispatch.desk.files.encodings import text_of
from dispatch.desk.imports.refused_rows import refused_rows
from dispatch.desk.session.refusals import Refusal
from dispatch.model.csv_text import as_it_came
from tests.imports.conftest import Desk, faults, verdicts
from tests.imports.test_command import Line, line  # noqa: F401  a fixture

FILES = Path(__file__).parents[1] / "data" / "imports"


def rows_in(data: bytes, separator: str) -> list[list[str]]:
    found = text_of(data)
    assert found is not None
    return list(csv.reader(io.StringIO(found.text, newline=""), delimiter=separator))


def test_refused_rows_keep_the_shape_of_the_file_and_go_in_once_they_are_mended(desk: Desk) -> None:
    lines = (
        "Kunde;Telefon;agreement;agreement_starts;Bemerkung",
        "Grün & Söhne;+49 30 1;tm;bald;=1+1",
        "Weiß;030;tm;30.11.2026;gut",
        "Blau;-;tx;01.12.2026;Zeile eins",
    )
    report = desk.take("clients", "\r\n".join(lines).encode("cp1252"), accept_good=True)
    assert verdicts(report) == ["refused", "new", "refused"]

    data = refused_rows(report)

    assert rows_in(data, ";") == [
        ["Kunde", "Telefon", "agreement", "agreement_starts", "Bemerkung", "why"],
        ["Grün & Söhne", "+49 30 1", "tm", "bald", "'=1+1", "agreement_starts: is not a date written as 2026-11-24"],
        ["Blau", "'-", "tx", "01.12.2026", "Zeile eins",
         "agreement: is not one of none, tm, fixed_price, retainer, block_hours"],
    ]  # fmt: skip
    assert "Grün".encode("cp1252") in data
    mended = data.replace(b";bald;", b";02.12.2026;").replace(b";tx;", b";tm;")
    again = desk.take("clients", mended)
    assert (verdicts(again), faults(again), again.unknown_columns) == (["new", "new"], [], ())
    named = {client.name: client for client in clients.all_clients(desk.store)}
    assert (named["Grün & Söhne"].notes, named["Blau"].contacts[0].phone) == ("=1+1", "-")


def test_rows_that_are_too_short_or_too_long_come_back_whole(desk: Desk) -> None:
    report = desk.take("clients", "client,phone\nAcme\nBolt,1,2\n", check=True)
    assert rows_in(refused_rows(report), ",") == [
        ["client", "phone", "why"],
        ["Acme", "", "row: has 1 field where the first line has 2"],
        ["Bolt", "1", "row: has 3 fields where the first line has 2", "2"],
    ]


def test_the_second_time_the_reason_takes_the_place_of_the_first(desk: Desk) -> None:
    report = desk.take("clients", "client,agreement,why\nAcme,xx,an old reason\n", check=True)
    [header, row] = rows_in(refused_rows(report), ",")
    assert (header, len(row)) == (["client", "agreement", "why"], 3)
    assert "old reason" not in row[2]


@pytest.mark.parametrize(
    ("content", "start"),
    [
        ("sep=;\r\nclient;agreement\r\nAcme;xx\r\n".encode("utf-8-sig"), "sep=;\r\nclient;agreement;why\r\n".encode("utf-8-sig")),
        ("client\tagreement\nAcme\txx\n".encode("utf-16-be"), "client\tagreement\twhy\r\n".encode("utf-16")),
        (b"client,agreement\nAcme,xx\n", b"client,agreement,why\r\n"),
    ],
)  # fmt: skip
def test_mark_and_encoding_are_those_of_the_file(desk: Desk, content: bytes, start: bytes) -> None:
    assert refused_rows(desk.take("clients", content, check=True)).startswith(start)


def test_a_reason_with_letters_that_the_file_cannot_have_makes_it_utf_8(desk: Desk) -> None:
    report = desk.take(
        "clients", "client;Größe;agreement;agreement_ends\r\nGroß;;tm;x\u2013y\r\n".encode("cp1252"), check=True
    )
    assert report.refused
    assert text_of(refused_rows(report)) is not None


def test_refused_rows_of_a_workbook_are_a_file_of_text(desk: Desk) -> None:
    report = desk.take("clients", FILES / "excel-us-clients.xlsx", mapping={"Computers": "agreement_ends"}, check=True)
    data = refused_rows(report)
    assert data.startswith(b"\xef\xbb\xbfCustomer,")
    assert rows_in(data, ",")[1][:5] == ["Lakeside Dental, LLC", "Ann Field", "6145550101", "tm", "2026-03-04"]


def test_a_calendar_has_no_rows_to_give_back(desk: Desk) -> None:
    from tests.imports.test_calendar import calendar

    with pytest.raises(Refusal, match="is none"):
        refused_rows(desk.take("calendar", desk.file("a.ics", calendar()), check=True))


@pytest.mark.parametrize(
    ("text", "written"),
    [("+49 30 1234", "+49 30 1234"), ("-82,9988", "-82,9988"), ("=SUM(A1)", "'=SUM(A1)"), ("@x", "'@x"),
     ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"), ("two\nlines", "two\nlines"),
     ("\t=1+1", "'\t=1+1"), ("\r@x", "'\r@x"), ("\t+49 30 1", "\t+49 30 1")],
)  # fmt: skip
def test_only_what_a_spreadsheet_would_reckon_with_gets_an_apostrophe(text: str, written: str) -> None:
    assert as_it_came(text) == written


def test_a_formula_behind_a_tab_comes_back_as_text_and_goes_in_as_it_was(desk: Desk) -> None:
    report = desk.take("clients", 'client,agreement,notes,"\t=2"\nAcme,xx,"\t=1+1",x\n', check=True)
    [header, row] = rows_in(refused_rows(report), ",")
    assert (header[3], row[2]) == ("'\t=2", "'\t=1+1")
    assert desk.take("clients", refused_rows(report).replace(b",xx,", b",none,")).applied
    named = {client.name: client for client in clients.all_clients(desk.store)}
    assert named["Acme"].notes.strip() == "=1+1"


def test_the_command_writes_them_and_over_nothing_unasked(line: Line, tmp_path: Path) -> None:  # noqa: F811
    line("init", "--name", "Firm")
    file, out = tmp_path / "clients.csv", tmp_path / "back.csv"
    file.write_text("client,agreement\nAcme,xx\nBolt,none\n")

    assert line("import", "clients", str(file), "--refused", str(out), "--accept-good") == 4
    assert "1 refused row, with why" in line.err
    assert out.read_text().splitlines()[1].startswith('Acme,xx,"agreement: is not one of')
    assert line("import", "clients", str(file), "--refused", str(out)) == 1
    assert "back.csv is there already. --replace writes over it. Nothing was imported." in line.err
    assert line("import", "clients", str(file), "--refused", str(out), "--replace", "--check") == 1


def test_a_place_that_takes_no_file_is_refused_before_the_import(line: Line, tmp_path: Path) -> None:  # noqa: F811
    line("init", "--name", "Firm")
    file = tmp_path / "clients.csv"
    file.write_text("client,agreement\nAcme,xx\nBolt,none\n")

    for out, said in ((tmp_path / "none" / "back.csv", "there is no folder"), (tmp_path, "is a folder")):
        assert line("import", "clients", str(file), "--refused", str(out), "--accept-good") == 1
        assert said in line.err
        assert line.err.endswith("Nothing was imported.\n")
    assert line("client", "list", "--json") == 0
    assert line.out == "[]\n"
    card = ("import", "rate-card", str(file), "--refused", str(tmp_path / "back.csv"))
    assert (line(*card), "a rate-card is none" in line.err) == (1, True)


def test_what_was_imported_is_told_though_the_refused_rows_cannot_be_given_back(
    line: Line,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    line("init", "--name", "Firm")
    file = tmp_path / "clients.csv"
    file.write_text("client,agreement\nAcme,xx\nBolt,none\n")
    monkeypatch.setattr("dispatch.desk.session.private_file.put", full)

    assert line("import", "clients", str(file), "--refused", str(tmp_path / "back.csv"), "--accept-good") == 4
    assert "1 new" in line.out
    assert "back.csv cannot be written: no space left on device." in line.err
