"""What the import rules cannot say of the house: a class name means one thing in all of it, and no imports go round."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("db", "dispatch", "screens", "widgets")
WITHOUT_CIRCLES = PACKAGES
"""Packages, or packages within them, among whose modules no imports go round."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> frozenset[str]:
    return frozenset(imported(tree(path)))


def test_a_class_name_means_one_thing() -> None:
    places = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for part in tree(path).body:
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
        names = imports_of(path)
        uses[module] = ({name for name in names | {name.rpartition(".")[0] for name in names} if name in paths}) - {
            module
        }
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(reversed(circle.args[1])))


def imported_by(path: Path) -> set[str]:
    """The modules and names that a module imports, wherever in it; of a package what that gives out too."""
    names = set(imports_of(path))
    names |= {name.rpartition(".")[0] for name in names}
    inits = [ROOT.joinpath(*name.split("."), "__init__.py") for name in names]
    return names.union(*(imported_by(init) for init in inits if init != path and init.is_file()))


def test_the_ways_of_contributing_lead_through_the_code() -> None:
    """Each step is a file that uses, or is used by, one of the steps before it."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    ways = [re.findall(r"^\d\. `([^`]+)`", way, re.MULTILINE) for way in page.split("\n\n**")[1:]]
    assert [5 <= len(way) <= 9 for way in ways] == [True] * 4
    for way in ways:
        steps = [
            (step.removesuffix(".py").replace("/", "."), imported_by(ROOT / step)) for step in way if ".sql" not in step
        ]
        for number, (module, imports) in enumerate(steps[1:], 1):
            before = steps[:number]
            assert any(module in theirs or other in imports for other, theirs in before), module


def test_files_that_contributing_names_are_there() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:db|dispatch|screens|widgets|tests|docs)/[\w/.-]+)`", page))
    assert {name for name in named if "NNNN" not in name and "svg" not in name and not (ROOT / name).exists()} == set()
