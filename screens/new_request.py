"""The form for a new request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from db.faults import StoreFault
from dispatch.desk.intake import Request, add
from dispatch.desk.refusals import Faulty, Refusal
from dispatch.model.visits import CAME_BY, Visit
from screens.dialogs import YES_NO, Field, Form
from screens.seated import SeatedScreen

PRIORITIES = ("P1", "P2", "P3", "P4")
USUAL_WAY = "phone"
"""How a request comes in that somebody types here, unless they say another way."""
FIELDS = (
    Field("client", "Client", placeholder="the name, as it stands in the book"),
    Field("site", "Site", placeholder="only where the client has more than one"),
    Field("work", "What is asked for"),
    Field("minutes", "Minutes of work", "60"),
    Field("date", "Wanted on", placeholder="2026-11-24, tomorrow, tue; empty: any day"),
    Field("promised", "Promised window", placeholder="09:00-11:00, or empty"),
    Field("priority", "Priority", "P3", options=PRIORITIES),
    Field("skills", "Skills", placeholder="server, network"),
    Field("tags", "Tags", placeholder="server, restart, network, many"),
    Field("preferred", "Preferred technician"),
    Field("reported_by", "Reported by"),
    Field("came_by", "Came in by", USUAL_WAY, options=("", *CAME_BY)),
    Field("same_job", "Same job as", placeholder="R4001: another visit of that job; empty: a new one"),
    Field("emergency", "Emergency", "no", options=YES_NO),
)


async def ask_request(screen: SeatedScreen, texts: Mapping[str, str] | None = None) -> Visit | None:
    """Ask for a request and put it into the queue; None when the form was left.

    The form stays open with everything that was typed until the request is taken.

    Args:
        texts: what stands in the fields at first; a field that it does not name has its usual text.
    """
    taken: list[Visit] = []

    def save(entered: dict[str, str]) -> list[str]:
        window = (
            [part.strip() for part in entered["promised"].replace("–", "-").split("-")] if entered["promised"] else []
        )
        if len(window) not in (0, 2):
            return ["promised window: two times, for example 09:00-11:00"]
        request = Request(
            client=entered["client"],
            site=entered["site"].strip() or None,
            work=entered["work"],
            minutes=entered["minutes"],
            wanted_on=entered["date"].strip() or None,
            promised_from=window[0] if window else None,
            promised_to=window[1] if window else None,
            priority=entered["priority"],
            skills=_words(entered["skills"]),
            tags=_words(entered["tags"]),
            preferred=entered["preferred"].strip() or None,
            reported_by=entered["reported_by"],
            came_by=entered["came_by"],
            same_job=entered["same_job"].strip() or None,
            emergency=entered["emergency"] == "yes",
        )
        try:
            taken.append(add(screen.seat, request))
        except Faulty as fault:
            return list(fault.faults)
        except (StoreFault, Refusal) as refusal:
            return [str(refusal)]
        return []

    fields = [replace(field, value=(texts or {}).get(field.name, field.value)) for field in FIELDS]
    await screen.app.push_screen_wait(Form("New request", fields, save))
    return taken[0] if taken else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace(",", " ").replace(";", " ").split() if word)
