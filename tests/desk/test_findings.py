"""What an audit found: written down, put right, taken out, told to the client, and what became of it."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from db import clients, templates
from db.library import sqlite3
from dispatch.closeout.recording import Recording
from dispatch.closeout.template_form import faults_of, read_item
from dispatch.desk.care.client_page import client_page
from dispatch.desk.closeout import evidence, finding, leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import undo
from dispatch.desk.reports.document import Report, Section
from dispatch.desk.reports.rendering import as_html, as_text
from dispatch.desk.reports.service import service_report
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, NotFound, Refusal
from dispatch.desk.templates import templates as keeping
from dispatch.desk.texts.client_words import page_lines
from dispatch.desk.texts.record_words import record_lines
from dispatch.model.checklists import ItemKind, Result
from dispatch.model.findings import AuditFinding, FindingState
from tests.desk.conftest import Office

BACKUPS = {
    "what": "backups are kept in the same room",
    "severity": "critical",
    "risk": "a fire takes both",
    "advice": "a second copy off site, encrypted",
    "minutes": "1h30",
    "price": "300.5",
}


def audited(office: Office) -> None:
    """R1 asks for findings."""
    office.on_site()
    office.store.conn.execute(
        "INSERT INTO item (visit_id, ref, phase, kind, label, required, na_allowed, override_allowed, position, findings) "
        "SELECT id, 'W8', 'work', 'confirm', 'Each finding is written down', 1, 0, 1, 90, 1 FROM visit WHERE reference = 'R1'"
    )


def found(office: Office) -> list[AuditFinding]:
    return finding.of_visit(office.ana, "R1")


def found_section(report: Report) -> Section:
    return next(section for section in report.sections if section.title == "What we found")


def open_refs(office: Office) -> set[str]:
    return {gate.ref for gate in visit_page(office.store, "R1").unmet}


def test_a_finding_is_written_down_put_right_and_taken_out(office: Office) -> None:
    office.on_site()
    first = finding.add(office.ana, "R1", BACKUPS)
    assert (first.number, first.minutes, first.price, first.effort) == (1, 90, 30050, "1h30, 300.50 USD")
    evidence.attach(office.ana, "R1", "A1", "rack.jpg", io.BytesIO(b"\xff\xd8\xff"))
    finding.add(office.lee, "R1", {"what": "no second factor", "severity": "high", "photo": "rack.jpg"})
    edited = finding.edit(office.ana, "R1", 1, {"severity": "high", "price": ""})
    assert (edited.number, edited.severity, edited.price, edited.risk) == (1, "high", None, BACKUPS["risk"])
    assert [(one.number, one.photo) for one in found(office)] == [(1, None), (2, "rack.jpg")]
    assert finding.edit(office.ana, "R1", 1, {"photo": "rack.jpg"}).photo == "rack.jpg"
    evidence.remove(office.lee, "R1", "rack.jpg", "another client's rack")
    edited = finding.edit(office.ana, "R1", 2, {"severity": "critical"})
    assert (edited.severity, edited.photo) == ("critical", None), "a photograph that was taken out keeps nobody from it"
    finding.remove(office.ana, "R1", 2, "it has one")
    assert [one.number for one in found(office)] == [1]
    assert finding.add(office.ana, "R1", {"what": "old firmware", "severity": "low"}).number == 3, (
        "no number comes again"
    )
    with pytest.raises(NotFound, match="it has 1, 3"):
        finding.edit(office.ana, "R1", 2, {"severity": "low"})


def test_each_step_is_taken_back_and_done_again(office: Office) -> None:
    office.on_site()
    finding.add(office.ana, "R1", BACKUPS)
    finding.edit(office.ana, "R1", 1, {"severity": "low"})
    assert undo.undo(office.ana) == "edit finding 1 of R1"
    assert [one.severity for one in found(office)] == ["critical"]
    undo.redo(office.ana)
    assert [one.severity for one in found(office)] == ["low"]
    finding.remove(office.ana, "R1", 1, "not so")
    undo.undo(office.ana)
    assert [one.severity for one in found(office)] == ["low"]
    undo.undo(office.ana)
    undo.undo(office.ana)
    assert found(office) == []


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"severity": "high"}, "what: is missing"),
        ({"what": "x"}, "severity: is missing"),
        ({"what": "x", "severity": "terrible"}, "severity: "),
        ({"what": "x", "severity": "low", "price": "1.234"}, "price: .* decimal places"),
        ({"what": "x", "severity": "low", "price": "-5"}, "price: is not an amount"),
        ({"what": "x", "severity": "low", "minutes": "soon"}, "minutes: "),
        ({"what": "x", "severity": "low", "photo": "y.jpg"}, "photo: .* no file"),
        ({"what": "a\x1b[2J", "severity": "low"}, "what: .*U.001B"),
    ],
)
def test_what_cannot_be_taken_is_named(office: Office, texts: Mapping[str, str], why: str) -> None:
    office.on_site()
    with pytest.raises(Faulty, match=why):
        finding.add(office.ana, "R1", texts)
    assert found(office) == []


def test_an_audit_is_not_closed_without_findings_or_the_word_that_there_are_none(office: Office) -> None:
    audited(office)
    with pytest.raises(Refusal, match="nothing was found"):
        onsite.record(office.ana, "R1", "W8", Recording(Result.DONE))
    with pytest.raises(Refusal, match="nothing was found"):
        onsite.record(office.ana, "R1", "W8", Recording(Result.DONE, "nothing"))
    finding.add(office.ana, "R1", BACKUPS)
    onsite.record(office.ana, "R1", "W8", Recording(Result.DONE))
    assert "W8" not in open_refs(office)
    finding.remove(office.ana, "R1", 1, "they are not")
    assert "W8" in open_refs(office), "what it was settled by is gone"
    office.finish(but=frozenset({"W8"}))
    with pytest.raises(GatesUnmet, match="nothing was found"):
        leaving.close(office.ana, "R1")
    other = sqlite3.connect(office.store.path)
    with pytest.raises(sqlite3.IntegrityError, match="checklist is not finished"):
        other.execute("UPDATE visit SET state = 'closed', version = version + 1 WHERE reference = 'R1'")
    other.close()
    words = "every server and all backups were looked at, nothing found"
    onsite.record(office.ana, "R1", "W8", Recording(Result.DONE, words))
    onsite.sign_off(office.ana, "R1", "J. Lowe", True)
    leaving.close(office.ana, "R1")
    assert words in " ".join(as_text(service_report(office.ana, "R1")).split())


def test_after_the_end_findings_stand_and_only_what_became_of_them_is_said(office: Office) -> None:
    audited(office)
    finding.add(office.ana, "R1", BACKUPS)
    finding.add(office.ana, "R1", {"what": "no second factor", "severity": "high"})
    office.finish()
    leaving.close(office.ana, "R1")
    for deed in (
        lambda: finding.add(office.ana, "R1", BACKUPS),
        lambda: finding.edit(office.lee, "R1", 1, {"severity": "low"}),
        lambda: finding.remove(office.lee, "R1", 1, "too grave"),
    ):
        with pytest.raises(Refusal):
            deed()
    with pytest.raises(Refusal, match="while the visit is open"):
        undo.undo(office.ana)
    with pytest.raises(NotAllowed):
        finding.mark(office.ana, "R1", 1, "done")
    with pytest.raises(Faulty, match="their words"):
        finding.mark(office.dana, "R1", 1, "declined")
    finding.mark(office.dana, "R1", 1, "declined", "we have a safe")
    harbor = clients.client_by_name(office.store, "Harbor Dental")
    assert harbor is not None
    assert [one.number for one in finding.of_client(office.dana, harbor.id)] == [2]
    assert [one.state for one in finding.of_client(office.dana, harbor.id, every=True)] == [
        FindingState.DECLINED, FindingState.OPEN,
    ]  # fmt: skip
    lines = "\n".join(page_lines(client_page(office.store, harbor)))
    assert "no second factor" in lines
    assert "same room" not in lines
    undo.undo(office.dana)
    assert len(finding.of_client(office.dana, harbor.id)) == 2
    with pytest.raises(NotAllowed):
        finding.of_client(office.ana, harbor.id)


def test_the_client_reads_the_gravest_first_and_the_record_has_all(office: Office) -> None:
    audited(office)
    finding.add(office.ana, "R1", {"what": "<b>old</b> firmware", "severity": "low"})
    finding.add(office.ana, "R1", BACKUPS)
    report = service_report(office.ana, "R1")
    (table,) = found_section(report).tables
    assert [(row[0], row[1]) for row in table.rows] == [("2", BACKUPS["what"]), ("1", "<b>old</b> firmware")]
    assert "How it stands" not in table.columns
    page = as_html(report)
    assert "<b>old" not in page
    assert "300.50 USD" in page
    record = "\n".join(line.text for line in record_lines(visit_page(office.store, "R1")))
    assert "a second copy off site" in record
    finding.mark(office.lee, "R1", 1, "done", "updated on the spot")
    (table,) = found_section(service_report(office.ana, "R1")).tables
    assert [row[-1] for row in table.rows] == ["open", "done"]


def test_the_shipped_audit_asks_for_findings_and_a_template_only_where_something_is_confirmed(office: Office) -> None:
    keeping.take_shipped(office.lee, ["IT audit"])
    audit = next(one for one in templates.all_templates(office.store) if one.name == "IT audit")
    assert [item.ref for item in audit.items if item.findings] == ["W8"]
    # what is wrong at the client's is a finding, and keeps no audit open
    assert not [item.ref for item in audit.items if item.kind is ItemKind.TEST and item.required]
    faults: list[str] = []
    item = read_item({"id": "T9", "kind": "test", "text": "x", "findings": True}, 1, faults)
    assert item is not None
    assert [fault for fault in faults_of((*audit.items, item)) if "findings" in fault]
