"""Every field of every record by every way in: the same text is the same value everywhere, or the same sentence."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.closeout.template_form import ITEM, item_form, item_texts, read_item
from dispatch.commands.options import options_of, typed
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.imports.importing import SUBJECTS
from dispatch.desk.imports.table_rows import RowEntry
from dispatch.desk.quick.reading import names, understand
from dispatch.fields.kinds import Link, Moment, YesNo
from dispatch.fields.record import Field, FieldFault
from dispatch.model.instants import day_of
from dispatch.records.agreements import BLOCK
from dispatch.records.requests import REQUEST
from screens.record_forms import line_of
from tests.desk.conftest import Office
from tests.quick import examples, first_of
from widgets.choices import OneOf

TEXTS = (
    "", " ", "0", "1", "-1", "+5", "007", "12", "100000", "100001", "500000", "1e3", "9.5", "9.55", "0.30", "nan",
    "٣", "12 000", "yes", "YES", "yess", "y", "on", "no", "off", "true", "none", "-", "mi", "Warn", "smtp", "P2",
    "p2", "prospect", "next", "Harbor Dental", "harbor", "nobody", "Ana Ruiz", "ana", "Ana Ruiz, Ben Okafor",
    "Harbor Dental / Annex", "depot", "home of ana", "2026-11-24", "tomorrow", "03.04.2026", "31 feb", "24:00",
    "08:00", "2026-11-24T08:00", "now", "08:00-17:00", "17:00-08:00", "mon-fri 08:00-17:00", "mon 8-9, mon 8:30-10",
    "mon-fri 08:00-12:00, 13:00-17:00", "11:30-13:30 30", "11:30-11:40 30", "39.96, -83.0", "91, 0", "geo:39.9,-83.1",
    "Jo Lowe; 0100 | Bob", "; 0100", "jo@example.com", "jo@", "mail.example.com", "ma il", "America/New_York",
    "Mars/One", "https://osrm.example.com", "https://me:pw@osrm.example.com", "eur", "euro", "30 60 240 480 480",
    "{client} {when}", "{password}", "{", "every tue", "whenever", "server, Network;server", "technician, lead",
    "king", "a\x1b[31m", "x\u202e", "x" * 41, "x" * 201, "x" * 501, "a | b", "confirmed; on_the_way", "a\nb", "''",
    "=1+1",
)  # fmt: skip
RECORDS = {kind: record_store.record for kind, record_store in RECORD_STORES.items()} | {
    "request": REQUEST,
    "block": BLOCK,
}
FIELDS = [(kind, field) for kind, record in RECORDS.items() for field in record.typed]

Outcome = tuple[str, Any]


def read(field: Field, text: str, desk: Desk) -> Outcome:
    """The value of a text, or the sentence that refuses it."""
    try:
        return "is", field.read(text, desk)
    except ValueError as fault:
        return "refused", str(fault)


@cache
def parser_of(kind: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    for one in options_of(RECORDS[kind].typed):
        parser.add_argument(*one.names, **one.keywords)
    return parser


def by_command(kind: str, field: Field, text: str) -> str:
    return typed(parser_of(kind).parse_args([f"{field.option}={text}"]))[field.name]


def in_a_form(field: Field, text: str, desk: Desk) -> str:
    line = line_of(field, text, desk)
    return OneOf(line.options, line.value).value if line.options else line.value


def from_files(office: Office, kind: str, field: Field, text: str) -> Iterator[Outcome]:
    """The outcomes in the files that have the field as a column."""
    for subject in SUBJECTS.values():
        if not issubclass(subject.record.cls, RECORDS[kind].cls):
            continue
        for column, one in subject.columns.items():
            # other records are called by their whole names in a file
            if not isinstance(one.kind, Link) and (one.kind, one.of, one.required) == (
                field.kind,
                field.of,
                field.required,
            ):
                entry = RowEntry(2, {column: text.strip()})
                record = subject(office.lee).filled(entry, None)
                refused = [fault.expected for fault in entry.faults if fault.field == column]
                yield ("refused", refused[0]) if refused else ("is", getattr(record, field.of))


def same_everywhere(office: Office, desk: Desk, kind: str, field: Field, text: str) -> None:
    expected = read(field, text, desk)
    assert by_command(kind, field, text) == text
    assert read(field, in_a_form(field, text, desk), desk) == expected
    for outcome in from_files(office, kind, field, text):
        # a file means the same on every day: no tomorrow
        assert outcome == read(field, text, replace(desk, lasting=True))
    if expected[0] == "refused":
        said = FieldFault(field.name, text.strip(), expected[1]).text
        assert said.startswith(f"{field.name.replace('_', ' ')}: ")
        assert "\x1b" not in said
    elif expected[1] not in (None, "", (), frozenset()) and not (isinstance(field.kind, Moment) and expected[1] % 60):
        # as a list shows it, JSON carries it, and undo keeps it
        again = json.loads(json.dumps(field.kind.write(expected[1], desk)))
        assert read(field, again, desk) == expected


@first_of("kind", RECORDS, 6)
def test_good_edge_and_bad_text(office: Office, kind: str) -> None:
    desk = Desk.for_user(office.lee)
    for field in RECORDS[kind].typed:
        for text in TEXTS:
            same_everywhere(office, desk, kind, field, text)


@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FIELDS), st.text(max_size=60) | st.from_regex(r"[0-9:;,|.\-+/ a-z{}@]{0,20}", fullmatch=True))
def test_any_text(office: Office, named: tuple[str, Field], text: str) -> None:
    same_everywhere(office, Desk.for_user(office.lee), *named, text)


def test_what_the_quick_line_understands_is_what_a_form_reads(office: Office) -> None:
    desk = Desk.for_user(office.dana)
    line = "harbor /annex disk full 1h30 2026-11-26 9-11 p2 ! +server #many ~ana by Jo Lowe"
    found = understand(line, names(office.store), day_of(desk.now, desk.zone))
    faults: list[FieldFault] = []
    request = REQUEST.filled(found.texts(), desk, None, faults)
    assert faults == []
    assert (desk.title("client", request.client_id), request.site, request.work) == (found.client, "Annex", "disk full")
    assert (request.minutes, request.wanted_on, request.window) == (found.minutes, found.day, (9 * 60, 11 * 60))
    assert (request.priority, request.emergency, request.reported_by) == (2, True, "Jo Lowe")
    assert (request.skills, request.tags) == ({"server"}, {"many"})
    assert request.preferred_id is not None
    assert desk.title("technician", request.preferred_id) == "Ana Ruiz"


def test_items_of_templates_are_read_from_a_file_as_they_are_typed() -> None:
    for field in ITEM:
        for text in TEXTS:
            typed_faults, file_faults = list[str](), list[str]()
            usual = {"id": "T7", "kind": "test", "text": "x"}
            as_typed = read_item(usual | {field.name: text}, 1, typed_faults, typed=True)
            if not isinstance(field.kind, YesNo) and field.kind.empty != ():
                assert (read_item(usual | {field.name: text}, 1, file_faults), file_faults) == (as_typed, typed_faults)
            if as_typed is not None and not typed_faults:
                assert read_item(item_texts(as_typed), 1, [], typed=True) == as_typed
                assert read_item(json.loads(json.dumps(item_form(as_typed))), 1, []) == as_typed
