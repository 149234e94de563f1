"""Every named question to the store can be asked of the newest schema, with parameters of the types that it declares."""

import ast
import datetime
import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest

import db
from db.rows import Query
from db.store import Store

GIVEN: dict[str, Any] = {"int": 1, "str": "x", "datetime.date": datetime.date(2026, 11, 24)}
MODULES = [importlib.import_module(f"db.{one.name}") for one in pkgutil.iter_modules(db.__path__)]
DECLARED: dict[str, tuple[Any, str]] = {
    f"{module.__name__}.{name}": (query, module.__annotations__[name])
    for module in MODULES
    for name, query in vars(module).items()
    if isinstance(query, Query) and name in getattr(module, "__annotations__", {})
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store.create(Path(tmp_path_factory.mktemp("queries"), "firm.db"))


@pytest.mark.parametrize("name", DECLARED)
def test_query_is_understood(empty: Store, name: str) -> None:
    query, annotation = DECLARED[name]
    declared = ast.parse(annotation, mode="eval").body
    assert isinstance(declared, ast.Subscript)
    # the answer stands first, alone where there are no parameters
    types = declared.slice.elts[1:] if isinstance(declared.slice, ast.Tuple) else []
    query(empty, *(GIVEN.get(ast.unparse(one), [1, 2]) for one in types))
