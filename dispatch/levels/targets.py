"""What is promised per priority: phone, remote, on site, resolution; and whether the firm can keep it (D1, D7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

CLOCKS = ("phone", "remote", "onsite", "resolution")
"""The four clocks of a request, in the order in which they are due."""
LABELS: Mapping[str, str] = {"phone": "phone", "remote": "remote", "onsite": "on site", "resolution": "resolution"}
PRIORITIES = ("P1", "P2", "P3", "P4")
PAUSING = frozenset({"onsite", "resolution"})
"""The clocks that waiting for the client stops (D5). A response clock never pauses."""
LONGEST = 1_000_000
"""Minutes; nobody promises anything beyond."""


class Targets(NamedTuple):
    """The targets of one priority in counted minutes; None: nothing is promised. `aim` is on site, without an agreement."""

    phone: int | None = None
    remote: int | None = None
    onsite: int | None = None
    resolution: int | None = None
    aim: int | None = None

    def of(self, clock: str) -> int | None:
        """The target of a clock."""
        target: int | None = getattr(self, clock)
        return target


def read_targets(text: str) -> Targets:
    """The targets of a priority as they are typed: five numbers, `-` for none.

    Raises:
        ValueError: it is not five of them; the message gives an example.
    """
    words = text.replace("–", "-").split()
    if len(words) != 5 or any(word != "-" and not (word.isdecimal() and 1 <= int(word) <= LONGEST) for word in words):
        raise ValueError(
            f"{text.strip()!r} is not five numbers of minutes, or - for none: phone, remote, on site, resolution, and on "
            "site without an agreement, such as 30 60 240 480 480"
        )
    return Targets(*(None if word == "-" else int(word) for word in words))


def targets_text(targets: Targets) -> str:
    """The targets of a priority as they are typed."""
    return " ".join("-" if target is None else str(target) for target in targets)


_WORDS = {label.replace(" ", ""): clock for clock, label in LABELS.items()}


def read_promises(text: str) -> dict[str, dict[str, int | None]]:
    """The targets that are promised beside the firm's, as they are typed: P1 phone 30, P1 on site 240, P2 resolution none.

    Raises:
        ValueError: it is not written so; the message gives an example.
    """
    own: dict[str, dict[str, int | None]] = {}
    for part in filter(None, (piece.split() for piece in re.split("[,;]", text.casefold()))):
        priority, clock, minutes = part[0].upper(), _WORDS.get("".join(part[1:-1])), part[-1]
        whole = minutes.isascii() and minutes.isdecimal() and 1 <= int(minutes) <= LONGEST
        if priority not in PRIORITIES or clock is None or not (whole or minutes == "none"):
            raise ValueError(
                f"{' '.join(part)!r} is not a priority, one of {', '.join(LABELS.values())}, and minutes or none, such as "
                "P1 on site 240"
            )
        own.setdefault(priority, {})[clock] = int(minutes) if whole else None
    return {
        priority: {clock: own[priority][clock] for clock in CLOCKS if clock in own[priority]}
        for priority in PRIORITIES
        if priority in own
    }


def promises_text(own: Mapping[str, Mapping[str, int | None]]) -> str:
    """Such targets as they are typed."""
    return ", ".join(
        f"{priority} {LABELS[clock]} {'none' if minutes is None else minutes}"
        for priority, targets in own.items()
        for clock, minutes in targets.items()
    )


def promised(own: Mapping[str, Mapping[str, Any]], priority: int, defaults: Targets) -> Targets:
    """What an agreement promises for a priority: its own targets, and the firm's where it has none; null takes one away."""
    given = own.get(f"P{priority}", {})
    return defaults._replace(**{clock: given[clock] for clock in CLOCKS if clock in given})


def faults_of_targets(own: Any) -> list[str]:
    """What is wrong with an agreement's own targets, `{"P1": {"onsite": 240}}`, each with its path."""
    if not isinstance(own, Mapping):
        return ["targets: an object of priorities is expected"]
    faults = []
    for priority, targets in own.items():
        if priority not in PRIORITIES or not isinstance(targets, Mapping):
            faults.append(f"targets.{priority}: an object of targets under one of {', '.join(PRIORITIES)} is expected")
            continue
        for clock, target in targets.items():
            path = f"targets.{priority}.{clock}"
            if clock not in CLOCKS:
                faults.append(f"{path}: is not one of {', '.join(CLOCKS)}")
            elif target is not None and not (type(target) is int and 1 <= target <= LONGEST):
                faults.append(f"{path}: {target!r} is not a whole number of minutes from 1 to {LONGEST:,}, or null")
    return faults


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
