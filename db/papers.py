"""Papers that went to clients by mail, as they were written. They are kept as long as the database."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from db.among import AMONG
from db.messages import MESSAGES
from db.rows import Query, Select, Stored, column
from db.unit import Unit
from dispatch.model.messages import Message


class KeptPaper(NamedTuple):
    """A paper as it goes into the mail.

    `visit_id` is the visit that it is about alone, `visits` all whose figures stand in it, and `digest` is of what is known of them
    when it was written. `good_until` is the last day on which it holds, where there is one.
    """

    client_id: int
    visit_id: int | None
    kind: str
    title: str
    name: str
    media: str
    content: bytes
    visits: tuple[int, ...] = ()
    digest: str = ""
    good_until: str | None = None
    id: int = 0


PAPERS = Select(
    KeptPaper,
    "paper p",
    "p",
    stored={
        "content": column("content"),
        "visits": Stored(("visits",), lambda ids: (json.dumps(ids),), lambda text: tuple(json.loads(text))),
    },
)
"""Kept papers."""
paper: Query[KeptPaper | None, int] = PAPERS.single("WHERE p.id = ?")
"""The paper of that number."""
messages_of: Query[list[Message], int, int] = MESSAGES.listing(
    "WHERE m.client_id = ? AND m.paper_id IS NOT NULL ORDER BY m.id DESC LIMIT ?"
)
"""The newest messages that brought papers to a client."""
messages_with: Query[list[Message], int, str, Collection[str]] = MESSAGES.listing(
    f"WHERE m.client_id = ? AND p.kind = ? AND p.name {AMONG} ORDER BY m.id DESC"
)
"""The messages that brought a client papers of this kind, under one of these names, the newest first."""


def add_paper(unit: Unit, new: KeptPaper) -> int:
    """Keep a paper; returns its number."""
    return unit.insert_signed("paper", **PAPERS.columns(new))


def add_message(
    unit: Unit, paper_id: int, new: KeptPaper, address: str, text: str, due_at: int, site_id: int | None
) -> int:
    """Put a message that brings a paper into the outbox; returns its number."""
    return unit.insert_signed(
        "message", kind="paper", premise=unit.at, visit_id=new.visit_id, client_id=new.client_id, site_id=site_id,
        paper_id=paper_id, address=address, text=text, due_at=due_at,
    )  # fmt: skip
