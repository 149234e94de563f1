"""The form for a new request."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.desk.book.context import Desk
from dispatch.desk.requests.intake import add
from dispatch.model.visits import Visit
from dispatch.records.requests import REQUEST
from screens.record_forms import line_of
from screens.user_screen import UserScreen

USUAL_WAY = "phone"
"""How a request comes in that somebody types here, unless they say another way."""
_USUAL = {"minutes": "60", "came_by": USUAL_WAY}


async def ask_request(screen: UserScreen, texts: Mapping[str, str] | None = None) -> Visit:
    """Ask for a request and put it into the queue.

    The form stays open with everything that was typed until the request is taken.

    Args:
        texts: what stands in the fields at first; a field that it does not name has its usual text.
    """
    desk, stands = Desk.for_user(screen.user), _USUAL | dict(texts or {})
    fields = [line_of(field, stands.get(field.name), desk) for field in REQUEST.typed]
    return await screen.fill_in("New request", fields, lambda entered: add(screen.user, entered))
