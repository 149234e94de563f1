"""The key of a road service: from the environment or from a file of one's own, never from the database."""

from __future__ import annotations

import os
from pathlib import Path

from dispatch.travel.chain import Unavailable

VARIABLE = "DISPATCH_TRAVEL_KEY"
FILE = "travel.key"


def key_file() -> Path:
    """Where the file is: `travel.key` in the platform's config directory."""
    import platformdirs

    return Path(platformdirs.user_config_dir("dispatch-board", appauthor=False)) / FILE


def service_key() -> str:
    """The key, empty where there is none.

    Raises:
        Unavailable: others can read the file.
    """
    if key := os.environ.get(VARIABLE, "").strip():
        return key
    path = key_file()
    try:
        if path.stat().st_mode & 0o077:
            raise Unavailable(f"Others can read {path}: chmod 600 it, or set {VARIABLE}.")
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise Unavailable(f"{path} cannot be read ({error}).") from error
