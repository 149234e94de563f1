"""`dispatch audit show` and `verify`: who did what and when, and whether the record of it is whole."""

from __future__ import annotations

from dispatch.commands.declared import CommandGroup, reads
from dispatch.commands.options import JSON, Args, Store, option
from dispatch.commands.printing import Answer
from dispatch.lazily import lazily

with lazily(__name__):
    from db import settings
    from dispatch.desk.log import audit_trail
    from dispatch.desk.texts import audit_words


@reads(
    "show",
    "what was done, the newest first",
    option("--visit", "REFERENCE", "only of this visit"),
    option("--who", "LOGIN", "only what this login did"),
    option("--since", "DAY", "from this day on: 2026-11-24, yesterday, -7"),
    option("--until", "DAY", "up to this day, included"),
    option("--deed", "WORD", "only deeds that hold this word: override, close, undo"),
    option("--limit", "N", "so many at most (default 200)", type=int, default=200),
    JSON,
    about="Every change with who made it, when and from where. The newest first.",
)
def _show(store: Store, args: Args) -> Answer:
    firm = settings.firm(store)
    narrowing = {name: getattr(args, name) for name in ("visit", "who", "since", "until", "deed", "limit")}
    return Answer(
        audit_trail.trail(store, **narrowing),
        lambda rows: audit_words.trail_form(rows, firm.zone),
        lambda rows: audit_words.trail_lines(rows, firm.zone, firm.clock_hours == 24),
    )


@reads(
    "verify",
    "compute the chain again, and compare it with a head that was written down",
    option("--head", "HEAD", "from a report (3f2a9c0012345678@1234) or a backup (64 signs)", default=""),
    JSON,
    about="Exits 1 and names the first row that is not what was written. With --head it says too whether the "
    "database still has the row that a report or a backup named. What this proves and what it cannot: docs/operating.md.",
)
def _verify(store: Store, args: Args) -> Answer:
    verdict = audit_trail.verify(store, args.head)
    return Answer(verdict, audit_words.verdict_form, audit_words.verdict_lines, 0 if verdict.good else 1)


COMMANDS = (CommandGroup("audit", "who did what and when; whether the chain of it holds", (_show, _verify)),)
