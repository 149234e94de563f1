"""What libraries do asynchronously, within the deadline of a try."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from dispatch.closeout.probes.deadline import Deadline

T = TypeVar("T")


async def kept_to(deadline: Deadline, work: Coroutine[Any, Any, T]) -> T:
    """What comes of it, by the deadline whatever the other side does. Raises as `Deadline.left`, and what it raises."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=deadline.slice())
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=1)
