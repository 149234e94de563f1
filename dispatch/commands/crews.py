"""`dispatch visit swap|share|hand-over …`: who comes; `pause|correct|break|use|mark …`: the clock of their stay and its charge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from itertools import chain
from typing import Any

from dispatch.commands.declared import STANDS, Command, Declares, acts, by, on_visit, stands
from dispatch.commands.options import CONFIRM, JSON, REASON, Args, Option, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer, Result, listing
from dispatch.commands.typed import moment_there, unless
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.instants import when_text
from dispatch.model.states import ENDED
from dispatch.model.visits import MARKS, MOMENTS

with lazily(__name__):
    from db import handovers
    from dispatch.desk.billing import adjusting
    from dispatch.desk.day import notices
    from dispatch.model.visits import Visit

PLACING = (CONFIRM, option("--override", "REASON", "although the check refuses; audited", default=""))
_ALONE = {"dest": "alone", "action": "store_const"}
WHICH_DAYS = (
    option("--day", "N", "of a visit of several days: this one (default: the one that is next)", type=int),
    one_of(
        option("--this-day", None, "of a visit of several days: that day alone", const=True, **_ALONE),
        option("--all-days", None, "those after it too, on the next days", const=False, **_ALONE),
    ),
)
"""Which days of a visit are placed."""
MEANT = {"reason": "override", "confirmed": "confirm"}
"""What a deed calls the options that let a place stand although the check speaks against it."""
_ASKED = "{0.to} is asked to take over {0.reference}; until they accept, it stays where it is."
_TAKEN = "{0.reference} may be assigned to {0.to} now. Tell {0.client} who comes."
_LEFT = "{0.reference} stays with its own technician."
_TO = option("--to", "TECHNICIAN", required=True)


def placed_lines(placed: Any, verb: str = "stands") -> Iterator[str]:
    """Where a visit stands now, and what the check says to it."""
    visit = placed.visit
    then = "".join(f", day {place.day} {placed.times.moment(place.start, visit.zone)}" for place in placed.later)
    yield f"{visit.reference} {visit.client} {verb} {placed.when}{then} with {', '.join(placed.crew)}."
    yield placed.verdict.level.value
    for finding in placed.verdict.findings:
        yield f"  {finding.text}"


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


def change_lines(user: User, reference: str, deed: Callable[[], object]) -> list[str]:
    """What a deed would make of a visit's charge, line by line."""
    return adjusting.rehearse(user, reference, deed).lines() or ["The charge would stay as it is."]


def _settles(name: str, text: str, *options: Option) -> Declares:
    """A deed that changes a charge; with --check it is only said what it would change."""

    def declares(deed: Callable[[User, Args], Visit]) -> Command:
        @wraps(deed)
        def run(user: User, args: Args) -> Result:
            if args.check:
                return change_lines(user, args.reference, lambda: deed(user, args))
            visit, change = adjusting.doing(user, args.reference, lambda: deed(user, args))
            return [stands(visit), *([f"  {change.outcome()}"] if visit.state in ENDED else [])]

        return on_visit(name, text, *options, _CHECK)(run)

    return declares


_CHECK = flag("--check", "only say what it would change of the charge, line by line")
_WHOSE = (
    option("--technician", "NAME", "whose, where a lead does it for a crew"),
    option("--day", "N", "of a visit of several days: that one (default: the newest)", type=int),
)


def _or_none(store: Store, text: str, args: Args) -> int | None:
    return None if text.strip().casefold() == "none" else moment_there(store, text, args)


def _span(*, required: bool) -> tuple[Option, ...]:
    return (
        option("--from", "WHEN", reads=moment_there, dest="starts_at", required=required),
        option("--to", "WHEN", reads=moment_there, dest="ends_at", required=required),
    )


DEEDS = (
    on_visit(
        "swap",
        "exchange technicians and starts with another visit",
        option("other", "OTHER", "the other visit's reference"),
        *PLACING,
    )(by("plan.schedule.swap", lambda both: chain.from_iterable(map(placed_lines, both)), **MEANT)),
    on_visit(
        "share",
        "give a planned visit more technicians, or fewer, at its time",
        option("--to", "TECHNICIAN", "repeat: the whole crew", action="append", required=True),
        flag("--halve", "they share the work: the stay is planned shorter"),
        *WHICH_DAYS,
        *PLACING,
    )(by("plan.schedule.share", placed_lines, crew="to", day="day", alone="alone", **MEANT)),
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
    on_visit(
        "pause", "begin a break, which is not charged, or a wait, which is", option("kind", choices=["break", "wait"])
    )(by("closeout.clocking.pause", STANDS)),
    on_visit("resume-work", "go on working after a break or a wait")(by("closeout.clocking.resume", STANDS)),
    _settles(
        "home",
        "home, or back at the depot, from the last visit",
        option("--at", "WHEN", "default: now", reads=moment_there),
    )(by("closeout.clocking.home")),
    _settles(
        "correct",
        "put a recorded time right; what the clock had recorded is kept",
        option("what", choices=list(MOMENTS)),
        option("--at", "WHEN", "the right time, or none", reads=_or_none, required=True),
        REASON,
        *_WHOSE,
    )(by("closeout.clocking.correct")),
    _settles(
        "did-not-come",
        "say that somebody of the crew never came; nothing of theirs is charged",
        option("--technician", "NAME", "who did not come", required=True),
        REASON,
    )(by("closeout.clocking.did_not_come")),
    _settles(
        "break",
        "enter a break that was not clocked, or take one out with --off",
        flag("--off", "it was work", reads=lambda _, off, __: "work" if off else "break"),
        *_span(required=True),
        REASON,
        *_WHOSE,
    )(by("closeout.clocking.correct_break", kind="off")),
    _settles(
        "mark",
        "mark work that is charged otherwise; default: the span of the last work entry",
        option("kind", None, "; ".join(f"{name}: {text}" for name, text in MARKS.items()), choices=list(MARKS)),
        *_span(required=False),
        REASON,
        *_WHOSE,
    )(by("billing.work_marks.mark")),
    _settles("unmark", "take all marks off", REASON, *_WHOSE)(by("billing.work_marks.unmark")),
    on_visit(
        "use",
        "enter something that was used; tests must pass again after it",
        option("item", "CODE", "its code on the rate card; with --amount any name"),
        option("--quantity", default="1"),
        option("--amount", None, "lead: the price of one that is not on the rate card"),
        flag("--untaxed", "with --amount: it is not taxed", reads=unless),
    )(by("closeout.onsite.use", STANDS, what="item", taxable="untaxed")),
    _settles(
        "take-back",
        "take back an item that was entered by mistake",
        option("item", "NUMBER", "its number, as `visit show` has it", type=int),
        REASON,
    )(by("closeout.onsite.take_back", item_id="item")),
)
