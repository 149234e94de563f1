"""Secrets: the key of a road service, a password for mail. From the environment or a file of one's own, never the database."""

from __future__ import annotations

import os
from pathlib import Path

from dispatch.travel.chain import Unavailable

VARIABLE = "DISPATCH_TRAVEL_KEY"
FILE = "travel.key"


def path_of(name: str) -> Path:
    """Where a file with a secret stands: in the platform's config directory."""
    import platformdirs

    return Path(platformdirs.user_config_dir("dispatch-board", appauthor=False)) / name


def secret(variable: str, name: str) -> str:
    """A secret, empty where there is none.

    Args:
        variable: of the environment, which comes first.
        name: of a file in the platform's config directory.

    Raises:
        Unavailable: others can read the file, or nobody can.
    """
    if key := os.environ.get(variable, "").strip():
        return key
    path = path_of(name)
    try:
        if path.stat().st_mode & 0o077:
            raise Unavailable(f"Others can read {path}: chmod 600 it, or set {variable}.")
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise Unavailable(f"{path} cannot be read ({error}).") from error
