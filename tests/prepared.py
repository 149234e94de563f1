"""Databases that are made once in a process or a run, and copied for each test: making one takes longer than most do."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from db.store import Store
from dispatch.model.clock import Clock, SystemClock
from tests.wall import START, WALL

_WALL = SystemClock()
_MADE: dict[Callable[[Store], None], bytes] = {}


def nothing(store: Store) -> None:
    """A database as it is made, with nothing in it."""


def prepared(path: Path, fill: Callable[[Store], None] = nothing, *, clock: Clock = _WALL) -> Store:
    """A store at `path` that `fill` has filled.

    Args:
        path: where no file is.
        fill: a function of a module, called once in this process with the new store.
        clock: the clock of the store; the one under which it was filled is that of the first call.
    """
    if fill not in _MADE:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "first.db"
            with Store.create(first, clock=clock) as store:
                fill(store)
            _MADE[fill] = first.read_bytes()
    _write(path, _MADE[fill])
    return Store.open(path, clock=clock)


def made_once(run: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The file that `make` makes at the path that it is given, for all workers of a run. Tests get copies.

    Args:
        run: whose folder the workers share.
        name: of the file; one name, one content.
        make: called by the worker that needs the file first; the others wait for it.
    """
    folder = run.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of a worker is inside that of the run
    path = folder / "made" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            draft = path.with_name(f"{path.name}.draft") / path.name
            shutil.rmtree(draft.parent, ignore_errors=True)  # of a worker that was killed
            draft.parent.mkdir()
            WALL.set(START)
            make(draft)
            WALL.begin()
            draft.rename(path)
    return path


def copied(made: Path, path: Path) -> Path:
    """A copy at `path` of a database that nobody has open."""
    assert not made.with_name(f"{made.name}-wal").exists(), "it is open: the file alone is not all of it"
    _write(path, made.read_bytes())
    return path


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
