"""Calendar files as five programs write them: Outlook and Exchange, Google, Apple, Thunderbird, Nextcloud and Fastmail."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Any

import pytest

from db import visits
from dispatch.desk.adapters import calendar_export
from dispatch.desk.adapters.calendar_zones import DefinedZone, defined
from dispatch.desk.files.table import Unreadable
from dispatch.desk.files.verdicts import ImportReport
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.plan import schedule
from dispatch.desk.texts.import_words import report_lines
from dispatch.desk.visits.steps import crew_of
from dispatch.model.states import ENDED, State
from dispatch.model.text import show
from tests.desk.conftest import DAY, ZONE, Office, at
from tests.imports.test_calendar import calendar, event, made, only, take

FILES = Path(__file__).parents[1] / "data" / "calendars"


def taken(office: Office, name: str, **options: Any) -> ImportReport:
    return import_file(office.dana, "calendar", FILES / f"{name}.ics", How(**options))


def verdicts(report: ImportReport) -> list[str]:
    return [row.verdict.value for row in report.rows]


def made_of(office: Office, uid: str) -> Any:
    return visits.visit_by_id(office.store, visits.uids(office.store)[uid])


def test_outlook(office: Office) -> None:
    report = taken(office, "outlook-week")
    assert verdicts(report) == ["new", "new", "new", "skipped"], list(report_lines(report))
    first, zoned, whole = (made(office, row.reference) for row in report.rows[:3])
    assert (first.site, first.work, first.minutes) == ("Annex", "Printer on the third floor; ask for Jo", 75)
    assert first.description == "Badge at the desk, then third floor & left.\n\nRing twice."
    assert first.promised == (at("09:00", 1), at("10:00", 1))
    # the zone that the file defines is an hour behind ours
    assert (zoned.site, zoned.promised) == ("Main office", (at("11:00", 2), at("12:00", 2)))
    assert (whole.wanted_on, whole.promised) == (DAY + datetime.timedelta(3), None)


def test_a_cancellation_by_its_method_cancels_the_visit(office: Office) -> None:
    assert verdicts(taken(office, "outlook-cancel")) == ["skipped"]
    # what was cancelled before it was read stays cancelled, for it is the older state
    assert verdicts(taken(office, "outlook-week"))[1] == "skipped"
    assert "outlook-customized-zone" not in visits.uids(office.store)


def test_a_cancellation_cancels_what_was_taken(office: Office) -> None:
    taken(office, "outlook-week")
    visit = made_of(office, "outlook-customized-zone")
    schedule.assign(office.dana, visit.reference, ["ana"], at("11:00", 2))
    report = taken(office, "outlook-cancel")
    assert (verdicts(report), visits.again(office.store, visit).state) == (["differs"], State.PLANNED)
    assert "--update takes the file over what differs" in next(iter(report_lines(report)))
    assert verdicts(taken(office, "outlook-cancel", update=True)) == ["updated"]
    cancelled = visits.again(office.store, visit)
    assert (cancelled.state, cancelled.reason) == (State.CANCELLED, "cancelled in the calendar that it was taken from")
    assert verdicts(taken(office, "outlook-cancel", update=True)) == ["unchanged"]
    # the older request changes nothing any more
    assert verdicts(taken(office, "outlook-week", update=True))[1] == "skipped"


def test_a_visit_that_has_begun_refuses_no_cancellation(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, event(SUMMARY="Harbor Dental Main office: printer"))
    office.on_site("R1001")
    gone, new = event(STATUS="CANCELLED", SEQUENCE="1"), event(UID="2", SUMMARY="Harbor Dental Annex")
    report = take(office, tmp_path, gone, new, update=True)
    assert (verdicts(report), report.applied) == (["skipped", "new"], True)
    assert "own.ics: 1 event skipped: cancelled, but not R1001 (on site): that has begun" in list(report_lines(report))
    assert made(office).state is State.ON_SITE


def test_google(office: Office) -> None:
    report = taken(office, "google", until=DAY + datetime.timedelta(60))
    assert verdicts(report) == ["new", "new", "new", "skipped", "new", "new"], list(report_lines(report))
    assert made(office, report.rows[0].reference).description == "Printer on the third floor\nask for Jo & ring here"
    assert made(office, report.rows[1].reference).promised is None
    dates = {visit.wanted_on for uid, id_ in visits.uids(office.store).items() if uid.startswith("weeklybackup")
             for visit in [visits.visit_by_id(office.store, id_)]}  # fmt: skip
    # the second was moved to the day after, the third is left out
    assert dates == {datetime.date(2026, 11, 25), datetime.date(2026, 12, 3), datetime.date(2026, 12, 16)}
    again = taken(office, "google", until=DAY + datetime.timedelta(60), update=True)
    assert set(verdicts(again)) == {"unchanged", "skipped"}


def test_a_series_is_offered_as_a_recurring_visit_or_taken_date_by_date(office: Office) -> None:
    report = taken(office, "google", check=True)
    (fault,) = report.rows[2].faults
    said = "take its dates as single visits with --until DAY"
    assert fault.expected == f"the event repeats (not on 2026-12-09): {said}"


def test_a_date_that_is_left_out_later_cancels_its_visit(office: Office, tmp_path: Path) -> None:
    until = DAY + datetime.timedelta(20)
    take(office, tmp_path, event(RRULE="FREQ=WEEKLY"), until=until)
    assert len(visits.uids(office.store)) == 3
    without = event(RRULE="FREQ=WEEKLY", EXDATE="20261202T140000Z", SEQUENCE="1")
    report = take(office, tmp_path, without, until=until, update=True)
    assert verdicts(report) == ["unchanged", "updated", "unchanged"]
    assert made(office, "R1002").state is State.CANCELLED
    whole = event(RRULE="FREQ=WEEKLY", STATUS="CANCELLED", SEQUENCE="2")
    assert only(take(office, tmp_path, whole, update=True)).verdict == "updated"
    assert {made(office, f"R100{number}").state for number in (1, 2, 3)} == {State.CANCELLED}


def test_a_series_and_its_dates_are_cancelled_in_one_file(office: Office, tmp_path: Path) -> None:
    take(
        office,
        tmp_path,
        event(RRULE="FREQ=WEEKLY"),
        event(UID="2", DTSTART="20261126T140000Z"),
        until=DAY + datetime.timedelta(9),
    )
    late = {"STATUS": "CANCELLED", "SEQUENCE": "1"}
    dates = [event(**late, **{"RECURRENCE-ID": f"202611{day}T140000Z"}) for day in (25, 25)]
    unnamed = event(UID="x" * 2000, STATUS="CANCELLED")
    report = take(
        office, tmp_path, event(**late), *dates, event(UID="1@test", SUMMARY="off", **late), unnamed, update=True
    )
    assert (report.refused, report.applied) == (0, True)
    states = {uid: visits.visit_by_id(office.store, id_).state for uid, id_ in visits.uids(office.store).items()}
    assert {uid for uid, state in states.items() if state is not State.CANCELLED} == {"2"}


def test_apple(office: Office) -> None:
    report = taken(office, "apple")
    assert verdicts(report) == ["new", "new"], list(report_lines(report))
    first, floating = (made(office, row.reference) for row in report.rows)
    assert (first.work, first.promised) == ("Prüfgerät für Zähne – grün", (at("09:00", 1), at("10:00", 1)))
    assert (floating.promised, floating.minutes) == ((at("09:00", 2), at("10:00", 2)), 90)


def test_thunderbird(office: Office) -> None:
    report = taken(office, "thunderbird")
    assert verdicts(report) == ["new", "skipped"]
    visit = made(office, report.rows[0].reference)
    assert (visit.promised, visit.description) == ((at("10:00", 1), at("11:00", 1)), "Ask for Jo")


def test_nextcloud_and_fastmail(office: Office) -> None:
    report = taken(office, "nextcloud")
    assert verdicts(report) == ["new", "skipped", "skipped", "new"]
    assert made(office, report.rows[0].reference).promised == (at("09:00", 1), at("09:45", 1))
    assert made_of(office, "twice@fastmail.example").wanted_on == DAY + datetime.timedelta(2)
    said = list(report_lines(report))
    assert "nextcloud.ics: 1 event skipped: an answer to an invitation, and no request" in said
    assert "nextcloud.ics: 1 event skipped: event 4 is a newer state of it" in said


def test_an_older_state_never_overwrites_a_newer_one(office: Office, tmp_path: Path) -> None:
    def state(sequence: int, stamp: str, start: str) -> str:
        return event(SEQUENCE=str(sequence), DTSTAMP=stamp, DTSTART=start)

    take(office, tmp_path, state(1, "20261122T090000Z", "20261126T140000Z"))
    for older in (state(0, "20261123T090000Z", "20261127T140000Z"), state(1, "20261121T090000Z", "20261127T140000Z")):
        report = take(office, tmp_path, older, update=True)
        assert (only(report).verdict, made(office).wanted_on) == ("skipped", DAY + datetime.timedelta(2))
        assert any("an older state" in line for line in report_lines(report))
    # a newer state that says the same is remembered too
    assert only(take(office, tmp_path, state(3, "20261123T090000Z", "20261126T140000Z"))).verdict == "unchanged"
    assert (
        only(take(office, tmp_path, state(2, "20261124T090000Z", "20261127T140000Z"), update=True)).verdict == "skipped"
    )
    assert (
        only(take(office, tmp_path, state(4, "20261124T100000Z", "20261127T140000Z"), update=True)).verdict == "updated"
    )
    # a refused file is not remembered
    bad = event(UID="9", SUMMARY="nowhere")
    take(office, tmp_path, state(7, "20261124T100000Z", "20261127T140000Z"), bad)
    assert (
        only(take(office, tmp_path, state(5, "20261124T100000Z", "20261130T140000Z"), update=True)).verdict == "updated"
    )


def test_what_cannot_be_taken_over_is_not_offered(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, event())
    schedule.cancel(office.dana, "R1001", "not needed")
    report = take(office, tmp_path, event(DURATION="PT2H"))
    first, *found = report_lines(report)
    assert (verdicts(report), "--update" in first) == (["differs"], False)
    assert "own.ics event 1: reference: the visit is over (cancelled); an import does not change it" in found


@pytest.mark.parametrize("busy", [False, True])
def test_our_own_export_makes_no_visits(office: Office, tmp_path: Path, busy: bool) -> None:
    schedule.assign(office.dana, "R1", ["ana"], at("09:00"))
    visit = visits.visit_by_reference(office.store, "R1")
    (ana,) = crew_of(office.store, visit)
    text, count = calendar_export.calendar_of(office.dana, ana, DAY, 1, busy=busy)
    path = tmp_path / "back.ics"
    # as another program keeps it: with a name and a state of its own
    path.write_text(text.replace("-//Dispatch//dispatch-board//EN", "-//Google Inc//Google Calendar 70.9054//EN"))
    schedule.move(office.dana, "R1", None, at("11:00"), confirmed=True)
    before = office.store.value("SELECT count(*) FROM visit")
    report = import_file(office.dana, "calendar", path, How(update=True))
    assert (verdicts(report), count) == (["skipped"], 1)
    assert office.store.value("SELECT count(*) FROM visit") == before


def test_letters_that_are_folded_in_their_middle_and_a_mark_of_byte_order(office: Office, tmp_path: Path) -> None:
    text = calendar(event(SUMMARY="Harbor Dental Annex: Zähler")).encode()
    at_ = text.index("ä".encode()) + 1
    for number, (data, newline) in enumerate(((b"\xef\xbb\xbf", b"\r\n"), (b"", b"\n"))):
        path = tmp_path / f"{number}.ics"
        folded = text[:at_] + b"\r\n " + text[at_:]
        path.write_bytes(data + folded.replace(b"\r\n", newline))
        report = import_file(office.dana, "calendar", path, How())
        assert verdicts(report) == [("new", "unchanged")[number]]
    assert made(office).work == "Harbor Dental Annex: Zähler"
    (tmp_path / "latin.ics").write_bytes(text.decode().encode("latin-1"))
    with pytest.raises(Exception, match=r"latin\.ics is not UTF-8: line 5 holds the byte 0xE4; save it as UTF-8\.$"):
        import_file(office.dana, "calendar", tmp_path / "latin.ics", How())


@pytest.mark.parametrize(
    ("summary", "work"),
    [
        ("Canceled: Harbor Dental Annex", None),
        ("Cancelled: Harbor Dental Annex", None),
        ("Canceled event: Harbor Dental Annex", None),
        ("Abgesagt: Harbor Dental Annex", None),
        ("Annulé : Harbor Dental Annex", None),
        ("Harbor Dental Annex: cancelled: no, moved", "Harbor Dental Annex: cancelled: no, moved"),
    ],
)
def test_how_a_summary_says_that_it_is_off(office: Office, tmp_path: Path, summary: str, work: str | None) -> None:
    report = take(office, tmp_path, event(SUMMARY=summary))
    assert only(report).verdict == ("skipped" if work is None else "new")
    if work:
        assert made(office).work == work


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("DTSTART:20261125", None),
        ("DTSTART;VALUE=DATE:20261125", None),
        ("DTSTART;TZID=eastern standard time:20261125T090000", "09:00"),
        ('DTSTART;TZID="W. Europe Standard Time":20261125T150000', "09:00"),
        ('DTSTART;TZID="tzone://Microsoft/Utc":20261125T140000', "09:00"),
        ('DTSTART;TZID="(UTC-06:00) Central Time (US & Canada)":20261125T080000', "09:00"),
        ('DTSTART;TZID="(GMT+01.00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna":20261125T150000', "09:00"),
        ("DTSTART;TZID=(UTC-06:00) Central Time (US & Canada):20261125T080000", "09:00"),
        ('DTSTART;TZID="(UTC) Coordinated Universal Time":20261125T140000', "09:00"),
        ("DTSTART;TZID=America/Chicago:20261125T140000Z", "09:00"),
        ("DTSTART;VALUE=DATE-TIME;TZID=America/Chicago:20261125T080000", "09:00"),
    ],
)
def test_how_a_start_is_written(office: Office, tmp_path: Path, written: str, clock: str | None) -> None:
    length = {"DURATION": ""} if clock is None else {}
    plain = event(DTSTART="", **length).replace("END:VEVENT", f"{written}\r\nEND:VEVENT")
    report = take(office, tmp_path, plain)
    assert only(report).verdict == "new", list(report_lines(report))
    assert made(office).wanted_on == DAY + datetime.timedelta(1)
    assert made(office).promised == (None if clock is None else (at(clock, 1), at("09:45", 1)))


def zone(*rules: tuple[str, str, str, str]) -> DefinedZone | None:
    lines = ["TZID:x"]
    for start, before, after, rule in rules:
        lines += [
            "BEGIN:STANDARD",
            f"DTSTART:{start}",
            f"TZOFFSETFROM:{before}",
            f"TZOFFSETTO:{after}",
            rule,
            "END:STANDARD",
        ]
    return defined([*lines, "END:VTIMEZONE"])


@pytest.mark.parametrize("zone_name", ["America/New_York", "Europe/Berlin"])
def test_a_zone_as_a_file_defines_it_has_the_instants_of_the_real_one(zone_name: str) -> None:
    from dispatch.model.instants import Unclear, at_wall

    new_york = (
        ("20070311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
        ("20071104T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
    )
    berlin = (
        ("19810329T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
        ("19961027T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
    )
    own = zone(*(new_york if zone_name == "America/New_York" else berlin))
    wall = datetime.datetime(2026, 1, 1)
    while wall.year < 2028:
        assert own.instant(wall) == at_wall(wall, zone_name, Unclear.CALENDAR), wall
        wall += datetime.timedelta(minutes=30)


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=YEARLY;INTERVAL=0",
        "RRULE:FREQ=YEARLY;BYHOUR=1",
        "RRULE:FREQ=YEARLY;BYMONTH=x",
    ],
)
def test_a_definition_that_is_not_followed_is_none(rule: str) -> None:
    assert zone(("19700101T000000", "+0000", "+0100", rule)) is None
    assert zone(("19700101T000000", "nothing", "+0100", "")) is None
    assert zone(("19180331T020000", "+0000", "+0100", "RRULE:FREQ=YEARLY;UNTIL=19200328T070000Z;BYMONTH=3;BYDAY=-1SU"))


def test_an_unknown_zone_is_named(office: Office, tmp_path: Path) -> None:
    start = event(DTSTART="").replace("END:VEVENT", "DTSTART;TZID=Moon Time:20261125T090000\r\nEND:VEVENT")
    (fault,) = only(take(office, tmp_path, start)).faults
    assert fault.expected == "the time zone 'Moon Time' is not known; export the calendar in UTC"
    assert show(fault.expected) == fault.expected
    assert ZONE


NEVER = (
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYDAY=5FR;BYSETPOS=9",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=SECONDLY",
)


@pytest.mark.parametrize("rule", NEVER)
def test_a_rule_that_never_comes_true_is_not_waited_for(office: Office, tmp_path: Path, rule: str) -> None:
    began = time.process_time()
    (fault,) = only(take(office, tmp_path, event(RRULE=rule), until=DAY + datetime.timedelta(30))).faults
    assert fault.expected == "the event repeats by a rule that is not followed here; add its dates by hand"
    assert time.process_time() - began < 3


def test_many_rules_that_are_not_followed_are_no_calendar_to_go_on_with(office: Office, tmp_path: Path) -> None:
    many = [event(UID=str(number), RRULE=NEVER[0]) for number in range(101)]
    with pytest.raises(Unreadable, match="More than 100 events repeat by rules that are not followed"):
        take(office, tmp_path, *many, until=DAY)


def test_the_tenth_working_day_is_followed(office: Office, tmp_path: Path) -> None:
    rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=10"
    take(office, tmp_path, event(RRULE=rule, DTSTART="20261113T140000Z"), until=DAY + datetime.timedelta(40))
    assert [made(office, f"R{number}").wanted_on for number in (1001,)] == [datetime.date(2026, 12, 14)]


ZONED = {"DTSTART": "", "DTSTART;TZID=America/New_York": "20261125T090000"}
UNTIL = DAY + datetime.timedelta(30)


def promised_starts(office: Office) -> dict[str, int]:
    """When each visit that was taken is promised, by its reference."""
    found = (visits.visit_by_id(office.store, of) for of in visits.uids(office.store).values())
    return {
        visit.reference: visit.promised[0] for visit in found if visit and visit.promised and visit.state not in ENDED
    }


@pytest.mark.parametrize(
    ("properties", "days"),
    [
        ({"RRULE": "FREQ=DAILY;COUNT=3", "EXDATE": "20261126T090000"}, [1, 3]),  # without its zone
        ({"RRULE": "FREQ=DAILY;COUNT=3", "EXDATE": "20261126T140000Z"}, [1, 3]),
        ({"RRULE": "FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE": "20261126"}, [1, 3]),
        ({"RRULE": "FREQ=DAILY;COUNT=3", "EXDATE;TZID=Central Standard Time": "20261126T080000,20261127T080000"}, [1]),
        ({"RDATE": "20261127T140000Z"}, [1, 3]),
        ({"RDATE;VALUE=DATE": "20261127,20261128"}, [1, 3, 4]),
        ({"RDATE;TZID=Central Standard Time": "20261127T080000"}, [1, 3]),
    ],
)
def test_dates_beside_a_rule_are_read_by_its_clock(
    office: Office, tmp_path: Path, properties: dict[str, str], days: list[int]
) -> None:
    take(office, tmp_path, event(**ZONED, **properties), until=UNTIL)
    assert sorted(promised_starts(office).values()) == [at("09:00", day) for day in days]


@pytest.mark.parametrize("period", ["20261127T140000Z/PT3H", "20261127T140000Z/20261127T170000Z"])
def test_a_period_lasts_as_it_says(office: Office, tmp_path: Path, period: str) -> None:
    report = take(office, tmp_path, event(**ZONED, **{"RDATE;VALUE=PERIOD": period}), until=UNTIL)
    assert [made(office, row.reference).minutes for row in report.rows] == [45, 180]


def test_what_leaves_dates_out_by_a_rule_is_not_followed(office: Office, tmp_path: Path) -> None:
    report = take(office, tmp_path, event(RRULE="FREQ=DAILY;COUNT=4", EXRULE="FREQ=DAILY;INTERVAL=2"), until=UNTIL)
    assert verdicts(report) == ["refused"]


@pytest.mark.parametrize(
    "name",
    [
        {"RECURRENCE-ID;VALUE=DATE": "20261202"},
        {"RECURRENCE-ID": "20261202T140000Z"},
        {"RECURRENCE-ID": "20261202T090000"},
        {"RECURRENCE-ID;TZID=Central Standard Time": "20261202T080000"},
    ],
)
def test_a_date_of_a_series_is_one_however_it_is_named(office: Office, tmp_path: Path, name: dict[str, str]) -> None:
    series = event(**ZONED, RRULE="FREQ=WEEKLY;COUNT=3")
    take(office, tmp_path, series, event(DTSTART="20261203T180000Z", **name), until=UNTIL)
    assert sorted(promised_starts(office).values()) == [at("09:00", 1), at("13:00", 9), at("09:00", 15)]
    # the exception is gone in a later file, and the date is as the series has it
    report = take(office, tmp_path, series.replace("END:VEVENT", "SEQUENCE:1\r\nEND:VEVENT"), until=UNTIL)
    assert sorted(verdicts(report)) == ["differs", "unchanged", "unchanged"]


@pytest.mark.parametrize("date", ["VALUE=DATE:20261202", "TZID=America/New_York:20261202T090000"])
def test_a_date_of_a_series_is_cancelled_without_its_series(office: Office, tmp_path: Path, date: str) -> None:
    take(office, tmp_path, event(**ZONED, RRULE="FREQ=WEEKLY;COUNT=3"), until=UNTIL)
    named, _, value = date.partition(":")
    off = event(SEQUENCE="1", STATUS="CANCELLED", DTSTART="", **{f"RECURRENCE-ID;{named}": value})
    assert verdicts(take(office, tmp_path, off, update=True)) == ["updated"]
    assert sorted(promised_starts(office).values()) == [at("09:00", 1), at("09:00", 15)]


def test_a_uid_may_have_a_space(office: Office, tmp_path: Path) -> None:
    events = [event(UID=uid) for uid in ("my event", "my other event", "my 2026-12-02", "my 2026-13-02T")]
    assert set(verdicts(take(office, tmp_path, *events[:2]))) == {"new"}
    assert verdicts(take(office, tmp_path, *events)) == ["unchanged", "unchanged", "new", "new"]


def test_a_change_of_this_and_the_following_dates(office: Office, tmp_path: Path) -> None:
    """RFC 5545, 3.2.13: later dates move by as much, on the clock of the series, until another change and but for exceptions."""
    weekly = event(**ZONED, RRULE="FREQ=WEEKLY;COUNT=6")
    take(office, tmp_path, weekly, until=DAY + datetime.timedelta(60))
    references = list(promised_starts(office))
    onward = {"SUMMARY": "Harbor Dental, Annex: scanner", "DURATION": "PT90M", "SEQUENCE": "1"}
    changes = [
        event(**onward, **{"RECURRENCE-ID;RANGE=THISANDFUTURE": "20261202T140000Z"}, DTSTART="20261203T180000Z"),
        event(**onward, **{"RECURRENCE-ID": "20261216T140000Z"}, DTSTART="20261218T180000Z"),
        event(
            DTSTART="", **onward, **{"DTSTART;TZID=America/New_York": "20261223T100000"}
        ).replace("END:VEVENT", "RECURRENCE-ID;TZID=America/New_York;RANGE=THISANDFUTURE:20261223T090000\r\nEND:VEVENT"),
    ]  # fmt: skip
    alone = take(office, tmp_path, changes[0], update=True)
    assert verdicts(alone) == ["refused"], "the dates after it are not in the file"
    assert verdicts(take(office, tmp_path, weekly, *changes, update=True)) == [
        "refused",
        "refused",
        "updated",
        "refused",
    ]
    for said in ("updated", "unchanged"):
        report = take(office, tmp_path, weekly, *changes, until=DAY + datetime.timedelta(60), update=True)
        assert verdicts(report).count(said) >= 5
    assert promised_starts(office) == dict(
        zip(
            references,
            [at("09:00", 1), at("13:00", 9), at("13:00", 16), at("13:00", 24), at("10:00", 29), at("10:00", 36)],
            strict=True,
        )
    )
    minutes = [made(office, reference).minutes for reference in references]
    assert minutes == [45, 90, 90, 90, 90, 90]


def test_this_and_the_following_dates_are_cancelled(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, event(RRULE="FREQ=WEEKLY;COUNT=4"), until=UNTIL)
    cancelled = event(
        STATUS="CANCELLED", SEQUENCE="1", **{"RECURRENCE-ID;RANGE=THISANDFUTURE": "20261209T140000Z"}
    )  # fmt: skip
    assert verdicts(take(office, tmp_path, cancelled, update=True)) == ["updated"]
    assert sorted(promised_starts(office).values()) == [at("09:00", 1), at("09:00", 8)]


def test_the_state_of_a_series_and_those_of_its_dates_are_held_against_each_other(
    office: Office, tmp_path: Path
) -> None:
    weekly = event(RRULE="FREQ=WEEKLY;COUNT=3", SEQUENCE="2")
    take(office, tmp_path, weekly, until=UNTIL)
    assert verdicts(take(office, tmp_path, event(STATUS="CANCELLED", SEQUENCE="1"), update=True)) == ["skipped"]
    assert len(promised_starts(office)) == 3
    take(office, tmp_path, event(STATUS="CANCELLED", SEQUENCE="3"), update=True)
    further = DAY + datetime.timedelta(90)
    longer = weekly.replace("COUNT=3", "COUNT=9")
    assert set(verdicts(take(office, tmp_path, longer, until=further))) == {"skipped"}


@pytest.mark.parametrize(("name", "clock"), [("America/Chicago", "10:00"), ("Nowhere/Atall", "09:00"), ("", "09:00")])
def test_a_time_without_a_zone_is_of_the_calendars_own(office: Office, tmp_path: Path, name: str, clock: str) -> None:
    path = tmp_path / "floating.ics"
    file = calendar(event(DTSTART="20261125T090000")).replace("VERSION:2.0", f"VERSION:2.0\r\nX-WR-TIMEZONE:{name}")
    path.write_bytes(file.encode())
    import_file(office.dana, "calendar", path, How())
    assert list(promised_starts(office).values()) == [at(clock, 1)]
