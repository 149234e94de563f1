"""How work is done for a client: by going there, from a distance, on the phone (design/states.md, Remote work)."""

from __future__ import annotations

from typing import Protocol

from dispatch.model.languages import phrase, say
from dispatch.model.states import State

WAYS = {"on_site": phrase("on site"), "remote": phrase("remote"), "phone": phrase("on the phone")}
"""The ways, with their words."""


AGREED_VISIT, REVIEW_VISIT = phrase("Visit as agreed"), phrase("Review with the client")
"""The work of visits that the product asks for: of a plan's visits, and of a review."""


class DoneSomehow(Protocol):
    """What is said of work that is done somehow."""

    @property
    def work(self) -> str: ...
    @property
    def way(self) -> str: ...
    @property
    def state(self) -> State: ...


def told_work(work: str) -> str:
    """What is done, as clients read it: what the product asked for in their language, all else as it was worded."""
    return say(work) if work in (AGREED_VISIT, REVIEW_VISIT) else work


def way_and_work(visit: DoneSomehow) -> str:
    """What is done, with the way where nobody goes there."""
    work = told_work(visit.work)
    return work if visit.way == "on_site" else f"{say(WAYS[visit.way])}: {work}"


def state_words(visit: DoneSomehow) -> str:
    """Where it stands, in words: nobody is on site of remote work, its clock runs."""
    return "running" if visit.way != "on_site" and visit.state is State.ON_SITE else visit.state.label
