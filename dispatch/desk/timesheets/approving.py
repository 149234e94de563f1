"""The words that a week is right: submitted, approved, opened again (design/timesheets.md, Two words)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import NamedTuple

from db import changes, timesheets
from db.store import Store
from db.timesheets import APPROVAL, TIMESHEET
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal, confirm, mark_of, reason_of
from dispatch.desk.session.user import User
from dispatch.desk.timesheets.reckoning import timesheets_of
from dispatch.desk.timesheets.timesheet_words import sums_text, week_text
from dispatch.model.instants import day_bounds, day_text
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.timesheets import TimesheetState, WeekOfTechnician


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
    return [WeekOfTechnician(one, said.get(one.technician_id), again.get(one.technician_id)) for one in sheets]


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
    week = _week(user.store, day, user.staff.id if technician_id is None else technician_id, user.staff.name)
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
        week = _week(user.store, day, user.staff.id if technician_id is None else technician_id, user.staff.name)
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
        return _week(user.store, day, sheet.technician_id, "")


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

    Raises:
        NotAllowed: it is somebody else's, or approved.
        Refusal: it was not submitted.
    """
    with user.write("reopen hours", Role.TECHNICIAN, Role.LEAD) as unit:
        week = _week(user.store, day, user.staff.id if technician_id is None else technician_id, user.staff.name)
        said, why, lead = week.said, reason_of(reason), Role.LEAD in user.roles_now
        if week.sheet.technician_id != user.staff.id and not lead:
            name = show(week.sheet.technician)
            raise NotAllowed(f"Only {name} or a lead opens the time sheet of {name} again.")
        if said is None:
            raise Refusal(f"The week of {show(week.sheet.technician)} is open.")
        pictures = []
        if said.approval_id is not None:
            if not lead:
                raise NotAllowed("It is approved: only a lead opens it again.")
            pictures.append(changes.withdrawn(unit, APPROVAL, said.approval_id))
        pictures.append(changes.withdrawn(unit, TIMESHEET, said.id))
        unit.audit(TIMESHEET, said.id, technician=week.sheet.technician, week=str(said.week), reason=why)
        changes.remember(unit, f"reopen {_called(week)}", pictures)
        return _week(user.store, day, week.sheet.technician_id, "")


def _week(store: Store, day: datetime.date, technician_id: int, name: str) -> WeekOfTechnician:
    """The week of one technician.

    Raises:
        NotFound: they are none.
    """
    found = weeks(store, day, [technician_id])
    if not found:
        raise NotFound(f"{show(name)} is no technician: say whose time sheet it is.")
    return found[0]


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
