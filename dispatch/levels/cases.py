"""A file of worked clock examples: `calendars` by name, and `cases` with `calendar`, `opened`, `target_min`, `now` and more.

The same promise as with charges: a firm writes down what a clock has to say, and recomputes it after every change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.levels.calendar import CalendarFault, calendar_of
from dispatch.levels.clock import ClockReading, LevelClock, Pause, Thresholds
from dispatch.model.cases import Recomputed, differences, named
from dispatch.model.instants import local, parse_iso


def is_clock_case(cases: Mapping[str, Any], case: Mapping[str, Any]) -> bool:
    """Whether a case is one of a clock; the others are of charges."""
    return "target_min" in case or ("calendars" in cases and "card" not in case)


def recompute(cases: Mapping[str, Any], case: Mapping[str, Any]) -> Recomputed:
    """Read the clock of one case of a file."""
    name, title = str(case.get("id", "")), str(case.get("title", ""))
    try:
        form = named(cases, case, "calendar")
        reading = _read(form, case)
    except (CalendarFault, KeyError, TypeError, ValueError, AttributeError) as fault:
        missing = f"{fault.args[0]} is missing" if isinstance(fault, KeyError) and fault.args else str(fault)
        return Recomputed(name, title, "clock", None, (f"cannot be computed: {missing}",))
    zone = str(form["timezone"])
    clock = {
        "elapsed_min": reading.elapsed,
        # to the minute, as the examples write it
        "due": None if reading.due is None else local(reading.due, zone).isoformat(timespec="minutes"),
        "state": reading.state.value,
    }
    expected = case.get("expected") or {}
    if _same_moment(expected.get("due"), reading.due):
        expected = expected | {"due": clock["due"]}
    sentence = f"{clock['elapsed_min']} min elapsed, due {clock['due'] or 'none while it is paused'}, {clock['state']}"
    differs = tuple(differences(expected, {key: clock[key] for key in clock if key in expected}))
    return Recomputed(name, title, "clock", clock, differs, (sentence,))


def _read(form: Mapping[str, Any], case: Mapping[str, Any]) -> ClockReading:
    target = case["target_min"]
    if type(target) is not int or target < 0:
        raise ValueError(f"target_min: {target!r} is not a whole number of minutes")
    shares = case.get("thresholds") or {}
    achieved = case.get("achieved")
    clock = LevelClock(
        calendar_of(form),
        parse_iso(case["opened"]),
        target,
        achieved=None if achieved is None else parse_iso(achieved),
        pauses=[
            Pause(parse_iso(start), None if end is None else parse_iso(end)) for start, end in case.get("pauses") or ()
        ],
        thresholds=Thresholds(int(shares.get("at_risk", 75)), int(shares.get("critical", 90))),
    )
    reading = clock.read(parse_iso(case["now"]))
    assert reading is not None
    return reading


def _same_moment(want: Any, due: int | None) -> bool:
    """Whether a moment is written for an instant, whatever its offset."""
    try:
        return parse_iso(want) == due
    except (ValueError, AttributeError):
        return False
