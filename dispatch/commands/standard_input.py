"""`-` where a command reads a file: what comes on standard input."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from dispatch.desk.session.refusals import Refusal
from dispatch.model.paths import typed_path
from dispatch.model.text import show

NAME = "standard input"
LARGEST = 100_000_000
"""Bytes of standard input that are taken; a file may be larger."""
_CHUNK = 1 << 16


@contextlib.contextmanager
def file_named(name: str, *, of_any_size: bool = False) -> Iterator[Path]:
    """The file that a command was given; for `-` one that holds standard input, and only as long as this lasts.

    It is private, and what reads it refuses what is no such file in the same words as of any other, by the name
    “standard input”.

    Args:
        name: as it was typed.
        of_any_size: standard input may have more than `LARGEST` bytes.

    Raises:
        Refusal: standard input has more than `LARGEST` bytes, or cannot be read.
    """
    if name != "-":
        yield typed_path(name)
        return
    with TemporaryDirectory(prefix="dispatch-") as folder:
        path = Path(folder) / NAME
        _take(path, sys.maxsize if of_any_size else LARGEST)
        yield path


def text_named(name: str, most: int) -> str:
    """The text of the file that a command was given; one byte more than `most` where it has more, so that it can be refused.

    Raises:
        Refusal: it cannot be read, or is not text.
    """
    shown = show(called(name), 80)
    try:
        with typed_path(name).open("rb") if name != "-" else contextlib.nullcontext(sys.stdin.buffer) as file:
            return file.read(most + 1).decode()
    except OSError as error:
        raise Refusal(f"{shown} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except UnicodeDecodeError:
        raise Refusal(f"{shown} is not text.") from None


def called(name: str) -> str:
    """What a file that a command was given is called in sentences."""
    return NAME if name == "-" else name


def _take(path: Path, largest: int) -> None:
    left = largest
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while chunk := sys.stdin.buffer.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Refusal(
                        f"More than {largest:,} bytes come on {NAME}; put them into a file. Nothing was changed."
                    )
                file.write(chunk)
    except OSError as error:
        raise Refusal(f"{NAME} cannot be read: {(error.strerror or str(error)).lower()}.") from None
