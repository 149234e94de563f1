"""The words that a week is right: submitted, approved, opened again (design/timesheets.md, Two words)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import NamedTuple

from db import changes, people, timesheets
from db.store import Store
from db.timesheets import APPROVAL, TIMESHEET
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal, confirm, mark_of, reason_of
from dispatch.desk.session.user import User
from dispatch.desk.timesheets.reckoning import timesheets_of
from dispatch.desk.timesheets.timesheet_words import sums_text, week_text
from dispatch.model.instants import day_bounds, day_text
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.timesheets import Timesheet, TimesheetState, WeekOfTechnician, state_of


class ApprovedWeeks(NamedTuple):
    """What an approval came to: the weeks that were approved, and the technicians left out, each with why."""

    approved: tuple[WeekOfTechnician, ...]
    left_out: tuple[tuple[str, str], ...]


def weeks(store: Store, day: datetime.date, technicians: Collection[int] | None = None) -> list[WeekOfTechnician]:
    """The time sheets of the week that a day is in, with what was said of them; of some technicians, or of all."""
    sheets = timesheets_of(store, day, technicians)
    if not sheets:
        return []
    said = {one.technician_id: one for one in timesheets.submitted_of_week(store, sheets[0].week)}
    again = {one.technician_id: one for one in timesheets.reopened_of_week(store, sheets[0].week)}

    def week(sheet: Timesheet) -> WeekOfTechnician:
        word = said.get(sheet.technician_id)
        return WeekOfTechnician(sheet, state_of(sheet, word), word, again.get(sheet.technician_id))

    return [week(sheet) for sheet in sheets]


def all_weeks(user: User, day: datetime.date) -> list[WeekOfTechnician]:
    """The time sheets of all technicians, for who may read them.

    Raises:
        NotAllowed: they are other people's.
    """
    user.ask_to_read("reports", "everybody's time sheets")
    return weeks(user.store, day)


def week_of(user: User, day: datetime.date, technician_id: int | None = None) -> WeekOfTechnician:
    """One's own week, or that of a technician, for who may read it.

    Raises:
        NotAllowed: it is somebody else's.
        NotFound: they are no technician.
    """
    week = _week(user, day, technician_id)
    user.ask_to_read_of(week.sheet.login, "reports", "the time sheet")
    return week


def submit(
    user: User,
    day: datetime.date,
    technician_id: int | None = None,
    reason: str = "",
    confirmed: Sequence[str] = (),
) -> WeekOfTechnician:
    """Say that the week which a day is in is right, as it stands.

    Args:
        user: the technician; or a lead for them, with the reason.
        confirmed: the mark of what was shown (`NeedsConfirm.marks`).

    Raises:
        NeedsConfirm: with all that is said to be right.
        NotAllowed: it is somebody else's.
        Faulty: a time in it is not known, with each of them; a lead gave no reason.
        Refusal: the week is not over, or it is submitted as it stands.
    """
    with user.write("submit hours", Role.TECHNICIAN, Role.LEAD) as unit:
        week = _week(user, day, technician_id)
        sheet, why = week.sheet, ""
        if sheet.technician_id != user.staff.id:
            if Role.LEAD not in user.roles_now:
                raise NotAllowed(
                    f"Only {show(sheet.technician)} or a lead submits the time sheet of {show(sheet.technician)}."
                )
            why = reason_of(reason)
        last = sheet.days[-1].day
        if day_bounds(last, sheet.zone)[1] > unit.at:
            raise Refusal(f"This week is not over: it can be submitted after {day_text(last)}.")
        if sheet.lacking:
            raise Faulty([*sheet.lacking])
        if week.state in (TimesheetState.SUBMITTED, TimesheetState.APPROVED):
            raise Refusal(f"The week of {show(sheet.technician)} is {week.state.label} as it stands.")
        confirm([f"{_said(user, week)} Is it right?"], confirmed)
        key = timesheets.submit(unit, sheet.technician_id, sheet.week, sheet.form, why)
        unit.audit(
            TIMESHEET,
            key,
            technician=sheet.technician,
            week=str(sheet.week),
            paid_min=sheet.total.paid,
            reason=why or None,
        )
        changes.remember(unit, f"submit {_called(week)}", [changes.added(TIMESHEET, key)])
        return _week(user, day, sheet.technician_id)


def approve(
    user: User, day: datetime.date, technicians: Collection[int] | None = None, confirmed: Sequence[str] = ()
) -> ApprovedWeeks:
    """Agree to what technicians submitted of a week: of some of them, or of all whose sheet can be approved.

    Nobody approves what they worked or submitted themselves where the firm has another lead.

    Raises:
        NeedsConfirm: with all that is approved.
        Refusal: there is nothing to approve, with the reason of each.
    """
    with user.write("approve hours", Role.LEAD) as unit:
        found = weeks(user.store, day, technicians)
        others = timesheets.other_leads(user.store, [user.staff.id])
        against = [(week, _against(user, week, others=others)) for week in found]
        ready = [week for week, why in against if not why]
        left = tuple((show(week.sheet.technician), why) for week, why in against if why)
        if not ready:
            raise Refusal(
                "; ".join(f"{name}: {why}" for name, why in left) + "." if left else "There is no technician."
            )
        confirm([f"{' '.join(_said(user, week) for week in ready)} Approve?"], confirmed)
        pictures = []
        for week in ready:
            assert week.said is not None
            key = timesheets.approve(unit, week.said)
            unit.audit(APPROVAL, key, technician=week.sheet.technician, week=str(week.sheet.week))
            pictures.append(changes.added(APPROVAL, key))
        label = _called(ready[0]) if len(ready) == 1 else f"{len(ready)} time sheets"
        changes.remember(unit, f"approve {label}", pictures)
        return ApprovedWeeks(tuple(ready), left)


def reopen(user: User, day: datetime.date, technician_id: int | None = None, reason: str = "") -> WeekOfTechnician:
    """Open a week again that was submitted: the technician as long as nobody approved it, a lead always, with the reason.

    Every word of it that stands is taken back, so that none counts again when the clock comes back to it.

    Raises:
        NotAllowed: it is somebody else's, or approved.
        Refusal: it was not submitted.
    """
    with user.write("reopen hours", Role.TECHNICIAN, Role.LEAD) as unit:
        week = _week(user, day, technician_id)
        why, lead = reason_of(reason), Role.LEAD in user.roles_now
        if week.sheet.technician_id != user.staff.id and not lead:
            name = show(week.sheet.technician)
            raise NotAllowed(f"Only {name} or a lead opens the time sheet of {name} again.")
        if week.said is None:
            raise Refusal(f"The week of {show(week.sheet.technician)} is open.")
        of_week = timesheets.submitted_of_week(user.store, week.sheet.week)
        words = [word for word in of_week if word.technician_id == week.sheet.technician_id]
        if not lead and any(word.approval_id is not None for word in words):
            raise NotAllowed("It was approved: only a lead opens it again.")
        pictures = []
        for word in words:  # the oldest first: undo lets an approval stand again before the word after it
            if word.approval_id is not None:
                pictures.append(changes.withdrawn(unit, APPROVAL, word.approval_id))
            pictures.append(changes.withdrawn(unit, TIMESHEET, word.id))
        unit.audit(TIMESHEET, week.said.id, technician=week.sheet.technician, week=str(week.sheet.week), reason=why)
        changes.remember(unit, f"reopen {_called(week)}", pictures)
        return _week(user, day, week.sheet.technician_id)


def _week(user: User, day: datetime.date, technician_id: int | None) -> WeekOfTechnician:
    """The week of one technician, one's own where none is said.

    Raises:
        NotFound: they are none.
    """
    found = weeks(user.store, day, [user.staff.id if technician_id is None else technician_id])
    if found:
        return found[0]
    if technician_id is None:
        raise NotFound(f"{show(user.staff.name)} is no technician: say whose time sheet it is.")
    staff = people.staff_by_id(user.store, technician_id)
    raise NotFound("There is no such technician." if staff is None else f"{show(staff.name)} is no technician.")


def _against(user: User, week: WeekOfTechnician, *, others: bool) -> str:
    """Why a lead cannot approve a week; empty where they can."""
    if week.said is None or week.state is TimesheetState.OPEN:
        return "not submitted"
    if week.state is TimesheetState.CHANGED:
        return "changed since it was submitted: it has to be submitted again"
    if week.state is TimesheetState.APPROVED:
        return "approved already"
    if others and user.staff.id in (week.said.technician_id, week.said.staff_id):
        return "another lead approves what you worked, or submitted for somebody"
    return ""


def _said(user: User, week: WeekOfTechnician) -> str:
    """A week in a sentence, with the mark of all that stands in it."""
    sheet = week.sheet
    notices = "".join(f" To know: {notice}." for notice in sheet.notices)
    sums = sums_text(sheet.total, user.firm.distance_unit)
    return f"{show(sheet.technician)}, {week_text(sheet)}: {sums} (sheet {mark_of(repr(sheet.form))}).{notices}"


def _called(week: WeekOfTechnician) -> str:
    """Whose week of when it is, in a few words."""
    return f"time sheet of {week.sheet.technician}, week of {day_text(week.sheet.week)}"
