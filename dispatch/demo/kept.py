"""The sample firm as it is kept: made once for what it is made from, and copied for each demonstration.

A wheel carries it; else the first call makes it in the person's cache, and takes away what older programs left there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from db import copies, migrations
from db.faults import Exists, StoreFault
from dispatch import __version__
from dispatch.demo.clock import start_clock
from dispatch.model.charts import bar

Moved = Callable[[float], None]
"""Told how much of the making is done, from 0 to 1."""

ROOT = Path(__file__).parents[2]
CARRIED = ROOT / "dispatch" / "sample"
"""Where a wheel has it, beside the files that it is made from."""
_NO_PART = ("dispatch/app.py", "dispatch/commands/", "dispatch/remote/")
"""What lies above the desk: nothing of the sample firm is made by it."""


@cache
def name() -> str:
    """The file's name: the program's version, its schema, and a hash of the code and data that the firm is made from."""
    digest = hashlib.sha256()
    for path in sorted(_made_from()):
        digest.update(f"{path}\0".encode())
        digest.update((ROOT / path).read_bytes())
    return f"sample-{__version__}-{migrations.LATEST}-{digest.hexdigest()[:16]}.db"


def copy(target: Path, moved: Moved) -> None:
    """The sample firm as a new file, its clock at Tuesday 14:07 and running on from there.

    Args:
        target: where nothing is.
        moved: told of the making, where it has to be made first.

    Raises:
        Exists: there is something at `target`.
        StoreFault: the folder does not take it. Nothing is left there.
    """
    try:
        sample = keep(moved)
    except (OSError, StoreFault):  # no cache takes it: this once, then
        make(target, moved)
    else:
        with copies.new_file(target) as draft:
            shutil.copyfile(sample, draft)
    start_clock(target)


def make(target: Path, moved: Moved) -> None:
    """Make the sample firm as the new file `target`, one file without a log beside it, its clock not started.

    Raises:
        Exists, ReadOnly, Full: as for any new database. Nothing half-made is left.
    """
    from dispatch.demo.day import live
    from dispatch.demo.folder import folder

    with folder() as scratch:
        draft = scratch / "sample.db"
        live(draft, moved)
        with contextlib.closing(copies.connect(draft)) as source:
            copies.copy(source, target).close()


def keep(moved: Moved) -> Path:
    """The kept sample firm, made now in the person's cache if it is nowhere yet.

    Raises:
        OSError, StoreFault: the cache does not take it.
    """
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("dispatch-board", appauthor=False))
    for place in (CARRIED, folder):
        if (place / name()).is_file():
            return place / name()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(Exists):  # somebody else has made it meanwhile
        make(folder / name(), moved)
    for old in (*folder.glob("sample-*.db"), *folder.glob(".sample-*.new")):  # drafts too, of programs that were killed
        if name() not in old.name:
            old.unlink(missing_ok=True)
    return folder / name()


def _made_from() -> Iterator[str]:
    for package in ("db", "dispatch"):
        for folder, _, files in os.walk(ROOT / package):
            inside = Path(folder).relative_to(ROOT).as_posix()
            for file in files:
                path = f"{inside}/{file}"
                if path.endswith((".py", ".sql", ".csv", ".json")) and not path.startswith(_NO_PART):
                    yield path


_CELLS = 24


class Bar:
    """Called with what is done, from 0 to 1. Nothing is written before the first call, and the line ends with the last."""

    def __init__(self, text: str, *, ascii_only: bool = False) -> None:
        self._text = text
        self._ascii = ascii_only
        self._shown = -1

    def __call__(self, done: float) -> None:
        """Show how much of it is done; the same again is not written."""
        per_cent = round(done * 100)
        if per_cent == self._shown:
            return
        self._shown = per_cent
        # a line that the terminal breaks cannot be written over
        room = shutil.get_terminal_size().columns - len(f"{self._text}  100% ")
        drawn = bar(per_cent, 100, max(1, min(_CELLS, room)), ascii_only=self._ascii)
        sys.stdout.write(f"\r{self._text} {drawn} {per_cent:3d}%" + ("\n" if per_cent == 100 else ""))
        sys.stdout.flush()
