"""Paths as people type them."""

from __future__ import annotations

import os
from pathlib import Path


def typed_path(text: str) -> Path:
    """The path that was typed, with `~` and `~name` for a home folder; `~name` stays as it is where nobody has that name."""
    return Path(os.path.expanduser(text))


def usual_database() -> Path:
    """The database where none is named: in the platform's folder for data."""
    import platformdirs

    return Path(platformdirs.user_data_dir("dispatch-board", appauthor=False)) / "dispatch.db"
