"""`dispatch seat`: the guard in an interpreter of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def begin(words: list[str]) -> int:
    """Become the guard in an isolated interpreter, where nothing of the caller's is read. Returns only where it cannot."""
    guard = str(Path(__file__).with_name("guard.py"))
    os.execv(sys.executable, [sys.executable, "-I", guard, *words])
