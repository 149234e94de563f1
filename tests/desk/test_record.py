"""The record of a visit: sections, and a mark for each result that says what it is, wherever it is told."""

from __future__ import annotations

import pytest

from db import people, results
from dispatch.closeout.recording import Recording
from dispatch.commands.forms import visit_page_form
from dispatch.desk.closeout import onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.reports.rendering import FORMS
from dispatch.desk.reports.service import service_report
from dispatch.desk.reports.sheet import sheet_report
from dispatch.desk.review.reviewing import visit_history
from dispatch.desk.texts.record_words import IN_TEXT, history_lines, record_lines
from dispatch.model.checklists import Attempt, ItemKind, Mark, Result
from tests.desk.conftest import DAY, Office
from tests.desk.test_probing import register
from tests.desk.test_reviewing import left_open
from widgets.checklist_lines import glyph_of
from widgets.lines.marks import ASCII, UNICODE


@pytest.mark.parametrize(("result", "mark"), [
    (Result.PASS, Mark.PASSED), (Result.SIGNED, Mark.PASSED), (Result.FAIL, Mark.FAILED), (Result.NOT_DONE, Mark.FAILED),
    (Result.OVERRIDDEN, Mark.OVERRIDDEN), (Result.NA, Mark.SKIPPED), (Result.LEFT_TO_CLIENT, Mark.WARNING),
])  # fmt: skip
def test_each_result_has_its_mark(result: Result, mark: Mark) -> None:
    attempt = Attempt(1, 0, "Ana Ruiz", result)
    assert attempt.mark is mark
    for marks in (UNICODE, ASCII):
        passed, _ = glyph_of(Attempt(1, 0, "Ana Ruiz", Result.PASS), marks)
        assert (glyph_of(attempt, marks)[0] == passed) is (mark is Mark.PASSED)


def test_a_waived_test_never_has_the_tick_of_one_that_passed(office: Office) -> None:
    left_open(office)  # T2 is waived
    page, history = visit_page(office.store, "R1"), visit_history(office.store, "R1")
    for lines in (record_lines(page), history_lines(history)):
        marked = {line.text.split()[1]: line.text.split()[0] for line in lines if line.text.startswith("  [")}
        assert (marked["T1"], marked["T2"]) == (IN_TEXT[Mark.PASSED], IN_TEXT[Mark.OVERRIDDEN])
    (form,) = [item for item in visit_page_form(page)["checklist"] if item["item"] == "T2"]
    assert [(one["result"], one["grade"]) for one in form["attempts"]] == [("overridden", "waived")]
    report = service_report(office.lee, "R1")
    stands = [
        one.mark for section in report.sections for one in section.points if one.text == form["label"] and one.mark
    ]
    assert any(mark.startswith("waived by Lee Moreau") for mark in stands), stands
    assert all(
        "passed" not in line for form in FORMS.values() for line in form(report).splitlines() if "waived by" in line
    )


ASKED = "Expectations agreed: with whom, what done looks like, what is not for today"
CONNECTED = "Connected: local network, internet, remote access"
RESTARTED = "Restarted, and came back by itself"


def test_words_where_a_test_has_to_run_are_counted_as_passed_nowhere(office: Office) -> None:
    register(office, name="network", kind="tcp", address="192.0.2.1:443", vantage="host")
    office.on_site()
    office.finish(but=frozenset({"T2", "L5"}))  # T3 asks for a test that ran
    onsite.record(office.lee, "R1", "T2", Recording(Result.OVERRIDDEN, "the provider is down"))
    ana = people.technician_by_name(office.store, "ana")
    assert ana is not None
    sections = sheet_report(office.ana, ana, DAY).sections
    tables = [table for section in sections for table in section.tables if table.columns[1] == "To do"]
    boxes = {row[1]: row[0] for table in tables for row in table.rows}
    assert tuple(boxes[label] for label in (ASKED, CONNECTED, RESTARTED)) == ("[x]", "[ ]", "[ ]")
    items = visit_page(office.store, "R1").checklist.items
    tests = [item for item in items if item.kind is ItemKind.TEST and item.standing is not None]
    assert [item.ref for item in tests if item.mark is not Mark.PASSED] == ["T2", "T3"]
    told = dict(service_report(office.ana, "R1").sections[0].facts)
    assert told["Tests passed"] == f"{len(tests) - 2} of {len([item for item in items if item.kind is ItemKind.TEST])}"
    standing = {one.ref: one.passed for one in results.standing(office.store, [1]) if one.kind is ItemKind.TEST}
    assert [ref for ref, passed in standing.items() if not passed] == ["T2", "T3"]


def test_the_record_has_its_sections_in_their_order(office: Office) -> None:
    left_open(office)
    lines = history_lines(visit_history(office.store, "R1"))
    titles = [line.text for line in lines if line.title]
    assert titles == [
        "Times", "Service levels", "Review", "Checklist", "Not ready to close:", "Charge", "Events",
    ]  # fmt: skip
    assert [line.text for line in lines[1:3]] == [
        "  ! “Restarted, and came back by itself” waived by Lee Moreau: the provider is down",
        lines[2].text,
    ]
    assert lines[1].spans[-1][1] == "warn"
    (on_site,) = [line.text for line in lines if line.text.startswith("  on site") and "planned" in line.text]
    assert on_site.endswith(" · planned 09:00–10:15, 1h15")
