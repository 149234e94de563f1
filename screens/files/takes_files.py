"""The key that takes over a file. What it needs is imported when it is pressed: the first frame does not wait for it."""

from __future__ import annotations

from screens.binding import command
from screens.user_screen import UserScreen


class TakesFiles(UserScreen):
    """A screen from which a file can be imported."""

    @command("i", "file.import", "Import")
    async def action_import(self) -> None:
        """Take over a file: CSV, a calendar, a rate card."""
        from screens.files.importing import ask_import

        await ask_import(self)
        self.reload()
