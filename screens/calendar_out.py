"""Writing a technician's visits as a calendar file, from a screen."""

from __future__ import annotations

import datetime
from pathlib import Path

from db.faults import StoreFault
from dispatch.desk.calendar_export import calendar_of
from dispatch.desk.private_file import FileThere, at_this_machine, write_private
from dispatch.desk.refusals import Faulty, Refusal
from dispatch.model.paths import typed_path
from dispatch.model.people import Technician
from screens.dialogs import YES_NO, Field, Form
from screens.seated import SeatedScreen


async def ask_calendar(screen: SeatedScreen, technician: Technician, first: datetime.date) -> None:
    """Ask where to, how many days and how much of it, and write the file; over one that is there only when said twice."""
    seat = screen.seat
    told: list[str] = []
    warned: list[Path] = []

    def save(typed: dict[str, str]) -> list[str]:
        try:
            path = typed_path(typed["file"].strip())
            days = int(typed["days"].strip())
        except (ValueError, RuntimeError):
            return [f"days: {typed['days'].strip()!r} is not a whole number"]
        try:
            busy = typed["busy"] == "yes"
            text, count = calendar_of(seat, technician, first, days, busy=busy)
            write_private(path, text, replace=path in warned)
        except FileThere as there:
            warned.append(path)
            return [f"{there} Saving again writes over it."]
        except Faulty as fault:
            return list(fault.faults)
        except (StoreFault, Refusal) as refusal:
            return [str(refusal)]
        told.append(f"{count} visits are in {path}, which only you may read.")
        return []

    try:
        at_this_machine(seat)
    except Refusal as refusal:
        screen.say(str(refusal), "warning")
        return
    fields = (
        Field("file", "File", f"~/{technician.login}-{first.isoformat()}.ics"),
        Field("days", "How many days", "14"),
        Field("busy", "Only the times, no names", "no", options=YES_NO),
    )
    if await screen.app.push_screen_wait(Form(f"{technician.name}'s visits as a calendar", fields, save)) is not None:
        screen.say(told[-1])
