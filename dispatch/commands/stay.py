"""`dispatch visit pause`, `correct`, `did-not-come`, `break`, `use`, `mark` and their like: the clock of a stay and its charge."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from dispatch.commands.declared import (
    REASON,
    STANDS,
    Command,
    Option,
    Result,
    by,
    flag,
    on_visit,
    option,
    stands,
)
from dispatch.model.stays import MARKS, MOMENTS

if TYPE_CHECKING:
    from dispatch.desk.seat import Seat
    from dispatch.model.visits import Visit


def _home(seat: Seat, args: argparse.Namespace) -> Visit:
    from dispatch.desk import clocking

    return clocking.home(seat, args.reference, None if args.at is None else when(seat, args.reference, args.at))


def _correct(seat: Seat, args: argparse.Namespace) -> Visit:
    from dispatch.desk import clocking

    at = None if args.at.strip().casefold() == "none" else when(seat, args.reference, args.at)
    return clocking.correct(seat, args.reference, args.what, at, args.reason, technician=args.technician)


def _break(seat: Seat, args: argparse.Namespace) -> Visit:
    from dispatch.desk import clocking

    starts, ends = (when(seat, args.reference, typed) for typed in (args.starts, args.ends))
    rewrite = clocking.drop_break if args.off else clocking.put_break
    return rewrite(seat, args.reference, starts, ends, args.reason, technician=args.technician)


def _mark(seat: Seat, args: argparse.Namespace) -> Visit:
    from dispatch.desk import marking

    starts, ends = (None if typed is None else when(seat, args.reference, typed) for typed in (args.starts, args.ends))
    return marking.mark(
        seat, args.reference, args.kind, args.reason, starts_at=starts, ends_at=ends, technician=args.technician
    )


def _use(seat: Seat, args: argparse.Namespace) -> str:
    from dispatch.desk import onsite

    return stands(
        onsite.use(seat, args.reference, args.item, args.quantity, amount=args.amount, taxable=not args.untaxed)
    )


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


def change_lines(seat: Seat, reference: str, deed: Callable[[], object]) -> list[str]:
    """What a deed would make of a visit's charge, line by line."""
    from dispatch.desk.rehearsing import rehearse

    return rehearse(seat, reference, deed).lines() or ["The charge would stay as it is."]


def _settles(name: str, deed: Callable[[Seat, argparse.Namespace], Visit], text: str) -> Command:
    """A deed that changes a charge; with --check it is only said what it would change."""

    def run(seat: Seat, args: argparse.Namespace) -> Result:
        if args.check:
            return change_lines(seat, args.reference, lambda: deed(seat, args))
        return stands(deed(seat, args))

    return on_visit(name, run, text)


_CHECK = flag("--check", "only say what it would change of the charge, line by line")
_WHOSE = option("--technician", "NAME", "whose, where a lead does it for a crew")


def _span(*, required: bool) -> tuple[Option, ...]:
    return (
        option("--from", "WHEN", dest="starts", required=required),
        option("--to", "WHEN", dest="ends", required=required),
    )


DEEDS = (
    on_visit(
        "pause",
        by("clocking.pause", "reference", "kind", says=STANDS),
        "begin a break, which is not charged, or a wait, which is",
    ).takes(option("kind", choices=["break", "wait"])),
    on_visit("resume-work", by("clocking.resume", "reference", says=STANDS), "go on working after a break or a wait"),
    _settles("home", _home, "home, or back at the depot, from the last visit").takes(
        option("--at", "WHEN", "default: now"), _CHECK
    ),
    _settles("correct", _correct, "put a recorded time right; what the clock had recorded is kept").takes(
        option("what", choices=list(MOMENTS)),
        option("--at", "WHEN", "the right time, or none", required=True),
        REASON,
        _WHOSE,
        _CHECK,
    ),
    _settles(
        "did-not-come",
        by("clocking.did_not_come", "reference", "technician", "reason"),
        "say that somebody of the crew never came; nothing of theirs is charged",
    ).takes(option("--technician", "NAME", "who did not come", required=True), REASON, _CHECK),
    _settles("break", _break, "enter a break that was not clocked, or take one out with --off").takes(
        flag("--off", "it was work"), *_span(required=True), REASON, _WHOSE, _CHECK
    ),
    _settles("mark", _mark, "mark work that is charged otherwise; default: the span of the last work entry").takes(
        option("kind", None, "; ".join(f"{name}: {text}" for name, text in MARKS.items()), choices=list(MARKS)),
        *_span(required=False),
        REASON,
        _WHOSE,
        _CHECK,
    ),
    _settles(
        "unmark", by("marking.unmark", "reference", "reason", technician="technician"), "take all marks off"
    ).takes(REASON, _WHOSE, _CHECK),
    on_visit("use", _use, "enter something that was used; tests must pass again after it").takes(
        option("item", "CODE", "its code on the rate card; with --amount any name"),
        option("--quantity", default="1"),
        option("--amount", None, "lead: the price of one that is not on the rate card"),
        flag("--untaxed", "with --amount: it is not taxed"),
    ),
    _settles(
        "take-back",
        by("materials.take_back", "reference", "item", "reason"),
        "take back an item that was entered by mistake",
    ).takes(option("item", "NUMBER", "its number, as `visit show` has it", type=int), REASON, _CHECK),
)
