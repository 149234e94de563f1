"""`dispatch init` and `dispatch staff …`: a firm's beginning, and its people."""

from __future__ import annotations

import argparse
import getpass
import json
import shlex
import sys
from typing import Any

from dispatch.commands.opening import common_options, database_path, on_terminal, open_seat, open_store
from dispatch.model.states import Role
from dispatch.model.text import pad, show


def add_parsers(subparsers: Any) -> None:
    """Register the commands."""
    init = subparsers.add_parser(
        "init", help="make the database of a firm", description="Make the database of a firm, with its first lead."
    )
    init.add_argument("--db", metavar="FILE", help="where (default: $DISPATCH_DB, else the platform's data directory)")
    init.add_argument("--name", metavar="FIRM", help="what the firm is called")
    init.add_argument(
        "--zone", metavar="ZONE", help="its time zone, for example America/New_York (default: this machine's)"
    )
    init.add_argument("--lead", metavar="LOGIN", help="the login of the first lead (default: your login)")
    init.add_argument("--lead-name", default="", metavar="NAME", help="their name")
    init.set_defaults(run=_init)

    deeds = subparsers.add_parser("staff", help="who works here and what they may do").add_subparsers(
        metavar="DEED", required=True, title="deeds"
    )
    options = common_options()
    add = deeds.add_parser("add", parents=[options], help="add somebody", description="Add somebody to the staff.")
    add.add_argument("new_login", metavar="LOGIN")
    add.add_argument("--name", required=True)
    add.add_argument(
        "--role", action="append", default=[], choices=[role.value for role in Role], help="repeat for several"
    )
    add.add_argument("--email", default="")
    add.set_defaults(run=_add)
    listing = deeds.add_parser("list", parents=[options], help="everybody", description="Everybody on the staff.")
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=_list)
    from dispatch.commands.book import add_deeds

    add_deeds(deeds, "staff", without=("add", "list"))


def _init(args: argparse.Namespace) -> int:
    from dispatch.desk import firm
    from dispatch.desk.refusals import Refusal

    path = database_path(args)
    lead, name = args.lead, args.lead_name
    if lead is None:
        mine = _own_login()
        if on_terminal():
            lead = _ask("Login of the first lead", mine)
            name = name or _ask("Their name", lead)
        else:
            lead = mine
        if not lead:
            raise Refusal("Who is the first lead? Say it with --lead LOGIN.")
    person, zone = firm.init(path, lead=lead, lead_name=name, name=args.name, zone=args.zone)
    print(f"Made {show(str(path))}: {show(person.name)} ({show(person.login)}) is its first lead, its zone {zone}.")
    print(f"Type next: {show(_next(args, lead))}")
    return 0


def _next(args: argparse.Namespace, lead: str) -> str:
    """The line that opens the new firm's board, which begins with what the firm still needs."""
    words = ["dispatch", "board"]
    if args.db:
        words += ["--db", args.db]
    if lead.strip() != _own_login():
        words += ["--as", lead.strip()]
    return shlex.join(words)


def _own_login() -> str:
    """The login of whoever runs this, empty where the system does not know."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _ask(question: str, otherwise: str) -> str:
    shown = f" [{show(otherwise)}]" if otherwise else ""
    try:
        return input(f"{question}{shown}: ").strip() or otherwise
    except EOFError:
        print(file=sys.stderr)
        return otherwise


def _add(args: argparse.Namespace) -> int:
    from dispatch.desk.staff import add_staff

    seat = open_seat(args)
    person = add_staff(seat, args.new_login, args.name, [Role(role) for role in args.role], args.email)
    print(f"{show(person.name)} ({show(person.login)}) is {_roles(person.roles)} now.")
    return 0


def _list(args: argparse.Namespace) -> int:
    from db import people

    staff = people.all_staff(open_store(args))
    if args.json:
        print(
            json.dumps(
                [
                    {
                        "login": show(person.login),
                        "name": show(person.name),
                        "roles": sorted(person.roles),
                        "email": show(person.email),
                    }
                    for person in staff
                ],
                indent=2,
            )
        )
        return 0
    for person in staff:
        print(f"{pad(person.login, 16)} {pad(person.name, 28)} {_roles(person.roles)}")
    return 0


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(role.value for role in Role if role in roles)
