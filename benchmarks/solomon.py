"""Instances of Solomon and of Gehring and Homberger as day problems: for whoever has their files; none is in here.

A unit of distance is a minute of driving, and a vehicle costs nothing: compare with the best known distances, not with the
fewest vehicles. `python -m benchmarks.planning FILE` plans one; `python -m benchmarks.solomon FILE` prints it as `dispatch plan
--problem` reads it.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

UNIT = 60
"""Seconds that a unit of distance and of time is."""
LEFT_OUT = 1_000_000
"""The price of leaving a customer out: more than any route costs."""


def problem_of(text: str) -> dict[str, Any]:
    """The day problem of an instance as its file has it.

    Raises:
        ValueError: it is none.
    """
    rows = [list(map(float, words)) for line in text.splitlines() if (words := _numbers(line))]
    if len(rows) < 3 or len(rows[0]) != 2 or any(len(row) != 7 for row in rows[1:]):
        raise ValueError("two numbers for the vehicles and seven for each customer are expected")
    (vehicles, capacity), depot, customers = rows[0], rows[1], rows[2:]
    places = [(row[1], row[2]) for row in rows[1:]]
    return {
        "about": text.split(maxsplit=1)[0],
        "matrix": {"seconds": [[round(UNIT * math.dist(one, other)) for other in places] for one in places]},
        "weights": {"travel_minute": 1, "late_minute": 0, "left_out": {"1": LEFT_OUT}},
        "technicians": [
            {"id": f"vehicle {number}", "start": 0, "end": 0, "shift": _span(depot), "capacity": int(capacity)}
            for number in range(1, int(vehicles) + 1)
        ],
        "visits": [
            {
                "id": f"customer {int(row[0])}",
                "place": place,
                "service": round(UNIT * row[6]),
                "window": _span(row),
                "priority": 1,
                "load": int(row[3]),
            }
            for place, row in enumerate(customers, 1)
        ],
    }


def _span(row: list[float]) -> list[int]:
    return [round(UNIT * row[4]), round(UNIT * row[5])]


def _numbers(line: str) -> list[str]:
    """The words of a line that has numbers only."""
    words = line.split()
    return words if all(word.replace(".", "", 1).lstrip("-").isdigit() for word in words) else []


if __name__ == "__main__":
    print(json.dumps(problem_of(Path(sys.argv[1]).read_text(encoding="utf-8"))))
