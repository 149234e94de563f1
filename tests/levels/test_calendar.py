"""Counted minutes, worked out week by week, are those that a loop over every minute counts, also where clocks change."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.levels.calendar import Calendar, CalendarFault, calendar_of
from dispatch.levels.clock import ClockReading, EarlierTarget, LevelClock, LevelState, Pause, Thresholds
from dispatch.model.instants import local, parse_iso
from tests.quick import examples

ZONES = ("Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC",
         "Asia/Kathmandu", "Pacific/Apia")  # fmt: skip
CHANGES = (
    "2026-03-29T00:00Z", "2026-10-25T00:00Z", "2026-03-08T06:00Z", "2026-11-01T05:00Z", "2010-11-07T02:31Z",
    "2026-04-04T14:30Z", "2026-10-03T15:00Z", "2026-02-15T01:00Z", "2011-12-30T09:00Z", "2026-12-31T23:00Z",
)  # fmt: skip
"""Moments near which clocks change in one of the zones, St John's one minute past midnight among them, and a year ends."""

UK = calendar_of({
    "timezone": "Europe/London",
    "hours": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-05-25"],
})  # fmt: skip


def counts(calendar: Calendar, instant: int) -> bool:
    """The definition (D2): a minute counts if its local start is inside."""
    there = local(instant, calendar.zone)
    if calendar.always:
        return True
    wall = (there.date() - datetime.date(1970, 1, 5)).days
    minute = there.hour * 60 + there.minute
    return wall not in calendar.holidays and any(a <= minute < b for a, b in calendar.week[there.weekday()])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone = draw(st.sampled_from(ZONES))
    if draw(st.integers(0, 9)) == 0:
        return Calendar(zone, always=True)
    week = []
    for _ in range(7):
        edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
        week.append(tuple(zip(edges[::2], edges[1::2], strict=False)))
    around = (datetime.date(2026, 1, 1) - datetime.date(1970, 1, 5)).days
    holidays = draw(st.sets(st.integers(around, around + 365), max_size=20))
    return Calendar(zone, tuple(week), tuple(sorted(holidays)))


moments = st.builds(
    lambda change, minutes: parse_iso(change) + minutes * 60, st.sampled_from(CHANGES), st.integers(-3000, 3000)
)


@given(calendars(), moments, st.integers(0, 3000))
@settings(max_examples=examples(60), deadline=None)
def test_counted_minutes_are_those_of_a_loop(calendar: Calendar, start: int, minutes: int) -> None:
    """design/service-levels.md D2"""
    end = start + minutes * 60
    assert calendar.counted(start, end) == sum(counts(calendar, at) for at in range(start, end, 60))


@given(calendars(), moments, st.integers(1, 900))
@settings(max_examples=examples(60), deadline=None)
def test_used_up_is_the_end_of_the_minute_in_which_it_is(calendar: Calendar, start: int, minutes: int) -> None:
    end = calendar.used_up(start, minutes)
    if end is None:
        assert not any(calendar.week)
        assert not calendar.always
        return
    assert counts(calendar, end - 60)
    assert calendar.counted(start, end) == minutes
    assert calendar.counted(start, end - 60) == minutes - 1


def looped(
    calendar: Calendar, opened: int, target: int, now: int, done: int | None, pauses: list[Pause]
) -> tuple[int, int | None]:
    """Elapsed and due as a loop over minutes finds them."""
    stop = now if done is None or done > now else done

    def still(at: int) -> bool:
        return any(p.start <= at < (stop if p.end is None else min(p.end, stop)) for p in pauses)

    elapsed = sum(counts(calendar, at) and not still(at) for at in range(opened, stop, 60))
    used, at = 0, opened
    while used < target:
        used += counts(calendar, at) and not still(at)
        at += 60
    return elapsed, at


@given(
    st.sampled_from((UK, UK._replace(always=True))),
    st.integers(0, 2000),
    st.integers(1, 900),
    st.integers(0, 3000),
    st.none() | st.integers(0, 3000),
    st.lists(st.tuples(st.integers(0, 2500), st.none() | st.integers(0, 1500)), max_size=4),
)
@settings(max_examples=examples(80), deadline=None)
def test_a_clock_says_what_a_loop_says(
    calendar: Calendar, later: int, target: int, ran: int, done: int | None, spans: list[tuple[int, int | None]]
) -> None:
    opened = parse_iso("2026-05-21T08:00Z") + later * 60
    now = opened + ran * 60
    achieved = None if done is None else opened + done * 60
    pauses = [
        Pause(opened + start * 60, None if length is None else opened + (start + length) * 60)
        for start, length in spans
        if start <= (ran if done is None else min(done, ran))
    ]
    reading = LevelClock(calendar, opened, target, achieved=achieved, pauses=pauses).read(now)
    elapsed, due = looped(calendar, opened, target, now, achieved, pauses)

    assert reading is not None
    assert reading.elapsed == elapsed
    standing = achieved is None or achieved > now
    paused = standing and any(p.start <= now and (p.end is None or now < p.end) for p in pauses)
    assert reading.due == (None if paused else due)


def at(text: str) -> int:
    return parse_iso(f"2026-05-{text}+01:00")


def read(target: int, opened: str, now: str, **more: Any) -> ClockReading:
    found = LevelClock(UK, at(opened), target, **more).read(at(now))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(74, "ok"), (75, "at_risk"), (89, "at_risk"), (90, "critical"), (100, "critical"), (101, "breached")],
)
def test_states_by_share_of_the_target(minutes: int, state: str) -> None:
    """design/service-levels.md D6"""
    opened = at("18T09:00")
    found = LevelClock(UK, opened, 100).read(opened + minutes * 60)
    assert found is not None
    assert found.state == state


def test_thresholds_can_be_set() -> None:
    assert read(100, "18T09:00", "18T09:50", thresholds=Thresholds(50, 95)).state is LevelState.AT_RISK


def test_met_to_the_minute_and_seconds_are_cut() -> None:
    """design/service-levels.md D3, D6"""
    assert read(60, "18T09:00:59", "18T12:00", achieved=at("18T10:00:59")).state is LevelState.MET
    assert read(60, "18T09:00", "18T12:00", achieved=at("18T10:01")).state is LevelState.MISSED


def test_what_is_achieved_later_than_now_has_not_happened() -> None:
    assert read(60, "18T09:00", "18T09:30", achieved=at("18T09:40")).state is LevelState.OK


def test_a_target_exhausted_at_closing_is_due_at_closing() -> None:
    """design/service-levels.md D3"""
    assert read(60, "18T16:00", "18T16:10").due == at("18T17:00")


def test_a_breach_shows_through_a_pause_and_has_no_due_time() -> None:
    """design/service-levels.md D3, D6"""
    found = read(60, "18T09:00", "18T12:00", pauses=[Pause(at("18T11:00"), None)])
    assert (found.state, found.due, found.elapsed) == (LevelState.BREACHED, None, 120)


def test_a_pause_of_the_future_is_not_known_yet() -> None:
    found = read(60, "18T09:00", "18T09:30", pauses=[Pause(at("18T09:40"), None)])
    assert (found.state, found.due) == (LevelState.OK, at("18T10:00"))


def test_an_aim_is_never_breached() -> None:
    assert read(60, "18T09:00", "18T12:00", aim=True).state is LevelState.CRITICAL


def test_a_change_of_priority_measures_from_receipt_again() -> None:
    """design/service-levels.md D3"""
    earlier = [EarlierTarget(at("18T09:30"), 240)]
    found = read(60, "18T09:00", "18T09:50", earlier=earlier)
    assert (found.state, found.due) == (LevelState.AT_RISK, at("18T10:00"))


def test_what_was_missed_stays_missed_when_the_priority_is_lowered() -> None:
    """design/service-levels.md D3"""
    earlier = [EarlierTarget(at("18T10:30"), 60)]
    assert read(480, "18T09:00", "18T11:00", earlier=earlier).state is LevelState.BREACHED
    assert read(480, "18T09:00", "18T12:00", earlier=earlier, achieved=at("18T11:00")).state is LevelState.MISSED
    gone = LevelClock(UK, at("18T09:00"), None, earlier=earlier).read(at("18T11:00"))
    assert gone is not None
    assert gone.state is LevelState.BREACHED


def test_no_target_is_no_clock() -> None:
    assert LevelClock(UK, at("18T09:00"), None).read(at("18T11:00")) is None
    assert (
        LevelClock(UK, at("18T09:00"), None, earlier=[EarlierTarget(at("18T10:00"), 120)]).read(at("18T11:00")) is None
    )


def test_a_request_that_ended_without_it_leaves_only_what_was_missed() -> None:
    assert LevelClock(UK, at("18T09:00"), 240, ended=at("18T11:00")).read(at("19T11:00")) is None
    found = read(60, "18T09:00", "19T11:00", ended=at("18T11:00"))
    assert (found.state, found.elapsed) == (LevelState.MISSED, 120)


def test_a_calendar_that_never_opens_is_never_due() -> None:
    closed = Calendar("UTC")
    found = LevelClock(closed, 0, 60).read(6000)
    assert found is not None
    assert (found.elapsed, found.due) == (0, None)


@pytest.mark.parametrize(
    "form",
    [
        {"timezone": None}, {"timezone": "UTC", "hours": {"monday": []}}, {"timezone": "UTC", "hours": []},
        {"timezone": "UTC", "hours": {"mon": [["09:00"]]}}, {"timezone": "UTC", "holidays": ["25.12.2026"]},
    ],
)  # fmt: skip
def test_a_form_that_is_no_calendar_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(CalendarFault):
        calendar_of(form if form.get("hours") != [] else form | {"hours": [1]})


def test_spans_that_touch_or_overlap_count_once() -> None:
    joined = calendar_of({"timezone": "UTC", "hours": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}})
    assert joined.week[0] == ((540, 780),)
