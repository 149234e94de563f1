"""The figures of days that are over, as they were counted (`db.figures`) and kept.

A day stands in `figure_day` while nothing that it was counted from has changed: triggers take its row away (0056.sql).
So what is not there, or was counted by other terms, is counted anew by whoever asks, and nothing kept is ever put right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from db.figures import BYS, FACTS, By, Counted, Span, Who
from db.library import sqlite3
from db.store import Store
from dispatch import __version__

LACKING = frozenset({"charged", "given_away"})
"""The figures of which something can be lacking; they are a share of nothing."""
_RULES = f"{__version__} {hashlib.sha256(repr(FACTS).encode()).hexdigest()[:16]}"
"""By which rules was counted: what another version kept is not trusted."""
Sums = Mapping[str, tuple[int, int, int]]
"""Each figure with its `top`, `below` and `lacking`."""


def terms(zone: str, currency: str, grace: int, repeat_days: int) -> str:
    """What days are counted by, but for what is recorded of them."""
    return f"{zone} {currency} {grace} {repeat_days} {_RULES}"


def kept_days(store: Store, start: int, end: int, by_terms: str) -> set[int]:
    """The days from the instant `start` up to `end`, by their first instants, that are kept and need no counting."""
    rows = store.all(
        "SELECT starts_at FROM figure_day WHERE starts_at >= ? AND ends_at <= ? AND terms = ? AND claim IS NULL "
        "AND settles_at <= ?",
        (start, end, by_terms, store.clock.now()),
    )
    return {day for (day,) in rows}


def of_days(store: Store, start: int, end: int, by: By = "") -> dict[tuple[int, Who], Sums]:
    """What is kept of each day in a range, whatever it was counted by: by day and `who`."""
    rows = store.all(
        f"SELECT day, who, {_columns('{}')} FROM figure_sum WHERE grouping = ? AND day >= ? AND day < ?",
        (by, start, end),
    )
    return {(row[0], row[1]): _sums(row[2:]) for row in rows}


def by_who(store: Store, start: int, end: int, by: By) -> dict[Who, Sums]:
    """What is kept of all days in a range together, whatever it was counted by: by `who`."""
    rows = store.all(
        f"SELECT who, {_columns('sum({})')} FROM figure_sum WHERE grouping = ? AND day >= ? AND day < ? GROUP BY who",
        (by, start, end),
    )
    return {row[0]: _sums(row[1:]) for row in rows}


def claim(store: Store, days: Sequence[Span], by_terms: str, token: str) -> None:
    """Say that days are being counted: what changes meanwhile takes the claim away."""
    with store.transaction("keep figures", "dispatch") as commit:
        if store.conn.execute("SELECT 1 FROM figure_day WHERE terms <> ?", (by_terms,)).fetchone() is not None:
            _forget(store.conn)
        store.conn.executemany(
            "INSERT OR REPLACE INTO figure_day VALUES (?, ?, 0, ?, ?)", [(*day, by_terms, token) for day in days]
        )
        commit("")


def keep(
    store: Store, counted: Mapping[str, Iterable[Counted]], settled: Mapping[int, int], by_terms: str, token: str
) -> None:
    """Keep what was counted by these terms, of the days that are still claimed; only of those that have settled, and when."""
    rows: dict[tuple[By, int, Who], dict[str, int]] = {}
    for figure, values in counted.items():
        for one in values:
            row = rows.setdefault((one.by, one.day, one.who), {})
            row |= zip(_named(figure), (one.top, one.lacking if figure in LACKING else one.below), strict=True)
    with store.transaction("keep figures", "dispatch") as commit:
        conn = store.conn
        claimed = conn.execute(
            "SELECT starts_at FROM figure_day WHERE claim = ? AND terms = ?", (token, by_terms)
        ).fetchall()
        days = [day for (day,) in claimed if day in settled]
        conn.executemany(
            "DELETE FROM figure_sum WHERE grouping = ? AND day = ?", [(by, day) for by in BYS for day in days]
        )
        conn.executemany(
            f"INSERT INTO figure_sum (grouping, day, who, {', '.join(_NAMES)}) VALUES (?, ?, ?{', ?' * len(_NAMES)})",
            [(*key, *(row.get(name, 0) for name in _NAMES)) for key, row in rows.items() if key[1] in days],
        )
        conn.executemany(
            "UPDATE figure_day SET claim = NULL, settles_at = ? WHERE starts_at = ?",
            [(settled[day], day) for day in days],
        )
        conn.execute("DELETE FROM figure_day WHERE claim = ?", (token,))
        commit("")


def forget(store: Store) -> None:
    """Let nothing be kept: all is counted anew."""
    with store.transaction("forget figures", "dispatch") as commit:
        _forget(store.conn)
        commit("")


def _forget(conn: sqlite3.Connection) -> None:
    conn.execute("DELETE FROM figure_day")
    conn.execute("DELETE FROM figure_sum")


def _named(figure: str) -> tuple[str, str]:
    """The columns of a figure."""
    return figure, f"{figure}_lacking" if figure in LACKING else f"{figure}_of"


_NAMES = [name for figure in FACTS for name in _named(figure)]


def _columns(form: str) -> str:
    return ", ".join(form.format(name) for name in _NAMES)


def _sums(row: Sequence[int]) -> Sums:
    pairs = zip(FACTS, row[::2], row[1::2], strict=True)
    return {figure: (top, 0, other) if figure in LACKING else (top, other, 0) for figure, top, other in pairs}
