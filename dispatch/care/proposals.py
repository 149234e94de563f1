"""When a proposal is asked about again (design/account-care.md E18)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from dispatch.care.account import Account
from dispatch.care.item import CareItem, dated
from dispatch.model.proposals import WAITING, ProposalState

FOLLOW_UP = 7
"""Days after it was sent, where nobody says otherwise."""


def follow_ups(account: Account, today: datetime.date) -> Iterator[CareItem]:
    """A prompt for each day on which a proposal is to be asked about, and one when it has expired without an answer."""
    for one in account.proposals:
        state = one.state_on(today)
        if state not in WAITING:
            continue
        if state is ProposalState.EXPIRED and one.until is not None:
            why = f"proposal {one.id} held until {one.until}, and nobody has answered"
            yield from dated(
                CareItem("E18", f"{one.id}.ended", "ask about our proposal", why, one.until, one.until), today
            )
        elif one.follow_up is not None:
            said = f": {one.note}" if one.note else ""
            why = f"proposal {one.id} is {'asked about' if state is ProposalState.QUESTION else 'sent'}{said}"
            day = one.follow_up
            yield from dated(CareItem("E18", f"{one.id}.{day}", "ask about our proposal", why, day, day), today)
