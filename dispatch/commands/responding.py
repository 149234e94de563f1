"""The deeds of `dispatch visit` that move service-level clocks: answered, priority, why a target was missed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from dispatch.commands.opening import open_seat

Deed = Callable[..., argparse.ArgumentParser]


def add_deeds(deed: Deed) -> None:
    """Register them; `deed` makes the parser of one."""
    responded = deed("responded", _responded, "a human answered, a remote session began, a workaround was agreed: now")
    responded.add_argument("--by", required=True, choices=["phone", "remote", "workaround"])
    responded.add_argument("--note", default="", metavar="TEXT")
    handed = deed("handed-over", _handed_over, "the report of an audit was handed to the client: today")
    handed.add_argument("--note", default="", metavar="TEXT")
    priority = deed("priority", _priority, "another priority: the clocks are measured from receipt again")
    priority.add_argument("priority", metavar="P1..P4")
    priority.add_argument("--reason", default="", metavar="TEXT")
    explain = deed("explain", _explain, "why a target was missed; asked once, and counted in the month's figures")
    explain.add_argument("clock", metavar="CLOCK", help="phone, remote, on-site or resolution")
    explain.add_argument("--cause", required=True, metavar="TEXT")


def hold(args: argparse.Namespace) -> int:
    """`dispatch visit hold`."""
    from db import clocks
    from dispatch.desk import schedule
    from dispatch.model.text import show

    seat = open_seat(args)
    visit = schedule.hold(seat, args.reference, args.reason, kind=args.waiting_for, whom=args.whom)
    wait = clocks.open_wait(seat.store, visit.id)
    assert wait is not None
    print(
        f"{show(visit.reference)} {show(visit.client)}: {visit.state.label}, waiting for {show(wait.whom)} ({wait.kind})."
    )
    return 0


def hold_options(parser: argparse.ArgumentParser) -> None:
    """What `hold` takes beside its reason."""
    parser.add_argument(
        "--for",
        dest="waiting_for",
        default="client",
        choices=["client", "parts", "vendor"],
        help="who is waited for; waiting for the client stops the on-site and resolution clocks (default: client)",
    )
    parser.add_argument("--whom", default="", metavar="NAME", help="the person asked (default: who reported it)")


def _responded(args: argparse.Namespace) -> int:
    from dispatch.desk import responding

    return _said(args, responding.responded(open_seat(args), args.reference, args.by, args.note))


def _handed_over(args: argparse.Namespace) -> int:
    from dispatch.desk import responding

    return _said(args, responding.handed_over(open_seat(args), args.reference, args.note))


def _priority(args: argparse.Namespace) -> int:
    from dispatch.desk import responding

    return _said(args, responding.set_priority(open_seat(args), args.reference, args.priority, args.reason))


def _explain(args: argparse.Namespace) -> int:
    from dispatch.desk import responding

    return _said(args, responding.explain(open_seat(args), args.reference, args.clock, args.cause))


def _said(args: argparse.Namespace, visit: Any) -> int:
    """Say how the visit and its clocks stand now."""
    from dispatch.commands.opening import open_store
    from dispatch.desk.level_words import clock_lines
    from dispatch.desk.levels import clocks_of
    from dispatch.model.text import show

    print(f"{show(visit.reference)} {show(visit.client)}: {visit.state.label}, P{visit.priority}.")
    found = clocks_of(open_store(args), [visit]).get(visit.id, ())
    if found:
        print("\n".join(f"  {line}" for line in clock_lines(found, visit.zone)))
    return 0
