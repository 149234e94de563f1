"""Writing a technician's visits as a calendar file, from a screen."""

from __future__ import annotations

import datetime
from pathlib import Path

from dispatch.desk.adapters.calendar_export import calendar_of
from dispatch.desk.session.refusals import Faulty
from dispatch.model.people import Technician
from screens.dialogs.asked import YES_NO, AskedField
from screens.files.file_out import ask_to_write
from screens.user_screen import UserScreen


async def ask_calendar(screen: UserScreen, technician: Technician, first: datetime.date) -> None:
    """Ask where to, how many days and how much of it, and write the file."""

    def written(typed: dict[str, str], path: Path) -> tuple[str, str]:
        try:
            days = int(typed["days"].strip())
        except ValueError:
            raise Faulty([f"days: {typed['days'].strip()!r} is not a whole number"]) from None
        text, count = calendar_of(screen.user, technician, first, days, busy=typed["busy"] == "yes")
        return text, f"{count} visits are"

    fields = (
        AskedField("file", "File", f"~/{technician.login}-{first.isoformat()}.ics"),
        AskedField("days", "How many days", "14"),
        AskedField("busy", "Only the times, no names", "no", options=YES_NO),
    )
    await ask_to_write(screen, f"{technician.name}'s visits as a calendar", fields, written)
