"""What each minute of a stay counts as (design/charges.md B3, B4.1), in tables: every boundary from both sides."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

import pytest

from dispatch.charges.card import Rounding, read_agreement, read_card
from dispatch.charges.minutes import Stay, round_minutes, stay_of
from dispatch.charges.pricing import Pricing
from dispatch.charges.terms import select
from dispatch.charges.visit import ChargedSite, read_visit
from dispatch.fields.reading import merged

MONDAY = "2026-11-23"  # business from 08:00 to 17:00, holiday on Thursday
CARD: Mapping[str, Any] = {
    "currency": "USD",
    "timezone": "America/New_York",
    "holidays": ["2026-11-26"],
    "classes": {"tech": {"standard": "120"}},
    "rounding": {"mode": "exact"},
}


def moment(clock: str | None) -> str | None:
    """A clock time on Monday, or `+1 06:30` on a later day, as a timestamp."""
    if clock is None:
        return None
    days, _, time = clock.rpartition(" ")
    day = datetime.date.fromisoformat(MONDAY) + datetime.timedelta(days=int(days or 0))
    return f"{day}T{time}:00-05:00"


def stay(
    came: str | None,
    left: str | None,
    *marks: tuple[str, str, str],
    card: Mapping[str, Any] | None = None,
    agreement: Mapping[str, Any] | None = None,
    part: Mapping[str, str] | None = None,
    **visit: Any,
) -> tuple[Stay, set[str]]:
    visit = read_visit(
        {
            **visit,
            "scheduled_start": moment(visit.get("scheduled_start")),
            "assignments": [
                {
                    "technician": "ann",
                    "class": "tech",
                    "check_in": moment(came),
                    "check_out": moment(left),
                    "marks": [{"kind": kind, "start": moment(a), "end": moment(b)} for kind, a, b in marks],
                    **{name: moment(clock) for name, clock in (part or {}).items()},
                }
            ],
        },
        "visit",
        None,
    )
    agreed = None if agreement is None else read_agreement(agreement, "agreement", None)
    terms = select(read_card(merged(CARD, card or {}), "card", None), agreed, visit)
    pricing = Pricing(terms, visit, ChargedSite(minutes=Fraction(20)))
    return stay_of(pricing, terms.crew[0]), pricing.flags


def kinds(found: Stay) -> list[tuple[str, int]]:
    return [(kind, len(list(run))) for kind, run in groupby(minute.kind for minute in found.minutes)]


def bands(found: Stay) -> list[tuple[str, int]]:
    return [(band, len(list(run))) for band, run in groupby(minute.tier.band for minute in found.minutes)]


@pytest.mark.parametrize(
    ("came", "left", "more", "counted", "early", "flags"),
    [
        ("09:00", "10:00", {}, 60, 0, set()),
        ("08:59", "10:00", {}, 60, 1, {"EARLY_ARRIVAL_CLIPPED"}),
        ("09:01", "10:00", {}, 59, 0, set()),
        ("08:30", "10:00", {"early_start_agreed": True}, 90, 0, set()),
        ("08:30", "10:00", {"card": {"clip_early": False}}, 90, 0, set()),
        ("08:30", "08:50", {}, 0, 20, {"EARLY_ARRIVAL_CLIPPED", "ZERO_DURATION"}),
        ("08:30", "09:00", {}, 0, 30, {"EARLY_ARRIVAL_CLIPPED", "ZERO_DURATION"}),
        ("08:30", "09:01", {}, 1, 30, {"EARLY_ARRIVAL_CLIPPED"}),
        ("09:10", "09:10", {}, 0, 0, {"ZERO_DURATION"}),
        ("09:10", "09:10", {"outcome": "no_access"}, 0, 0, set()),
        (None, None, {"outcome": "no_access"}, 0, 0, set()),
        ("09:00", None, {"outcome": "no_access"}, 0, 0, set()),
        (None, "10:00", {"outcome": "no_access"}, 0, 0, set()),
        ("09:00", "+1 01:00", {}, 960, 0, set()),
        ("09:00", "+1 01:01", {}, 961, 0, {"LONG_VISIT"}),
        # longer than 16 h there, though not all of it is charged
        ("08:30", "+1 00:31", {}, 931, 30, {"EARLY_ARRIVAL_CLIPPED", "LONG_VISIT"}),
    ],
)
def test_the_window_on_site(
    came: str, left: str, more: dict[str, Any], counted: int, early: int, flags: set[str]
) -> None:
    """B3.1"""
    found, told = stay(came, left, scheduled_start="09:00", **more)
    assert (found.counted, found.early, told) == (counted, early, flags)
    assert found.had_minutes is bool(counted)
    assert found.had_billable is bool(counted)


@pytest.mark.parametrize(
    ("part", "last", "start", "minutes", "flags"),
    [
        ({"depart": "08:25", "return": "10:30"}, True, "08:25", 125, set()),
        ({"depart": "08:25", "return": "10:30"}, False, "08:25", 95, set()),
        ({"depart": "08:25"}, True, "08:25", 130, set()),
        ({"return": "10:30"}, True, "08:40", 110, {"TRAVEL_ESTIMATED"}),
        ({}, True, "08:40", 100, {"TRAVEL_ESTIMATED"}),
        ({}, False, "08:40", 80, {"TRAVEL_ESTIMATED"}),
    ],
)
def test_the_window_from_door_to_door(
    part: dict[str, str], last: bool, start: str, minutes: int, flags: set[str]
) -> None:
    """Nothing is clipped there, however early they set out."""
    found, told = stay(
        "09:00",
        "10:00",
        card={"time_basis": "door_to_door"},
        part=part,
        trip={"last_stop": last},
        scheduled_start="09:30",
    )
    assert (found.counted, found.early, told) == (minutes, 0, flags)
    assert datetime.datetime.fromtimestamp(found.windows[0][0] * 60, datetime.UTC).strftime("%H:%M") == (
        f"{int(start[:2]) + 5}:{start[3:]}"
    )
    assert found.windows[0][1] - found.windows[0][0] == minutes


def test_a_trip_without_a_word_ends_at_home() -> None:
    found, _ = stay("09:00", "10:00", card={"time_basis": "door_to_door"}, part={"depart": "08:50"})
    assert found.counted == 80


@pytest.mark.parametrize(
    ("came", "left", "expected", "graced"),
    [
        ("16:00", "17:15", [("business", 75)], 15),
        ("16:00", "17:16", [("business", 60), ("after_hours", 16)], 0),
        ("16:59", "17:01", [("business", 2)], 1),
        # a run at the front is never graced
        ("07:50", "08:10", [("after_hours", 10), ("business", 10)], 0),
        ("17:00", "17:10", [("after_hours", 10)], 0),
        # before Thursday's holiday: the run is one of two bands, and too long as a whole
        ("+2 16:30", "+3 00:10", [("business", 30), ("after_hours", 420), ("holiday", 10)], 0),
    ],
)
def test_a_short_overrun_stays_business(came: str, left: str, expected: list[tuple[str, int]], graced: int) -> None:
    """B3.4"""
    found, _ = stay(came, left)
    assert bands(found) == expected
    assert found.graced == graced


def test_a_gap_between_two_openings_is_graced_as_it_is_long() -> None:
    hours = {"hours": {"mon": [["08:00", "12:00"], ["12:15", "13:00"], ["13:16", "17:00"]]}}
    found, _ = stay("11:50", "13:30", card=hours)
    assert bands(found) == [("business", 70), ("after_hours", 16), ("business", 14)]
    assert found.graced == 15


def test_a_break_is_out_before_anything_else() -> None:
    # 17:00 to 17:15 after the break: the overrun that follows is 15 minutes without it
    found, _ = stay("16:30", "17:25", ("break", "16:55", "17:05"), ("break", "17:00", "17:10"))
    assert (bands(found), found.breaks, found.counted) == ([("business", 40)], 15, 40)


def test_a_break_outside_what_counts_takes_nothing_out() -> None:
    found, _ = stay("08:30", "10:00", ("break", "08:30", "09:10"), scheduled_start="09:00")
    assert (found.breaks, found.counted) == (10, 50)


FIXED = {"kind": "fixed_price"}
OURS = {"cause": "own_failure", "original_visit_date": "2026-11-01"}


@pytest.mark.parametrize(
    ("marks", "more", "expected"),
    [
        ([], {}, [("billable", 60)]),
        ([("own_fault", "09:00", "09:20")], {}, [("own_fault", 20), ("billable", 40)]),
        ([], OURS, [("own_fault", 60)]),
        ([("new_work", "09:40", "10:00")], OURS, [("own_fault", 40), ("billable", 20)]),
        # a slip of ours in the new work is ours all the same
        ([("new_work", "09:40", "10:00"), ("own_fault", "09:50", "10:00")], OURS,
         [("own_fault", 40), ("billable", 10), ("own_fault", 10)]),
        ([("test", "09:30", "10:00")], {}, [("billable", 60)]),
        ([("test", "09:30", "10:00")], {"card": {"testing": {"free_min": 10}}},
         [("billable", 30), ("free_test", 10), ("billable", 20)]),
        ([("test", "09:00", "09:06"), ("test", "09:30", "10:00")], {"card": {"testing": {"free_min": 10}}},
         [("free_test", 6), ("billable", 24), ("free_test", 4), ("billable", 26)]),
        ([("test", "09:30", "10:00")], {"card": {"testing": {"billable": False}}}, [("billable", 30), ("free_test", 30)]),
        # our own fault comes first and uses none of the free minutes
        ([("test", "09:30", "10:00"), ("own_fault", "09:30", "09:40")], {"card": {"testing": {"free_min": 10}}},
         [("billable", 30), ("own_fault", 10), ("free_test", 10), ("billable", 10)]),
        ([], {"agreement": FIXED}, [("covered", 60)]),
        ([("excluded", "09:30", "10:00")], {"agreement": FIXED}, [("covered", 30), ("billable", 30)]),
        ([], {"agreement": FIXED, "outcome": "no_access"}, [("billable", 60)]),
        ([], {"agreement": {"kind": "retainer"}}, [("billable", 60)]),
        ([("test", "09:30", "10:00")], {"agreement": FIXED, "card": {"testing": {"billable": False}}},
         [("covered", 30), ("free_test", 30)]),
    ],
)  # fmt: skip
def test_what_a_minute_counts_as(
    marks: list[tuple[str, str, str]], more: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    """B3.6"""
    found, _ = stay("09:00", "10:00", *marks, **more)
    assert kinds(found) == expected
    counts = [sum(count for kind, count in expected if kind == wanted) for wanted in ("own_fault", "free_test")]
    assert [found.count("own_fault"), found.count("free_test")] == counts
    assert found.counted == 60 - sum(counts)
    assert found.covered is any(kind == "covered" for kind, _ in expected)
    assert found.had_billable is any(kind == "billable" for kind, _ in expected)


@pytest.mark.parametrize(
    ("agreement", "expected"),
    [
        (FIXED, [("covered", 30), ("billable", 60)]),
        ({**FIXED, "waive_bands": ["after_hours"]}, [("covered", 90)]),
        ({**FIXED, "covers_bands": ["after_hours"]}, [("billable", 30), ("covered", 60)]),
    ],
)
def test_a_fixed_price_covers_bands_after_waivers(agreement: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    """B2.5, B3.6"""
    found, _ = stay("16:30", "18:00", agreement=agreement)
    assert kinds(found) == expected
    assert bands(found) == [("business", 30), ("after_hours", 60)]


@pytest.mark.parametrize(
    ("mode", "grace", "results"),
    [
        ("exact", 0, [0, 1, 7, 14, 15, 16, 20, 22, 30]),
        ("up", 0, [0, 15, 15, 15, 15, 30, 30, 30, 30]),
        ("up", 5, [0, 15, 15, 15, 15, 15, 15, 30, 30]),
        ("down", 0, [0, 0, 0, 0, 15, 15, 15, 15, 30]),
        ("nearest", 0, [0, 0, 0, 15, 15, 15, 15, 15, 30]),
    ],
)
def test_rounding(mode: str, grace: int, results: list[int]) -> None:
    """B4.1"""
    minutes = [0, 1, 7, 14, 15, 16, 20, 22, 30]
    assert [round_minutes(Fraction(one), Rounding(15, mode, grace)) for one in minutes] == results


def test_a_tie_goes_up() -> None:
    """B4.1"""
    assert [round_minutes(Fraction(one), Rounding(30, "nearest", 0)) for one in (14, 15, 44, 45)] == [0, 30, 30, 60]
    assert round_minutes(Fraction(15, 2), Rounding(15, "nearest", 0)) == 15
    assert round_minutes(Fraction(21), Rounding(15, "up", 6)) == 15, "the grace itself is forgiven"


@pytest.mark.parametrize(
    ("came", "left", "marks", "mode", "expected"),
    [
        # the minutes that are added repeat the last one: dear at the end, or cheap
        ("16:00", "17:20", [], "up", [("business", 60), ("after_hours", 30)]),
        ("07:50", "08:10", [], "up", [("after_hours", 10), ("business", 20)]),
        ("07:50", "08:10", [], "down", [("after_hours", 10), ("business", 5)]),
        # what is not rounded stays where it is, and the one before it is repeated
        ("09:00", "09:30", [("own_fault", "09:20", "09:30")], "up", [("business", 40)]),
    ],
)
def test_rounding_adds_to_the_end_and_takes_from_it(
    came: str, left: str, marks: list[tuple[str, str, str]], mode: str, expected: list[tuple[str, int]]
) -> None:
    rounding = {"rounding": {"mode": mode, "increment_min": 30 if mode == "up" else 15}}
    found, _ = stay(came, left, *marks, card=rounding)
    assert bands(found) == expected
    assert found.rounded == sum(minute.kind in ("billable", "covered") for minute in found.minutes)


def test_what_is_added_is_of_the_last_counted_kind_and_what_is_taken_is_counted() -> None:
    up = {"rounding": {"mode": "up", "increment_min": 30}}
    found, _ = stay(
        "09:00", "09:50", ("excluded", "09:00", "09:10"), ("own_fault", "09:45", "09:50"), card=up, agreement=FIXED
    )
    assert kinds(found) == [("billable", 10), ("covered", 35), ("own_fault", 5), ("covered", 15)]
    down = {"rounding": {"mode": "down", "increment_min": 30}}
    found, _ = stay("09:00", "09:50", ("own_fault", "09:45", "09:50"), card=down)
    assert kinds(found) == [("billable", 30), ("own_fault", 5)]
    assert (found.counted, found.rounded) == (45, 30)


def test_a_class_may_round_in_its_own_way() -> None:
    classes = {"classes": {"tech": {"standard": "120", "rounding": {"mode": "up", "increment_min": 60}}}}
    found, _ = stay("09:00", "09:10", card=classes)
    assert (found.counted, found.rounded, found.rounding) == (10, 60, Rounding(60, "up", 0))


@pytest.mark.parametrize(
    ("came", "left", "marks", "more", "band"),
    [
        ("07:50", "08:10", [], {}, "after_hours"),
        # the first billable minute, not the first
        ("07:50", "08:10", [("own_fault", "07:50", "08:00")], {}, "business"),
        # graced minutes are business; one that begins after hours is not
        ("16:59", "17:10", [("own_fault", "16:59", "17:00")], {}, "business"),
        ("17:00", "17:10", [], {}, "after_hours"),
        # none is billable: when they came, else when they were expected
        ("07:50", "08:10", [], OURS, "after_hours"),
        (None, None, [], {"outcome": "no_access", "scheduled_start": "06:00"}, "after_hours"),
        (None, None, [], {"outcome": "no_access", "scheduled_start": "09:00"}, "business"),
        (None, None, [], {"outcome": "aborted_by_us"}, None),
        ("+3 09:00", "+3 10:00", [], {}, "holiday"),
        ("+5 09:00", "+5 10:00", [], {}, "weekend"),
    ],
)
def test_the_arrival_band(
    came: str | None, left: str | None, marks: list[tuple[str, str, str]], more: dict[str, Any], band: str | None
) -> None:
    """B5.1"""
    found, _ = stay(came, left, *marks, **more)
    assert (found.arrival and found.arrival.name) == band


def test_presence_weighs_every_minute_whatever_it_counts_as() -> None:
    """B5.2"""
    # 30 business, 60 after hours at 1.5, and our own fault among them; 17:00 to 17:10 is a break
    found, _ = stay("16:30", "18:10", ("break", "17:00", "17:10"), ("own_fault", "17:30", "17:40"))
    assert found.presence == 30 + 60 * Fraction(3, 2)
    assert stay("09:00", "09:00")[0].presence == 0
