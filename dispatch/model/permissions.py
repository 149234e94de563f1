"""What a technician asks a lead for: that words settle a test which nothing can run (design/close-out.md C5a)."""

from __future__ import annotations

from typing import NamedTuple


class Asking(NamedTuple):
    """A permission that is asked for and not answered; `why` may be empty."""

    id: int
    visit_id: int
    reference: str
    client: str
    item_id: int
    item: str
    label: str
    by: str
    at: int
    why: str
