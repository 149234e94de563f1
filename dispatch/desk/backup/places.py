"""Places elsewhere that a copy is kept at: a folder, a server by SFTP, a bucket that speaks S3. Each keeps files under names.

A name becomes whole at once or not at all; what was there under it is replaced, except by `create`, which lets one win.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from dispatch.model.text import show


class PlaceNotReached(Exception):
    """The place does not do its part: it is away, full, or refuses. The sentence says which."""


class NotAtPlace(Exception):
    """There is nothing of that name at the place."""


class CopyPlace(Protocol):
    """Where a copy is kept. Each call raises `PlaceNotReached` where the place does not do its part."""

    words: str
    """What it is called for people; holds no secret."""
    exclusive: str
    """How it lets only one create a name; empty where it is not known to."""

    def names(self, under: str) -> dict[str, float]:
        """All names that begin with the folder `under` (ends with /), each with when it was written, in epoch seconds."""

    def fetch(self, name: str, target: Path) -> None:
        """Bring a file into the new file `target` (0600). Raises `NotAtPlace` where it is not there."""

    def read(self, name: str) -> bytes:
        """A small file. Raises `NotAtPlace`."""

    def write(self, name: str, content: Path | bytes) -> None:
        """Keep a file under a name, in the place of what was there."""

    def create(self, name: str, content: bytes) -> bool:
        """Keep a small file under a name that is free; False where somebody was first."""

    def remove(self, name: str) -> None:
        """Take a file away; one that is not there is left so."""

    def close(self) -> None:
        """Let go of the connection."""


@contextlib.contextmanager
def _told(words: str) -> Iterator[None]:
    """Faults of a disk as those of a place."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotAtPlace(str(error.filename)) from error
    except OSError as error:
        raise PlaceNotReached(f"{words}: {error.strerror or error}.") from error


class FolderPlace:
    """A folder of this machine, or of another one that is mounted here; 0700.

    Args:
        path: of the folder. The one above it has to be there: a disk that is not mounted is not filled up.
    """

    exclusive = "by a hard link, else by O_EXCL: not on NFS of version 2"

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self.words = show(str(self._path))

    def names(self, under: str) -> dict[str, float]:
        found = {}
        with _told(self.words):
            self._ready()
            for above, _, files in os.walk(self._path / under):
                for file in files:
                    if not file.startswith("."):
                        path = Path(above) / file
                        with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
                            found[path.relative_to(self._path).as_posix()] = path.stat().st_mtime
        return found

    def fetch(self, name: str, target: Path) -> None:
        with _told(self.words), (self._path / name).open("rb") as source, private(target) as out:
            shutil.copyfileobj(source, out, 1 << 20)

    def read(self, name: str) -> bytes:
        with _told(self.words):
            return (self._path / name).read_bytes()

    def write(self, name: str, content: Path | bytes) -> None:
        with _told(self.words), self._drafted(name, content) as (draft, path):
            draft.replace(path)

    def create(self, name: str, content: bytes) -> bool:
        with _told(self.words), self._drafted(name, content) as (draft, path):
            try:
                os.link(draft, path)
            except FileExistsError:
                return False
            except OSError:  # a file system without hard links
                try:
                    with private(path) as out:
                        out.write(content)
                        os.fsync(out.fileno())
                except FileExistsError:
                    return False
            return True

    def remove(self, name: str) -> None:
        with _told(self.words):
            (self._path / name).unlink(missing_ok=True)

    def close(self) -> None:
        pass

    def _ready(self) -> None:
        if not self._path.parent.is_dir():
            raise PlaceNotReached(
                f"{self.words}: there is no folder {show(str(self._path.parent))}; is the disk mounted?"
            )
        self._path.mkdir(mode=0o700, exist_ok=True)
        if stat.S_IMODE(self._path.stat().st_mode) & 0o077:
            if any(self._path.iterdir()):
                raise PlaceNotReached(
                    f"{self.words} is open to others and holds something: chmod 700, or choose a new folder."
                )
            self._path.chmod(0o700)

    @contextlib.contextmanager
    def _drafted(self, name: str, content: Path | bytes) -> Iterator[tuple[Path, Path]]:
        self._ready()
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            with private(draft) as out:
                if isinstance(content, bytes):
                    out.write(content)
                else:
                    with content.open("rb") as source:
                        shutil.copyfileobj(source, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            yield draft, path
        finally:
            draft.unlink(missing_ok=True)


def private(path: Path) -> IO[bytes]:
    """A new file that only its owner may read, open for writing."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
