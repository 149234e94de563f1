"""How work is done for a client: by going there, from a distance, on the phone (design/states.md, Remote work)."""

from __future__ import annotations

from typing import Protocol

WAYS = {"on_site": "on site", "remote": "remote", "phone": "on the phone"}
"""The ways, with their words."""


class DoneSomehow(Protocol):
    """What is said of work that is done somehow."""

    @property
    def work(self) -> str: ...
    @property
    def way(self) -> str: ...


def way_and_work(visit: DoneSomehow) -> str:
    """What is done, with the way where nobody goes there."""
    return visit.work if visit.way == "on_site" else f"{WAYS[visit.way]}: {visit.work}"
