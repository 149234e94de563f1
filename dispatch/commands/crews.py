"""`dispatch visit swap|share|hand-over|accept|decline|see`: who comes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch.commands.declared import JSON, REASON, Listing, acts, by, flag, on_visit, option

if TYPE_CHECKING:
    from dispatch.desk.seat import Seat

_PLACING = (
    flag("--confirm", "what the check asks to be confirmed is meant"),
    option("--override", "REASON", "although the check refuses; audited", default=""),
)
_MEANT = {"reason": "override", "confirmed": "confirm"}
_ASKED = "{0.to} is asked to take over {0.reference}; until they accept, it stays where it is."
_TAKEN = "{0.reference} may be assigned to {0.to} now. Tell {0.client} who comes."
_LEFT = "{0.reference} stays with its own technician."
_TO = option("--to", "TECHNICIAN", required=True)


def placed_lines(placed: Any, verb: str = "stands") -> Iterator[str]:
    """Where a visit stands now, and what the check says to it."""
    from dispatch.model.instants import when_text

    visit = placed.visit
    when = when_text(placed.starts_at, visit.zone)
    yield f"{visit.reference} {visit.client} {verb} {when} with {', '.join(placed.crew)}."
    yield placed.verdict.level.value
    for finding in placed.verdict.findings:
        yield f"  {finding.text}"


def _swapped(both: Any) -> Iterator[str]:
    for placed in both:
        yield from placed_lines(placed)


def _told(seat: Seat, args: argparse.Namespace) -> Listing:
    from dispatch.desk import notices
    from dispatch.model.instants import iso, when_text

    zone = seat.firm.zone
    return Listing(
        notices.note(seat) if args.note else notices.unread(seat.store, seat.staff.id),
        lambda one: {
            "reference": one.reference,
            "about": one.about.value,
            "text": one.text,
            "at": iso(one.made_at, zone),
            "noted": args.note,
        },
        lambda one: f"{when_text(one.made_at, zone)}  {one.text}",
        "Nothing was changed that you had been told.",
    )


def _asked(seat: Seat, args: argparse.Namespace) -> Listing:
    from db import handovers

    return Listing(
        handovers.open_for(seat.store, seat.staff.id),
        lambda one: (
            {"reference": one.reference, "client": one.client, "work": one.work, "asked_by": one.asked_by}
            | {"reason": one.reason}
        ),
        lambda one: f"{one.reference} {one.client}, {one.work}. {one.asked_by}: {one.reason}",
        "Nothing.",
    )


DEEDS = (
    on_visit(
        "swap",
        by("schedule.swap", "reference", "other", says=_swapped, **_MEANT),
        "exchange technicians and starts with another visit",
    ).takes(option("other", "OTHER", "the other visit's reference"), *_PLACING),
    on_visit(
        "share",
        by("schedule.share", "reference", "to", halve="halve", says=placed_lines, **_MEANT),
        "give a planned visit more technicians, or fewer, at its time",
    ).takes(
        option("--to", "TECHNICIAN", "repeat: the whole crew", action="append", required=True),
        flag("--halve", "they share the work: the stay is planned shorter"),
        *_PLACING,
    ),
    on_visit(
        "hand-over",
        by("handing_over.ask", "reference", "to", "reason", says=_ASKED),
        "lead: ask somebody else to take over a started job's visit",
    ).takes(_TO, REASON),
    on_visit("accept", by("handing_over.accept", "reference", says=_TAKEN), "agree to take a visit over"),
    on_visit(
        "decline", by("handing_over.decline", "reference", "reason", says=_LEFT), "say no to taking a visit over"
    ).takes(REASON),
    on_visit(
        "see", by("arriving.see", "reference", says=""), "note that you have seen a visit that was dispatched to you"
    ),
    acts("told", _told, "what was changed after you had been told of it").takes(
        flag("--note", "note it: it is not shown again"), JSON
    ),
    acts("asked", _asked, "what you are asked to take over").takes(JSON),
)
