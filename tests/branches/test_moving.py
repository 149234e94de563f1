"""A request moves to another office, and a technician is lent, as two deeds that name each other; never half, never twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from db import clients, parcels, people, visits
from db.faults import Refused
from db.store import Store
from dispatch.desk.branches import looking, sending
from dispatch.desk.branches.exchanging import exchange
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Blocked, NotAllowed, Refusal, WrongState
from dispatch.desk.session.user import User, log_in
from dispatch.model.branches import Parcel
from dispatch.model.visits import Visit
from tests.branches.conftest import Opened
from tests.conftest import Dispatch
from tests.desk.conftest import Office, at
from tests.desk.test_killed import killed_at, statements
from tests.screens.test_screens import opened as screen_opened
from tests.screens.test_screens import press, until_true
from tests.wall import WALL


@pytest.fixture
def dayton(office: Office, opened: Opened) -> Office:
    """Another office; each is a branch of the other."""
    other = opened("dayton")
    looking.add(office.lee, "Dayton", str(other.store.path))
    looking.add(other.lee, "Columbus", str(office.store.path))
    return other


def queued(office: Office, work: str) -> list[Visit]:
    """The requests of that work that wait in an office."""
    return [visit for visit in visits.queued(office.store) if visit.work == work]


def asked(office: Office, work: str = "Printer jams", **more: str) -> Visit:
    texts = {"client": "Harbor Dental", "site": "Main office", "work": work, "minutes": "45"}
    return intake.add(office.dana, texts | more)


def state_of(office: Office, parcel: Parcel) -> tuple[str, bool] | None:
    found = parcels.by_id(office.store, parcel.id)
    return None if found is None else (found.state, found.wanted_back)


def test_a_request_moves_with_what_is_known_of_it(office: Office, dayton: Office) -> None:
    client = clients.client_by_name(dayton.store, "Harbor Dental")
    assert client is not None
    sent = asked(office, date="2026-11-25", promised="10:00-12:00", description="Third floor", priority="P2")
    WALL.advance(600)
    parcel = sending.move(office.dana, sent.reference, "Dayton")
    assert queued(office, "Printer jams") == []
    done = exchange(dayton.dana)
    (came,) = queued(dayton, "Printer jams")
    assert "came from Columbus" in done.done[0]
    assert (came.client_id, came.minutes, came.priority, came.requested_at) == (client.id, 45, 2, sent.requested_at)
    assert came.promised == sent.promised
    assert came.description.startswith("Third floor")
    assert f"From Columbus: {sent.reference}" in came.description
    assert state_of(office, parcel) == ("sent", False)
    exchange(office.dana)
    known = parcels.by_id(office.store, parcel.id)
    assert known is not None
    assert (known.state, known.named) == ("taken", came.reference)
    for one, says in ((office, "moved_to"), (dayton, "came_from")):
        assert one.store.value("SELECT count(*) FROM audit WHERE detail LIKE ?", (f"%{says}%{parcel.id}%",)) == 1
    assert exchange(dayton.dana).done == exchange(office.dana).done == ()


def test_a_client_and_a_site_that_are_not_there_come_along_and_those_there_stay(office: Office, dayton: Office) -> None:
    dayton.store.conn.execute("UPDATE site SET address = '77 Other Road' WHERE name = 'Main office'")
    dayton.store.conn.execute("UPDATE client SET notes = 'ours' ")
    office.store.conn.execute("UPDATE client SET notes = 'theirs'")
    for work, changed in (("One", False), ("Two", True)):
        if changed:
            office.store.conn.execute("UPDATE client SET name = 'Newcomer Ltd'")
        client = "Newcomer Ltd" if changed else "Harbor Dental"
        sending.move(office.dana, asked(office, work, client=client).reference, "Dayton")
    exchange(dayton.dana)
    (one,), (two,) = queued(dayton, "One"), queued(dayton, "Two")
    assert (one.client, one.site) == ("Harbor Dental", "Main office (Columbus)")
    assert clients.client(dayton.store, one.client_id).notes == "ours"  # type: ignore[union-attr]
    assert (two.client, two.site) == ("Newcomer Ltd", "Main office")


def test_it_is_given_back_and_stands_in_the_queue_again(office: Office, dayton: Office) -> None:
    sent = asked(office)
    parcel = sending.move(office.dana, sent.reference, "Dayton")
    exchange(dayton.dana)
    (came,) = queued(dayton, "Printer jams")
    with pytest.raises(Refusal, match="reason: is missing"):
        sending.give_back(dayton.dana, came.reference, "")
    sending.give_back(dayton.dana, came.reference, "nobody has a van")
    assert queued(dayton, "Printer jams") == []
    said = exchange(office.dana).done
    assert "nobody has a van" in said[0]
    assert [visit.reference for visit in queued(office, "Printer jams")] == [sent.reference]
    assert state_of(office, parcel) == state_of(dayton, parcel) == ("given_back", False)


def test_recalled_before_and_after_it_was_taken(office: Office, dayton: Office) -> None:
    for taken in (False, True):
        sent = asked(office, f"Job {taken}")
        sending.move(office.dana, sent.reference, "Dayton")
        if taken:
            exchange(dayton.dana)
        sending.recall(office.dana, sent.reference)
        exchange(office.dana)
        assert queued(office, f"Job {taken}") == [], "it may be there yet"
        exchange(dayton.dana)
        exchange(office.dana)
        assert len(queued(office, f"Job {taken}")) == 1
        assert queued(dayton, f"Job {taken}") == []


def test_what_was_taken_up_is_not_given_back(office: Office, dayton: Office) -> None:
    sent = asked(office)
    sending.move(office.dana, sent.reference, "Dayton")
    exchange(dayton.dana)
    (came,) = queued(dayton, "Printer jams")
    schedule.assign(dayton.dana, came.reference, ["Ana Ruiz"], at("10:00"))
    with pytest.raises(Refusal, match="taken up here"):
        sending.give_back(dayton.dana, came.reference, "no time")
    sending.recall(office.dana, sent.reference)
    assert "is not given back" in exchange(dayton.dana).done[0]
    exchange(office.dana)
    assert queued(office, "Printer jams") == []


def test_nobody_brings_it_back_by_another_way(office: Office, dayton: Office) -> None:
    sent = asked(office)
    sending.move(office.dana, sent.reference, "Dayton")
    visit = visits.visit_by_reference(office.store, sent.reference)
    assert visit is not None
    with pytest.raises(Refused, match="at another office"), office.dana.write("cheat") as unit:
        visits.change(unit, visit, archived_at=None)
    with pytest.raises(WrongState):
        sending.move(office.dana, sent.reference, "Dayton")
    for sql in (
        "DELETE FROM parcel",
        "UPDATE parcel SET form = '{}'",
        "UPDATE parcel SET state = 'sent', office = office || 'x'",
    ):
        with pytest.raises(Exception, match=r"never|office"):
            office.store.conn.execute(sql)


def test_only_what_waits_in_the_queue_goes(office: Office, dayton: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    with pytest.raises(WrongState):
        sending.move(office.dana, "R1", "Dayton")
    with pytest.raises(NotAllowed):
        sending.move(office.ana, "R2", "Dayton")
    with pytest.raises(NotAllowed):
        exchange(office.ana)
    first = asked(office, "First")
    second = asked(office, "Second", after=first.reference)
    for visit in (first, second):
        with pytest.raises(Refusal, match="before or after"):
            sending.move(office.dana, visit.reference, "Dayton")


def test_what_cannot_be_taken_comes_back_with_why(office: Office, dayton: Office) -> None:
    people.technicians(office.store)
    with office.lee.write("skill") as unit:
        people.add_skills(unit, ["juggling"])
        unit.audit("skill", 1)
    sent = asked(office, skills="juggling")
    sending.move(office.dana, sent.reference, "Dayton")
    assert "was not taken" in exchange(dayton.dana).done[0]
    assert "juggling" in exchange(office.dana).done[0]
    assert len(queued(office, "Printer jams")) == 1


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        '{"client": 3, "site": {}, "request": {}}',
        '{"client": {"name": "\\u001b[2J"}, "site": {"name": "x"}, "request": {"work": "a", "minutes": "5"}}',
        '{"client": {"name": "A"}, "site": {"name": "x"}, "request": {"work": "\\u202egnp", "minutes": "5"}}',
        '{"client": {"name": "A", "price_group": "vip"}, "site": {"name": "x"}, "request": {"work": "a", "minutes": "99999"}}',
    ],
)
def test_what_another_office_makes_up_is_judged_as_if_it_was_typed(office: Office, dayton: Office, form: str) -> None:
    parcel = sending.move(office.dana, asked(office).reference, "Dayton")
    (guard,) = office.store.all("SELECT sql FROM sqlite_master WHERE name = 'parcel_itself'")[0]
    office.store.conn.execute("DROP TRIGGER parcel_itself")
    office.store.conn.execute("UPDATE parcel SET form = ?", (form,))
    office.store.conn.execute(guard)
    before = dayton.store.value("SELECT count(*) FROM client")
    done = exchange(dayton.dana).done
    assert "was not taken" in done[0]
    assert not {"\x1b", "\u202e"} & set("".join(done))
    assert state_of(dayton, parcel) == ("given_back", False)
    assert dayton.store.value("SELECT count(*) FROM client") == before


@pytest.mark.parametrize(
    ("person", "spans"),
    [
        ("1e5", "[[1, 2]]"), ("100000000000000000000000", "[[1, 2]]"), ("7", "[[1, 1000000000000000000000]]"),
        ("7", "[[1, 1e400]]"), ("7", "[[-1e300, 2]]"), ("7", "[[1, 100000000000]]"), ("7", "{}"),
    ],
)  # fmt: skip
def test_numbers_that_no_office_means_keep_nobody_elses_from_coming(
    office: Office, dayton: Office, person: str, spans: str
) -> None:
    ana = people.technician_by_name(office.store, "Ana Ruiz")
    assert ana is not None
    sending.lend(office.lee, ana, "Dayton", at("09:00"), at("12:00"))
    form = f'{{"person": {person}, "spans": {spans}, "name": "Zed", "login": "zed", "technician": {{}}}}'
    (guard,) = office.store.all("SELECT sql FROM sqlite_master WHERE name = 'parcel_itself'")[0]
    office.store.conn.execute("DROP TRIGGER parcel_itself")
    office.store.conn.execute("UPDATE parcel SET form = ?", (form,))
    office.store.conn.execute(guard)
    sent = asked(office, "Real work")
    sending.move(office.dana, sent.reference, "Dayton")
    done = exchange(dayton.dana)
    assert done.unreached == ()
    assert any("Zed" in line and ("not taken" in line or "cannot be taken" in line) for line in done.done)
    assert len(queued(dayton, "Real work")) == 1
    assert people.technician_by_name(dayton.store, "Zed (Columbus)") is None


def test_a_technician_is_lent_for_hours_and_can_be_planned_in_nothing_else(office: Office, dayton: Office) -> None:
    ana = people.technician_by_name(office.store, "Ana Ruiz")
    assert ana is not None
    with pytest.raises(NotAllowed):
        sending.lend(office.dana, ana, "Dayton", at("13:00"), at("17:00"))
    sending.lend(office.lee, ana, "Dayton", at("13:00"), at("17:00"))
    with pytest.raises(Blocked, match="lent to Dayton"):
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("14:00"))
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    exchange(dayton.dana)
    name = "Ana Ruiz (Columbus)"
    lent = people.technician_by_name(dayton.store, name)
    assert lent is not None
    assert lent.skills == ana.skills
    schedule.assign(dayton.dana, "R1", [name], at("14:00"))
    for clock, days in (("09:00", 0), ("16:30", 0), ("14:00", 1), ("14:00", 7)):
        with pytest.raises(Blocked, match="not lent to us"):
            schedule.assign(dayton.dana, "R2", [name], at(clock, days))


def test_a_lending_ends_by_itself_or_is_given_back(office: Office, dayton: Office) -> None:
    ana = people.technician_by_name(office.store, "Ana Ruiz")
    assert ana is not None
    parcel = sending.lend(office.lee, ana, "Dayton", at("09:00", 1), at("12:00", 2))
    exchange(dayton.dana)
    exchange(office.dana)
    assert state_of(office, parcel) == ("taken", False)
    office.go("10:00", 2)
    sending.recall(office.dana, "Ana Ruiz")
    exchange(dayton.dana)
    assert people.technician_by_name(dayton.store, "Ana Ruiz (Columbus)") is None
    exchange(office.dana)
    (away,) = people.absences(office.store)
    assert (away.starts_at, away.ends_at) == (at("09:00", 1), at("10:00", 2))
    again = sending.lend(office.lee, people.technician(office.store, ana.id), "Dayton", at("13:00", 2), at("17:00", 2))  # type: ignore[arg-type]
    exchange(dayton.dana)
    assert people.technician_by_name(dayton.store, "Ana Ruiz (Columbus)") is not None
    office.go("18:00", 2)
    exchange(dayton.dana)
    exchange(office.dana)
    assert state_of(office, again) == ("given_back", False)
    assert len(people.absences(office.store)) == 2, "what was lent was time away"
    assert people.technician_by_name(dayton.store, "Ana Ruiz (Columbus)") is None


def test_who_has_visits_there_stays_until_they_are_over(office: Office, dayton: Office) -> None:
    ana = people.technician_by_name(office.store, "Ana Ruiz")
    assert ana is not None
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("14:00"))
    with pytest.raises(Refusal, match="has visits in that time: R1"):
        sending.lend(office.lee, ana, "Dayton", at("13:00"), at("17:00"))
    sending.lend(office.lee, ana, "Dayton", at("09:00"), at("12:00"))
    exchange(dayton.dana)
    schedule.assign(dayton.dana, "R1", ["Ana Ruiz (Columbus)"], at("09:30"))
    sending.recall(office.lee, "ana")
    assert "has visits here: R1" in exchange(dayton.dana).done[0]
    with pytest.raises(Refusal, match="stands for a lending"):
        _archive_absence(office)


def _archive_absence(office: Office) -> None:
    from dispatch.desk.book import editing

    (away,) = people.absences(office.store)
    try:
        editing.archive(office.lee, "absence", away)
    except Refused as refused:
        raise Refusal(str(refused)) from None


def test_the_commands_say_it(office: Office, dayton: Office) -> None:
    run, there = Dispatch(office.store.path), Dispatch(dayton.store.path)
    sent = asked(office)
    assert run("branch", "move", sent.reference, "Dayton", "--as", "dana").code == 0
    assert "came from Columbus" in there("branch", "exchange", "--as", "dana").out
    assert "was taken by Dayton" in run("branch", "exchange", "--as", "dana").out
    assert "at Dayton" in run("branch", "moves", "--as", "dana").out
    lent = run(
        "branch", "lend", "Ben Okafor", "dayton", "--from", "tomorrow 13:00", "--to", "tomorrow 17:00", "--as", "lee"
    )
    assert lent.code == 0, lent
    assert '"kind": "lending"' in run("branch", "moves", "--json", "--as", "dana").out


Step = Callable[[User], object]


@pytest.mark.parametrize("points", [3, pytest.param(25, marks=pytest.mark.again)])
def test_killed_at_any_statement_of_either_side_a_later_run_finishes_it(
    office: Office, dayton: Office, points: int, tmp_path: Path
) -> None:
    """Each step of a request that moves and comes back, and of a lending, is killed at so many of its statements."""
    sent, ana = asked(office), people.technician_by_name(office.store, "Ana Ruiz")
    assert ana is not None
    steps: list[tuple[Office, str, Step]] = [
        (office, "dana", lambda user: sending.move(user, sent.reference, "Dayton")),
        (office, "lee", lambda user: sending.lend(user, ana, "Dayton", at("13:00", 1), at("17:00", 1))),
        (dayton, "dana", exchange),
        (office, "dana", exchange),
        (office, "dana", lambda user: sending.recall(user, sent.reference)),
        (office, "lee", lambda user: sending.recall(user, "ana")),
        (dayton, "dana", exchange),
        (office, "dana", exchange),
    ]
    for number, (where, login, step) in enumerate(steps):
        trial = tmp_path / f"trial{number}.db"
        with Store.open(where.store.path, clock=WALL) as store:
            store.conn.execute("VACUUM INTO ?", (str(trial),))
        trial.chmod(0o600)
        count = statements(trial, WALL, step, login)
        for point in sorted({1 + (count - 1) * spread // (points - 1) for spread in range(points)}):
            killed_at(where.store.path, WALL, step, point, login)
            there, here = (len(queued(one, "Printer jams")) for one in (dayton, office))
            assert there + here <= 1, f"step {number}, killed at {point} of {count}: it is there twice"
        if number not in (0, 1, 4, 5) or not _was_done(office, sent.reference, number):
            with Store.open(where.store.path, clock=WALL) as store:
                step(log_in(store, login))
    assert [visit.reference for visit in queued(office, "Printer jams")] == [sent.reference]
    assert queued(dayton, "Printer jams") == []
    assert {parcel.state for parcel in parcels.all_parcels(dayton.store)} == {"given_back"}
    assert people.absences(office.store) == []
    assert people.technician_by_name(dayton.store, "Ana Ruiz (Columbus)") is None


def _was_done(office: Office, reference: str, number: int) -> bool:
    """Whether a deed that is done once was saved before it was killed."""
    visit = visits.visit_by_reference(office.store, reference)
    assert visit is not None
    found = parcels.all_parcels(office.store)
    if number == 0:
        return visit.archived_at is not None
    if number == 1:
        return any(parcel.kind == "lending" for parcel in found)
    return False


def test_a_day_of_transfers_between_three_offices_loses_nothing(office: Office, opened: Opened) -> None:
    offices = {"Columbus": office, "Dayton": opened("dayton"), "Akron": opened("akron")}
    for name, one in offices.items():
        for other, there in offices.items():
            if other != name:
                looking.add(one.lee, other, str(there.store.path))
    chance = random.Random(7)
    works = {asked(one, f"Job {name} {number}").work for name, one in offices.items() for number in range(4)}
    for _ in range(60):
        name = chance.choice([*offices])
        one = offices[name]
        WALL.advance(60)
        mine = [visit for visit in visits.queued(one.store) if visit.work in works]
        deed = chance.random()
        if deed < 0.4 and mine:
            sending.move(
                one.dana, chance.choice(mine).reference, chance.choice([other for other in offices if other != name])
            )
        elif deed < 0.5 and (
            away := [p for p in parcels.all_parcels(one.store) if not p.incoming and p.state != "given_back"]
        ):
            sending.recall(one.dana, next(iter(sending.called(one.store, chance.choice(away)))))
        else:
            exchange(one.dana)
        _nothing_twice(offices, works)
    for _ in range(3):
        for one in offices.values():
            exchange(one.dana)
    found = [visit.work for one in offices.values() for visit in visits.queued(one.store) if visit.work in works]
    assert sorted(found) == sorted(works)


def _nothing_twice(offices: dict[str, Office], works: set[str]) -> None:
    found = [visit.work for one in offices.values() for visit in visits.queued(one.store) if visit.work in works]
    assert len(found) == len(set(found)), "a request is in two queues"


async def test_the_screen_moves_exchanges_and_gives_back(office: Office, dayton: Office) -> None:
    sent = asked(office)
    async with screen_opened(office.lee, "log") as pilot:
        await press(pilot, "E")
        await pilot.app.screen.read_again()  # type: ignore[attr-defined]
        await press(pilot, "m", *sent.reference, "tab", *"Dayton", "enter")
        await until_true(pilot, lambda: parcels.all_parcels(office.store))
    async with screen_opened(dayton.lee, "log") as pilot:
        await press(pilot, "E")
        await pilot.app.screen.read_again()  # type: ignore[attr-defined]
        await press(pilot, "e")
        await until_true(pilot, lambda: queued(dayton, "Printer jams"))
        await pilot.app.screen.read_again()  # type: ignore[attr-defined]
        await press(pilot, "down", "down", "b")
        await press(pilot, *"no van today", "enter")
        await until_true(pilot, lambda: not queued(dayton, "Printer jams"))
