"""Providers of travel times, and the chain that asks them in turn: pinned → learned → roads → estimated → unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place


class Provider(Protocol):
    """A source of travel times, matrix first. A cell that it does not know is an unknown leg; it never raises for one."""

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        """The drive from `origin` at the instant `at`; None is a place without coordinates."""

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The drive of each pair: a row for each origin, a cell for each destination."""


class Chain:
    """Each cell comes from the first provider that knows it."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = tuple(providers)

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        """The first known leg, else an unknown one."""
        for provider in self._providers:
            found = provider.leg(origin, destination, at)
            if found.known:
                return found
        return UNKNOWN_LEG

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The first known leg of each pair, else an unknown one."""
        cells = [[UNKNOWN_LEG] * len(destinations) for _ in origins]
        for provider in self._providers:
            if all(cell.known for row in cells for cell in row):
                break
            for row, found in zip(cells, provider.matrix(origins, destinations, at), strict=True):
                row[:] = [cell if cell.known else other for cell, other in zip(row, found, strict=True)]
        return cells
