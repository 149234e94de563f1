"""People who save, each in a process of its own: `python -m tests.replica.writers DATABASE FOLDER HOW_MANY PAUSE`.

What was acknowledged stands in FOLDER, a file each: the number of the row of the audit, and when, by the monotonic clock.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

from db.store import Store
from db.unit import Actor, unit_of_work


def save(database: Path, folder: Path, number: int, pause: float) -> None:
    """Save again and again, until it is ended."""
    time.sleep(pause * (number % 50) / 50)
    saved = os.open(folder / f"{number}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with Store.open(database, timeout=30) as store:
        while True:
            began = time.monotonic()
            with unit_of_work(store, "test", Actor(None, f"writer{number}", "session", "local")) as unit:
                row = unit.audit("setting", 0, text="x" * 200)
            os.write(saved, f"{row} {time.monotonic()}\n".encode())
            time.sleep(max(0.0, began + pause - time.monotonic()))


class Acknowledged(NamedTuple):
    """A row that somebody was told is saved, and when, by the monotonic clock."""

    row: int
    at: float


def acknowledged(folder: Path) -> list[Acknowledged]:
    """Everything that was."""
    lines = [line.split() for file in folder.iterdir() for line in file.read_text().splitlines()]
    return [Acknowledged(int(row), float(at)) for row, at in lines]


if __name__ == "__main__":
    for each in range(int(sys.argv[3])):
        if os.fork() == 0:
            save(Path(sys.argv[1]), Path(sys.argv[2]), each, float(sys.argv[4]))
    while True:
        os.wait()
