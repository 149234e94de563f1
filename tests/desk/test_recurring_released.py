"""What a released version wrote as a rule means the same days in this one.

`recurring-0.2.0.json` has what version 0.2.0 made of its rules from 24 November 2026 on, with the rate card of its sample firm:
the rule, the day from which on it holds, whether a holiday goes onto the next working day, and the first eight days.
"""

from __future__ import annotations

import json
import lzma
from contextlib import closing
from datetime import date
from pathlib import Path

from db import recurrences
from db.library import sqlite3
from db.store import Store
from dispatch.desk.book import series_days
from dispatch.model.instants import at_local
from dispatch.planning.recurring import parse_rule
from tests.wall import WALL

DATA = Path(__file__).parents[1] / "data"
COLUMNS = "site_id, rule, starts_on, onto_next, work, minutes, priority"


def test_rules_of_a_released_version_keep_their_days(tmp_path: Path) -> None:
    path = tmp_path / "firm.db"
    path.write_bytes(lzma.decompress((DATA / "releases" / "0.2.0.db.xz").read_bytes()))
    path.chmod(0o600)
    meant = json.loads((DATA / "planning" / "recurring-0.2.0.json").read_text())
    with closing(sqlite3.connect(path)) as conn, conn:
        (offset,) = conn.execute("SELECT value FROM setting WHERE key = 'clock_offset'").fetchone()
        for rule, starts, onto_next, _ in meant:
            conn.execute(
                f"INSERT INTO recurrence ({COLUMNS}) VALUES (1, ?, ?, ?, 'log check', 60, 4)", (rule, starts, onto_next)
            )
    WALL.set(at_local(date(2026, 11, 24), 14 * 60, "America/New_York") - int(offset))

    with Store.open(path) as store:
        found = [
            [
                one.rule,
                one.starts_on.isoformat(),
                int(one.onto_next),
                [*map(str, series_days.preview(store, one, len(days)))],
            ]
            for one, (*_, days) in zip(recurrences.recurrences(store), meant, strict=True)
        ]
    assert found == meant
    assert [rule for rule, *_ in meant if str(parse_rule(rule)) != rule] == []
