"""Our screens beside other programs of the terminal: `python -m benchmarks.terminal [--rounds N]` (make bench-peers).

All are started on a pseudo-terminal in turn and typed at key by key, each key once the screen has been quiet for half a
second, so that everything a key leads to counts. Figures of one run can be compared with each other and with no other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import peer_files, peers
from benchmarks.__main__ import DISPATCH

HERE = Path(__file__).parent
SUITE = HERE / "terminal.json"
PLACES = {
    "inside": "cursor up and down, nothing scrolls",
    "along": "cursor left and right, nothing scrolls",
    "scrolling": "cursor down through more than a screen holds",
}


def main() -> None:
    """Install, measure, and print tables, ratios and what is missing."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        missing = {} if options.ours else peers.missing(options.peers)
        peer_files.write_all(files, options.technicians)
        suite = json.loads(SUITE.read_text(encoding="utf-8"))
        programs = {
            name: entry
            for name, entry in suite["programs"].items()
            if name not in missing and (entry.get("ours") or not options.ours)
        }
        found = measured(files, options, programs)
    if options.json is not None:
        options.json.write_text(json.dumps(found | {"missing": missing}, indent=1) + "\n", encoding="utf-8")
    machine = found["machine"]
    print(
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load'][0]}, priority {machine['priority']}, "
        f"Python {machine['python']}"
    )
    for name, why in missing.items():
        print(f"{name}: not measured, {why}")
    for size in suite["sizes"]:
        print(f"\n{size}\n")
        starts(found["results"], size)
        for place, words in PLACES.items():
            print(f"\n{size}, {words}:\n")
            keys(found["results"], programs, size, place)
    print("\nWhat the key does:\n")
    for name, entry in programs.items():
        for place, words in entry["does"].items():
            print(f"- {name}, {place}: {words}.")


def measured(files: Path, options: argparse.Namespace, programs: Mapping[str, Any]) -> dict[str, Any]:
    """What ptybench says of the programs."""
    out = files / "measured.json"
    environment = {
        **os.environ,
        "DISPATCH": DISPATCH,
        "FILES": str(files),
        "PEERS": str(options.peers.resolve()),
    }
    words = [sys.executable, str(HERE / "ptybench.py"), "suite", str(SUITE), "--rounds", str(options.rounds)]
    # ahead of other work on a shared machine, where that is allowed
    words += ["--priority", "nice", "--only", ",".join(programs), "--json", str(out)]
    subprocess.run(words, env=environment, check=False)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def starts(results: Mapping[str, Any], size: str) -> None:
    """Print the first full paint of each program."""
    print("| program | first full paint, ms | bytes until then | memory, MiB |\n|---|--:|--:|--:|")
    for name, sizes in results.items():
        result = sizes[size]
        if "error" in result:
            print(f"| {name} | not measured: {result['error']} | | |")
            continue
        cells = [_figure(result[metric], "median") for metric in ("full_paint_ms", "paint_bytes", "rss_mib")]
        print(f"| {name} | {' | '.join(cells)} |")


def keys(results: Mapping[str, Any], programs: Mapping[str, Any], size: str, place: str) -> None:
    """Print what a key costs in one kind of place, and ours beside the others."""
    print(
        "| program | bytes a key, median | p95 | key to paint, ms, p50 | p95 | to the last byte, p50 | CPU, ms | no answer |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    medians: dict[str, float] = {}
    for name, sizes in results.items():
        found = sizes[size].get("measures", {}).get(place)
        if found is None or not found["bytes"].get("n"):
            continue
        medians[name] = found["bytes"]["p50"]
        cells = [
            _figure(found["bytes"], "p50"),
            _figure(found["bytes"], "p95"),
            _figure(found["paint_ms"], "p50", 1),
            _figure(found["paint_ms"], "p95", 1),
            _figure(found["last_ms"], "p50", 1),
            f"{found['cpu_ms_per_key']:.1f}",
            str(found["silent"]),
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    ours = [name for name in medians if programs[name].get("ours")]
    others = [name for name in medians if name not in ours]
    if ours and others:
        print("\nBytes a key, ours / theirs:\n")
        for name in ours:
            ratios = ", ".join(f"{other} {medians[name] / medians[other]:.2f}" for other in others)
            print(f"- {name}: {ratios}")


def _figure(found: Mapping[str, float] | None, which: str, digits: int = 0) -> str:
    return "–" if found is None or found.get(which) is None else f"{found[which]:,.{digits}f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.terminal", description="Ours beside other programs.")
    parser.add_argument("--rounds", type=int, default=3, help="starts of each program at each size")
    parser.add_argument("--peers", type=Path, default=Path(".venv-peers"), help="where the peers are installed")
    parser.add_argument("--technicians", type=int, default=200, help="of the larger firm, with eight visits each")
    parser.add_argument("--ours", action="store_true", help="only our own screens")
    parser.add_argument("--json", type=Path, help="write everything that was measured here too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
