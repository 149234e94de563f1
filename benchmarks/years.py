"""What years of history cost those who wait: `python -m benchmarks.years [VISITS]`.

The sample firm with so many ended visits more, spread over the five years before, beside the same firm with half a year of them, as
many a day, and without any: for each view, and for a save, the CPU of the three in turn, and the ratio of the first to the others.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.firm import sample_firm
from db.store import Store, existing
from dispatch.commands.line import run
from dispatch.desk.closeout import onsite
from dispatch.desk.session.user import log_in
from tests.desk.years import add_years

VIEWS = {
    "board": "board --plain --as dana",
    "day": "day --plain --as cleo",
    "log": "log --plain --as lee",
    "found by letters": "find printer --as dana",
    "searched": "log --plain --search printer --as lee",
    "figures of a month": "figures --as lee",
    "late": "late --as dana",
    "levels": "levels --as dana",
    "care": "care list --as lee",
    "candidates": "candidates R4033 --as dana",
    "review": "review list --as lee",
    "doctor": "doctor --as lee",
}
"""What people wait for, as commands."""
ROUNDS = 7
DAYS, HALF_A_YEAR = 1825, 182


def told(path: Path, words: str) -> str:
    """What a command says of the firm at `path`."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        run([*words.split(), "--db", str(path)])
    return said.getvalue()


def main(number: int = 31_000) -> None:
    """Make the firms, and measure each view on them in turn."""
    with tempfile.TemporaryDirectory() as folder:
        firms = [Path(folder, f"{name}.db") for name in ("none", "short", "long")]
        sample_firm(firms[0])
        for path, days in zip(firms[1:], (HALF_A_YEAR, DAYS), strict=True):
            shutil.copy(firms[0], path)
            added = add_years(path, number * days // DAYS, days)
            print(f"{added:,} visits more in {days:,} days, {path.stat().st_size >> 20} MB", flush=True)
        for path in firms:
            told(path, "figures --rebuild --as lee")
        print(f"load {os.getloadavg()[0]:.1f}; CPU without history, of half a year, of five; the ratio to each")
        for name, words in VIEWS.items():
            told_of(name, [partial(told, path, words) for path in firms])
        with ExitStack() as opened:
            told_of("a note saved", [saves(opened.enter_context(Store.open(path))) for path in firms])


def told_of(name: str, each: Sequence[Callable[[], object]]) -> None:
    """Print what one thing costs each firm."""
    spent: list[list[float]] = [[] for _ in each]
    for _ in range(ROUNDS):
        for run_it, taken in zip(each, spent, strict=True):
            began = time.process_time()
            run_it()
            taken.append((time.process_time() - began) * 1000)
    none, short, long = map(statistics.median, spent)
    print(
        f"{name:20} {none:7.1f} ms {short:7.1f} ms {long:7.1f} ms  {long / none:5.2f} {long / short:5.2f}", flush=True
    )


def saves(store: Store) -> Callable[[], object]:
    """A note of whoever is on site."""
    login, reference = existing(
        store.one(
            "SELECT login, reference FROM staff s JOIN assignment a ON a.staff_id = s.id JOIN visit v ON v.id = a.visit_id "
            "WHERE v.state = 'on_site' ORDER BY v.id"
        )
    )
    user = log_in(store, login)
    return lambda: onsite.work(user, reference, "as it was found")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
