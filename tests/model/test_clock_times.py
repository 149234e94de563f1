"""A clock time of a zone becomes an instant in one place, which knows the hours that a day skips and those it has twice."""

from __future__ import annotations

import ast
import datetime
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dispatch.model.instants import ClockGap, ClockRepeated, Unclear, at_local, at_wall, day_bounds, iso, span_local

SPRING = datetime.date(2026, 3, 8)
AUTUMN = datetime.date(2026, 11, 1)
NEW_YORK, HAVANA, SANTIAGO = "America/New_York", "America/Havana", "America/Santiago"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("day", "clock", "zone", "first", "last", "calendar"),
    [
        (SPRING, "02:30", NEW_YORK, "03:00:00-04:00", "03:00:00-04:00", "03:30:00-04:00"),
        (SPRING, "03:00", NEW_YORK, "03:00:00-04:00", "03:00:00-04:00", "03:00:00-04:00"),
        (AUTUMN, "01:30", NEW_YORK, "01:30:00-04:00", "01:30:00-05:00", "01:30:00-04:00"),
        (AUTUMN, "02:00", NEW_YORK, "02:00:00-05:00", "02:00:00-05:00", "02:00:00-05:00"),
        (datetime.date(2026, 9, 6), "00:00", SANTIAGO, "01:00:00-03:00", "01:00:00-03:00", "01:00:00-03:00"),
        (datetime.date(2025, 11, 2), "00:00", HAVANA, "00:00:00-04:00", "00:00:00-05:00", "00:00:00-04:00"),
        (datetime.date(2026, 4, 5), "01:45", "Australia/Lord_Howe", "01:45:00+11:00", "01:45:00+10:30", "01:45:00+11:00"),
    ],
)  # fmt: skip
def test_an_unclear_time_is_what_the_caller_means(
    day: datetime.date, clock: str, zone: str, first: str, last: str, calendar: str
) -> None:
    meant = [at_local(day, clock, zone, how) for how in (Unclear.FIRST, Unclear.LAST, Unclear.CALENDAR)]
    assert [iso(instant, zone).partition("T")[2] for instant in meant] == [first, last, calendar]


@pytest.mark.parametrize(("day", "fault"), [(SPRING, ClockGap), (AUTUMN, ClockRepeated)])
def test_what_somebody_typed_is_asked_back(day: datetime.date, fault: type[Exception]) -> None:
    clock = "02:30" if fault is ClockGap else "01:30"
    with pytest.raises(fault, match="type"):
        at_local(day, clock, NEW_YORK)
    with pytest.raises(fault, match="type"):
        at_wall(datetime.datetime.combine(day, datetime.time.fromisoformat(clock)), NEW_YORK)


@pytest.mark.parametrize(
    ("day", "opens", "closes", "minutes"),
    [(SPRING, 60, 240, 120), (SPRING, 120, 180, 0), (AUTUMN, 90, 105, 75), (AUTUMN, 0, 1440, 1500)],
)
def test_a_span_has_the_minutes_that_its_day_has(day: datetime.date, opens: int, closes: int, minutes: int) -> None:
    start, end = span_local(day, opens, closes, NEW_YORK)
    assert (end - start) // 60 == minutes


@pytest.mark.parametrize(("day", "hours"), [("2026-09-06", 23), ("2026-04-04", 25), ("2026-04-05", 24)])
def test_a_day_begins_when_its_clocks_do(day: str, hours: int) -> None:
    start, end = day_bounds(datetime.date.fromisoformat(day), SANTIAGO)
    assert end - start == hours * 3600


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """The modules in which a clock time or a number of seconds may stand."""
    texts = (
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for package in ("dispatch", "db", "screens", "widgets")
        for path in sorted((ROOT / package).rglob("*.py"))
    )
    return tuple(
        (path, ast.parse(text))
        for path, text in texts
        if re.search(r"at_local|tzinfo|3_?600|6_?400|2_?800|\* ?60", text)
    )


def _asks(call: ast.Call) -> bool:
    """Whether it raises where the time is unclear: nothing else was said, or exactly that."""
    given = [*call.args[3:], *(keyword.value for keyword in call.keywords if keyword.arg == "unclear")]
    return not given or (isinstance(given[0], ast.Attribute) and given[0].attr == "ASK")


def _answers(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(one, ast.Name) and one.id in ("AmbiguousTime", "ValueError") for one in caught)


def unguarded(tree: ast.AST, guarded: bool = False) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(tree):
        named = isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id == "at_local"
        if named and not guarded and _asks(child):  # type: ignore[arg-type]
            yield child  # type: ignore[misc]
        if isinstance(child, ast.Try):
            answered = guarded or any(map(_answers, child.handlers))
            for part in child.body:
                yield from unguarded(ast.Module([part], []), answered)
            for part in (*child.handlers, *child.orelse, *child.finalbody):
                yield from unguarded(ast.Module([part], []), guarded)  # type: ignore[list-item]
        else:
            yield from unguarded(child, guarded)


def test_no_time_is_asked_back_where_nobody_answers() -> None:
    """A computed time says what it means on a day that skips it or has it twice."""
    left_alone = (
        "dispatch/model/instants.py",
        "dispatch/model/typed_times.py",
        "dispatch/demo/",
    )  # what people type; a firm that is made up
    found = [
        f"{path}:{call.lineno}"
        for path, tree in sources()
        if not path.startswith(left_alone)
        for call in unguarded(tree)
    ]
    assert found == []


def _value(node: ast.AST) -> object:
    """What an expression of bare numbers, or a text, is."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = _value(node.left), _value(node.right)
        return left * right if isinstance(left, int) and isinstance(right, int) else None
    return None


def _length_of_days(node: ast.AST) -> bool:
    """A number of seconds of whole days, also as a product or in the text of a query."""
    value = _value(node)
    if isinstance(value, str):
        return any(number in value for number in ("86400", "172800", "604800"))
    return isinstance(value, int) and 0 < value <= 366 * 86_400 and value % 86_400 == 0


def test_no_day_is_counted_in_seconds() -> None:
    """A day has 23, 24 or 25 hours: its ends are those of `day_bounds`. What is not a day is said in hours or minutes."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and _length_of_days(node)
    ]
    assert found == []


def test_no_clock_reading_is_given_a_zone_elsewhere() -> None:
    """`replace(tzinfo=…)` of another zone than UTC guesses at a skipped or a repeated hour."""
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if path == "dispatch/model/instants.py" or not isinstance(node, ast.Call):
                continue
            zones = [keyword.value for keyword in node.keywords if keyword.arg == "tzinfo"]
            if any(ast.unparse(zone) not in ("None", "datetime.UTC", "UTC") for zone in zones):
                found.append(f"{path}:{node.lineno}")
    assert found == []
