"""What keeps a request from being met, whoever asks: by hand, by a file, or by taking a change back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from db import people
from db.store import Store
from dispatch.model.requests import Request
from dispatch.model.skills import abilities, spoken
from dispatch.model.text import show

COMES_ROUND = "comes after it itself"
"""What is said of a visit that another one comes after, which so would come after itself."""


class OnHand(NamedTuple):
    """What all technicians together can do, and what their vehicles carry."""

    skills: frozenset[str]
    carried: frozenset[str]


def on_hand(store: Store) -> OnHand:
    """What there is today."""
    carried = frozenset(thing for technician in people.technicians(store) for thing in technician.carries)
    return OnHand(abilities(people.skills(store)), carried)


def lacking(there: OnHand, request: Request, before: Request | None) -> Iterator[tuple[str, str, str]]:
    """What a request needs that nobody has: the field, the word, the sentence. What it needed `before` is not asked again."""
    for name, known, said in (
        ("skills", there.skills, "nobody has {}; known are {}"),
        ("crew_skills", there.skills, "nobody has {}; known are {}"),
        ("equipment", there.carried, "no vehicle carries {}; carried are {}"),
    ):
        wanted: Collection[str] = getattr(request, name)
        stands: Collection[str] = getattr(before, name, ())
        for word in sorted(set(wanted) - known - set(stands)):
            have = ", ".join(map(show, spoken(known))) or "none yet: add technicians first"
            yield name, word, said.format(repr(show(word)), have)


def comes_round(after_of: Callable[[int], int | None], visit_id: int, after_id: int | None) -> bool:
    """Whether a visit that begins after another one would so begin after itself.

    Args:
        after_of: what a visit comes after, by ids; circles that stand there already and do not hold the visit end it too.
    """
    seen: set[int] = set()
    while after_id is not None and after_id not in seen:
        if after_id == visit_id:
            return True
        seen.add(after_id)
        after_id = after_of(after_id)
    return False
