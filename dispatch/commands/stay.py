"""`dispatch visit pause`, `correct`, `did-not-come`, `break`, `use`, `mark` and their like: the clock of a stay and its charge."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from dispatch.commands.opening import open_seat

if TYPE_CHECKING:
    from dispatch.desk.seat import Seat
    from dispatch.model.visits import Visit

Deed = Callable[..., argparse.ArgumentParser]


def add_deeds(deed: Deed) -> None:
    """Register the deeds with the group of `dispatch visit`."""
    from dispatch.model.stays import MARKS, MOMENTS

    pause = deed("pause", _pause, "begin a break, which is not charged, or a wait, which is")
    pause.add_argument("kind", choices=["break", "wait"])
    deed("resume-work", _resume, "go on working after a break or a wait")
    home = deed("home", _home, "home, or back at the depot, from the last visit")
    home.add_argument("--at", metavar="WHEN", help="default: now")
    correct = deed("correct", _correct, "put a recorded time right; what the clock had recorded is kept")
    correct.add_argument("what", choices=list(MOMENTS))
    correct.add_argument("--at", required=True, metavar="WHEN", help="the right time, or none")
    absent = deed(
        "did-not-come", _did_not_come, "say that somebody of the crew never came; nothing of theirs is charged"
    )
    absent.add_argument("--technician", required=True, metavar="NAME", help="who did not come")
    broken = deed("break", _break, "enter a break that was not clocked, or take one out with --off")
    broken.add_argument("--off", action="store_true", help="it was work")
    mark = deed("mark", _mark, "mark work that is charged otherwise; default: the span of the last work entry")
    mark.add_argument("kind", choices=list(MARKS), help="; ".join(f"{name}: {text}" for name, text in MARKS.items()))
    unmark = deed("unmark", _unmark, "take all marks off")
    for parser, needed in ((broken, True), (mark, False)):
        parser.add_argument("--from", dest="starts", required=needed, metavar="WHEN")
        parser.add_argument("--to", dest="ends", required=needed, metavar="WHEN")
    use = deed("use", _use, "enter something that was used; tests must pass again after it")
    use.add_argument("item", metavar="CODE", help="its code on the rate card; with --amount any name")
    use.add_argument("--quantity", default="1")
    use.add_argument("--amount", help="lead: the price of one that is not on the rate card")
    use.add_argument("--untaxed", action="store_true", help="with --amount: it is not taxed")
    back = deed("take-back", _take_back, "take back an item that was entered by mistake")
    back.add_argument("item", type=int, metavar="NUMBER", help="its number, as `visit show` has it")
    for parser in (correct, absent, broken, mark, unmark, back):
        parser.add_argument("--reason", required=True, metavar="TEXT")
    for parser in (correct, broken, mark, unmark):
        parser.add_argument("--technician", metavar="NAME", help="whose, where a lead does it for a crew")
    for parser in (home, correct, absent, broken, mark, unmark, back):
        parser.add_argument(
            "--check", action="store_true", help="only say what it would change of the charge, line by line"
        )


def _pause(args: argparse.Namespace) -> int:
    from dispatch.desk import clocking

    return _said(clocking.pause(open_seat(args), args.reference, args.kind))


def _resume(args: argparse.Namespace) -> int:
    from dispatch.desk import clocking

    return _said(clocking.resume(open_seat(args), args.reference))


def _home(args: argparse.Namespace) -> int:
    from dispatch.desk import clocking

    seat = open_seat(args)
    at = None if args.at is None else when(seat, args.reference, args.at)
    return _settled(seat, args, lambda: clocking.home(seat, args.reference, at))


def _correct(args: argparse.Namespace) -> int:
    from dispatch.desk import clocking

    seat = open_seat(args)
    at = None if args.at.strip().casefold() == "none" else when(seat, args.reference, args.at)
    return _settled(
        seat,
        args,
        lambda: clocking.correct(seat, args.reference, args.what, at, args.reason, technician=args.technician),
    )


def _did_not_come(args: argparse.Namespace) -> int:
    from dispatch.desk import clocking

    seat = open_seat(args)
    return _settled(seat, args, lambda: clocking.did_not_come(seat, args.reference, args.technician, args.reason))


def _break(args: argparse.Namespace) -> int:
    from dispatch.desk import clocking

    seat = open_seat(args)
    starts, ends = (when(seat, args.reference, typed) for typed in (args.starts, args.ends))
    rewrite = clocking.drop_break if args.off else clocking.put_break
    return _settled(
        seat, args, lambda: rewrite(seat, args.reference, starts, ends, args.reason, technician=args.technician)
    )


def _mark(args: argparse.Namespace) -> int:
    from dispatch.desk import marking

    seat = open_seat(args)
    starts, ends = (None if typed is None else when(seat, args.reference, typed) for typed in (args.starts, args.ends))
    return _settled(
        seat,
        args,
        lambda: marking.mark(
            seat, args.reference, args.kind, args.reason, starts_at=starts, ends_at=ends, technician=args.technician
        ),
    )


def _unmark(args: argparse.Namespace) -> int:
    from dispatch.desk import marking

    seat = open_seat(args)
    return _settled(seat, args, lambda: marking.unmark(seat, args.reference, args.reason, technician=args.technician))


def _use(args: argparse.Namespace) -> int:
    from dispatch.desk import onsite

    return _said(
        onsite.use(
            open_seat(args), args.reference, args.item, args.quantity, amount=args.amount, taxable=not args.untaxed
        )
    )


def _take_back(args: argparse.Namespace) -> int:
    from dispatch.desk import materials

    seat = open_seat(args)
    return _settled(seat, args, lambda: materials.take_back(seat, args.reference, args.item, args.reason))


def when(seat: Seat, reference: str, typed: str) -> int:
    """An instant as it is typed: a clock time is on the day of the visit, in its site's zone.

    Raises:
        Refusal: it cannot be read.
    """
    from dispatch.desk.refusals import Refusal
    from dispatch.desk.visit_page import find
    from dispatch.model.instants import day_of, parse_when

    visit = find(seat.store, reference)
    begun = visit.checked_in_at or visit.starts_at or seat.now
    try:
        return parse_when(typed, visit.zone, now=seat.now, day=day_of(begun, visit.zone))
    except ValueError as fault:
        raise Refusal(str(fault)) from None


def _settled(seat: Seat, args: argparse.Namespace, deed: Callable[[], Visit]) -> int:
    """Do what changes a charge, or with --check only say what it would change."""
    if not args.check:
        return _said(deed())
    print_change(seat, args.reference, deed)
    return 0


def print_change(seat: Seat, reference: str, deed: Callable[[], object]) -> None:
    """Say what a deed would make of a visit's charge, line by line."""
    from dispatch.desk.rehearsing import rehearse
    from dispatch.model.text import show

    lines = rehearse(seat, reference, deed).lines() or ["The charge would stay as it is."]
    print("\n".join(show(line) for line in lines))


def _said(visit: Visit) -> int:
    from dispatch.model.text import show

    print(f"{show(visit.reference)} {show(visit.client)}: {visit.state.label}.")
    return 0
