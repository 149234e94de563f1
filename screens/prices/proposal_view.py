"""A proposal in full, wherever it is listed."""

from __future__ import annotations

from dispatch.desk.texts.proposal_words import ProposalWords
from dispatch.model.proposals import ClientProposal
from screens.prices.sheet_view import SheetView
from screens.user_screen import UserScreen


def show_proposal(screen: UserScreen, one: ClientProposal) -> None:
    """All of a proposal, and what was said to it."""
    first, *rest = ProposalWords(screen.user.store).whole(screen.user.store, one)
    screen.app.push_screen(SheetView(first, None, "", notes=rest))
