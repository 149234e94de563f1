"""`dispatch visit pause`, `correct`, `did-not-come`, `break`, `use`, `mark` and their like: the clock of a stay and its charge."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dispatch.commands.declared import (
    REASON,
    STANDS,
    Args,
    Command,
    Declares,
    Option,
    by,
    flag,
    on_visit,
    option,
    stands,
)
from dispatch.commands.printing import Result
from dispatch.commands.typed import reading
from dispatch.model.instants import day_of, parse_when
from dispatch.model.stays import MARKS, MOMENTS

if TYPE_CHECKING:
    from dispatch.desk.seat import Seat
    from dispatch.model.visits import Visit


def when(seat: Seat, reference: str, typed: str, name: str = "") -> int:
    """An instant as it is typed: a clock time is on the day of the visit, in its site's zone.

    Raises:
        Faulty: it cannot be read; the sentence begins with the name where one is given.
    """
    from dispatch.desk.finding import find

    visit = find(seat.store, reference)
    begun = visit.checked_in_at or visit.starts_at or seat.now
    with reading(name):
        return parse_when(typed, visit.zone, now=seat.now, day=day_of(begun, visit.zone))


def change_lines(seat: Seat, reference: str, deed: Callable[[], object]) -> list[str]:
    """What a deed would make of a visit's charge, line by line."""
    from dispatch.desk.rehearsing import rehearse

    return rehearse(seat, reference, deed).lines() or ["The charge would stay as it is."]


def _settles(name: str, text: str, *options: Option) -> Declares:
    """A deed that changes a charge; with --check it is only said what it would change. It is given moments, not their texts."""

    def declares(deed: Callable[[Seat, Args], Visit]) -> Command:
        def run(seat: Seat, args: Args) -> Result:
            for name in ("at", "starts_at", "ends_at"):
                if isinstance(typed := getattr(args, name, None), str):
                    setattr(args, name, when(seat, args.reference, typed))
            if args.check:
                return change_lines(seat, args.reference, lambda: deed(seat, args))
            return stands(deed(seat, args))

        return on_visit(name, text, *options, _CHECK)(run)

    return declares


_CHECK = flag("--check", "only say what it would change of the charge, line by line")
_WHOSE = option("--technician", "NAME", "whose, where a lead does it for a crew")


def _span(*, required: bool) -> tuple[Option, ...]:
    return (
        option("--from", "WHEN", dest="starts_at", required=required),
        option("--to", "WHEN", dest="ends_at", required=required),
    )


@_settles(
    "correct",
    "put a recorded time right; what the clock had recorded is kept",
    option("what", choices=list(MOMENTS)),
    option("--at", "WHEN", "the right time, or none", dest="right", required=True),
    REASON,
    _WHOSE,
)
def _correct(seat: Seat, args: Args) -> Visit:
    from dispatch.desk import clocking

    at = None if args.right.strip().casefold() == "none" else when(seat, args.reference, args.right)
    return clocking.correct(seat, args.reference, args.what, at, args.reason, technician=args.technician)


@_settles(
    "break",
    "enter a break that was not clocked, or take one out with --off",
    flag("--off", "it was work"),
    *_span(required=True),
    REASON,
    _WHOSE,
)
def _break(seat: Seat, args: Args) -> Visit:
    from dispatch.desk import clocking

    span, whose = (args.starts_at, args.ends_at), args.technician
    return clocking.correct_break(
        seat, args.reference, "work" if args.off else "break", *span, args.reason, technician=whose
    )


@on_visit(
    "use",
    "enter something that was used; tests must pass again after it",
    option("item", "CODE", "its code on the rate card; with --amount any name"),
    option("--quantity", default="1"),
    option("--amount", None, "lead: the price of one that is not on the rate card"),
    flag("--untaxed", "with --amount: it is not taxed"),
)
def _use(seat: Seat, args: Args) -> str:
    from dispatch.desk import onsite

    return stands(
        onsite.use(seat, args.reference, args.item, args.quantity, amount=args.amount, taxable=not args.untaxed)
    )


DEEDS = (
    on_visit(
        "pause", "begin a break, which is not charged, or a wait, which is", option("kind", choices=["break", "wait"])
    )(by("clocking.pause", STANDS)),
    on_visit("resume-work", "go on working after a break or a wait")(by("clocking.resume", STANDS)),
    _settles("home", "home, or back at the depot, from the last visit", option("--at", "WHEN", "default: now"))(
        by("clocking.home")
    ),
    _correct,
    _settles(
        "did-not-come",
        "say that somebody of the crew never came; nothing of theirs is charged",
        option("--technician", "NAME", "who did not come", required=True),
        REASON,
    )(by("clocking.did_not_come")),
    _break,
    _settles(
        "mark",
        "mark work that is charged otherwise; default: the span of the last work entry",
        option("kind", None, "; ".join(f"{name}: {text}" for name, text in MARKS.items()), choices=list(MARKS)),
        *_span(required=False),
        REASON,
        _WHOSE,
    )(by("marking.mark")),
    _settles("unmark", "take all marks off", REASON, _WHOSE)(by("marking.unmark")),
    _use,
    _settles(
        "take-back",
        "take back an item that was entered by mistake",
        option("item", "NUMBER", "its number, as `visit show` has it", type=int),
        REASON,
    )(by("materials.take_back", item_id="item")),
)
