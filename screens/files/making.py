"""Papers made for a screen: in a thread with a store of its own, so that what takes its time says so and the screen goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from dispatch.desk.files.table import Watch
from dispatch.desk.reports.document import Report
from dispatch.desk.session.user import User
from screens.files.import_preview import watched
from screens.user_screen import UserScreen

T = TypeVar("T")
Make = Callable[[User, str], Report]
"""Makes a paper; what is typed says of which period, where it is of one."""


async def made(screen: UserScreen, title: str, job: Callable[[User, Watch], T]) -> T:
    """The result of a job that a user does beside the screen; raises what it raises, and as `watched`."""
    user = screen.user

    def own(watch: Watch) -> T:
        with user.store.reopened() as store:
            return job(dataclasses.replace(user, store=store), watch)

    return await watched(screen, title, own)
