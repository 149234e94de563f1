"""What `make test` takes of many that show the same: the first values of a list, a quarter of the random examples.

The rest is marked `again`, or asked for by `EXAMPLES`: `make test-long` takes all, and `.ci/run` what is marked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

ALL_EXAMPLES = "EXAMPLES" in os.environ


def first_of(names: str, values: Iterable[Any], quick: int = 1, **more: Any) -> pytest.MarkDecorator:
    """A parametrization whose first `quick` values are tried by `make test`.

    Args:
        names: of the arguments, as pytest's `parametrize` takes them.
        values: one each, or a tuple where there are several names.
        quick: how many.
        more: what `parametrize` takes besides.
    """
    several = "," in names
    params = [
        pytest.param(*(value if several else (value,)), marks=[pytest.mark.again] if number >= quick else [])
        for number, value in enumerate(values)
    ]
    return pytest.mark.parametrize(names, params, **more)


def examples(most: int) -> int:
    """How many random examples a property is tried on."""
    return most if ALL_EXAMPLES else max(5, most // 4)
