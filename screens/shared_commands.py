"""Commands that several screens have. What a command needs is imported when its key is pressed: no first frame waits for it."""

from __future__ import annotations

from dispatch.model.states import READS
from screens.binding import command
from screens.user_screen import UserScreen


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
    from screens.files.importing import ask_import

    await ask_import(screen)
    screen.reload()
