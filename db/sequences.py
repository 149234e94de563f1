"""Visits that come after one another."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from db.among import AMONG, keys_param
from db.store import Store


class Neighbour(NamedTuple):
    """Another visit that has to be over before one, or begins after it. `at` is its planned or real end, or else its start;
    None where it has no time. Between them are at least `minutes`, and they are on `any` day, the `same` or a `later` one."""

    reference: str
    at: int | None
    minutes: int
    day: str
    visit_id: int


_LAST_END = "iif(b.days = b.next_day, b.ends_at, (SELECT d.ends_at FROM visit_day d WHERE d.visit_id = b.id AND d.day = b.days))"
"""The planned end of a visit `b`, of its last day where it takes several; NULL where that has no place."""


def in_sequence(store: Store, ids: Collection[int]) -> tuple[dict[int, Neighbour], dict[int, list[Neighbour]]]:
    """What comes before some visits, and what after them, by their ids; what was cancelled or came to nothing binds nothing."""
    lost = "('cancelled', 'aborted', 'no_access')"
    before = {
        visit_id: Neighbour(*rest)
        for visit_id, *rest in store.all(
            f"SELECT v.id, b.reference, coalesce(b.ended_at, {_LAST_END}), v.after_minutes, v.after_day, b.id FROM visit v "
            f"JOIN visit b ON b.id = v.after_id WHERE v.id {AMONG} AND b.archived_at IS NULL AND b.state NOT IN {lost}",
            keys_param(ids),
        )
    }
    after: dict[int, list[Neighbour]] = {}
    for visit_id, *rest in store.all(
        "SELECT v.after_id, v.reference, coalesce((SELECT min(d.starts_at) FROM visit_day d WHERE d.visit_id = v.id "
        "AND d.day < v.next_day), v.starts_at), v.after_minutes, v.after_day, v.id FROM visit v "
        f"WHERE v.after_id {AMONG} AND v.archived_at IS NULL AND v.starts_at IS NOT NULL AND v.state NOT IN {lost}",
        keys_param(ids),
    ):
        after.setdefault(visit_id, []).append(Neighbour(*rest))
    return before, after
