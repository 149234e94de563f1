"""Nothing that anybody does, in whatever order, leaves a record that is not true (design/states.md, Two ways out)."""

from __future__ import annotations

import os
import random

import pytest

from db import audit
from db.library import sqlite3
from dispatch.model.states import STEPS, State
from tests.desk.conftest import Office
from tests.quick import first_of
from tests.walkers.rules import ALWAYS
from tests.walkers.walk import DEEDS, Walk

SEED = int(os.environ.get("WALK_SEED", "2026"))
STATES = tuple(state.value for state in State)


def walked(office: Office, seed: int, steps: int) -> Walk:
    walk = Walk(office, seed)
    try:
        walk.steps(steps)
    finally:
        walk.close()
    assert audit.verify_chain(office.store) is None
    return walk


@first_of("seed, steps", [(SEED, 120), (SEED, 250), (SEED + 1, 250)])
def test_a_short_walk(office: Office, seed: int, steps: int) -> None:
    walk = walked(office, seed, steps)
    assert {"place", "arrive", "go on", "undo"} <= set(walk.done), walk.done


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(SEED + 100, SEED + 140))
def test_a_long_walk(office: Office, seed: int) -> None:
    walked(office, seed, 500)


WALKED_AS = {"assign": "place", "move": "place", "no-access": "no access"}
"""Deeds of `STEPS` that have another name in a walk."""


def test_every_deed_is_walked() -> None:
    assert {WALKED_AS.get(deed, deed) for deed in STEPS} <= DEEDS.keys()


@pytest.mark.again
def test_another_program_gets_round_nothing(office: Office) -> None:
    walked(office, SEED + 7, 120)
    by_hand(office, random.Random(SEED), 200)


def by_hand(office: Office, rng: random.Random, steps: int) -> None:
    """Statements as somebody writes them who has the file and no program."""
    conn = sqlite3.connect(office.store.path, isolation_level=None)
    conn.execute("PRAGMA foreign_keys=ON")
    try:
        for _ in range(steps):
            visit_id = rng.choice(conn.execute("SELECT id FROM visit").fetchall())[0]
            state, review = rng.choice(STATES), rng.choice(("none", "to_review", "approved", "exported", "sent_back"))
            statement = rng.choice(
                (
                    f"UPDATE visit SET state = '{state}', version = version + 1 WHERE id = {visit_id}",
                    f"UPDATE visit SET review = '{review}', version = version + 1 WHERE id = {visit_id}",
                    f"UPDATE visit SET ended_at = ended_at + 60, version = version + 1 WHERE id = {visit_id}",
                    f"DELETE FROM assignment WHERE visit_id = {visit_id}",
                    f"UPDATE assignment SET check_out_at = check_out_at + 3600 WHERE visit_id = {visit_id}",
                    f"UPDATE OR REPLACE segment SET ends_at = ends_at + 60 WHERE id = {visit_id}",
                    f"INSERT OR REPLACE INTO charge_sheet SELECT * FROM charge_sheet WHERE visit_id = {visit_id}",
                    f"INSERT OR REPLACE INTO approval SELECT * FROM approval WHERE visit_id = {visit_id}",
                    f"INSERT OR REPLACE INTO invoiced SELECT * FROM invoiced WHERE visit_id = {visit_id}",
                    f"UPDATE invoiced SET released_at = 1 WHERE visit_id = {visit_id}",
                    f"DELETE FROM attempt WHERE visit_id = {visit_id}",
                    f"UPDATE draw SET returned_at = 1 WHERE visit_id = {visit_id} AND 0",
                    f"DELETE FROM visit WHERE id = {visit_id}",
                )
            )
            conn.execute("BEGIN IMMEDIATE")
            try:
                conn.execute(statement)
                broken = [what for what in BY_HAND if conn.execute(f"{ALWAYS[what]} LIMIT 1").fetchone() is not None]
                conn.execute("COMMIT")
            except sqlite3.Error:
                conn.execute("ROLLBACK")
                continue
            assert not broken, f"{broken}: {statement}"
    finally:
        conn.close()


BY_HAND = (
    "closed with an open gate",
    "ended without a way out though work was done",
    "exported otherwise than approved",
)
"""What the database itself refuses."""
