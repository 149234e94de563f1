"""Other offices in words and as JSON."""

from __future__ import annotations

from typing import Any

from db import settings
from dispatch.desk.branches.looking import BranchLook, own_day
from dispatch.model.instants import Times, iso


def seen(look: BranchLook, times: Times) -> str:
    """How old what is shown of an office is, and by whose clocks its day is."""
    return look.age(times) if look.user is None else f"{look.age(times)} · its own day ({own_day(look)})"


def look_form(look: BranchLook, times: Times) -> dict[str, Any]:
    """The same as JSON."""
    firm = None if look.user is None else settings.firm(look.user.store)
    return {
        "branch": look.name,
        "where": None if look.branch is None else look.branch.location,
        "reached": look.user is not None and not look.why,
        "copied_at": None if look.copied_at is None else iso(look.copied_at, times.zone),
        "why": look.why or None,
        "firm": firm and firm.name,
        "zone": firm and firm.zone,
        "currency": firm and firm.currency,
    }
