"""`dispatch branch …`: other offices of the firm, each with a database of its own."""

from __future__ import annotations

import sys

from dispatch.commands import exits
from dispatch.commands.declared import CommandGroup, acts, reads
from dispatch.commands.options import CONFIRM, JSON, REASON, REFERENCE, Args, Store, User, option
from dispatch.commands.printing import Answer, Result, listing, print_content
from dispatch.commands.typed import TECHNICIAN, day_typed, moment
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from db import parcels
    from dispatch.desk.branches import exchanging, fetching, handing_out, helping, looking, sending, told

_NAME = option("name", "NAME", "what it is called here")


@acts(
    "add",
    "look at another office from here",
    _NAME,
    option("where", "WHERE", "its database: a file, ssh://user@host/path/of/the.db, or where its copy elsewhere is"),
    option("--program", "PATH", "what our program is called there (default: dispatch)", default="dispatch"),
    option("--identity", "FILE", "the private key of that copy, where it is encrypted", default=""),
    about="Nothing is ever written there. A file is read as it stands; over SSH our program there hands over a copy, only where "
    "something was saved since the last one. OpenSSH's own settings and keys count; nothing is asked for. A folder, sftp://… or "
    "s3://… is where it keeps its copy (dispatch replicate).",
)
def _add(user: User, args: Args) -> str:
    look = looking.add(user, args.name, args.where, args.program, args.identity)
    return f"{show(look.name)} is a branch: {look.age(user.firm.times())}."


@acts("list", "the branches, and how old what is shown of each is", JSON)
def _list(user: User, _: Args) -> Answer:
    times = user.firm.times()
    with looking.looks(user) as looks:
        forms = [told.look_form(look, times) for look in looks]
        lines = [f"{show(look.name)}: {told.seen(look, times)}" for look in looks]
    return Answer(looks, lambda _: forms, lambda _: lines)


@acts("remove", "look at an office no more; what came from it stays", _NAME)
def _remove(user: User, args: Args) -> str:
    return f"{show(looking.remove(user, args.name).name)} is no branch any more."


@reads(
    "copy",
    "hand a copy of this database to another office (run over SSH by its program)",
    option("--have", "N", "the newest row of the audit that it has", type=int, default=-1),
)
def _copy(store: Store, args: Args) -> Result:
    print_content(b"")
    for part in fetching.handed_over(store, args.have):
        sys.stdout.buffer.write(part)
    return None


_BRANCH = option("branch", "BRANCH", "where to")
_FROM = option("branch", "BRANCH", "from which")
_WHAT = option("what", "WHAT", "the reference of the request, the technician, or the id that moves --json has")


@acts(
    "move",
    "let a request that waits go to another office",
    REFERENCE,
    _BRANCH,
    about="It leaves the queue here, and is in the queue there once that office has exchanged with this one (branch exchange). "
    "Client, site, contacts, what is asked for, promise, and what was said by mail go along; files and prices stay.",
)
def _move(user: User, args: Args) -> str:
    sending.move(user, args.reference, args.branch)
    return f"{show(args.reference)} is on its way to {show(args.branch)}."


@acts(
    "lend",
    "lend a technician to another office for some time",
    option("technician", "NAME", reads=TECHNICIAN),
    _BRANCH,
    option("--from", "WHEN", "2026-11-24T13:00, tomorrow 8:00", reads=moment, dest="first", required=True),
    option("--to", "WHEN", "2026-11-24T17:00, fri 17:00", reads=moment, dest="last", required=True),
    about="Here they are absent for that time; there they can be planned in their hours of it, and in nothing else.",
)
def _lend(user: User, args: Args) -> str:
    sending.lend(user, args.technician, args.branch, args.first, args.last)
    return f"{show(args.technician.name)} is lent to {show(args.branch)}."


@acts("recall", "want back what was sent; it comes unless it was taken up there", _WHAT)
def _recall(user: User, args: Args) -> str:
    parcel = sending.recall(user, args.what)
    return f"{show(args.what)} is wanted back from {show(told.branch_name(user.store, parcel.office))}."


@acts("give-back", "give back what came and nobody has taken up", _WHAT, REASON)
def _give_back(user: User, args: Args) -> str:
    parcel = sending.give_back(user, args.what, args.reason)
    return f"{show(args.what)} is given back to {show(told.branch_name(user.store, parcel.office))}."


@reads("moves", "what went to other offices and came from them, and how each stands", JSON)
def _moves(store: Store, _: Args) -> Answer:
    return listing(
        parcels.all_parcels(store),
        lambda parcel: told.parcel_form(store, parcel),
        lambda parcel: told.parcel_line(store, parcel),
        "Nothing went to other offices, and nothing came.",
    )


@acts(
    "exchange",
    "take in what other offices have sent, and learn what became of what was sent",
    option("--only", "BRANCH", "with this one only", default="all"),
    JSON,
    about="Each office runs it for itself, every few minutes (cron, a timer): it reads the others and writes here only. What was "
    "interrupted is finished by the next run.",
)
def _exchange(user: User, args: Args) -> Answer:
    found = exchanging.exchange(user, args.only)
    unreached = [f"cannot be reached: {line}" for line in found.unreached]
    return Answer(
        found,
        lambda found: {"done": found.done, "unreached": found.unreached},
        lambda found: [*found.done, *unreached] or ["Nothing new."],
        exits.PARTLY if unreached else exits.DONE,
    )


_KIND = option("kind", "KIND", "rate-cards, templates, holidays or staff")


@acts("differs", "what another office has of a kind, beside what is here, field by field", _FROM, _KIND, JSON)
def _differs(user: User, args: Args) -> Answer:
    with looking.looks(user, args.branch) as (look,):
        found = handing_out.offered(look, user.store, args.kind)
        return listing(found, told.offered_form, told.offered_line)


@acts(
    "take",
    "take over from another office what is not here yet, or what is named",
    _FROM,
    _KIND,
    option("names", "NAME", "a day, a login, the name of a template; none: all that is new", nargs="*"),
    CONFIRM,
    about="Nothing here is written over unless it is named, and confirmed as it was shown. Undo takes it back, rate cards apart.",
)
def _take(user: User, args: Args) -> list[str]:
    with looking.looks(user, args.branch) as (look,):
        taken = handing_out.take_over(user, look, args.kind, args.names, args.confirm)
    return [*(f"{show(one.title, 80)}: taken over" for one in taken)] or ["Nothing to take over."]


@acts(
    "help",
    "which of your technicians would help which branch on a day: each is planned with those who are free here",
    option("--date", "DAY", "default: tomorrow", dest="day"),
    option("--only", "BRANCH", "look at this one only", default="all"),
    option("--seconds", "S", "how long to look for each plan (default: as for a day)", type=float),
    option(
        "--take", "NAME", "lend these technicians with what they would do there; without a name all of them", nargs="*"
    ),
    JSON,
    about="A plan of this office and two of each branch are made, in copies that are thrown away; what stands in plans stays. A "
    "branch plans what its helper was lent for as it takes the lending (branch exchange).",
)
def _help(user: User, args: Args) -> Answer:
    if args.seconds is not None and not 0 <= args.seconds <= 3600:
        raise Faulty(["seconds: from 0 to 3600"])
    found = helping.help_on(user, day_typed(user.store, args.day or "tomorrow"), args.seconds, args.only)
    sent = [] if args.take is None else helping.take(user, found, args.take)
    times = user.firm.times()
    return Answer(
        found,
        lambda found: {
            "branches": [told.help_form(one, times) for one in found],
            "lent": [one.form["name"] for one in sent],
        },
        lambda found: [
            *(line for one in found for line in told.help_lines(one, times)),
            *(f"{show(one.form['name'])} is lent to {show(told.branch_name(user.store, one.office))}." for one in sent),
        ],
    )


_DEEDS = (_add, _list, _remove, _move, _lend, _recall, _give_back, _moves, _exchange, _help, _differs, _take, _copy)
COMMANDS = (CommandGroup("branch", "other offices, each with a database of its own", _DEEDS),)
