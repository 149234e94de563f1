"""What a benchmark found: ratios with their spread, counts, and what the last run on this machine found of the same."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from benchmarks import ptybench


class Figures:
    """Prints each figure as it comes. `keep` has the next run compare itself with this one."""

    def __init__(self) -> None:
        self._path = Path(platformdirs.user_cache_path("dispatch"), "benchmarks.json")
        self._before: dict[str, list[float]] = {}
        if self._path.exists():
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            self._before = kept["figures"] if kept["machine"] == machine() else {}
        self._found: dict[str, list[float]] = {}
        print(f"{machine()}, load {os.getloadavg()[0]:.1f}")

    def ratio(self, what: str, unit: str, ours: Sequence[float], theirs: Sequence[float]) -> None:
        """Two things that were measured in turn, round by round: how many times as much the first is."""
        low, middle, high = statistics.quantiles([a / b for a, b in zip(ours, theirs, strict=True)], n=4)
        medians = f"{statistics.median(ours):.3g} and {statistics.median(theirs):.3g} {unit}"
        self._say(what, [middle, low, high], f"{middle:.2f} ({low:.2f} to {high:.2f}; {medians}, {len(ours)} rounds)")

    def count(self, what: str, unit: str, number: float) -> None:
        """What was counted."""
        self._say(what, [number] * 3, f"{number:,.0f} {unit}")

    def _say(self, what: str, found: list[float], words: str) -> None:
        self._found[what] = found
        if (before := self._before.get(what)) is not None:
            apart = "" if found[1] <= before[2] and before[1] <= found[2] else ": another figure"
            words += f"; last time {before[0]:.2f}{apart}"
        print(f"{what}: {words}", flush=True)

    def keep(self) -> None:
        """Let the next run on this machine compare itself with this one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps({"machine": machine(), "figures": self._found}, indent=1), encoding="utf-8")


def machine() -> str:
    """What tells one machine from another, as far as figures go."""
    about = ptybench.machine()
    return f"{about['cpu']}, {about['cores']} cores, Python {about['python']}"
