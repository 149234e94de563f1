"""Territories: a big map in parts that are solved one after another, so that the first plan does not wait for the whole."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import repeat

from dispatch.planning.problem import Problem

WHOLE = 50
"""Up to so many technicians the map stays whole."""
SIZE = 12
"""So many technicians a territory has, about."""
NEAREST = 24
"""So many technicians are looked at for a visit, the nearest."""


def territories(
    problem: Problem, able: Sequence[Sequence[int]], parts: int | None = None
) -> list[tuple[list[int], list[int]]]:
    """Technicians and visits that belong together; each technician and each visit in exactly one.

    Args:
        problem: the day.
        able: for each visit the technicians who may do it.
        parts: so many of them, or fewer; None: as many as are solved quickly.
    """
    count = len(problem.technicians)
    if count <= WHOLE:
        return [(list(range(count)), list(range(len(problem.visits))))]
    groups = _grouped(problem, parts or -(-count // SIZE))
    of = {technician: number for number, group in enumerate(groups) for technician in group}
    visits: list[list[int]] = [[] for _ in groups]
    for index, technician in enumerate(_shared_out(problem, able)):
        visits[of[technician]].append(index)
    return list(zip(groups, visits, strict=True))


def _shared_out(problem: Problem, able: Sequence[Sequence[int]]) -> list[int]:
    """For each visit a technician near it who may do it and whose day is not full yet; nearest pairs first.

    Without looking at how full a day is, a territory with many clients leaves out what its neighbour has time for.
    """
    room = [technician.shift[1] - technician.shift[0] for technician in problem.technicians]
    starts = [technician.start for technician in problem.technicians]
    pairs: list[tuple[int, int, int]] = []
    for index, visit in enumerate(problem.visits):
        row = [problem.seconds[starts[technician]][visit.place] for technician in able[index] or range(len(room))]
        pairs += heapq.nsmallest(NEAREST, zip(row, repeat(index), able[index] or range(len(room))))
    pairs.sort()
    chosen: dict[int, int] = {}
    nearest: dict[int, int] = {}
    for drive, index, technician in pairs:
        nearest.setdefault(index, technician)
        takes = problem.visits[index].service + problem.buffer + drive // 2
        if index not in chosen and room[technician] >= takes:
            chosen[index] = technician
            room[technician] -= takes
    return [chosen.get(index, nearest[index]) for index in range(len(problem.visits))]


def _grouped(problem: Problem, count: int) -> list[list[int]]:
    """Technicians by their starting places: centres far from each other, each filled with who is nearest, none overfull."""
    seconds = problem.seconds
    starts = [technician.start for technician in problem.technicians]
    centres = [0]
    while len(centres) < count:
        centres.append(
            max(
                range(len(starts)),
                key=lambda technician: min(seconds[starts[centre]][starts[technician]] for centre in centres),
            )
        )
    room = -(-len(starts) // count) + 2
    groups: list[list[int]] = [[] for _ in centres]
    pairs = sorted(
        (seconds[starts[centre]][starts[technician]], number, technician)
        for number, centre in enumerate(centres)
        for technician in range(len(starts))
    )
    placed: set[int] = set()
    for _, number, technician in pairs:
        if technician not in placed and len(groups[number]) < room:
            groups[number].append(technician)
            placed.add(technician)
    return [sorted(group) for group in groups if group]
