"""The text of a file of a spreadsheet: UTF-8, UTF-16 or Windows-1252, told apart by its bytes (design/records.md, Imports)."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_UTF_8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WORD = re.compile(r"\w*[^\x00-\x7f]\w*")


class FileText(NamedTuple):
    """A text, what was understood of how it is written where that was no plain UTF-8, and its encoding as Python calls it."""

    text: str
    understood: str = ""
    encoding: str = "utf-8"


def text_of(data: bytes) -> FileText | None:
    """The text of these bytes; None where they are none of those encodings.

    Bytes that are no UTF-8 are Windows-1252 only where no letter among them is one of UTF-8: a file that has both was
    damaged, and is not guessed at.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16", "UTF-16")
    if wide := _wide(data):
        return _decoded(data, wide, "UTF-16")
    try:
        marked = data.startswith(codecs.BOM_UTF8)
        return FileText(data.decode("utf-8-sig"), "", "utf-8-sig" if marked else "utf-8")
    except UnicodeDecodeError:
        if b"\x00" in data or data.startswith(codecs.BOM_UTF8) or _UTF_8_LETTER.search(data):
            return None
        return _decoded(data, "cp1252", "Windows-1252")


def _wide(data: bytes) -> str:
    """The UTF-16 that these bytes are without a byte order mark: every second byte of its first line is nothing."""
    start = data[:64]
    for encoding, at in (("utf-16-le", 1), ("utf-16-be", 0)):
        nothing, something = start[at::2], start[1 - at :: 2]
        if len(start) >= 4 and nothing.count(0) > len(nothing) // 2 and 0 not in something:
            return encoding
    return ""


def _decoded(data: bytes, encoding: str, called: str) -> FileText | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    word = _WORD.search(text)
    return FileText(text, f"read as {called}" + (f", for example {word[0]}" if word else ""), encoding)
