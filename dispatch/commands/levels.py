"""`dispatch levels`: the service-level clocks, and a client's month."""

from __future__ import annotations

import argparse
from typing import Any

from dispatch.commands.opening import common_options, open_store


def add_parsers(groups: Any) -> None:
    """Register the command."""
    text = "the service-level clocks of a visit, all running ones, or a client's month"
    parser = groups.add_parser(
        "levels",
        parents=[common_options()],
        help=text,
        description="Without a reference every running clock, the one with the least time left first.",
    )
    parser.add_argument("reference", nargs="?", metavar="REFERENCE", help="the visit, for example R4001")
    parser.add_argument("--client", metavar="NAME", help="the figures of this client's month")
    parser.add_argument(
        "--month", default="", metavar="MONTH", help="for example 2026-11 (default: the last whole one)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    parser.set_defaults(run=_levels)


def _levels(args: argparse.Namespace) -> int:
    from db import settings
    from dispatch.commands.printing import print_json
    from dispatch.desk import level_words
    from dispatch.desk.levels import clocks_of, open_clocks
    from dispatch.desk.refusals import Faulty
    from dispatch.desk.visit_page import find

    if args.client and args.reference:
        raise Faulty(["REFERENCE and --client: one of them is expected"])
    if args.month and not args.client:
        raise Faulty(["--month: stands with --client"])
    store = open_store(args)
    hours24 = settings.firm(store).clock_hours == 24
    if args.client:
        return _month(args, store)
    if args.reference:
        visit = find(store, args.reference)
        found = clocks_of(store, [visit]).get(visit.id, ())
        if args.json:
            print_json([level_words.clock_form(one, visit.zone) for one in found])
        else:
            print("\n".join(level_words.clock_lines(found, visit.zone, hours24)))
        return 0
    pairs = open_clocks(store)
    if args.json:
        print_json(
            [
                {"reference": visit.reference, "client": visit.client, "priority": f"P{visit.priority}"}
                | level_words.clock_form(one, visit.zone)
                for visit, one in pairs
            ]
        )
    else:
        print("\n".join(level_words.open_lines(pairs, hours24)))
    return 0


def _month(args: argparse.Namespace, store: Any) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk import level_words, views
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.desk.level_report import client_month, read_month

    client = SHELVES["client"].find(store, args.client)
    month = client_month(store, client, read_month(args.month, views.today(store)))
    if args.json:
        print_json(level_words.month_form(month))
    else:
        print("\n".join(level_words.month_lines(month)))
    return 0
