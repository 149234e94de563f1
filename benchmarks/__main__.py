"""What `make bench` measures, each figure against something that was run in the same go.

Figures of different machines, or of different days, say nothing; the ratios do.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import platformdirs

from db.unit import unit_of_work

HERE = Path(__file__).parent
DISPATCH = str(Path(sys.executable).with_name("dispatch"))
ROUNDS = 9

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
    with tempfile.TemporaryDirectory() as folder:
        db, bare = Path(folder, "week.db"), Path(folder, "bare.py")
        bare.write_text(BARE)
        subprocess.run([DISPATCH, "demo", "--keep", str(db), "--plain"], check=True, stdout=subprocess.DEVNULL)
        board = [DISPATCH, "board", "--db", str(db), "--as", "dana"]
        show("dispatch --version / python -c pass", *in_turn([DISPATCH, "--version"], [sys.executable, "-c", "pass"]))
        show("first full paint: dispatch board / a bare Textual app", *paints(board, [sys.executable, str(bare)]))
        # in their own home each would make the sample firm; what is measured is a copy of one that is kept
        demo = ["env", f"XDG_CACHE_HOME={platformdirs.user_cache_path()}", DISPATCH, "demo"]
        show("first full paint: dispatch demo / dispatch board", *paints(demo, board))
        keys = pty(board, "--measure", "down=down*30", "--measure", "right=right*30")
        for name, found in keys["measures"].items():
            print(f"bytes a key, {name}: {json.dumps(found.get('bytes_per_key', found.get('bytes')))}")
        commits(db)
        sheets()


def show(what: str, ours: list[float], theirs: list[float]) -> None:
    """Print a ratio of medians, with both."""
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"{what}: {a / b:.2f}  (medians {a:.0f} ms and {b:.0f} ms, {len(ours)} rounds in turn)")


def in_turn(ours: list[str], theirs: list[str]) -> tuple[list[float], list[float]]:
    """Wall milliseconds of two commands, run one after the other, round by round."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS * 3):
        for times, command in zip(found, (ours, theirs), strict=True):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append((time.perf_counter() - began) * 1000)
    return found


def paints(ours: list[str], theirs: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds to the first full paint of two programs, in turn."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for times, command in zip(found, (ours, theirs), strict=True):
            times.append(pty(command, "--rounds", "1")["full_paint_ms"]["median"])
    return found


def sheets() -> None:
    """The worked examples priced over and over, beside reading the same input from JSON."""
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
    began = time.perf_counter()
    for _ in range(40):
        for one in inputs:
            charge_sheet(*one)
    ours = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(40):
        for text in texts:
            json.dumps(json.loads(text))
    theirs = time.perf_counter() - began
    rate = 40 * len(inputs) / ours
    print(f"a charge sheet / its input through JSON and back: {ours / theirs:.1f}  ({rate:.0f} sheets a second)")


def pty(command: list[str], *options: str) -> dict[str, Any]:
    """What ptybench says of a program on a terminal of 120 by 36."""
    words = [sys.executable, str(HERE / "ptybench.py"), "run", "--size", "120x36", *options, "--", *command]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def commits(db: Path) -> None:
    """Saved units a second of one session, against the same number of bare commits of SQLite."""
    from db.library import sqlite3
    from db.store import Store
    from db.unit import Actor

    number = 300
    with Store.open(db) as store:
        began = time.perf_counter()
        for _ in range(number):
            with unit_of_work(store, "bench", Actor(None, "bench", "bench", "system")) as unit:
                unit.audit("visit", 1, bench=True)
        ours = time.perf_counter() - began
        mode = store.value("PRAGMA journal_mode")
    plain = sqlite3.connect(db.with_name("plain.db"), isolation_level=None)
    plain.execute(f"PRAGMA journal_mode={mode}")
    plain.execute("PRAGMA synchronous=FULL")
    plain.execute("CREATE TABLE t (x)")
    began = time.perf_counter()
    for _ in range(number):
        plain.execute("BEGIN IMMEDIATE")
        plain.execute("INSERT INTO t VALUES (1)")
        plain.execute("COMMIT")
    theirs = time.perf_counter() - began
    plain.close()
    print(f"a saved unit / a bare SQLite commit ({mode}): {ours / theirs:.2f}  ({number / ours:.0f} units a second)")


if __name__ == "__main__":
    main()
