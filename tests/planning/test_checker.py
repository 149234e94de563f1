"""The checker's rules, each in its own words, and against a formulation of its own by the minute."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.instants import at_local
from dispatch.model.people import Absence
from dispatch.model.travel import Place
from dispatch.planning.candidates import candidates
from dispatch.planning.checker import PlacementGrade, Verdict, at, check
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.lunch import LunchBreak, place_lunch
from dispatch.travel.chain import Chain
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import Pinned, pinned_leg
from dispatch.travel.learning import Scaled, TravelScale
from tests.quick import examples

ZONE = "America/New_York"
DAY = datetime.date(2026, 11, 24)
HOME, NEAR, FAR = Place(39.96, -83.0), Place(39.97, -83.0), Place(40.06, -83.0)
NEXT_DOOR = Place(39.9701, -83.0)

MUNICH = Place(48.1372, 11.5756)


def clock(text: str) -> int:
    return at_local(DAY, text, ZONE)


def drives() -> Drives:
    return Drives(Chain([Estimated()]), 0)


def stop(start: str = "10:00", minutes: int = 60, **more: Any) -> Stop:
    begin = clock(start)
    fields = {"visit_id": 9, "client": "Acme Law", "place": NEAR} | more
    return Stop(start=begin, end=begin + minutes * 60, **fields)  # type: ignore[arg-type]


def ana(*stops: Stop, **more: Any) -> TechnicianDay:
    fields: dict[str, Any] = {
        "skills": frozenset({"server"}),
        "shift": (clock("08:00"), clock("17:00")),
        "home": HOME,
        "stops": stops,
    }
    return TechnicianDay(1, "Ana", ZONE, **(fields | more))


def judged(wanted: Stop, day: TechnicianDay | None = None, rules: Rules | None = None, **more: Any) -> Verdict:
    return check(day or ana(), wanted, drives(), rules or Rules(), **more)


OTHER = stop("12:00", visit_id=1, client="Pine Court")


@pytest.mark.parametrize(
    ("wanted", "day", "level", "text"),
    [
        (stop(), ana(), PlacementGrade.FEASIBLE, None),
        (stop(), ana(shift=None), PlacementGrade.BLOCKED, "Ana does not work on this day"),
        (stop(latest_on=DAY, wanted_on=DAY), ana(), PlacementGrade.FEASIBLE, None),
        (
            stop(wanted_on=DAY + datetime.timedelta(days=1)),
            ana(),
            PlacementGrade.WARNINGS,
            "is wanted on Wed 25 Nov 2026, not before",
        ),
        (
            stop(latest_on=DAY - datetime.timedelta(days=1)),
            ana(),
            PlacementGrade.WARNINGS,
            "its latest day was Mon 23 Nov 2026",
        ),
        (stop("07:30"), ana(), PlacementGrade.BLOCKED, "starts 07:30, outside Ana's shift 08:00–17:00"),
        (
            stop(),
            ana(absences=(Absence(clock("09:00"), clock("10:20"), "dentist"),)),
            PlacementGrade.BLOCKED,
            "Ana is absent until 10:20 (dentist): 20 min of it",
        ),
        (
            stop(access=((clock("10:30"), clock("17:00")),)),
            ana(),
            PlacementGrade.BLOCKED,
            "starts 30 min before the site opens at 10:30",
        ),
        (
            stop(access=((clock("08:00"), clock("09:40")),)),
            ana(),
            PlacementGrade.BLOCKED,
            "starts 20 min after the site closes at 09:40",
        ),
        (stop(access=()), ana(), PlacementGrade.BLOCKED, "the site is closed on this day"),
        (stop(skills=frozenset({"voip"})), ana(), PlacementGrade.BLOCKED, "needs voip; Ana has server"),
        (stop("11:30"), ana(OTHER), PlacementGrade.BLOCKED, "overlaps Pine Court by 30 min"),
        (
            stop("10:55", place=FAR),
            ana(OTHER),
            PlacementGrade.BLOCKED,
            "the drive of 18 min between Acme Law and Pine Court is 13 min longer than the gap",
        ),
        (
            stop("10:45", place=NEXT_DOOR),
            ana(OTHER),
            PlacementGrade.WARNINGS,
            "only 15 of the 30 min buffer left before Pine Court",
        ),
        (
            stop("13:10", place=NEXT_DOOR),
            ana(OTHER),
            PlacementGrade.WARNINGS,
            "only 10 of the 30 min buffer left after Pine Court",
        ),
        (stop("10:55"), ana(OTHER), PlacementGrade.FEASIBLE, None),
        (
            stop("10:18", promised=(clock("08:00"), clock("10:00"))),
            ana(),
            PlacementGrade.WARNINGS,
            "starts 18 min after the promised window 08:00–10:00",
        ),
        (
            stop("10:00", promised=(clock("10:30"), clock("12:00"))),
            ana(),
            PlacementGrade.WARNINGS,
            "starts 30 min before the promised window 10:30–12:00",
        ),
        (stop("16:30"), ana(), PlacementGrade.WARNINGS, "home at 17:33, 34 min past the shift"),
        (stop("08:00"), ana(), PlacementGrade.WARNINGS, "leaves home at 07:56, 4 min before the shift"),
        (
            stop("11:20", minutes=150),
            ana(lunch=LunchBreak(clock("11:30"), clock("13:30"), 1800)),
            PlacementGrade.WARNINGS,
            "leaves no room for 30 min of lunch in 11:30–13:30",
        ),
        (
            stop(place=MUNICH),
            ana(),
            PlacementGrade.BLOCKED,
            "Ana's home is farther from Acme Law than anybody drives: one of the places is wrong, or pin the drive",
        ),
        (
            stop("10:00", place=MUNICH),
            ana(OTHER, home=MUNICH),
            PlacementGrade.BLOCKED,
            "Pine Court is farther from Acme Law than anybody drives: one of the places is wrong, or pin the drive",
        ),
        (
            stop(place=None),
            ana(),
            PlacementGrade.BLOCKED,
            "Acme Law has no coordinates, so the drive is unknown: place the site first",
        ),
        (
            stop(),
            ana(home=None),
            PlacementGrade.WARNINGS,
            "the drive from Ana's home is unknown: it has no coordinates",
        ),
        (stop(preferred_id=2, preferred="Ben"), ana(), PlacementGrade.FEASIBLE, "Ben is preferred here"),
        (stop(known_by=frozenset({2})), ana(), PlacementGrade.FEASIBLE, "Ana does not know the site, others do"),
        (stop(known_by=frozenset({1, 2})), ana(), PlacementGrade.FEASIBLE, None),
        (stop(preferred_id=1, known_by=frozenset({2})), ana(), PlacementGrade.FEASIBLE, None),
        (stop(banned=frozenset({1})), ana(), PlacementGrade.BLOCKED, "Acme Law does not want Ana"),
        (stop(banned=frozenset({2})), ana(), PlacementGrade.FEASIBLE, None),
        (
            stop(),
            ana(billable=False),
            PlacementGrade.WARNINGS,
            "Ana is not billable: alone, no work, travel or fee is charged",
        ),
        (stop(due=clock("10:00"), resolve_by=clock("11:00")), ana(), PlacementGrade.FEASIBLE, None),
        (stop(due=clock("09:45")), ana(), PlacementGrade.WARNINGS, "starts 15 min after the service level's 09:45"),
        (
            stop(resolve_by=clock("10:40")),
            ana(),
            PlacementGrade.WARNINGS,
            "ends 20 min after the service level's 10:40",
        ),
    ],
)
def test_rule_in_words(wanted: Stop, day: TechnicianDay, level: PlacementGrade, text: str | None) -> None:
    verdict = judged(wanted, day)
    assert verdict.level is level
    assert [finding.text for finding in verdict.findings] == ([text] if text else [])


def test_moving_what_is_pinned_or_confirmed() -> None:
    before = stop("09:00")
    pinned = judged(stop(pinned=True), was=(1, before))
    confirmed = judged(stop(confirmed=True), was=(1, before))

    assert (pinned.level, pinned.findings[0].text) == (PlacementGrade.BLOCKED, "it is pinned where it stands")
    assert confirmed.needs_confirm
    assert "the client has confirmed 09:00" in confirmed.findings[0].text
    assert not judged(before, was=(1, before)).findings


def test_only_an_unknown_place_has_no_override() -> None:
    assert judged(stop(place=None)).final
    assert not judged(stop(skills=frozenset({"voip"}))).final


@pytest.mark.parametrize(
    ("policy", "level"),
    [("block", PlacementGrade.BLOCKED), ("warn", PlacementGrade.WARNINGS), ("allow", PlacementGrade.FEASIBLE)],
)
def test_overlap_by_the_firms_policy(policy: str, level: PlacementGrade) -> None:
    assert judged(stop("12:00"), ana(OTHER), Rules(overlap=policy)).level is level


SPANS = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=4)


@settings(max_examples=examples(300))
@given(SPANS, st.integers(0, 100), st.integers(1, 30))
def test_overlap_agrees_with_counting_minutes(others: list[tuple[int, int]], start: int, length: int) -> None:
    """All at one place, so that no drive is between: blocked exactly when a minute is taken twice."""
    base = clock("09:00")
    stops = tuple(
        Stop(number, f"c{number}", base + begin * 60, base + (begin + size) * 60, NEAR)
        for number, (begin, size) in enumerate(others)
    )
    wanted = Stop(99, "new", base + start * 60, base + (start + length) * 60, NEAR)
    taken = {minute for begin, size in others for minute in range(begin, begin + size)}

    verdict = judged(wanted, ana(*stops))

    assert any(finding.rule == "overlap" for finding in verdict.findings) == bool(
        taken & set(range(start, start + length))
    )


@settings(max_examples=examples(100), deadline=None)
@given(SPANS, st.integers(10, 60))
def test_best_candidate_is_feasible_where_anything_is(others: list[tuple[int, int]], length: int) -> None:
    base = clock("09:00")
    stops = tuple(
        Stop(number, f"c{number}", base + begin * 240, base + (begin + size) * 240, NEAR)
        for number, (begin, size) in enumerate(others)
    )
    day, rules = ana(*stops), Rules()
    wanted = Stop(99, "new", base, base + length * 60, FAR)

    (best,) = candidates([day], wanted, drives(), rules, clock("08:00"))

    possible = [
        check(day, at(wanted, start), drives(), rules).level for start in range(clock("08:00"), clock("17:00"), 300)
    ]
    assert best.verdict == check(day, at(wanted, best.start), drives(), rules)
    if PlacementGrade.FEASIBLE in possible:
        assert best.verdict.level is not PlacementGrade.BLOCKED


def test_an_absence_that_is_over_offers_no_start() -> None:
    rest = Stop(
        1, "Pine Court", clock("09:10"), clock("16:50"), FAR
    )  # no hour before it, but for who leaves home early
    away = ana(rest, absences=(Absence(clock("00:00"), clock("07:00"), "night call"),))
    wanted = stop(place=FAR)

    assert candidates([away], wanted, drives(), Rules(), clock("08:00")) == candidates(
        [ana(rest)], wanted, drives(), Rules(), clock("08:00")
    )


def test_nobody_sets_out_before_an_absence_is_over_but_for_what_it_holds_up() -> None:
    away = (Absence(clock("11:00"), clock("12:00"), "dentist"),)
    text = "Ana is absent until 12:00 (dentist), and drives 18 min to Pine Court"
    following = stop("12:05", visit_id=1, client="Pine Court", place=FAR)
    assert [f.text for f in judged(stop(), ana(following, absences=away)).findings if f.rule == "absence"] == [text]

    held_up = replace(following, held_up=True)
    assert judged(stop(), ana(held_up, absences=away)).level is not PlacementGrade.BLOCKED


def test_lunch_takes_the_first_gap() -> None:
    lunch = LunchBreak(clock("11:30"), clock("13:30"), 1800)
    assert place_lunch(lunch, [(clock("11:00"), clock("12:10"))]) == clock("12:10")
    assert place_lunch(lunch, [(clock("12:00"), clock("13:00"))]) == clock("11:30")
    assert place_lunch(lunch, [(clock("11:00"), clock("13:15"))]) is None


def test_thirty_technicians_are_ranked_without_waiting() -> None:
    days = [
        replace(
            ana(*(stop(f"{8 + number}:30", minutes=30, visit_id=number, place=FAR) for number in range(6))),
            technician_id=number,
            name=f"T{number:02}",
        )
        for number in range(30)
    ]
    began = time.perf_counter()
    ranked = candidates(days, stop(), drives(), Rules(), clock("08:00"))

    assert len(ranked) == 30
    assert time.perf_counter() - began < 1.5


def test_a_drive_takes_as_long_as_at_its_hour() -> None:
    busy = Scaled(
        Estimated(), TravelScale(1.0, 0.8, 1.3, 40, ZONE, {(False, 23): 4.0, (False, 24): 4.0, (False, 25): 4.0})
    )
    second = stop("12:10", minutes=30, place=FAR)
    gap = ana(stop("10:30", minutes=60, visit_id=1, client="Pine Court"))
    quiet, at_noon = (check(gap, second, Drives(busy, clock("15:00"), by_hour), Rules()) for by_hour in (False, True))
    assert (quiet.level, at_noon.level) == (
        PlacementGrade.WARNINGS,
        PlacementGrade.BLOCKED,
    )  # the buffer is eaten; the gap is too short
    assert at_noon.leg.seconds == pytest.approx(4 * (quiet.leg.seconds or 0), rel=0.1)
    later = check(gap, at(second, clock("15:00")), Drives(busy, 0, True), Rules())
    assert later.leg == quiet.leg


def test_what_nobody_drives_is_not_priced() -> None:
    verdict = judged(stop(place=MUNICH, skills=frozenset({"server"})))

    assert [finding.rule for finding in verdict.findings] == ["place"]
    assert (verdict.extra_travel, verdict.cost, verdict.final) == (0, 0.0, False)
    pinned = Pinned({(HOME, MUNICH): pinned_leg(14 * 60), (MUNICH, HOME): pinned_leg(14 * 60)})
    flown = check(ana(), stop(place=MUNICH), Drives(Chain([pinned, Estimated()]), 0), Rules())
    assert "place" not in [finding.rule for finding in flown.findings]
