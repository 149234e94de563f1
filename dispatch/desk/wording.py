"""The words that somebody gives with a deed: cleaned, and refused by the name of their field."""

from __future__ import annotations

from dispatch.desk.refusals import Faulty
from dispatch.model import text as limits
from dispatch.model.text import TextRefused, clean


def worded(name: str, text: str, limit: int = limits.LINE, *, least: int = 0, multiline: bool = False) -> str:
    """A text as it is kept.

    Args:
        name: of the field, for the message.
        text: as it was typed; it may be empty unless `least` says otherwise.
        limit: its longest, in characters.
        least: its shortest.
        multiline: whether it may have more than one line.

    Raises:
        Faulty: it cannot be taken.
    """
    try:
        cleaned = clean(text, limit=limit, multiline=multiline)
    except TextRefused as fault:
        raise Faulty([f"{name}: {fault}"]) from None
    if least and not cleaned:
        raise Faulty([f"{name}: is missing"])
    if len(cleaned) < least:
        raise Faulty([f"{name}: at least {least} characters are expected"])
    return cleaned
