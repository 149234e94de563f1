"""Importing pyvroom without pandas, which is more than half of what its import costs and the most of what it installs.

pyvroom makes one table of pandas, the routes of a solution as a frame, and names it where it is imported. `VroomEngine`
reads the routes as an array and never asks for that table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def pandas_spared() -> Iterator[None]:
    """While this lasts, whoever imports pandas gets a stand-in without it; whoever has it already keeps it."""
    if "pandas" in sys.modules:
        yield
        return
    stand_in = ModuleType("pandas")
    stand_in.__dict__["DataFrame"] = object  # in a signature
    sys.modules["pandas"] = stand_in
    try:
        yield
    finally:
        del sys.modules["pandas"]
