"""Road matrices of 50 × 50 and 200 × 200 on the extracts that are at hand: `python -m benchmarks.travel [FOLDER]`.

Goals (design/planning.md, Goals): 150 ms and 1 s. The engine has to be installed (`dispatch roads add` does it).
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from dispatch.model.travel import Place
from dispatch.travel.executables import executables
from dispatch.travel.graphs import build
from dispatch.travel.sidecar import local_roads, sidecar

EXTRACTS = Path(__file__).parents[2] / "shared" / "cases" / "roads"
BOXES = {
    "columbus": (39.85, 40.08, -83.15, -82.85),
    "porto": (41.10, 41.22, -8.70, -8.55),
    "liechtenstein": (47.06, 47.26, 9.48, 9.60),
}
"""South, north, west, east: where the places of a matrix are taken from, evenly."""
ROUNDS = 5


def main() -> int:
    """Build, start and ask; prints the best of some rounds in wall time."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else EXTRACTS
    engine = executables()
    found = [name for name in BOXES if (folder / f"{name}.osm.pbf").is_file()]
    if engine is None or not found:
        print(
            "The road engine is not installed, or there is no extract."
            if engine is None
            else f"No extract in {folder}."
        )
        return 1
    for name in found:
        began = time.perf_counter()
        graph = build(engine, folder / f"{name}.osm.pbf")
        built = time.perf_counter()
        sidecar(graph.id).url()
        print(f"{name}: graph {built - began:.1f} s, ready {1000 * (time.perf_counter() - built):.0f} ms")
        south, north, west, east = BOXES[name]
        draw = random.Random(1)
        places = [Place(draw.uniform(south, north), draw.uniform(west, east)) for _ in range(200)]
        for size in (50, 200):
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                local_roads(graph.id).table(places[:size], places[:size])
                times.append(time.perf_counter() - began)
            print(f"  {size} × {size}: {1000 * min(times):.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
