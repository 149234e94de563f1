"""What the import rules cannot say of the house: a class name means one thing in all of it, and no imports go round."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("db", "dispatch", "screens", "widgets")
WITHOUT_CIRCLES = ("screens", "widgets")
"""Packages, or packages within them, among whose modules no imports go round."""


def test_a_class_name_means_one_thing() -> None:
    places = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for part in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(part, ast.ClassDef):
                    places[part.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def imported(node: ast.AST) -> Iterator[str]:
    """Every module, or name of a module, that is imported anywhere below a node, but for what only the types are checked with."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING":
            continue
        if isinstance(part, ast.ImportFrom):
            yield from (f"{part.module}.{name.name}" for name in part.names)
        elif isinstance(part, ast.Import):
            yield from (name.name for name in part.names)
        yield from imported(part)


@pytest.mark.parametrize("package", WITHOUT_CIRCLES)
def test_no_imports_go_round(package: str) -> None:
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / package).rglob("*.py")}
    uses = {}
    for module, path in paths.items():
        names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
        uses[module] = ({name for name in names | {name.rpartition(".")[0] for name in names} if name in paths}) - {
            module
        }
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(reversed(circle.args[1])))
