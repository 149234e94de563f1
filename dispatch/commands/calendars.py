"""`dispatch calendar …`: a technician's visits in other calendars, as a file and on a server."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from threading import Event

from dispatch.commands.book import deeds_of
from dispatch.commands.declared import CommandGroup, acts
from dispatch.commands.options import JSON, Args, User, flag, option
from dispatch.commands.printing import Answer, Result, write_private
from dispatch.commands.typed import TECHNICIAN, day_or_today
from dispatch.lazily import lazily
from dispatch.model.forms import forms
from dispatch.model.text import count_text, show

with lazily(__name__):
    from dispatch.desk.adapters import calendar_export
    from dispatch.desk.book import records
    from dispatch.desk.calendars import permission, syncing
    from dispatch.desk.calendars.syncing import Synced

_YES = {"yes": True, "no": False}


@acts(
    "export",
    "a technician's planned visits as an .ics file",
    option("file", "FILE", "where to (default: standard output)", nargs="?"),
    option("--technician", "NAME", "whose visits (default: your own)", reads=TECHNICIAN),
    option("--date", "DAY", "the first day (default: today)", reads=day_or_today),
    option("--days", "N", "how many days (default 14)", type=int, default=14),
    flag("--busy", "only the times, for people who may know no more"),
    flag("--replace", "write over a file that is there"),
    about="A technician's planned visits as an .ics file, which only you may read (0600). Written again, an event "
    "keeps its id, so that a calendar which reads the file moves it. With --busy nothing but the times is in it.",
)
def _export_calendar(user: User, args: Args) -> str | None:
    technician = args.technician or records.technician_named(user.store, user.staff.name)
    text, count = calendar_export.calendar_of(user, technician, args.date, args.days, busy=args.busy)
    sentence = f"{show(args.file or '', 120)}: {count_text(count, 'visit')} of {technician.name} from {args.date} on."
    return write_private(text, args.file, sentence, replace=args.replace)


@acts(
    "sync",
    "bring technicians' calendars on their servers up to date: visits are put there, busy times become absences",
    option("--technician", "NAME", "whose calendar (default: all of them)", reads=TECHNICIAN),
    flag("--check", "only say what would be done"),
    option("--every", "SECONDS", "go on, so many seconds after each time, until it is ended (SIGTERM)", type=float),
    JSON,
    about="Visits are put into the calendar, moved and taken out as the board has them; what was changed there is put back. "
    "With permission the other times there are absences. Exits 1 where a calendar was not brought up to date.",
)
def _sync(user: User, args: Args) -> Result | int:
    if args.every is None:
        done = syncing.sync_all(user, args.technician, check=args.check)
        code = 1 if any(one.trouble for one in done) else 0
        return Answer(done, _form, lambda done: [one.words for one in done] or ["No calendar is linked."], code)
    if args.every <= 0:
        print("dispatch: --every is a number of seconds above 0", file=sys.stderr)
        return 2
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    syncing.run(user, args.technician, lambda words: print(words, flush=True), args.every, stop)
    return 0


def _form(done: Sequence[Synced]) -> object:
    return forms(done, "technician put put_back removed absences absences_gone unread trouble")


@acts(
    "busy",
    "let the busy times of a calendar be absences, or no longer: the technician's to say, or a lead's",
    option("permitted", "YES|NO", choices=tuple(_YES)),
    option("--technician", "NAME", "whose calendar (default: your own)", reads=TECHNICIAN),
)
def _busy(user: User, args: Args) -> str:
    technician = args.technician or records.technician_named(user.store, user.staff.name)
    return permission.busy_words(technician, permission.permit_busy(user, technician, _YES[args.permitted]))


COMMANDS = (
    CommandGroup(
        "calendar",
        "technicians' own calendars: their visits as a file, and on a server that speaks CalDAV",
        (_export_calendar, *deeds_of("calendar"), _sync, _busy),
    ),
)
