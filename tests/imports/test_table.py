"""Reading files: encodings, separators, shapes, limits. Each refusal is one sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.desk.files.columns import Columns, find_columns
from dispatch.desk.files.table import Unreadable, read_table

PLAIN = "client,contact\nAcme,Ann\nElm,Bo\n"


def table_of(tmp_path: Path, content: str | bytes, rows: int = 100):  # type: ignore[no-untyped-def]
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, rows)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        f"sep=;\r\n{PLAIN.replace(chr(44), chr(59))}".encode(),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.rstrip("\n").encode(),
    ],
    ids=[
        "plain",
        "bom",
        "crlf",
        "cr",
        "semicolons",
        "tabs",
        "bars",
        "sep",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "no last line break",
    ],
)
def test_same_table_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    table = table_of(tmp_path, content)

    assert table.headers == ("client", "contact")
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("Acme", "Ann")), (3, ("Elm", "Bo"))]


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'client,contact\n\n"Acme\nInc",Ann\n,\nElm,Bo\n')

    assert [row.number for row in table.rows] == [3, 5]


def test_separators_inside_fields_stay(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'client;contact\n"Acme; Sons";Ann, Bo\n')

    assert table.rows[0].cells == ("Acme; Sons", "Ann, Bo")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,,\n", "names the columns"),
        ("client,contact\nAcmé,".encode() + b"Ren\xe9\n", "line 2 holds the byte 0xE9"),
        (b"\xef\xbb\xbfclient\nA\nRen\xe9\n", "line 3 holds the byte 0xE9"),
        (b"\xff\xfeA", "UTF-16"),
        (b"client\nAc\x00me\n", "NUL byte in line 2"),
        (b'client,contact\n"Acme,Ann\nElm,Bo\n', "never closed"),
        (b'client\n"Ac"me\n', "closing quote"),
        (b"client\n" + b"x" * 100_001 + b"\n", "100,000 characters"),
        (b"client\n" + b"x" * 140_000 + b"\n", "100,000 characters"),
        (b"client\n" + b"A\n" * 101, "more than 100 rows"),
        (b"client\n" + b"A" * 1_000_001, "1,000,000 bytes"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        table_of(tmp_path, content)


def test_limit_of_rows_can_be_raised(tmp_path: Path) -> None:
    assert len(table_of(tmp_path, "client\n" + "A\n" * 101, rows=101).rows) == 101


@pytest.mark.parametrize("name", ["missing.csv", ".", "nul\x00name", "x" * 300])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        read_table(tmp_path / name)


def columns_of(tmp_path: Path, headers: str, mapping: dict[str, str] | None = None) -> Columns:
    return find_columns(table_of(tmp_path, headers + "\n"), ("client", "access_from"), ("client",), mapping)


def test_columns_are_found_whatever_their_case_and_order(tmp_path: Path) -> None:
    columns = columns_of(tmp_path, "Access-From, CLIENT ,colour")

    assert columns.position == {"access_from": 0, "client": 1}
    assert columns.unknown == ("colour",)


def test_columns_are_mapped(tmp_path: Path) -> None:
    columns = columns_of(tmp_path, "Customer,Opens at", {"customer": "client", "Opens at": "access_from"})

    assert columns.position == {"client": 0, "access_from": 1}
    assert columns.named == {"client": "Customer", "access_from": "Opens at"}


@pytest.mark.parametrize(
    ("headers", "mapping", "said"),
    [
        ("contact", None, r"no column client; its columns are contact\. .*--map theirs=ours"),
        ("client,Client", None, "column client twice: client, Client"),
        ("client,Customer", {"Customer": "client"}, "column client twice"),
        ("client", {"Customer": "client"}, "no column Customer to map; its columns are client"),
    ],
)
def test_missing_and_repeated_columns_are_one_error(
    tmp_path: Path, headers: str, mapping: dict[str, str] | None, said: str
) -> None:
    with pytest.raises(Unreadable, match=said):
        columns_of(tmp_path, headers, mapping)
