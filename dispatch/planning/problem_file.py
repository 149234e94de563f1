"""Day problems as files: read with every fault named, and a plan in the form in which it is printed."""

from __future__ import annotations

import contextlib
import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import IO, Annotated, Any, NamedTuple

from dispatch.fields.reading import Faults, FormFault, Reader, expected, record, sequence, table, whole
from dispatch.model.instants import DAY_MINUTES
from dispatch.planning.problem import Break, PlannedTechnician, PlannedVisit, Prices, Problem, Span

MOST_FAULTS = 20
"""So many are named; a file that is not a day problem has one at every turn."""

_MOST_NUMBERS = 100_000


class BadProblem(ValueError):
    """A file that is not a day problem, with what is wrong with it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults[:MOST_FAULTS]))
        self.faults = faults[:MOST_FAULTS]


_moment: Reader[int] = partial(whole, most=1_000_000)
_Moment = Annotated[int, _moment]
_Load = Annotated[int, _moment]
_Length = Annotated[int, partial(whole, most=DAY_MINUTES * 60)]
# a file may say more than is read
_open_record = partial(record, allowed=None)


def _price(value: Any, path: str, faults: Faults) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise expected(path, value, "a number of at least 0")
    return float(value)


def _span(value: Any, path: str, faults: Faults) -> tuple[int, ...]:
    """From one moment to another."""
    span = sequence(_moment, least=2, most=2)(value, path, faults)
    if span[1:] < span[:1] and len(span) == 2:
        raise FormFault(f"{path}: it ends before it begins")
    return span


def _drives(value: Any, path: str, faults: Faults) -> tuple[array[int], ...]:
    """A square of seconds."""
    if not isinstance(value, list) or not value:
        raise expected(path, value, "a row for each place")
    rows = []
    for number, row in enumerate(value):
        cells = row if isinstance(row, array) else _packed({"seconds": [row]})["seconds"][0]
        if not isinstance(cells, array) or len(cells) != len(value) or not 0 <= min(cells) <= max(cells) <= 1_000_000:
            raise FormFault(f"{path}[{number}]: {len(value)} whole numbers of seconds are expected")
        rows.append(cells)
    return tuple(rows)


class _Pause(NamedTuple):
    earliest: _Moment
    latest: _Moment
    duration: _Length
    unless_home_by: _Moment | None = None


class _Driver(NamedTuple):
    id: str
    start: int
    end: int
    shift: Annotated[Span, _span]
    skills: tuple[str, ...] = ()
    breaks: Annotated[tuple[_Pause, ...], sequence(_open_record(_Pause))] = ()
    capacity: _Load | None = None


class _Wanted(NamedTuple):
    id: str
    place: int
    service: _Moment
    window: Annotated[Span, _span]
    priority: int
    skills: tuple[str, ...] = ()
    deadline: _Moment | None = None
    load: _Load = 0


class _Weights(NamedTuple):
    travel_minute: Annotated[float, _price]
    late_minute: Annotated[float, _price]
    left_out: Annotated[Mapping[str, float], table(_price)]


class _Matrix(NamedTuple):
    seconds: Annotated[tuple[Sequence[int], ...], _drives]


class _FiledDay(NamedTuple):
    """A file as it is written."""

    matrix: Annotated[_Matrix, _open_record(_Matrix)]
    weights: Annotated[_Weights, _open_record(_Weights)]
    technicians: Annotated[tuple[_Driver, ...], sequence(_open_record(_Driver))]
    visits: Annotated[tuple[_Wanted, ...], sequence(_open_record(_Wanted))]
    buffer: _Length = 0


_read_day = _open_record(_FiledDay)


class _Numbers(dict[str, int]):
    """Whole numbers as they stand in a file, each made once: a matrix has millions of cells and few lengths."""

    def __missing__(self, text: str) -> int:
        number = int(text)
        if len(self) < _MOST_NUMBERS:
            self[text] = number
        return number


def read_problem(file: IO[str]) -> Problem:
    """The problem of a file.

    Raises:
        BadProblem: as `problem_from`.
        ValueError: it is not JSON.
    """
    return problem_from(json.load(file, parse_int=_Numbers().__getitem__, object_hook=_packed))


def _packed(table: dict[str, Any]) -> dict[str, Any]:
    """What stands in a file, a matrix with four bytes for each cell; what is none stays as it is, for the reader to say so."""
    rows = table.get("seconds")
    if isinstance(rows, list):
        for number, row in enumerate(rows):
            if isinstance(row, list) and {*map(type, row)} == {int}:
                with contextlib.suppress(OverflowError):
                    rows[number] = array("i", row)
    return table


def problem_from(raw: Any) -> Problem:
    """The problem of a parsed file.

    Raises:
        BadProblem: with everything that is missing, of the wrong type or out of the matrix.
    """
    faults: list[str] = []
    try:
        day: _FiledDay = _read_day(raw, "", faults)
    except FormFault as fault:
        raise BadProblem([str(fault)]) from None
    faults += _out_of_bounds(day)
    if faults:
        raise BadProblem(faults)
    technicians = tuple(
        PlannedTechnician(
            driver.id,
            driver.start,
            driver.end,
            driver.shift,
            frozenset(driver.skills),
            tuple(Break(*pause) for pause in sorted(driver.breaks, key=lambda pause: pause[:2])),
            capacity=driver.capacity,
        )
        for driver in day.technicians
    )
    weights = day.weights
    visits = tuple(
        PlannedVisit(
            wanted.id,
            wanted.place,
            wanted.service,
            (wanted.window,),
            weights.left_out[str(wanted.priority)],
            frozenset(wanted.skills),
            wanted.priority,
            () if wanted.deadline is None else ((wanted.deadline, weights.late_minute),),
            load=wanted.load,
        )
        for wanted in day.visits
    )
    return Problem(technicians, visits, day.matrix.seconds, day.buffer, Prices(travel=weights.travel_minute))


def _out_of_bounds(day: _FiledDay) -> Iterator[str]:
    """What does not fit the rest of the file. What could not be read is None here, and was named before."""
    places = len(day.matrix.seconds or ()) if day.matrix else 0
    prices = day.weights.left_out or {} if day.weights else {}
    for what, rows in (("technicians", day.technicians), ("visits", day.visits)):
        ids = [row.id for row in rows or ()]
        for repeated in sorted({str(name) for name in ids if ids.count(name) > 1}):
            yield f"{what}: the id {repeated!r} stands there more than once"
    for driver in day.technicians or ():
        if max(driver.start or 0, driver.end or 0) >= places:
            yield f"technician {driver.id}: start or end is none of the {places} places"
        if any((pause.latest or 0) < (pause.earliest or 0) for pause in driver.breaks):
            yield f"technician {driver.id}: latest of a break is before earliest"
    for wanted in day.visits or ():
        if (wanted.place or 0) >= places:
            yield f"visit {wanted.id}: its place is none of the {places}"
        if str(wanted.priority) not in prices:
            yield f"visit {wanted.id}: its priority {wanted.priority} has no price in weights.left_out"
