"""The folder of one demonstration, or of the making of its sample firm: gone when it ends, however it ends.

It is locked as long as its program lives, so the next start can tell what a crash left from what another program uses.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

PREFIX = "dispatch-demo-"
_ENDINGS = (signal.SIGHUP, signal.SIGTERM)
_open: list[Path] = []
"""The folders of this process that are in use."""


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A private folder for temporary files, taken away at the end, on a hang-up, or else by the next call. One may be in another.

    Raises:
        OSError: there is no place for temporary files.
    """
    sweep()
    path, held = _made()
    _open.append(path)
    before = {number: signal.signal(number, _end) for number in _ENDINGS}
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        _open.remove(path)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(held)


def _end(number: int, _: FrameType | None) -> None:
    for path in _open:
        shutil.rmtree(path, ignore_errors=True)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def sweep() -> None:
    """Take away the folders of this person's demonstrations that no program has locked any more."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                with contextlib.suppress(OSError):
                    _take_away(Path(entry.path))


def _made() -> tuple[Path, int]:
    """A new folder and the descriptor that locks it; again where a sweep came between the two."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        held = -1
        try:
            held = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(held, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(held), path.stat()):
                return path, held
        except FileNotFoundError:
            pass
        if held >= 0:
            os.close(held)


def _take_away(path: Path) -> None:
    """Remove a folder that nobody has locked. Others' folders and links are not looked into."""
    held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        about = os.fstat(held)
        if about.st_uid != os.geteuid() or not stat.S_ISDIR(about.st_mode):
            return
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(held)
