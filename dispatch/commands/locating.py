"""`dispatch site locate`: place a site by its address."""

from __future__ import annotations

from dispatch.commands.declared import acts
from dispatch.commands.opening import on_terminal
from dispatch.commands.options import Args, User, flag, option
from dispatch.commands.printing import print_json
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal
from dispatch.lazily import lazily
from dispatch.model.forms import forms
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.desk.book import records
    from dispatch.desk.roads import locating
    from dispatch.travel.geocoding import FoundPlace


@acts(
    "locate",
    "look the address up and place the site there",
    option("record", "SITE", "its name, or a part that only it has", reads="book.records.site_named"),
    option("--address", "TEXT", "default: the address of the site"),
    option("--number", "N", "take the result of that number", type=int),
    flag("--yes", "take the first result"),
    flag("--json", "the results as JSON (docs/json.md)"),
    about="Looks into the extracts of this machine, then asks the endpoint of the settings once, and offers what is "
    "found. Nothing is placed unasked.",
)
def locate(user: User, args: Args) -> str | None:
    """Look an address up, and place the site where it is chosen."""
    site = args.record
    address = args.address if args.address is not None else site.address
    if not address.strip():
        raise Refusal(f"{records.site_title(user.store, site)} has no address: say it with --address.")
    places = locating.look_up(user.store, address)
    if args.json:
        print_json(forms(places, "address lat=place.lat lon=place.lon precision? source"))
    elif not (args.yes or args.number):
        for place, match in enumerate(places, 1):
            print(f"{place}  {show(_line(match), 200)}")
    if not places:
        raise NotFound(f"Nothing was found for {show(address, 100)!r}.")
    number: int | None = args.number if args.number is not None else 1 if args.yes else None
    if number is None and not args.json and on_terminal():
        number = _chosen(len(places))
    if number is None:
        if args.json:
            return None
        raise Refusal("Nothing was placed: choose with --number N, or --yes for the first.")
    if not 1 <= number <= len(places):
        raise Faulty([f"--number: a number from 1 to {len(places)} is expected"])
    placed = locating.place(user, site, places[number - 1])
    return None if args.json else f"{records.site_title(user.store, placed)} is placed: {_line(places[number - 1])}"


def _chosen(most: int) -> int | None:
    """The number that is typed; None where none is."""
    try:
        typed = input(f"Which one (1 to {most}, empty for none)? ").strip()
    except EOFError:
        return None
    return int(typed) if typed.isdecimal() else None


def _line(match: FoundPlace) -> str:
    kind = f" ({match.precision})" if match.precision else ""
    return f"{match.address}{kind}  {match.place.lat}, {match.place.lon}"
