"""visits.csv: what is taken, what is refused and why, what happens the second time."""

from __future__ import annotations

import datetime

import pytest

from db import agreements, clients, people, planned, visits
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import log_in
from dispatch.model.agreements import Agreement
from dispatch.model.instants import at_local, parse_iso
from dispatch.model.people import Staff
from dispatch.model.states import Role, State
from tests.imports.conftest import NOW, SAMPLE, Desk, faults, verdicts

HEADER = "reference,client,site,work,minutes"
ONE = f"{HEADER}\nR1,Harbor Dental,Main office,Scanner offline,45\n"


def row(**fields: str) -> str:
    """A file with one good row, but for the fields given."""
    fields = {
        "reference": "R1", "client": "Harbor Dental", "site": "Main office", "work": "Scanner offline", "minutes": "45",
    } | fields  # fmt: skip
    return f"{','.join(fields)}\n{','.join(chr(34) + value + chr(34) for value in fields.values())}\n"


def test_messy_file_gets_exactly_these_verdicts(desk: Desk) -> None:
    report = desk.take("visits", SAMPLE / "visits-messy.csv")

    assert [(line.reference, line.verdict.value) for line in report.rows] == [
        ("M1", "new"), ("M2", "refused"), ("M3", "refused"), ("M4", "refused"), ("M5", "refused"), ("M6", "refused"),
        ("M1", "refused"), ("M8", "refused"), ("M9", "new"), ("M10", "new"), ("M11", "new"), ("M12", "refused"),
        ("M13", "refused"),
    ]  # fmt: skip
    assert [(line, field) for line, field, _ in faults(report)] == [
        (3, "client"), (4, "date"), (5, "minutes"), (6, "promised_to"), (7, "skills"), (8, "reference"), (9, "work"),
        (13, "work"), (13, "minutes"), (13, "priority"), (14, "work"),
    ]  # fmt: skip
    assert not report.applied
    assert desk.count("visit") == 0


def test_good_rows_of_the_messy_file_are_taken_on_request(desk: Desk) -> None:
    report = desk.take("visits", SAMPLE / "visits-messy.csv", accept_good=True)

    assert report.applied
    taken = {visit.reference: visit for visit in visits.all_visits(desk.store)}
    assert sorted(taken) == ["M1", "M10", "M11", "M9"]
    assert taken["M9"].work == '=HYPERLINK("http://x","y")'
    assert (taken["M10"].client, taken["M10"].priority) == ("Elm Street Law", 3)
    assert taken["M11"].wanted_on is None
    assert {visit.state for visit in taken.values()} == {State.REQUESTED}


def test_refused_rows_are_judged_as_before_when_the_good_ones_are_in(desk: Desk) -> None:
    desk.take("visits", SAMPLE / "visits-messy.csv", accept_good=True)

    report = desk.take("visits", SAMPLE / "visits-messy.csv", accept_good=True)

    assert verdicts(report).count("unchanged") == 4
    assert not report.applied


def test_sample_week_is_taken_once(desk: Desk) -> None:
    first = desk.take("visits", SAMPLE / "visits.csv")
    audited = desk.count("audit")
    desk.clock.advance(3600)
    second = desk.take("visits", SAMPLE / "visits.csv")

    assert first.applied
    assert set(verdicts(first)) == {"new"}
    assert verdicts(second) == ["unchanged"] * 106
    assert not second.applied
    assert desk.count("visit") == 106
    assert desk.count("audit") == audited


def test_a_promise_past_midnight_ends_on_the_next_day(desk: Desk) -> None:
    desk.take("visits", row(date="2026-11-25", promised_from="22:00", promised_to="01:00"))
    visit = visits.visit_by_reference(desk.store, "r1")
    assert visit is not None
    assert visit.promised == tuple(
        at_local(datetime.date(2026, 11, day), clock, "America/New_York")
        for day, clock in ((25, "22:00"), (26, "01:00"))
    )


def test_every_column_becomes_what_it_says(desk: Desk) -> None:
    desk.take("visits", row(
        date="2026-11-25", skills="Network; server;network", tags="Restart", priority="p1", promised_from="09:00",
        promised_to="11:00", requested_at="2026-11-23T16:00:00+01:00", reported_by=" J.  Lowe", emergency="Yes",
        preferred_technician="ana ruiz", description="line one\nline two",
    ))  # fmt: skip

    visit = visits.visit_by_reference(desk.store, "r1")
    assert visit is not None
    day = datetime.date(2026, 11, 25)
    zone = "America/New_York"
    assert (visit.client, visit.site, visit.work, visit.minutes) == (
        "Harbor Dental",
        "Main office",
        "Scanner offline",
        45,
    )
    assert (visit.wanted_on, visit.priority, visit.emergency) == (day, 1, True)
    assert visit.promised == (at_local(day, "09:00", zone), at_local(day, "11:00", zone))
    assert (visit.skills, visit.tags) == (frozenset({"network", "server"}), frozenset({"restart"}))
    assert visit.requested_at == parse_iso("2026-11-23T10:00:00-05:00")
    assert (visit.reported_by, visit.preferred, visit.description) == ("J. Lowe", "Ana Ruiz", "line one\nline two")


def test_columns_that_are_not_there_take_their_defaults(desk: Desk) -> None:
    desk.take("visits", ONE)

    visit = visits.visit_by_reference(desk.store, "R1")
    assert visit is not None
    assert (visit.priority, visit.requested_at, visit.wanted_on, visit.promised) == (3, NOW, None, None)
    assert not visit.emergency


@pytest.mark.parametrize(
    ("fields", "field", "expected"),
    [
        ({"reference": ""}, "reference", "missing"),
        ({"reference": "x" * 41}, "reference", "longer than 40"),
        ({"reference": "\u200b"}, "reference", "missing"),
        ({"client": "harbour dental"}, "client", "no such client"),
        ({"site": "Annex"}, "site", "Harbor Dental has Main office"),
        ({"client": "", "site": ""}, "client", "missing"),
        ({"work": "   "}, "work", "missing"),
        ({"work": "abc\u202edef"}, "work", "U+202E"),
        ({"minutes": "0"}, "minutes", "between 1 and 1440"),
        ({"minutes": "1441"}, "minutes", "between 1 and 1440"),
        ({"minutes": "45.5"}, "minutes", "length of time"),
        ({"minutes": "٤٥"}, "minutes", "length of time"),
        ({"date": "24/24/2026"}, "date", "2026-11-24"),
        ({"date": "2026-02-30"}, "date", "no calendar has"),
        ({"date": "tomorrow"}, "date", "2026-11-24"),
        ({"date": "1066-10-14"}, "date", "1970"),
        ({"priority": "urgent"}, "priority", "P1, P2, P3, P4"),
        ({"tags": "x" * 41}, "tags", "longer than 40"),
        ({"emergency": "maybe"}, "emergency", "yes or no"),
        ({"requested_at": "tomorrow 09:00"}, "requested_at", "date and time such as"),
        ({"requested_at": "0001-01-01T00:00:00+14:00"}, "requested_at", "out of range"),
        ({"requested_at": "1969-12-31T00:00:00Z"}, "requested_at", "out of range"),
        ({"preferred_technician": "Nobody"}, "preferred_technician", "no such technician"),
        ({"date": "2026-11-24", "promised_from": "09:00", "promised_to": ""}, "promised_to", "missing beside"),
        ({"date": "2026-11-24", "promised_from": "9", "promised_to": "10:00"}, "promised_from", "09:00"),
        ({"date": "2026-11-24", "promised_from": "24:00", "promised_to": "24:00"}, "promised_from", "no clock has"),
        ({"date": "2026-11-24", "promised_from": "15:00", "promised_to": "13:00"}, "promised_to", "is not after"),
        ({"date": "", "promised_from": "09:00", "promised_to": "10:00"}, "promised_from", "needs a date"),
        ({"date": "2026-03-08", "promised_from": "02:30", "promised_to": "04:00"}, "promised_from", "does not exist"),
        ({"description": "x" * 10_001}, "description", "longer than 10000"),
        ({"date": "2026-11-26", "latest": "2026-11-25"}, "latest", "before the day it is wanted on"),
        ({"latest": "2026-11-23"}, "latest", "is before Tue 24 Nov 2026, the day on which it is asked for"),
        ({"skills": "juggling"}, "skills", "nobody has 'juggling'; known are"),
        ({"skills": "server:99"}, "skills", "'server:99' has no level from 1 to 9"),
        ({"people": "2", "crew_skills": "juggling"}, "crew_skills", "nobody has 'juggling'"),
        ({"crew_skills": "server"}, "people", "2 at least"),
        ({"equipment": "crane"}, "equipment", "no vehicle carries 'crane'"),
        ({"after_minutes": "30"}, "after_minutes", "needs the visit"),
        ({"after_day": "later"}, "after_day", "needs the visit"),
        ({"pickup_minutes": "15"}, "pickup_minutes", "needs the place"),
        ({"pickup": "home of Ana Ruiz"}, "pickup", "only the depot or a site"),
        ({"after": "R9"}, "after", "there is no visit R9, and no row of that reference"),
        ({"after": "R1"}, "after", "comes after it itself"),
    ],
)  # fmt: skip
def test_fault_names_the_field_and_what_was_expected(
    desk: Desk, fields: dict[str, str], field: str, expected: str
) -> None:
    report = desk.take("visits", row(**fields))

    assert [name for _, name, _ in faults(report)][:1] == [field]
    assert expected in faults(report)[0][2]
    assert desk.count("visit") == 0
    assert desk.count("job") == 0


def test_what_was_asked_for_long_ago_has_the_latest_day_that_it_had(desk: Desk) -> None:
    report = desk.take("visits", row(latest="2026-11-20", requested_at="2026-11-16T08:10:00-05:00"))
    assert faults(report) == []
    again = desk.take("visits", row(latest="2026-11-15", requested_at="2026-11-16T08:10:00-05:00"), update=True)
    assert faults(again)[0][1:] == ("latest", "is before Mon 16 Nov 2026, the day on which it is asked for")


def test_all_faults_of_all_rows_are_told_at_once(desk: Desk) -> None:
    report = desk.take(
        "visits", f"{HEADER},priority\nR1,Nobody,Main office,,x,P7\nR2,Harbor Dental,Nowhere,Work,0,P3\n"
    )

    assert [(line, field) for line, field, _ in faults(report)] == [
        (2, "client"), (2, "work"), (2, "minutes"), (2, "priority"), (3, "site"), (3, "minutes"),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["R1,Harbor Dental,Main office,Work", "R1,Harbor Dental,Main office,Work,45,more"])
def test_row_of_another_width_is_refused(desk: Desk, line: str) -> None:
    report = desk.take("visits", f"{HEADER}\n{line}\n")

    (fault,) = faults(report)
    assert fault[:2] == (2, "row")
    assert "the first line has 5" in fault[2]


def test_empty_fields_behind_the_last_column_do_no_harm(desk: Desk) -> None:
    assert verdicts(desk.take("visits", f"{HEADER}\nR1,Harbor Dental,Main office,Work,45,,\n")) == ["new"]


def test_reference_twice_in_a_file_is_refused_whatever_its_case(desk: Desk) -> None:
    report = desk.take("visits", ONE + "r1,Elm Street Law,Main office,Other work,30\n")

    assert faults(report) == [(3, "reference", "stands in row 2 already")]


def test_warnings_let_the_row_pass(desk: Desk) -> None:
    report = desk.take("visits", row(
        client="Lark & Co Architects", date="2026-11-25", promised_from="07:00", promised_to="09:00",
    ))  # fmt: skip
    elsewhere = desk.take("visits", row(reference="R2", client="Northside Family Dentistry"))

    assert report.applied
    outside, ended = report.rows[0].warnings
    assert "outside the access hours (08:00–18:00)" in outside
    assert "ended on Tue 24 Nov 2026" in ended
    assert "no coordinates" in elsewhere.rows[0].warnings[0]


@pytest.mark.parametrize(("date", "warned"), [("2026-11-24", 0), ("2026-11-25", 1), ("", 0)])
def test_agreement_is_ended_on_the_day_after_its_last(desk: Desk, date: str, warned: int) -> None:
    report = desk.take("visits", row(client="Lark & Co Architects", date=date))

    assert len(report.rows[0].warnings) == warned


def test_unlimited_agreement_never_ended(desk: Desk) -> None:
    with desk.user.write("add agreement") as unit:
        client = clients.client_by_name(desk.store, "Lark & Co Architects")
        assert client is not None
        agreements.add_agreement(unit, Agreement(0, client.id, "Renewed", "tm", datetime.date(2026, 11, 25), None, {}))

    assert not desk.take("visits", row(client="Lark & Co Architects", date="2030-01-02")).rows[0].warnings


def test_difference_is_reported_field_by_field_and_left(desk: Desk) -> None:
    desk.take("visits", row(priority="P2", date="2026-11-24"))

    report = desk.take("visits", row(priority="P1", date="2026-11-25", minutes="60"))

    assert verdicts(report) == ["differs"]
    assert {(one.field, one.ours, one.theirs) for one in report.rows[0].differences} == {
        ("minutes", "45", "60"), ("date", "2026-11-24", "2026-11-25"), ("priority", "P2", "P1"),
    }  # fmt: skip
    visit = visits.visit_by_reference(desk.store, "R1")
    assert visit is not None
    assert (visit.minutes, visit.priority) == (45, 2)


def test_long_texts_are_shown_where_they_part(desk: Desk) -> None:
    desk.take("visits", row(description="a" * 60 + " left"))

    (difference,) = desk.take("visits", row(description="a" * 60 + " right")).rows[0].differences

    assert (difference.ours, difference.theirs) == ("…aaaaaaaaa left", "…aaaaaaaaa right")


def test_update_takes_what_differs_and_leaves_what_the_file_has_not(desk: Desk) -> None:
    desk.take("visits", row(
        priority="P2", date="2026-11-24", promised_from="09:00", promised_to="11:00", tags="server", skills="server",
    ))  # fmt: skip
    before = visits.visit_by_reference(desk.store, "R1")

    report = desk.take("visits", row(minutes="60", tags=""), update=True)

    after = visits.visit_by_reference(desk.store, "R1")
    assert verdicts(report) == ["updated"]
    assert before is not None
    assert after is not None
    assert (after.minutes, after.tags) == (60, frozenset())
    assert (after.priority, after.wanted_on, after.promised) == (2, before.wanted_on, before.promised)
    assert (after.skills, after.requested_at) == (before.skills, before.requested_at)
    assert verdicts(desk.take("visits", row(minutes="60", tags=""))) == ["unchanged"]


def test_visit_that_has_begun_is_not_updated(desk: Desk) -> None:
    desk.take("visits", row(date="2026-11-24") + '"R2","Harbor Dental","Main office","Other",30,"2026-11-24"\n')
    visit = visits.visit_by_reference(desk.store, "R1")
    ana = people.technician_by_name(desk.store, "ana")
    assert visit is not None
    assert ana is not None
    with desk.user.write("arrive") as unit:
        planned.place(unit, visit, [ana], NOW, NOW + 3600)
        unit.execute("UPDATE visit SET state = 'on_site', version = version + 1 WHERE id = ?", (visit.id,))
        unit.audit("visit", visit.id)

    text = row(date="2026-11-24", minutes="90") + '"R2","Harbor Dental","Main office","Other",90,"2026-11-24"\n'
    refused = desk.take("visits", text, update=True)
    accepted = desk.take("visits", text, update=True, accept_good=True)

    assert verdicts(refused) == ["refused", "updated"]
    assert not refused.applied
    assert "has begun (on site)" in faults(refused)[0][2]
    assert accepted.applied
    assert [visit.minutes for visit in visits.all_visits(desk.store)] == [45, 90]
    assert verdicts(desk.take("visits", row(date="2026-11-24"))) == ["unchanged"]


def test_visit_stays_with_its_client(desk: Desk) -> None:
    desk.take("visits", ONE)

    report = desk.take("visits", row(client="Elm Street Law"), update=True)

    assert "stays theirs" in faults(report)[0][2]


def test_visit_moves_to_another_site_of_its_client(desk: Desk) -> None:
    desk.take("visits", row(client="Ridge Accounting"))
    desk.take("visits", row(client="Ridge Accounting", site="warehouse"), update=True)

    visit = visits.visit_by_reference(desk.store, "R1")
    assert visit is not None
    assert visit.site == "Warehouse"


def test_check_changes_nothing(desk: Desk) -> None:
    audited = desk.count("audit")

    report = desk.take("visits", SAMPLE / "visits.csv", check=True)

    assert set(verdicts(report)) == {"new"}
    assert not report.applied
    assert (desk.count("visit"), desk.count("audit")) == (0, audited)


def test_only_a_dispatcher_imports_visits(desk: Desk) -> None:
    with desk.user.write("add staff") as unit:
        people.add_staff(unit, Staff(0, "kim", "Kim", frozenset({Role.LEAD})))
    lead_only = Desk(log_in(desk.store, "kim"), desk.folder, desk.clock)

    with pytest.raises(NotAllowed):
        lead_only.take("visits", ONE)
    assert desk.count("visit") == 0


def test_file_with_a_header_and_no_rows_is_nothing_to_do(desk: Desk) -> None:
    report = desk.take("visits", HEADER + "\n")

    assert report.rows == ()
    assert not report.applied


def test_rows_put_nothing_after_itself(desk: Desk) -> None:
    two = f"{HEADER}\nA,Harbor Dental,Main office,first,45\nB,Harbor Dental,Main office,then,45\n"
    assert desk.take("visits", two).applied
    circle = f"{HEADER},after\nA,Harbor Dental,Main office,first,45,B\nB,Harbor Dental,Main office,then,45,a\n"
    report = desk.take("visits", circle, update=True)
    assert faults(report) == [(row, "after", "comes after it itself") for row in (2, 3)]
    assert not report.applied

    chain = circle.replace("45,B", "45,")
    assert verdicts(desk.take("visits", chain, update=True)) == ["unchanged", "updated"]
    assert verdicts(desk.take("visits", chain, update=True)) == ["unchanged", "unchanged"]
    assert faults(desk.take("visits", circle, update=True)) == [(2, "after", "comes after it itself")]


def test_what_stands_keeps_no_row_from_another_change(desk: Desk) -> None:
    given = {"skills": "server", "pickup": "Harbor Dental / Main office", "pickup_minutes": "10", "after": "OLD"}
    desk.take("visits", row(reference="OLD"))
    assert desk.take("visits", row(**given)).applied
    with desk.user.write("gone") as unit:
        unit.execute("UPDATE site SET name = 'Head office' WHERE name = 'Main office'")
        unit.execute("UPDATE visit SET archived_at = 1, version = version + 1 WHERE reference = 'OLD'")
        unit.execute("DELETE FROM technician_skill WHERE skill = 'server'")
        unit.audit("site", 1, renamed=True)

    assert verdicts(desk.take("visits", row(**given, site="Head office", minutes="60"), update=True)) == ["updated"]


def test_a_file_gives_days_and_takes_those_that_are_too_many_out_of_the_plan(desk: Desk) -> None:
    head = "reference,client,site,work,minutes,date,days\n"
    desk.take("visits", f'{head}"R1","Harbor Dental","Main office","Cabling",60,"2026-11-24",3\n')
    visit, ana = visits.visit_by_reference(desk.store, "R1"), people.technician_by_name(desk.store, "ana")
    assert visit is not None
    assert ana is not None
    assert visit.days == 3
    with desk.user.write("place") as unit:
        for number in (2, 3):
            planned.place_day(unit, visit, number, [ana], NOW + number * 86400, NOW + number * 86400 + 3600)
        planned.place(unit, visit, [ana], NOW, NOW + 3600)
        unit.audit("visit", visit.id)
    less = desk.take("visits", f'{head}"R1","Harbor Dental","Main office","Cabling",60,"2026-11-24",1\n', update=True)
    assert verdicts(less) == ["updated"]
    after = visits.again(desk.store, visit)
    assert (after.days, after.crew, after.other_days) == (1, ("Ana Ruiz",), ())
