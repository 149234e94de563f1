"""Nobody asks the machine what time it is: the program in one place, the tests and what they start not at all."""

from __future__ import annotations

import ast
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wall import START, WALL, started

ROOT = Path(__file__).parents[1]
READS = {
    "time": {"time", "time_ns", "clock_gettime", "clock_gettime_ns"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "pendulum": {"now", "today", "tomorrow", "yesterday"},
    "DateTime": {"now", "utcnow", "today"},
    "Date": {"today"},
}
"""What asks the machine, by the name before the point."""
UNLESS_TOLD = {
    "gmtime": 1,
    "localtime": 1,
    "ctime": 1,
    "asctime": 1,
    "strftime": 2,
    "formatdate": 1,
    "format_datetime": 1,
}
"""What asks it where fewer arguments are given."""
IN_SQL = re.compile(
    r"'now'|\bCURRENT_(?:TIME|DATE|TIMESTAMP)\b|\b(?:unixepoch|datetime|date|time|julianday)\(\s*\)", re.IGNORECASE
)


WORTH_READING = re.compile(
    rf"{IN_SQL.pattern}|'now\b|\btime\s+import\b|\b(?:{'|'.join(UNLESS_TOLD)})\b"
    rf"|\b(?:{'|'.join(READS)})\W*\.\W*(?:{'|'.join(set().union(*READS.values()))})\b",
    re.IGNORECASE,
)
"""Found in each text that asks it: what has none is not taken apart, which takes 20 times as long."""


def reads(source: str, also: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Line and words of each place that asks the machine for the time, or that says one of the words in `also`."""
    if not WORTH_READING.search(source) and not any(word in source for word in also):
        return
    named = {attribute.rpartition(".")[2] for attribute in also}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (
                (node.lineno, f"from time import {name.name}") for name in node.names if name.name in READS["time"]
            )
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in READS.get(owner, ()):
                yield node.lineno, f"{owner}.{node.attr}"
            if node.attr in named and (words := ast.unparse(node)) in also:
                yield node.lineno, words
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            of = ast.unparse(node.func).removesuffix(called) if called in UNLESS_TOLD else None
            if of in ("", "time.", "email.utils.") and len(node.args) + len(node.keywords) < UNLESS_TOLD[called]:
                yield node.lineno, f"{called} of the present"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and IN_SQL.search(node.value):
            yield node.lineno, "the present in SQL"


def found_in(*folders: str, but: set[str], also: frozenset[str] = frozenset()) -> list[str]:
    """Each place where the machine is asked, or that says one of the words in `also`."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name not in but:
                source = path.read_text(encoding="utf-8")
                found += [f"{name}:{line}: {words}" for line, words in reads(source, also)]
    return found


def test_one_module_of_the_program_reads_the_wall_clock() -> None:
    found = found_in("db", "dispatch", "screens", "widgets", but={"dispatch/model/clock.py"})
    for path in sorted((ROOT / "db" / "schema").glob("*.sql")):
        found += [f"{path.name}: {match[0]}" for match in IN_SQL.finditer(path.read_text(encoding="utf-8"))]
    assert not found, "take it from the store's clock, or from SystemClock (dispatch.model.clock)"


def test_no_test_reads_it_and_none_starts_a_python_that_does() -> None:
    own = {"tests/wall.py", "tests/begin.py", "tests/test_wall.py", "tests/dates.py"}
    own.add("tests/test_bootstrap.py")  # what it begins makes an environment, and tells no time
    found = found_in("tests", but=own, also=frozenset({"sys.executable"}))
    assert not found, "take it from tests.wall.WALL, and begin programs by tests.wall.started"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time; time.time()", "time.time"),
        ("from time import time", "from time import time"),
        ("import datetime; datetime.datetime.now(datetime.UTC)", "datetime.now"),
        ("from datetime import date; clock = date.today", "date.today"),
        ("import time; time.strftime('%H')", "strftime of the present"),
        ("from email.utils import formatdate; formatdate()", "formatdate of the present"),
        ("conn.execute(\"SELECT unixepoch('now')\")", "the present in SQL"),
        ("import time; time.monotonic(); time.gmtime(5); moment.strftime('%H')", None),
    ],
)
def test_each_way_to_ask_is_known(source: str, found: str | None) -> None:
    assert [words for _, words in reads(source)] == ([found] if found else [])


def test_a_test_begins_in_the_morning_and_its_clock_stands_where_it_is_set() -> None:
    assert 0 <= time.time() - START < 60
    WALL.set(START + 5)
    assert time.time() == START + 5
    WALL.advance(60)
    assert time.time() == START + 65


TELL = "import sys, time; print(int(time.time()), __name__, *sys.argv[1:])"


@pytest.mark.parametrize("flags", [(), ("-I",)])
@pytest.mark.parametrize("kind", ["code", "file", "module", "become"])
def test_a_program_goes_on_from_the_tests_clock(tmp_path: Path, flags: tuple[str, ...], kind: str) -> None:
    WALL.set(START + 86_400)
    file = tmp_path / "teller.py"
    file.write_text(TELL, encoding="utf-8")
    become = f"import os, sys; os.execv(sys.executable, [sys.executable, '-I', {str(file)!r}, 'x'])"
    words = {
        "code": ["-c", TELL, "x"],
        "file": [str(file), "x"],
        "module": ["-m", "teller", "x"],
        "become": ["-c", become],
    }
    if kind == "module" and flags:
        words[kind] = ["-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {TELL}", "x"]
    done = subprocess.run(started(*words[kind], flags=flags), cwd=tmp_path, capture_output=True, text=True, check=True)
    told, name, word = done.stdout.split()
    assert (name, word) == ("__main__", "x")
    assert 0 <= int(told) - WALL.now() < 60
