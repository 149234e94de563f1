"""Calendar files: what an event becomes, how its site is found, and what no file can do to us."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import clients, visits
from dispatch.desk.adapters.calendar_event import COLUMNS
from dispatch.desk.adapters.calendar_file import read_calendar
from dispatch.desk.files.table import Stopped, Unreadable, unwatched
from dispatch.desk.files.verdicts import ImportReport
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty
from dispatch.model.clients import Client, Site
from dispatch.model.instants import at_local, parse_iso
from dispatch.model.text import show
from dispatch.model.visits import Visit
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, ZONE, Office
from tests.quick import examples


def event(**properties: str) -> str:
    """An event; an empty value leaves the property out."""
    own = {
        "UID": "1@test",
        "SUMMARY": "Harbor Dental, Annex: printer",
        "DTSTART": "20261125T140000Z",
        "DURATION": "PT45M",
    }
    lines = [f"{name}:{value}" for name, value in (own | properties).items() if value]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


def take(office: Office, tmp_path: Path, *events: str, **options: Any) -> ImportReport:
    path = tmp_path / "own.ics"
    path.write_bytes(calendar(*events).encode())
    watch = options.pop("watch", unwatched)
    return import_file(office.dana, "calendar", path, How(**options), watch)


def only(report: ImportReport) -> Any:
    (row,) = report.rows
    return row


def made(office: Office, reference: str = "R1001") -> Visit:
    visit = visits.visit_by_reference(office.store, reference)
    assert visit is not None
    return visit


def faults(report: ImportReport) -> list[str]:
    return [f"{fault.field} {fault.value!r}: {fault.expected}" for row in report.rows for fault in row.faults]


def test_an_event_becomes_a_request(office: Office, tmp_path: Path) -> None:
    report = take(office, tmp_path, event(DESCRIPTION="Third floor\\, ask for Jo"))
    assert (only(report).verdict, only(report).reference, report.applied) == ("new", "R1001", True)
    visit = made(office)
    assert (visit.client, visit.site, visit.work) == ("Harbor Dental", "Annex", "Harbor Dental, Annex: printer")
    assert (visit.minutes, visit.wanted_on.isoformat() if visit.wanted_on else "") == (45, "2026-11-25")
    assert visit.promised == (parse_iso("2026-11-25T09:00:00-05:00"), parse_iso("2026-11-25T09:45:00-05:00"))
    assert (visit.description, visit.priority) == ("Third floor, ask for Jo", 3)


@pytest.mark.parametrize(
    ("start", "length", "promised", "minutes"),
    [
        ("DTSTART;TZID=America/New_York:20261125T090000", "PT30M", ("09:00", "09:30"), 30),
        ("DTSTART;TZID=Eastern Standard Time:20261125T090000", "PT2H", ("09:00", "10:00"), 120),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/America/Chicago:20261125T090000",
            "PT1H",
            ("10:00", "11:00"),
            60,
        ),
        ("DTSTART:20261125T090000", "PT1H", ("09:00", "10:00"), 60),
        ("DTSTART:20261125T140000Z", "PT90S", ("09:00", "09:02"), 2),
    ],
)
def test_start_and_length(
    office: Office, tmp_path: Path, start: str, length: str, promised: tuple[str, str], minutes: int
) -> None:
    plain = event(DTSTART="", DURATION=length).replace("END:VEVENT", f"{start}\r\nEND:VEVENT")
    assert not faults(take(office, tmp_path, plain))
    day = DAY.replace(day=25)
    assert made(office).promised == tuple(at_local(day, clock, ZONE) for clock in promised)
    assert made(office).minutes == minutes


def test_the_repeated_hour_is_its_first_and_the_skipped_one_goes_on(office: Office, tmp_path: Path) -> None:
    for uid, wall, instant in (
        ("a", "20261101T013000", "2026-11-01T01:30:00-04:00"),
        ("b", "20270314T023000", "2027-03-14T03:30:00-04:00"),
    ):
        report = take(office, tmp_path, event(UID=uid, DTSTART=wall))
        promised = made(office, only(report).reference).promised
        assert promised is not None
        assert promised[0] == parse_iso(instant)


def test_all_day_is_a_wanted_date_without_a_window(office: Office, tmp_path: Path) -> None:
    whole = event(DTSTART="", DURATION="").replace("END:VEVENT", "DTSTART;VALUE=DATE:20261126\r\nEND:VEVENT")
    take(office, tmp_path, whole, minutes=90)
    assert (made(office).promised, made(office).minutes) == (None, 90)
    assert str(made(office).wanted_on) == "2026-11-26"
    # an assumed length is no correction of one that somebody set
    assert only(take(office, tmp_path, whole)).verdict == "unchanged"
    longer = whole.replace("END:VEVENT", "DTEND;VALUE=DATE:20261129\r\nEND:VEVENT")
    assert faults(take(office, tmp_path, longer, check=True)) == ["dtend '': it lasts 3 days, and a visit is on one"]


def test_twice_is_as_good_as_once_and_a_change_differs(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, event())
    again = take(office, tmp_path, event())
    assert (only(again).verdict, again.applied) == ("unchanged", False)
    moved = event(DTSTART="20261126T140000Z")
    differs = take(office, tmp_path, moved)
    assert only(differs).verdict == "differs"
    assert [one.field for one in only(differs).differences] == ["date", "promised_from", "promised_to"]
    assert str(made(office).wanted_on) == "2026-11-25"
    assert only(take(office, tmp_path, moved, update=True)).verdict == "updated"
    assert str(made(office).wanted_on) == "2026-11-26"
    assert len(visits.uids(office.store)) == 1


def test_the_latest_day_goes_along_with_an_event_that_is_moved(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, event())
    intake.amend(office.dana, "R1001", {"latest": "2026-11-26"})
    assert only(take(office, tmp_path, event(DTSTART="20261202T140000Z"), update=True)).verdict == "updated"
    assert (str(made(office).wanted_on), str(made(office).latest_on)) == ("2026-12-02", "2026-12-02")


def test_a_visit_that_is_over_is_left_alone(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, event())
    schedule.cancel(office.dana, "R1001", "not needed")
    report = take(office, tmp_path, event(DURATION="PT2H"), update=True)
    assert faults(report) == ["reference '': the visit is over (cancelled); an import does not change it"]


def test_cancelled_events(office: Office, tmp_path: Path) -> None:
    gone = event(STATUS="CANCELLED")
    assert only(take(office, tmp_path, gone)).verdict == "skipped"
    take(office, tmp_path, event())
    assert only(take(office, tmp_path, gone)).verdict == "differs"
    assert only(take(office, tmp_path, gone, update=True)).verdict == "updated"
    assert (made(office).state, made(office).reason) == (
        "cancelled",
        "cancelled in the calendar that it was taken from",
    )
    assert only(take(office, tmp_path, gone)).verdict == "unchanged"


def test_one_event_twice_in_a_file(office: Office, tmp_path: Path) -> None:
    report = take(office, tmp_path, event(), event(SUMMARY="Harbor Dental Annex again"))
    assert [row.verdict for row in report.rows] == ["new", "refused"]
    assert not visits.uids(office.store)
    other = event(**{"RECURRENCE-ID": "20261202T140000Z", "DTSTART": "20261203T140000Z"})
    assert [row.verdict for row in take(office, tmp_path, event(), other).rows] == ["new", "new"]


def test_an_event_without_a_uid_is_known_again(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, event(UID=""))
    assert only(take(office, tmp_path, event(UID=""))).verdict == "unchanged"


def test_since_leaves_out_what_is_over(office: Office, tmp_path: Path) -> None:
    old = event(DTSTART="20261101T140000Z")
    assert any("overdue" in warning for warning in only(take(office, tmp_path, old, check=True)).warnings)
    assert only(take(office, tmp_path, old, since=DAY)).verdict == "skipped"
    assert only(take(office, tmp_path, event(), since=DAY)).verdict == "new"


# which site


@pytest.fixture
def town(office: Office) -> Office:
    """More clients: one at the address of another, one whose name holds another's."""
    with office.lee.write("more") as unit:
        for name, sites in (
            ("Harbor", {"Pier": "9 Dock Road, Columbus"}),
            ("Elm Clinic", {"Main office": "11 Front Street", "Lab": "12 Elm Street"}),
            ("Tenant", {"Suite 4": "9 Dock Road, Columbus"}),
        ):
            client_id = clients.add_client(unit, Client(0, name))
            for site, address in sites.items():
                clients.add_site(unit, Site(0, client_id, site, address, ZONE))
    return office


@pytest.mark.parametrize(
    ("location", "summary", "expected"),
    [
        ("1 Front Street, Columbus OH 43215", "printer", {"Harbor Dental / Main office"}),
        ("11 Front Street", "printer", {"Elm Clinic / Main office"}),
        ("", "harbor dental (WAREHOUSE)", {"Harbor Dental / Warehouse"}),
        ("", "Harbor: cable", {"Harbor / Pier"}),
        ("9 dock road", "cable", {"Harbor / Pier", "Tenant / Suite 4"}),
        ("9 Dock Road", "Tenant cable", {"Tenant / Suite 4"}),
        ("Harbor Dental", "the annex printer", {"Harbor Dental / Annex"}),
        ("", "Elm Clinic", {"Elm Clinic / Lab", "Elm Clinic / Main office"}),
        ("Elm Clinic, Lab", "Harbor cable", {"Elm Clinic / Lab", "Harbor / Pier"}),
        ("Suite 4", "cable", {"Tenant / Suite 4"}),
        ("Main office", "cable", {"Elm Clinic / Main office", "Harbor Dental / Main office"}),
        ("elsewhere", "harbors", set()),
    ],
)
def test_which_site_is_meant(town: Office, tmp_path: Path, location: str, summary: str, expected: set[str]) -> None:
    read = event(LOCATION=location.replace(",", "\\,"), SUMMARY=summary.replace(",", "\\,"))
    row = only(take(town, tmp_path, read))
    if len(expected) == 1:
        assert {f"{made(town).client} / {made(town).site}"} == expected
    else:
        assert (row.verdict, set(row.question.candidates)) == ("refused", expected)


def test_what_is_said_about_a_text_holds(office: Office, tmp_path: Path) -> None:
    unknown = event(SUMMARY="Cable", LOCATION="The usual place")
    report = take(office, tmp_path, unknown)
    assert faults(report) == ["location 'The usual place': names no site that we know"]
    assert only(report).question.text == "The usual place"
    take(office, tmp_path, unknown, mapping={"the usual PLACE": "Harbor Dental / Annex"})
    assert made(office).site == "Annex"
    # and is remembered by the visit
    assert only(take(office, tmp_path, unknown)).verdict == "unchanged"
    with pytest.raises(Faulty, match="no site 'Moon'"):
        take(office, tmp_path, unknown, mapping={"x": "Moon"})


# repeating


def test_a_repeating_event_is_offered_as_a_recurring_visit(office: Office, tmp_path: Path) -> None:
    row = only(take(office, tmp_path, event(RRULE="FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;UNTIL=20271231T000000Z")))
    assert row.verdict == "refused"
    assert row.offer == {
        "site": "Harbor Dental / Annex", "work": "Harbor Dental, Annex: printer", "rule": "every 2 weeks on wed",
        "starts": "2026-11-25", "ends": "2027-12-31", "minutes": "45", "promised": "09:00-09:45",
    }  # fmt: skip


# what cannot be taken


@pytest.mark.parametrize(
    ("properties", "fault"),
    [
        ({"SUMMARY": "", "LOCATION": "Harbor Dental Annex"}, "summary '': is missing"),
        ({"DTSTART": ""}, "dtstart '': is missing"),
        ({"DTSTART": "tomorrow"}, "dtstart '': cannot be read"),
        ({"DTSTART": "19000101T090000Z"}, "dtstart '': is not a date and time from 1970 to 2199"),
        ({"DURATION": ""}, "dtend '': the event has no length: give it an end"),
        ({"DURATION": "-PT1H"}, "dtend '': the event lasts -60 minutes: 1 to 1,440 can be"),
        ({"DURATION": "P9D"}, "dtend '': the event lasts 12,960 minutes: 1 to 1,440 can be"),
        (
            {"SUMMARY": "Harbor Dental Annex \x1b[2J"},
            "summary 'Harbor Dental Annex ␛[2J': holds the control character U+001B",
        ),
        ({"UID": "x" * 2000}, "uid '': longer than 1024 characters"),
        ({"DESCRIPTION": "y" * 10_001}, f"description '{'y' * 39}…': longer than 10000 characters"),
    ],
)
def test_an_event_is_refused_with_its_reason(
    office: Office, tmp_path: Path, properties: dict[str, str], fault: str
) -> None:
    report = take(office, tmp_path, event(**properties))
    assert fault in faults(report)
    assert not report.applied


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"client,site\r\na,b\r\n", "is no calendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "is no calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n", "ends in the middle of VEVENT"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "ends what was not begun"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 100_000, "nested more than 8 deep"),
        (b"BEGIN:VCALENDAR\r\nX:" + b"y" * 200_000, "a line of more than 100,000"),
        (b"BEGIN:VCALENDAR\r\nX:\x00\r\nEND:VCALENDAR\r\n", "NUL byte"),
        (b"BEGIN:VCALENDAR\r\nX:\xff\r\nEND:VCALENDAR\r\n", "not UTF-8"),
        (b"\xff\xfeB\x00", "UTF-16"),
        (b"BEGIN:VCALENDAR\r\n" + b"X-FILL:yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 600_000, "is larger than"),
        (calendar(*["BEGIN:VEVENT\r\nEND:VEVENT"] * 10_001).encode(), "more than 10,000 events"),
    ],
)
def test_what_is_no_calendar_is_refused_at_once(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.ics"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=said):
        read_calendar(path)


def test_a_zone_that_never_ends_costs_nothing(office: Office, tmp_path: Path) -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY\r\n"
        "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+1400\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    )
    start = event(DTSTART="").replace("END:VEVENT", "DTSTART;TZID=America/New_York:20261125T090000\r\nEND:VEVENT")
    alarm = start.replace("END:VEVENT", "BEGIN:VALARM\r\nDTSTART:x\r\nSUMMARY:y\r\nEND:VALARM\r\nEND:VEVENT")
    began = time.process_time()
    take(office, tmp_path, zone, alarm)
    assert time.process_time() - began < 5
    assert made(office).promised == (parse_iso("2026-11-25T09:00:00-05:00"), parse_iso("2026-11-25T09:45:00-05:00"))
    assert made(office).work == "Harbor Dental, Annex: printer"


SEEN = (
    "BEGIN:VEVENT END:VEVENT BEGIN:VCALENDAR END:VCALENDAR UID:1 SUMMARY:x DTSTART:20261125T090000 DTSTART;TZID=X:1 "
    "DTSTART;VALUE=DATE:20261125 DURATION:PT1H DURATION:P99999999999D DTEND:x RRULE:FREQ=DAILY RRULE:; STATUS:CANCELLED "
    'RECURRENCE-ID:20261125T090000Z SUMMARY;X="y:z LOCATION:\\n\\, : ; BEGIN: DTSTART;TZID=../../x:20261125T090000'
)
PARTS = st.sampled_from(SEEN.split()) | st.text(max_size=20)


@settings(max_examples=examples(200))
@given(lines=st.lists(PARTS, max_size=12), framed=st.booleans())
def test_no_text_makes_the_reader_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], framed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ics"
    inside = ["BEGIN:VEVENT", *lines, "END:VEVENT"] if framed else lines
    path.write_bytes(calendar(*inside).encode("utf-8", "surrogatepass"))
    try:
        rows = read_calendar(path).rows
    except Unreadable as refusal:
        said = str(refusal)
    else:
        said = ""
        assert {len(row.cells) for row in rows} <= {len(COLUMNS)}
    assert show(said) == said


def test_it_can_be_stopped_and_nothing_is_changed(office: Office, tmp_path: Path) -> None:
    def watch(doing: str, done: int, of: int) -> None:
        if doing == "saving" and done == 1:
            raise Stopped("enough")

    with pytest.raises(Stopped):
        take(office, tmp_path, event(), event(UID="2"), watch=watch)
    assert not visits.uids(office.store)


def test_by_command(firm: Dispatch, tmp_path: Path) -> None:
    client = firm.json("client", "list", "--json")[0]["name"]
    site = firm.json("client", "show", client, "--json")["sites"][0]
    path = tmp_path / "week.ics"
    path.write_text(calendar(event(SUMMARY="Cable"), event(UID="2", SUMMARY="Cable", DTSTART="20200101T090000Z")))
    said = firm("import", "calendar", str(path))
    assert said.code == 1
    assert "week.ics event 1: summary 'Cable': names no site that we know" in said.err
    name = site["name"] if isinstance(site, dict) else site
    mapped = ["--map", f"Cable={client} / {name}", "--since", "2026-11-24"]
    assert "1 new, 1 skipped" in firm.ok("import", "calendar", str(path), *mapped)
    assert firm("import", "calendar", str(path), "--since", "x").code == 1
    report = firm.json("import", "calendar", str(path), *mapped, "--json")
    assert report["counts"] == {"new": 0, "updated": 0, "unchanged": 1, "differs": 0, "skipped": 1, "refused": 0}
