"""Offices of one firm, each with a database of its own."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from db.store import Store
from tests.desk.conftest import Office, fill, logged_in, office
from tests.prepared import prepared
from tests.wall import START, WALL, started

_SSH = """#!/bin/sh
while [ "$1" != -- ]; do shift; done
[ "$2" != nobody@gone ] || { echo "no route" >&2; exit 255; }
exec sh -c "$3"
"""


def apart(store: Store) -> None:
    """Make a copied database an office of its own."""
    (guard,) = store.all("SELECT sql FROM sqlite_master WHERE name = 'office_itself'")[0]
    store.conn.execute("DROP TRIGGER office_itself")
    store.conn.execute("UPDATE office SET id = lower(hex(randomblob(16)))")
    store.conn.execute(guard)


Opened = Callable[..., Office]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the small firm once more, as an office of its own, under a name."""
    WALL.set(START)
    with ExitStack() as ending:

        def one(name: str, filled: Callable[[Store], None] = fill) -> Office:
            store = ending.enter_context(prepared(tmp_path / f"{name}.db", filled, clock=WALL))
            apart(store)
            return logged_in(store)

        yield one


@pytest.fixture
def by_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Lets a shell of this machine stand for `ssh`; returns what our program is called there."""
    ssh, program = tmp_path / "ssh", tmp_path / "dispatch"
    ssh.write_text(_SSH)
    program.write_text(f'#!/bin/sh\nexec {shlex.join(started("-m", "dispatch"))} "$@"\n')
    for script in (ssh, program):
        script.chmod(0o700)
    monkeypatch.setenv("DISPATCH_SSH", str(ssh))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return str(program)


__all__ = ["office"]
