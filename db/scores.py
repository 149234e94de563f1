"""What clients said of us in the store: surveys that were answered, sign-offs of visits, and anonymous answers apart from both."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from db.among import group_rows
from db.store import Store
from db.visits import ANCHORED


class ClientWord(NamedTuple):
    """A word of a client: a survey's `score` from 0 to 10 on a day, or the sign-off of a visit, `satisfied` or not. `kind` is that
    of the visit that it is about, empty where it is about none; `crew` who was there, by id and name."""

    client_id: int
    client: str
    kind: str
    day: str
    words: str
    score: int | None = None
    satisfied: bool | None = None
    crew: tuple[tuple[int, str], ...] = ()


def surveys_between(store: Store, first: datetime.date, last: datetime.date) -> list[ClientWord]:
    """The answers to surveys that say whose they are, from one day to another, both included, in their order."""
    rows = store.all(
        "SELECT r.client_id, c.name, coalesce(v.kind, ''), r.on_day, r.words, r.score, r.visit_id FROM survey r "
        "JOIN client c ON c.id = r.client_id LEFT JOIN visit v ON v.id = r.visit_id "
        "WHERE r.withdrawn_at IS NULL AND r.score IS NOT NULL AND r.on_day BETWEEN ? AND ? ORDER BY r.on_day, r.id",
        (first.isoformat(), last.isoformat()),
    )
    there = dict(
        group_rows(
            store.all(
                "SELECT DISTINCT a.visit_id, p.id, p.name FROM survey r JOIN assignment a ON a.visit_id = r.visit_id "
                "JOIN staff p ON p.id = a.staff_id WHERE r.on_day BETWEEN ? AND ? ORDER BY p.name, p.id",
                (first.isoformat(), last.isoformat()),
            )
        )
    )
    return [
        ClientWord(client_id, client, kind, day, words, score, None, tuple(map(_person, there.get(visit_id, ()))))
        for client_id, client, kind, day, words, score, visit_id in rows
    ]


def sign_offs_between(store: Store, start: int, end: int) -> list[ClientWord]:
    """The last sign-off of each visit that was completed, or left open, and belongs to the days from one instant up to another."""
    rows = store.all(
        "SELECT s.client_id, c.name, v.kind, v.id, a.text, a.satisfied FROM visit v JOIN site s ON s.id = v.site_id "
        "JOIN client c ON c.id = s.client_id JOIN item i ON i.visit_id = v.id AND i.kind = 'sign_off' "
        "JOIN attempt a ON a.item_id = i.id AND a.sequence = (SELECT max(b.sequence) FROM attempt b WHERE b.item_id = i.id) "
        f"WHERE v.state IN ('closed', 'left_open') AND a.satisfied IS NOT NULL AND {ANCHORED} ORDER BY a.at, v.id",
        (start, end),
    )
    there = dict(
        group_rows(
            store.all(
                "SELECT DISTINCT a.visit_id, p.id, p.name FROM visit v JOIN assignment a ON a.visit_id = v.id "
                f"JOIN staff p ON p.id = a.staff_id WHERE v.state IN ('closed', 'left_open') AND {ANCHORED} ORDER BY p.name, p.id",
                (start, end),
            )
        )
    )
    return [
        ClientWord(
            client_id, client, kind, "", text, None, bool(satisfied), tuple(map(_person, there.get(visit_id, ())))
        )
        for client_id, client, kind, visit_id, text, satisfied in rows
    ]


def anonymous_between(store: Store, first: str, last: str) -> list[tuple[str, int]]:
    """The anonymous answers of some months, from one to another, both included (`2026-11`): kind of work and number, in no order of
    their coming."""
    return store.all(
        "SELECT kind, score FROM anonymous_answer WHERE month BETWEEN ? AND ? ORDER BY kind, score", (first, last)
    )


def _person(row: tuple[int, str]) -> tuple[int, str]:
    return int(row[0]), str(row[1])
