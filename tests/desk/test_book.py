"""The firm's book: every fault at once, two people at one record, undo of each kind of edit."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import agreements, clients
from db.faults import Stale
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care.client_page import client_page
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.personal import erasing as personal
from dispatch.desk.plan import absences, schedule, undo
from dispatch.desk.prices import agreeing
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.desk.texts.client_words import page_lines
from dispatch.fields.trade import hours_of, hours_text, place_of, place_text
from dispatch.model.people import Hours
from dispatch.model.states import State
from dispatch.model.travel import Place
from tests.desk.conftest import DAY, Office, at

CLIENT = {
    "name": "Elm Street Law",
    "contacts": "Jane Lowe; +1 614 555 0100 | Bob; ; bob@example.com; partner",
    "computers": "12",
}
TECHNICIAN = {
    "name": "Gil Roy",
    "login": "gil",
    "skills": "server",
    "shifts": "mon-fri 08:00-17:00",
    "lunch": "11:30-13:30 30",
}
NEW: dict[str, dict[str, str]] = {
    "client": CLIENT,
    "site": {
        "client": "harbor",
        "name": "Branch",
        "place": "39.96, -83.01",
        "access": "mon-fri 08:00-18:00",
        "services": "mail, files",
    },
    "technician": TECHNICIAN,
    "absence": {"technician": "ben", "from": "2026-11-24T12:00", "to": "17:00", "reason": "dentist"},
    "equipment": {
        "site": "harbor dental / main",
        "name": "file server",
        "kind": "server",
        "warranty_ends": "2027-05-31",
    },
    "target": {"site": "harbor dental / main office", "name": "mail", "kind": "smtp", "address": "mail.example.com"},
    "recurrence": {
        "site": "harbor dental / main",
        "work": "log and health check",
        "rule": "every second tuesday",
        "starts": "2026-11-24",
        "minutes": "60",
        "promised": "09:00-11:00",
        "skills": "server",
        "preferred": "Ana Ruiz",
    },
    "staff": {"login": "kim", "name": "Kim Ode", "roles": "dispatcher, lead"},
}
OTHER = {
    "client": {"computers": "14"},
    "site": {"address": "9 Elm Street"},
    "technician": {"skills": "server, voip"},
    "absence": {"reason": "ill"},
    "equipment": {"certificate_ends": "2027-02-28", "owner": "lee", "serial": "X-1"},
    "target": {"address": "mail.example.com:587", "options": "starttls", "vantage": "site"},
    "recurrence": {"rule": "1st working day of the month"},
    "staff": {"email": "kim@example.com"},
}


@pytest.mark.parametrize("kind", list(NEW))
def test_each_kind_is_added_edited_archived_and_every_step_taken_back(office: Office, kind: str) -> None:
    record_store, user = RECORD_STORES[kind], office.lee
    count = len(record_store.all(office.store))

    def texts() -> dict[str, str]:
        current = record_store.get(office.store, record.id)
        assert current is not None
        return record_store.texts(office.store, current)

    record = editing.add(user, kind, NEW[kind])
    first = texts()
    edited = editing.edit(user, kind, record, OTHER[kind])
    second = texts()
    assert first != second
    editing.archive(user, kind, edited)
    assert len(record_store.all(office.store)) == count

    undo.undo(user)
    assert (texts(), len(record_store.all(office.store))) == (second, count + 1)
    undo.undo(user)
    assert texts() == first
    undo.undo(user)
    assert len(record_store.all(office.store)) == count
    undo.redo(user)
    undo.redo(user)
    assert (texts(), len(record_store.all(office.store))) == (second, count + 1)


@pytest.mark.parametrize(
    ("kind", "texts", "named"),
    [
        (
            "client",
            {"name": "harbor dental", "computers": "-1", "kind": "friend", "tax_exempt": "yes", "contacts": "; 5"},
            5,
        ),
        (
            "site",
            {"client": "nobody", "place": "here", "access": "someday", "zone": "Mars/One", "one_way_distance": "far"},
            5,
        ),
        (
            "technician",
            {"name": "", "login": "a b", "labour_class": "wizard", "shifts": "mon 9", "lunch": "noon", "home": "?"},
            6,
        ),
        ("absence", {"technician": "nobody", "from": "soon", "to": ""}, 3),
        ("staff", {"login": "ana", "name": "Ben Okafor", "roles": "king"}, 3),
    ],
)
def test_every_fault_is_named_at_once(office: Office, kind: str, texts: dict[str, str], named: int) -> None:
    with pytest.raises(Faulty) as fault:
        editing.add(office.lee, kind, texts)
    assert len(fault.value.faults) == named, fault.value.faults


def test_two_people_edit_one_client(office: Office) -> None:
    record_store = RECORD_STORES["client"]
    mine = theirs = record_store.find(office.store, "harbor")
    editing.edit(office.lee, "client", theirs, {"computers": "20"})

    with pytest.raises(Stale, match="lee changed the client"):
        editing.edit(office.dana, "client", mine, {"computers": "30"})

    both = editing.differences(
        office.store, "client", {**record_store.texts(office.store, mine), "computers": "30"}, mine.id
    )
    assert both == ["Computers: now “20”, you have “30”"]
    with pytest.raises(Refusal, match="nothing to undo"):
        undo.undo(office.dana)


def test_undo_is_refused_where_somebody_built_on_it(office: Office) -> None:
    record = editing.add(office.dana, "client", CLIENT)
    editing.edit(office.lee, "client", record, {"computers": "9"})
    with pytest.raises(Refusal, match="Lee Moreau changed it since"):
        undo.undo(office.dana)


def test_roles(office: Office) -> None:
    with pytest.raises(NotAllowed):
        editing.add(office.ana, "client", CLIENT)
    with pytest.raises(NotAllowed):
        editing.add(office.dana, "technician", TECHNICIAN)
    site = RECORD_STORES["site"].find(office.store, "Main office")
    with pytest.raises(Faulty, match="only a lead"):
        editing.edit(office.dana, "site", site, {"one_way_distance": "99"})
    changed = editing.edit(office.lee, "site", site, {"one_way_distance": "9.55", "one_way_minutes": "20"})
    assert (changed.one_way_distance, changed.one_way_provenance) == ("9.6", "typed")


def test_there_is_always_a_lead(office: Office) -> None:
    lee = RECORD_STORES["staff"].find(office.store, "lee")
    with pytest.raises(Faulty, match="only lead"):
        editing.edit(office.lee, "staff", lee, {"roles": "dispatcher"})
    with pytest.raises(Refusal, match="only lead"):
        editing.archive(office.lee, "staff", lee)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Maier, Erika | Bo Elm; 5", ["Maier, Erika", "Bo Elm"]),
        ("Jane Doe, +1 614 555 0199, jane@elm.example", None),
        ("Jane Doe, jane@elm.example", None),
        ("Jane Doe, 614 555 0199", None),
        ("Bo Elm; 5 | Jane, Ann, Bob", None),
    ],
)
def test_contacts_between_commas_are_no_name(office: Office, typed: str, names: list[str] | None) -> None:
    if names is None:
        with pytest.raises(Faulty, match="is not of the form name; phone; e-mail; role"):
            editing.add(office.lee, "client", {"name": "Elm", "contacts": typed})
    else:
        elm = editing.add(office.lee, "client", {"name": "Elm", "contacts": typed})
        assert [contact.name for contact in elm.contacts] == names


def test_nothing_with_open_visits_is_archived(office: Office) -> None:
    with pytest.raises(Refusal, match="R1, R2, R3"):
        editing.archive(office.lee, "client", RECORD_STORES["client"].find(office.store, "harbor"))


def test_nothing_with_an_agreement_is_archived(office: Office) -> None:
    """One in force, and one that begins later, keep their client; one that has not begun can be put away."""
    elm = editing.add(office.lee, "client", {"name": "Elm"})
    yesterday, later = DAY - datetime.timedelta(days=1), {"kind": "tm", "starts": "2027-01-01", "ends": None}
    for terms in (later, {**later, "starts": "2026-11-01", "ends": "2026-12-31"}):
        agreement = agreeing.save_agreement(office.lee, "Elm", "Care", terms)
        with pytest.raises(Refusal, match=r"Elm has an agreement: “Care”\. End it first\."):
            editing.archive(office.lee, "client", elm)
        assert personal.outlook(office.store, elm).agreements == ("Care",)
        agreeing.end_agreement(office.lee, agreement, yesterday)
    editing.archive(office.lee, "client", elm)
    (kept,) = agreements.agreements_of(office.store, elm.id)
    assert (kept.starts.isoformat(), kept.ends) == ("2026-11-01", yesterday)
    assert clients.names(office.store)[elm.id] == "Elm (archived)"


def test_a_site_that_is_placed_gets_its_drive_and_keeps_a_typed_one(office: Office) -> None:
    """design/charges.md B17"""
    annex = RECORD_STORES["site"].find(office.store, "Annex")
    assert annex.one_way_minutes is None
    placed = editing.edit(office.dana, "site", annex, {"place": "https://www.google.com/maps/@39.9900,-83.0100,17z"})
    assert placed.place == Place(39.99, -83.01)
    assert placed.one_way_minutes is not None
    moved = editing.edit(office.dana, "site", placed, {"place": "40.20, -83.50"})
    assert moved.one_way_minutes == placed.one_way_minutes


def test_absence_says_what_it_hits_and_puts_it_back(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    record = editing.add(
        office.dana, "absence", {"technician": "ben", "from": "2026-11-24T08:00", "to": "12:00", "reason": "ill"}
    )

    assert [visit.reference for visit in absences.hit_by(office.store, record)] == ["R2"]
    freed = absences.free(office.dana, record, to_others=True)
    assert (freed.settled, freed.left) == (("R2 goes to Ana Ruiz, 09:00",), ())
    assert absences.hit_by(office.store, record) == []
    undo.undo(office.dana)
    assert visit_page(office.store, "R2").visit.crew == ("Ben Okafor",)
    undo.redo(office.dana)
    assert visit_page(office.store, "R2").visit.crew == ("Ana Ruiz",)
    undo.undo(office.dana)
    assert absences.free(office.dana, record, to_others=False).settled == ("R2 is back in the queue",)
    assert visit_page(office.store, "R2").visit.state is State.REQUESTED


def test_finding(office: Office) -> None:
    for number in range(3):
        editing.add(office.dana, "client", {"name": f"Elm {number}"})
    with pytest.raises(NotFound, match=r"Which client\? Elm 0, Elm 1, Elm 2"):
        RECORD_STORES["client"].find(office.store, "elm")
    with pytest.raises(NotFound, match="no client"):
        RECORD_STORES["client"].find(office.store, "oak")


def test_page_of_a_client(office: Office) -> None:
    text = "\n".join(page_lines(client_page(office.store, RECORD_STORES["client"].find(office.store, "harbor"))))
    assert "place Annex: it has no coordinates" in text
    assert "note whom to call" in text
    assert text.count("Server patch") == 3


SPANS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1380), st.integers(1, 60)).map(
        lambda t: Hours(t[0], t[1], t[1] + t[2])
    ),
    max_size=8,
)


@given(SPANS)
def test_hours_are_read_as_they_are_written(spans: list[Hours]) -> None:
    apart: list[Hours] = []
    for one in sorted(set(spans)):
        if not apart or apart[-1].weekday != one.weekday or apart[-1].closes <= one.opens:
            apart.append(one)
    assert hours_of(hours_text(apart)) == tuple(apart)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("mon-fri 18:00-02:00", "goes past midnight: write 18:00-24:00, and 00:00-02:00 of the days after"),
        ("mon-fri 08:00-08:00", "is not of the form"),
        ("mon 24:00-02:00", "is not of the form"),
    ],
)
def test_hours_past_midnight_are_told_how_they_are_written(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        hours_of(typed)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_read_as_it_is_written(lat: float, lon: float) -> None:
    place = Place(round(lat, 6), round(lon, 6))
    assert place_of(place_text(place)) == place


@pytest.mark.parametrize(
    "text",
    [
        "39.9612,-82.9988",
        "39.9612 -82.9988",
        "geo:39.9612,-82.9988",
        "https://www.openstreetmap.org/?mlat=39.9612&mlon=-82.9988#map=15/1.0/2.0",
        "https://www.openstreetmap.org/#map=17/39.9612/-82.9988",
        "https://maps.google.com/?q=39.9612,-82.9988",
        "https://www.google.com/maps/place/X/@1.0,2.0,17z/data=!3d39.9612!4d-82.9988",
    ],
)
def test_links_of_maps(text: str) -> None:
    assert place_of(text) == Place(39.9612, -82.9988)


def test_hostile_text_is_refused(office: Office) -> None:
    texts: dict[str, Any] = {"name": "Elm\x1b[31m", "contacts": "Bob\u202e; 5"}
    with pytest.raises(Faulty) as fault:
        editing.add(office.dana, "client", texts)
    assert len(fault.value.faults) == 2


def test_notices_are_worded_by_the_firm(office: Office) -> None:
    editing.settle(office.lee, {"notice_dispatched": "Go to {client} ({work}) {when}"})
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.dispatch(office.dana, "R1")
    (told,) = [text for (text,) in office.store.all("SELECT text FROM outbox")]
    assert told.startswith("Go to Harbor Dental (")
    assert told.endswith("09:00")

    for words in ("{password}", "{client.__class__}", "{client!r}", "{client:>9}", "{", ""):
        with pytest.raises(Faulty, match="notice moved"):
            editing.settle(office.lee, {"notice_moved": words})
