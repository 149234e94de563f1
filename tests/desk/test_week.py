"""The week board: what each technician's day holds, what breaks, who is away, and what waits."""

from __future__ import annotations

from datetime import timedelta

from db import people
from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.day import board_view, glance, week_view
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.texts.week_words import week_lines
from dispatch.model.weeks import DayLoad, Week
from tests.desk.conftest import DAY, Office, at

MONDAY = DAY - timedelta(days=1)


def shown(office: Office) -> Week:
    return week_view.week(office.store, MONDAY)


def load(office: Office, days: int, name: str = "Ana Ruiz") -> DayLoad:
    return next(row for row in shown(office).rows if row.name == name).days[days + 1]


def place(office: Office, reference: str, start: int, who: str = "Ana Ruiz") -> None:
    schedule.assign(office.dana, reference, [who], start, reason="agreed with the client", confirmed=True)


def test_a_day_is_what_is_planned_of_the_shift(office: Office) -> None:
    place(office, "R1", at("09:00"))
    day, board = load(office, 0), board_view.board(office.store, DAY)
    (row,) = [row for row in board.rows if row.name == "Ana Ruiz"]
    assert (day.busy, day.available) == (row.busy, row.available) == (75, 510)
    assert row.visits[0].leg is not None
    assert row.leg_home is not None
    assert day.driving == ((row.visits[0].leg.seconds or 0) + (row.leg_home.seconds or 0)) // 60
    assert day.room == 510 - day.taken
    assert [visit.reference for visit in day.visits] == ["R1"]
    assert load(office, 4).off
    assert load(office, 4).text(9) == "off"


def test_a_night_counts_on_the_day_on_which_it_begins(office: Office) -> None:
    place(office, "R1", at("23:30"))
    assert load(office, 0).busy == 75
    assert load(office, 1).busy == 0


def test_what_cannot_be_kept_is_counted_and_the_first_day_of_it_named(office: Office) -> None:
    assert shown(office).breaks_first is None
    place(office, "R2", at("11:30"))  # promised from 9 to 11
    assert len(load(office, 0).broken) == 1
    place(office, "R1", at("12:00"))  # the other one is not over then
    assert len(load(office, 0).broken) == 2
    assert shown(office).breaks_first == DAY
    assert "!2" in load(office, 0).text(12)


def test_what_has_passed_is_no_room(office: Office) -> None:
    office.go("16:00")
    assert load(office, -1).room == 0
    assert load(office, 0).room == 60
    assert load(office, 1).room == 510


def test_a_night_takes_no_room_of_the_shift_and_what_stands_in_it_on_the_next_day_breaks(office: Office) -> None:
    place(office, "R1", at("23:30"))
    assert load(office, 0).taken > 75
    assert load(office, 0).room == 510
    place(office, "R2", at("00:15", 1))  # the night is not over then
    visit_id = load(office, 1).visits[0].id
    assert load(office, 1).broken == {visit_id}
    first = week_view.week(office.store, DAY + timedelta(days=1))
    assert first.rows[0].days[0].broken == {visit_id}, "in the first column too"


def test_what_a_crew_does_is_one_visit_of_the_day(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz", "Ben Okafor"], at("11:30"), reason="agreed", confirmed=True)
    (today,) = [one for one in shown(office).sums if one.day == DAY]
    assert [len(load(office, 0, name).broken) for name in ("Ana Ruiz", "Ben Okafor")] == [1, 1]
    assert (today.promised, today.breaks) == (1, 1)


def test_today_is_told_as_it_runs(office: Office) -> None:
    place(office, "R1", at("09:00"))
    place(office, "R2", at("10:45"))  # promised from 9 to 11
    office.go("14:00")
    week, board = week_view.running_week(office.store, MONDAY)
    ana = next(row for row in week.rows if row.name == "Ana Ruiz").days[1]
    row = next(row for row in board.rows if row.name == "Ana Ruiz")
    late = {visit.id for visit in row.own if visit.late is not None}
    assert ana.broken == late != frozenset()
    assert week.sums[1].breaks == board.late == len(late)
    assert week.breaks_first == DAY
    assert ana.room == glance.room(row, board.now) < load(office, 0).room
    assert week.rows[0].days[2:] == shown(office).rows[0].days[2:], "the days to come are as planned"
    later, _ = week_view.running_week(office.store, MONDAY + timedelta(days=7))
    assert later == week_view.week(office.store, MONDAY + timedelta(days=7))


def test_the_board_of_today_beside_a_week_says_what_the_day_board_says(office: Office) -> None:
    """Late, to call, in the queue and where everybody is; of the checklists nothing. A week that is over has its own queue."""
    place(office, "R2", at("10:45"))  # promised from 9 to 11
    intake.amend(office.dana, "R3", {"date": "2026-11-27"})
    office.go("14:00")
    assert "R3" in [visit.reference for visit in shown(office).waiting.queue], "waits for a later day of the week"
    for first in (MONDAY - timedelta(days=7), MONDAY, MONDAY + timedelta(days=7)):
        _, beside = week_view.running_week(office.store, first)
        alone = board_view.board(office.store, DAY)
        assert [visit.reference for visit in beside.queue] == [visit.reference for visit in alone.queue]
        assert [visit.reference for visit in alone.queue] == ["R1"]
        assert (beside.calls, beside.on_hold, beside.trouble) == (alone.calls, alone.on_hold, alone.trouble)
        assert [(visit.id, visit.late, visit.projected) for row in beside.rows for visit in row.visits] == [
            (visit.id, visit.late, visit.projected) for row in alone.rows for visit in row.visits
        ]


def test_what_somebody_has_who_has_left_is_on_the_week_board(office: Office) -> None:
    place(office, "R1", at("09:00"))
    with office.lee.write("leave") as unit:
        people.put_technician_away(
            unit, existing(people.technician_by_name(office.store, "Ana Ruiz")), office.clock.now()
        )
        unit.audit("staff", office.lee.staff.id, left=True)
    assert [visit.reference for visit in load(office, 0).visits] == ["R1"]


def test_sums_and_scarce_skills(office: Office) -> None:
    place(office, "R1", at("09:00", 1))
    tomorrow = shown(office).sums[2]
    assert tomorrow.room == load(office, 1).room + load(office, 1, "Ben Okafor").room
    assert dict(tomorrow.free) == {"server": load(office, 1).room, "network": load(office, 1).room, "desktop": 510}
    assert [skill for skill, _ in tomorrow.free][-1] == "desktop"


def test_what_waits_is_what_the_day_board_shows_with_the_days_of_the_week(office: Office) -> None:
    assert [visit.reference for visit in shown(office).waiting.queue] == [
        visit.reference for visit in board_view.board(office.store, DAY).queue
    ]
    earlier = week_view.week(office.store, MONDAY - timedelta(days=7))
    assert not earlier.waiting.queue


def test_text_names_each_day_and_everybody(office: Office) -> None:
    place(office, "R1", at("09:00"))
    lines = list(week_lines(shown(office)))
    assert any(line.startswith("Ana Ruiz") and "/8h30" in line for line in lines)
    assert any("Tue 24 Nov" in line and "Sat 28 Nov" in line for line in lines)
    assert "2 requests wait for a time." in lines


def test_a_look_ahead_says_the_same_as_the_weeks(office: Office) -> None:
    place(office, "R1", at("09:00", 7))
    ahead = week_view.month(office.store, MONDAY, 28)
    assert ahead[:7] == shown(office).sums
    assert ahead[7:14] == week_view.week(office.store, MONDAY + timedelta(days=7)).sums


def test_a_cell_says_what_matters_most_where_there_is_little_room() -> None:
    full = DayLoad(DAY, 480, busy=500, driving=40, room=0, promised=frozenset({1, 2, 3}), broken=frozenset({1, 2}))
    full = full._replace(away="dentist")
    assert full.text(20) == "9h/8h !2 + a p3"
    assert full.text(10) == "9.0/8.0 !2"
    assert full.text(7) == "9/8!2+a", "what breaks before tenths of hours"
    assert full.text(5) == "9/8!2"
    assert full.text(3) == "9!"
    long = full._replace(busy=560, broken=frozenset())
    assert [long.text(cells)[:4] for cells in (3, 4)] == ["10h", "10/8"], "nothing is cut in the middle"
    assert DayLoad(DAY, 0, 0, 0, 0, away="ill").text(5) == "away"
    assert DayLoad(DAY, 480, 0, 0, 480).text(8) == "0.0/8.0"


def test_the_hours_between_two_shifts_of_a_day_are_nobodys(office: Office) -> None:
    ana = existing(people.technician_by_name(office.store, "Ana Ruiz"))
    editing.edit(office.lee, "technician", ana, {"shifts": "wed 08:00-11:00, wed 14:00-17:00"})
    assert load(office, 1).available == 330
    board = board_view.board(office.store, DAY + timedelta(days=1))
    assert next(row for row in board.rows if row.name == "Ana Ruiz").available == 330


def test_the_visits_of_several_days_are_found_without_reading_all_of_the_years(office: Office) -> None:
    plan = office.store.all("EXPLAIN QUERY PLAN SELECT id FROM visit v WHERE v.days > 1 AND v.next_day < v.days")
    assert "USING INDEX visit_several" in plan[0][-1]
