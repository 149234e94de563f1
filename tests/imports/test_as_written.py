"""Files as other programs write them: they go in at the first attempt, or one thing is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.desk.files.as_written import (
    COMMA,
    DAY_FIRST,
    MONTH_FIRST,
    POINT,
    FileReadings,
    Unsettled,
    as_the_house_writes,
)
from dispatch.desk.files.columns import Columns
from dispatch.desk.files.table import FileRow, FileTable
from dispatch.desk.imports.importing import kind_of
from dispatch.desk.imports.remote_work_rows import RemoteWorkRows
from dispatch.desk.texts.import_words import findings
from dispatch.fields.context import FieldContext
from tests.imports.conftest import Desk, faults, verdicts

FILES = Path(__file__).parents[1] / "data" / "imports"
STARTS = "SELECT a.starts FROM agreement a JOIN client c ON c.id = a.client_id WHERE c.name = ?"


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("excel-de-clients.csv", "clients", 2),
        ("excel-uk-clients.csv", "clients", 2),
        ("excel-us-clients.csv", "clients", 2),
        ("excel-unicode-text.txt", "clients", 1),
        ("excel-sep-sites.csv", "sites", 1),
        ("google-sheets-sites.csv", "sites", 1),
        ("numbers-technicians.csv", "technicians", 1),
        ("libreoffice-technicians.csv", "technicians", 1),
        ("outlook-contacts.csv", "clients", 1),
        ("google-contacts.csv", "clients", 1),
        ("quickbooks-customers.csv", "clients", 1),
        ("xero-contacts.csv", "clients", 1),
        ("connectwise-companies.csv", "clients", 1),
        ("autotask-accounts.csv", "clients", 1),
        ("halopsa-sites.csv", "sites", 1),
        ("bars-tickets.csv", "visits", 1),
        ("messy-clients.csv", "clients", 2),
        ("french-clients.csv", "clients", 1),
        ("servicetitan-customers.csv", "clients", 2),
        ("servicetitan-locations.csv", "sites", 2),
        ("jobber-clients.csv", "clients", 2),
        ("outlook-contacts-all.csv", "clients", 2),
        ("google-contacts-all.csv", "clients", 2),
        ("autotask-accounts-all.csv", "clients", 2),
        ("autotask-tickets.xlsx", "visits", 2),
        ("connectwise-companies-all.csv", "clients", 2),
        ("lexoffice-kontakte.csv", "clients", 2),
        ("hubspot-companies.csv", "clients", 2),
        ("holded-clientes.csv", "clients", 2),
        ("xero-contacts-all.csv", "clients", 2),
        ("quickbooks-customer-contact-list.csv", "clients", 2),
        ("excel-de-standorte.csv", "sites", 2),
        ("excel-fr-clients.xlsx", "clients", 2),
        ("excel-us-clients.xlsx", "clients", 2),
        ("when-i-work-people.xlsx", "technicians", 2),
        ("nothing-says-clients.txt", "clients", 2),
    ],
)
def test_a_file_of_another_program_goes_in_at_once(desk: Desk, name: str, kind: str, rows: int) -> None:
    assert kind_of(FILES / name) == kind

    report = desk.take(kind, FILES / name)

    assert faults(report) == []
    assert (report.applied, report.counts) == (True, {"new": rows})


@pytest.mark.parametrize(
    ("name", "kind", "query", "of", "value"),
    [
        ("excel-de-clients.csv", "clients", STARTS, "Müller Käse", "2026-11-30"),
        ("excel-de-clients.csv", "clients", STARTS, "Bäckerei Groß", "2026-12-01"),
        ("excel-de-clients.csv", "clients", "SELECT computers FROM client WHERE name = ?", "Müller Käse", 1250),
        ("excel-uk-clients.csv", "clients", STARTS, "Harrow & Sons", "2026-04-03"),
        ("excel-us-clients.csv", "clients", STARTS, "Elm Court Law", "2026-03-04"),
        ("excel-us-clients.csv", "clients", STARTS, "Lakeside Dental, LLC", "2026-11-30"),
        ("excel-sep-sites.csv", "sites", "SELECT lat FROM site WHERE name = ?", "Büro Mitte", 39.961),
        ("messy-clients.csv", "clients", STARTS, "Holz & Söhne", "2026-11-30"),
    ],
)
def test_its_days_and_numbers_are_those_that_it_means(
    desk: Desk, name: str, kind: str, query: str, of: str, value: object
) -> None:
    desk.take(kind, FILES / name, accept_good=True)

    assert desk.store.value(query, (of,)) == value


def test_lists_in_cells_are_lists_however_they_are_divided(desk: Desk) -> None:
    words = {}
    for number, cell in enumerate(('"network,server"', "network;server", "network/server", '"network\nserver"')):
        content = f"name,email,labour_class,skills\nTech {number},t{number}@example.com,tech,{cell}\n"
        desk.take("technicians", content)
        report = desk.take("technicians", content.replace(cell, '"network, server"'), check=True)
        words[cell] = verdicts(report)

    assert list(words.values()) == [["unchanged"]] * 4


@pytest.mark.parametrize(
    ("name", "kind", "asked", "said", "query", "value"),
    [
        ("asked-dates.csv", "clients", "dates", DAY_FIRST, STARTS, "2026-04-03"),
        ("asked-dates.csv", "clients", "dates", MONTH_FIRST, STARTS, "2026-03-04"),
        ("asked-decimals.csv", "sites", "decimals", COMMA, "", "1234"),
        ("asked-decimals.csv", "sites", "decimals", POINT, "", "1.234"),
    ],
)
def test_what_has_two_readings_is_asked_about_once_and_told(
    desk: Desk, name: str, kind: str, asked: str, said: str, query: str, value: str
) -> None:
    with pytest.raises(Unsettled, match=f"in row [23] is .* or .*: say --{asked} ") as refusal:
        desk.take(kind, FILES / name)
    assert refusal.value.asked == (asked,)

    report = desk.take(kind, FILES / name, meant=FileReadings(**{asked: said}), check=True, update=True)

    assert report.refused == 0
    assert [line for line in report.understood if f"is {value} ({said})" in line]
    if query:
        desk.take(kind, FILES / name, meant=FileReadings(**{asked: said}))
        assert desk.store.value(query, ("Two Readings",)) == value


def test_rows_that_contradict_each_other_settle_nothing(desk: Desk) -> None:
    rows = "Acme A,tm,30/11/2026\nAcme B,tm,11/30/2026\nAcme C,tm,03/04/2026\n"

    with pytest.raises(Unsettled, match="row 4"):
        desk.take("clients", f"client,agreement,agreement_starts\n{rows}")


def test_what_was_understood_is_told(desk: Desk) -> None:
    report = desk.take("clients", FILES / "excel-de-clients.csv", check=True)

    assert report.understood == (
        "read as Windows-1252, for example Arbeitsplätze",
        "computers: 1.250 is 1250",
        "agreement_starts: 01.12.2026 is 2026-12-01 (day-first)",
        "labour_discount_pct: 12,5 is 12.5",
    )
    assert report.named["client"] == "Kunde"


def test_a_cause_of_many_refusals_is_told_once(desk: Desk) -> None:
    rows = [f"Acme {number},tm,{'soon' if number else 'late'}{number}" for number in range(5)]
    few = "Bolt,tn,2026-11-30"

    report = desk.take("clients", "\n".join(("client,agreement,agreement_starts", *rows, few)), check=True)

    assert list(findings(report)) == [
        "clients.csv: 5 rows refused: agreement_starts: is not a date written as 2026-11-24 "
        "(row 2 'late0', row 3 'soon1', row 4 'soon2' and 2 more)",
        "clients.csv row 7: agreement 'tn': is not one of none, tm, fixed_price, retainer, block_hours",
    ]


@pytest.mark.parametrize(
    ("start", "meant", "at"),
    [
        ("20.11.2026 9:05", FileReadings(), "2026-11-20T09:05"),
        ("11/20/2026 4:50 PM", FileReadings(), "2026-11-20T16:50"),
        ("2026-11-20 10:30:00", FileReadings(), "2026-11-20T10:30"),
        ("03/04/2026 10:30", FileReadings(dates=DAY_FIRST), "2026-04-03T10:30"),
        ("03/04/2026 10:30", FileReadings(dates=MONTH_FIRST), "2026-03-04T10:30"),
    ],
)
def test_a_day_with_a_time_is_read_as_a_day_is(start: str, meant: FileReadings, at: str) -> None:
    fields, context = RemoteWorkRows.columns, FieldContext(0, "America/New_York", lasting=True)
    table = FileTable("calls.csv", ("start",), (FileRow(2, (start,)),))
    read, *_ = as_the_house_writes(table, Columns({"start": 0}, {}, ()), fields, context, meant)
    assert [row.cells for row in read.rows] == [(at,)]
