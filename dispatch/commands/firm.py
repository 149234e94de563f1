"""`dispatch init` and `dispatch staff …`: a firm's beginning, and its people."""

from __future__ import annotations

import shlex
import sys

from dispatch.commands.book import deeds_of
from dispatch.commands.declared import CommandGroup, acts, alone, reads
from dispatch.commands.opening import database_path, on_terminal
from dispatch.commands.options import Args, Store, User, flag, option
from dispatch.commands.printing import Answer, listing
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.states import Role
from dispatch.model.text import pad, show

with lazily(__name__):
    from db import people
    from dispatch.desk.book import editing
    from dispatch.desk.firm import founding
    from dispatch.desk.session import user


@alone(
    "init",
    "make the database of a firm",
    option("--db", "FILE", "where (default: $DISPATCH_DB, else the platform's data directory)"),
    option("--name", "FIRM", "what the firm is called"),
    option("--zone", "ZONE", "its time zone, for example America/New_York (default: this machine's)"),
    option("--lead", "LOGIN", "the login of the first lead (default: your login)"),
    option("--lead-name", "NAME", "their name", default=""),
    about="Make the database of a firm, with its first lead.",
    common=False,
)
def _init(args: Args) -> list[str]:
    path = database_path(args)
    lead, name = args.lead, args.lead_name
    if lead is None:
        mine = user.system_login()
        if on_terminal():
            lead = _ask("Login of the first lead", mine)
            name = name or _ask("Their name", lead)
        else:
            lead = mine
        if not lead:
            raise Refusal("Who is the first lead? Say it with --lead LOGIN.")
    person, zone = founding.init(path, lead=lead, lead_name=name, name=args.name, zone=args.zone)
    return [
        f"Made {path}: {person.name} ({person.login}) is its first lead, its zone {zone}.",
        f"Type next: {_next(args, lead)}",
    ]


def _next(args: Args, lead: str) -> str:
    """The line that opens the new firm's board, which begins with what the firm still needs."""
    words = ["dispatch", "board"]
    if args.db:
        words += ["--db", args.db]
    if lead.strip() != user.system_login():
        words += ["--as", lead.strip()]
    return shlex.join(words)


def _ask(question: str, otherwise: str) -> str:
    shown = f" [{show(otherwise)}]" if otherwise else ""
    try:
        return input(f"{question}{shown}: ").strip() or otherwise
    except EOFError:
        print(file=sys.stderr)
        return otherwise


@acts(
    "add",
    "add somebody",
    option("new_login", "LOGIN"),
    option("--name", required=True),
    option("--role", None, "repeat for several", action="append", default=[], choices=[*map(str, Role)]),
    option("--email", default=""),
    about="Add somebody to the staff.",
)
def _add(user: User, args: Args) -> str:
    texts = {"login": args.new_login, "name": args.name, "roles": ", ".join(args.role), "email": args.email}
    person = editing.add(user, "staff", texts)
    return f"{person.name} ({person.login}) is {_roles(person.roles)} now."


@reads("list", "everybody", flag("--json", "as JSON"), about="Everybody on the staff.")
def _list(store: Store, _: Args) -> Answer:
    return listing(
        people.all_staff(store),
        lambda person: form(person, "login name roles email"),
        lambda person: f"{pad(person.login, 16)} {pad(person.name, 28)} {_roles(person.roles)}",
    )


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(role.value for role in Role if role in roles)


COMMANDS = (
    _init,
    CommandGroup(
        "staff", "who works here and what they may do", (_add, _list, *deeds_of("staff", without=("add", "list")))
    ),
)
