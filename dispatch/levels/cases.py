"""A file of worked clock examples: `calendars` by name, and `cases` with `calendar`, `opened`, `target_min`, `now` and more.

The same promise as with charges: a firm writes down what a clock has to say, and recomputes it after every change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.levels.calendar import CalendarFault, calendar_of
from dispatch.levels.clock import ClockReading, LevelClock, Pause, Thresholds
from dispatch.model.cases import Recomputed
from dispatch.model.instants import local, parse_iso


def is_clock_case(cases: Mapping[str, Any], case: Mapping[str, Any]) -> bool:
    """Whether a case is one of a clock; the others are of charges."""
    return "target_min" in case or ("calendars" in cases and "card" not in case)


def recompute(cases: Mapping[str, Any], case: Mapping[str, Any]) -> Recomputed:
    """Read the clock of one case of a file."""
    name, title = str(case.get("id", "")), str(case.get("title", ""))
    try:
        form = _calendar_form(cases, case)
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
    sentence = f"{clock['elapsed_min']} min elapsed, due {clock['due'] or 'none while it is paused'}, {clock['state']}"
    return Recomputed(name, title, "clock", clock, tuple(_differences(case.get("expected"), clock)), (sentence,))


def _calendar_form(cases: Mapping[str, Any], case: Mapping[str, Any]) -> Mapping[str, Any]:
    named = case["calendar"]
    if isinstance(named, Mapping):
        return named
    known = cases.get("calendars") or {}
    if named not in known:
        raise ValueError(f"calendar {named!r} is not one of {', '.join(map(str, known)) or 'none'}")
    form: Mapping[str, Any] = known[named]
    return form


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


def _differences(expected: Any, clock: Mapping[str, Any]) -> list[str]:
    if not isinstance(expected, Mapping):
        return []
    differences = []
    for key, value in clock.items():
        want = expected.get(key)
        if key in expected and not _same(want, value):
            differences.append(f"{key}: expected {want!r}, got {value!r}")
    return differences + [f"{key}: is nothing that a clock says" for key in expected if key not in clock]


def _same(want: Any, got: Any) -> bool:
    """Whether two figures are the same; moments are, whatever their offset."""
    if isinstance(want, str) and isinstance(got, str) and want != got:
        try:
            return parse_iso(want) == parse_iso(got)
        except ValueError:
            return False
    return bool(want == got)
