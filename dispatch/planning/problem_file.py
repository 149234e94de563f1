"""Day problems as files: read with every fault named, and a plan in the form in which it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.model.instants import DAY_MINUTES
from dispatch.planning.problem import Break, PlannedTechnician, PlannedVisit, Prices, Problem

MOST_FAULTS = 20
"""So many are named; a file that is not a day problem has one at every turn."""
_LONGEST = DAY_MINUTES * 60
"""Seconds that a buffer or a break may take."""


class BadProblem(ValueError):
    """A file that is not a day problem, with what is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults[:MOST_FAULTS]))
        self.faults = faults[:MOST_FAULTS]


def problem_from(raw: Any) -> Problem:
    """The problem of a parsed file.

    Raises:
        BadProblem: with everything that is missing, of the wrong type or out of the matrix.
    """
    reader = _Reader()
    root = reader.table(raw, "the problem")
    seconds = _matrix(reader, root)
    weights = reader.table(root.get("weights"), "weights")
    left_out = reader.table(weights.get("left_out"), "weights.left_out")
    late = reader.number(weights.get("late_minute"), "weights.late_minute")
    technicians = tuple(
        _technician(reader, technician, f"technicians[{number}]", len(seconds))
        for number, technician in enumerate(reader.rows(root.get("technicians"), "technicians"))
    )
    visits = tuple(
        _visit(reader, visit, f"visits[{number}]", len(seconds), left_out, late)
        for number, visit in enumerate(reader.rows(root.get("visits"), "visits"))
    )
    for what, ids in (
        ("technicians", [technician.id for technician in technicians]),
        ("visits", [visit.id for visit in visits]),
    ):
        for repeated in sorted({name for name in ids if ids.count(name) > 1}):
            reader.faults.append(f"{what}: the id {repeated!r} stands there more than once")
    buffer = reader.whole(root.get("buffer", 0), "buffer", 0, _LONGEST)
    travel = reader.number(weights.get("travel_minute"), "weights.travel_minute")
    if reader.faults:
        raise BadProblem(reader.faults)
    return Problem(technicians, visits, seconds, buffer, Prices(travel=travel))


class _Reader:
    """Reads values and notes what is wrong; a value that cannot be taken reads as a harmless one."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def table(self, value: Any, path: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.faults.append(f"{path}: an object is expected")
            return {}
        return value

    def rows(self, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            self.faults.append(f"{path}: a list is expected")
            return []
        return value

    def number(self, value: Any, path: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            self.faults.append(f"{path}: a number of at least 0 is expected, not {_brief(value)}")
            return 0.0
        return float(value)

    def whole(self, value: Any, path: str, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.faults.append(f"{path}: a whole number from {least} to {most} is expected, not {_brief(value)}")
            return least
        return value

    def text(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or not value.strip():
            self.faults.append(f"{path}: a text is expected, not {_brief(value)}")
            return ""
        return value

    def words(self, value: Any, path: str) -> frozenset[str]:
        return frozenset(self.text(word, f"{path}[{number}]") for number, word in enumerate(self.rows(value, path)))

    def span(self, value: Any, path: str) -> tuple[int, int]:
        pair = self.rows(value, path)
        if len(pair) != 2:
            self.faults.append(f"{path}: two moments are expected, from and to")
            return (0, 0)
        first, last = (self.whole(moment, f"{path}[{number}]", 0, 1_000_000) for number, moment in enumerate(pair))
        if last < first:
            self.faults.append(f"{path}: it ends before it begins")
        return first, last


def _matrix(reader: _Reader, root: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    rows = reader.rows(reader.table(root.get("matrix"), "matrix").get("seconds"), "matrix.seconds")
    matrix = []
    for number, row in enumerate(rows):
        cells = reader.rows(row, f"matrix.seconds[{number}]")
        good = len(cells) == len(rows) and all(type(cell) is int and 0 <= cell <= 1_000_000 for cell in cells)
        if not good:
            reader.faults.append(f"matrix.seconds[{number}]: {len(rows)} whole numbers of seconds are expected")
            cells = [0] * len(rows)
        matrix.append(tuple(cells))
    if not rows:
        reader.faults.append("matrix.seconds: at least one place is expected")
    return tuple(matrix)


def _technician(reader: _Reader, raw: Any, path: str, places: int) -> PlannedTechnician:
    technician = reader.table(raw, path)
    breaks = []
    for number, pause in enumerate(reader.rows(technician.get("breaks", []), f"{path}.breaks")):
        where = f"{path}.breaks[{number}]"
        table = reader.table(pause, where)
        earliest = reader.whole(table.get("earliest"), f"{where}.earliest", 0, 1_000_000)
        latest = reader.whole(table.get("latest"), f"{where}.latest", 0, 1_000_000)
        if latest < earliest:
            reader.faults.append(f"{where}: latest is before earliest")
        home_by = table.get("unless_home_by")
        breaks.append(
            Break(
                earliest,
                latest,
                reader.whole(table.get("duration"), f"{where}.duration", 0, _LONGEST),
                None if home_by is None else reader.whole(home_by, f"{where}.unless_home_by", 0, 1_000_000),
            )
        )
    return PlannedTechnician(
        reader.text(technician.get("id"), f"{path}.id"),
        reader.whole(technician.get("start"), f"{path}.start", 0, max(0, places - 1)),
        reader.whole(technician.get("end"), f"{path}.end", 0, max(0, places - 1)),
        reader.span(technician.get("shift"), f"{path}.shift"),
        reader.words(technician.get("skills", []), f"{path}.skills"),
        tuple(sorted(breaks, key=lambda pause: (pause.earliest, pause.latest))),
    )


def _visit(reader: _Reader, raw: Any, path: str, places: int, left_out: Mapping[str, Any], late: float) -> PlannedVisit:
    visit = reader.table(raw, path)
    priority = visit.get("priority")
    if str(priority) not in left_out:
        reader.faults.append(f"{path}.priority: {_brief(priority)} has no price in weights.left_out")
    deadline = visit.get("deadline")
    dues: tuple[tuple[int, float], ...] = ()
    if deadline is not None:
        dues = ((reader.whole(deadline, f"{path}.deadline", 0, 1_000_000), late),)
    return PlannedVisit(
        reader.text(visit.get("id"), f"{path}.id"),
        reader.whole(visit.get("place"), f"{path}.place", 0, max(0, places - 1)),
        reader.whole(visit.get("service"), f"{path}.service", 0, 1_000_000),
        (reader.span(visit.get("window"), f"{path}.window"),),
        reader.number(left_out.get(str(priority), 0), f"weights.left_out[{priority}]"),
        reader.words(visit.get("skills", []), f"{path}.skills"),
        priority if isinstance(priority, int) else 0,
        dues,
    )


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
