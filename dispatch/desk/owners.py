"""Whose job it is: who starts a job finishes it, or who agreed to take it over (design/product.md, Rule 6)."""

from __future__ import annotations

from dataclasses import dataclass

from db import handovers
from db.store import Store


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose job it is: `names` started it, `allowed` are their ids and those of everybody who agreed to take it over."""

    names: tuple[str, ...]
    allowed: frozenset[int]


def owners_of(store: Store, visit_ids: list[int]) -> dict[int, Owners]:
    """The owners of each visit whose job was started; the others may go to anybody."""
    started = handovers.starters(store, visit_ids)
    taken = handovers.taken_over(store, list(started))
    return {
        visit_id: Owners(tuple(people_by_id.values()), frozenset(people_by_id) | taken.get(visit_id, set()))
        for visit_id, people_by_id in started.items()
    }
