"""The deeds of `dispatch visit` that move service-level clocks: answered, priority, why a target was missed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dispatch.commands.declared import REASON, By, Result, by, on_visit, option

if TYPE_CHECKING:
    from dispatch.desk.seat import Seat


def _hold(seat: Seat, args: argparse.Namespace) -> str:
    from db import clocks
    from dispatch.desk import schedule

    visit = schedule.hold(seat, args.reference, args.reason, kind=args.waiting_for, whom=args.whom)
    wait = clocks.open_wait(seat.store, visit.id)
    assert wait is not None
    return f"{visit.reference} {visit.client}: {visit.state.label}, waiting for {wait.whom} ({wait.kind})."


def _moves(deed: By) -> Callable[[Seat, argparse.Namespace], Result]:
    """A deed, and how the visit and its clocks stand after it."""

    def run(seat: Seat, args: argparse.Namespace) -> Iterator[str]:
        from dispatch.desk.level_words import clock_lines
        from dispatch.desk.levels import clocks_of

        visit = deed(seat, args)
        yield f"{visit.reference} {visit.client}: {visit.state.label}, P{visit.priority}."
        if found := clocks_of(seat.store, [visit]).get(visit.id, ()):
            yield from (f"  {line}" for line in clock_lines(found, visit.zone))

    return run


_NOTE = option("--note", "TEXT", default="")
HOLD = on_visit("hold", _hold, "put a visit on hold: waiting for the client, parts or a vendor").takes(
    option(
        "--for",
        None,
        "who is waited for; waiting for the client stops the on-site and resolution clocks (default: client)",
        dest="waiting_for",
        default="client",
        choices=["client", "parts", "vendor"],
    ),
    option("--whom", "NAME", "the person asked (default: who reported it)", default=""),
    REASON,
)
DEEDS = (
    on_visit(
        "responded",
        _moves(by("responding.responded", "reference", "by", "note")),
        "a human answered, a remote session began, a workaround was agreed: now",
    ).takes(option("--by", required=True, choices=["phone", "remote", "workaround"]), _NOTE),
    on_visit(
        "handed-over",
        _moves(by("responding.handed_over", "reference", "note")),
        "the report of an audit was handed to the client: today",
    ).takes(_NOTE),
    on_visit(
        "priority",
        _moves(by("responding.set_priority", "reference", "priority", "reason")),
        "another priority: the clocks are measured from receipt again",
    ).takes(option("priority", "P1..P4"), option("--reason", "TEXT", default="")),
    on_visit(
        "explain",
        _moves(by("responding.explain", "reference", "clock", "cause")),
        "why a target was missed; asked once, and counted in the month's figures",
    ).takes(option("clock", "CLOCK", "phone, remote, on-site or resolution"), option("--cause", "TEXT", required=True)),
)
