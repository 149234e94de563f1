"""The words that somebody gives with a deed: cleaned, and refused by the name of their field."""

from __future__ import annotations

from dispatch.closeout.answers import WHY, tells
from dispatch.desk.session.refusals import Faulty
from dispatch.model import text as limits
from dispatch.model.text import TextRefused, clean, show


def worded(name: str, text: str, limit: int = limits.LINE, *, least: int = 0, multiline: bool = False) -> str:
    """A text as it is kept.

    Args:
        name: of the field, for the message.
        text: as it was typed; it may be empty unless `least` says otherwise.
        limit: its longest, in characters.
        least: where it has to tell something (dispatch.closeout.answers.tells): its letters or digits.
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
    if least and not tells(cleaned, least):
        raise Faulty(
            [f"{name}: “{show(cleaned, 40)}” says nothing; at least {least} letters or digits that do are expected"]
        )
    return cleaned


def taken(name: str, text: str, limit: int, faults: list[str], *, needed: bool = False) -> str:
    """A text as it is kept, beside others: what keeps it from being taken, or that it is missing where it is `needed`, is added
    to `faults`."""
    try:
        cleaned = clean(text, limit=limit, multiline=limit == limits.NOTE)
    except TextRefused as fault:
        faults.append(f"{name}: {fault}")
        return ""
    if needed and not cleaned:
        faults.append(f"{name}: is missing")
    return cleaned


def reason_of(text: str) -> str:
    """A reason as it is kept.

    Raises:
        Faulty: there is none, it tells nothing, or it cannot be taken.
    """
    return worded("reason", text, least=WHY)
