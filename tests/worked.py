"""The worked examples that the project carries in tests/data, as parameters of tests."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

DATA = Path(__file__).parent / "data"


class Example(NamedTuple):
    """One case, and the file that it stands in: cards and calendars are named there."""

    file: dict[str, Any]
    case: dict[str, Any]


@cache
def carried(name: str) -> dict[str, Any]:
    """A file of tests/data by its path there; compressed ones are named without `.gz`."""
    path = DATA / name
    text = path.read_bytes() if path.exists() else gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    found: dict[str, Any] = json.loads(text)
    return found


def examples(*names: str) -> list[Any]:
    """The cases of some files, each a parameter with the id of the case."""
    return [
        pytest.param(Example(carried(name), case), id=case["id"]) for name in names for case in carried(name)["cases"]
    ]
