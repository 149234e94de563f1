"""`dispatch find LETTERS`: technicians, clients, sites and visits of all days, today's first."""

from __future__ import annotations

from typing import Any

from dispatch.commands.declared import reads
from dispatch.commands.options import JSON, Args, Store, option
from dispatch.commands.printing import Answer, listing
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.text import pad, show

with lazily(__name__):
    from db import settings
    from dispatch.desk.book import jump_search
    from dispatch.model import matching


@reads(
    "find",
    "technicians, clients, sites and visits of all days by some letters, today's visits first",
    option("letters", "LETTERS", "of its reference, client, site, work or technician", nargs="+"),
    option("--limit", "N", "so many at most (default 20)", type=int, default=20),
    JSON,
)
def _find(store: Store, args: Args) -> Answer:
    times, today, typed = settings.firm(store).times(), settings.today(store), " ".join(args.letters)
    found, _ = matching.Finder(jump_search.targets(store)).find(typed, args.limit)

    def told(target: jump_search.JumpTarget) -> dict[str, Any]:
        told = {"kind": target.kind.value, "name": target.name}
        if target.visit is None:
            return told | {"detail": target.detail}
        keys = "client site work state technicians=crew start=starts_at@ expected@ date"
        day = jump_search.day_of_visit(target.visit, times.zone)
        more = {"expected": target.expected, "technicians": target.visit.crew.split(", ") if target.visit.crew else []}
        return told | form(target.visit, keys, times.zone, date=day and str(day), **more)

    return listing(
        found,
        told,
        lambda one: (
            f"{one.kind.value:<10} {pad(one.name, 28)} {show(jump_search.detail_of(one, times, today), 200)}".rstrip()
        ),
        "Nothing holds these letters.",
    )


COMMANDS = (_find,)
