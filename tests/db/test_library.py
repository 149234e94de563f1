"""One SQLite library in a process, the one sqlite_utils takes, and nothing heavy on the way to it."""

import ast
import subprocess
from pathlib import Path

import pytest

from db.library import sqlite3, wal_is_safe
from tests.quick import first_of
from tests.wall import started

ROOT = Path(__file__).parents[2]
SOURCES = [path for package in ("db", "dispatch", "screens", "widgets") for path in (ROOT / package).rglob("*.py")]


def run(program: str) -> str:
    ran = subprocess.run(started("-c", program), cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.mark.again
@first_of("blocked", ["", "sys.modules['pysqlite3'] = None; "])
def test_the_choice_is_that_of_sqlite_utils(blocked: str) -> None:
    out = run(
        f"import sys; {blocked}from db.library import sqlite3; from sqlite_utils import utils, db; "
        "print(sqlite3 is utils.sqlite3 is db.sqlite3, sqlite3.__name__)"
    )
    expected = "sqlite3" if blocked or sqlite3.__name__ == "sqlite3" else "pysqlite3"
    assert out == f"True {expected}"


def test_opening_a_store_imports_nothing_heavy() -> None:
    heavy = "{'sqlite_utils', 'textual', 'pendulum', 'geopy', 'click'}"
    assert run(f"import sys, db.store, db.backups; print(sorted({heavy} & set(sys.modules)))") == "[]"


def test_nothing_else_imports_a_sqlite_library() -> None:
    offenders = []
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        if path == ROOT / "db" / "library.py" or "sqlite3" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            if any(name.split(".")[0] in ("sqlite3", "pysqlite3") for name in names):
                offenders.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert offenders == []


def test_no_table_is_ever_transformed() -> None:
    """`table.transform` of sqlite_utils makes the table anew without its triggers."""
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        if path.is_relative_to(ROOT / "db") or path.is_relative_to(ROOT / "dispatch")
        if "transform" in (source := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in ("transform", "transform_sql")
    ]
    assert offenders == []


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_releases_with_the_wal_reset_race_are_known(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe


@pytest.mark.again
def test_schema_is_made_and_trusted_by_either_library(tmp_path: Path) -> None:
    """A schema that is not trusted may hold only what SQLite calls innocuous; 3.40.1 does not count `json_valid`."""
    for blocked in ("", "sys.modules['pysqlite3'] = None; "):
        path = tmp_path / f"board{len(blocked)}.db"
        out = run(
            f"import sys; {blocked}from db.store import Store; store = Store.create({str(path)!r}); "
            "print(store.value('PRAGMA quick_check'), store.value('PRAGMA foreign_keys'))"
        )
        assert out == "ok 1"
