"""Call-ahead: contact with a client before arrival, logged."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class CallOutcome(StrEnum):
    """What came of a call."""

    OWED = "owed"
    """Not made yet: the plan was changed, and the client expects us at the time that stood before."""
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


class Call(NamedTuple):
    """One entry of the call-ahead log. `promised` is the time that the client was told, or still expects (owed)."""

    id: int
    visit_id: int
    by: str
    at: int
    outcome: CallOutcome
    promised: int | None = None
    phone: str = ""
    note: str = ""
