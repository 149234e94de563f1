"""A database of its own with what one person needs of some visits, and of nothing else: what somebody takes along on a laptop.

It is made new, and only what is named here is copied into it: the records of the visits, and whatever they refer to.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from db import chain, copies, migrations, opening
from db.among import AMONG
from db.library import sqlite3
from db.store import Store
from db.takings import Taking

_BELOW = {
    "visit": (
        *(
            "assignment",
            "item",
            "attempt",
            "work_entry",
            "file",
            "way_in",
            "visit_tag",
            "visit_skill",
            "visit_day",
            "used_item",
        ),
        *("call", "milestone", "finding", "finding_mark"),
    ),
    "item": ("item_probe", "permission", "observation"),
    "attempt": ("attempt_try",),
    "file": ("file_removal",),
    "assignment": ("segment",),
    "site": ("site_access", "site_service"),
    "client": ("contact",),
    "technician": ("technician_shift", "technician_skill"),
}
"""What belongs to a record, by a column that is called after it. Of whom a record speaks, and where it is, comes along as well."""
_SETTINGS = (
    "name", "zone", "assumed_zone", "distance_unit", "clock_hours", "first_weekday", "currency", "buffer_minutes", "test_minutes",
    "overlap", "late_minutes", "running_over_minutes", "default_shifts", "default_lunch", "clock_offset",
)  # fmt: skip
_LEFT_BLANK: Mapping[str, tuple[str, ...]] = {
    "visit": (
        "parent_id",
        "recurrence_id",
        "occurrence",
        "again_of",
        "after_id",
        "came_by",
        "template_id",
        "template_number",
    ),
    "finding_mark": ("work_id",),
    "client": (
        *("notes", "tax_ref", "unhappy_since", "unhappy_noted_on", "not_with", "told", "told_at"),
        *("billing_address", "billing_mail", "tax_id", "country", "buyer_reference", "payment_days", "debtor"),
    ),
}
"""What is the office's own of what is copied."""
_OF_OTHERS: Mapping[str, tuple[str, ...]] = {
    "staff": ("email",),
    "technician": ("home_address", "home_lat", "home_lon", "end_lat", "end_lon"),
}
"""What is left blank of people but the one."""


def make(store: Store, target: Path, taking: Taking, visit_ids: Sequence[int], items: Iterable[str]) -> None:
    """Make the new file `target` (0600) of what one person needs of some visits.

    Args:
        store: where they are.
        target: where no file is.
        taking: that they are taken along, and by whom.
        visit_ids: the visits.
        items: the codes of what is on the rate card.

    Raises:
        Exists, ReadOnly, Full: the folder does not take it. Nothing half-made is left.
    """
    with (
        copies.new_file(target) as draft,
        contextlib.closing(store.reader()) as source,
        contextlib.closing(copies.connect(draft)) as conn,
    ):
        source.execute("BEGIN")
        opening.set_up(conn)
        migrations.make(conn)
        conn.execute("PRAGMA foreign_keys=OFF")
        conn.execute("BEGIN IMMEDIATE")
        triggers = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        # what was done step by step at the office stands there at once
        for name, _ in triggers:
            conn.execute(f'DROP TRIGGER "{name}"')
        _Copy(source, conn, taking, visit_ids).carry_out()
        known = {"taken_along": taking.id, "taken_items": {code: {} for code in items}}
        conn.executemany(
            "INSERT INTO setting (key, value) VALUES (?, ?)", [(k, json.dumps(v)) for k, v in known.items()]
        )
        for _, sql in triggers:
            conn.execute(sql)
        detail, save_id = chain.canonical({"visits": len(visit_ids)}), uuid.uuid4().hex
        chain.append(
            conn, (taking.at, "dispatch", None, save_id, "system", "take along", "taking", taking.id, detail, save_id)
        )
        conn.execute("COMMIT")
        conn.execute("VACUUM")


class _Copy:
    """Rows on their way into a database of the same schema."""

    def __init__(
        self, source: sqlite3.Connection, target: sqlite3.Connection, taking: Taking, visit_ids: Sequence[int]
    ) -> None:
        self._source, self._target, self._taking, self._visits = source, target, taking, visit_ids

    def carry_out(self) -> None:
        """Copy what is needed, and all that it refers to."""
        person = [self._taking.staff_id]
        self._put("setting", "key", _SETTINGS)
        self._put("taking", "id", [self._taking.id])
        self._put("taken_visit", "taking_id", [self._taking.id])
        self._put("inquiry", "id", [key for (key,) in self._source.execute("SELECT id FROM inquiry")])
        self._with_below("visit", self._visits)
        self._refer()
        for table, asked in (("site", "SELECT site_id FROM visit"), ("client", "SELECT client_id FROM site")):
            self._with_below(table, [key for (key,) in self._target.execute(asked)])
        self._put("technician", "staff_id", person)
        for table in ("staff_role", *_BELOW["technician"]):
            self._put(table, "staff_id", person)
        self._put("leg", "staff_id", person)
        self._refer()

    def _with_below(self, table: str, keys: Iterable[Any]) -> None:
        found = self._put(table, "id", keys)
        for below in _BELOW.get(table, ()):
            if below in _BELOW:
                named = self._source.execute(f'SELECT id FROM "{below}" WHERE {table}_id {AMONG}', (_listed(found),))
                self._with_below(below, [key for (key,) in named])
            else:
                self._put(below, f"{table}_id", found)

    def _put(self, table: str, column: str, keys: Iterable[Any]) -> list[Any]:
        """Copy the rows whose column is one of some keys; returns the keys."""
        wanted = list(keys)
        found = self._source.execute(f'SELECT * FROM "{table}" WHERE "{column}" {AMONG}', (_listed(wanted),))
        info = self._source.execute(f'PRAGMA table_info("{table}")').fetchall()
        names = [name for _, name, *_ in info]
        empty = {
            name: (None if default is None else json.loads(default.replace("'", '"')))
            for _, name, _, _, default, _ in info
        }
        marks = ", ".join("?" * len(names))
        for values in found.fetchall():
            row = dict(zip(names, values, strict=True))
            others = _OF_OTHERS.get(table, ()) if row.get("staff_id", row.get("id")) != self._taking.staff_id else ()
            row |= {name: empty[name] for name in (*_LEFT_BLANK.get(table, ()), *others)}
            self._target.execute(f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})', tuple(row.values()))
        return wanted

    def _refer(self) -> None:
        """Copy what the rows refer to, until nothing is missing."""
        tables = [
            name
            for (name,) in self._target.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"
            )
        ]
        missing = True
        while missing:
            missing = False
            for table in tables:
                for _, _, parent, name, to, *_ in self._target.execute(
                    f'PRAGMA foreign_key_list("{table}")'
                ).fetchall():
                    keys = self._target.execute(
                        f'SELECT DISTINCT "{name}" FROM "{table}" WHERE "{name}" IS NOT NULL '
                        f'AND "{name}" NOT IN (SELECT "{to}" FROM "{parent}")'
                    ).fetchall()
                    missing |= bool(keys)
                    self._put(parent, to, [key for (key,) in keys])


def _listed(keys: Iterable[Any]) -> str:
    return json.dumps(list(keys))
