"""What a solver's process is asked, as lines of JSON: all of it but the drives, then a line for each row of them.

A row is its drives as numbers of four bytes, little-endian, in base64: written and read in a moment, so that whoever else is
in the process does not wait for it. Rows that two questions have in common go once.
"""

from __future__ import annotations

import binascii
import json
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import IO, Any, NamedTuple

from dispatch.fields.reading import Reader, expected, record, sequence, table
from dispatch.planning.problem import Break, Follows, Plan, PlannedTechnician, PlannedVisit, Prices, Problem


class Beside(NamedTuple):
    """A smaller question on the same day, answered first. `same`: for each of its visits the index in the whole problem; `start`:
    the plan that stands, in its own terms."""

    problem: Problem
    same: tuple[int | None, ...]
    start: Plan

    def in_whole(self, plan: Plan) -> Plan:
        """Its plan in the terms of the whole problem."""
        return tuple(tuple(index for part in order if (index := self.same[part]) is not None) for order in plan)


class Asked(NamedTuple):
    """A question: `seconds` to look for better plans, from the plan `start` on that stands. `begun` and `last` are when it was
    asked and by when something must be said, by the clock (`time.monotonic`) of whoever answers."""

    problem: Problem
    seconds: float
    seed: int
    begun: float
    last: float
    start: Plan | None = None
    beside: Beside | None = None


_RECORDS: tuple[Callable[..., Any], ...] = (
    Asked, Beside, Problem, PlannedTechnician, Break, PlannedVisit, Follows, Prices,
)  # fmt: skip


def written(asked: Asked) -> Iterator[bytes]:
    """A question as lines."""
    rows: dict[int, Sequence[int]] = {}
    yield json.dumps(_plain(asked, rows)).encode() + b"\n"
    for row in rows.values():
        cells = array("I", row)
        if sys.byteorder == "big":
            cells.byteswap()
        yield binascii.b2a_base64(cells.tobytes())


def read(stream: IO[bytes]) -> Asked:
    """The question that comes.

    Raises:
        ValueError: it is none.
    """
    rows: list[Sequence[int]] = []

    def drives(value: Any, path: str, _: Any) -> tuple[Sequence[int], ...]:
        wanted = _numbers(value, path, None)
        while len(rows) <= max(wanted, default=-1):
            rows.append(_row(stream.readline()))
        return tuple(rows[number] for number in wanted)

    own: dict[Any, Reader[Any]] = {
        int: _number,
        float: _number,
        frozenset[str]: lambda value, path, faults: frozenset(_texts(value, path, faults)),
        Mapping[str, float]: table(_number),
        Sequence[Sequence[int]]: drives,
        tuple[int | None, ...]: sequence(lambda value, path, _: None if value is None else _number(value, path)),
    }
    own |= {kind: record(kind, own=own) for kind in _RECORDS}
    asked: Asked = own[Asked](json.loads(stream.readline()), "", None)
    return asked


def _plain(value: Any, rows: dict[int, Sequence[int]]) -> Any:
    """A value as JSON has it; a row of drives is the number of its line, noted in `rows`."""
    if isinstance(value, Problem):
        known = [rows.setdefault(id(row), row) for row in value.seconds]
        numbers = {key: number for number, key in enumerate(rows)}
        others = {
            field.name: _plain(getattr(value, field.name), rows) for field in fields(value) if field.name != "seconds"
        }
        return others | {"seconds": [numbers[id(row)] for row in known]}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), rows) for field in fields(value)}
    if hasattr(value, "_asdict"):
        return {name: _plain(part, rows) for name, part in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: _plain(part, rows) for name, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(part, rows) for part in value] if isinstance(value, tuple) else value


def _row(line: bytes) -> array[int]:
    cells = array("I")
    cells.frombytes(binascii.a2b_base64(line))
    if sys.byteorder == "big":
        cells.byteswap()
    return cells


def _number(value: Any, path: str, _: Any = None) -> Any:
    """A number as it is: a moment is whole, and stands beside prices that are not."""
    if type(value) not in (int, float):
        raise expected(path, value, "a number")
    return value


def _text(value: Any, path: str, _: Any = None) -> str:
    if not isinstance(value, str):
        raise expected(path, value, "a text")
    return value


_numbers, _texts = sequence(_number), sequence(_text)
