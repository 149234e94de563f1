"""Whether the busy times of a technician's own calendar are absences here: theirs to say, or a lead's."""

from __future__ import annotations

from dataclasses import replace

from db import calendars
from db.store import Store
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.model.calendars import LinkedCalendar
from dispatch.model.people import Technician
from dispatch.model.states import Role
from dispatch.model.text import show


def linked_to(store: Store, technician: Technician) -> LinkedCalendar | None:
    """The calendar of a technician; None where there is none."""
    return next((one for one in calendars.CALENDARS.all(store) if one.staff_id == technician.id), None)


def permit_busy(user: User, technician: Technician, permitted: bool) -> LinkedCalendar:
    """Let the busy times of a calendar be absences, or no longer: they follow when it is brought up to date next.

    Raises:
        NotAllowed: it is somebody else's, and the person does not lead.
        Refusal: the technician has no calendar here.
    """
    with user.write("permit busy times", Role.TECHNICIAN, Role.LEAD) as unit:
        if technician.id != user.staff.id and Role.LEAD not in user.roles_now:
            raise NotAllowed(f"Only {show(technician.name)} or a lead may say that.")
        before = linked_to(user.store, technician)
        if before is None:
            raise Refusal(f"{show(technician.name)} has no calendar here; a lead names it: dispatch calendar add.")
        after = replace(before, busy=permitted)
        if after == before:
            unit.leave_unchanged()
            return before
        return replace(after, version=calendars.CALENDARS.update(unit, before, after))


def busy_words(technician: Technician, calendar: LinkedCalendar) -> str:
    """What is so now, as a sentence."""
    are = "are absences here" if calendar.busy else "are not looked at"
    return f"Busy times in the calendar of {show(technician.name)} {are} from the next time on that it is brought up to date."
