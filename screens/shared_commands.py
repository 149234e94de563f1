"""Commands that several screens have. What a command needs is imported when its key is pressed: no first frame waits for it."""

from __future__ import annotations

from dispatch.lazily import lazily
from dispatch.model.states import READS
from screens.binding import command
from screens.user_screen import UserScreen

with lazily(__name__):
    from screens.files import importing


@command("c", "screen.calls", "Call ahead", READS["day"].roles)
def calls(screen: UserScreen) -> None:
    """Whom to call because we come later, and when."""
    screen.program.open("calls", screen.program.day)


@command("O", "screen.outbox", "Messages", READS["messages"].roles)
def messages(screen: UserScreen) -> None:
    """Messages to clients, and what became of them."""
    screen.program.open("messages")


@command("i", "file.import", "Import")
async def import_file(screen: UserScreen) -> None:
    """Take over a file: CSV, a calendar, a rate card."""
    await importing.ask_import(screen)
    screen.reload()
