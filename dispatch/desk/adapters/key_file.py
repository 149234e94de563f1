"""The one file that sshd reads keys from. It is made from the database, whole, and is never a person's own file."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from db import sessions
from db.faults import from_os
from db.store import Store
from dispatch.model.keys import Key
from dispatch.model.text import count_text

FIRST_SITE_PORT = 20_000
"""Below the ports that systems give out by themselves."""
SITE_PORTS = 10_000

_HEAD = "# Made by `dispatch keys`; what is changed here by hand is lost. Lines name keys, never people.\n"


@dataclass(frozen=True, slots=True)
class Drift:
    """What is not as it should be, in words. `mended` by `dispatch keys export --write`, or not."""

    text: str
    mended: bool = True


def site_port(staff_id: int) -> int:
    """The one port on loopback by which a person's connection may lend its way into a client's network."""
    return FIRST_SITE_PORT + staff_id % SITE_PORTS


def path_of(store: Store) -> Path:
    """Where the key file of a database stands: beside it."""
    return store.path.with_name(store.path.name + ".keys")


def owner(store: Store) -> str:
    """The user who owns the database: the service user, where one was made."""
    import pwd

    uid = store.path.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def guard() -> Path:
    """The file that a forced command runs."""
    return Path(__file__).resolve().parents[2] / "remote" / "guard.py"


def command(key: Key, database: Path) -> str:
    """The forced command of a key. `exec` matters: without it the login shell stays and costs a process."""
    words = [sys.executable, "-I", str(guard()), "seat", "--db", str(database)]
    if key.mouse:
        words.append("--mouse")
    return "exec " + " ".join(shlex.quote(word) for word in [*words, "--key", key.label])


def line(key: Key, database: Path) -> str:
    """The line of a key: a terminal, our program, and for a technician the port of the site tests; nothing else.

    `permitopen` names a port that nobody listens on: sshd cannot allow the one kind of forwarding without the other.
    """
    options = ["restrict", "pty"]
    if key.technician:
        options += [
            "port-forwarding",
            f'permitlisten="localhost:{site_port(key.staff_id)}"',
            'permitopen="127.0.0.1:1"',
        ]
    quoted = command(key, database).replace("\\", "\\\\").replace('"', '\\"')
    return f'{",".join(options)},command="{quoted}" {key.public_key} {key.label}\n'


def content(store: Store) -> str:
    """What the file should hold now."""
    return _HEAD + "".join(line(key, store.path) for key in sessions.live_keys(store))


def write(store: Store) -> Path:
    """Make the file anew and put it in place in one step. Made by root, it belongs to whoever owns the database.

    Raises:
        StoreFault: the folder does not take it; the old file is as it was.
    """
    from dispatch.desk.session.private_file import put

    path = path_of(store)
    written = ""
    # somebody may have added or revoked a key between our look and our writing: the last look is the one that counts
    while written != (expected := content(store)):
        owner = store.path.stat()
        try:
            put(path, expected, owner=(owner.st_uid, owner.st_gid) if os.geteuid() == 0 else None)
        except OSError as error:
            raise from_os(error, path) from error
        written = expected
    return path


def drift(store: Store) -> list[Drift]:
    """Everything about the file that keeps sshd from reading it, or lets it say something else than the database."""
    path = path_of(store)
    try:
        status = path.lstat()
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return [Drift(f"{path} is not there: nobody can log in")] if sessions.live_keys(store) else []
    except OSError as error:
        return [Drift(f"{path} cannot be read: {error.strerror}", mended=False)]
    faults = []
    expected = content(store)
    if text != expected:
        there, should = set(text.splitlines()), set(expected.splitlines())
        more = len(there - should)
        counted = f"{count_text(len(should - there), 'line')} missing, {more:,} there that should not be"
        faults.append(Drift(f"{path} differs from the database: {counted}"))
    if not stat.S_ISREG(status.st_mode):
        faults.append(Drift(f"{path} is not a plain file"))
    elif stat.S_IMODE(status.st_mode) & 0o077:
        faults.append(Drift(f"{path} has mode {stat.S_IMODE(status.st_mode):04o}, 0600 was expected"))
    if status.st_uid != store.path.stat().st_uid:
        faults.append(Drift(f"{path} does not belong to the owner of the database"))
    for folder in path.parents:
        mode = folder.stat().st_mode
        if mode & 0o022:
            faults.append(Drift(f"{folder} may be written by others: sshd will not read keys below it", mended=False))
    return faults
