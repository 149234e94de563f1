"""What is asked for, changed later: every fault at once, a placed visit checked anew, and undo."""

from __future__ import annotations

import pytest

from db.faults import Stale
from dispatch.desk.closeout import leaving
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Blocked, Faulty, NotAllowed, Refusal
from dispatch.desk.visits.steps import find
from dispatch.model.states import State
from tests.desk.conftest import Office, at


def change(office: Office, reference: str, **texts: str) -> None:
    visit = find(office.store, reference)
    intake.amend(office.dana, reference, texts, version=visit.version)


def test_everything_that_was_asked_can_be_changed_and_taken_back(office: Office) -> None:
    before = find(office.store, "R1")
    change(
        office,
        "R1",
        work="both printers",
        minutes="90",
        date="2026-11-25",
        promised="13:00–15:00",
        priority="2",
        skills="server",
        tags="many, server",
        preferred="ben",
        reported_by="Jane Lowe",
        came_by="mail",
        description="call first",
    )
    after = find(office.store, "R1")
    assert (after.work, after.minutes, after.priority, after.preferred) == ("both printers", 90, 2, "Ben Okafor")
    assert (after.skills, after.tags) == ({"server"}, {"many", "server"})
    assert (after.reported_by, after.came_by) == ("Jane Lowe", "mail")
    assert after.promised == (at("13:00", 1), at("15:00", 1))
    assert (after.client, after.site, after.requested_at) == (before.client, before.site, before.requested_at)

    undo.undo(office.dana)
    assert find(office.store, "R1")._replace(version=before.version) == before
    undo.redo(office.dana)
    assert find(office.store, "R1")._replace(version=after.version) == after


def test_no_change_writes_nothing(office: Office) -> None:
    before = find(office.store, "R1")
    change(office, "R1", minutes=f" {before.minutes} ", work=before.work)
    assert find(office.store, "R1").version == before.version


def test_every_fault_is_named_at_once(office: Office) -> None:
    with pytest.raises(Faulty) as fault:
        change(office, "R1", work=" ", minutes="soon", priority="P9", skills="juggling", date="never")
    assert {one.split(":")[0] for one in fault.value.faults} == {"work", "minutes", "priority", "skills", "date"}
    with pytest.raises(Faulty, match="of the form 09:00-11:00"):
        change(office, "R1", promised="13:00")


def test_a_placed_visit_gets_its_new_length_where_it_fits(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    stood = find(office.store, "R1")
    assert stood.ends_at is not None

    change(office, "R1", work="only one printer")
    assert find(office.store, "R1").ends_at == stood.ends_at
    change(office, "R1", minutes=str(stood.minutes - 5))
    assert find(office.store, "R1").ends_at == stood.ends_at - 300

    with pytest.raises(Blocked, match="overlaps"):
        change(office, "R1", minutes="180")
    assert find(office.store, "R1").minutes == stood.minutes - 5
    intake.amend(office.dana, "R1", {"minutes": "180"}, reason="both wait for it", confirmed=True)
    assert find(office.store, "R1").ends_at == at("09:00") + (180 + 15) * 60


def test_who_has_set_out_does_what_was_asked(office: Office) -> None:
    office.on_site("R1")
    with pytest.raises(Refusal, match="until somebody sets out"):
        change(office, "R1", minutes="90")
    with pytest.raises(NotAllowed):
        intake.amend(office.ana, "R2", {})
    leaving.abort(office.ana, "R1", "wrong part")
    assert find(office.store, "R1").state is State.ABORTED


def test_two_people_at_one_request(office: Office) -> None:
    seen = find(office.store, "R1")
    change(office, "R1", minutes="30")
    with pytest.raises(Stale):
        intake.amend(office.dana, "R1", {"work": "something else"}, version=seen.version)
