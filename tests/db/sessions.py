"""Other sessions at a database: real processes that edit, save, hold and are killed. Run as a program by the tests."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from subprocess import PIPE
from typing import Any

from db import audit, migrations
from db.backups import check
from db.faults import Stale, StoreFault
from db.library import sqlite3
from db.store import Store
from db.unit import Actor, unit_of_work
from tests.wall import started

ROOT = Path(__file__).parents[2]
ANNA = Actor(None, "anna", "session-anna", "local")
BOB = Actor(None, "bob", "session-bob", "local")

PYSQLITE_IN_USE = sqlite3.__name__ == "pysqlite3"


@cache
def _new_database(version: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        Store.create(path).close()
        return path.read_bytes()


def new_store(path: Path, **options: Any) -> Store:
    """A database at `path` with one client, number 1, to edit."""
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_new_database(migrations.LATEST))
    store = Store.open(path, **options)
    with unit_of_work(store, "add client", ANNA) as unit:
        client = unit.insert("client", name="Acme")
        unit.audit("client", client)
    return store


def edit(store: Store, actor: Actor = ANNA, *, notes: str, version: int | None = None, client: int = 1) -> int:
    """Save new notes of a client over `version` (None: over the present one); returns the new version."""
    with unit_of_work(store, "edit client", actor) as unit:
        if version is None:
            version = store.value("SELECT version FROM client WHERE id = ?", (client,))
        new = unit.update("client", client, version, notes=notes)
        unit.audit("client", client, notes=notes)
        return new


@contextlib.contextmanager
def session(
    verb: str, *arguments: object, plain: bool = not PYSQLITE_IN_USE, journal: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """A process that carries out `verb` below, killed at the end; `plain` gives it Python's own SQLite, `journal` the mode that
    it takes (`wal` or `truncate`) whatever its SQLite."""
    choice = "sys.modules['pysqlite3'] = None; " if plain else ""
    if journal:
        choice += f"from db import opening; opening.wal_is_safe = lambda: {journal == 'wal'}; "
    program = f"import sys; {choice}from tests.db import sessions; sessions.main(sys.argv[1:])"
    words = started("-c", program, verb, *map(str, arguments))
    process = subprocess.Popen(words, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def plain_version() -> tuple[int, int, int]:
    """The version of the SQLite that Python brings, asked of a process of its own."""
    program = "import sqlite3; print(*sqlite3.sqlite_version_info)"
    words = subprocess.run(started("-c", program), stdout=PIPE, text=True, check=True).stdout.split()
    major, minor, patch = map(int, words)
    return major, minor, patch


def outcome(process: subprocess.Popen[str]) -> Any:
    """What a session printed last, once it has ended by itself."""
    out, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    return json.loads(out.splitlines()[-1])


def main(words: list[str]) -> None:
    verb, path, *rest = words
    _VERBS[verb](Path(path), *rest)


def _edit(path: Path, times: str, login: str) -> None:
    """Edit client 1 so many times, each over what was read a moment before, again where somebody was first."""
    stale = 0
    with Store.open(path, timeout=60) as store:
        for number in range(int(times)):
            while True:
                version = store.value("SELECT version FROM client WHERE id = 1")
                time.sleep(random.random() * 0.002)
                try:
                    edit(store, Actor(None, login, login, "local"), notes=f"{login} {number}", version=version)
                    break
                except Stale:
                    stale += 1
    print(json.dumps({"stale": stale}))


def _save(path: Path, first: str) -> None:
    """Save numbers without end, each told on stdout once it is saved."""
    store = Store.open(path)
    number = int(first)
    while True:
        edit(store, notes=str(number))
        os.write(1, f"{number}\n".encode())
        number += 1


def _hold(path: Path) -> None:
    """Stay inside a unit."""
    with Store.open(path) as store, unit_of_work(store, "hold", BOB):
        print("held", flush=True)
        time.sleep(600)


def _loop(path: Path) -> None:
    """Save again and again without a pause until there is a file `stop`; tell how often."""
    times = 0
    with Store.open(path, timeout=60) as store:
        print("going", flush=True)
        while not path.with_name("stop").exists():
            edit(store, BOB, notes=str(times))
            times += 1
    print(json.dumps({"times": times}))


def _fill(path: Path, allowed: str) -> None:
    """Save until no file may grow further; tell how many saves were acknowledged and what was said then."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = Store.open(path)
    limit = max(file.stat().st_size for file in path.parent.iterdir()) + int(allowed)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    saved = 0
    try:
        while True:
            edit(store, notes="x" * 5000 + str(saved))
            saved += 1
    except StoreFault as fault:
        told = {"fault": type(fault).__name__, "text": str(fault)}
    readable = store.value("SELECT count(*) FROM client") == 1
    print(json.dumps({"saved": saved, "readable": readable, "open": store.conn.in_transaction, **told}), flush=True)
    os._exit(0)


def _open(path: Path, login: str = "nobody") -> None:
    """Open, save once, and tell how it went; `login` `nobody` gives up the rights of root first."""
    if login == "nobody" and os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        with Store.open(path, timeout=1) as store:
            edit(store, notes="opened")
            told = {"fault": None, "mode": store.value("PRAGMA journal_mode"), "version": sqlite3.sqlite_version}
    except StoreFault as fault:
        told = {"fault": type(fault).__name__, "text": str(fault)}
    print(json.dumps(told))


def _check(path: Path) -> None:
    """Tell what the checks find, a line for each subject."""
    with Store.open(path, timeout=1) as store:
        print(json.dumps({one.subject: [one.good, one.text] for one in check(store)}))


def _read(path: Path) -> None:
    """Tell the notes of client 1, and whether the file is whole."""
    with Store.open(path, timeout=1) as store:
        whole = store.value("PRAGMA quick_check") == "ok" and audit.verify_chain(store) is None
        print(json.dumps({"notes": store.value("SELECT notes FROM client WHERE id = 1"), "whole": whole}))


def _stay(path: Path) -> None:
    """Keep the database open until a line comes, then save; and so on."""
    with Store.open(path, timeout=1) as store:
        print("open", flush=True)
        for _ in sys.stdin:
            edit(store, notes="stayed")
            print("saved", flush=True)


_VERBS: dict[str, Callable[..., None]] = {
    "edit": _edit,
    "save": _save,
    "hold": _hold,
    "loop": _loop,
    "fill": _fill,
    "open": _open,
    "stay": _stay,
    "check": _check,
    "read": _read,
}
