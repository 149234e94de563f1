"""`dispatch audit show` and `verify`: who did what and when, and whether the record of it is whole."""

from __future__ import annotations

import argparse
from typing import Any

from dispatch.commands.opening import common_options, open_store


def add_parsers(groups: Any) -> None:
    """Register the group."""
    deeds = groups.add_parser("audit", help="who did what and when; whether the chain of it holds").add_subparsers(
        metavar="DEED", required=True, title="deeds"
    )
    options = common_options()
    show = deeds.add_parser(
        "show",
        parents=[options],
        help="what was done, the newest first",
        description="Every change with who made it, when and from where. The newest first.",
    )
    show.add_argument("--visit", metavar="REFERENCE", help="only of this visit")
    show.add_argument("--who", metavar="LOGIN", help="only what this login did")
    show.add_argument("--since", metavar="DAY", help="from this day on: 2026-11-24, yesterday, -7")
    show.add_argument("--until", metavar="DAY", help="up to this day, included")
    show.add_argument("--deed", metavar="WORD", help="only deeds that hold this word: override, close, undo")
    show.add_argument("--limit", type=int, default=200, metavar="N", help="so many at most (default 200)")
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    show.set_defaults(run=_show)
    verify = deeds.add_parser(
        "verify",
        parents=[options],
        help="compute the chain again, and compare it with a head that was written down",
        description="Exits 1 and names the first row that is not what was written. With --head it says too whether the "
        "database still has the row that a report or a backup named. What this proves and what it cannot: docs/operating.md.",
    )
    verify.add_argument(
        "--head", default="", metavar="HEAD", help="from a report (3f2a9c0012345678@1234) or a backup (64 signs)"
    )
    verify.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    verify.set_defaults(run=_verify)


def _show(args: argparse.Namespace) -> int:
    from db import settings
    from dispatch.commands.printing import print_json
    from dispatch.desk.audit_trail import trail, trail_form, trail_lines

    store = open_store(args)
    firm = settings.firm(store)
    zone = firm.zone
    rows = trail(
        store, visit=args.visit, who=args.who, since=args.since, until=args.until, deed=args.deed, limit=args.limit
    )
    if args.json:
        print_json(trail_form(rows, zone))
    else:
        print("\n".join(trail_lines(rows, zone, firm.clock_hours == 24)))
    return 0


def _verify(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.audit_trail import verdict_form, verdict_lines, verify

    verdict = verify(open_store(args), args.head)
    if args.json:
        print_json(verdict_form(verdict))
    else:
        print("\n".join(verdict_lines(verdict)))
    return 0 if verdict.good else 1
