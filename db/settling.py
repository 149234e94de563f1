"""At the end of a unit of work: what it promised, and which hours it said, gets its date (`db.promises`, `db.working_time`)."""

from __future__ import annotations

from db.library import sqlite3

_NOW = """
  SELECT t.staff_id, CASE WHEN t.archived_at IS NULL AND s.active = 1 THEN json_object('lunch', t.lunch_minutes, 'shifts', json((
    SELECT json_group_array(json_array(weekday, opens, closes)) FROM (SELECT weekday, opens, closes FROM technician_shift
    WHERE staff_id = t.staff_id ORDER BY weekday, opens)))) END AS value
  FROM hours_stale h JOIN technician t ON t.staff_id = h.staff_id JOIN staff s ON s.id = t.staff_id"""


def settle(conn: sqlite3.Connection, at: int) -> None:
    """Date it in the transaction of the unit, and write down the hours that technicians have by it."""
    if conn.execute("PRAGMA table_info(hours_stale)").fetchone() is None:
        return  # a schema from before it was kept
    conn.execute("UPDATE promise SET at = ? WHERE at IS NULL", (at,))
    conn.execute("UPDATE working_time SET at = ? WHERE at IS NULL", (at,))
    if conn.execute("SELECT 1 FROM hours_stale LIMIT 1").fetchone() is None:
        return
    conn.execute(
        f"INSERT INTO working_time (at, what, key, value) SELECT ?, 'hours', n.staff_id, n.value FROM ({_NOW}) n "
        "WHERE n.value IS NOT (SELECT value FROM working_time WHERE what = 'hours' AND key = n.staff_id ORDER BY id DESC LIMIT 1)",
        (at,),
    )
    conn.execute("DELETE FROM hours_stale")
