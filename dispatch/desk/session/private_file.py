"""Files that a person asks us to write: for their eyes only, whole or not at all, never over another by accident."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.model.csv_text import MARKED
from dispatch.model.text import show


class FileThere(Refusal):
    """There is a file of that name already."""


def at_this_machine(user: User) -> None:
    """Refuse whoever sits elsewhere to read or write files of the machine that the store is on.

    Raises:
        NotAllowed: the session is a remote one.
    """
    if user.key_id is not None:
        raise NotAllowed("Files are read and written on the firm's machine, not from a session over SSH.")


def refuse_place(path: Path, *, replace: bool = False) -> None:
    """Refuse a place that takes no file, before something is done whose outcome is written there.

    Raises:
        FileThere: there is a file, and it is not to be replaced.
        Refusal: it is a folder, or is in none.
    """
    name = show(str(path), 120)
    try:
        if path.is_dir():
            raise Refusal(f"{name} is a folder; name a file.")
        if not replace and os.path.lexists(path):
            raise FileThere(f"{name} is there already.")
        if not path.parent.is_dir():
            raise Refusal(f"{name} cannot be written: there is no folder {show(str(path.parent), 120)}.")
    except (OSError, ValueError) as error:
        raise _not_written(name, error) from None


def _not_written(name: str, error: OSError | ValueError) -> Refusal:
    return Refusal(f"{name} cannot be written: {(getattr(error, 'strerror', None) or str(error)).lower()}.")


def write_private(path: Path, text: str | bytes, *, replace: bool = False) -> None:
    """Write a file that only its owner may read (0600).

    Args:
        replace: write over a file that is there.

    Raises:
        FileThere: there is a file, and it was not to be replaced.
        Refusal: the place does not take it. Nothing half-written is left.
    """
    refuse_place(path, replace=replace)
    name = show(str(path), 120)
    try:
        put(path, text, replace=replace)
    except FileExistsError:
        raise FileThere(f"{name} is there already.") from None
    except (OSError, ValueError) as error:
        raise _not_written(name, error) from None


def put(
    path: Path, text: str | bytes, *, replace: bool = True, owner: tuple[int, int] | None = None, mode: int = 0o600
) -> None:
    """Put a text, or bytes, into a file, as a whole or not at all; without another `mode` only its owner may read it.

    Args:
        replace: in place of what is there; else never over a file, not even over one that came meanwhile.
        owner: user and group that it is given to.

    Raises:
        OSError: the place does not take it, and is as it was.
    """
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if owner is not None:
                os.fchown(file.fileno(), *owner)
            coding = MARKED if path.suffix.casefold() == ".csv" else "utf-8"
            file.write(text.encode(coding) if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        (os.replace if replace else os.link)(draft, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
