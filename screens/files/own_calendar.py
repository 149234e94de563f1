"""A technician's own calendar from a screen: look at what would be done, do it, and say whether busy times are absences."""

from __future__ import annotations

import dataclasses
import datetime

from db.faults import StoreFault
from dispatch.desk.calendars import permission, syncing
from dispatch.desk.calendars.syncing import Synced
from dispatch.desk.files.table import Watch
from dispatch.desk.session.refusals import Refusal
from dispatch.model.people import Technician
from screens.dialogs.asked import ChoiceRow
from screens.files.import_preview import watched
from screens.files.writing import ask_calendar
from screens.user_screen import UserScreen


async def ask_own_calendar(screen: UserScreen, technician: Technician, day: datetime.date) -> None:
    """What to do about a technician's calendar: a file, or the one on a server, where there is one."""
    calendar = permission.linked_to(screen.user.store, technician)
    if calendar is None:
        await ask_calendar(screen, technician, day)
        return
    busy = "let busy times in it be absences no longer" if calendar.busy else "let busy times in it be absences"
    rows = [
        ChoiceRow("bring the calendar up to date", "sync", calendar.url),
        ChoiceRow(busy, "busy", "their times are looked at, and nothing else"),
        ChoiceRow("write the visits into a file", "file"),
    ]
    answer = await screen.choose(f"The calendar of {technician.name}", rows)
    if answer == "file":
        await ask_calendar(screen, technician, day)
    elif answer == "busy":
        after = await screen.do(permission.permit_busy, technician, not calendar.busy)
        if after is not None:
            screen.say(permission.busy_words(technician, after))
    else:
        await ask_sync(screen, technician)


async def ask_sync(screen: UserScreen, technician: Technician) -> None:
    """Say what would be done to a calendar, and do it once it is agreed to."""
    try:
        would = await _synced(screen, technician, check=True)
        if would.said and not would.trouble:
            await screen.confirm("Bring the calendar up to date?", [would.words])
            would = await _synced(screen, technician, check=False)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    screen.say(would.words, "warning" if would.trouble else "information")
    screen.reload()


async def _synced(screen: UserScreen, technician: Technician, *, check: bool) -> Synced:
    """Bring it up to date in a thread with a store of its own: the screen can be used while the server is asked."""
    user = screen.user

    def job(watch: Watch) -> Synced:
        with user.store.reopened() as own:
            return syncing.sync_all(dataclasses.replace(user, store=own), technician, check=check)[0]

    return await watched(screen, "Asking the server of the calendar", job)
