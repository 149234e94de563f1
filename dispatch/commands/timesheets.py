"""`dispatch timesheet …`: a technician's week by the clock, submitted, approved, opened again, and the file for payroll."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Sequence

from dispatch.commands import exits
from dispatch.commands.declared import CommandGroup, acts
from dispatch.commands.options import CONFIRM, JSON, REASON, Args, Store, User, flag, option
from dispatch.commands.printing import Answer, listing, write_private
from dispatch.commands.typed import TECHNICIAN, day
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.text import show
from dispatch.model.timesheets import WeekOfTechnician

with lazily(__name__):
    from dispatch.desk.timesheets import approving, reckoning, timesheet_words


def _week(store: Store, text: str | None, _: Args) -> datetime.date:
    """The day that is typed; one of the last week that is over where none is."""
    return day(store, text) or reckoning.week_before(store)


_WEEK = option(
    "week",
    "DAY",
    "a day of the week: 2026-11-24, today, -7 (default: the last week that is over)",
    nargs="?",
    reads=_week,
)
_WHOSE = option("--technician", "NAME", "whose (default: your own)", reads=TECHNICIAN)


def _id_of(args: Args) -> int | None:
    return None if args.technician is None else int(args.technician.id)


@acts(
    "show",
    "a technician's week: the clock day by day, what is paid by which band, what is lacking",
    _WEEK,
    _WHOSE,
    JSON,
)
def _show(user: User, args: Args) -> Answer:
    week = approving.week_of(user, args.week, _id_of(args))
    return Answer(week, timesheet_words.week_form, lambda week: timesheet_words.week_lines(week, user.firm))


@acts("list", "the week of every technician: what is paid, and where it stands", _WEEK, JSON)
def _list(user: User, args: Args) -> Answer:
    unit = user.firm.distance_unit
    found = approving.all_weeks(user, args.week)
    return listing(
        found, timesheet_words.week_form, lambda week: timesheet_words.list_line(week, unit), "No technicians."
    )


@acts(
    "submit",
    "say that your week is right, once it is over; undo takes it back until it is approved",
    _WEEK,
    _WHOSE,
    option("--reason", "WHY", "lead: why you submit it for somebody", default=""),
    CONFIRM,
)
def _submit(user: User, args: Args) -> str:
    week = approving.submit(user, args.week, _id_of(args), args.reason, args.confirm)
    return f"{week.sheet.technician}, {timesheet_words.week_text(week.sheet)}: {_state(user, week)}."


@acts(
    "approve",
    "lead: agree to what was submitted, of one technician or of all; nobody approves their own",
    _WEEK,
    option("--technician", "NAME", "whose", reads=TECHNICIAN),
    flag("--all", "of all who submitted it"),
    CONFIRM,
)
def _approve(user: User, args: Args) -> Iterator[str]:
    if args.all == (args.technician is not None):
        raise Faulty(["approve: --technician NAME or --all is expected"])
    done = approving.approve(user, args.week, None if args.all else [args.technician.id], args.confirm)
    for week in done.approved:
        yield f"{week.sheet.technician}, {timesheet_words.week_text(week.sheet)}: approved."
    yield from (f"Left out: {name}: {why}." for name, why in done.left_out)


@acts(
    "reopen",
    "open a week again: your own until it is approved, as a lead any; it has to be submitted anew",
    _WEEK,
    _WHOSE,
    REASON,
)
def _reopen(user: User, args: Args) -> str:
    week = approving.reopen(user, args.week, _id_of(args), args.reason)
    return f"{week.sheet.technician}, {timesheet_words.week_text(week.sheet)}: {_state(user, week)}."


@acts(
    "export",
    "the approved weeks as CSV for payroll; who is not approved is named",
    _WEEK,
    option("--out", "FILE", "where to (default: standard output)"),
    flag("--replace", "write over a file that is there"),
    flag("--every", "also what is not approved, each with its state"),
    about="A row for each technician, day and kind of time. The rows of kind paid are all paid time once, by band; driving, "
    "waiting, outside_shift and over_day are parts of it. Exit code 4 where somebody is left out. The file is only for you to "
    "read (0600).",
)
def _export(user: User, args: Args) -> int:
    found = approving.all_weeks(user, args.week)
    ready, left = timesheet_words.payroll_parts(found)
    chosen = [week for week in found if args.every or week in ready]
    text = timesheet_words.payroll_csv(chosen, user.firm.distance_unit)
    said = write_private(text, args.out, f"{show(args.out or '', 120)}: {_names(chosen)}.", replace=args.replace)
    if said is not None:
        print(said)
    for week in () if args.every else left:
        print(f"dispatch: left out: {show(week.sheet.technician)}: {_state(user, week)}", file=sys.stderr)
    return exits.PARTLY if left and not args.every else exits.DONE


def _names(weeks: Sequence[WeekOfTechnician]) -> str:
    return ", ".join(show(week.sheet.technician) for week in weeks) or "nobody"


def _state(user: User, week: WeekOfTechnician) -> str:
    return timesheet_words.state_text(week, user.firm.times())


COMMANDS = (
    CommandGroup(
        "timesheet",
        "a technician's week by the clock: look, submit, approve, and the file for payroll",
        (_show, _list, _submit, _approve, _reopen, _export),
    ),
)
