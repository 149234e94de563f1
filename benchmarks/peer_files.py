"""What the programs open while they are measured: 10,000 rows, 10,000 lines, 60 requests, and two firms of ours."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

from benchmarks.firm import sample_firm
from benchmarks.running import DAY, ZONE, make
from db import settings
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local

ROWS = 10_000
REQUESTS = 60


def write_all(folder: Path, technicians: int) -> None:
    """Write everything into an empty folder. The clocks of both firms go on from their afternoon, or noon."""
    _rows(folder / "visits.db")
    _lines(folder / "visits.log")
    _requests(folder / "requests")
    sample_firm(folder / "day.db")
    many(folder / "many.db", technicians)


def many(path: Path, technicians: int) -> None:
    """A firm of so many technicians with eight visits each, at ten past twelve."""
    clock = SetClock(at_local(DAY, "06:00", ZONE))
    with Store.create(path, clock=clock) as store:
        make(store, technicians)
        clock.set(at_local(DAY, "12:10", ZONE))
        with unit_of_work(store, "set the clock", Actor(None, "system", "bench", "system")) as unit:
            settings.set_firm(unit, clock_offset=clock.now() - int(time.time()))
            unit.audit("firm", 1, clock=True)


def _rows(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "CREATE TABLE visits (id INTEGER PRIMARY KEY, site TEXT, technician TEXT, status TEXT) STRICT"
        )
        connection.executemany(
            "INSERT INTO visits VALUES (?, ?, ?, ?)",
            ((number, f"Site {number % 97}", f"Tech {number % 200:03}", "planned") for number in range(ROWS)),
        )
    connection.close()


def _lines(path: Path) -> None:
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            at = f"2026-11-23T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
            done = chance.choice(("travel", "arrived", "closed"))
            file.write(f"{at} INFO visit {number} {done} technician={number % 200:03}\n")


def _requests(folder: Path) -> None:
    folder.mkdir()
    for number in range(REQUESTS):
        (folder / f"request-{number:02}.posting.yaml").write_text(
            f"name: Request {number:02}\nmethod: GET\nurl: https://example.invalid/visits/{number}\n", encoding="utf-8"
        )
    (folder / "config.yaml").write_text(
        "focus:\n  on_startup: collection\nload_user_themes: false\nanimation: none\n", encoding="utf-8"
    )
