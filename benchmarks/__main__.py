"""What `make bench` measures, each figure against something that was run in the same go, beside the last run on this machine.

Figures of different machines, or of different days, say nothing; the ratios do.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs

from benchmarks.kept import Figures
from db.unit import unit_of_work

HERE = Path(__file__).parent
DISPATCH = str(Path(sys.executable).with_name("dispatch"))
ROUNDS = 9
SAVES = 300
SIZES = ("120x36", "80x24")

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("one line is painted")
Bare().run()
"""


def main() -> None:
    """Run all of it on the sample firm."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        db, bare = Path(folder, "week.db"), Path(folder, "bare.py")
        bare.write_text(BARE)
        subprocess.run([DISPATCH, "demo", "--keep", str(db), "--plain"], check=True, stdout=subprocess.DEVNULL)
        version, nothing = [DISPATCH, "--version"], [sys.executable, "-c", "pass"]
        figures.ratio("dispatch --version / python -c pass", "ms", *in_turn(version, nothing))
        textual = [sys.executable, str(bare)]
        for mode, who in (("board", "dana"), ("day", "ana"), ("log", "lee")):
            ours = [DISPATCH, mode, "--db", str(db), "--as", who]
            for size in SIZES:
                figures.ratio(
                    f"first full paint, {size}: dispatch {mode} / a bare Textual app",
                    "ms",
                    *paints(ours, textual, size),
                )
        # in their own home each would make the sample firm; what is measured is a copy of one that is kept
        demo = ["env", f"XDG_CACHE_HOME={platformdirs.user_cache_path()}", DISPATCH, "demo"]
        board = [DISPATCH, "board", "--db", str(db), "--as", "dana"]
        figures.ratio("first full paint: dispatch demo / dispatch board", "ms", *paints(demo, board))
        keys = pty(board, "120x36", "--measure", "down=down*30", "--measure", "right=right*30")
        for name, found in keys["measures"].items():
            figures.count(f"bytes a key, {name}", "bytes", found["bytes"]["p50"])
        figures.ratio("a saved unit / a bare SQLite commit", "ms", *commits(db))
        figures.ratio("a charge sheet / its input through JSON and back", "ms", *sheets())
    figures.keep()


def in_turn(ours: list[str], theirs: list[str]) -> tuple[list[float], list[float]]:
    """Wall milliseconds of two commands, run one after the other, round by round."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS * 3):
        for times, command in zip(found, (ours, theirs), strict=True):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append((time.perf_counter() - began) * 1000)
    return found


def paints(ours: list[str], theirs: list[str], size: str = "120x36") -> tuple[list[float], list[float]]:
    """Milliseconds to the first full paint of two programs, in turn."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for times, command in zip(found, (ours, theirs), strict=True):
            times.append(pty(command, size, "--rounds", "1")["full_paint_ms"]["median"])
    return found


def sheets() -> tuple[list[float], list[float]]:
    """Milliseconds in which the worked examples are priced, and in which the same inputs are read and written as JSON, in turn."""
    from dispatch.charges import charge_sheet
    from dispatch.fields.reading import merged

    found = json.loads((HERE.parent / "tests" / "data" / "charges" / "cases.json").read_text(encoding="utf-8"))
    inputs = [
        (
            merged(found["cards"][case["card"]], case.get("card_patch", {})),
            case.get("client"),
            case["site"],
            case.get("agreement"),
            case["visit"],
        )
        for case in found["cases"]
    ]
    texts = [json.dumps(one) for one in inputs]
    ours, theirs = [], []
    for _ in range(ROUNDS * 3):
        ours.append(milliseconds(lambda: [charge_sheet(*one) for one in inputs]))
        theirs.append(milliseconds(lambda: [json.dumps(json.loads(text)) for text in texts]))
    return ours, theirs


def milliseconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def pty(command: list[str], size: str, *options: str) -> dict[str, Any]:
    """What ptybench says of a program on a terminal of a size."""
    words = [sys.executable, str(HERE / "ptybench.py"), "run", "--size", size, *options, "--", *command]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def commits(db: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of one session's saved unit, and of a bare commit of SQLite in the same journal mode, in turn."""
    from db.library import sqlite3
    from db.store import Store
    from db.unit import Actor

    def saved() -> None:
        with unit_of_work(store, "bench", Actor(None, "bench", "bench", "system")) as unit:
            unit.audit("visit", 1, bench=True)

    def bare() -> None:
        plain.execute("BEGIN IMMEDIATE")
        plain.execute("INSERT INTO t VALUES (1)")
        plain.execute("COMMIT")

    ours, theirs = [], []
    with (
        Store.open(db) as store,
        contextlib.closing(sqlite3.connect(db.with_name("plain.db"), isolation_level=None)) as plain,
    ):
        plain.execute(f"PRAGMA journal_mode={store.value('PRAGMA journal_mode')}")
        plain.execute("PRAGMA synchronous=FULL")
        plain.execute("CREATE TABLE t (x)")
        for _ in range(SAVES):
            ours.append(milliseconds(saved))
            theirs.append(milliseconds(bare))
    return ours, theirs


if __name__ == "__main__":
    main()
