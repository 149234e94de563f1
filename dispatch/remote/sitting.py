"""A session over SSH from login to logout, after the guard; and the commands that a key takes."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

from db.faults import StoreFault, TooNew
from dispatch import crashes
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.paths import usual_database
from dispatch.model.text import show


def database(orders: dict[str, str]) -> Path:
    """The database that the key file names, else the platform's."""
    return Path(orders["db"]) if "db" in orders else usual_database()


def offered_keys(environment: dict[str, str] | None = None) -> list[str]:
    """The keys that sshd let in with, where it says so (`ExposeAuthInfo yes`), as algorithm and body."""
    path = (os.environ if environment is None else environment).get("SSH_USER_AUTH", "")
    try:
        lines = Path(path).read_text(encoding="ascii").splitlines() if path else []
    except (OSError, UnicodeDecodeError):
        return []
    words = [line.split() for line in lines]
    return [" ".join(line[1:3]) for line in words if len(line) >= 3 and line[0] == "publickey"]


def sit(orders: dict[str, str], not_warm: str = "", line: int | None = None) -> int:
    """Begin the session, show the screens, end it; returns the exit code.

    Args:
        orders: what the key's line says.
        not_warm: why the warm parent that was set up did not begin this session, for the log.
        line: in a session that a warm parent began, what tells that the process at the terminal's end is gone.
    """
    # as in `dispatch`: the modules of a screen are objects that all stay
    gc.disable()

    def logged_in(path: Path, key_id: int) -> int:
        if not_warm:
            crashes.note(f"begun without the warm parent: {not_warm}", path, f"key K{key_id}")
        return _sit(path, key_id, mouse="mouse" in orders, idle_minutes=int(orders.get("idle", "60")), line=line)

    return carried_out(orders, logged_in)


def carried_out(orders: dict[str, str], deed: Callable[[Path, int], int]) -> int:
    """Do something at the database that a key's line names, for that key: a refusal is said, any other error kept too."""
    path, key_id = database(orders), int(orders["key"][1:])
    who = f"key K{key_id}"
    try:
        crashes.catch_the_rest(path, who)
        return deed(path, key_id)
    except (Refusal, StoreFault) as refusal:
        sys.stderr.write(f"dispatch: {show(str(refusal), multiline=True)}\n")
        return 1
    except Exception as error:
        sys.stderr.write(crashes.keep(error, path, who) + "\n")
        return 1


def _sit(path: Path, key_id: int, *, mouse: bool, idle_minutes: int, line: int | None) -> int:
    from dispatch.desk.access import logins
    from dispatch.desk.session.unsent import Whereabouts

    with logins.logged_in(path, key_id, offered_keys()) as user:
        how = "crashed"
        app = None
        try:
            from dispatch.remote.app import RemoteApp

            app = RemoteApp(user, idle_seconds=idle_minutes * 60, where=Whereabouts.last(user), line=line)
            app.run(mouse=mouse)
            how = app.left
        finally:
            # where a newer program has taken the database over, it ends the session
            with contextlib.suppress(TooNew):
                logins.log_out(user, how, app.last_place if app is not None else "{}")
        return app.return_code or 0


LONGEST_RESULT = 1_000_000
"""Bytes of a probe's result that are read."""


def answer(orders: dict[str, str], parts: dict[str, str]) -> int:
    """Carry out a command with the permission of the key's owner; returns the exit code."""
    return carried_out(orders, lambda path, key_id: _answer(path, key_id, parts))


def _answer(path: Path, key_id: int, parts: dict[str, str]) -> int:
    from db.store import Store
    from dispatch.desk.access import logins

    with Store.open(path) as store:
        user = logins.caller(store, key_id, offered_keys())
        try:
            answered = {"attach": _attach, "result": _bring, "take": _take, "hand-in": _hand_in}[parts["verb"]](
                user, parts
            )
            if answered:
                print(answered)
            return 0
        finally:
            logins.log_out(user, parts["verb"])


def _attach(user: User, parts: dict[str, str]) -> str:
    from dispatch.desk.closeout.evidence import attach

    file = attach(user, parts["reference"], parts["item"], parts["name"], sys.stdin.buffer)
    return f"{show(file.name)} ({file.size:,} bytes) is kept with {show(parts['reference'])} {file.item}."


def _take(user: User, parts: dict[str, str]) -> str:
    """What is taken along goes to standard output, and what is said of it beside it."""
    import datetime
    from tempfile import TemporaryDirectory

    from db import settings
    from dispatch.desk.takings import taking

    try:
        day = datetime.date.fromisoformat(parts["day"]) if parts["day"] else settings.today(user.store)
    except ValueError:
        raise Refusal(f"{parts['day']} is no day.") from None
    with TemporaryDirectory(prefix=".taken.", dir=user.store.path.parent) as folder:
        taken = taking.take(user, day, Path(folder) / "taken.db")
        sys.stdout.buffer.write(taken.path.read_bytes())
        sys.stdout.buffer.flush()
    references = ", ".join(show(visit.reference) for visit in taken.visits)
    sys.stderr.write(f"{show(taken.name)} takes {references} along.\n")
    return ""


def _hand_in(user: User, parts: dict[str, str]) -> str:
    from dispatch.desk.takings import handing_in, told

    marks = tuple(filter(None, parts["marks"].split(",")))
    handed = handing_in.hand_in(user, sys.stdin.buffer, marks, parts["clock"])
    lines = "\n".join(told.handed_in_lines(handed))
    if any(one.not_in for one in handed.visits):
        raise Refusal(f"not all of it is handed in.\n{lines}")
    return lines


def _bring(user: User, parts: dict[str, str]) -> str:
    from dispatch.desk.closeout.probing import bring

    data = sys.stdin.buffer.read(LONGEST_RESULT + 1)
    if len(data) > LONGEST_RESULT:
        raise Refusal(f"A result is at most {LONGEST_RESULT:,} bytes.")
    recorded = bring(user, parts["reference"], data.decode("utf-8", "replace"))
    return "\n".join(
        f"{result.ref} {result.result.value if result.result is not None else ''}".strip() for result in recorded
    )
