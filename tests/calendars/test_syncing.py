"""A technician's calendar on a real server is kept equal with the board, and its busy times are absences by permission."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from typing import Any

import icalendar
import pytest

from db import people, visits
from dispatch.desk.adapters.caldav_server import connect
from dispatch.desk.adapters.calendar_file import events_of
from dispatch.desk.adapters.calendar_series import Dates
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.calendars import syncing
from dispatch.desk.calendars.permission import permit_busy
from dispatch.desk.calendars.syncing import BUSY, Synced
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.model.people import Technician
from dispatch.model.states import OCCUPYING
from tests.calendars.conftest import Cloud
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, Office, at
from tests.requests.test_calendar_export import technician

SEEN = Dates(DAY - datetime.timedelta(5), DAY + datetime.timedelta(60))


class Within:
    """The calendar there, as a test comes between."""

    def __init__(self, *where: str) -> None:
        self._real = connect(*where)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def put(self, name: str, text: str, etag: str | None) -> str:
        return self._real.put(name, text, etag)


def synced(office: Office, **options: Any) -> Synced:
    (one,) = syncing.sync_all(office.dana, **options)
    return one


def event(uid: str, start: str, end: str, *more: str) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//y//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
    ]
    return "\r\n".join(
        [*lines, f"DTSTART:{start}", f"DTEND:{end}", "SUMMARY:Dentist", *more, "END:VEVENT", "END:VCALENDAR", ""]
    )


def absences(office: Office) -> list[tuple[int, int]]:
    mine = [one for one in people.absences(office.store) if one.staff_id == technician(office).id]
    assert {one.reason for one in mine} <= {BUSY}
    return sorted((one.starts_at, one.ends_at) for one in mine)


def there(office: Office, cloud: Cloud) -> dict[str, tuple[int, int]]:
    """What of ours stands in the calendar, by its words."""
    found = {}
    for name in cloud.names():
        (one,) = icalendar.Calendar.from_ical(cloud.text(name)).walk("VEVENT")
        if str(one["SUMMARY"]) != "Dentist":
            assert str(one["SUMMARY"]) not in found, "nothing twice"
            found[str(one["SUMMARY"])] = int(one["DTSTART"].dt.timestamp()), int(one["DTEND"].dt.timestamp())
    return found


def planned(office: Office) -> dict[str, tuple[int, int]]:
    """The same of the board."""
    ana = technician(office)
    placed = visits.placed_between(office.store, at("00:00"), at("00:00", 28), technicians={ana.id})
    return {f"{one.client}: {one.work}": one.span for one in placed if one.state in OCCUPYING and one.span}


def test_visits_are_put_there_moved_and_taken_out(linked: Office, cloud: Cloud) -> None:
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    assert (synced(linked).put, there(linked, cloud)) == (1, planned(linked))
    asked = len(cloud.asked)
    assert synced(linked) == Synced("Ana Ruiz")
    assert "PUT" not in cloud.asked[asked:]
    before = cloud.names()
    schedule.move(linked.dana, "R1", None, at("13:00"), confirmed=True)
    assert (synced(linked).put, there(linked, cloud), cloud.names()) == (1, planned(linked), before)
    schedule.unassign(linked.dana, "R1", confirmed=True)
    assert (synced(linked).removed, there(linked, cloud)) == (1, {})


def test_what_is_changed_there_is_put_back(linked: Office, cloud: Cloud) -> None:
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    synced(linked)
    (name,) = cloud.names()
    text = cloud.text(name)
    start = datetime.datetime.fromtimestamp(at("09:00"), datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    cloud.put(name, text.replace(start, start.replace("T14", "T13")))
    assert (synced(linked).put_back, there(linked, cloud)) == (1, planned(linked))
    cloud.drop(name)
    assert (synced(linked).put_back, there(linked, cloud)) == (1, planned(linked))
    # a program that only writes it down otherwise changes nothing
    cloud.put(name, cloud.text(name).replace("END:VEVENT", "X-OWN:1\r\nEND:VEVENT"))
    assert synced(linked) == Synced("Ana Ruiz")
    assert "X-OWN" in cloud.text(name)
    assert visits.visit_by_reference(linked.store, "R1").starts_at == at("09:00")


def test_busy_times_are_absences_by_permission_only(linked: Office, cloud: Cloud) -> None:
    cloud.put("own.ics", event("own", "20261125T140000Z", "20261125T153000Z"))
    cloud.put("free.ics", event("free", "20261125T180000Z", "20261125T190000Z", "TRANSP:TRANSPARENT"))
    cloud.put("off.ics", event("off", "20261125T200000Z", "20261125T210000Z", "STATUS:CANCELLED"))
    synced(linked)
    assert (absences(linked), cloud.asked.count("REPORT")) == ([], 0), "nothing of them is read"
    for nobody in (linked.dana, linked.ben):
        with pytest.raises(NotAllowed):
            permit_busy(nobody, technician(linked), True)
    permit_busy(linked.ana, technician(linked), True)
    assert (synced(linked).absences, absences(linked)) == (1, [(at("09:00", 1), at("10:30", 1))])
    assert "Dentist" not in "".join(str(row) for row in linked.store.all("SELECT * FROM calendar_busy"))
    asked = cloud.asked.count("REPORT")
    assert (synced(linked), cloud.asked.count("REPORT")) == (Synced("Ana Ruiz"), asked), (
        "what is as it was is not read again"
    )
    cloud.put("own.ics", event("own", "20261125T150000Z", "20261125T153000Z"))
    assert (synced(linked).absences_gone, absences(linked)) == (1, [(at("10:00", 1), at("10:30", 1))])
    cloud.put("two.ics", event("two", "20261125T153000Z", "20261125T160000Z"))
    synced(linked)
    assert absences(linked) == [(at("10:00", 1), at("11:00", 1))], "what touches is one"
    permit_busy(linked.lee, technician(linked), False)
    synced(linked)
    assert absences(linked) == []


def test_busy_days_and_series_are_seen_as_days_go_on(linked: Office, cloud: Cloud) -> None:
    permit_busy(linked.ana, technician(linked), True)
    calendar = RECORD_STORES["calendar"].find(linked.store, "Ana")
    editing.edit(linked.lee, "calendar", calendar, {"days": "7"})
    text = event("weekly", "20261125T140000Z", "20261125T150000Z", "RRULE:FREQ=WEEKLY", "EXDATE:20261209T140000Z")
    cloud.put("weekly.ics", text)
    cloud.put(
        "day.ics",
        event("day", "x", "y")
        .replace("DTSTART:x", "DTSTART;VALUE=DATE:20261126")
        .replace("DTEND:y", "DTEND;VALUE=DATE:20261127"),
    )
    synced(linked)
    assert absences(linked) == [(at("09:00", 1), at("10:00", 1)), (at("00:00", 2), at("00:00", 3))]
    linked.go("08:00", 5)
    synced(linked)
    assert absences(linked)[2:] == [(at("09:00", 8), at("10:00", 8))], "absences that are over stay"


def test_our_own_export_in_that_calendar_is_no_busy_time(linked: Office, cloud: Cloud) -> None:
    from dispatch.desk.adapters.calendar_export import calendar_of

    permit_busy(linked.ana, technician(linked), True)
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00", 1))
    cloud.put(
        "export.ics",
        calendar_of(linked.dana, technician(linked), DAY, 3, busy=True)[0].replace("METHOD:PUBLISH\r\n", ""),
    )
    synced(linked)
    assert absences(linked) == []


@pytest.mark.parametrize(
    ("answer", "said"), [("503 Busy", "503"), ("404 Not Found", "404"), ("401 No", "login and password")]
)
def test_what_went_wrong_is_kept_and_shown(linked: Office, cloud: Cloud, answer: str, said: str) -> None:
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    cloud.refuse = answer
    assert said in synced(linked).trouble
    record = RECORD_STORES["calendar"].find(linked.store, "Ana")
    assert said in RECORD_STORES["calendar"].line(linked.store, record)
    (finding,) = syncing.findings(linked.store)
    assert (finding.good, said in finding.text) == (False, True)
    cloud.refuse = ""
    assert (synced(linked).trouble, syncing.findings(linked.store)[0].good) == ("", True)


def test_without_a_password_or_a_server_it_is_said(
    linked: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("DISPATCH_CALDAV_PASSWORD_ANA")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "dispatch-board" / "caldav-ana.password"
    file.parent.mkdir()
    file.write_text("pass: w0rd\n")
    file.chmod(0o644)
    assert "Others can read" in synced(linked).trouble
    file.chmod(0o600)
    assert synced(linked).trouble == ""
    record = RECORD_STORES["calendar"].find(linked.store, "Ana")
    editing.edit(linked.lee, "calendar", record, {"url": "http://127.0.0.1:9/x"})
    assert synced(linked).trouble.startswith("127.0.0.1: ")


def test_a_check_changes_nothing(linked: Office, cloud: Cloud) -> None:
    permit_busy(linked.ana, technician(linked), True)
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    cloud.put("own.ics", event("own", "20261125T140000Z", "20261125T153000Z"))
    seen = linked.store.value("SELECT count(*) FROM audit")
    assert synced(linked, check=True) == Synced("Ana Ruiz", put=1, absences=1)
    assert (cloud.names(), absences(linked), linked.store.value("SELECT count(*) FROM audit")) == (
        ["own.ics"],
        [],
        seen,
    )


def test_a_calendar_that_is_archived_is_emptied_of_ours(linked: Office, cloud: Cloud) -> None:
    permit_busy(linked.ana, technician(linked), True)
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    cloud.put("own.ics", event("own", "20261125T140000Z", "20261125T153000Z"))
    synced(linked)
    editing.archive(linked.lee, "calendar", RECORD_STORES["calendar"].find(linked.store, "Ana"))
    assert (synced(linked).removed, cloud.names(), absences(linked)) == (1, ["own.ics"], [])
    assert syncing.sync_all(linked.dana) == []


def test_a_sync_that_was_lost_puts_nothing_twice(linked: Office, cloud: Cloud) -> None:
    class Lost(Within):
        """Takes what is put there, and is never heard of again."""

        def put(self, name: str, text: str, etag: str | None) -> str:
            super().put(name, text, etag)
            raise KeyboardInterrupt

    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    with pytest.raises(KeyboardInterrupt):
        syncing.sync_all(linked.dana, connecting=Lost)
    assert len(cloud.names()) == 1
    schedule.unassign(linked.dana, "R1", confirmed=True)
    synced(linked)
    assert cloud.names() == []


def test_what_is_changed_while_it_is_written_to_is_looked_at_anew(linked: Office, cloud: Cloud) -> None:
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    synced(linked)
    schedule.move(linked.dana, "R1", None, at("13:00"), confirmed=True)
    left = [1, 2, 3, 4]

    class Meanwhile(Within):
        """Somebody writes to the event between our look and our hand, as often as `left` says."""

        def put(self, name: str, text: str, etag: str | None) -> str:
            if left:
                cloud.put(name, cloud.text(name).replace("SUMMARY:", f"SUMMARY:{left.pop()}"))
            return super().put(name, text, etag)

    always = synced(linked, connecting=Meanwhile)
    assert always.trouble == "it is changed again and again while it is written to"
    once = synced(linked, connecting=Meanwhile)
    assert (once.trouble, there(linked, cloud)) == ("", planned(linked))


@pytest.mark.parametrize("wanted", [True, False])
def test_what_got_another_name_there_stands_once(linked: Office, cloud: Cloud, wanted: bool) -> None:
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    synced(linked)
    (name,) = cloud.names()
    text = cloud.text(name)
    cloud.drop(name)
    cloud.put("another.ics", text)
    if not wanted:
        schedule.unassign(linked.dana, "R1", confirmed=True)
    assert synced(linked).trouble == ""
    assert cloud.names() == ([name] if wanted else [])


def test_whose_calendar_and_which_address(linked: Office, cloud: Cloud) -> None:
    assert [one.technician for one in syncing.sync_all(linked.ana, technician(linked))] == ["Ana Ruiz"]
    for whose in (None, technician(linked)):
        with pytest.raises(NotAllowed):
            syncing.sync_all(linked.ben, whose)
    with pytest.raises(Refusal, match="has no calendar here"):
        syncing.sync_all(linked.dana, technician(linked, "ben"))
    for who in (linked.dana, linked.ana):
        with pytest.raises(NotAllowed):
            editing.add(who, "calendar", {"technician": "Ben Okafor", "url": cloud.url})
    for url, said in (
        ("http://cloud.example/x", "begins with https://"),
        ("ftp://x", "is not an address"),
        ("https://a:b@c/x", "without a user"),
    ):
        with pytest.raises(Faulty, match=said):
            editing.add(linked.lee, "calendar", {"technician": "Ben Okafor", "url": url})
    with pytest.raises(Faulty, match="has a calendar here already"):
        editing.add(linked.lee, "calendar", {"technician": "Ana Ruiz", "url": cloud.url})


def _walk(office: Office, cloud: Cloud, count: int, seed: int) -> None:
    """So many random moves and deletes on both sides, brought up to date now and then; both sides end equal."""
    rng = random.Random(seed)
    ana: Technician = technician(office)
    permit_busy(office.ana, ana, True)
    references = ["R1", "R2"]
    own = 0
    for _ in range(count):
        deed = rng.randrange(6)
        reference = rng.choice(references)
        visit = visits.visit_by_reference(office.store, reference)
        spot = at(f"{rng.randrange(8, 17):02}:{rng.choice(('00', '15', '30'))}", rng.randrange(1, 20))
        names = cloud.names()
        if deed < 2 and visit.starts_at is None:
            schedule.assign(office.dana, reference, ["ana"], spot, confirmed=True, reason="as it comes")
        elif deed < 2:
            schedule.move(office.dana, reference, None, spot, confirmed=True, reason="as it comes")
        elif deed == 2 and visit.starts_at is not None:
            schedule.unassign(office.dana, reference, confirmed=True)
        elif deed == 3 and names:
            cloud.drop(rng.choice(names))
        elif deed == 4 and names:
            name = rng.choice(names)
            day = rng.randrange(1, 28)
            (there_,) = icalendar.Calendar.from_ical(cloud.text(name)).walk("VEVENT")
            cloud.put(name, event(str(there_["UID"]), f"202612{day:02}T140000Z", f"202612{day:02}T150000Z"))
        elif deed == 5 and len(names) < 12:
            own += 1
            day = rng.randrange(1, 20)
            cloud.put(
                f"own-{own}.ics",
                event(f"own-{own}", f"202612{day:02}T{rng.randrange(12, 22)}0000Z", f"202612{day:02}T230000Z"),
            )
        if rng.random() < 0.3:
            assert synced(office).trouble == ""
    assert synced(office).trouble == ""
    assert there(office, cloud) == planned(office)
    busy = [
        (row.start, row.end)
        for name in cloud.names()
        if name.startswith("own-")
        for row in events_of(cloud.text(name), name, SEEN)
    ]
    minutes = {minute for start, end in absences(office) for minute in range(start, end, 60)}
    wanted = set()
    for start, end in busy:
        first, last = (int(datetime.datetime.fromisoformat(text).timestamp()) for text in (start, end))
        wanted |= set(range(first, last, 60)) if first < at("00:00", 28) else set()
    assert minutes == wanted
    assert synced(office) == Synced("Ana Ruiz")


def test_random_moves_from_both_sides_end_equal(linked: Office, cloud: Cloud) -> None:
    _walk(linked, cloud, 40, 1)


@pytest.mark.long
def test_a_thousand_random_moves_from_both_sides_end_equal(linked: Office, cloud: Cloud) -> None:
    _walk(linked, cloud, 1_000, 2)


def test_by_command(firm: Dispatch, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_CALDAV_PASSWORD_ANA", "pass: w0rd")
    assert "No calendar is linked." in firm.ok("calendar", "sync")
    said = firm.ok(
        "calendar", "add", "--technician", "ana", "--url", cloud.url, "--login", "ana", "--busy", "no", "--as", "lee"
    )
    assert "Added calendar Ana Ruiz." in said
    assert "Ana Ruiz: up to date already" in firm.ok("calendar", "sync")
    assert firm.json("calendar", "list", "--json")[0]["url"] == cloud.url
    assert "are absences here" in firm.ok("calendar", "busy", "yes", "--technician", "ana", "--as", "lee")
    (told,) = firm.json("calendar", "sync", "--check", "--json")
    assert (told["technician"], told["put"], told["trouble"]) == ("Ana Ruiz", 0, "")
    assert "calendars" in firm.ok("doctor")
    cloud.refuse = "503 Busy"
    assert firm("calendar", "sync").code == 1
    assert "BAD   calendars" in firm("doctor").out
    assert replace(Synced("x"), put=1).words == "x: 1 put"


def test_each_day_of_a_visit_of_several_stands_there(linked: Office, cloud: Cloud) -> None:
    asked = {"client": "Harbor Dental", "site": "Warehouse", "work": "cabling", "minutes": "210", "days": "3"}
    reference = intake.add(linked.dana, asked).reference
    schedule.assign(linked.dana, reference, ["ana"], at("09:00"), reason="test", confirmed=True)
    assert synced(linked).put == 3
    names = cloud.names()
    assert sorted(there(linked, cloud)) == [f"Harbor Dental: cabling ({day}/3)" for day in (1, 2, 3)]
    schedule.move(linked.dana, reference, None, at("10:00", 2), day=3, alone=True, reason="test", confirmed=True)
    synced(linked)
    assert (cloud.names(), there(linked, cloud)["Harbor Dental: cabling (3/3)"][0]) == (names, at("10:00", 2))
    schedule.unassign(linked.dana, reference, day=2, confirmed=True)
    assert (synced(linked).removed, list(there(linked, cloud))) == (2, ["Harbor Dental: cabling (1/3)"])
