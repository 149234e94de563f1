"""`dispatch visit …`: the deeds on a visit, with the same rules as on the screens."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch.commands import crews, onsite, permitting, probing, responding, reviewing, stay
from dispatch.commands.declared import (
    JSON,
    REASON,
    REFERENCE,
    STANDS,
    Args,
    Command,
    Group,
    Option,
    acts,
    by,
    flag,
    of_visit,
    on_visit,
    option,
    reads,
    stands,
)
from dispatch.commands.opening import minutes_option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.typed import day_typed, moment_typed
from dispatch.desk.refusals import Faulty, Refusal
from dispatch.model.instants import day_of
from dispatch.model.visits import CAME_BY, KINDS

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.placement import Placed
    from dispatch.desk.seat import Seat

_ASKED = (
    *("work", "minutes", "priority", "date", "promised", "skills", "tags", "preferred"),
    *("reported_by", "came_by", "description", "emergency"),
)
"""The fields of a request that a visit keeps, as its options are called."""


@reads(
    "list",
    "every visit, or those of a day or in a state",
    option("--date", "DAY", "only those planned or wanted on this day"),
    option("--state", None, "only those in this state"),
    JSON,
)
def _list(store: Store, args: Args) -> Answer:
    from db import visits
    from dispatch.commands.forms import visit_form
    from dispatch.desk.plain import visit_lines
    from dispatch.model.states import State

    found = visits.all_visits(store)
    if args.state:
        wanted = args.state.strip().lower().replace(" ", "_").replace("-", "_")
        if wanted not in set(State):
            raise Refusal(f"There is no state {args.state!r}; the states are {', '.join(State)}.")
        found = [visit for visit in found if visit.state == wanted]
    if args.date:
        day = day_typed(store, args.date)
        found = [
            visit
            for visit in found
            if (day_of(visit.starts_at, visit.zone) if visit.starts_at is not None else visit.wanted_on) == day
        ]
    return Answer(found, lambda found: [*map(visit_form, found)], visit_lines)


@of_visit("show", "one visit with its checklist, charge and events", JSON)
def _show(store: Store, args: Args) -> Answer:
    from dispatch.commands.forms import visit_page_form
    from dispatch.desk.plain import visit_page_lines
    from dispatch.desk.visit_page import visit_page

    return Answer(visit_page(store, args.reference), visit_page_form, visit_page_lines)


@acts(
    "edit",
    "change what is asked for: only what is named changes, and a placed visit is checked anew",
    REFERENCE,
    option("--work", "TEXT"),
    option("--minutes", "N", "the work, without the time for tests"),
    option("--priority", "P1..P4"),
    option("--date", "DAY", "the wanted day; '' for any"),
    option("--promised", "FROM-TO", "09:00-11:00; '' for none"),
    option("--skills", "LIST", "all of them, with commas; '' for none"),
    option("--tags", "LIST", "all of them, with commas; '' for none"),
    option("--prefer", "TECHNICIAN", "'' for nobody", dest="preferred"),
    option("--reported-by", "NAME"),
    option("--came-by", "HOW", f"{', '.join(CAME_BY)}; '' where nobody knows"),
    option("--description", "TEXT"),
    option("--emergency", action=BooleanOptionalAction, default=None),
    crews.CONFIRM,
    option("--override", "REASON", "keep it placed although the check refuses; audited", default=""),
    JSON,
)
def _edit(seat: Seat, args: Args) -> Answer:
    from dispatch.commands.forms import visit_form
    from dispatch.desk import amending
    from dispatch.desk.finding import find

    visit = find(seat.store, args.reference)
    texts = {name: str(getattr(args, name)) for name in _ASKED if getattr(args, name) is not None}
    after = amending.amend(
        seat, args.reference, texts, version=visit.version, reason=args.override, confirmed=args.confirm
    )
    said = "{0.reference} is as it was." if after == visit else "{0.reference} {0.client}: {0.work}, {0.minutes} min."
    return Answer(after, visit_form, said.format)


@acts(
    "add",
    "put a request into the unscheduled queue",
    option("--client", "NAME", required=True),
    option("--site", "NAME", "needed where the client has more than one"),
    option("--work", "TEXT", "what is asked for", required=True),
    option("--minutes", None, "the work, without the time for tests: 45, 1h30", required=True, type=minutes_option),
    option("--priority", "P1..P4", default="P3"),
    option("--date", "DAY", "the wanted day"),
    option("--from", "HH:MM", "promised window, with --to and --date", dest="promised_from"),
    option("--to", "HH:MM", dest="promised_to"),
    option("--skill", "SKILL", action="append", default=[]),
    option("--tag", "TAG", action="append", default=[]),
    option("--prefer", "TECHNICIAN", dest="preferred"),
    option("--reported-by", "NAME", default=""),
    option(
        "--came-by",
        None,
        "how it came in; on the phone or seen on site it is answered in that moment",
        default="",
        choices=CAME_BY,
    ),
    flag("--emergency"),
    option("--same-job", "REF", "another visit of the job that this visit belongs to"),
    option("--kind", default="visit", choices=KINDS),
    option("--reference", "REF", "default: the next free one"),
    JSON,
)
def _add(seat: Seat, args: Args) -> Answer:
    from dispatch.commands.forms import visit_form
    from dispatch.desk.intake import add

    args.promised = f"{args.promised_from or ''}-{args.promised_to or ''}".strip("-")
    args.skills, args.tags = (",".join((*said, "")) for said in (args.skill, args.tag))
    names = ("client", "site", *_ASKED, "kind", "reference", "same_job")
    visit = add(seat, {name: str(text) for name in names if (text := getattr(args, name, None)) is not None})
    return Answer(visit, visit_form, "{0.reference} is in the queue: {0.client}, {0.work}.".format)


@acts(
    "quick",
    "put a request into the queue from one line",
    option(
        "line",
        "LINE",
        "'harbor printer jam 45m tomorrow 9-11 p2 +server #many ~ana': client by some letters, the work, how long, when",
        nargs="+",
    ),
    flag("--check", "only say what was understood"),
    JSON,
)
def _quick(seat: Seat, args: Args) -> Answer:
    from db import settings
    from dispatch.commands.forms import quick_form, visit_form
    from dispatch.desk.intake import add
    from dispatch.desk.quick.reading import names, told, understand

    found = understand(" ".join(args.line), names(seat.store), settings.today(seat.store))

    def lines(*_: object) -> list[str]:
        return [text for text, _ in told(found, hours24=seat.firm.clock_hours == 24)]

    if args.check:
        return Answer(found, quick_form, lines, 1 if found.problems else 0)
    if found.problems:
        raise Faulty(found.problems)
    return Answer(add(seat, found.texts()), visit_form, lambda visit: [f"{visit.reference} is in the queue.", *lines()])


def _places(name: str, text: str, *, required: bool, whom: str) -> Command:
    """A deed that gives a visit its place, or only says what the check says to it."""

    @on_visit(
        name,
        text,
        option("--to", "TECHNICIAN", whom, action="append", required=required),
        option("--at", "WHEN", "2026-11-24T09:00, or 9:00, or tomorrow 9:00", required=required),
        crews.CONFIRM,
        option("--override", "REASON", "place it although the check refuses; audited", default=""),
        flag("--check", "only say what the check says"),
        option("--version", "N", "only if the visit still is as it was shown (from --check)", type=int),
    )
    def place(seat: Seat, args: Args) -> Result:
        from dispatch.desk import schedule

        if args.to is None and args.at is None:
            raise Refusal("Say where it goes: --to TECHNICIAN, --at WHEN, or both.")
        at = None if args.at is None else moment_typed(seat.store, args.at)
        if args.check:
            return _check(seat, args, at)
        deed = getattr(schedule, name)
        said = {"reason": args.override, "confirmed": args.confirm, "version": args.version}
        return crews.placed_lines(deed(seat, args.reference, args.to, at, **said))

    return place


def _check(seat: Seat, args: Args, at: int | None) -> Answer:
    """What the check says to a place, with the version of the visit that it was said of."""
    from dispatch.desk import placement
    from dispatch.planning.checker import Level

    def lines(placed: Placed) -> Iterator[str]:
        version = placed.visit.version
        yield from crews.placed_lines(placed, "would stand")
        if marks := placement.marks_of(placed.visit, placed.verdict):
            yield f"To confirm this and nothing else: --confirm {','.join(marks)}"
        yield f"Version {version} of the visit; with --version {version} nothing else is placed."

    placed = placement.check_placement(seat.store, args.reference, args.to, at)
    return Answer(placed, repr, lines, int(placed.verdict.level is Level.BLOCKED))


@on_visit("pin", "keep a visit where it is: tools may not move it", flag("--off", "take the pin out"))
def _pin(seat: Seat, args: Args) -> str:
    from dispatch.desk import schedule

    return stands(schedule.pin(seat, args.reference, not args.off))


def _plain(name: str, text: str, *options: Option) -> Command:
    """A deed that moves a visit on in its states."""
    return on_visit(name, text, *options)(by(f"schedule.{name}", STANDS))


DEEDS = (
    _list,
    _show,
    _add,
    _quick,
    _edit,
    _places("assign", "give a visit its technician and time", required=True, whom="repeat for a crew"),
    _places(
        "move",
        "move a visit that nobody has reached to another time or technician",
        required=False,
        whom="default: the same crew",
    ),
    on_visit(
        "unassign",
        "take a visit that nobody has reached back into the queue",
        crews.CONFIRM,
        option("--override", "REASON", "although somebody is on the way there; audited", default=""),
    )(by("schedule.unassign", STANDS, **crews.MEANT)),
    _plain("confirm", "the client has agreed to the time"),
    _plain("dispatch", "tell the technician"),
    responding.hold,
    _plain("cancel", "the client cancels, before arrival", REASON),
    _plain("resume", "take a visit off hold, back into the queue"),
    *responding.DEEDS,
    _pin,
    *onsite.DEEDS,
    *crews.DEEDS,
    *stay.DEEDS,
    reviewing.story,
    *probing.DEEDS,
    *permitting.DEEDS,
    acts("undo", "take back your last change")(by("undo.undo", "Taken back: {0}.")),
    acts("redo", "do again what you took back")(by("undo.redo", "Done again: {0}.")),
)
COMMANDS = (Group("visit", "list, add, plan, walk through and close visits", DEEDS),)
