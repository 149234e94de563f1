"""`dispatch visit swap|share|hand-over|accept|decline|see`: who comes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from dispatch.commands.opening import open_seat

Deed = Callable[..., argparse.ArgumentParser]


def add_deeds(deed: Deed) -> None:
    """Register the deeds with the group of `dispatch visit`."""
    swap = deed("swap", _swap, "exchange technicians and starts with another visit")
    swap.add_argument("other", metavar="OTHER", help="the other visit's reference")
    share = deed("share", _share, "give a planned visit more technicians, or fewer, at its time")
    share.add_argument("--to", action="append", required=True, metavar="TECHNICIAN", help="repeat: the whole crew")
    share.add_argument("--halve", action="store_true", help="they share the work: the stay is planned shorter")
    for parser in (swap, share):
        parser.add_argument("--confirm", action="store_true", help="what the check asks to be confirmed is meant")
        parser.add_argument("--override", default="", metavar="REASON", help="although the check refuses; audited")
    over = deed("hand-over", _hand_over, "lead: ask somebody else to take over a started job's visit")
    over.add_argument("--to", required=True, metavar="TECHNICIAN")
    over.add_argument("--reason", required=True, metavar="TEXT")
    deed("accept", _accept, "agree to take a visit over")
    no = deed("decline", _decline, "say no to taking a visit over")
    no.add_argument("--reason", required=True, metavar="TEXT")
    deed("see", _see, "note that you have seen a visit that was dispatched to you")
    told = deed("told", _told, "what was changed after you had been told of it", reference=False)
    told.add_argument("--note", action="store_true", help="note it: it is not shown again")
    told.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    asked = deed("asked", _asked, "what you are asked to take over", reference=False)
    asked.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")


def _swap(args: argparse.Namespace) -> int:
    from dispatch.desk import schedule

    for placed in schedule.swap(
        open_seat(args), args.reference, args.other, reason=args.override, confirmed=args.confirm
    ):
        _tell(placed)
    return 0


def _share(args: argparse.Namespace) -> int:
    from dispatch.desk import schedule

    _tell(
        schedule.share(
            open_seat(args), args.reference, args.to, halve=args.halve, reason=args.override, confirmed=args.confirm
        )
    )
    return 0


def _hand_over(args: argparse.Namespace) -> int:
    from dispatch.desk import handing_over
    from dispatch.model.text import show

    asked = handing_over.ask(open_seat(args), args.reference, args.to, args.reason)
    print(f"{show(asked.to)} is asked to take over {show(asked.reference)}; until they accept, it stays where it is.")
    return 0


def _accept(args: argparse.Namespace) -> int:
    from dispatch.desk import handing_over
    from dispatch.model.text import show

    taken = handing_over.accept(open_seat(args), args.reference)
    print(f"{show(taken.reference)} may be assigned to {show(taken.to)} now. Tell {show(taken.client)} who comes.")
    return 0


def _decline(args: argparse.Namespace) -> int:
    from dispatch.desk import handing_over
    from dispatch.model.text import show

    left = handing_over.decline(open_seat(args), args.reference, args.reason)
    print(f"{show(left.reference)} stays with its own technician.")
    return 0


def _see(args: argparse.Namespace) -> int:
    from dispatch.desk import arriving

    arriving.see(open_seat(args), args.reference)
    return 0


def _told(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.desk import notices
    from dispatch.model.instants import clock_text, day_of, day_text, iso
    from dispatch.model.text import show

    seat = open_seat(args)
    found = notices.note(seat) if args.note else notices.unread(seat.store, seat.staff.id)
    zone = seat.firm.zone
    if args.json:
        print_json(
            [
                {
                    "reference": one.reference,
                    "about": one.about.value,
                    "text": one.text,
                    "at": iso(one.made_at, zone),
                    "noted": args.note,
                }
                for one in found
            ]
        )
        return 0
    for one in found:
        print(f"{day_text(day_of(one.made_at, zone))} {clock_text(one.made_at, zone)}  {show(one.text)}")
    if not found:
        print("Nothing was changed that you had been told.")
    return 0


def _asked(args: argparse.Namespace) -> int:
    from db import handovers
    from dispatch.commands.forms import print_json
    from dispatch.model.text import show

    seat = open_seat(args)
    found = handovers.open_for(seat.store, seat.staff.id)
    if args.json:
        print_json(
            [
                {"reference": one.reference, "client": one.client, "work": one.work, "asked_by": one.asked_by}
                | {"reason": one.reason}
                for one in found
            ]
        )
        return 0
    for one in found:
        print(f"{show(one.reference)} {show(one.client)}, {show(one.work)}. {show(one.asked_by)}: {show(one.reason)}")
    if not found:
        print("Nothing.")
    return 0


def _tell(placed: Any) -> None:
    from dispatch.model.instants import clock_text, day_of, day_text
    from dispatch.model.text import show

    visit = placed.visit
    when = f"{day_text(day_of(placed.starts_at, visit.zone))} {clock_text(placed.starts_at, visit.zone)}"
    print(f"{show(visit.reference)} {show(visit.client)} stands {when} with {', '.join(map(show, placed.crew))}.")
    print(placed.verdict.level.value + "".join(f"\n  {show(finding.text)}" for finding in placed.verdict.findings))
