"""`dispatch visit …`: the deeds on a visit, with the same rules as on the screens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dispatch.commands import crews, mending, onsite, probing, reviewing
from dispatch.commands.declared import STANDS, Command, CommandGroup, acts, by, of_visit, on_visit, reads, stands
from dispatch.commands.options import (
    CONFIRM,
    JSON,
    REASON,
    REFERENCE,
    SCOPE,
    Args,
    Option,
    Store,
    User,
    flag,
    option,
    options_of,
    typed,
)
from dispatch.commands.printing import Answer, Result
from dispatch.commands.requested import requested
from dispatch.commands.typed import day, moment_to_place, unless
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.model.instants import day_of
from dispatch.model.ways import WAYS, state_words

with lazily(__name__):
    from db import clocks, settings, visits
    from dispatch.commands import forms
    from dispatch.desk.book import series
    from dispatch.desk.day import continuity, placement, run_of_days
    from dispatch.desk.levels import clocks as levels
    from dispatch.desk.log import visit_page
    from dispatch.desk.plan import schedule
    from dispatch.desk.quick import reading
    from dispatch.desk.requests import intake
    from dispatch.desk.texts import level_words, record_words, visit_words
    from dispatch.desk.visits import steps
    from dispatch.fields.record import Field
    from dispatch.model import states
    from dispatch.model.visits import Visit
    from dispatch.planning import checker
    from dispatch.records import requests


@on_visit(
    "hold",
    "put a visit on hold: waiting for the client, parts or a vendor",
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
def _hold(user: User, args: Args) -> str:
    visit = schedule.hold(user, args.reference, args.reason, kind=args.waiting_for, whom=args.whom)
    wait = clocks.open_wait(user.store, visit.id)
    assert wait is not None
    return f"{visit.reference} {visit.client}: {state_words(visit)}, waiting for {wait.whom} ({wait.kind})."


def _moves(name: str, text: str, deed: str, *options: Option) -> Command:
    """A deed on a visit, after which it is said how the visit and its clocks stand."""

    @on_visit(name, text, *options)
    def moves(user: User, args: Args) -> Iterator[str]:
        visit = by(f"requests.responding.{deed}")(user, args)
        yield f"{visit.reference} {visit.client}: {state_words(visit)}, P{visit.priority}."
        if running := levels.clocks_of(user.store, [visit]).get(visit.id, ()):
            yield from (f"  {line}" for line in level_words.clock_lines(running, user.firm.times(), visit.zone))

    return moves


_NOTE = option("--note", "TEXT", default="")
_CLOCKS = (
    _moves(
        "responded",
        "a human answered, a remote session began, a workaround was agreed: now",
        "responded",
        option("--by", required=True, choices=["phone", "remote", "workaround"]),
        _NOTE,
    ),
    _moves("handed-over", "the report of an audit was handed to the client: today", "handed_over", _NOTE),
    _moves(
        "priority",
        "another priority: the clocks are measured from receipt again",
        "set_priority",
        option("priority", "P1..P4"),
        option("--reason", "TEXT", default=""),
    ),
    _moves(
        "explain",
        "why a target was missed; asked once, and counted in the month's figures",
        "explain",
        option("clock", "CLOCK", "phone, remote, on-site or resolution"),
        option("--cause", "TEXT", required=True),
    ),
)


_FLAGS = ("emergency",)


def _asked(*without: str) -> list[Field]:
    return [field for field in requests.REQUEST.fields if field.name not in without]


@reads(
    "list",
    "every visit, or those of a day, in a state or of a way of work",
    option("--date", "DAY", "only those planned or wanted on this day", reads=day),
    option("--state", None, "only those in this state"),
    option("--way", None, "only those that are done so", choices=tuple(WAYS)),
    JSON,
)
def _list(store: Store, args: Args) -> Answer:
    listed, times = visits.all_visits(store), settings.firm(store).times()
    if args.state:
        state = args.state.strip().lower().replace(" ", "_").replace("-", "_")
        if state not in set(states.State):
            raise Refusal(f"There is no state {args.state!r}; the states are {', '.join(states.State)}.")
        listed = [visit for visit in listed if visit.state == state]
    if args.way:
        listed = [visit for visit in listed if visit.way == args.way]
    if args.date:
        days = (
            (one, one.wanted_on if one.starts_at is None else day_of(one.starts_at, times.zone))
            for visit in listed
            for one in run_of_days.each_day(visit, times.zone)
        )
        listed = [visit for visit, day in days if day == args.date]
    return Answer(
        listed, lambda listed: [*map(forms.visit_form, listed)], partial(visit_words.visit_lines, times=times)
    )


@of_visit("show", "one visit with its checklist, charge and events", JSON)
def _show(store: Store, args: Args) -> Answer:
    def lines(page: visit_page.VisitPage) -> list[str]:
        return [line.text for line in record_words.record_lines(page)]

    return Answer(visit_page.visit_page(store, args.reference), forms.visit_page_form, lines)


@of_visit(
    "before",
    "what to know before the door: the last visit, what was said, what is open, who knows them, what stands there",
    JSON,
)
def _before(store: Store, args: Args) -> Answer:
    found = continuity.before_the_door(store, steps.find(store, args.reference))
    told = {
        about: [words for one, words in found if one == about] for about in ("last", "said", "open", "knows", "stands")
    }
    return Answer(
        found, lambda _: told, lambda _: [f"{about:<8} {words}" for about, words in found] or ["Nothing is known."]
    )


@acts(
    "edit",
    "change what is asked for: only what is named changes, and a placed visit is checked anew; '' empties",
    REFERENCE,
    lambda: options_of(_asked("client", "site", "same_job", "kind", "reference"), flags=_FLAGS),
    CONFIRM,
    option("--override", "REASON", "keep it placed although the check refuses; audited", default=""),
    SCOPE,
    JSON,
)
def _edit(user: User, args: Args) -> Answer:
    visit = steps.find(user.store, args.reference)
    how = {"version": visit.version, "reason": args.override, "confirmed": args.confirm}
    after = intake.amend(user, args.reference, typed(args), args.scope, **how)
    line = "{0.reference} is as it was." if after == visit else "{0.reference} {0.client}: {0.work}, {0.minutes} min."
    return requested(user.store, after, lambda after: [line.format(after), *_kept(user, after, args)], visit)


def _kept(user: User, visit: Visit, args: Args) -> list[str]:
    """What stays of the series that was changed with a visit."""
    return [] if args.scope in (None, "this") else [f"  {line}" for line in series.kept(user.store, visit)]


@on_visit("cancel", "the client cancels, before arrival", REASON, SCOPE)
def _cancel(user: User, args: Args) -> list[str]:
    visit = schedule.cancel(user, args.reference, args.reason, args.scope)
    return [stands(visit), *_kept(user, visit, args)]


@acts(
    "add",
    "put a request into the unscheduled queue",
    lambda: options_of(_asked(), needed=True, flags=_FLAGS),
    option("--from", "HH:MM", "as --promised, with --to", dest="promised_from"),
    option("--to", "HH:MM", dest="promised_to"),
    option("--skill", "SKILL", "as --skills, one by one", action="append", default=[]),
    option("--tag", "TAG", "as --tags, one by one", action="append", default=[]),
    JSON,
)
def _add(user: User, args: Args) -> Answer:
    window = f"{args.promised_from or ''}-{args.promised_to or ''}".strip("-")
    more = {"promised": window, "skills": ",".join((*args.skill, "")), "tags": ",".join((*args.tag, ""))}
    visit = intake.add(user, {name: text for name, text in more.items() if text} | typed(args))
    return requested(user.store, visit)


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
def _quick(user: User, args: Args) -> Answer:
    understood = reading.understand(" ".join(args.line), reading.names(user.store), settings.today(user.store))

    def lines(*_: object) -> list[str]:
        return [text for text, _ in reading.told(understood, hours24=user.firm.clock_hours == 24)]

    if args.check:
        return Answer(understood, forms.quick_form, lines, 1 if understood.problems else 0)
    if understood.problems:
        raise Faulty(understood.problems)
    visit = intake.add(user, understood.texts())
    return requested(user.store, visit, lambda visit: [f"{visit.reference} is in the queue.", *lines()])


def _places(name: str, text: str, *, required: bool, whom: str) -> Command:
    """A deed that gives a visit its place, or only says what the check says to it."""

    @on_visit(
        name,
        text,
        option("--to", "TECHNICIAN", whom, action="append", required=required),
        option(
            "--at",
            "WHEN",
            "2026-11-24T09:00, tomorrow 9:00, or 9:00 on its planned or wanted day",
            reads=moment_to_place,
            required=required,
        ),
        *crews.WHICH_DAYS,
        CONFIRM,
        option("--override", "REASON", "place it although the check refuses; audited", default=""),
        flag("--check", "only say what the check says"),
        option("--version", "N", "only if the visit still is as it was shown (from --check)", type=int),
    )
    def place(user: User, args: Args) -> Result:
        if args.to is None and args.at is None:
            raise Refusal("Say where it goes: --to TECHNICIAN, --at WHEN, or both.")
        if args.check:
            return _check(user, args)
        deed = getattr(schedule, name)
        how = {"reason": args.override, "confirmed": args.confirm, "version": args.version}
        how |= {"day": args.day, "alone": args.alone}
        return crews.placed_lines(deed(user, args.reference, args.to, args.at, **how))

    return place


def _check(user: User, args: Args) -> Answer:
    """What the check says to a place, with the version of the visit that it was said of."""

    def lines(placed: placement.Placed) -> Iterator[str]:
        version = placed.visit.version
        yield from crews.placed_lines(placed, "would stand")
        if marks := placement.marks_of(placed.visit, placed.verdict):
            yield f"To confirm this and nothing else: --confirm {','.join(marks)}"
        yield f"Version {version} of the visit; with --version {version} nothing else is placed."

    which = {"day": args.day, "alone": args.alone}
    placed = placement.check_placement(user.store, args.reference, args.to, args.at, **which)
    return Answer(placed, repr, lines, int(placed.verdict.level is checker.PlacementGrade.BLOCKED))


def _plain(name: str, text: str, *options: Option) -> Command:
    return on_visit(name, text, *options)(by(f"plan.schedule.{name}", STANDS))


DEEDS = (
    _list,
    _show,
    _before,
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
        option(
            "--day", "N", "of a visit of several days: this one and those after it; those before it stand", type=int
        ),
        CONFIRM,
        option("--override", "REASON", "although somebody is on the way there; audited", default=""),
    )(by("plan.schedule.unassign", STANDS, day="day", **crews.MEANT)),
    _plain("confirm", "the client has agreed to the time"),
    _plain("dispatch", "tell the technician"),
    _hold,
    _cancel,
    _plain("resume", "take a visit off hold, back into the queue"),
    *_CLOCKS,
    on_visit("pin", "keep a visit where it is: tools may not move it", flag("--off", "take the pin out", reads=unless))(
        by("plan.schedule.pin", STANDS, on="off")
    ),
    *mending.VISIT_DEEDS,
    *onsite.DEEDS,
    *crews.DEEDS,
    reviewing.history,
    *probing.DEEDS,
    acts("undo", "take back your last change")(by("plan.undo.undo", "Taken back: {0}.")),
    acts("redo", "do again what you took back")(by("plan.undo.redo", "Done again: {0}.")),
)
COMMANDS = (CommandGroup("visit", "list, add, plan, walk through and close visits", DEEDS),)
