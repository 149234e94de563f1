"""Paths as people type them."""

from __future__ import annotations

import os
from pathlib import Path


def typed_path(text: str) -> Path:
    """The path that was typed, with `~` and `~name` for a home folder; `~name` stays as it is where nobody has that name."""
    return Path(os.path.expanduser(text))
