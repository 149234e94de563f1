"""`dispatch visit swap|share|hand-over|accept|decline|see`: who comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dispatch.commands.declared import acts, by, on_visit
from dispatch.commands.options import JSON, REASON, Args, User, flag, option
from dispatch.commands.printing import Answer, listing
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.instants import when_text

with lazily(__name__):
    from db import handovers
    from dispatch.desk.day import notices

CONFIRM = option(
    "--confirm",
    "MARKS",
    "what was shown is meant: the marks that the refusal names",
    nargs="?",
    const=(),
    default=(),
    type=lambda text: tuple(text.split(",")),
)
"""On a terminal it is shown and asked for, and no mark is typed."""
PLACING = (CONFIRM, option("--override", "REASON", "although the check refuses; audited", default=""))
MEANT = {"reason": "override", "confirmed": "confirm"}
"""What a deed calls the options that let a place stand although the check speaks against it."""
_ASKED = "{0.to} is asked to take over {0.reference}; until they accept, it stays where it is."
_TAKEN = "{0.reference} may be assigned to {0.to} now. Tell {0.client} who comes."
_LEFT = "{0.reference} stays with its own technician."
_TO = option("--to", "TECHNICIAN", required=True)


def placed_lines(placed: Any, verb: str = "stands") -> Iterator[str]:
    """Where a visit stands now, and what the check says to it."""
    visit = placed.visit
    when = when_text(placed.starts_at, visit.zone)
    yield f"{visit.reference} {visit.client} {verb} {when} with {', '.join(placed.crew)}."
    yield placed.verdict.level.value
    for finding in placed.verdict.findings:
        yield f"  {finding.text}"


def _swapped(both: Any) -> Iterator[str]:
    for placed in both:
        yield from placed_lines(placed)


@acts(
    "changes",
    "what was changed after you had been told of it",
    flag("--note", "note it: it is not shown again"),
    JSON,
    earlier="told",
)
def _changes(user: User, args: Args) -> Answer:
    zone = user.firm.zone
    return listing(
        notices.note(user) if args.note else notices.unread(user.store, user.staff.id),
        lambda notice: form(notice, "reference about text at=made_at@ noted", zone, noted=args.note),
        lambda notice: f"{when_text(notice.made_at, zone)}  {notice.text}",
        "Nothing was changed that you had been told.",
    )


@acts("asked", "what you are asked to take over", JSON)
def _asked(user: User, _: Args) -> Answer:
    return listing(
        handovers.open_for(user.store, user.staff.id),
        lambda request: form(request, "reference client work asked_by reason"),
        lambda request: f"{request.reference} {request.client}, {request.work}. {request.asked_by}: {request.reason}",
        "Nothing.",
    )


DEEDS = (
    on_visit(
        "swap",
        "exchange technicians and starts with another visit",
        option("other", "OTHER", "the other visit's reference"),
        *PLACING,
    )(by("plan.schedule.swap", _swapped, **MEANT)),
    on_visit(
        "share",
        "give a planned visit more technicians, or fewer, at its time",
        option("--to", "TECHNICIAN", "repeat: the whole crew", action="append", required=True),
        flag("--halve", "they share the work: the stay is planned shorter"),
        *PLACING,
    )(by("plan.schedule.share", placed_lines, crew="to", **MEANT)),
    on_visit("hand-over", "lead: ask somebody else to take over a started job's visit", _TO, REASON)(
        by("closeout.handing_over.ask", _ASKED)
    ),
    on_visit("accept", "agree to take a visit over")(by("closeout.handing_over.accept", _TAKEN)),
    on_visit("decline", "say no to taking a visit over", REASON)(
        by("closeout.handing_over.decline", _LEFT, words="reason")
    ),
    on_visit("see", "note that you have seen a visit that was dispatched to you")(
        by("closeout.arriving.see", "You have seen {0.reference} {0.client}.")
    ),
    _changes,
    _asked,
)
