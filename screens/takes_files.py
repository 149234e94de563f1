"""The key that takes over a file. What it needs is imported when it is pressed: the first frame does not wait for it."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from screens.seated import SeatedScreen


class TakesFiles(SeatedScreen):
    """A screen from which a file can be imported."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "import", "Import", id="file.import", tooltip="take over a file: CSV, a calendar, a rate card"),
    ]

    @work
    async def action_import(self) -> None:
        """Take over a file; at the machine only, as it is the server's files that could be read."""
        if self.over_ssh:
            self.say("Files are imported on the machine itself: dispatch import.", "warning")
            return
        from screens.importing import ask_import

        await ask_import(self)
        self.reload()
