"""`dispatch levels`: the service-level clocks, and a client's month."""

from __future__ import annotations

from dispatch.commands.declared import reads
from dispatch.commands.options import JSON, Args, Store, option
from dispatch.commands.printing import Answer
from dispatch.commands.typed import CLIENT
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.forms import form

with lazily(__name__):
    from db import settings
    from dispatch.desk.levels import clocks, level_month
    from dispatch.desk.texts import level_words
    from dispatch.desk.visits import steps


@reads(
    "levels",
    "the service-level clocks of a visit, all running ones, or a client's month",
    option("reference", "REFERENCE", "the visit, for example R4001", nargs="?"),
    option("--client", "NAME", "the figures of this client's month", reads=CLIENT),
    option("--month", "MONTH", "for example 2026-11 (default: the last whole one)", default=""),
    JSON,
    about="Without a reference every running clock, the one with the least time left first.",
)
def _levels(store: Store, args: Args) -> Answer:
    if args.client and args.reference:
        raise Faulty(["REFERENCE and --client: one of them is expected"])
    if args.month and not args.client:
        raise Faulty(["--month: stands with --client"])
    if args.client:
        return _month(store, args)
    hours24 = settings.firm(store).clock_hours == 24
    if args.reference:
        visit = steps.find(store, args.reference)
        return Answer(
            clocks.clocks_of(store, [visit]).get(visit.id, ()),
            lambda running: [level_words.clock_form(clock, visit.zone) for clock in running],
            lambda running: level_words.clock_lines(running, visit.zone, hours24),
        )
    return Answer(
        clocks.open_clocks(store),
        lambda pairs: [
            form(visit, "reference client priority", priority=f"P{visit.priority}")
            | level_words.clock_form(clock, visit.zone)
            for visit, clock in pairs
        ],
        lambda pairs: level_words.open_lines(pairs, hours24),
    )


def _month(store: Store, args: Args) -> Answer:
    month = level_month.client_month(store, args.client, level_month.read_month(args.month, settings.today(store)))
    return Answer(month, level_words.month_form, level_words.month_lines)


COMMANDS = (_levels,)
