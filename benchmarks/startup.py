"""What is imported, and what it costs: `python -m benchmarks.startup`.

Each program beside a bare interpreter and `import textual.app`, round by round in turn; the ratios say more than the figures.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from collections import Counter

ROUNDS = 9
SHOWN = 12
CASES = {
    "python -c pass": "pass",
    "import textual.app": "import gc; gc.disable(); import textual.app",
    "dispatch --version": "import dispatch.__main__, dispatch",
    "a plain command (keys list)": "import dispatch.commands.line, dispatch.commands.remote, dispatch.desk.session.user, db.keys",
    "the board": "import gc; gc.disable(); import dispatch.commands.line, dispatch.commands.views, dispatch.app, "
    "screens.board.board",
    "a session (my day)": "import gc; gc.disable(); import dispatch.remote.sitting, dispatch.remote.app, screens.visit.day",
    "a session of a warm parent": "import dispatch.remote.guard, dispatch.remote.warm",
}
"""What each imports up to its first screen or its first line; those with screens collect no garbage meanwhile."""


def main() -> None:
    """Print the table, and the dearest modules of each case."""
    spent: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, code in CASES.items():
            spent[name].append(cpu_of(code))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    bare, textual = medians["python -c pass"], medians["import textual.app"]
    print(f"{'':30} CPU ms   x python   x textual")
    for name, median in medians.items():
        print(f"{name:30} {median * 1000:6.0f} {median / bare:10.1f} {median / textual:11.2f}")
    for name, code in CASES.items():
        if name in ("python -c pass", "import textual.app"):
            continue
        print(f"\n{name}: milliseconds by package, then the dearest modules of ours")
        packages, modules = imports(code)
        print("  " + ", ".join(f"{package} {spent / 1000:.0f}" for package, spent in packages.most_common(8)))
        print("  " + ", ".join(f"{module} {spent / 1000:.1f}" for module, spent in modules.most_common(SHOWN)))


def cpu_of(code: str) -> float:
    """Seconds of CPU of an interpreter that runs a line of code."""
    process = subprocess.Popen([sys.executable, "-c", code])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"benchmarks.startup: {code} failed")
    return used.ru_utime + used.ru_stime


def imports(code: str) -> tuple[Counter[str], Counter[str]]:
    """Microseconds by package, and by module of ours, as `-X importtime` has them; it makes all of it dearer."""
    said = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    packages: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for spent, module in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)", said.stderr):
        package = module.partition(".")[0]
        packages[package] += int(spent)
        if package in ("db", "dispatch", "screens", "widgets"):
            modules[module] += int(spent)
    return packages, modules


if __name__ == "__main__":
    main()
