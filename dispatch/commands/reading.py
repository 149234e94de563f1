"""What each command reads, by the table of the model; asked when it opens the database.

Who opens the file is trusted with it, because any program reads it then: the table holds for whoever is on the staff, by
`--as` or by their login here. Who makes something of a file that they hold already (`restore`, `backup verify`) is not asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from dispatch.lazily import lazily

with lazily(__name__):
    from db import people
    from db.store import Store
    from dispatch.desk.session import user as users

ALL = "all"
"""Open to everybody: it reads nothing of other people's, or asks in the transaction of its deed."""
COMMANDS: Mapping[str, str] = {
    "board": "day", "day": "own", "log": "log", "route": "own", "demo": ALL, "open": ALL,
    "visit": ALL, "visit show": "own", "visit history": "own", "visit list": "day", "visit permissions": "log",
    "visit quick": "clients",
    "candidates": "day", "emergency": "day", "late": "day", "call": "day",
    "import": "clients", "calendar": ALL, "charge": "own", "quote": "prices", "cases": ALL,
    "rate-card": "prices", "agreement": "prices", "template": "clients", "probe": ALL,
    "client": "clients", "site": "clients", "target": "clients", "recurrence": "clients", "technician": "clients",
    "absence": "clients", "settings": "clients", "travel": "day", "roads": ALL, "roads export": "day",
    "levels": "levels",
    "review": "log", "review answer": ALL, "review comments": ALL, "review words": ALL, "invoice": "log",
    "care": "care", "outbox": "messages", "figures": "figures",
    "report": "reports", "report visit": "own", "report sheet": "own", "audit": "audit", "plan": "day", "query": ALL,
    "backup": "whole", "restore": ALL, "doctor": ALL, "init": ALL, "staff": "clients",
    "keys": "access", "sshd-config": "access", "sessions": "access", "seat": ALL, "seat-parent": ALL,
    "keymap": ALL, "completion": ALL, "help": ALL,
}  # fmt: skip
"""A command, or a group of them, → a name of `READS`. What is `own` asks whose visit or day it is, where one is named."""


def read_by(command: str) -> str:
    """What a command reads: as its own line says, else as its group's.

    Raises:
        KeyError: it is not in the table.
    """
    return COMMANDS[command] if command in COMMANDS else COMMANDS[command.partition(" ")[0]]


def ask_for(args: argparse.Namespace, store: Store) -> None:
    """Let whoever runs a command read what it reads.

    Raises:
        NotAllowed: it is not theirs.
    """
    what = read_by(args.command) if getattr(args, "command", "") else ALL
    if what == ALL:
        return
    staff = people.staff_by_login(store, getattr(args, "login", None) or users.system_login())
    if staff is None:
        return
    user = users.User(store, staff)
    if what != "own":
        user.ask_to_read(what)
        return
    if reference := getattr(args, "reference", None):
        user.ask_to_read_visit(reference)
    if isinstance(name := getattr(args, "technician", None), str):
        user.ask_to_read_of(name)
