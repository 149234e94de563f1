"""The form in which a request is changed after it was asked."""

from __future__ import annotations

from db.faults import StoreFault
from dispatch.desk.book.context import Desk
from dispatch.desk.requests import amending
from dispatch.desk.session.refusals import Refusal
from dispatch.model.requests import Request
from dispatch.records.requests import REQUEST
from screens.record_forms import line_of
from screens.user_screen import UserScreen

_FIXED = ("client", "site", "same_job")
"""What a visit keeps: another client or site is another visit."""


async def ask_amendment(screen: UserScreen, reference: str) -> None:
    """Show the request of a visit, and take over what is changed in it."""
    try:
        visit = amending.visit_to_amend(screen.user.store, reference)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    desk = Desk.for_user(screen.user)
    texts = REQUEST.texts(Request.of(visit), desk)
    fields = [line_of(field, texts[field.name], desk) for field in REQUEST.typed if field.name not in _FIXED]

    def check(entered: dict[str, str]) -> list[str]:
        return screen.faults_of(lambda: amending.check(screen.user, reference, entered), saves=False)

    entered = await screen.fill(f"{reference} {visit.client}", fields, check)
    await screen.insist(f"Change {reference}", amending.amend, reference, entered, version=visit.version)
