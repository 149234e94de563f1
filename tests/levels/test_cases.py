"""The worked clock examples of the specification and clocks made at random, exactly, and what `dispatch cases` makes of them."""

from __future__ import annotations

import copy
import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch.levels.cases import is_clock_case, recompute
from tests.worked import Example, carried, examples

FILES = ("service-levels/cases.json", "service-levels/random.json")
CASES: dict[str, Any] = carried(FILES[0])


@pytest.mark.parametrize("example", examples(*FILES))
def test_worked_example(example: Example) -> None:
    case = by_the_zone_of_today(example)
    found = recompute(example.file, case)

    assert found.got == case["expected"]
    assert found.differs == ()


def by_the_zone_of_today(example: Example) -> dict[str, Any]:
    """The case; where its zone has been given another offset since it was written, it is due at the same clock time."""
    case = example.case
    zone = ZoneInfo(example.file["calendars"][case["calendar"]]["timezone"])
    if case["expected"].get("due") is None:
        return case
    due = datetime.datetime.fromisoformat(case["expected"]["due"])
    if due.utcoffset() in {due.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}:
        return case
    return case | {"expected": case["expected"] | {"due": due.replace(tzinfo=zone).isoformat(timespec="minutes")}}


def test_what_differs_is_named() -> None:
    case = copy.deepcopy(CASES["cases"][0])
    case["expected"] |= {"elapsed_min": 31, "state": "at_risk", "word": "x"}

    assert recompute(CASES, case).differs == (
        "elapsed_min: expected 31, got 30",
        "state: expected 'at_risk', got 'ok'",
        "word: expected 'x', got nothing",
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"calendar": "us"}, "calendar 'us' is not one of uk, uk-always, split"),
        ({"opened": "2026-05-15T16:30"}, "has no offset"),
        ({"target_min": "60"}, "target_min: '60' is not a whole number of minutes"),
        ({"calendar": {"timezone": "Mars/Base"}}, "timezone: there is no time zone Mars/Base"),
        ({"calendar": {"timezone": "UTC", "hours": {"mon": [["9", "8"]]}}}, "hours.mon: a span ends before it begins"),
    ],
)
def test_a_case_that_cannot_be_computed_says_why(change: dict[str, Any], said: str) -> None:
    found = recompute(CASES, CASES["cases"][0] | change)

    assert found.got is None
    assert said in found.differs[0]


def test_a_missing_key_is_named() -> None:
    case = {key: value for key, value in CASES["cases"][0].items() if key != "now"}
    assert recompute(CASES, case).differs == ("cannot be computed: now is missing",)


def test_due_in_another_offset_is_the_same_moment() -> None:
    case = copy.deepcopy(CASES["cases"][0])
    case["expected"]["due"] = "2026-05-18T08:30:00Z"
    assert recompute(CASES, case).differs == ()


def test_charge_cases_are_told_apart() -> None:
    assert is_clock_case(CASES, CASES["cases"][0])
    assert not is_clock_case({"cards": {}}, {"card": "a", "visit": {}})
