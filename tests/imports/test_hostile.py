"""Whatever a file holds: a verdict or a sentence, never a traceback, and never half of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.desk.files.verdicts import ImportReport, RowVerdict
from dispatch.desk.imports.importing import SUBJECTS, How, import_file
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import show
from tests.imports.conftest import SAMPLE, Desk

QUICK = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
THOROUGH = settings(QUICK, max_examples=1500)

TABLES = ("client", "contact", "agreement", "pool", "site", "staff", "technician", "job", "visit", "item", "audit")
KNOWN = (
    "Harbor Dental", "Main office", "Ana Ruiz", "ana@example.com", "lee@example.com", "2026-11-24", "2026-03-08",
    "02:30", "09:00", "17:00", "24:00", "-1", "0", "45", "1e9", "9" * 40, "P1", "yes", "none", "tm", "block_hours",
    "server", "", "2026-11-24T09:00:00-05:00", "=1+1", "\x1b[31m", "\u202e", "a\u0301" * 40, "x" * 600, '"', ";", "\t",
    "\n", "NaN", "39.9", "-83.0", "±5",
)  # fmt: skip
ANYTHING = st.sampled_from(KNOWN) | st.text(max_size=12)
USUAL = {
    "reference": ("R1", "r2", " R3 "),
    "client": ("Harbor Dental", "harbor  dental", "Acme", "Élan"),
    "site": ("Main office", "MAIN OFFICE", "Annex"),
    "name": ("Ana Ruiz", "Lee Moreau", "Kim Vale"),
    "work": ("Fix it", "=1"),
    "contact": ("Ann", "Bo"),
    "login": ("", "", "kim", "ana"),
    "email": ("", "ana@x.example", "kim@x.example"),
    "date": ("2026-11-24", "2026-03-08", ""),
    "minutes": ("45", "060"),
    "skills": ("", "server;network", "Server"),
    "tags": ("", "a;b", "many"),
    "priority": ("P1", "p3", ""),
    "promised_from": ("", "02:30", "09:00"),
    "promised_to": ("", "11:00", "24:00"),
    "requested_at": ("", "2026-11-23T09:00:00.5+01:00"),
    "emergency": ("", "YES"),
    "preferred_technician": ("", "ana", "BEN OKAFOR"),
    "agreement": ("tm", "none", "block_hours", "retainer", ""),
    "agreement_starts": ("2026-02-01", "2026-05-01", ""),
    "agreement_ends": ("", "2026-12-31"),
    "prepaid_minutes": ("", "600"),
    "allowance_minutes": ("", "0", "240"),
    "labour_discount_pct": ("", "10", "007.50", "-0"),
    "onsite_target_minutes": ("", "240"),
    "lat": ("", "39.90", "-0.0"),
    "lon": ("", "-83.1"),
    "start_lat": ("", "39.9"),
    "start_lon": ("", "-83"),
    "access_from": ("", "08:00"),
    "access_to": ("", "24:00", "17:00"),
    "shift_start": ("", "8:00"),
    "shift_end": ("", "17:00"),
    "lunch_from": ("", "11:00"),
    "lunch_to": ("", "13:00"),
    "lunch_minutes": ("", "30"),
    "labour_class": ("tech", "senior"),
    "tax_exempt": ("", "1"),
    "services": ("", "mail;print;mail"),
    "computers": ("", "007"),
}


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _cell(column: str) -> st.SearchStrategy[str]:
    usual = st.sampled_from(USUAL.get(column, ("", "something")))
    return st.integers(0, 15).flatmap(lambda chance: usual if chance else ANYTHING)


@st.composite
def tables(draw: st.DrawFn, kind: str) -> str:
    """A file with the right columns and anything in them, some rows of another width."""
    columns = list(SUBJECTS[kind].columns)
    lines = [",".join(columns)]
    for _ in range(draw(st.integers(0, 4))):
        width = draw(st.sampled_from([len(columns)] * 9 + [len(columns) - 1, len(columns) + 1]))
        cells = [draw(_cell(columns[place % len(columns)])) for place in range(width)]
        lines.append(",".join(map(quoted, cells)))
    return "\n".join(lines)


def counted(desk: Desk) -> dict[str, int]:
    return {table: desk.count(table) for table in TABLES}


def imported(desk: Desk, kind: str, content: bytes, **options: bool) -> ImportReport | None:
    """Import what may be anything; None where it could not be read as a file at all."""
    path: Path = desk.file("hostile.csv", content)
    before = counted(desk)
    try:
        report = import_file(desk.user, kind, path, How(**options))
    except Refusal as refusal:
        said = str(refusal)
    else:
        said = ""
    if said:
        assert said == show(said)
        assert counted(desk) == before
        return None
    for row in report.rows:
        for fault in row.faults:
            assert fault.value == show(fault.value)
            assert fault.expected
        assert row.reference == show(row.reference)
        assert (row.verdict.value == "refused") == bool(row.faults)
    if not report.applied:
        assert counted(desk) == before
    return report


def assert_settled(desk: Desk, kind: str, content: bytes) -> None:
    """What was taken is found again as it was written, and a second time changes nothing."""
    first = imported(desk, kind, content, accept_good=True, update=True)
    if first is None:
        return
    before = counted(desk)
    second = imported(desk, kind, content, accept_good=True, update=True)
    assert second is not None
    assert {row.verdict.value for row in second.rows} <= {"unchanged", "refused"}
    assert counted(desk) == before


@pytest.mark.parametrize("kind", SUBJECTS)
@QUICK
@given(data=st.data())
def test_rows_with_anything_in_them(desk: Desk, kind: str, data: st.DataObject) -> None:
    assert_settled(desk, kind, data.draw(tables(kind)).encode())


@pytest.mark.long
@pytest.mark.parametrize("kind", SUBJECTS)
@THOROUGH
@given(data=st.data())
def test_many_rows_with_anything_in_them(desk: Desk, kind: str, data: st.DataObject) -> None:
    assert_settled(desk, kind, data.draw(tables(kind)).encode())


@QUICK
@given(content=st.binary(max_size=300), kind=st.sampled_from(["rate-card", *SUBJECTS]))
def test_any_bytes(desk: Desk, content: bytes, kind: str) -> None:
    imported(desk, kind, content)


@QUICK
@given(data=st.data())
def test_sample_file_with_damage(desk: Desk, data: st.DataObject) -> None:
    """A good file with a few bytes changed is refused, or taken as a whole."""
    content = bytearray((SAMPLE / "visits.csv").read_bytes()[:2000])
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    before = desk.count("visit")
    report = imported(desk, "visits", bytes(content))
    if report is not None and report.applied:
        assert desk.count("visit") - before == report.counts.get(RowVerdict.NEW, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@QUICK
@given(data=st.data())
def test_card_with_anything_in_it(desk: Desk, data: st.DataObject) -> None:
    """Any part of a good card is replaced by anything."""
    card = json.loads((SAMPLE / "rate_card.json").read_text())
    parent, key = card, data.draw(st.sampled_from(sorted(card)))
    while isinstance(parent[key], dict) and data.draw(st.booleans()):
        parent, key = parent[key], data.draw(st.sampled_from(sorted(parent[key])))
    parent[key] = data.draw(JSON)
    report = imported(desk, "rate-card", json.dumps(card).encode(), update=True)
    if report is not None and report.applied:
        second = imported(desk, "rate-card", json.dumps(card).encode(), update=True)
        assert second is not None
        assert [row.verdict for row in second.rows] == [RowVerdict.UNCHANGED]
