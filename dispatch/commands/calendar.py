"""`dispatch calendar export`: a technician's planned visits as an .ics file."""

from __future__ import annotations

from dispatch.commands.declared import CommandGroup, acts
from dispatch.commands.options import Args, User, flag, option
from dispatch.commands.printing import write_private
from dispatch.commands.typed import TECHNICIAN, day_or_today
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.desk.adapters import calendar_export
    from dispatch.desk.book import records


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
def _export(user: User, args: Args) -> str | None:
    technician = args.technician or records.technician_named(user.store, user.staff.name)
    text, count = calendar_export.calendar_of(user, technician, args.date, args.days, busy=args.busy)
    sentence = f"{show(args.file or '', 120)}: {count} visits of {technician.name} from {args.date} on."
    return write_private(text, args.file, sentence, replace=args.replace)


COMMANDS = (CommandGroup("calendar", "a technician's visits for other calendars", (_export,)),)
