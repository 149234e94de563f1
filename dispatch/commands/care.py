"""`dispatch care …`: what is due to clients, and how each of it ends."""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, deeds_on, open_seat, open_store

if TYPE_CHECKING:
    from dispatch.desk.seat import Seat
    from dispatch.model.clients import Client


def add_parsers(groups: Any) -> None:
    """Register the group."""
    deeds = groups.add_parser("care", help="what is due to clients: visits, surveys, renewals, offers").add_subparsers(
        metavar="DEED", required=True, title="deeds"
    )
    options = common_options()

    deed = deeds_on(deeds, options)

    listing = deed("list", _list, "what is due, the first due first")
    listing.add_argument("--client", metavar="NAME", help="only this client's")
    listing.add_argument("--all", action="store_true", help="also what is in order, held back or put off")
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    show = deed("show", _show, "one item with its figures")
    show.add_argument("key", metavar="KEY", help="as the list prints it")
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    done = deed("done", _done, "it was done")
    done.add_argument("key", metavar="KEY", help="as the list prints it")
    done.add_argument("--note", default="", metavar="TEXT")
    decline = deed("decline", _decline, "it is not wanted, and why")
    decline.add_argument("key", metavar="KEY")
    decline.add_argument("--reason", required=True, metavar="TEXT")
    snooze = deed("snooze", _snooze, "put it off: 30 days at most, and twice at most")
    snooze.add_argument("key", metavar="KEY")
    snooze.add_argument("--until", required=True, metavar="DAY")
    snooze.add_argument("--note", default="", metavar="TEXT")
    survey = deed("survey", _survey, "a survey was sent, or answered")
    survey.add_argument("client", metavar="CLIENT")
    what = survey.add_mutually_exclusive_group(required=True)
    what.add_argument("--sent", action="store_true")
    what.add_argument("--answered", type=int, metavar="SCORE", help="0 to 10")
    survey.add_argument("--words", default="", metavar="TEXT")
    survey.add_argument("--on", metavar="DAY", help="default: today")
    offer = deed("offer", _offer, "an offer that was made, or declined, without a prompt")
    offer.add_argument("client", metavar="CLIENT")
    how = offer.add_mutually_exclusive_group(required=True)
    how.add_argument("--made", action="store_true")
    how.add_argument("--declined", metavar="REASON")
    offer.add_argument("--note", default="", metavar="TEXT")
    gap = deed("gap", _gap, "what a review found missing, with an owner and a date")
    gap.add_argument("client", metavar="CLIENT")
    gap.add_argument("--what", required=True, metavar="TEXT")
    gap.add_argument("--owner", required=True, metavar="LOGIN")
    gap.add_argument("--due", required=True, metavar="DAY")


def _list(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.desk.care_words import item_form, list_lines
    from dispatch.desk.caring import care_list

    store = open_store(args)
    client = SHELVES["client"].find(store, args.client) if args.client else None
    found = care_list(store, client, all_items=args.all)
    if args.json:
        print_json([item_form(one) for one in found])
    else:
        print("\n".join(list_lines(found)))
    return 0


def _show(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.accounts import office
    from dispatch.desk.care_words import item_form, list_lines
    from dispatch.desk.caring import find_item
    from dispatch.desk.offering import figures
    from dispatch.model.text import show

    store = open_store(args)
    one = find_item(store, args.key)
    found = figures(store, one.client_id, one.visit, office(store)) if one.what.startswith("offer") else None
    if args.json:
        print_json(item_form(one) | {"figures": None if found is None else found.form()})
        return 0
    print(
        "\n".join([*list_lines([one]), *(f"  {show(line, 200)}" for line in ([] if found is None else found.lines()))])
    )
    return 0


def _done(args: argparse.Namespace) -> int:
    from dispatch.desk.caring import done

    return _said(done(open_seat(args), args.key, args.note), "done")


def _decline(args: argparse.Namespace) -> int:
    from dispatch.desk.caring import decline

    return _said(decline(open_seat(args), args.key, args.reason), "declined")


def _snooze(args: argparse.Namespace) -> int:
    from dispatch.desk.caring import snooze

    seat = open_seat(args)
    until = _day(seat, args.until, "until")
    return _said(snooze(seat, args.key, until, args.note), f"put off until {until.isoformat()}")


def _survey(args: argparse.Namespace) -> int:
    from dispatch.desk.caring import note_survey
    from dispatch.model.text import show

    seat = open_seat(args)
    client = _client(seat, args.client)
    on = _day(seat, args.on, "on") if args.on else None
    note_survey(seat, client, None if args.sent else args.answered, args.words, on)
    print(f"{show(client.name)}: survey {'sent' if args.sent else f'answered with {args.answered} of 10'}.")
    return 0


def _offer(args: argparse.Namespace) -> int:
    from dispatch.desk.caring import note_offer
    from dispatch.model.text import show

    seat = open_seat(args)
    client = _client(seat, args.client)
    note_offer(seat, client, made=args.made, note=args.note or args.declined or "")
    print(f"{show(client.name)}: offer {'made' if args.made else 'declined'}.")
    return 0


def _gap(args: argparse.Namespace) -> int:
    from dispatch.desk.caring import note_gap
    from dispatch.model.text import show

    seat = open_seat(args)
    client = _client(seat, args.client)
    due = _day(seat, args.due, "due")
    note_gap(seat, client, args.what, args.owner, due)
    print(f"{show(client.name)}: {show(args.what)}, due {due.isoformat()}.")
    return 0


def _client(seat: Seat, name: str) -> Client:
    from dispatch.desk.book.shelves import SHELVES

    client: Client = SHELVES["client"].find(seat.store, name)
    return client


def _day(seat: Seat, text: str, name: str) -> datetime.date:
    from dispatch.desk.caring import today_of_care
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day

    try:
        return parse_day(text, today=today_of_care(seat.store))
    except ValueError as fault:
        raise Faulty([f"{name}: {fault}"]) from None


def _said(one: Any, word: str) -> int:
    from dispatch.model.text import show

    print(f"{show(one.client)}, {show(one.what)}: {word}.")
    return 0
