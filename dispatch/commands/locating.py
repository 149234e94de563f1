"""`dispatch site locate`: place a site by its address."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import on_terminal, open_seat

if TYPE_CHECKING:
    from dispatch.travel.geocoding import Found


def add_locate(deeds: Any, options: argparse.ArgumentParser) -> None:
    """Register the deed."""
    locate = deeds.add_parser(
        "locate",
        parents=[options],
        help="look the address up and place the site there",
        description="Looks into the extracts of this machine, then asks the endpoint of the settings once, and offers what is "
        "found. Nothing is placed unasked.",
    )
    locate.add_argument("record", metavar="SITE", help="its name, or a part that only it has")
    locate.add_argument("--address", metavar="TEXT", help="default: the address of the site")
    locate.add_argument("--number", type=int, metavar="N", help="take the result of that number")
    locate.add_argument("--yes", action="store_true", help="take the first result")
    locate.add_argument("--json", action="store_true", help="the results as JSON (docs/json.md)")
    locate.set_defaults(run=_locate)


def _locate(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.book import locating
    from dispatch.desk.book.finding import site_named, site_title
    from dispatch.desk.refusals import Faulty, NotFound, Refusal
    from dispatch.model.text import show

    seat = open_seat(args)
    site = site_named(seat.store, args.record)
    address = args.address if args.address is not None else site.address
    if not address.strip():
        raise Refusal(f"{show(site_title(seat.store, site))} has no address: say it with --address.")
    found = locating.look_up(seat.store, address)
    if args.json:
        print_json([_form(one) for one in found])
    elif not (args.yes or args.number):
        for place, one in enumerate(found, 1):
            print(f"{place}  {show(_line(one), 200)}")
    if not found:
        raise NotFound(f"Nothing was found for {show(address, 100)!r}.")
    number: int | None = args.number if args.number is not None else 1 if args.yes else None
    if number is None and not args.json and on_terminal():
        number = _chosen(len(found))
    if number is None:
        if args.json:
            return 0
        raise Refusal("Nothing was placed: choose with --number N, or --yes for the first.")
    if not 1 <= number <= len(found):
        raise Faulty([f"--number: a number from 1 to {len(found)} is expected"])
    placed = locating.place(seat, site, found[number - 1])
    if not args.json:
        print(f"{show(site_title(seat.store, placed))} is placed: {show(_line(found[number - 1]), 200)}")
    return 0


def _chosen(most: int) -> int | None:
    """The number that is typed; None where none is."""
    try:
        typed = input(f"Which one (1 to {most}, empty for none)? ").strip()
    except EOFError:
        return None
    return int(typed) if typed.isdecimal() else None


def _line(one: Found) -> str:
    kind = f" ({one.precision})" if one.precision else ""
    return f"{one.address}{kind}  {one.place.lat}, {one.place.lon}"


def _form(one: Found) -> dict[str, Any]:
    return {
        "address": one.address,
        "lat": one.place.lat,
        "lon": one.place.lon,
        "precision": one.precision or None,
        "source": one.source,
    }
