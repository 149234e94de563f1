"""That a process at a database is at work: each writes when it looked last into a small file of its own beside the database.

In the database it would wake every screen each time. A file that cannot be written is done without, and shows as silence.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from db.store import Store

REPLICATE = "replicate"
"""The process that keeps a copy elsewhere."""


class Heartbeat(NamedTuple):
    """When a process looked last, when it did its work last (where it never could: when it looked first), how often it looks, in
    seconds, and what kept it from its work."""

    looked_at: int
    since: int
    every: int
    trouble: str


def beat(store: Store, process: str, every: float, trouble: str = "") -> None:
    """Note that a process looked now.

    Args:
        process: its name, as part of a file's.
        every: how often it looks, in seconds.
        trouble: what kept it from its work; empty: nothing.
    """
    now, before = store.clock.now(), heartbeat(store, process)
    since = now if not trouble or before is None else before.since
    path = store.path.with_name(f"{store.path.name}.{process}")
    draft = path.with_name(f"{path.name}-{os.getpid()}")
    with contextlib.suppress(OSError):
        fd = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "w", encoding="utf-8") as file:
            json.dump(Heartbeat(now, since, round(every), trouble), file)
        draft.replace(path)


def heartbeat(store: Store, process: str) -> Heartbeat | None:
    """What a process noted last; None: it never ran here, as far as is known."""
    try:
        looked_at, since, every, trouble = json.loads(
            store.path.with_name(f"{store.path.name}.{process}").read_text(encoding="utf-8")
        )
        return Heartbeat(int(looked_at), int(since), int(every), str(trouble))
    except (OSError, ValueError, TypeError):
        return None


def forget(store: Store, process: str) -> None:
    """Let a process be one that never ran here."""
    store.path.with_name(f"{store.path.name}.{process}").unlink(missing_ok=True)
