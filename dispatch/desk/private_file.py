"""Files that a person asks us to write: for their eyes only, whole or not at all, never over another by accident."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from dispatch.desk.refusals import NotAllowed, Refusal
from dispatch.desk.seat import Seat
from dispatch.model.text import show


class FileThere(Refusal):
    """There is a file of that name already."""


def at_this_machine(seat: Seat) -> None:
    """Refuse whoever sits elsewhere to read or write files of the machine that the store is on.

    Raises:
        NotAllowed: the seat is a remote one.
    """
    if seat.key_id is not None:
        raise NotAllowed("Files are read and written on the firm's machine, not from a seat over SSH.")


def write_private(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a file that only its owner may read (0600).

    Args:
        replace: write over a file that is there.

    Raises:
        FileThere: there is a file, and it was not to be replaced.
        Refusal: the place does not take it. Nothing half-written is left.
    """
    name = show(str(path), 120)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.is_dir():
            raise Refusal(f"{name} is a folder; name a file.")
        if not replace and os.path.lexists(path):
            raise FileThere(f"{name} is there already.")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            if replace:
                os.replace(draft, path)
            else:
                os.link(draft, path)  # unlike a rename, never over a file that came meanwhile
        finally:
            with contextlib.suppress(FileNotFoundError):
                draft.unlink()
    except FileExistsError:
        raise FileThere(f"{name} is there already.") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Refusal(f"{name} cannot be written: {reason}.") from None
