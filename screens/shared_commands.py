"""Commands that several screens have. What a command needs is imported when its key is pressed: no first frame waits for it."""

from __future__ import annotations

from dispatch.lazily import lazily
from dispatch.model.states import READS
from screens.binding import command, opens
from screens.user_screen import UserScreen

with lazily(__name__):
    from screens.files import importing


_CALLS = "Whom to call because we come later, and when."
calls = opens("c", "screen.calls", "Call ahead", "calls", _CALLS, READS["day"].roles, of_day=True)
_MESSAGES = "Messages to clients, and what became of them."
messages = opens("O", "screen.outbox", "Messages", "messages", _MESSAGES, READS["messages"].roles)


@command("i", "file.import", "Import")
async def import_file(screen: UserScreen) -> None:
    """Take over a file: CSV, a calendar, a rate card."""
    await importing.ask_import(screen)
    screen.reload()
