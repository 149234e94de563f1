"""Years of ended visits: those of a firm written once more, day by day further back."""

from __future__ import annotations

from pathlib import Path

from db import search
from db.library import sqlite3

ENDED = (
    "state IN ('closed', 'no_access', 'aborted', 'cancelled') AND kind NOT IN ('audit', 'review') AND days = 1 "
    "AND id NOT IN (SELECT visit_id FROM attempt WHERE satisfied = 0) AND id NOT IN (SELECT parent_id FROM visit WHERE parent_id)"
)
"""What is written once more: what is over. What is rare, or leaves something to do, is not."""
OF_VISITS = (
    "assignment", "item", "attempt", "work_entry", "milestone", "charge_sheet", "promise", "visit_skill", "visit_tag", "waiting",
    "segment", "item_probe", "charge_line", "outbox",
)  # fmt: skip
INSTANTS = {
    "wanted_on", "promised_from", "promised_to", "requested_at", "starts_at", "ends_at", "ended_at", "cancelled_at", "depart_at",
    "check_in_at", "check_out_at", "return_at", "at", "made_at", "seen_at", "accepted_at", "sent_at", "created_at", "latest_on",
}  # fmt: skip
OTHERS = {
    "visit": ("id", "job_id", "parent_id", "after_id", "again_of"),
    "assignment": ("id", "visit_id"), "item": ("id", "visit_id"), "attempt": ("id", "visit_id", "item_id", "follow_up_id"),
    "segment": ("id", "assignment_id"), "item_probe": ("item_id",), "charge_line": ("sheet_id",), "job": ("id",),
    "visit_skill": ("visit_id",), "visit_tag": ("visit_id",), "audit": ("seq", "entity_id"),
}  # fmt: skip
"""The columns that name what is written once more; of the others `id` and `visit_id`."""


def add_years(path: Path, number: int, days_long: int) -> int:
    """Write ended visits of the firm at `path` once more, spread over so many days back, until about so many more are there.

    Returns how many. It is written past the triggers, and the chain of the audit is broken by it.
    """
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA foreign_keys = OFF")
    triggers = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    conn.execute("BEGIN IMMEDIATE")
    for name, _ in triggers:
        conn.execute(f'DROP TRIGGER "{name}"')
    conn.execute(f"CREATE TEMP TABLE old AS SELECT id, job_id FROM visit WHERE {ENDED}")
    (each,) = conn.execute("SELECT count(*) FROM old").fetchone()
    times = number // each
    width = 1 + max(
        int(conn.execute(f"SELECT coalesce(max({'seq' if table == 'audit' else 'id'}), 0) FROM {table}").fetchone()[0])
        for table in ("visit", "item", "attempt", "audit", "job", "work_entry", "assignment")
    )
    mine = {
        "segment": "assignment_id IN (SELECT id FROM assignment WHERE visit_id IN (SELECT id FROM old))",
        "item_probe": "item_id IN (SELECT id FROM item WHERE visit_id IN (SELECT id FROM old))",
        "charge_line": "sheet_id IN (SELECT id FROM charge_sheet WHERE visit_id IN (SELECT id FROM old))",
        "job": "id IN (SELECT job_id FROM old)",
        "visit": "id IN (SELECT id FROM old)",
        "audit": "entity = 'visit' AND entity_id IN (SELECT id FROM old)",
    }
    for table in ("job", "visit", *OF_VISITS, "audit"):
        names = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
        where = mine.get(table, "visit_id IN (SELECT id FROM old)")
        conn.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE {where}")
        forms = [_again(table, name) for name in names]
        conn.executemany(
            f"INSERT INTO main.{table} ({', '.join(names)}) SELECT {', '.join(forms)} FROM kept",
            [
                {"by": n * width, "days": (days := 1 + n * days_long // times), "seconds": days * 86_400}
                for n in range(1, times + 1)
            ],
        )
        conn.execute("DROP TABLE kept")
    conn.execute("INSERT OR IGNORE INTO search_stale SELECT id FROM visit")
    search.freshen(conn, None)
    for _, sql in triggers:
        conn.execute(sql)
    conn.execute("COMMIT")
    conn.close()
    return times * each


def _again(table: str, name: str) -> str:
    """A column of a row that is written once more."""
    if name in OTHERS.get(table, ("id", "visit_id")):
        return f"{name} + :by"
    if name in ("wanted_on", "latest_on", "occurrence"):
        return f"date({name}, '-' || :days || ' days')"
    if name in INSTANTS:
        return f"{name} - :seconds"
    if (table, name) == ("audit", "hash"):
        return "randomblob(32)"
    if name == "review":
        return "iif(review = 'none', 'none', 'exported')"
    if name == "reference":
        return "reference || '-' || (:by + 0)"
    return "NULL" if name in ("uid", "recurrence_id") else name
