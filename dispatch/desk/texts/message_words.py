"""Messages to clients as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.desk.messages.outbox import moment
from dispatch.model.forms import form
from dispatch.model.messages import Message
from dispatch.model.text import pad, show


def message_lines(found: Sequence[Message], zone: str, hours24: bool = True) -> Iterator[str]:
    """The outbox as text, a message a line."""
    if not found:
        yield "Nothing waits, and nothing went wrong."
    for message in found:
        yield " ".join(
            (
                f"{message.id:>5}",
                pad(show(message.reference), 7),
                pad(message.about.label, 10),
                pad(message.fate.value, 8),
                moment(message, zone, hours24),
                show(message.address),
                f"({show(message.why)})" if message.why else "",
            )
        ).rstrip()


def message_form(message: Message, zone: str) -> dict[str, Any]:
    """A message as JSON (docs/json.md)."""
    keys = "message=id reference client about address text state=fate made_at@ due_at@ tries ended_at@ why?"
    return form(message, keys, zone)
