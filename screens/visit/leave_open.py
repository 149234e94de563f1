"""Why a visit is left open, and how it goes on, asked for in a form."""

from __future__ import annotations

from typing import Any

from db import settings
from dispatch.desk.closeout.leaving import NoneWanted
from dispatch.model.spans import parse_minutes
from dispatch.model.typed_times import parse_day
from screens.dialogs.asked import YES_NO, AskedField, day_fault
from screens.user_screen import UserScreen

_FIELDS = (
    AskedField("reason", "Why"),
    AskedField("on", "Follow-up wanted on", "tomorrow"),
    AskedField("minutes", "Its length", placeholder="45, 1h30; empty: as this visit"),
    AskedField("ours", "Our own failure", "no", options=YES_NO),
    AskedField("said_by", "Or none: who wants none"),
    AskedField("words", "In the client's words"),
)


async def ask_leaving(screen: UserScreen) -> dict[str, Any]:
    """What `leaving.leave` is given beside the visit."""
    today = settings.today(screen.user.store)

    def faults_of(form: dict[str, str]) -> list[str]:
        faults = [] if form["reason"].strip() else ["why: is missing"]
        if form["said_by"].strip() or form["words"].strip():
            faults += [] if form["said_by"].strip() else ["none wanted: say who wants none"]
            faults += [] if len(form["words"].strip()) >= 3 else ["none wanted: the client's own words are missing"]
        elif form["on"].strip() and (fault := day_fault(form["on"], today)):
            faults.append(f"follow-up: {fault}")
        try:
            parse_minutes(form["minutes"] or "1")
        except ValueError as fault:
            faults.append(f"its length: {fault}")
        return faults

    form = await screen.fill("Leave open", _FIELDS, faults_of)
    none = NoneWanted(form["said_by"], form["words"]) if form["said_by"].strip() else None
    return {
        "reason": form["reason"],
        "follow_up_on": parse_day(form["on"], today=today) if none is None and form["on"].strip() else None,
        "minutes": parse_minutes(form["minutes"]) if form["minutes"].strip() else None,
        "our_fault": form["ours"] == "yes",
        "none_wanted": none,
    }
