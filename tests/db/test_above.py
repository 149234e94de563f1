"""Nothing above db/ speaks SQL or writes a row: repositories take and give records."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SQL = re.compile(
    r"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s|WITH\s+RECURSIVE\s)"
)
WRITES = {"insert", "update", "delete", "execute", "execute_many"}
ON_UNITS = {"unit", "conn", "store"}


def spoken(source: str) -> list[int]:
    """The lines of a module with a text that begins as SQL, or a bare write."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if SQL.match(text):
                found.append(node.lineno)
            case ast.Call(func=ast.Attribute(value=on, attr=attr)) if attr in WRITES:
                name = on.attr if isinstance(on, ast.Attribute) else on.id if isinstance(on, ast.Name) else ""
                if name in ON_UNITS:
                    found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "source",
    [
        'store.all("SELECT id FROM visit")',
        'unit.update("visit", 1, 2, archived_at=3)',
        'seat.unit.insert("visit")',
        'x = "DELETE FROM visit"',
        "conn.execute(text)",
    ],
)
def test_is_seen(source: str) -> None:
    assert spoken(source)


def test_no_sql_above_the_store() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("dispatch", "screens", "widgets")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in spoken(path.read_text())
    ]
    assert found == []
