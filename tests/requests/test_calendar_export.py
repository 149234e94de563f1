"""A technician's visits as a calendar: events that other programs understand, and a busy form that says nothing."""

from __future__ import annotations

import datetime
import re
import stat
from pathlib import Path

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import clients, people, visits
from db import planned as places_in_plan
from db.settings import calendar_salt
from db.store import Store
from dispatch.desk.adapters.calendar_export import calendar_of
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.private_file import FileThere, at_this_machine, write_private
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.model.people import Technician
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, Office, at
from tests.quick import examples


def technician(office: Office, login: str = "ana") -> Technician:
    found = people.technician_by_name(office.store, login)
    assert found is not None
    return found


def events(text: str) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(text.encode()).walk("VEVENT"))


def planned(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("10:00"))


def test_events_are_what_was_planned(office: Office) -> None:
    planned(office)
    text, count = calendar_of(office.ana, technician(office), DAY, 1)
    (event,) = events(text)
    assert count == 1
    assert event["SUMMARY"] == "Harbor Dental: Server patch"
    assert event["LOCATION"] == "Harbor Dental, Main office, 1 Front Street"
    assert event["DESCRIPTION"].startswith("R1")
    assert event["DTSTART"].dt == datetime.datetime(2026, 11, 24, 14, tzinfo=datetime.UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == datetime.timedelta(minutes=75)
    assert event["STATUS"] == "TENTATIVE"
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_an_event_keeps_its_uid_and_its_sequence_rises(office: Office) -> None:
    planned(office)
    (before,) = events(calendar_of(office.ana, technician(office), DAY, 1)[0])
    schedule.confirm(office.dana, "R1")
    schedule.move(office.dana, "R1", None, at("13:00"), confirmed=True)
    schedule.confirm(office.dana, "R1")
    (after,) = events(calendar_of(office.ana, technician(office), DAY, 1)[0])
    assert (before["UID"], after["STATUS"]) == (after["UID"], "CONFIRMED")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt - before["DTSTART"].dt == datetime.timedelta(hours=4)
    schedule.cancel(office.dana, "R1", "not needed")
    assert not events(calendar_of(office.ana, technician(office), DAY, 1)[0])


def test_whose_calendar(office: Office) -> None:
    planned(office)
    with pytest.raises(NotAllowed):
        calendar_of(office.ana, technician(office, "ben"), DAY, 1)
    assert calendar_of(office.dana, technician(office, "ben"), DAY, 1)[1] == 1
    assert calendar_of(office.dana, technician(office, "ben"), DAY + datetime.timedelta(days=1), 30)[1] == 0
    for days in (0, -1, 400):
        with pytest.raises(Faulty, match="days"):
            calendar_of(office.dana, technician(office), DAY, days)


def test_ids_differ_between_forms_and_between_databases(office: Office, tmp_path: Path) -> None:
    planned(office)
    (busy,) = events(calendar_of(office.ana, technician(office), DAY, 1, busy=True)[0])
    (full,) = events(calendar_of(office.ana, technician(office), DAY, 1)[0])
    assert busy["UID"] != full["UID"]
    with Store.create(tmp_path / "other.db") as other:
        assert calendar_salt(other) != calendar_salt(office.store)


LETTERS = st.text("ÄÖ语abcdefghiklmnoprstuvwz,;:\\\"' -=", min_size=6, max_size=24).map(lambda text: f"qq{text}q")
BUSY_LINES = (
    r"BEGIN:VCALENDAR|END:VCALENDAR|BEGIN:VEVENT|END:VEVENT|VERSION:2\.0|METHOD:PUBLISH|PRODID:-//Dispatch//dispatch-board//EN"
    r"|SUMMARY:busy|CLASS:PRIVATE|TRANSP:OPAQUE|UID:[0-9a-f]{40}|DT(START|END|STAMP):\d{8}T\d{6}Z"
)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.tuples(*[LETTERS] * 8))
def test_the_busy_form_tells_nothing(office: Office, texts: tuple[str, ...]) -> None:
    client, site, address, access, work, description, contact, phone = texts
    from dispatch.model.clients import Client, Contact, Site

    with office.lee.write("more") as unit:
        serial = int(office.store.value("SELECT count(*) FROM client"))
        client_id = clients.add_client(
            unit, Client(0, f"{client}{serial}", (Contact(contact, phone),), notes=description)
        )
        site_id = clients.add_site(unit, Site(0, client_id, site, address, "America/New_York", access_notes=access))
        new = visits.NewVisit(
            f"QX{serial}", client_id, site_id, work, 30, 3, office.dana.now, description=description, reported_by=contact,
            tags=frozenset({"qqtag"}),
        )  # fmt: skip
        visits.add_visit(unit, office.store, new)
        visit = visits.visit_by_reference(office.store, f"QX{serial}")
        assert visit is not None
        ana = technician(office)
        begins = at("08:00", serial)
        places_in_plan.place(unit, visit, [ana], begins, begins + 1800)
    text, count = calendar_of(office.dana, ana, DAY, 300, busy=True)
    assert count >= 1
    lines = text.split("\r\n")
    assert all(re.fullmatch(BUSY_LINES, line) for line in lines if line), text
    assert "Ana" not in text
    full, _ = calendar_of(office.dana, ana, DAY, 300)
    assert any(str(event["SUMMARY"]).endswith(work.strip()) for event in events(full)), full


def test_hostile_text_stays_text(office: Office) -> None:
    with office.lee.write("more") as unit:
        visit = visits.visit_by_reference(office.store, "R1")
        assert visit is not None
        unit.audit("visit", visit.id, work="changed")
        visits.change(unit, visit, work="a\\nEND:VEVENT; b, c", description="x\nBEGIN:VEVENT\nSUMMARY:forged")
    planned(office)
    (event,) = events(calendar_of(office.ana, technician(office), DAY, 1)[0])
    assert event["SUMMARY"] == "Harbor Dental: a\\nEND:VEVENT; b, c"
    assert event["DESCRIPTION"].endswith("SUMMARY:forged")


def test_files_are_private_and_never_written_over_by_accident(tmp_path: Path) -> None:
    path = tmp_path / "own.ics"
    write_private(path, "one\r\n")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"one\r\n", 0o600)
    with pytest.raises(FileThere):
        write_private(path, "two")
    path.chmod(0o644)
    write_private(path, "two", replace=True)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("two", 0o600)
    link = tmp_path / "link.ics"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileThere):
        write_private(link, "three")
    for bad in (tmp_path, tmp_path / "none" / "x.ics", tmp_path / ("x" * 300), tmp_path / "a\x00b"):
        with pytest.raises(Refusal):
            write_private(bad, "x")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link.ics", "own.ics"]


def test_a_session_over_ssh_reaches_no_files(office: Office) -> None:
    at_this_machine(office.dana)
    with pytest.raises(NotAllowed):
        at_this_machine(User(office.store, office.dana.staff, via="seat", key_id=1))


def test_by_command(firm: Dispatch, tmp_path: Path) -> None:
    path = tmp_path / "ana.ics"
    assert "0 visits of Ana Ruiz" in firm.ok("calendar", "export", str(path), "--technician", "ana", "--days", "3")
    said = firm("calendar", "export", str(path), "--technician", "ana")
    assert said.code == 1
    assert "--replace writes over it" in said.err
    firm.ok("calendar", "export", str(path), "--technician", "ana", "--replace")
    assert firm("calendar", "export", "--technician", "nobody").code == 1
    assert firm("calendar", "export", "--technician", "ana", "--date", "x").code == 1


def test_each_day_of_a_visit_of_several_is_one_event(office: Office) -> None:
    asked = {"client": "Harbor Dental", "site": "Warehouse", "work": "cabling", "minutes": "210", "days": "3"}
    reference = intake.add(office.dana, asked).reference
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at("09:00"), reason="test", confirmed=True)
    before = events(calendar_of(office.ana, technician(office), DAY, 7)[0])
    assert [str(event["SUMMARY"]) for event in before] == [f"Harbor Dental: cabling ({day}/3)" for day in (1, 2, 3)]
    assert [event["DTSTART"].dt.day for event in before] == [24, 25, 26]
    assert len({str(event["UID"]) for event in before}) == 3
    schedule.move(office.dana, reference, None, at("10:00", 2), day=3, alone=True, reason="test", confirmed=True)
    after = events(calendar_of(office.ana, technician(office), DAY, 7)[0])
    assert [event["UID"] for event in after] == [event["UID"] for event in before]
    assert [event["DTSTART"].dt for event in after[:2]] == [event["DTSTART"].dt for event in before[:2]]
    assert after[2]["DTSTART"].dt == datetime.datetime(2026, 11, 26, 15, tzinfo=datetime.UTC)
