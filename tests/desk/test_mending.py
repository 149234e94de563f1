"""Visits that were booked otherwise than they are: at another site, once more, or as two."""

from __future__ import annotations

import pytest

from db import checklists, messages, notices, settings, sheets
from db.faults import Refused
from db.legs import legs_of_day
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.mending import rehoming, splitting
from dispatch.desk.messages import calling_ahead
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Blocked, Faulty, NotAllowed, Refusal, WrongState
from dispatch.model.states import Review, State
from tests.desk.conftest import DAY, Office, approve, at, invoice
from tests.desk.conftest import visit_called as visit
from tests.desk.test_merging import site


@pytest.fixture
def other(office: Office) -> Office:
    """Another client with a site farther away, who is told of confirmed times."""
    editing.add(office.lee, "client", {"name": "Acme", "contacts": "Bob; +1 614 555 0199; bob@acme.example"})
    texts = {"client": "Acme", "name": "Plant", "address": "1 Elm Street", "place": "40.10, -82.80"}
    editing.add(office.lee, "site", texts)
    return office


# another site


def test_what_is_planned_goes_with_its_place_in_the_plan(other: Office) -> None:
    schedule.assign(other.dana, "R1", ["Ana Ruiz"], at("10:00"), confirmed=True)
    schedule.dispatch(other.dana, "R1")
    before = visit(other)
    drive = legs_of_day(other.store, DAY)[other.ana.staff.id][before.id]
    editing.edit(other.dana, "site", site(other, "Plant"), {"access": "tue 12:00-14:00"})
    with pytest.raises(Blocked, match="before the site opens at 12:00"):
        rehoming.to_site(other.dana, "R1", site(other, "Plant"))
    assert visit(other).site == "Main office"
    editing.edit(other.dana, "site", site(other, "Plant"), {"access": ""})
    after = rehoming.to_site(other.dana, "R1", site(other, "Plant"), confirmed=True)
    assert (after.client, after.site, after.span, after.state) == ("Acme", "Plant", before.span, State.DISPATCHED)
    assert after.job_id != before.job_id, "a job is one client's"
    assert legs_of_day(other.store, DAY)[other.ana.staff.id][after.id] != drive
    told = [notice.text for notice in notices.unread(other.store, other.ana.staff.id)]
    assert told == ["R1 Harbor Dental is taken off you (Dana Wells)"]
    undo.undo(other.dana)
    restored = visit(other)
    assert (restored.client, restored.site, restored.job_id) == ("Harbor Dental", "Main office", before.job_id)
    assert legs_of_day(other.store, DAY)[other.ana.staff.id][after.id] == drive


def test_what_has_ended_is_charged_afresh_by_a_lead(other: Office) -> None:
    other.on_site("R1")
    other.finish("R1")
    leaving.close(other.ana, "R1")
    first = sheets.latest_sheet(other.store, visit(other).id)
    assert first is not None
    with pytest.raises(NotAllowed, match="only a lead"):
        rehoming.to_site(other.dana, "R1", site(other, "Plant"), reason="it was Acme's server")
    with pytest.raises(Faulty):
        rehoming.to_site(other.lee, "R1", site(other, "Plant"))
    approve(other.lee, "R1")
    after = rehoming.to_site(other.lee, "R1", site(other, "Plant"), reason="it was Acme's server")
    assert (after.client, after.review) == ("Acme", Review.TO_REVIEW)
    sheet = sheets.latest_sheet(other.store, after.id)
    assert sheet is not None
    assert (sheet.revision, sheet.reason) == (first.revision + 1, "it was Acme's server")
    assert sheet.input["source"]["client"]["name"] == "Acme"
    assert sheet.input["site"] != first.input["site"], "by the drive to where it is"
    approve(other.lee, "R1")
    invoice(other.lee)
    with pytest.raises(Refusal, match="exported to be invoiced: its charge stands"):
        rehoming.to_site(other.lee, "R1", site(other, "Main office"), reason="back again")


def test_a_job_goes_as_a_whole(other: Office) -> None:
    request = {"client": "Harbor Dental", "site": "Main office", "work": "cable", "minutes": "30", "reference": "J2"}
    intake.add(other.dana, request | {"same_job": "R1"})
    rehoming.to_site(other.dana, "R1", site(other, "Plant"))
    assert {visit(other, name).client for name in ("R1", "J2")} == {"Acme"}
    assert visit(other, "R1").job_id == visit(other, "J2").job_id
    rehoming.to_site(other.dana, "R2", site(other, "Annex"))
    assert visit(other, "R2").site == "Annex", "a site of its own client, alone"
    intake.add(other.dana, request | {"reference": "J3", "same_job": "R2"})
    with pytest.raises(Refusal, match="J3 is of the same job at another site"):
        rehoming.to_site(other.dana, "R2", site(other, "Plant"))


def test_what_goes_along_is_named(other: Office) -> None:
    request = {"client": "Harbor Dental", "site": "Main office", "work": "x", "minutes": "30", "same_job": "R1"}
    intake.add(other.dana, request | {"reference": "J2"})
    before = visit(other)
    after = rehoming.to_site(other.dana, "R1", site(other, "Plant"))
    assert rehoming.with_it(other.store, before, after) == ", and with it J2 of the same job"
    before, after = after, rehoming.to_site(other.dana, "R1", site(other, "Annex"))
    assert visit(other, "J2").site == "Annex"
    again = rehoming.to_site(other.dana, "R1", site(other, "Main office"))
    assert rehoming.with_it(other.store, after, again) == "", "another site of one client: it goes alone"


def test_what_is_under_way_and_messages_to_the_old_client(other: Office) -> None:
    with other.lee.write("mail") as unit:
        settings.set_firm(unit, messages_by="smtp")
    harbor = RECORD_STORES["client"].find(other.store, "Harbor Dental")
    editing.edit(other.lee, "client", harbor, {"told": "confirmed", "told_at": "office@harbor.example"})
    schedule.assign(other.dana, "R1", ["Ana Ruiz"], at("10:00"), confirmed=True)
    schedule.confirm(other.dana, "R1")
    assert messages.open_of(other.store, visit(other).id)
    rehoming.to_site(other.dana, "R1", site(other, "Plant"), confirmed=True)
    assert messages.open_of(other.store, visit(other).id) == []
    with pytest.raises(Refusal, match="is at Plant already"):
        rehoming.to_site(other.dana, "R1", site(other, "Plant"))
    other.go("10:00")
    arriving.arrive(other.ana, "R1")
    with pytest.raises(WrongState, match="before somebody sets out, or once it has ended"):
        rehoming.to_site(other.dana, "R1", site(other, "Main office"))


def test_another_client_has_confirmed_nothing_and_was_called_about_nothing(other: Office) -> None:
    schedule.assign(other.dana, "R1", ["Ana Ruiz"], at("10:00"), confirmed=True)
    schedule.confirm(other.dana, "R1")
    other.go("09:30")
    calling_ahead.call(other.dana, "R1", promised=at("10:20"))
    calls = messages.calls_of(other.store, visit(other).id)
    assert rehoming.to_site(other.dana, "R1", site(other, "Warehouse"), confirmed=True).state is State.CONFIRMED
    assert messages.calls_of(other.store, visit(other).id) == calls, "the same client, told the same"
    assert rehoming.to_site(other.dana, "R1", site(other, "Plant"), confirmed=True).state is State.PLANNED
    assert messages.calls_of(other.store, visit(other).id) == []
    undo.undo(other.dana)
    assert (visit(other).site, visit(other).state) == ("Warehouse", State.CONFIRMED)
    assert messages.calls_of(other.store, visit(other).id) == calls
    undo.redo(other.dana)
    assert (visit(other).state, messages.calls_of(other.store, visit(other).id)) == (State.PLANNED, [])


# once more, and as two


def test_a_copy_asks_for_the_same_without_its_day_and_promise(office: Office) -> None:
    again = intake.copy(office.dana, "R2", {"date": "2026-11-26", "minutes": "30"})
    assert (again.reference, again.site, again.work, again.minutes) == ("R1001", "Warehouse", "Server patch", 30)
    assert (again.promised, str(again.wanted_on), again.tags) == (None, "2026-11-26", frozenset({"server"}))
    assert again.job_id != visit(office, "R2").job_id
    undo.undo(office.dana)
    assert visit(office, "R1001").archived_at is not None


def refs(office: Office, reference: str) -> list[str]:
    items = checklists.checklist(office.store, visit(office, reference).id).items
    return [item.ref for item in items if item.ref.startswith("W1.")]


def test_a_visit_becomes_two(office: Office) -> None:
    intake.amend(office.dana, "R2", {"minutes": "120", "description": "ring first"})
    for text in ("move the printer", "label the cables"):
        onsite.ask(office.dana, "R2", text)
    waits = {"client": "Harbor Dental", "site": "Warehouse", "work": "clean", "minutes": "30", "reference": "W9"}
    intake.add(office.dana, waits | {"after": "R2"})
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("10:00"), confirmed=True)
    before = visit(office, "R2")
    how = {"work": "the cables", "promise": "second", "notes": "first"}
    first, second = splitting.split(office.dana, "R2", 45, items=["W1.3"], **how)
    assert (first.minutes, second.minutes) == (75, 45)
    assert first.span == (at("10:00"), at("11:30")), "with the time for tests"
    assert (first.promised, second.promised) == (None, before.promised)
    assert (first.description, second.description) == ("ring first", "")
    assert (second.state, second.after, second.job_id, second.work) == (
        State.REQUESTED,
        "R2",
        before.job_id,
        "the cables",
    )
    assert (refs(office, "R2"), refs(office, second.reference)) == (["W1.1", "W1.2"], ["W1.1", "W1.3"])
    assert visit(office, "W9").after == second.reference
    undo.undo(office.dana)
    restored = visit(office, "R2")
    assert (restored.minutes, restored.span, restored.promised) == (120, before.span, before.promised)
    assert refs(office, "R2") == ["W1.1", "W1.2", "W1.3"]
    assert (visit(office, "W9").after, visit(office, second.reference).archived_at is None) == ("R2", False)
    undo.redo(office.dana)
    assert refs(office, second.reference) == ["W1.1", "W1.3"]


def test_a_split_that_cannot_be_is_refused_with_every_fault(office: Office) -> None:
    with pytest.raises(Faulty) as refused:
        splitting.split(office.dana, "R1", 60, items=["T1", "W1.1"])
    assert [fault.partition(":")[0] for fault in refused.value.faults] == ["minutes", "items", "items"]
    office.on_site("R1")
    with pytest.raises(WrongState, match="leaves the rest to a follow-up"):
        splitting.split(office.dana, "R1", 15)


def test_nothing_else_moves_an_item(office: Office) -> None:
    """Not to a visit of another job, and not once somebody has begun."""
    item = checklists.checklist(office.store, visit(office, "R1").id).items[0]
    with office.dana.write("move an item") as unit:
        with pytest.raises(Refused, match="never rewritten"):
            checklists.move_item(unit, item.id, visit(office, "R2").id)
        with pytest.raises(Refused, match="never rewritten"):
            unit.execute("UPDATE item SET label = 'another' WHERE id = ?", (item.id,))
        unit.leave_unchanged()
