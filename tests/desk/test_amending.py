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
from tests.desk.conftest import Office, ask, at


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


def test_a_latest_day_that_is_over_is_refused_and_one_that_has_passed_since_stays(office: Office) -> None:
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "printer", "minutes": "60", "reference": "LAST"}
    with pytest.raises(Faulty, match="latest: is before Tue 24 Nov 2026, the day on which it is asked for"):
        intake.add(office.dana, asked | {"latest": "yesterday"})
    intake.add(office.dana, asked | {"latest": "today"})
    with pytest.raises(Faulty, match="latest: is before Tue 24 Nov 2026"):
        change(office, "LAST", latest="2026-11-23")
    office.go("09:00", 1)
    change(office, "LAST", work="both printers")
    with pytest.raises(Faulty, match="latest: is before the day it is wanted on"):
        change(office, "LAST", date="tomorrow")
    change(office, "LAST", latest="tomorrow")
    undo.undo(office.dana)
    assert str(find(office.store, "LAST").latest_on) == "2026-11-24"


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


def test_what_stands_keeps_nobody_from_another_change(office: Office) -> None:
    ask(office, "OLD")
    ask(office, "V", skills="server", pickup="Harbor Dental / Warehouse", pickup_minutes="10", after="OLD")
    with office.lee.write("gone") as unit:
        unit.execute("UPDATE site SET name = 'Store' WHERE name = 'Warehouse'")
        unit.execute("UPDATE visit SET archived_at = 1, version = version + 1 WHERE reference = 'OLD'")
        unit.execute("DELETE FROM technician_skill WHERE skill = 'server'")
        unit.audit("site", 1, renamed=True)
    stood = find(office.store, "V")
    change(office, "V", minutes="75")
    assert find(office.store, "V")._replace(minutes=60, version=stood.version) == stood
    with pytest.raises(Faulty, match="There is no site"):
        change(office, "V", pickup="Warehouse")
    change(office, "V", after="", pickup="", pickup_minutes="")
    assert find(office.store, "V").after_id is None
    with pytest.raises(Faulty, match="there is no visit OLD"):
        change(office, "V", after="OLD")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"pickup": "home of Ana Ruiz"}, "pickup: only the depot or a site"),
        ({"pickup_minutes": "10"}, "pickup minutes: needs the place of the stop"),
        ({"after_minutes": "10"}, "after minutes: needs the visit that it comes after"),
        ({"after_day": "same"}, "after day: needs the visit that it comes after"),
        ({"crew_skills": "desktop"}, "people: has to be 2 at least"),
        ({"after": "R1"}, "after: comes after it itself"),
    ],
)
def test_what_says_nothing_by_itself_is_refused(office: Office, texts: dict[str, str], said: str) -> None:
    with pytest.raises(Faulty, match=said):
        change(office, "R1", **texts)


def test_a_circle_of_others_ends_the_question(office: Office) -> None:
    for reference in ("A", "B", "C"):
        ask(office, reference)
    ids = {reference: find(office.store, reference).id for reference in "ABC"}
    with office.lee.write("circle") as unit:
        for one, other in ("AB", "BA"):
            unit.execute("UPDATE visit SET after_id = ?, version = version + 1 WHERE id = ?", (ids[other], ids[one]))
            unit.audit("visit", ids[one], after=other)
    change(office, "C", after="A")
    assert find(office.store, "C").after == "A"
