"""`dispatch seat` and `dispatch seat-parent`: each in an interpreter of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def begin(program: str, words: list[str]) -> int:
    """Become the guard, or the warm parent, in an isolated interpreter, where nothing of the caller's is read.

    Returns only where it cannot.
    """
    os.execv(sys.executable, [sys.executable, "-I", str(Path(__file__).with_name(f"{program}.py")), *words])
