"""`make test-dates`: the suite as if it were another day, elsewhere, in another language, on one core, with nothing optional.

The wall clock of every Python is moved by time-machine from the moment that it begins; what waits and measures (the monotonic
clock) stays the machine's. (libfaketime would move it for every program, and breaks Python's sleep.)

    python -m tests.dates [--part] [NAME …] [--tests PATH …]

`--part` runs a few tests of each kind that touches time, with several of the circumstances together and at the same time, in
under a minute.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEW_YORK = "America/New_York"


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Where and when the suite runs. `moment` is ISO 8601 with an offset; None is today."""

    moment: str | None = None
    zone: str = NEW_YORK
    german: bool = False
    one_core: bool = False
    bare: bool = False


IN_FIVE_YEARS = (datetime.now(UTC) + timedelta(days=5 * 365 + 1)).isoformat(timespec="seconds")
ALL = {
    "sample": Circumstance("2026-11-24T14:07:00-05:00"),
    "today": Circumstance(),
    "skipped-hour": Circumstance("2027-03-14T02:30:00-05:00"),
    "repeated-hour": Circumstance("2026-11-01T01:30:00-04:00"),
    "leap-day": Circumstance("2028-02-29T23:50:00-05:00"),
    "five-years": Circumstance(IN_FIVE_YEARS),
    "utc": Circumstance(zone="UTC"),
    "kolkata": Circumstance(zone="Asia/Kolkata"),
    "chatham": Circumstance(zone="Pacific/Chatham"),
    "german": Circumstance(zone="Europe/Berlin", german=True),
    "one-core": Circumstance(one_core=True),
    "bare": Circumstance(bare=True),
}
PART = {
    "skipped hour, Chatham": Circumstance("2027-03-14T02:30:00-05:00", zone="Pacific/Chatham"),
    "leap day, Kolkata, German": Circumstance("2028-02-29T23:50:00-05:00", zone="Asia/Kolkata", german=True),
    "in five years, nothing optional, one core": Circumstance(IN_FIVE_YEARS, bare=True, one_core=True),
}
PART_OF_THE_SUITE = (
    "tests/test_wall.py::test_a_program_goes_on_from_the_tests_clock",
    "tests/commands/test_whole_day.py",
    "tests/model/test_day_words.py",
    "tests/levels/test_calendar.py",
    "tests/requests/test_quick_line.py",
    "tests/travel/test_commands.py",
)
PROGRAMS = (
    "tmux",
    "sshd",
    "ssh",
    "strace",
    "make",
    "ip",
    "unshare",
    "xdg-open",
    "osrm-routed",
    "uv",
    "systemd-analyze",
)
IMPORTED_BEFORE = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
"""time-machine is there before pytest is."""
MODULES = ("osmium", "vroom", "pyvrp", "apprise", "osrm", "uv", "weasyprint")
"""What somebody may not have: programs on the path, and what extras bring."""
BEGIN = """
import sys, time
from importlib.machinery import PathFinder
away, hidden, found = {away}, {hidden}, PathFinder.find_spec
if away:
    before = set(sys.modules)
    sys.modules["pytest"] = None
    import time_machine
    time_machine.travel(time.time() + away, tick=True).start()
    for name in set(sys.modules) - before - {{"time_machine"}}:
        if sys.modules[name] is None or (getattr(sys.modules[name], "__file__", None) or "").endswith(".py"):
            del sys.modules[name]
if hidden:
    PathFinder.find_spec = classmethod(
        lambda cls, name, *where, **more: None if name.partition(".")[0] in hidden else found(name, *where, **more)
    )
"""
"""What every Python of a run does first. What only time-machine needs is forgotten: some tests ask what a program imports."""


def environment_of(what: Circumstance, folder: Path) -> dict[str, str]:
    """The variables of a run; what they refer to is made in `folder`."""
    away = 0 if what.moment is None else int(datetime.fromisoformat(what.moment).timestamp() - time.time())
    begin = BEGIN.format(away=away, hidden=MODULES if what.bare else ())
    (folder / "sitecustomize.py").write_text(begin, encoding="utf-8")
    own = {**os.environ, "TZ": what.zone, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(folder)}
    if what.german:
        made = folder / "de_DE.UTF-8"
        words = ["localedef", "--no-archive", "-c", "-i", "de_DE", "-f", "UTF-8", str(made)]
        if subprocess.run(words, check=False, capture_output=True).returncode not in (0, 1) or not made.is_dir():
            raise SystemExit("a German locale could not be made: install the package locales")
        own |= {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "LANGUAGE": "de", "LOCPATH": str(folder)}
    if what.bare:
        path = folder / "bin"
        path.mkdir()
        for place in os.environ["PATH"].split(os.pathsep):
            for program in Path(place).iterdir() if Path(place).is_dir() else ():
                if program.name not in PROGRAMS and not (path / program.name).is_symlink():
                    (path / program.name).symlink_to(program)
        own["PATH"] = str(path)
        own.pop("REQUIRE_SSHD", None)
    return own


def passes(name: str, what: Circumstance, words: list[str], workers: str) -> bool:
    """Run the suite in a circumstance, in one process where `workers` is 0; what that says is said at its end."""
    title = f"\n== {name}: {what.moment or 'today'}, {what.zone}"
    program = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", IMPORTED_BEFORE, *words]
    program += ["-n", "0"] if what.one_core or workers == "0" else ["-n", workers, "--dist", "worksteal"]
    if what.one_core:
        program = ["taskset", "-c", "0", *program]
    with tempfile.TemporaryDirectory(prefix="dispatch-dates-") as folder:
        kept = subprocess.PIPE if workers == "0" else None
        if kept is None:
            print(title, flush=True)
        environment = environment_of(what, Path(folder))
        done = subprocess.run(program, cwd=ROOT, env=environment, stdout=kept, text=True, check=False)
        if kept is not None:
            print(title, done.stdout, sep="\n", flush=True)
        return done.returncode == 0


def main() -> int:
    """Run what is asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.dates")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(ALL)}")
    parser.add_argument("--part", action="store_true", help="a few tests, under a minute")
    parser.add_argument("-n", dest="workers", default="2", help="processes of pytest")
    parser.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="only these tests")
    args = parser.parse_args()
    if unknown := set(args.names) - set(ALL):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    chosen: Mapping[str, Circumstance] = PART if args.part else {name: ALL[name] for name in args.names or ALL}
    words = [*PART_OF_THE_SUITE] if args.part else args.tests
    if args.part:  # each in one process: workers would take longer to start than they save
        with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
            passed = [*side_by_side.map(lambda name: passes(name, chosen[name], words, "0"), chosen)]
    else:
        passed = [passes(name, what, words, args.workers) for name, what in chosen.items()]
    failed = [name for name, good in zip(chosen, passed, strict=True) if not good]
    print(f"\n{len(chosen) - len(failed)} of {len(chosen)} pass" + "".join(f"\nfailed: {name}" for name in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
