"""What is promised per priority: phone, remote, on site, resolution (design/service-levels.md D1)."""

from __future__ import annotations

from collections.abc import Mapping
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
    if len(words) != 5 or any(word != "-" and not _is_target(word) for word in words):
        raise ValueError(
            f"{text.strip()!r} is not five numbers of minutes, or - for none: phone, remote, on site, resolution, and on "
            "site without an agreement, such as 30 60 240 480 480"
        )
    return Targets(*(None if word == "-" else int(word) for word in words))


def targets_text(targets: Targets) -> str:
    """The targets of a priority as they are typed."""
    return " ".join("-" if target is None else str(target) for target in targets)


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


def _is_target(word: str) -> bool:
    return word.isdecimal() and 1 <= int(word) <= LONGEST
