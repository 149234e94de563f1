"""Which database, as whom: what every command needs before it can begin."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from dispatch.lazily import lazily
from dispatch.model.paths import typed_path, usual_database

with lazily(__name__):
    from db import store as stores
    from dispatch.commands import reading
    from dispatch.desk.session import preferences
    from dispatch.desk.session import user as users


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
    store = stores.Store.open(database_path(args))
    store.shows_damage = for_screen
    try:
        reading.ask_for(args, store)
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
    return users.log_in(open_store(args, for_screen=for_screen), getattr(args, "login", None))


def on_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def agreed(question: str) -> bool:
    """Whether the person at the terminal says yes; no where nobody sits there."""
    if not on_terminal():
        return False
    try:
        return input(f"{question} [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def mouse_wanted(args: argparse.Namespace, personal: preferences.Personal) -> bool:
    """Whether the mouse shall work. Over SSH, where each of its movements has its price, only with `--mouse`."""
    if args.mouse is not None:
        return bool(args.mouse)
    over_ssh = any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    return personal.mouse and not over_ssh
