"""A view that takes its time, read in a thread: keys have their effect meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from textual.worker import Worker, WorkerCancelled

if TYPE_CHECKING:
    from textual.app import App

    from screens.user_screen import UserScreen

P = ParamSpec("P")
T = TypeVar("T")


async def aside(app: App[Any], job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a job that is done in a thread. Where the program ends meanwhile, the worker that waits for it is over too.

    Raises:
        CancelledError: the screens that it was for are gone.
        Whatever the job raises.
    """
    result = await asyncio.to_thread(job, *args, **kwargs)
    if not app.is_running:
        raise asyncio.CancelledError
    return result


class ScreenReading(Generic[T]):
    """Reads for a screen, once more where something has changed meanwhile; many changes in a row are read once."""

    def __init__(self, screen: UserScreen, read: Callable[[], T], show: Callable[[T], None]) -> None:
        """`read` is called in a thread, `show` in the interface's; what cannot be read is said and not shown."""
        self._screen, self._read, self._show = screen, read, show
        self._outdated = False
        self._worker: Worker[None] | None = None

    def begin(self) -> None:
        """Read, or read once more."""
        self._outdated = True
        if self._worker is None:
            self._worker = self._screen.run_worker(self._work(), group="reading")

    async def finished(self) -> None:
        """Come back when everything that was begun is shown."""
        if self._worker is not None:
            with contextlib.suppress(WorkerCancelled):
                await self._worker.wait()
        if not self._screen.app.is_running:
            raise asyncio.CancelledError

    async def _work(self) -> None:
        try:
            while self._outdated:
                self._outdated = False
                view = await self._screen.look_aside(self._read)
                if view is not None and self._screen.stands:
                    self._show(view)
        finally:
            self._worker = None
