"""`dispatch care …`: what is due to clients, and how each of it ends."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from dispatch.commands.declared import JSON, Args, Group, acts, flag, one_of, option, reads
from dispatch.commands.printing import Answer
from dispatch.commands.typed import reading
from dispatch.model.instants import parse_day

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.seat import Seat

_KEY = option("key", "KEY", "as the list prints it")
_CLIENT = option("client", "CLIENT")
_NOTE = option("--note", "TEXT", default="")


@reads(
    "list",
    "what is due, the first due first",
    option("--client", "NAME", "only this client's"),
    flag("--all", "also what is in order, held back or put off"),
    JSON,
)
def _list(store: Store, args: Args) -> Answer:
    from dispatch.desk.book.finding import client_named
    from dispatch.desk.care_words import item_form, list_lines
    from dispatch.desk.caring import care_list

    client = client_named(store, args.client) if args.client else None
    return Answer(care_list(store, client, all_items=args.all), lambda found: [*map(item_form, found)], list_lines)


@reads("show", "one item with its figures", _KEY, JSON)
def _show(store: Store, args: Args) -> Answer:
    from dispatch.desk.accounts import office
    from dispatch.desk.care_words import item_form, list_lines
    from dispatch.desk.caring import find_item
    from dispatch.desk.offering import figures

    one = find_item(store, args.key)
    found = figures(store, one.client_id, one.visit, office(store)) if one.what.startswith("offer") else None
    return Answer(
        one,
        lambda one: item_form(one) | {"figures": found and found.form()},
        lambda one: [*list_lines([one]), *(f"  {line}" for line in (found.lines() if found else ()))],
    )


@acts("done", "it was done", _KEY, _NOTE)
def _done(seat: Seat, args: Args) -> str:
    from dispatch.desk.caring import mark

    return _ENDED.format(mark(seat, args.key, "done", args.note), "done")


@acts("decline", "it is not wanted, and why", option("key", "KEY"), option("--reason", "TEXT", required=True))
def _decline(seat: Seat, args: Args) -> str:
    from dispatch.desk.caring import mark

    return _ENDED.format(mark(seat, args.key, "declined", args.reason), "declined")


@acts(
    "snooze",
    "put it off: 30 days at most, and twice at most",
    option("key", "KEY"),
    option("--until", "DAY", required=True),
    _NOTE,
)
def _snooze(seat: Seat, args: Args) -> str:
    from dispatch.desk.caring import mark

    until = _day(seat, args.until, "until")
    return _ENDED.format(mark(seat, args.key, "snoozed", args.note, until), f"put off until {until}")


@acts(
    "survey",
    "a survey was sent, or answered",
    _CLIENT,
    one_of(flag("--sent"), option("--answered", "SCORE", "0 to 10", type=int), needed=True),
    option("--words", "TEXT", default=""),
    option("--on", "DAY", "default: today"),
)
def _survey(seat: Seat, args: Args) -> str:
    from dispatch.desk.book.finding import client_named
    from dispatch.desk.caring import note_survey

    client = client_named(seat.store, args.client)
    on = _day(seat, args.on, "on") if args.on else None
    note_survey(seat, client, None if args.sent else args.answered, args.words, on)
    return f"{client.name}: survey {'sent' if args.sent else f'answered with {args.answered} of 10'}."


@acts(
    "offer",
    "an offer that was made, or declined, without a prompt",
    _CLIENT,
    one_of(flag("--made"), option("--declined", "REASON"), needed=True),
    _NOTE,
)
def _offer(seat: Seat, args: Args) -> str:
    from dispatch.desk.book.finding import client_named
    from dispatch.desk.caring import note_offer

    client = client_named(seat.store, args.client)
    note_offer(seat, client, made=args.made, note=args.note or args.declined or "")
    return f"{client.name}: offer {'made' if args.made else 'declined'}."


@acts(
    "gap",
    "what a review found missing, with an owner and a date",
    _CLIENT,
    option("--what", "TEXT", required=True),
    option("--owner", "LOGIN", required=True),
    option("--due", "DAY", required=True),
)
def _gap(seat: Seat, args: Args) -> str:
    from dispatch.desk.book.finding import client_named
    from dispatch.desk.caring import note_gap

    client, due = client_named(seat.store, args.client), _day(seat, args.due, "due")
    note_gap(seat, client, args.what, args.owner, due)
    return f"{client.name}: {args.what}, due {due}."


_ENDED = "{0.client}, {0.what}: {1}."


def _day(seat: Seat, text: str, name: str) -> datetime.date:
    from dispatch.desk.caring import today_of_care

    with reading(name):
        return parse_day(text, today=today_of_care(seat.store))


COMMANDS = (
    Group(
        "care",
        "what is due to clients: visits, surveys, renewals, offers",
        (_list, _show, _done, _decline, _snooze, _survey, _offer, _gap),
    ),
)
