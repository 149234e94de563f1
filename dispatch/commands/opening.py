"""Which database, as whom, and whether what a command reads is theirs: what every command needs before it can begin."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dispatch.lazily import lazily
from dispatch.model.paths import typed_path, usual_database

with lazily(__name__):
    from db import people
    from db import store as stores
    from db.store import Store
    from dispatch.desk.session import preferences
    from dispatch.desk.session import user as users

ALL = "all"
"""Open to everybody: it reads nothing of other people's, or asks in the transaction of its deed."""
READ_BY: Mapping[str, str] = {
    "board": "day", "week": "day", "day": "own", "log": "log", "route": "own", "demo": ALL, "tour": ALL, "open": ALL,
    "visit": ALL, "visit show": "own", "visit before": "own", "visit history": "own", "visit list": "day",
    "visit permissions": "log",
    "visit quick": "clients",
    "finding": "own", "remote-work": ALL,
    "find": "day", "candidates": "day", "near": "day", "glance": "day", "emergency": "day", "late": "day", "call": "day",
    "import": "clients", "calendar": ALL, "calendar list": "clients", "calendar show": "clients",
    "charge": "own", "quote": "prices", "cases": ALL,
    "rate-card": "prices", "agreement": "prices", "service-plan": "prices", "template": "clients", "probe": ALL,
    "client": "clients", "contact": "clients", "site": "clients", "equipment": "clients", "target": "clients", "inquiry": "clients",
    "recurrence": "clients", "technician": "clients",
    "holidays": "clients", "absence": "clients", "settings": "clients", "travel": "day", "roads": ALL, "roads export": "day",
    "levels": "levels",
    "review": "log", "review answer": ALL, "review comments": ALL, "review words": ALL, "invoice": "log",
    "care": "care", "proposal": "care", "outbox": "messages", "inbox": "messages", "alerts": "messages", "figures": "figures",
    "timesheet": "reports", "timesheet show": "own", "timesheet submit": "own", "timesheet reopen": "own",
    "report": "reports", "report visit": "own", "report sheet": "own", "audit": "audit", "plan": "day", "query": ALL,
    "backup": "whole", "branch": "log", "branch copy": "whole", "restore": ALL, "doctor": ALL, "init": ALL, "staff": "clients",
    "replicate": "whole", "promote": "whole",
    "keys": "access", "sshd-config": "access", "sessions": "access", "seat": ALL, "seat-parent": ALL,
    "solve-worker": ALL,
    "keymap": ALL, "completion": ALL, "help": ALL,
}  # fmt: skip
"""A command, or a group of them, → a name of `READS`. What is `own` asks whose visit or day it is, where one is named."""


def read_by(command: str) -> str:
    """What a command reads: as its own line says, else as its group's.

    Raises:
        KeyError: it is not in the table.
    """
    return READ_BY[command] if command in READ_BY else READ_BY[command.partition(" ")[0]]


def ask_for(args: argparse.Namespace, store: Store) -> None:
    """Let whoever runs a command read what it reads.

    Raises:
        NotAllowed: it is not theirs.
        NotFound: what is open was taken along by somebody else.
    """
    login = getattr(args, "login", None)
    if login is not None:
        users.log_in(store, login)  # also where anybody may read: a login that is typed wrong is said
    what = read_by(args.command) if getattr(args, "command", "") else ALL
    if what == ALL:
        return
    if store.taken_along is not None:
        user = users.log_in(store, login)  # it opens for who took it along alone
    elif (staff := people.staff_by_login(store, login or users.system_login())) is not None:
        user = users.User(store, staff)
    else:
        return
    if what != "own":
        user.ask_to_read(what)
        return
    if reference := getattr(args, "reference", None):
        user.ask_to_read_visit(reference)
    if isinstance(name := getattr(args, "technician", None), str):
        user.ask_to_read_of(name)


def database_path(args: argparse.Namespace) -> Path:
    """The database that `--db`, `DISPATCH_DB` or the platform names."""
    named = getattr(args, "db", None) or os.environ.get("DISPATCH_DB")
    return typed_path(named) if named else usual_database()


def open_store(args: argparse.Namespace, *, for_screen: bool = False) -> stores.Store:
    """The store at `database_path`, on the clock that its firm lives by. One that can only be read is said on standard error.

    Args:
        for_screen: what can be shown of what is damaged is shown.

    Raises:
        StoreFault: there is none, or it cannot be used; the sentence says why.
        NotAllowed: what the command reads is not for this member of staff.
    """
    if (guest := getattr(args, "looking", None)) is not None:
        found: stores.Store = guest.store
        return found
    store = stores.Store.open(database_path(args))
    store.shows_damage = for_screen
    try:
        ask_for(args, store)
    except BaseException:
        store.close()
        raise
    if words := users.read_only_words(store):
        print(f"dispatch: {words}", file=sys.stderr)
    return store


def user_of(args: argparse.Namespace, *, for_screen: bool = False) -> users.User:
    """A session at that store, for `--as` or the person of this login.

    Args:
        for_screen: as for `open_store`.

    Raises:
        StoreFault: as `open_store`.
        NotFound: nobody of that login is on the staff.
    """
    if (guest := getattr(args, "looking", None)) is not None:
        found: users.User = guest
        return found
    return users.log_in(open_store(args, for_screen=for_screen), getattr(args, "login", None))


def on_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def agreed(question: str) -> bool:
    """Whether the person at the terminal says yes; no where nobody sits there."""
    return on_terminal() and answered(f"{question} [y/N] ") in ("y", "yes")


def answered(question: str) -> str:
    """What the person at the terminal types, in small letters; empty where they end it."""
    try:
        return input(question).strip().casefold()
    except EOFError:
        return ""


def mouse_wanted(args: argparse.Namespace, personal: preferences.Personal) -> bool:
    """Whether the mouse shall work. Over SSH, where each of its movements has its price, only with `--mouse`."""
    if args.mouse is not None:
        return bool(args.mouse)
    over_ssh = any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    return personal.mouse and not over_ssh
