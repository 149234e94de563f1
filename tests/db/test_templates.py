"""What becomes of the items of visits that were made before templates were kept."""

from __future__ import annotations

import json
from contextlib import closing

from db.library import sqlite3
from db.migrations import FOLDER, numbers, statements

BEFORE = next(
    number
    for number in numbers()
    if "CREATE TABLE template " in (FOLDER / f"{number:04}.sql").read_text(encoding="utf-8")
)


def test_items_that_are_there_keep_the_targets_that_test_them() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        for number in range(1, BEFORE):
            for statement in statements((FOLDER / f"{number:04}.sql").read_text(encoding="utf-8")):
                conn.execute(statement)
        conn.execute("INSERT INTO client (id, name) VALUES (1, 'Harbor')")
        conn.execute("INSERT INTO site (id, client_id, name, zone) VALUES (1, 1, 'Main', 'UTC')")
        conn.execute("INSERT INTO job (id, client_id, title, created_at) VALUES (1, 1, 'x', 0)")
        conn.execute(
            "INSERT INTO visit (id, reference, job_id, site_id, work, minutes, priority, requested_at) "
            "VALUES (1, 'R1', 1, 1, 'x', 30, 3, 0)"
        )
        for ref, kind, label in (
            ("T1", "test", "Gone"),
            ("T2", "test", "Restarted"),
            ("T4.buro-mail", "test", 'Works: Büro "mail"'),
            ("W2", "confirm", "Changed"),
        ):
            conn.execute(
                "INSERT INTO item (visit_id, ref, phase, kind, label, required, na_allowed, override_allowed, position) "
                "VALUES (1, ?, 'test', ?, ?, 1, 0, 1, 1)",
                (ref, kind, label),
            )
        for statement in statements((FOLDER / f"{BEFORE:04}.sql").read_text(encoding="utf-8")):
            conn.execute(statement)
        tested = {ref: json.loads(text) for ref, text in conn.execute("SELECT ref, tested FROM item")}
        assert tested == {
            "T1": {},
            "T2": {"roles": ["reboot", "restart"], "kind": "reboot"},
            "T4.buro-mail": {"roles": ['Büro "mail"', "buro-mail"]},
            "W2": {},
        }
        assert conn.execute("SELECT template_id, template_number FROM visit").fetchall() == [(None, None)]
        try:
            conn.execute("UPDATE item SET tested = '{}'")
        except sqlite3.IntegrityError:
            return
        raise AssertionError("items can be rewritten")
