"""Whether the firm can keep what it is about to promise (design/service-levels.md D7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

WEEKS = 8
"""So many weeks of the past are looked at."""
FULL_PCT = 85
"""Share of the technicians' hours from which no room is left for another promise."""


class SiteDrive(NamedTuple):
    """A site and the minutes of the drive to it; None where nobody knows."""

    site: str
    minutes: int | None


def warnings(
    onsite: Mapping[str, int | None], drives: Sequence[SiteDrive], buffer_minutes: int, booked: int, available: int
) -> list[str]:
    """What speaks against the promise, a sentence each; empty: nothing does.

    Args:
        onsite: on-site targets by priority, in minutes.
        drives: the sites that are covered.
        buffer_minutes: the room between two visits.
        booked: minutes of visits in the last eight weeks.
        available: minutes of technicians in that time, inside of the calendar.
    """
    sentences = []
    for priority, target in onsite.items():
        for drive in drives:
            if target is not None and drive.minutes is not None and target < drive.minutes + buffer_minutes:
                sentences.append(
                    f"{priority} on site within {target} min is shorter than the drive to {drive.site} ({drive.minutes} min) "
                    f"and the buffer ({buffer_minutes} min)"
                )
    if available and booked * 100 > available * FULL_PCT:
        share = round(booked * 100 / available)
        sentences.append(
            f"{share}% of the technicians' hours in this calendar were booked in the last {WEEKS} weeks; "
            f"beyond {FULL_PCT}% there is no room for another promise"
        )
    return sentences
