"""What is said of a request that was taken."""

from __future__ import annotations

from dispatch.desk.visits import remarks
from dispatch.model.text import show
from dispatch.model.visits import Visit
from screens.user_screen import UserScreen


def say_taken(screen: UserScreen, words: str, visit: Visit, before: Visit | None = None) -> None:
    """Say that a request was taken, with what will matter of it and was not `before`."""
    found = remarks.remarks_on(screen.user.store, visit, before)
    known = f"{visit.reference}: {show('; '.join(found), 300)}." if found else ""
    if words or known:
        screen.say(f"{words} {known}".strip(), "warning" if found else "information")
