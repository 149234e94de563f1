"""An emergency into a running day: earliest, pushing only what must be pushed, nobody else touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.instants import Times, clock_text, day_bounds
from dispatch.model.people import Absence
from dispatch.model.travel import Place
from dispatch.planning.checker import PlacementGrade, check
from dispatch.planning.checker import at as moved_to
from dispatch.planning.day import Rules, Stop, TechnicianDay
from dispatch.planning.insertion import Insertion, Running, insertions
from dispatch.planning.lunch import LunchBreak
from dispatch.planning.projection import ClockedStop, Conditions, in_driving_order, project
from tests.planning.test_checker import DAY, FAR, HOME, NEAR, ZONE, clock, drives, stop
from tests.quick import examples

NOW = clock("14:00")


def running(
    *stops: Stop,
    number: int = 1,
    begun: Mapping[int, tuple[str, str | None]] | None = None,
    held: Mapping[int, str] | None = None,
    now: int = NOW,
    **more: object,
) -> Running:
    """A technician's day as it runs; `begun` says when somebody arrived at a stop, and when they left."""
    begun = begun or {}
    legs, place = drives(), HOME
    courses = []
    for one in sorted(stops, key=lambda one: one.start):
        leg = legs(place, one.place).seconds
        arrived, left = begun.get(one.visit_id, (None, None))
        courses.append(
            ClockedStop(
                one.visit_id, one.start, one.end, leg, one.promised, None, one.access,
                arrived=None if arrived is None else clock(arrived),
                left=None if left is None else clock(left), over=left is not None,
            )
        )  # fmt: skip
        place = one.place or HOME
    day = TechnicianDay(
        number, f"Technician {number}", ZONE, frozenset({"server"}), (clock("8:00"), clock("17:00")), home=HOME, **more
    )  # type: ignore[arg-type]
    conditions = Conditions(day_bounds(DAY, ZONE)[1], day.shift, day.lunch, day.absences, legs(place, HOME).seconds)
    courses = in_driving_order(courses)
    rolled = project(courses, now, conditions)
    stays = []
    for one in stops:
        ahead = rolled.stop(one.visit_id)
        arrived, left = begun.get(one.visit_id, (None, None))
        if ahead is not None:
            stays.append(replace(one, start=ahead.arrival, end=ahead.end))
        elif arrived is not None and left is not None:
            stays.append(replace(one, start=clock(arrived), end=clock(left)))
    return Running(replace(day, stops=tuple(stays)), tuple(courses), conditions, held or {})


FIRE = stop("14:00", 60, visit_id=99, client="Fire", place=NEAR)
PINE = stop("15:00", 60, visit_id=1, client="Pine Court", place=NEAR)


def found(*days: Running, wanted: Stop = FIRE, rules: Rules | None = None) -> list[Insertion]:
    return insertions(days, wanted, drives(), rules or Rules(), NOW)


def times(way: Insertion) -> str:
    return f"{clock_text(way.start, ZONE)}" + "".join(
        f", {push.client} {clock_text(push.was, ZONE)}→{clock_text(push.start, ZONE)}" for push in way.pushed
    )


def test_whoever_is_free_sets_out_now() -> None:
    (way,) = found(running())
    assert times(way) == "14:04"
    assert way.level is PlacementGrade.FEASIBLE


def test_what_is_later_is_pushed_only_as_far_as_it_must_be() -> None:
    (way,) = found(running(PINE))
    assert times(way) == "14:04, Pine Court 15:00→15:04"
    assert way.pushed[0].minutes == 4


def test_a_gap_later_on_ends_the_pushing() -> None:
    last = stop("16:20", 20, visit_id=2, client="Elm", place=NEAR)
    (way,) = found(running(PINE, last))
    assert [push.client for push in way.pushed] == ["Pine Court"]


def test_started_work_is_never_moved() -> None:
    on_site = stop("13:30", 60, visit_id=1, client="Acme", place=NEAR)
    (way,) = found(running(on_site, begun={1: ("13:30", None)}))
    assert times(way) == "14:30"
    assert not way.pushed


def test_a_pinned_visit_is_not_pushed() -> None:
    (way,) = found(running(PINE, held={1: "is pinned at 15:00 and would be pushed"}))
    assert way.pushed == () or way.level is PlacementGrade.BLOCKED
    pinned_late = stop("16:40", 15, visit_id=1, client="Pine Court", place=NEAR)
    (other,) = found(running(pinned_late, held={1: "is pinned at 16:40 and would be pushed"}))
    assert (times(other), other.pushed) == ("14:04", ())


def test_a_site_that_closes_before_the_pushed_visit_is_reached_blocks() -> None:
    closing = replace(PINE, access=((clock("8:00"), clock("15:03")),))
    ways = found(running(closing))
    assert ways[0].pushed == (), "after it rather than before it"
    assert ways[0].start == clock("16:00")


def test_the_one_who_is_there_first_and_breaks_least_comes_first() -> None:
    promised = replace(PINE, promised=(clock("14:45"), clock("15:00")))
    busy, free = running(promised, number=1), running(number=2)
    assert [way.technician_id for way in found(busy, free)] == [2, 1]
    far = running(stop("13:50", 15, visit_id=7, client="Far", place=FAR), number=3, begun={7: ("13:50", None)})
    assert [way.technician_id for way in found(far, free)] == [2, 3]


def test_who_lacks_the_skill_or_is_away_comes_last_with_the_reason() -> None:
    away = running(number=2, absences=(Absence(clock("13:00"), clock("18:00"), "dentist"),))
    wanted = replace(FIRE, skills=frozenset({"voip"}))
    ways = found(running(number=1), away, wanted=wanted)
    assert all(way.level is PlacementGrade.BLOCKED for way in ways)
    assert "needs voip" in ways[0].words(Times(ZONE))


def test_what_a_push_breaks_is_said_with_the_clients_name_and_counted_once() -> None:
    promised = replace(PINE, promised=(clock("14:45"), clock("15:00")))
    (way,) = found(running(promised))
    late = [finding for finding in way.findings if finding.rule == "promise"]
    assert [finding.text for finding in late] == ["Pine Court: starts 4 min after the promised window 14:45–15:00"]
    (plain,) = found(running(PINE))
    assert way.cost - plain.cost == 40.0


def test_lateness_that_was_there_before_is_not_laid_to_the_emergency() -> None:
    late = stop("13:00", 60, visit_id=1, client="Pine Court", place=NEAR, promised=(clock("12:00"), clock("13:00")))
    (way,) = found(running(late))
    (unpromised,) = found(running(replace(late, promised=None)))
    assert [push.minutes for push in way.pushed] == [61]
    assert way.cost - unpromised.cost == 600.0, "the hour that it pushes, not the hour that was lost before"


def test_lunch_that_is_owed_is_eaten_before_the_emergency_or_after() -> None:
    lunch = LunchBreak(clock("13:30"), clock("15:30"), 1800)
    busy = stop("11:00", 180, visit_id=1, client="Acme", place=NEAR)
    day = running(busy, begun={1: ("11:00", None)}, lunch=lunch)
    (short,) = found(day)
    (long,) = found(day, wanted=replace(FIRE, end=FIRE.start + 2 * 3600))
    assert (short.start, long.start) == (clock("14:00"), clock("14:30"))


@st.composite
def full_days(draw: st.DrawFn) -> Running:
    """A day with some stops over, perhaps one underway, some ahead."""
    stops, begun, start = [], {}, clock("8:30")
    for number in range(1, draw(st.integers(0, 5)) + 1):
        start += draw(st.integers(10, 100)) * 60
        minutes = draw(st.integers(10, 90))
        place = Place(39.96 + draw(st.integers(-20, 20)) / 400, -83.0)
        promised = (start - 600, start + draw(st.integers(0, 60)) * 60) if draw(st.booleans()) else None
        one = Stop(number, f"Client {number}", start, start + minutes * 60, place, promised=promised)
        if one.end <= NOW:
            begun[number] = (clock_text(one.start, ZONE), clock_text(one.end, ZONE))
        elif one.start <= NOW:
            begun[number] = (clock_text(one.start, ZONE), None)
        stops.append(one)
        start = one.end
    return running(*stops, begun=begun)


@settings(max_examples=examples(60))
@given(full_days(), st.integers(15, 120))
def test_order_and_what_has_begun_stay_and_the_checker_agrees(day: Running, minutes: int) -> None:
    wanted = replace(FIRE, end=FIRE.start + minutes * 60)
    (way,) = insertions([day], wanted, drives(), Rules(), NOW)
    begun = {one.visit_id for one in day.stops if one.over or one.begun is not None}
    assert way.start >= NOW
    assert way.start % 60 == 0
    assert not begun & {push.visit_id for push in way.pushed}
    pushed = {push.visit_id: push.start for push in way.pushed}
    after = [moved_to(one, pushed.get(one.visit_id, one.start)) for one in day.day.stops]
    order = [one.visit_id for one in sorted(day.day.stops, key=lambda one: one.start)]
    assert [one.visit_id for one in sorted(after, key=lambda one: one.start)] == order
    assert all(start >= one.start for one in day.day.stops for start in [pushed.get(one.visit_id, one.start)])
    verdict = check(replace(day.day, stops=tuple(after)), moved_to(wanted, way.start), drives(), Rules())
    assert not any(finding.rule == "overlap" for finding in verdict.findings)
