"""Time sheets: a week of the clock day by day, and the words that it is right (design/timesheets.md)."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import agreements, changes, clients, people
from db import settings as firm_settings
from db.library import sqlite3
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.closeout import arriving, clocking, leaving, onsite
from dispatch.desk.figures.counting import figures_over
from dispatch.desk.figures.open_work import OpenKind, open_work
from dispatch.desk.plan import schedule
from dispatch.desk.plan.undo import redo, undo
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, NotAllowed, NotFound, Refusal
from dispatch.desk.session.user import User, log_in
from dispatch.desk.timesheets import approving
from dispatch.desk.timesheets.reckoning import timesheets_of
from dispatch.desk.timesheets.timesheet_words import (
    PAYROLL,
    bands_text,
    difference_lines,
    payroll_csv,
    payroll_parts,
    week_form,
)
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.people import Staff, Technician
from dispatch.model.states import Role
from dispatch.model.timesheets import Timesheet, TimesheetState, WeekOfTechnician
from tests.desk.conftest import DAY, Office, at
from tests.figures.rows import Days, connect, hours, midnight, write
from tests.quick import examples

BERLIN = "Europe/Berlin"
ONE = datetime.timedelta(days=1)
MONDAY = datetime.date(2026, 10, 19)
"""The week whose Sunday has 25 hours in Berlin, and 24 in New York."""
NIGHT = {"name": "night", "from": "22:00", "to": "06:00", "like": "after_hours", "multiplier": "2"}
CARD: dict[str, Any] = {
    "currency": "EUR",
    "timezone": BERLIN,
    "classes": {"tech": {"standard": "100", "agreement": "90"}},
    "holidays": ["2026-10-22"],
    "bands": [NIGHT],
    "overtime": {"after_min": 480},
}


class Firm:
    """Three technicians and raw rows of what their clocks said, written past every deed."""

    def __init__(self, store: Store, conn: sqlite3.Connection) -> None:
        self.store, self.conn = store, conn
        self.begin(BERLIN)

    def begin(self, zone: str) -> None:
        """Forget all rows, and live in a zone."""
        self.days = Days(zone)
        if firm_settings.firm(self.store).zone != zone:
            with unit_of_work(self.store, "settings", Actor(None, "system", "setup", "system")) as unit:
                firm_settings.set_firm(unit, zone=zone)

    def at(self, day: datetime.date, clock: str, fold: int = 0) -> int:
        """A time by the clocks of the firm."""
        wall = datetime.datetime.combine(day, datetime.time.fromisoformat(clock))
        return int(wall.replace(tzinfo=ZoneInfo(self.days.zone), fold=fold).timestamp())

    def stay(
        self,
        came: int | None,
        left: int | None,
        *clock: tuple[str, int, int | None],
        staff: int = 1,
        visit: int = 0,
        state: str = "closed",
        **moments: int | None,
    ) -> int:
        """A technician on a visit, a new one where none is said, with the stretches of their clock; without any it is work."""
        if not visit:
            visit = len(self.days.visits) + 1
            begins = came if came is not None else moments["planned"]
            self.days.visits.append({
                "id": visit, "reference": f"R{visit}", "job_id": visit, "site_id": 1, "work": "w", "minutes": 60, "priority": 3,
                "requested_at": 0, "state": state, "starts_at": begins, "ends_at": (begins or 0) + 3600,
                "ended_at": left, "promised_from": None, "_client": 1, "reason": "",
            })  # fmt: skip
        part = len(self.days.assignments) + 1
        self.days.assignments.append({
            "id": part, "visit_id": visit, "staff_id": staff, "labour_class": "tech", "check_in_at": came, "check_out_at": left,
            "depart_at": moments.get("depart"), "return_at": moments.get("home"),
        })  # fmt: skip
        whole = [("work", came, left)] if came is not None else []
        for kind, starts_at, ends_at in clock or whole:
            row = {"assignment_id": part, "kind": kind, "starts_at": starts_at, "ends_at": ends_at}
            self.days.segments.append({"id": len(self.days.segments) + 1} | row)
        return visit

    def sheets(self, day: datetime.date, now: int | None = None) -> list[Timesheet]:
        """The sheets of the week that a day is in, two weeks later where nothing is said."""
        write(self.conn, self.days)
        self.store.clock.set(midnight(day + 14 * ONE, self.days.zone) if now is None else now)  # type: ignore[attr-defined]
        return timesheets_of(self.store, day)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, sqlite3.Connection]]:
    path: Path = tmp_path_factory.mktemp("timesheets") / "firm.db"
    with Store.create(path, clock=SetClock(0)) as store:
        with unit_of_work(store, "init", Actor(None, "system", "setup", "system")) as unit:
            firm_settings.set_firm(unit, name="Firm", zone=BERLIN)
            for number in (1, 2, 3):
                one = Staff(0, f"t{number}", f"Technician {number}", frozenset({Role.TECHNICIAN}))
                technician = Technician(people.add_staff(unit, one), "", "", frozenset(), "tech", ())
                people.add_technician(unit, technician)
            clients.add_site(unit, Site(0, clients.add_client(unit, Client(0, "Client")), "Office", "", BERLIN))
            agreements.add_rate_card(unit, "card", datetime.date(2020, 1, 1), CARD)
        conn = connect(path)
        yield store, conn
        conn.close()


@pytest.fixture
def firm(raw: tuple[Store, sqlite3.Connection]) -> Firm:
    return Firm(*raw)


def first(sheets: list[Timesheet]) -> Timesheet:
    return next(sheet for sheet in sheets if sheet.technician == "Technician 1")


# -- T1 to T5: what stands in a week -----------------------------------------------------------------------------------

RULES: dict[str, tuple[list[Any], dict[str, int], tuple[int, int, int]]] = {
    "a morning": ([("work", 0, "09:00", "11:15")], {"business": 135}, (0, 0, 0)),
    "driving is paid": ([("travel", 0, "08:30", "09:00"), ("work", 0, "09:00", "10:00")], {"business": 90}, (30, 0, 0)),
    "waiting is paid, a break is not": (
        [("work", 0, "09:00", "10:00"), ("wait", 0, "10:00", "10:20"), ("break", 0, "10:20", "11:00"),
         ("test", 0, "11:00", "11:05")],
        {"business": 85}, (0, 20, 40),
    ),
    "an evening": ([("work", 0, "16:00", "18:30")], {"business": 60, "after_hours": 90}, (0, 0, 0)),
    "a band of the card's own": ([("work", 0, "21:30", "22:45")], {"after_hours": 30, "night": 45}, (0, 0, 0)),
    "a Saturday": ([("work", 5, "10:00", "11:00")], {"weekend": 60}, (0, 0, 0)),
    "a holiday of the card": ([("work", 3, "10:00", "11:00")], {"holiday": 60}, (0, 0, 0)),
    "seconds are cut": ([("work", 0, "09:00:59", "10:00:01")], {"business": 60}, (0, 0, 0)),
    "less than a minute": ([("work", 0, "09:00:10", "09:00:50")], {}, (0, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_what_the_clock_says_is_paid_by_band(firm: Firm, name: str) -> None:
    clock, bands, (driving, waiting, breaks) = RULES[name]
    spans = [
        (kind, firm.at(MONDAY + day * ONE, start), firm.at(MONDAY + day * ONE, end)) for kind, day, start, end in clock
    ]
    firm.stay(spans[0][1], spans[-1][2], *spans)
    total = first(firm.sheets(MONDAY)).total
    assert dict(total.bands) == bands
    assert (total.driving, total.waiting, total.breaks) == (driving, waiting, breaks)
    assert total.paid == sum(bands.values())


def test_the_bands_of_every_card_come_first(firm: Firm) -> None:
    firm.stay(firm.at(MONDAY, "05:00"), firm.at(MONDAY, "09:00"))
    assert bands_text(first(firm.sheets(MONDAY)).total) == "business 1h, after hours 2h, night 1h"


def test_a_night_is_divided_at_midnight_and_between_weeks(firm: Firm) -> None:
    sunday = MONDAY - ONE
    firm.stay(firm.at(sunday, "20:00"), firm.at(MONDAY, "02:00"))
    before, after = first(firm.sheets(sunday)), first(firm.sheets(MONDAY))
    assert [day.paid for day in before.days] == [0, 0, 0, 0, 0, 0, 240]
    assert [day.paid for day in after.days] == [120, 0, 0, 0, 0, 0, 0]
    assert dict(after.total.bands) == {"night": 120}
    assert [(line.starts_at, line.ends_at) for line in after.days[0].clock] == [
        (firm.at(MONDAY, "00:00"), firm.at(MONDAY, "02:00"))
    ]


def test_a_drive_over_midnight_is_divided_between_the_weeks_as_well(firm: Firm) -> None:
    sunday = MONDAY - ONE
    out, came, left = firm.at(sunday, "23:30"), firm.at(MONDAY, "00:30"), firm.at(MONDAY, "02:00")
    firm.stay(came, left, ("travel", out, came), ("work", came, left), depart=out)
    before, after = first(firm.sheets(sunday)), first(firm.sheets(MONDAY))
    assert (before.total.paid, before.total.driving) == (30, 30)
    assert (after.total.paid, after.total.driving) == (120, 30)


def test_who_set_out_in_the_week_before_and_never_arrived_is_told_there(firm: Firm) -> None:
    out, planned = firm.at(MONDAY - ONE, "23:30"), firm.at(MONDAY, "00:30")
    firm.stay(None, None, state="no_access", planned=planned, depart=out)
    firm.days.visits[0]["ended_at"] = planned
    told = "R1: set out Sun 18 Oct 2026 23:30 and never arrived: that drive is not on the clock"
    assert first(firm.sheets(MONDAY - ONE)).notices == (told,)
    assert first(firm.sheets(MONDAY)).notices == ()


@pytest.mark.parametrize(("day", "minutes"), [(MONDAY + 6 * ONE, 6 * 60), (datetime.date(2026, 3, 29), 4 * 60)])
def test_over_a_change_of_clocks_time_is_what_passed(firm: Firm, day: datetime.date, minutes: int) -> None:
    firm.stay(firm.at(day, "00:30"), firm.at(day, "05:30"))
    assert first(firm.sheets(day)).total.paid == minutes


def test_bands_are_by_the_clocks_of_the_card_and_days_by_those_of_the_firm(firm: Firm) -> None:
    firm.begin("America/New_York")
    firm.stay(firm.at(MONDAY, "10:00"), firm.at(MONDAY, "12:00"))  # 16:00 to 18:00 in Berlin
    firm.stay(firm.at(MONDAY, "23:00"), firm.at(MONDAY + ONE, "01:00"))
    sheet = first(firm.sheets(MONDAY))
    assert dict(sheet.days[0].bands) == {"business": 60, "after_hours": 60, "night": 60}
    assert dict(sheet.days[1].bands) == {"after_hours": 60}


def test_two_on_one_visit_have_each_their_own_clock(firm: Firm) -> None:
    visit = firm.stay(firm.at(MONDAY, "09:00"), firm.at(MONDAY, "11:00"))
    firm.stay(firm.at(MONDAY, "09:30"), firm.at(MONDAY, "12:00"), staff=2, visit=visit)
    assert [sheet.total.paid for sheet in firm.sheets(MONDAY)] == [120, 150, 0]


def test_a_visit_of_several_days_stands_on_each_of_them(firm: Firm) -> None:
    visit = firm.stay(firm.at(MONDAY, "09:00"), firm.at(MONDAY, "11:00"))
    tuesday = MONDAY + ONE
    firm.stay(firm.at(tuesday, "09:00"), firm.at(tuesday, "12:00"), visit=visit)
    firm.days.visits[0] |= {
        "days": 2,
        "next_day": 2,
        "starts_at": firm.at(tuesday, "09:00"),
        "ends_at": firm.at(tuesday, "10:00"),
    }
    firm.days.assignments[1]["day"] = 2
    firm.conn.execute(
        "INSERT OR REPLACE INTO visit_day VALUES (1, 1, ?, ?)", (firm.at(MONDAY, "09:00"), firm.at(MONDAY, "10:00"))
    )
    try:
        assert [day.paid for day in first(firm.sheets(MONDAY)).days][:3] == [120, 180, 0]
    finally:
        firm.conn.execute("DELETE FROM visit_day")


def test_a_minute_on_two_clocks_counts_once_and_that_is_said(firm: Firm) -> None:
    firm.stay(firm.at(MONDAY, "09:00"), firm.at(MONDAY, "11:00"))
    drive = ("travel", firm.at(MONDAY, "10:45"), firm.at(MONDAY, "11:10"))
    work = ("work", firm.at(MONDAY, "11:10"), firm.at(MONDAY, "12:00"))
    firm.stay(work[1], work[2], drive, work, depart=drive[1])
    sheet = first(firm.sheets(MONDAY))
    assert (sheet.total.paid, sheet.total.driving) == (180, 10)
    assert [line.minutes for line in sheet.days[0].clock] == [120, 10, 50]
    assert sheet.notices[-1] == "15 min on two clocks at once (R1, R2): counted once"


def test_work_elsewhere_in_a_break_is_paid_and_no_break(firm: Firm) -> None:
    came, left = firm.at(MONDAY, "09:00"), firm.at(MONDAY, "12:00")
    call, again = (firm.at(MONDAY, "10:00"), firm.at(MONDAY, "10:30")), firm.at(MONDAY, "10:45")
    firm.stay(came, left, ("work", came, call[0]), ("break", call[0], again), ("work", again, left))
    firm.stay(*call)
    total = first(firm.sheets(MONDAY)).total
    assert (total.paid, total.breaks) == (165, 15)


def test_what_nobody_knows_is_named_and_not_guessed(firm: Firm) -> None:
    firm.stay(firm.at(MONDAY, "09:00"), None, ("work", firm.at(MONDAY, "09:00"), None), state="on_site")
    firm.stay(None, None, planned=firm.at(MONDAY + ONE, "09:00"))
    firm.stay(None, None, state="no_access", planned=firm.at(MONDAY, "15:00"), depart=firm.at(MONDAY, "14:30"))
    firm.days.visits[2]["ended_at"] = firm.at(MONDAY, "15:00")
    sheet = first(firm.sheets(MONDAY))
    assert sheet.total.paid == 0
    assert sheet.lacking == (
        "R1 Client: no check-out since Mon 19 Oct 2026 09:00",
        "R2 Client: nobody said when they came on Tue 20 Oct 2026, or that they did not",
    )
    assert sheet.notices[0] == "R3: set out Mon 19 Oct 2026 14:30 and never arrived: that drive is not on the clock"


def test_the_way_home_counts_where_it_was_noted(firm: Firm) -> None:
    firm.stay(firm.at(MONDAY, "09:00"), firm.at(MONDAY, "10:00"), home=firm.at(MONDAY, "10:25"))
    firm.stay(firm.at(MONDAY + ONE, "09:00"), firm.at(MONDAY + ONE, "10:00"))
    sheet = first(firm.sheets(MONDAY))
    assert [(day.paid, day.driving) for day in sheet.days[:2]] == [(85, 25), (60, 0)]
    assert sheet.notices[0] == "the way home is not noted, and not counted: Tue 20 Oct 2026"


def test_who_came_and_left_without_a_stretch_was_there_to_work(firm: Firm) -> None:
    firm.stay(firm.at(MONDAY, "09:00"), firm.at(MONDAY, "10:30"), home=firm.at(MONDAY, "11:00"))
    firm.days.segments.clear()
    total = first(firm.sheets(MONDAY)).total
    assert (total.paid, total.driving) == (120, 30)


def test_overtime_by_the_rate_card_is_what_lies_beyond_its_hours_of_a_day(firm: Firm) -> None:
    firm.stay(firm.at(MONDAY, "08:00"), firm.at(MONDAY, "13:00"), home=firm.at(MONDAY, "14:00"))
    firm.stay(firm.at(MONDAY, "14:00"), firm.at(MONDAY, "18:00"))
    firm.stay(firm.at(MONDAY, "22:00"), firm.at(MONDAY + ONE, "01:00"))  # all of it is of Monday
    firm.stay(firm.at(MONDAY + ONE, "08:00"), firm.at(MONDAY + ONE, "16:00"))
    sheet = first(firm.sheets(MONDAY))
    assert [day.over_day for day in sheet.days[:3]] == [60 + 120, 60, 0]
    assert [day.paid for day in sheet.days[:3]] == [600 + 120, 60 + 480, 0]


@st.composite
def weeks(draw: st.DrawFn) -> tuple[str, datetime.date, list[tuple[int, int, list[tuple[str, int, int]], int | None]]]:
    """A week in a zone, and stays of three technicians one after another, through nights and changes of clocks: whose, when they
    came, their clock, when they were home."""
    zone = draw(st.sampled_from((BERLIN, "America/New_York", "Asia/Kathmandu")))
    monday = draw(
        st.sampled_from((MONDAY, datetime.date(2026, 3, 23), datetime.date(2026, 10, 26), datetime.date(2026, 7, 6)))
    )
    stays = []
    for staff in (1, 2, 3):
        begins = draw(st.one_of(st.integers(-600, 600), st.integers(1, 30)))  # often with a drive over midnight
        now = midnight(monday + draw(st.sampled_from((0, 6, 7))) * ONE, zone) + 60 * begins
        for _ in range(draw(st.integers(0, 7))):
            clock = []
            for kind in draw(
                st.lists(st.sampled_from(("work", "wait", "test", "break", "work")), min_size=1, max_size=4)
            ):
                length = 60 * draw(st.integers(1, 400))
                clock.append((kind, now, now + length))
                now += length
            home = now + 60 * draw(st.integers(1, 90)) if draw(st.booleans()) else None
            drive = clock[0][1] - 60 * draw(st.integers(0, 50))
            stays.append((staff, clock[0][1], [("travel", drive, clock[0][1]), *clock], home))
            now = (home or now) + 60 * (50 + draw(st.integers(0, 900)))
    return zone, monday, stays


@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(weeks(), st.integers(0, 7))
def test_the_sum_of_a_sheet_is_the_sum_of_the_clock(
    raw: tuple[Store, sqlite3.Connection],
    made: tuple[str, datetime.date, list[tuple[int, int, list[tuple[str, int, int]], int | None]]],
    over: int,
) -> None:
    """Minute by minute, and as the figures count the same rows, with a week that may not be over yet."""
    zone, monday, stays = made
    firm = Firm(*raw)
    firm.begin(zone)
    for staff, came, clock, home in stays:
        firm.stay(came, clock[-1][2], *clock, staff=staff, home=home, depart=clock[0][1])
    firm.days.say(0, "hours", 1, hours(*((weekday, 480, 1020) for weekday in range(5)), lunch=30))
    firm.days.say(0, "hours", 2, hours((6, 0, 1440), (0, 0, 300)))
    bounds = [midnight(monday + number * ONE, zone) for number in range(8)]
    latest = max(
        [clock[-1][2] for _, _, clock, _ in stays] + [home for *_, home in stays if home is not None], default=0
    )
    now = max(bounds[over], latest if over < 7 else 0)
    found = firm.sheets(monday, now)
    by_figure = figures_over(firm.store, monday, monday + 6 * ONE, "technician")
    rows = {group.who: number for number, group in enumerate(by_figure.groups)}
    for sheet in found:
        minutes = Counter[tuple[int, str]]()
        for staff, _, clock, home in stays:
            stretches = clock if home is None else [*clock, ("home", clock[-1][2], home)]
            for kind, start, end in stretches if staff == sheet.technician_id else ():
                for minute in range(start, end, 60):
                    for number in range(7):
                        if bounds[number] <= minute < bounds[number + 1]:
                            minutes[number, kind] += 1
        for number, day in enumerate(sheet.days):
            clocked = {kind: count for (of, kind), count in minutes.items() if of == number}
            assert day.paid == sum(clocked.values()) - clocked.get("break", 0)
            assert day.driving == clocked.get("travel", 0) + clocked.get("home", 0)
            assert (day.waiting, day.breaks) == (clocked.get("wait", 0), clocked.get("break", 0))
            assert sum(line.minutes for line in day.clock) == sum(clocked.values())
        if sheet.technician_id in rows:
            at = rows[sheet.technician_id]
            outside, _, _ = by_figure.values["overtime"][at]
            driving, _, _ = by_figure.values["travel_ratio"][at]
            assert sheet.total.outside_shift * 60 == outside
            assert sheet.total.driving * 60 == driving
            if now >= bounds[7]:
                assert sheet.total.paid * 60 == by_figure.values["overtime"][at].below
        else:
            assert sheet.total.paid == 0


# -- T6 to T9: the words ------------------------------------------------------------------------------------------------


def worked(office: Office) -> None:
    """Ana was on R1 from 09:00, and left at noon; a week later nobody does anything."""
    office.on_site()
    office.finish()
    office.go("12:00")
    leaving.close(office.ana, "R1")
    office.go("08:00", 7)


def said(user: User, deed: Any, *args: Any, **more: Any) -> Any:
    """A deed with what it asks confirmed."""
    with pytest.raises(NeedsConfirm) as question:
        deed(user, DAY, *args, **more)
    return deed(user, DAY, *args, **more, confirmed=question.value.marks)


def week(office: Office, user: User | None = None) -> WeekOfTechnician:
    return approving.week_of(user or office.ana, DAY, office.ana.staff.id)


def test_a_week_is_submitted_and_approved_by_two_people(office: Office) -> None:
    worked(office)
    assert week(office).state is TimesheetState.OPEN
    with pytest.raises(
        NeedsConfirm, match=r"Ana Ruiz, Mon 23 Nov 2026 – Sun 29 Nov 2026: 3h paid \(business 3h\).*Is it right"
    ):
        approving.submit(office.ana, DAY)
    assert said(office.ana, approving.submit).state is TimesheetState.SUBMITTED
    with pytest.raises(Refusal, match="is submitted as it stands"):
        approving.submit(office.ana, DAY)
    done = said(office.lee, approving.approve)
    assert [one.sheet.technician for one in done.approved] == ["Ana Ruiz"]
    assert done.left_out == (("Ben Okafor", "not submitted"),)
    assert week(office).state is TimesheetState.APPROVED
    assert week(office, office.dana).said == week(office).said
    with pytest.raises(Refusal, match="approved already"):
        approving.approve(office.lee, DAY, [office.ana.staff.id])


def test_what_was_not_shown_is_not_said_to_be_right(office: Office) -> None:
    worked(office)
    with pytest.raises(NeedsConfirm) as shown:
        approving.submit(office.ana, DAY)
    clocking.correct(office.lee, "R1", "leaving", at("11:30"), "she left earlier")
    with pytest.raises(NeedsConfirm, match="2h30 paid"):
        approving.submit(office.ana, DAY, confirmed=shown.value.marks)
    said(office.ana, approving.submit)
    with pytest.raises(NeedsConfirm) as shown:
        approving.approve(office.lee, DAY)
    clocking.correct(office.lee, "R1", "leaving", at("11:40"), "ten minutes more")
    with pytest.raises(Refusal, match="changed since it was submitted"):
        approving.approve(office.lee, DAY, [office.ana.staff.id], shown.value.marks)


def test_a_time_that_changes_later_opens_the_week_and_shows_what_differs(office: Office) -> None:
    worked(office)
    said(office.ana, approving.submit)
    said(office.lee, approving.approve)
    kept = week(office).said
    clocking.correct(office.lee, "R1", "leaving", at("12:30"), "half an hour more")
    clocking.correct_break(office.lee, "R1", "break", at("10:00"), at("10:15"), "a coffee")
    changed = week(office)
    assert changed.state is TimesheetState.CHANGED
    assert changed.said == kept, "what was agreed stays as it was"
    assert difference_lines(changed, office.ana.firm.times()) == [
        "Tue 24 Nov 2026: paid 3h15, was 3h; breaks 15m, was 0m; business 3h15, was 3h",
        "  now 09:00–10:00 work R1",
        "  now 10:00–10:15 break R1",
        "  now 10:15–12:30 work R1",
        "  was 09:00–12:00 work R1",
    ]
    assert "changed since it was submitted by Ana Ruiz" in week_form(changed)["said"]
    assert [row["kind"] for row in payroll(office) if row["login"] == "ana"] == []
    clocking.correct_break(office.lee, "R1", "work", at("10:00"), at("10:15"), "no coffee after all")
    clocking.correct(office.lee, "R1", "leaving", at("12:00"), "it was right")
    assert week(office).state is TimesheetState.APPROVED, "it says what was agreed again"
    clocking.correct(office.lee, "R1", "leaving", at("12:10"), "ten minutes more")
    said(office.ana, approving.submit)
    assert week(office).state is TimesheetState.SUBMITTED
    said(office.lee, approving.approve)
    assert week(office).state is TimesheetState.APPROVED


def payroll(office: Office) -> list[dict[str, str]]:
    ready, _ = payroll_parts(approving.all_weeks(office.lee, DAY))
    return [*csv.DictReader(io.StringIO(payroll_csv(ready, "mi")))]


def test_a_week_that_is_not_over_or_lacks_a_time_cannot_be_submitted(office: Office) -> None:
    office.on_site()
    office.go("12:00", 1)
    with pytest.raises(Refusal, match="not over: it can be submitted after Sun 29 Nov 2026"):
        approving.submit(office.ana, DAY)
    office.go("08:00", 7)
    with pytest.raises(Faulty, match="R1 Harbor Dental: no check-out since Tue 24 Nov 2026 09:00"):
        approving.submit(office.ana, DAY)
    leaving.abort(office.lee, "R1", "nobody was there")
    clocking.correct(office.lee, "R1", "leaving", at("09:20"), "she left at once")
    assert said(office.ana, approving.submit).sheet.total.paid == 20


def test_nobody_submits_or_opens_anothers_but_a_lead_with_the_reason(office: Office) -> None:
    worked(office)
    for deed in (approving.submit, approving.reopen):
        with pytest.raises(NotAllowed, match="Only Ana Ruiz or a lead"):
            deed(office.ben, DAY, office.ana.staff.id, "because I can")  # type: ignore[operator]
    with pytest.raises(NotAllowed, match="time sheet of ana"):
        approving.week_of(office.ben, DAY, office.ana.staff.id)
    with pytest.raises(NotAllowed):
        approving.all_weeks(office.ben, DAY)
    with pytest.raises(NotFound, match="is no technician"):
        approving.week_of(office.lee, DAY)
    with pytest.raises(Faulty, match="reason"):
        approving.submit(office.lee, DAY, office.ana.staff.id)
    done = said(office.lee, approving.submit, office.ana.staff.id, "she is ill, said so on the phone")
    assert done.said.by == "Lee Moreau"
    assert done.said.reason == "she is ill, said so on the phone"


def grant(office: Office, user: User, role: str) -> User:
    office.store.conn.execute("INSERT OR IGNORE INTO staff_role VALUES (?, ?)", (user.staff.id, role))
    return log_in(office.store, user.staff.login)


def test_nobody_approves_their_own_while_there_is_another_lead(office: Office) -> None:
    worked(office)
    ana = grant(office, office.ana, "lead")
    said(ana, approving.submit)
    with pytest.raises(Refusal, match="another lead approves what you worked"):
        approving.approve(ana, DAY, [ana.staff.id])
    with pytest.raises(sqlite3.IntegrityError, match="another lead approves"):
        office.store.conn.execute(
            "INSERT INTO timesheet_approval (timesheet_id, staff_id, session, at) SELECT max(id), ?, 's', 0 FROM timesheet",
            (ana.staff.id,),
        )
    office.store.conn.execute("UPDATE staff SET active = 0, version = version + 1 WHERE id = ?", (office.lee.staff.id,))
    assert said(ana, approving.approve).approved, "the only lead of a firm may"


def test_who_submitted_for_somebody_does_not_approve_it_either(office: Office) -> None:
    worked(office)
    dana = grant(office, office.dana, "lead")
    said(office.lee, approving.submit, office.ana.staff.id, "she has left the firm")
    with pytest.raises(Refusal, match="another lead approves"):
        approving.approve(office.lee, DAY, [office.ana.staff.id])
    assert said(dana, approving.approve, [office.ana.staff.id]).approved


def test_a_week_is_opened_again_with_a_reason_that_its_technician_reads(office: Office) -> None:
    worked(office)
    with pytest.raises(Refusal, match="is open"):
        approving.reopen(office.ana, DAY, None, "a mistake")
    said(office.ana, approving.submit)
    said(office.lee, approving.approve)
    with pytest.raises(NotAllowed, match="approved: only a lead"):
        approving.reopen(office.ana, DAY, None, "a mistake")
    opened = approving.reopen(office.lee, DAY, office.ana.staff.id, "the break is missing")
    assert (opened.state, opened.said) == (TimesheetState.OPEN, None)
    assert opened.reopened is not None
    assert (opened.reopened.by, opened.reopened.reason) == ("Lee Moreau", "the break is missing")
    assert undo(office.lee).startswith("reopen")
    assert week(office).state is TimesheetState.APPROVED
    redo(office.lee)
    assert week(office).state is TimesheetState.OPEN
    said(office.ana, approving.submit)
    assert (week(office).state, week(office).reopened) == (TimesheetState.SUBMITTED, None)


def twice_submitted(office: Office) -> None:
    """Approved, then otherwise and submitted again, then as it was approved."""
    worked(office)
    said(office.ana, approving.submit)
    said(office.lee, approving.approve)
    clocking.correct(office.lee, "R1", "leaving", at("12:10"), "ten minutes more")
    said(office.ana, approving.submit)


def test_opened_again_means_that_no_earlier_word_counts_again(office: Office) -> None:
    twice_submitted(office)
    clocking.correct(office.lee, "R1", "leaving", at("12:00"), "it was right")
    assert week(office).state is TimesheetState.CHANGED
    opened = approving.reopen(office.lee, DAY, office.ana.staff.id, "the break is missing")
    assert (opened.state, opened.said) == (TimesheetState.OPEN, None)
    assert opened.reopened is not None
    assert opened.reopened.reason == "the break is missing"
    assert payroll(office) == []
    undo(office.lee)
    redo(office.lee)
    assert week(office).state is TimesheetState.OPEN
    undo(office.lee)
    assert week(office).state is TimesheetState.CHANGED
    clocking.correct(office.lee, "R1", "leaving", at("12:10"), "ten minutes more after all")
    assert week(office).state is TimesheetState.SUBMITTED
    said(office.lee, approving.approve)
    approving.reopen(office.lee, DAY, office.ana.staff.id, "the break is missing still")
    assert week(office).state is TimesheetState.OPEN
    assert undo(office.lee).startswith("reopen")
    stand = "SELECT count(*) FROM {} WHERE withdrawn_at IS NULL"
    assert [office.store.value(stand.format(table)) for table in ("timesheet", "timesheet_approval")] == [2, 2]
    assert week(office).state is TimesheetState.APPROVED


def test_a_technician_does_not_take_back_what_a_lead_approved_before(office: Office) -> None:
    twice_submitted(office)
    with pytest.raises(NotAllowed, match="approved: only a lead"):
        approving.reopen(office.ana, DAY, None, "a mistake")


def test_where_a_week_stands_is_compared_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    worked(office)
    said(office.ana, approving.submit)
    asked: list[str] = []
    form = Timesheet.form.fget
    assert form is not None

    def counted(sheet: Timesheet) -> Any:
        asked.append(sheet.technician)
        return form(sheet)

    monkeypatch.setattr(Timesheet, "form", property(counted))
    for one in approving.all_weeks(office.lee, DAY):
        assert {one.state for _ in range(3)} < {*TimesheetState}
    assert asked == ["Ana Ruiz"]


def test_who_is_no_technician_is_told_by_their_own_name(office: Office) -> None:
    with pytest.raises(NotFound, match="Lee Moreau is no technician: say whose time sheet it is"):
        approving.week_of(office.lee, DAY)
    with pytest.raises(NotFound, match=f"^{office.dana.staff.name} is no technician.$"):
        approving.week_of(office.lee, DAY, office.dana.staff.id)


def test_a_week_that_has_changed_waits_for_its_technician_and_for_no_lead(office: Office) -> None:
    worked(office)
    said(office.ana, approving.submit)
    clocking.correct(office.lee, "R1", "leaving", at("12:10"), "ten minutes more")
    assert not [item for item in open_work(office.store).items if item.kind is OpenKind.TIMESHEET]
    said(office.ana, approving.submit)
    assert [item.day for item in open_work(office.store).items if item.kind is OpenKind.TIMESHEET] == [DAY - ONE]


def test_what_waits_for_a_lead_is_open_work(office: Office) -> None:
    worked(office)
    said(office.ana, approving.submit)
    office.clock.advance(7200)
    waiting = [item for item in open_work(office.store).items if item.kind is OpenKind.TIMESHEET]
    assert [(item.what, item.age(office.clock.now()), item.day) for item in waiting] == [
        ("time sheet of Ana Ruiz", "2h", DAY - ONE)
    ]
    said(office.lee, approving.approve)
    assert not [item for item in open_work(office.store).items if item.kind is OpenKind.TIMESHEET]


def test_undo_takes_back_each_word_until_somebody_built_on_it(office: Office) -> None:
    worked(office)
    said(office.ana, approving.submit)
    undo(office.ana)
    assert (week(office).state, week(office).reopened) == (TimesheetState.OPEN, None)
    redo(office.ana)
    said(office.lee, approving.approve)
    with pytest.raises(Refusal, match="a lead has approved it"):
        undo(office.ana)
    undo(office.lee)
    assert week(office).state is TimesheetState.SUBMITTED
    redo(office.lee)
    assert week(office).state is TimesheetState.APPROVED


def test_a_word_is_added_or_withdrawn_and_never_rewritten(office: Office) -> None:
    worked(office)
    said(office.ana, approving.submit)
    said(office.lee, approving.approve)
    conn = office.store.conn
    for statement, why in (
        ("UPDATE timesheet SET form = '[]'", "never rewritten"),
        ("UPDATE timesheet SET withdrawn_at = 1", "a lead has approved it"),
        ("DELETE FROM timesheet", "never deleted"),
        ("INSERT OR REPLACE INTO timesheet SELECT * FROM timesheet", "never rewritten"),
        ("UPDATE timesheet_approval SET staff_id = 2", "never rewritten"),
        ("DELETE FROM timesheet_approval", "never deleted"),
        ("INSERT OR REPLACE INTO timesheet_approval SELECT * FROM timesheet_approval", "approved once"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match=why):
            conn.execute(statement)
    assert {"timesheet", "timesheet_approval"} <= changes.ONLY_ADDED


def test_the_file_for_payroll_has_all_paid_time_once(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("16:00"))
    office.go("15:40")
    arriving.depart(office.ana, "R1")
    office.go("16:00")
    arriving.arrive(office.ana, "R1")
    office.finish()
    office.go("17:00")
    clocking.pause(office.ana, "R1", "break")
    office.go("17:10")
    clocking.resume(office.ana, "R1")
    onsite.work(office.ana, "R1", "driver replaced on the server")
    office.go("17:45")
    office.finish()
    office.go("18:00")
    leaving.close(office.ana, "R1")
    office.go("08:00", 7)
    assert payroll(office) == []
    said(office.ana, approving.submit)
    said(office.lee, approving.approve)
    rows = payroll(office)
    assert tuple(rows[0]) == PAYROLL
    head = {"login": "ana", "technician": "Ana Ruiz", "week": "2026-11-23", "date": "2026-11-24"}
    assert all({key: row[key] for key in head} == head and row["state"] == "approved" for row in rows)
    assert [(row["kind"], row["band"], row["minutes"], row["hours"]) for row in rows] == [
        ("paid", "business", "80", "1.3333"),
        ("paid", "after_hours", "50", "0.8333"),
        ("driving", "", "20", "0.3333"),
        ("break", "", "10", "0.1667"),
        ("outside_shift", "", "50", "0.8333"),
        ("distance", "", "", ""),
    ]
    assert rows[-1]["distance"] == f"{float(rows[-1]['distance']):.1f}"
    assert rows[-1]["distance_unit"] == "mi"
    total = json.loads(json.dumps(week_form(week(office))))["total"]
    assert total["paid_min"] == sum(int(row["minutes"]) for row in rows if row["kind"] == "paid")
    assert total["distance_m"] > 0
