"""Undo and redo are deeds: the role is asked again, the world is judged again, what stands in the way is named."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from db import agreements, changes, directory, visits
from db.faults import StoreFault
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import leaving
from dispatch.desk.personal import erasing
from dispatch.desk.plan import schedule, undo
from dispatch.desk.prices import agreeing
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import log_in
from dispatch.model.states import State
from tests.desk.conftest import Office, at


def state(office: Office, reference: str) -> State:
    found = visits.visit_by_reference(office.store, reference)
    assert found is not None
    return found.state


def record(office: Office, kind: str, name: str) -> object:
    return RECORD_STORES[kind].find(office.store, name)


def demote(office: Office, login: str, roles: str) -> None:
    editing.edit(office.lee, "staff", record(office, "staff", login), {"roles": roles})


def test_a_demoted_lead_makes_nobody_a_lead(office: Office) -> None:
    demote(office, "dana", "dispatcher, lead")
    dana = log_in(office.store, "dana")
    demoted = record(office, "staff", "ana")
    editing.edit(dana, "staff", demoted, {"roles": "technician, lead"})
    undo.undo(dana)
    demote(office, "dana", "dispatcher")
    with pytest.raises(NotAllowed, match="Only a lead may do again “edit staff Ana Ruiz”"):
        undo.redo(dana)
    assert RECORD_STORES["staff"].texts(office.store, record(office, "staff", "ana"))["roles"] == "technician"


def test_who_dispatches_no_longer_takes_nothing_back(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    demote(office, "dana", "lead")
    with pytest.raises(NotAllowed, match="Only a dispatcher may take back “assign R1”"):
        undo.undo(office.dana)
    assert state(office, "R1") is State.PLANNED


def test_nothing_is_put_over_another_visit(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.unassign(office.dana, "R1")
    others = log_in(office.store, "dana")
    demote(office, "lee", "dispatcher, lead")
    schedule.assign(log_in(office.store, "lee"), "R2", ["Ana Ruiz"], at("09:00"))
    with pytest.raises(Refusal, match=r"“unassign R1” cannot be taken back: R1 overlaps Harbor Dental by 1h15"):
        undo.undo(others)
    assert state(office, "R1") is State.REQUESTED


def test_nothing_is_put_after_itself(office: Office) -> None:
    intake.amend(office.dana, "R1", {"after": "R2"})
    undo.undo(office.dana)
    demote(office, "lee", "dispatcher, lead")
    intake.amend(log_in(office.store, "lee"), "R2", {"after": "R1"})
    with pytest.raises(Refusal, match="cannot be done again: R2 comes after it itself"):
        undo.redo(office.dana)


def test_what_stood_behind_a_visit_that_runs_over_goes_back_there(office: Office) -> None:
    office.on_site("R1")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    office.go("11:20")
    schedule.unassign(office.dana, "R2")
    office.go("11:25")

    undo.undo(office.dana)

    assert state(office, "R2") is State.PLANNED


def test_what_a_reason_was_given_for_is_still_meant(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ben Okafor"], at("09:00"), reason="he learns it", confirmed=True)
    schedule.unassign(office.dana, "R1")
    undo.undo(office.dana)
    assert state(office, "R1") is State.PLANNED


def test_nothing_goes_to_a_technician_who_left(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    schedule.unassign(office.dana, "R2")
    editing.archive(office.lee, "technician", record(office, "technician", "Ben Okafor"))
    with pytest.raises(Refusal, match="Ben Okafor is archived"):
        undo.undo(office.dana)
    undo_of_lee = undo.undo(office.lee)
    assert "archive" in undo_of_lee
    undo.undo(office.dana)
    assert state(office, "R2") is State.PLANNED


def test_a_client_with_open_visits_is_not_archived_by_undo(office: Office) -> None:
    editing.add(office.lee, "client", {"name": "Elm"})
    site = editing.add(office.dana, "site", {"client": "Elm", "name": "Main office", "place": "39.99, -83.01"})
    intake.add(office.dana, {"client": "Elm", "work": "printer", "minutes": "30", "site": "Main office"})
    with pytest.raises(Refusal, match="Elm has open visits: R1001"):
        undo.undo(office.lee)
    undo.undo(office.dana)
    undo.undo(office.dana)
    assert directory.held_by(office.store, "site", site.id) == []
    undo.undo(office.lee)
    with pytest.raises(Refusal, match="Elm is archived"):
        undo.redo(office.dana)


def test_a_visit_does_not_come_back_at_an_archived_client(office: Office) -> None:
    editing.add(office.lee, "client", {"name": "Elm"})
    editing.add(office.lee, "site", {"client": "Elm", "name": "Main office", "place": "39.99, -83.01"})
    added = intake.add(office.dana, {"client": "Elm", "work": "printer", "minutes": "30", "site": "Main office"})
    schedule.cancel(office.dana, added.reference, "not needed")
    editing.archive(office.lee, "client", record(office, "client", "Elm"))
    with pytest.raises((Refusal, StoreFault), match="Elm is archived"):
        undo.undo(office.dana)
    assert state(office, added.reference) is State.CANCELLED


def test_nothing_is_reopened_for_a_technician_who_left(office: Office) -> None:
    office.on_site("R1")
    leaving.leave(office.lee, "R1", "called away")
    office.store.conn.execute(
        "UPDATE technician SET archived_at = 1, version = version + 1 WHERE staff_id = ?", (office.ana.staff.id,)
    )
    with pytest.raises(Refusal, match="Ana Ruiz is archived"):
        leaving.reopen(office.lee, "R1", "once more")


TERMS = {"kind": "tm", "starts": "2027-01-01", "ends": None}


def test_a_new_agreement_is_taken_back_before_its_client(office: Office) -> None:
    editing.add(office.lee, "client", {"name": "Elm"})
    agreeing.save_agreement(office.lee, "Elm", "Small", TERMS)
    elm = record(office, "client", "Elm")
    (change,) = [one for one in changes.CHANGES.select(office.store) if one.label == "add client Elm"]
    with pytest.raises(Refusal, match="Elm has an agreement: “Small”"):
        undo.undo(office.lee, change.id)
    assert undo.undo(office.lee) == "add agreement Small of Elm"
    assert agreements.agreements_of(office.store, elm.id) == []
    assert undo.redo(office.lee) == "add agreement Small of Elm"
    assert [one.name for one in agreements.agreements_of(office.store, elm.id)] == ["Small"]
    assert [undo.undo(office.lee), undo.undo(office.lee)] == ["add agreement Small of Elm", "add client Elm"]


def ended(office: Office) -> None:
    (agreement,) = agreements.agreements_of(office.store, record(office, "client", "Elm").id)
    agreeing.end_agreement(office.lee, agreement, datetime.date(2027, 1, 31))


def other_terms(office: Office) -> None:
    (agreement,) = agreements.agreements_of(office.store, record(office, "client", "Elm").id)
    agreeing.save_agreement(office.lee, "Elm", "Large", TERMS, agreement)


def a_contact_erased(office: Office) -> None:
    elm = record(office, "client", "Elm")
    erasing.erase_contact(office.lee, elm, elm.contacts[0], "Bo Elm")


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (ended, r"end an agreement \(Small\)"),
        (other_terms, r"save an agreement \(Large\)"),
        (a_contact_erased, "erase"),
    ],
)
def test_undo_never_reaches_past_what_stands_for_good(
    office: Office, deed: Callable[[Office], None], said: str
) -> None:
    """It names the deed; what was done after it is taken back, and nothing of somebody else's holds anybody up."""
    editing.add(office.lee, "client", {"name": "Elm", "contacts": "Bo Elm; 614 555 0199"})
    agreeing.save_agreement(office.lee, "Elm", "Small", TERMS)
    editing.add(office.lee, "client", {"name": "Oak"})
    deed(office)
    editing.add(office.lee, "client", {"name": "Fir"})
    editing.add(office.dana, "client", {"name": "Ash"})
    assert undo.undo(office.dana) == "add client Ash"
    assert undo.undo(office.lee) == "add client Fir"
    for _ in range(2):
        with pytest.raises(
            Refusal, match=f"“add client Oak” stays: after it you did what cannot be taken back, {said}"
        ):
            undo.undo(office.lee)
    assert undo.redo(office.lee) == "add client Fir"
