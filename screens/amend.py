"""The form in which a request is changed after it was asked."""

from __future__ import annotations

from dataclasses import replace

from db.faults import StoreFault
from dispatch.desk import amending
from dispatch.desk.intake import Request
from dispatch.desk.refusals import Refusal
from screens.dialogs import Form
from screens.new_request import FIELDS
from screens.seated import SeatedScreen

_FIXED = ("client", "site", "same_job")
"""What a visit keeps: another client or site is another visit."""


async def ask_amendment(screen: SeatedScreen, reference: str) -> None:
    """Show the request of a visit, and take over what is changed in it."""
    try:
        visit = amending.visit_to_amend(screen.seat.store, reference)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    request = amending.request_of(visit)
    window = f"{request.promised_from}-{request.promised_to}" if request.promised_from else ""
    values = {
        "work": request.work,
        "minutes": str(request.minutes),
        "wanted_on": request.wanted_on or "",
        "promised": window,
        "priority": request.priority,
        "skills": ", ".join(request.skills),
        "tags": ", ".join(request.tags),
        "preferred": request.preferred or "",
        "reported_by": request.reported_by,
        "came_by": request.came_by,
        "emergency": "yes" if request.emergency else "no",
    }
    names = {"date": "wanted_on"}
    fields = [
        replace(field, name=names.get(field.name, field.name), value=values[names.get(field.name, field.name)])
        for field in FIELDS
        if field.name not in _FIXED
    ]
    typed: list[Request] = []

    def check(entered: dict[str, str]) -> list[str]:
        def read() -> None:
            new = replace(amending.retyped(visit, entered), emergency=entered["emergency"] == "yes")
            amending.check(screen.seat, reference, new)
            typed.append(new)

        return screen.faults_of(read)

    entered = await screen.app.push_screen_wait(Form(f"{reference} {visit.client}", fields, check))
    if entered is not None:
        await screen.insist(f"Change {reference}", amending.amend, reference, typed[-1], version=visit.version)
