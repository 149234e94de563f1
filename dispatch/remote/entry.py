"""`dispatch seat` and `dispatch seat-parent`: each in an interpreter of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def begin(words: list[str]) -> int:
    """Become the guard in an isolated interpreter, where nothing of the caller's is read. Returns only where it cannot."""
    guard = str(Path(__file__).with_name("guard.py"))
    os.execv(sys.executable, [sys.executable, "-I", guard, *words])


def begin_parent(words: list[str]) -> int:
    """Become the warm parent in an isolated interpreter. Returns only where it cannot."""
    parent = str(Path(__file__).with_name("parent.py"))
    os.execv(sys.executable, [sys.executable, "-I", parent, *words[1:]])
