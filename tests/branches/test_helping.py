"""Which lent technician would help which branch on a day: looked for by the planner, taken as a lending with its visits."""

from __future__ import annotations

import json

import pytest

from db import fence, parcels, visits
from dispatch.desk.book import editing
from dispatch.desk.branches import looking
from dispatch.desk.branches.exchanging import exchange
from dispatch.desk.branches.helping import help_on, take
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, NotAllowed
from dispatch.model.states import State
from tests.branches.conftest import Opened
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, Office
from tests.wall import WALL


@pytest.fixture
def dayton(office: Office, opened: Opened) -> Office:
    """A branch whose technicians are all away on the day, with two requests that somebody has to do."""
    other = opened("dayton")
    looking.add(office.lee, "Dayton", str(other.store.path))
    looking.add(other.lee, "Columbus", str(office.store.path))
    for name in ("Ana Ruiz", "Ben Okafor"):
        texts = {"technician": name, "from": f"{DAY} 00:00", "to": f"{DAY} 23:59", "reason": "ill"}
        editing.add(other.dana, "absence", texts)
    for visit in visits.queued(other.store):
        visits_away(other, visit.reference)
    for work in ("Printer", "Scanner"):
        asked = {"client": "Harbor Dental", "site": "Main office", "work": work, "minutes": "45", "date": str(DAY)}
        intake.add(other.dana, asked)
    return other


def visits_away(office: Office, reference: str) -> None:
    with office.dana.write("clear") as unit:
        visit = visits.visit_by_reference(office.store, reference)
        assert visit is not None
        visits.change(unit, visit, archived_at=unit.at)
        unit.audit("visit", visit.id, cleared=True)


def busy(office: Office) -> None:
    """Nothing waits here, so that all are free."""
    for visit in visits.queued(office.store):
        visits_away(office, visit.reference)


def test_who_is_free_would_help_and_is_lent_with_the_visits(office: Office, dayton: Office) -> None:
    busy(office)
    before = dayton.store.value("SELECT count(*) FROM audit")
    (one,) = help_on(office.lee, DAY, 0)
    assert (one.before, one.after, one.why) == (2, 0, "")
    planned = [reference for helper in one.helpers for reference, *_ in helper.visits]
    assert len(planned) == 2
    assert dayton.store.value("SELECT count(*) FROM audit") == before
    assert parcels.all_parcels(office.store) == []
    with pytest.raises(Faulty, match="Cleo"):
        take(office.lee, [one], ["Cleo"])
    sent = take(office.lee, [one])
    assert [parcel.kind for parcel in sent] == ["lending"] * len(one.helpers)
    said = " ".join(exchange(dayton.dana).done)
    for reference in planned:
        visit = visits.visit_by_reference(dayton.store, reference)
        assert visit is not None
        assert visit.state is State.PLANNED
        assert visit.crew[0].endswith("(Columbus)")
        assert f"{reference} is planned with them" in said
    assert help_on(office.lee, DAY, 0)[0].before == 0


def test_what_was_taken_up_meanwhile_is_not_planned_again(office: Office, dayton: Office) -> None:
    busy(office)
    found = help_on(office.lee, DAY, 0)
    take(office.lee, found)
    for visit in visits.queued(dayton.store):
        visits_away(dayton, visit.reference)
    assert "came from Columbus" in " ".join(exchange(dayton.dana).done)
    assert visits.queued(dayton.store) == []


def test_who_has_something_to_do_here_is_not_offered(office: Office, dayton: Office) -> None:
    for name in ("Ana Ruiz", "Ben Okafor"):
        for hour in range(8, 17):
            asked = {"client": "Harbor Dental", "site": "Main office", "work": f"{name} {hour}", "minutes": "50"}
            intake.add(office.dana, asked | {"date": str(DAY), "preferred": name})
    (one,) = help_on(office.lee, DAY, 0)
    assert one.helpers == ()
    assert (one.before, one.after) == (2, 2)


def test_a_branch_that_is_away_is_said(office: Office, dayton: Office) -> None:
    dayton.store.path.rename(dayton.store.path.with_name("away.db"))
    (one,) = help_on(office.lee, DAY, 0)
    assert "There is no database" in one.why


def test_it_is_a_leads_and_a_branch_without_one_is_said(office: Office, dayton: Office) -> None:
    busy(office)
    for user in (office.ana, office.dana):
        with pytest.raises(NotAllowed):
            help_on(user, DAY, 0)
    dayton.store.conn.execute("DELETE FROM staff_role WHERE role = 'lead'")
    (one,) = help_on(office.lee, DAY, 0)
    assert "no lead" in one.why


def test_a_branch_whose_machine_is_another_one_is_tried_all_the_same(office: Office, dayton: Office) -> None:
    busy(office)
    with dayton.lee.write("test") as unit:
        fence.stand(unit, fence.MachineStanding(1, fence.COPY, WALL.now()))
    (one,) = help_on(office.lee, DAY, 0)
    assert (one.before, one.after, one.why) == (2, 0, "")
    assert fence.standing(dayton.store.conn) == fence.MachineStanding(1, fence.COPY, WALL.now())


def test_the_command(office: Office, dayton: Office) -> None:
    busy(office)
    run = Dispatch(office.store.path)
    assert run("branch", "help", "--date", str(DAY), "--seconds", "0", "--as", "dana").code == 1
    said = run("branch", "help", "--date", str(DAY), "--seconds", "0", "--as", "lee")
    assert "Dayton, Tue 24 Nov 2026: 2 left out, 0 with" in said.out
    told = json.loads(
        run("branch", "help", "--date", str(DAY), "--seconds", "0", "--json", "--as", "lee", "--take").out
    )
    assert told["branches"][0]["left_out"] == 2
    assert told["lent"]
