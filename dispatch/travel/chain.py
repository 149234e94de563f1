"""Providers of travel times, and the chain that asks them in turn: pinned → learned → roads → estimated → unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol, runtime_checkable

from dispatch.model.travel import (
    LONGEST_LEG,
    UNKNOWN_LEG,
    Leg,
    Place,
    PlaceEntered,
    PlaceVia,
    Provenance,
    RoutedLeg,
    driven,
    itself,
)


class Unavailable(Exception):
    """A provider cannot be asked now. The message is a sentence for people; the chain notes it and goes on."""


class Provider(Protocol):
    """A source of travel times, matrix first. A cell that it does not know is an unknown leg; it never raises for one.

    Raises:
        Unavailable: it cannot answer anything at present.
    """

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        """The drive from `origin` at the instant `at`; None is a place without coordinates."""
        return self.matrix([origin], [destination], at)[0][0]

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The drive of each pair: a row for each origin, a cell for each destination."""


@runtime_checkable
class Pathfinder(Protocol):
    """A provider that also knows the way itself."""

    def paths(self, stops: Sequence[Place | None]) -> list[tuple[Place, ...]]:
        """The way from each stop to the next, empty where it is not known. Raises `Unavailable` like a provider."""


@runtime_checkable
class Timekeeper(Protocol):
    """A provider that can say how long many drives take without making a leg of each."""

    def seconds(
        self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int
    ) -> list[list[int | None]]:
        """The seconds of each leg of its matrix, None where it is unknown."""


def seconds_of(
    provider: Provider, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int
) -> list[list[int | None]]:
    """The seconds of each leg of a provider's matrix, as quickly as it can say them."""
    if isinstance(provider, Timekeeper):
        return provider.seconds(origins, destinations, at)
    return [[leg.seconds for leg in line] for line in provider.matrix(origins, destinations, at)]


class Chain:
    """Each cell comes from the first provider that knows it; its distance, where that one has none, from the next.
    What nobody drives is unknown.

    A provider that is `Unavailable` is passed over; what it said stands in `notes`.
    """

    def __init__(self, providers: Sequence[Provider], pathfinders: Sequence[Pathfinder] = ()) -> None:
        self._providers = tuple(providers)
        self._pathfinders = (*pathfinders, *(provider for provider in providers if isinstance(provider, Pathfinder)))
        self.notes: list[str] = []
        """Why a provider could not be asked, each sentence once."""

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        """The first known leg, else an unknown one."""
        origin = itself(origin)
        if isinstance(destination, PlaceVia):
            first = self.leg(origin, destination.via, at)
            return _one_after_other(first, self.leg(destination.via, destination.place, at), destination.seconds)
        if isinstance(destination, PlaceEntered):
            return _longer(self.leg(origin, itself(destination), at), _arrival(origin, destination))
        leg = UNKNOWN_LEG
        for provider in self._providers:
            try:
                leg = _completed(leg, provider.leg(origin, destination, at))
            except Unavailable as fault:
                self._note(fault)
            if leg.metres is not None:
                break
        return driven(leg)

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The first known leg of each pair, else an unknown one. Each provider is asked only for what is still open."""
        origins = [itself(origin) for origin in origins]
        cells = self._matrix(origins, [itself(destination) for destination in destinations], at)
        for column, destination in enumerate(destinations):
            if isinstance(destination, PlaceVia):
                onward = self.leg(destination.via, destination.place, at)
                for row, (first,) in enumerate(self._matrix(origins, [destination.via], at)):
                    cells[row][column] = _one_after_other(first, onward, destination.seconds)
            elif isinstance(destination, PlaceEntered):
                for row, origin in enumerate(origins):
                    cells[row][column] = _longer(cells[row][column], _arrival(origin, destination))
        return cells

    def _matrix(
        self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int
    ) -> list[list[Leg]]:
        cells = [[UNKNOWN_LEG] * len(destinations) for _ in origins]
        for provider in self._providers:
            rows = [row for row, line in enumerate(cells) if any(cell.metres is None for cell in line)]
            columns = sorted({column for row in rows for column, cell in enumerate(cells[row]) if cell.metres is None})
            if not rows:
                break
            try:
                rows_found = provider.matrix(
                    [origins[row] for row in rows], [destinations[column] for column in columns], at
                )
            except Unavailable as fault:
                self._note(fault)
                continue
            for row, line in zip(rows, rows_found, strict=True):
                for column, other in zip(columns, line, strict=True):
                    cells[row][column] = _completed(cells[row][column], other)
        return [[*map(driven, line)] for line in cells]

    def seconds(
        self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int
    ) -> list[list[int | None]]:
        """The seconds of each leg of `matrix`; None also for a pinned one that nobody drives."""
        origins = [itself(origin) for origin in origins]
        cells = self._seconds(origins, [itself(destination) for destination in destinations], at)
        for column, destination in enumerate(destinations):
            if isinstance(destination, PlaceVia):
                for row, (leg,) in enumerate(self.matrix(origins, [destination], at)):
                    cells[row][column] = leg.seconds
            elif isinstance(destination, PlaceEntered):
                for row, origin in enumerate(origins):
                    if (drive := cells[row][column]) is not None:
                        cells[row][column] = drive + _arrival(origin, destination)
        return cells

    def _seconds(
        self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int
    ) -> list[list[int | None]]:
        cells: list[list[int | None]] = [[None] * len(destinations) for _ in origins]
        for provider in self._providers:
            rows = [row for row, line in enumerate(cells) if None in line]
            if not rows:
                break
            try:
                found = seconds_of(provider, [origins[row] for row in rows], destinations, at)
            except Unavailable as fault:
                self._note(fault)
                continue
            for row, line in zip(rows, found, strict=True):
                own = cells[row]
                cells[row] = [other if cell is None else cell for cell, other in zip(own, line, strict=True)]
        return [[None if cell is not None and cell > LONGEST_LEG else cell for cell in line] for line in cells]

    def route(self, stops: Sequence[Place | None], at: int) -> list[RoutedLeg]:
        """The legs from stop to stop, each departing when the one before has arrived, with their ways where known."""
        legs: list[Leg] = []
        for origin, destination in pairwise(stops):
            legs.append(self.leg(origin, destination, at))
            at += legs[-1].seconds or 0
        paths: list[tuple[Place, ...]] = [()] * len(legs)
        for finder in self._pathfinders:
            try:
                ways = finder.paths(stops)
            except Unavailable as fault:
                self._note(fault)
                continue
            paths = [path or other for path, other in zip(paths, ways, strict=True)]
            if all(paths):
                break
        return [RoutedLeg(leg, path) for leg, path in zip(legs, paths, strict=True)]

    def _note(self, fault: Unavailable) -> None:
        if str(fault) not in self.notes:
            self.notes.append(str(fault))


def _one_after_other(first: Leg, second: Leg, seconds: int) -> Leg:
    """Two drives with a stop between them as one; unknown where one of them is."""
    if not (first.known and second.known):
        return UNKNOWN_LEG

    def both(one: int | None, other: int | None, more: int = 0) -> int | None:
        return None if one is None or other is None else one + other + more

    return replace(
        max(first, second, key=lambda leg: list(Provenance).index(leg.provenance)),
        seconds=both(first.seconds, second.seconds, seconds),
        metres=both(first.metres, second.metres),
        low=both(first.low, second.low, seconds),
        high=both(first.high, second.high, seconds),
    )


def _arrival(origin: Place | None, destination: PlaceEntered) -> int:
    """The seconds from the end of the drive to where work begins."""
    return 0 if origin == itself(destination) else destination.arrival


def _longer(leg: Leg, seconds: int) -> Leg:
    """A drive with so many seconds more at its end; unknown where it is."""
    if leg.seconds is None or leg.low is None or leg.high is None:
        return leg
    return replace(leg, seconds=leg.seconds + seconds, low=leg.low + seconds, high=leg.high + seconds)


def _completed(leg: Leg, other: Leg) -> Leg:
    """`leg`, or `other` where it is not known; the distance of the first that has one."""
    if not leg.known:
        return other
    if leg.metres is None and other.metres is not None:
        return replace(leg, metres=other.metres)
    return leg
