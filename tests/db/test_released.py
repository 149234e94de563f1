"""Databases of released versions: their schema stays what it was, and every row of them is still there after migrating.

`tests/data/releases` has a database of each released version, the sample firm on its Tuesday, as that version made it.
"""

from __future__ import annotations

import hashlib
import lzma
from pathlib import Path
from typing import Any

import pytest

from db import clients, migrations
from db.backups import check
from db.library import sqlite3
from db.store import Store
from tests.wall import WALL

RELEASES = Path(__file__).parents[1] / "data" / "releases"
FROZEN = {name: digest for digest, name in map(str.split, (RELEASES / "schema.sha256").read_text().splitlines())}

CONVERTED = {("charge_sheet", "input"), ("site", "zone")}
"""Columns that a migration fills anew from what stood there."""
COUNTED = ("sqlite_sequence", "search_stale")

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def test_a_schema_file_that_was_used_is_never_changed() -> None:
    """A new one is written down at the end of `schema.sha256`; a database out there was made by those that stand in it."""
    files = sorted(migrations.FOLDER.glob("*.sql"))
    assert [file.name for file in files] == list(FROZEN), "write the hash of a new one at the end of schema.sha256"
    changed = [
        file.name
        for file in files
        if hashlib.sha256(file.read_bytes()).hexdigest() != FROZEN.get(file.name) and file.name in FROZEN
    ]
    assert changed == [], "write a new migration instead"


def rows_of(path: Path) -> Rows:
    conn = sqlite3.connect(path)
    tables = [
        name
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if name not in COUNTED and not name.startswith("visit_search")
    ]
    found = {}
    for table in tables:
        rows = conn.execute(f'SELECT * FROM "{table}"')
        found[table] = ([column for column, *_ in rows.description], rows.fetchall())
    conn.close()
    return found


@pytest.mark.again
@pytest.mark.parametrize("release", sorted(RELEASES.glob("*.db.xz")), ids=lambda path: path.name.removesuffix(".db.xz"))
def test_every_row_of_a_released_version_is_there_after_migrating(release: Path, tmp_path: Path) -> None:
    path = tmp_path / "firm.db"
    path.write_bytes(lzma.decompress(release.read_bytes()))
    path.chmod(0o600)
    before = rows_of(path)
    _, newest, *_ = before["audit"][1][-1]
    (offset,) = (int(value) for key, value, _ in before["setting"][1] if key == "clock_offset")
    WALL.set(newest - offset + 365 * 24 * 3600)
    assert len(before["audit"][1]) > 900
    assert len(before["charge_sheet"][1]) > 30

    with Store.open(path) as store:
        found = check(store)
        assert {site.zone for site in clients.all_sites(store)} == {None}, "they follow the firm, whose zone they had"
        (kept,) = path.parent.glob("firm.db.v*")

    assert [one for one in found if not one.good] == []
    after = rows_of(path)
    for table, (columns, rows) in before.items():
        columns_now, rows_now = after[table]
        alike = [name for name in columns if name in columns_now and (table, name) not in CONVERTED]
        assert [name for name in columns if name not in columns_now] == [], table
        wanted = [tuple(row[columns.index(name)] for name in alike) for row in rows]
        there = {tuple(row[columns_now.index(name)] for name in alike) for row in rows_now}
        assert [row for row in wanted if row not in there] == [], table
    assert len(after["audit"][1]) == len(before["audit"][1]) + 1
    _, migrated, *_ = after["audit"][1][-1]
    assert migrated == WALL.now() + offset, "by the firm's clock, not the machine's"
    assert rows_of(kept) == before
