"""The running day rolled forward: tables of what has happened, and what holds for every day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.instants import at_local, clock_text, day_bounds
from dispatch.model.lateness import Late
from dispatch.model.people import Absence
from dispatch.planning.lunch import LunchBreak
from dispatch.planning.projection import ClockedStop, Conditions, Projection, in_driving_order, project
from tests.quick import examples

ZONE = "America/New_York"
DAY = datetime.date(2026, 11, 24)


def at(clock: str, days: int = 0) -> int:
    return at_local(DAY + datetime.timedelta(days), clock, ZONE)


def stop(number: int, start: str, end: str, leg: int | None = 10, **more: Any) -> ClockedStop:
    """A stop with a drive of so many minutes to it; times of the clock by name."""
    moments = {name: at(text) for name, text in more.items() if isinstance(text, str)}
    spans = {name: (at(span[0]), at(span[1])) for name, span in more.items() if name == "promised"}
    if "access" in more:
        spans["access"] = tuple((at(opens), at(closes)) for opens, closes in more["access"])  # type: ignore[assignment]
    plain = {name: value for name, value in more.items() if name not in moments and name not in spans}
    return ClockedStop(number, at(start), at(end), None if leg is None else leg * 60, **moments, **spans, **plain)  # type: ignore[arg-type]


def day(**more: Any) -> Conditions:
    bounds = day_bounds(DAY, ZONE)
    return Conditions(**({"day_ends_at": bounds[1], "shift": (at("8:00"), at("17:00")), "leg_home": 600} | more))


def went(*stops: ClockedStop, now: str, **more: Any) -> Projection:
    return project(in_driving_order(stops), at(now), day(**more))


def times(projection: Projection) -> list[str]:
    return [f"{clock_text(one.arrival, ZONE)}-{clock_text(one.end, ZONE)}" for one in projection.stops]


DONE = stop(1, "9:00", "10:00", arrived="9:00", left="10:05", over=True)


@pytest.mark.parametrize(
    ("stops", "now", "expected"),
    [
        pytest.param((stop(1, "9:00", "10:00"), stop(2, "11:00", "12:00")), "7:00", ["09:00-10:00", "11:00-12:00"], id="plan"),
        pytest.param((stop(1, "9:00", "10:00"),), "9:30", ["09:40-10:40"], id="not set out in time"),
        pytest.param((stop(1, "9:00", "10:00", departed="8:45"),), "8:50", ["08:55-09:55"], id="en route early"),
        pytest.param((stop(1, "9:00", "10:00", departed="8:45"),), "9:07", ["09:07-10:07"], id="the drive takes longer"),
        pytest.param((stop(1, "9:00", "10:00", None, departed="8:45"),), "8:50", ["09:00-10:00"], id="unknown drive"),
        pytest.param(
            (stop(1, "9:15", "10:15", departed="8:45", access=[("9:15", "17:00")]),), "8:50",
            ["09:15-10:15"], id="not open yet",
        ),
        pytest.param(
            (stop(1, "6:30", "7:30", access=[("9:15", "17:00")]), stop(2, "8:15", "9:00", access=[("8:00", "17:00")])), "6:00",
            ["06:30-07:30", "08:15-09:00"], id="somebody chose to begin before it opens",
        ),
        pytest.param(
            (stop(1, "9:00", "10:00", arrived="9:04"), stop(2, "10:10", "11:00")), "9:30",
            ["09:04-10:04", "10:14-11:04"], id="on site",
        ),
        pytest.param(
            (stop(1, "9:00", "10:00", arrived="9:00"), stop(2, "10:30", "11:00"), stop(3, "11:10", "12:00")),
            "10:45", ["09:00-10:45", "10:55-11:25", "11:35-12:25"], id="running over pushes all that follows",
        ),
        pytest.param(
            (stop(1, "9:00", "10:00", arrived="9:00"), stop(2, "12:00", "12:30")), "10:45",
            ["09:00-10:45", "12:00-12:30"], id="a gap swallows it",
        ),
        pytest.param((DONE, stop(2, "10:30", "11:00")), "10:06", ["10:30-11:00"], id="closed"),
        pytest.param((DONE, stop(2, "10:30", "11:00")), "10:40", ["10:50-11:20"], id="still at the last one"),
        pytest.param(
            (stop(1, "9:00", "10:00", arrived="9:00"), stop(2, "10:30", "11:00", access=[("8:00", "11:00"), ("13:00", "17:00")])),
            "11:05", ["09:00-11:05", "13:00-13:30"], id="closed at noon",
        ),
        pytest.param(
            (stop(1, "9:00", "10:00"), stop(2, "11:00", "12:00", arrived="8:40")), "9:00",
            ["08:40-09:40", "09:50-10:50"], id="another order",
        ),
        pytest.param(
            (stop(1, "9:00", "10:00", arrived="9:00"), stop(2, "10:30", "11:00", promised=("10:45", "12:00"))),
            "9:10", ["09:00-10:00", "10:45-11:15"], id="never before the promised window",
        ),
    ],
)  # fmt: skip
def test_the_day_rolls_forward(stops: tuple[ClockedStop, ...], now: str, expected: list[str]) -> None:
    assert times(went(*stops, now=now)) == expected


@pytest.mark.parametrize(
    ("one", "now", "late", "slack"),
    [
        (stop(1, "9:00", "10:00", promised=("9:00", "11:00")), "9:30", None, 80),
        (stop(1, "9:00", "10:00", promised=("9:00", "9:30")), "9:30", None, -10),
        (stop(1, "9:00", "10:00", promised=("9:00", "9:30")), "9:31", Late(11, "promise"), -11),
        (stop(1, "9:00", "10:00", target="9:20"), "9:31", Late(21, "target"), -21),
        (stop(1, "9:00", "10:00", promised=("9:00", "11:00"), target="9:20"), "9:31", Late(21, "target"), -21),
        (stop(1, "9:00", "10:00"), "9:00", None, None),
        (stop(1, "9:00", "10:00"), "9:01", Late(11, "plan"), None),
        (stop(1, "9:00", "10:00", arrived="9:30", promised=("9:00", "9:05")), "9:31", Late(30, "end"), None),
        (stop(1, "9:00", "10:00", arrived="9:00"), "10:10", None, None),
        (stop(1, "9:00", "10:00", arrived="9:00"), "10:11", Late(11, "end"), None),
    ],
)
def test_late_beyond_the_firms_minutes_and_slack(
    one: ClockedStop, now: str, late: Late | None, slack: int | None
) -> None:
    (found,) = went(one, now=now, late_minutes=10, over_minutes=10).stops
    assert found.late == late
    assert found.slack == (None if slack is None else slack * 60)


def test_home_and_overtime() -> None:
    projection = went(stop(1, "15:00", "16:50", arrived="15:00"), now="17:20", leg_home=1200)
    assert projection.home_at == at("17:40")
    assert projection.overtime == 40 * 60
    assert went(stop(1, "15:00", "16:50"), now="9:00", leg_home=None).home_at is None


LUNCH = LunchBreak(at("11:30"), at("13:30"), 1800)


@pytest.mark.parametrize(
    ("stops", "now", "expected"),
    [
        pytest.param((stop(1, "9:00", "11:30"), stop(2, "12:30", "14:00")), "8:00", ["09:00-11:30", "12:30-14:00"], id="in a gap"),
        pytest.param(
            (stop(1, "9:00", "11:30", arrived="9:00"), stop(2, "12:30", "14:00")),
            "12:10", ["09:00-12:10", "12:50-14:20"], id="owed: lunch, then the drive",
        ),
        pytest.param(
            (stop(1, "9:00", "11:30", arrived="9:00"), stop(2, "12:30", "12:50"), stop(3, "14:00", "15:00")),
            "12:25", ["09:00-12:25", "12:35-12:55", "14:00-15:00"], id="it fits later",
        ),
        pytest.param(
            (stop(1, "9:00", "11:30", arrived="9:00", left="11:30", over=True), stop(2, "12:30", "14:00")),
            "12:25", ["12:35-14:05"], id="taken in the wait that has passed",
        ),
        pytest.param(
            (stop(1, "9:00", "11:30", arrived="9:00"), stop(2, "12:30", "14:00")),
            "13:20", ["09:00-13:20", "14:00-15:30"], id="after its window at once",
        ),
        pytest.param(
            (stop(1, "9:00", "12:00", arrived="9:00"), stop(2, "12:10", "14:00")),
            "11:59", ["09:00-12:00", "12:10-14:00"], id="the plan has no room: nothing is pushed",
        ),
    ],
)  # fmt: skip
def test_lunch_that_is_not_taken_yet(stops: tuple[ClockedStop, ...], now: str, expected: list[str]) -> None:
    assert times(went(*stops, now=now, lunch=LUNCH)) == expected


def test_an_absence_is_over_before_the_technician_sets_out() -> None:
    dentist = Absence(at("13:00"), at("15:00"), "dentist")
    slow = (stop(1, "9:00", "11:00", arrived="9:00"), stop(2, "11:30", "12:30"))
    projection = went(*slow, now="12:00", absences=(dentist,))
    assert times(projection) == ["09:00-12:00", "15:10-16:10"]
    assert not projection.stops[1].absent
    ill = Absence(at("10:00"), at("23:00"), "ill")
    assert went(stop(1, "11:00", "12:00"), now="9:00", absences=(ill,)).stops[0].absent


def test_a_stop_of_the_day_before_that_goes_on_pushes_the_first() -> None:
    projection = went(stop(1, "0:30", "1:00"), now="0:20", free_at=at("0:50"))
    assert times(projection) == ["01:00-01:30"]


def test_what_did_not_begin_on_a_day_that_is_over_is_not_projected() -> None:
    running = stop(1, "22:00", "23:00", arrived="22:00")
    projection = project([running, stop(2, "23:10", "23:50")], at("23:59") + 3600, day())
    assert [one.visit_id for one in projection.stops] == [1]
    assert projection.stops[0].end == at("23:59") + 3600


@pytest.mark.parametrize(("day_", "start"), [(datetime.date(2026, 11, 1), "0:30"), (datetime.date(2026, 3, 8), "1:30")])
def test_clock_changes_leave_lengths_alone(day_: datetime.date, start: str) -> None:
    begins = at_local(day_, start, ZONE)
    first = ClockedStop(1, begins, begins + 5400, 600, arrived=begins)
    second = ClockedStop(2, begins + 7200, begins + 9000, 600)
    conditions = Conditions(day_bounds(day_, ZONE)[1])
    projection = project([first, second], begins + 7200, conditions)
    assert projection.stops[1].arrival == begins + 7200 + 600
    assert projection.stops[1].end - projection.stops[1].arrival == 1800


# -- properties -------------------------------------------------------------------------------------------------------

_MINUTES = st.integers(0, 180)
EIGHT, FOR_EVER = at("8:00"), at("23:00") + 10**7
few = settings(max_examples=examples(80))


@dataclass(frozen=True)
class Drawn:
    stops: tuple[ClockedStop, ...]
    now: int
    conditions: Conditions


@st.composite
def days(draw: st.DrawFn) -> Drawn:
    """A day: some stops over, perhaps one underway, the rest ahead; with lunch, absences, windows and closing times."""
    count = draw(st.integers(1, 6))
    begun = draw(st.integers(0, count))
    start, stops, clock = EIGHT, [], EIGHT - 1800
    for number in range(count):
        leg = draw(st.one_of(st.none(), st.integers(0, 90)))
        start += draw(st.integers(5, 120)) * 60
        end = start + draw(st.integers(5, 180)) * 60
        course = ClockedStop(number + 1, start, end, None if leg is None else leg * 60)
        if draw(st.booleans()):
            course = course._replace(promised=(start - 60 * draw(_MINUTES), start + 60 + 60 * draw(_MINUTES)))
        if draw(st.booleans()):
            opens = start - 60 * draw(_MINUTES)
            closes = start + 60 + 60 * draw(_MINUTES)
            course = course._replace(access=((opens, closes), (closes + 3600, closes + 7200)))
        if number < begun:
            clock = max(clock, start - 1800) + draw(_MINUTES) * 60
            if number == begun - 1 and draw(st.booleans()):
                course = course._replace(departed=clock) if draw(st.booleans()) else course._replace(arrived=clock)
            else:
                left = clock + draw(_MINUTES) * 60
                course = course._replace(arrived=clock, left=left, over=True)
                clock = left
        stops.append(course)
        start = end
    now = clock + draw(st.integers(0, 400)) * 60
    absences = ()
    if draw(st.booleans()):
        away = EIGHT + draw(st.integers(0, 600)) * 60
        absences = (Absence(away, away + draw(st.integers(5, 300)) * 60, ""),)
    lunch = LUNCH if draw(st.booleans()) else None
    return Drawn(tuple(stops), now, day(absences=absences, lunch=lunch, day_ends_at=FOR_EVER))


@few
@given(days())
def test_nobody_is_in_two_places_and_nothing_begins_in_the_past(drawn: Drawn) -> None:
    projection = project(drawn.stops, drawn.now, drawn.conditions)
    by_id = {one.visit_id: one for one in drawn.stops}
    assert [one.visit_id for one in projection.stops] == [one.visit_id for one in drawn.stops if not one.over]
    before = None
    for one in projection.stops:
        course = by_id[one.visit_id]
        assert one.end - one.arrival >= course.length
        if course.begun is None:
            assert one.arrival >= max(drawn.now + (course.leg or 0), course.start)
            for absence in drawn.conditions.absences:
                assert one.end <= absence.starts_at or one.arrival - (course.leg or 0) >= absence.ends_at
            if before is not None:
                assert one.arrival >= before + (course.leg or 0)
        if course.arrived is not None:
            assert one.end >= drawn.now
        before = one.end


@few
@given(days(), st.integers(0, 240))
def test_a_later_clock_never_makes_anything_earlier(drawn: Drawn, minutes: int) -> None:
    later = project(drawn.stops, drawn.now + minutes * 60, drawn.conditions)
    for one, other in zip(project(drawn.stops, drawn.now, drawn.conditions).stops, later.stops, strict=True):
        assert other.arrival >= one.arrival
        assert other.end >= one.end


@few
@given(days(), st.integers(0, 240), st.integers(0, 5))
def test_a_stop_that_begins_later_never_makes_later_ones_earlier(drawn: Drawn, minutes: int, which: int) -> None:
    plain = project(drawn.stops, drawn.now, drawn.conditions)
    if not plain.stops:
        return
    held = plain.stops[which % len(plain.stops)]
    late = [
        one._replace(promised=(held.arrival + minutes * 60, held.arrival + 86_400))
        if one.visit_id == held.visit_id and one.begun is None
        else one
        for one in drawn.stops
    ]
    shifted = project(late, drawn.now, drawn.conditions)
    for one, other in zip(plain.stops, shifted.stops, strict=True):
        assert other.arrival >= one.arrival
        assert other.end >= one.end


@few
@given(days())
def test_on_the_morning_of_a_day_that_is_possible_the_projection_is_the_plan(drawn: Drawn) -> None:
    fresh = [ClockedStop(one.visit_id, one.start, one.end, 300, promised=(one.start, one.end)) for one in drawn.stops]
    # five minutes at least lie between two stops
    projection = project(fresh, at("6:00"), day())
    assert [(one.arrival, one.end) for one in projection.stops] == [(one.start, one.end) for one in fresh]
    assert all(one.late is None for one in projection.stops)


def test_a_break_that_was_clocked_is_lunch() -> None:
    slow = (stop(1, "9:00", "11:30", arrived="9:00", rested=1800), stop(2, "12:30", "14:00"))
    assert times(went(*slow, now="12:10", lunch=LUNCH)) == ["09:00-12:10", "12:30-14:00"]


def test_a_promise_holds_nobody_back_on_a_day_that_has_not_begun_nor_one_of_another_day() -> None:
    early = stop(1, "10:00", "11:00", promised=("13:00", "15:00"))
    morning = {"day_begins_at": at("00:00"), "day_ends_at": at("00:00", 1)}
    assert times(project([early], at("18:00", -1), day(**morning))) == times(
        went(stop(1, "10:00", "11:00"), now="08:00")
    )
    assert project([early], at("09:00"), day(**morning)).stops[0].arrival == at("13:00"), "they wait to be let in"
    next_day = early._replace(promised=(at("13:00", 3), at("15:00", 3)))
    for now in (at("18:00", -1), at("09:00")):
        assert project([next_day], now, day(**morning)).stops[0].arrival == at("10:00")
