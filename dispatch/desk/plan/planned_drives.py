"""The drives between the places of a day as the solver has them: whole minutes of seconds, each the longest of some moments."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

from dispatch.model.travel import LONGEST_LEG, Place, PlaceVia, itself, placed
from dispatch.planning.day import Drives
from dispatch.travel.chain import seconds_of

_MINUTE = 60
_ROWS = 64
"""So many places are added to the matrix at once."""


def planned_drive(drives: Drives, origin: Place | None, destination: Place | None, moments: Iterable[int]) -> int:
    """The drive between two places as the solver has it: in whole minutes of seconds, the longest of some moments, none at one
    place."""
    if origin == destination and not isinstance(destination, PlaceVia):
        return 0
    seconds = [drives(origin, destination, moment).seconds for moment in moments]
    return whole_minutes(max(_in_seconds(one, origin, destination) for one in seconds))


def addresses_of(places: Iterable[Place | None]) -> tuple[int, ...]:
    """The number of each place's address, by whatever way it is reached."""
    numbers: dict[Place | None, int] = {}
    return tuple(numbers.setdefault(itself(place), len(numbers)) for place in places)


def rows_of(
    known: Sequence[Place | None], seconds: Sequence[Sequence[int]], places: Sequence[Place | None]
) -> tuple[Sequence[int], ...] | None:
    """The drives between some places, from those between the places that are known; None where one of them is not."""
    numbers = {place: number for number, place in zip(range(len(seconds)), known, strict=False)}
    if not numbers.keys() >= set(places):
        return None
    wanted = [numbers[place] for place in places]
    return tuple(array("i", [seconds[number][other] for other in wanted]) for number in wanted)


def matrix_of(
    drives: Drives,
    places: Sequence[Place | None],
    moments: Sequence[int],
    over: Callable[[int], bool] = lambda _done: False,
) -> tuple[Sequence[int], ...]:
    """The drives between all of some places, each as `planned_drive`; only between the first of the places where the time is `over`
    before, which is told how many are done."""
    rows: list[array[int]] = []
    for first in range(0, len(places), _ROWS):  # each time all between the places so far, so that it may end here
        if over(first):
            break
        before, some = places[:first], places[first : first + _ROWS]
        for row, more in zip(rows, _longest(drives, before, some, moments), strict=True):
            row.extend(more)
        rows += (array("i", line) for line in _longest(drives, some, places[: first + _ROWS], moments))
    for number, place in enumerate(places[: len(rows)]):
        if not isinstance(place, PlaceVia):
            rows[number][number] = 0
    return tuple(rows)


def _longest(
    drives: Drives, origins: Sequence[Place | None], destinations: Sequence[Place | None], moments: Sequence[int]
) -> Iterator[list[int]]:
    """For each origin the drives in whole minutes, each the longest of some moments."""
    tables = [seconds_of(drives.provider, origins, destinations, moment) for moment in moments]
    for origin, *lines in zip(origins, *tables, strict=True):
        known = [line if None not in line else _driven(line, origin, destinations) for line in lines]
        longest = known[0] if len(known) == 1 else map(max, zip(*known, strict=True))
        yield [
            -(-seconds // _MINUTE) * _MINUTE for seconds in longest
        ]  # as `whole_minutes`: there are millions of them


def _driven(line: Sequence[int | None], origin: Place | None, places: Sequence[Place | None]) -> Sequence[int]:
    """Drives from one place, each a number."""
    return [
        seconds if seconds is not None else _in_seconds(seconds, origin, places[column])
        for column, seconds in enumerate(line)
    ]


def _in_seconds(seconds: int | None, origin: Place | None, destination: Place | None) -> int:
    """A drive as a number. From or to nowhere known it takes no time that could be planned; farther than anybody drives, more
    than a shift."""
    if seconds is not None:
        return seconds
    return LONGEST_LEG if placed(origin) and placed(destination) else 0


def whole_minutes(seconds: int) -> int:
    """The next full minute of a moment or a span in seconds."""
    return -(-seconds // _MINUTE) * _MINUTE
