"""What keeps a request from being met, whoever asks: by hand, by a file, or by taking a change back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from db import people
from db.store import Store
from dispatch.model.requests import Request
from dispatch.model.skills import abilities, spoken
from dispatch.model.text import show

T = TypeVar("T", bound=Hashable)

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
        after_of: what a visit comes after, by ids.
    """
    return visit_id in circling([visit_id], lambda one: after_id if one == visit_id else after_of(one))


def circling(visits: Iterable[T], after_of: Callable[[T], T | None]) -> set[T]:
    """Those visits that come after themselves, among some and what they come after."""
    looked_at: set[T] = set()
    found: set[T] = set()
    for first in visits:
        way: dict[T, None] = {}
        here: T | None = first
        while here is not None and here not in looked_at and here not in way:
            way[here] = None
            here = after_of(here)
        if here in way:
            round_it = list(way)
            found.update(round_it[round_it.index(here) :])
        looked_at |= way.keys()
    return found
