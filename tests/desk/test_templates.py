"""Templates of checklists at the desk: saved wording by wording, chosen for visits, copied into them, taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db import checklist_copies, checklists, clients, templates, visits
from db.faults import Refused, Stale
from db.unit import unit_of_work
from dispatch.closeout.recording import Recording
from dispatch.closeout.template_form import item_texts
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.book.template_records import rules_text
from dispatch.desk.closeout import leaving, permitting
from dispatch.desk.files.verdicts import RowVerdict
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import undo
from dispatch.desk.requests.intake import add
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, Refusal
from dispatch.desk.templates.template_draft import TemplateDraft, begun
from dispatch.desk.templates.templates import exported, import_templates, preview
from dispatch.model.checklists import Result
from dispatch.model.probes import Vantage
from dispatch.model.states import State
from dispatch.model.templates import Template
from tests.desk.conftest import Office


def named(office: Office, name: str) -> Template:
    found: Template = RECORD_STORES["template"].find(office.store, name)
    return found


def new(office: Office, name: str, **texts: str) -> Template:
    """Lee adds a template like the one of an on-site visit."""
    draft = begun(name, named(office, "On-site"))
    draft.texts |= texts
    return draft.save(office.lee)


def refs(office: Office, reference: str) -> list[str]:
    return [item.ref for item in visit_page(office.store, reference).checklist.items]


def request(office: Office, reference: str, kind: str = "visit", *tags: str) -> str:
    add(
        office.dana,
        {
            "client": "Harbor Dental",
            "work": "Look",
            "minutes": "30",
            "site": "Main office",
            "kind": kind,
            "reference": reference,
            "tags": ", ".join(tags),
        },
    )
    return reference


def test_a_visit_keeps_the_copy_it_was_made_with(office: Office) -> None:
    """design/close-out.md C6"""
    request(office, "R10")
    before = refs(office, "R10")
    draft = TemplateDraft.of(office.store, named(office, "On-site"))
    draft.put({"id": "T7", "kind": "test", "text": "Event log is quiet"})
    draft.take_out("A2")
    assert draft.save(office.lee).number == 2
    request(office, "R11")

    assert refs(office, "R10") == before
    assert "T7" in refs(office, "R11")
    assert "A2" not in refs(office, "R11")
    origins = [visit_page(office.store, reference).origin for reference in ("R10", "R11")]
    assert [(one.name, one.number) for one in origins if one] == [("On-site visit", 1), ("On-site visit", 2)]
    assert origins[1] is not None
    assert origins[1].why == "no other template serves it"


def test_every_wording_stays_and_can_be_taken_up_again(office: Office) -> None:
    for label in ("one", "two"):
        draft = TemplateDraft.of(office.store, named(office, "Short"))
        draft.put({"id": "A1", "kind": "ask", "text": label}, "A1")
        draft.save(office.lee)
    short = named(office, "Short")
    found = templates.wordings(office.store, short.id)
    assert [(one.template.number, one.template.items[0].label, one.by) for one in found[:2]] == [
        (3, "two", "Lee Moreau"),
        (2, "one", "Lee Moreau"),
    ]
    assert (found[2].by, found[2].template.number) == (None, 1)

    draft = TemplateDraft.of(office.store, short)
    draft.take_up(office.store, found[1].template)
    assert (draft.save(office.lee).number, named(office, "Short").items[0].label) == (4, "one")
    with pytest.raises(Refused), unit_of_work(office.store, "x", _actor(office)) as unit:
        unit.execute("UPDATE template_wording SET wording = '{}'")


def test_saving_what_is_the_same_makes_no_version(office: Office) -> None:
    assert TemplateDraft.of(office.store, named(office, "Short")).save(office.lee).number == 1


def test_undo_and_redo_go_through_saves_and_archives(office: Office) -> None:
    one = new(office, "Server visit", tags="server")
    draft = TemplateDraft.of(office.store, one)
    draft.put({"id": "T7", "kind": "test", "text": "Event log"})
    draft.save(office.lee)
    editing.archive(office.lee, "template", named(office, "Server visit"))
    assert [each.name for each in templates.all_templates(office.store)] == ["On-site visit", "Short"]
    undo.undo(office.lee)
    assert named(office, "Server visit").items[-1].ref == "L5"
    assert "T7" in {item.ref for item in named(office, "Server visit").items}
    undo.undo(office.lee)
    assert "T7" not in {item.ref for item in named(office, "Server visit").items}
    undo.redo(office.lee)
    assert "T7" in {item.ref for item in named(office, "Server visit").items}
    undo.undo(office.lee)
    undo.undo(office.lee)
    assert [each.name for each in templates.all_templates(office.store)] == ["On-site visit", "Short"]
    deeds = {row[0] for row in office.store.all("SELECT deed FROM audit WHERE entity = 'template'")}
    assert {"add a template", "edit a template", "archive a template", "undo", "redo"} <= deeds


def test_two_leads_at_one_template(office: Office) -> None:
    mine = TemplateDraft.of(office.store, named(office, "Short"))
    theirs = TemplateDraft.of(office.store, named(office, "Short"))
    theirs.put({"id": "A2", "kind": "ask", "text": "theirs"})
    theirs.save(office.lee)
    mine.put({"id": "A3", "kind": "ask", "text": "mine"})
    with pytest.raises(Stale):
        mine.save(office.lee)
    mine.bring(office.store, mine.changes())
    assert mine.save(office.lee).number == 3


def test_only_a_lead_saves_and_what_every_visit_needs_stays(office: Office) -> None:
    draft = TemplateDraft.of(office.store, named(office, "On-site"))
    for ref in ("A1", "L1", "L2", "L5"):
        with pytest.raises(Faulty):
            draft.take_out(ref)
    draft.take_out("A2")
    for user in (office.dana, office.ana):
        with pytest.raises(NotAllowed):
            draft.save(user)
    with pytest.raises(Refusal, match="every visit"):
        editing.archive(office.lee, "template", named(office, "On-site"))
    draft.say({"kinds": "audit"})
    with pytest.raises(Faulty, match="for: every visit"):
        draft.save(office.lee)
    assert draft.back()
    assert draft.save(office.lee).number == 2


def test_every_fault_is_named_at_once(office: Office) -> None:
    draft = begun("Short", named(office, "Short"))
    draft.texts |= {"kinds": "party, delivery", "clients": "Nobody | Harbor"}
    draft.items = tuple(item for item in draft.items if item.ref not in ("A1", "L5"))
    with pytest.raises(Faulty) as refused:
        draft.save(office.lee)
    fields = [fault.split(":")[0] for fault in refused.value.faults]
    assert {"A1", "L5", "kinds", "clients", "name"} == set(fields)


def test_two_templates_do_not_serve_just_the_same(office: Office) -> None:
    new(office, "Server visit", tags="server")
    with pytest.raises(Faulty, match="Server visit serves just these"):
        new(office, "Another", tags="server")
    with pytest.raises(Faulty, match="On-site visit serves just these"):
        new(office, "Another")


def test_the_template_of_a_client_goes_first_and_is_explained(office: Office) -> None:
    new(office, "Server visit", tags="server")
    new(office, "Harbor", clients="harbor")
    found = preview(office.store, "harbor", tags=["server"])
    assert (found.chosen.template.name, found.chosen.why) == ("Harbor", "it names the client")
    assert [one.name for one in found.chosen.others] == ["Server visit", "On-site visit"]
    assert "T4.mail" in [item.ref for item in found.items]
    assert preview(office.store, tags=["server"]).chosen.template.name == "Server visit"
    assert preview(office.store, kind="delivery").chosen.template.name == "Short"
    reference = request(office, "R10", "visit", "server")
    origin = visit_page(office.store, reference).origin
    assert origin is not None
    assert (origin.name, origin.why) == ("Harbor", "it names the client")
    with pytest.raises(Faulty) as refused:
        preview(office.store, "nobody", kind="party")
    assert len(refused.value.faults) == 2


def test_an_item_asks_for_a_target_and_a_vantage(office: Office) -> None:
    editing.add(
        office.dana,
        "target",
        {"site": "Main office", "name": "backup nightly", "kind": "tcp", "address": "nas.example.com:443"},
    )
    draft = TemplateDraft.of(office.store, named(office, "On-site"))
    texts = {
        "id": "T7",
        "kind": "test",
        "text": "Backup",
        "when": "target backup",
        "targets": "backup",
        "vantage": "site",
    }
    draft.put(texts)
    draft.save(office.lee)
    request(office, "R10")
    item = visit_page(office.store, "R10").checklist.item("T7")
    assert item is not None
    assert [(probe.name, probe.vantage) for probe in item.probes] == [("backup nightly", Vantage.SITE)]
    # visits that have not begun follow what becomes of the target, with the vantage that the item asks for
    editing.edit(
        office.dana, "target", RECORD_STORES["target"].find(office.store, "backup"), {"address": "nas2.example.com:443"}
    )
    again = visit_page(office.store, "R10").checklist.item("T7")
    assert again is not None
    assert [(probe.host, probe.vantage) for probe in again.probes] == [("nas2.example.com", Vantage.SITE)]
    add(
        office.dana,
        {"client": "Harbor Dental", "work": "Look", "minutes": "30", "site": "Warehouse", "reference": "R11"},
    )
    assert "T7" not in refs(office, "R11")


def test_items_stand_as_in_the_template_and_later_ones_behind_their_kind(office: Office) -> None:
    draft = TemplateDraft.of(office.store, named(office, "On-site"))
    draft.put({"id": "T7", "kind": "test", "text": "first"})
    draft.move_before("T7", "T1")
    draft.move_before("L3", "L1")
    draft.save(office.lee)
    visit = visits.visit_by_reference(office.store, request(office, "R10"))
    assert visit is not None
    assert refs(office, "R10")[5:] == ["T7", "T1", "T4.mail", "L3", "L1", "L2", "L5"]
    from dispatch.closeout.template import follow_up_item, named_item, requested_item

    with unit_of_work(office.store, "x", _actor(office)) as unit:
        checklist_copies.add_items(
            unit, visit.id, [named_item(1, "n"), follow_up_item(), requested_item(2, "m")], office.ana.staff.id
        )
        unit.audit("visit", visit.id, added=True)
    items = [item.ref for item in checklists.checklist(office.store, visit.id).items]
    assert items == [
        "A1",
        "A2",
        "A3",
        "W1.1",
        "W1.2",
        "W2",
        "T7",
        "T1",
        "T4.mail",
        "L3",
        "L1",
        "L1.1",
        "L2",
        "L4",
        "L5",
    ]


def test_a_file_taken_twice_changes_nothing(office: Office, tmp_path: Path) -> None:
    new(office, "Harbor", clients="harbor", tags="server")
    form: list[dict[str, Any]] = [exported(office.store, one) for one in templates.all_templates(office.store)]
    path = tmp_path / "templates.json"
    path.write_text(json.dumps(form), encoding="utf-8")

    def verdicts(**how: bool) -> list[RowVerdict]:
        return [row.verdict for row in import_templates(office.lee, path, **how).rows]

    assert verdicts() == [RowVerdict.UNCHANGED] * 3
    form[0]["items"][0]["text"] = "Agreed?"
    form.append({**form[0], "name": "Audit", "for": {"kinds": ["audit"]}})
    path.write_text(json.dumps(form), encoding="utf-8")
    assert verdicts(check=True) == [RowVerdict.DIFFERS, RowVerdict.UNCHANGED, RowVerdict.UNCHANGED, RowVerdict.NEW]
    assert verdicts() == [RowVerdict.DIFFERS, RowVerdict.UNCHANGED, RowVerdict.UNCHANGED, RowVerdict.NEW]
    assert verdicts(update=True)[0] is RowVerdict.UPDATED
    assert verdicts(update=True) == [RowVerdict.UNCHANGED] * 4
    undo.undo(office.lee)
    assert named(office, "Harbor").items[0].label != "Agreed?"
    with pytest.raises(NotAllowed):
        import_templates(office.dana, path)


def test_a_bad_file_says_every_fault_and_changes_nothing(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "templates.json"
    good = exported(office.store, named(office, "Short"))
    bad = {
        "name": "Bad",
        "colour": "red",
        "for": {"kinds": ["party"], "clients": ["Nobody"], "moon": []},
        "items": [*good["items"][1:], {"id": "T7", "kind": "test", "text": "", "na": 3}, 7],
    }
    path.write_text(json.dumps([{**good, "name": "Good", "for": {"kinds": ["audit"]}}, bad]), encoding="utf-8")
    report = import_templates(office.lee, path)
    assert [row.verdict for row in report.rows] == [RowVerdict.NEW, RowVerdict.REFUSED]
    fields = {fault.field for fault in report.rows[1].faults}
    assert fields == {"colour", "for moon", "kinds", "clients", "A1", "T7 text", "T7 na", "item 5"}
    assert not report.applied
    assert len(templates.all_templates(office.store)) == 2


def test_names_of_clients_follow_the_client(office: Office) -> None:
    one = new(office, "Harbor", clients="harbor")
    client = clients.client_by_name(office.store, "Harbor Dental")
    editing.edit(office.dana, "client", client, {"name": "Harbor Dental, Inc."})
    assert RECORD_STORES["template"].texts(office.store, one)["clients"] == "Harbor Dental, Inc."


def _actor(office: Office) -> Any:
    from db.unit import Actor

    return Actor(office.lee.staff.id, "lee", "test", "local")


def test_an_item_says_what_settles_it(office: Office, tmp_path: Path) -> None:
    """From the form into the file, from the file into the visit, and there to the gate."""
    draft = TemplateDraft.of(office.store, named(office, "On-site"))
    with pytest.raises(Faulty, match="T1 evidence: 'words' is not one of executed, measured, any"):
        draft.put({**item_texts(draft.items[5]), "evidence": "words"}, "T1")
    draft.put({**item_texts(draft.items[5]), "evidence": "measured"}, "T1")
    form = exported(office.store, draft.template(office.store))
    assert [(one["id"], one["evidence"]) for one in form["items"] if "evidence" in one] == [("T1", "measured")]
    path = tmp_path / "template.json"
    path.write_text(json.dumps(form), encoding="utf-8")
    assert [row.verdict for row in import_templates(office.lee, path, update=True).rows] == [RowVerdict.UPDATED]
    assert [row.verdict for row in import_templates(office.lee, path, update=True).rows] == [RowVerdict.UNCHANGED]
    assert "settled by a value" in rules_text(named(office, "On-site").items[5])
    request(office, "R10")
    office.on_site("R10")
    office.finish("R10")
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(office.ana, "R10")
    assert [reason.split(":")[0] for reason in refused.value.reasons] == [
        "The problem no longer occurs, tried the client's way"
    ]
    with pytest.raises(Refusal, match="a figure alone proves nothing without bounds"):
        office.say("R10", "T1", Recording(Result.PASS, value="12 ms"))
    permitting.give(office.lee, "R10", "T1", "no bounds are agreed for it")
    office.say("R10", "T1", Recording(Result.PASS, "the page opens at once", value="12 ms"))
    office.say("R10", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    assert leaving.close(office.ana, "R10").state is State.CLOSED
