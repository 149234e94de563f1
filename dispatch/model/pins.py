"""Pinned drives: a person's override of the travel time between two ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class EndKind(StrEnum):
    """What a drive can begin or end at."""

    SITE = "site"
    HOME = "home"
    """Where a technician's day starts and ends."""
    DEPOT = "depot"


class End(NamedTuple):
    """One end of a drive: a site or a technician by id, the depot with 0."""

    kind: EndKind
    id: int = 0


DEPOT = End(EndKind.DEPOT)


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned drive, in one direction, with why."""

    id: int
    origin: End
    destination: End
    minutes: int
    reason: str = ""
    version: int = 1
