"""Files of a visit: handed in together, had again, looked at, and taken out by a lead."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest

from db import audit, checklists
from db.library import sqlite3
from dispatch.closeout.recording import Recording
from dispatch.desk.closeout import evidence, leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import undo
from dispatch.desk.reports.rendering import as_text
from dispatch.desk.reports.service import service_report
from dispatch.desk.session import viewer
from dispatch.desk.session.private_file import FileThere
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.desk.texts.record_words import record_lines
from dispatch.desk.visits import handed_in
from dispatch.desk.visits.kept_files import folder_of
from dispatch.model.checklists import Item, Result
from dispatch.model.media import ENDINGS, media_of
from tests.desk.conftest import Office

JPEG = b"\xff\xd8\xff\xe0 a photograph"


def sources(*names: str, data: bytes = JPEG) -> list[tuple[str, io.BytesIO]]:
    return [(name, io.BytesIO(data + name.encode())) for name in names]


def item(office: Office, ref: str) -> Item:
    found = visit_page(office.store, "R1").checklist.item(ref)
    assert found is not None
    return found


def names(office: Office) -> list[str]:
    return [file.name for file in visit_page(office.store, "R1").files]


def test_several_are_handed_in_together_or_none(office: Office) -> None:
    office.on_site()
    kept = evidence.attach_all(office.ana, "R1", "t1", sources("a.jpg", "../b c.jpg"))
    assert [(file.name, file.item, file.by) for file in kept] == [
        ("a.jpg", "T1", "Ana Ruiz"),
        ("b c.jpg", "T1", "Ana Ruiz"),
    ]
    with pytest.raises(Faulty, match="empty"):
        evidence.attach_all(office.ana, "R1", "T1", [*sources("c.jpg"), ("d.jpg", io.BytesIO())])
    with pytest.raises(Faulty, match="name"):
        evidence.attach_all(office.ana, "R1", "T1", sources("c.jpg", "e\x1b[2J.jpg"))
    assert names(office) == ["a.jpg", "b c.jpg"]
    assert not list(folder_of(office.store).glob("new.*")), "nothing half taken in is left"


def test_a_file_is_had_again_by_name_or_number(office: Office, tmp_path: Path) -> None:
    office.on_site()
    first, second = evidence.attach_all(office.ana, "R1", "T1", sources("a.jpg", "b.jpg"))
    (third,) = evidence.attach_all(office.ana, "R1", "A1", sources("B.jpg"))
    assert handed_in.content(office.ana, "R1", "a.jpg") == (first, JPEG + b"a.jpg")
    assert handed_in.content(office.ana, "R1", "b.jpg")[0] == second, "as it is written comes first"
    with pytest.raises(NotFound, match=f"number, {second.id} .*, {third.id}"):
        handed_in.content(office.ana, "R1", "B.JPG")
    assert handed_in.content(office.dana, "R1", str(third.id))[0] == third
    with pytest.raises(NotFound, match=r"it has a\.jpg, b\.jpg, B\.jpg"):
        handed_in.content(office.ana, "R1", "c.jpg")
    with pytest.raises(NotAllowed, match="somebody else"):
        handed_in.content(office.ben, "R1", "a.jpg")
    target = tmp_path / "out.jpg"
    handed_in.copy_out(office.ana, "R1", "a.jpg", target)
    assert target.read_bytes() == JPEG + b"a.jpg"
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileThere):
        handed_in.copy_out(office.ana, "R1", "b.jpg", target)


def test_only_pictures_and_pages_are_opened_and_never_in_a_session_over_ssh(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office.on_site()
    opened: list[str] = []
    monkeypatch.setattr(viewer, "browser_is_here", lambda: True)
    monkeypatch.setattr(viewer, "open_link", lambda link: opened.append(link) or True)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    evidence.attach_all(office.ana, "R1", "T1", sources("run.desktop"))
    evidence.attach_all(office.ana, "R1", "T1", sources("x.jpg", data=b"[Desktop Entry]\nExec=/bin/sh "))
    handed_in.look_at(office.ana, "R1", "run.desktop")
    (link,) = opened
    assert link.endswith(".jpg"), "the ending is that of its bytes, not of its name"
    copy = Path(link.removeprefix("file://"))
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with pytest.raises(Refusal, match="no picture and no PDF"):
        handed_in.look_at(office.ana, "R1", "x.jpg")
    over_ssh = dataclasses.replace(office.ana, key_id=1)
    with pytest.raises(NotAllowed, match="SSH"):
        handed_in.look_at(over_ssh, "R1", "run.desktop")
    with pytest.raises(NotAllowed, match="SSH"):
        handed_in.copy_out(over_ssh, "R1", "run.desktop", tmp_path / "y")
    monkeypatch.setattr(viewer, "browser_is_here", lambda: False)
    with pytest.raises(Refusal, match=r"copy run\.desktop out"):
        handed_in.look_at(office.ana, "R1", "run.desktop")
    assert len(opened) == 1


def test_a_lead_takes_a_file_out_with_a_reason_and_its_trace_stays(office: Office) -> None:
    office.on_site()
    (file,) = evidence.attach_all(office.ana, "R1", "T1", sources("rack.jpg"))
    onsite.record(office.ana, "R1", "T1", Recording(Result.PASS, "the scanner scans again"))
    assert "files: rack.jpg (" in item(office, "T1").attempts[-1].text
    assert "T1" not in {gate.ref for gate in visit_page(office.store, "R1").unmet}
    for user, reason, refusal in (
        (office.ana, "another client", NotAllowed), (office.dana, "another client", NotAllowed), (office.lee, " ", Faulty),
    ):  # fmt: skip
        with pytest.raises(refusal):
            evidence.remove(user, "R1", "rack.jpg", reason)
    evidence.remove(office.lee, "R1", "rack.jpg", "it is another client's rack")

    page = visit_page(office.store, "R1")
    assert (names(office), [one.removal and one.removal.reason for one in page.removed_files]) == (
        [], ["it is another client's rack"],
    )  # fmt: skip
    assert "taken out by Lee Moreau" in "\n".join(line.text for line in record_lines(page))
    (gate,) = [gate for gate in page.unmet if gate.ref == "T1"]
    assert (gate.gate, "a lead took out" in gate.text) == ("G2", True)
    told = " ".join(as_text(service_report(office.lee, "R1")).split())
    assert "tried the client's way: not proven" in told
    assert "files: rack.jpg" not in told, "the client has no use for it"
    last = audit.last_of(office.store, "visit", page.visit.id)
    assert last is not None
    assert last.detail["removed_file"] == "rack.jpg"
    with pytest.raises(NotFound):
        handed_in.content(office.lee, "R1", "rack.jpg")
    with pytest.raises(NotFound):
        evidence.remove(office.lee, "R1", "rack.jpg", "once more")
    assert not evidence.faults(office.store), "its bytes stay where they are"

    assert undo.undo(office.lee) == "take rack.jpg out of R1"
    assert names(office) == ["rack.jpg"]
    assert "T1" not in {gate.ref for gate in visit_page(office.store, "R1").unmet}
    undo.redo(office.lee)
    evidence.attach_all(office.ana, "R1", "T1", sources("rack.jpg"))
    assert "T1" not in {gate.ref for gate in visit_page(office.store, "R1").unmet}, "the same was handed in once more"
    assert checklists.files_of(office.store, page.visit.id)[0].id == file.id


def test_no_file_is_taken_from_under_a_closed_visit(office: Office) -> None:
    office.on_site()
    evidence.attach_all(office.ana, "R1", "T1", sources("rack.jpg"))
    evidence.attach_all(office.ana, "R1", "A1", sources("desk.jpg"))
    office.finish()
    leaving.close(office.ana, "R1")
    evidence.remove(office.lee, "R1", "desk.jpg", "it shows a password")
    with pytest.raises(Refusal, match="reopen it first"):
        evidence.remove(office.lee, "R1", "rack.jpg", "it shows a password")
    assert names(office) == ["rack.jpg"]
    leaving.reopen(office.lee, "R1", "a photograph has to go")
    evidence.remove(office.lee, "R1", "rack.jpg", "it shows a password")


def test_the_database_lets_nobody_else_take_one_out(office: Office) -> None:
    office.on_site()
    (file,) = evidence.attach_all(office.ana, "R1", "T1", sources("rack.jpg"))
    other = sqlite3.connect(office.store.path)
    insert = "INSERT INTO file_removal (file_id, staff_id, reason, at) VALUES (?, ?, 'because', 0)"
    for statement, about, said in (
        (insert, (file.id, office.ana.staff.id), "only a lead"),
        ("UPDATE file SET name = 'x' WHERE id = ?", (file.id,), "never rewritten"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match=said):
            other.execute(statement, about)
    other.close()


@pytest.mark.parametrize(
    ("begins", "media"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\0\0\0\x24ftypheic\0\0\0\0", "image/heic"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg xmlns=", ""),
        (b"", ""),
    ],
)
def test_what_a_file_is_follows_from_its_bytes(begins: bytes, media: str) -> None:
    assert media_of(begins) == media
    assert not media or media in ENDINGS
