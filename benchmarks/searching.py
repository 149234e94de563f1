"""Searching and the visit log over 10,000 visits, against reading every text with LIKE: `python -m benchmarks.searching [VISITS]`.

Both are run in turn on the same file, so that their ratio says something on any machine; the milliseconds are of this one.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.firm import sample_firm
from db import search
from db.store import Store
from dispatch.desk.log.visit_log import LogFilter, visit_log
from tests.desk.many import NEEDLE, add_closed_visits

ROUNDS = 15
SHOWN = 500
TEXT = " || ".join(("reference", "client", "site", "technicians", "work", "notes", "results", "reasons", "signed"))


def main() -> None:
    """Make the visits, and search them."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firm.db"
        sample_firm(path)
        with Store.open(path) as store:
            began = time.perf_counter()
            add_closed_visits(store, number)
            took = time.perf_counter() - began
            print(f"{number:,} visits made in {took:.1f} s, {search.state(store)}, load {os.getloadavg()[0]:.1f}")
            store.conn.execute(f"CREATE TABLE texts AS SELECT visit_id, {TEXT} AS text FROM visit_text")
            for typed in (NEEDLE[:3], NEEDLE, "provider dow", "switch cert", "s"):
                against(store, typed)
            for name, wanted in (
                ("searched", LogFilter(words=NEEDLE)),
                ("of all days", LogFilter()),
                ("only waived", LogFilter(exceptions=True)),
            ):
                print(f"the log {name}: {best(lambda wanted=wanted: visit_log(store, wanted, SHOWN)):.1f} ms")  # type: ignore[misc]


def against(store: Store, typed: str) -> None:
    """One search by the index, and the same words by LIKE."""
    where = " AND ".join("text LIKE ?" for _ in typed.split())
    params = tuple(f"%{word}%" for word in typed.split())
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: search.matching(store, typed)))
        theirs.append(timed(lambda: store.all(f"SELECT visit_id FROM texts WHERE {where}", params)))
    found = len(search.matching(store, typed) or ())
    a, b = statistics.median(ours), statistics.median(theirs)
    print(
        f"“{typed}”, {found:,} found: index / LIKE {a / b:.3f}  (medians {a:.1f} ms and {b:.1f} ms, {ROUNDS} rounds in turn)"
    )


def timed(what: Callable[[], object]) -> float:
    """Wall milliseconds of one call."""
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


def best(what: Callable[[], object]) -> float:
    """The median of some rounds, in milliseconds."""
    return statistics.median(timed(what) for _ in range(5))


if __name__ == "__main__":
    main()
