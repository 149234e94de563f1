"""How long the figures of years take: `python -m benchmarks.figures [YEARS] [VISITS A MONTH]`.

Forty technicians and fifty clients, generated. First the days are counted and kept, as `dispatch figures --rebuild` does; then
every grouping is asked for over all of it, and over the last four weeks, with and without what is kept.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from db import figure_sums
from db.store import Store
from dispatch.desk.figures import day_sums
from dispatch.desk.figures.counting import GROUPINGS, LONGEST, figures_over
from tests.figures.month import FIRST, a_month, firm_of
from tests.figures.rows import connect, write

LAST = FIRST + datetime.timedelta(days=29)


def main(years: int = 3, visits: int = 3_000) -> None:
    """Make the years, keep them, ask."""
    days = 365 * years
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "years.db")
        clock = firm_of(path).clock
        conn = connect(path)
        write(conn, a_month(visits * 12 * years, days_long=days))
        conn.close()
        with Store.open(path, clock=clock) as store:
            print(f"{days} days, {visits * 12 * years} visits, {path.stat().st_size // 2**20} MB")
            spent = timed(lambda: day_sums.rebuild(store))
            print(f"counted and kept: {spent:.1f} s, {1000 * spent / days:.0f} ms a day")
            print(f"with what is kept: {path.stat().st_size // 2**20} MB")
            for by in GROUPINGS:
                long = min(days, LONGEST[by])
                first = LAST - datetime.timedelta(days=long - 1)
                spent = timed(partial(figures_over, store, first, LAST, by))
                print(f"by {by}, {long} days: {1000 * spent:.0f} ms")
            print(f"compared with what is counted anew: {timed(lambda: day_sums.checked(store)):.1f} s")
            month = LAST - datetime.timedelta(days=27)
            kept = timed(lambda: figures_over(store, month, LAST, "technician"))
            figure_sums.forget(store)
            anew = timed(lambda: figures_over(store, month, LAST, "technician"))
            print(f"by technician, 28 days: {1000 * kept:.0f} ms; {1000 * anew:.0f} ms where nothing is kept")


def timed(ask: Callable[[], object]) -> float:
    """Seconds that it takes, the best of three; of what is slow the first."""
    spent = []
    for _ in range(3):
        began = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - began)
        if spent[-1] > 2:
            break
    return min(spent)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
