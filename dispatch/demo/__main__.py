"""`python -m dispatch.demo [FOLDER]`: make the sample firm, in FOLDER or in the cache, and `dispatch demo` only copies it."""

from __future__ import annotations

import sys
from pathlib import Path

from dispatch.demo import kept
from dispatch.demo.kept import Bar


def main() -> None:
    """Make it, with a bar where a person looks."""
    moved = Bar("Making the sample firm") if sys.stdout.isatty() else lambda done: None
    if sys.argv[1:]:
        kept.make(Path(sys.argv[1]) / kept.name(), moved)
    else:
        kept.keep(moved)


main()
