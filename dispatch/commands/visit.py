"""`dispatch visit …`: the deeds on a visit, with the same rules as on the screens."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dispatch.commands import crews, permitting, probing, responding, reviewing, stay
from dispatch.commands.opening import common_options, deeds_on, minutes_option, open_seat, open_store
from dispatch.commands.standard_input import file_named
from dispatch.model.visits import CAME_BY, KINDS

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.seat import Seat
    from dispatch.model.visits import Visit

_CAME_BY = "how it came in; on the phone or seen on site it is answered in that moment"
Run = Callable[[argparse.Namespace], int]


def add_parsers(groups: Any) -> None:
    """Register `dispatch visit` and its deeds."""
    options = common_options()
    group = groups.add_parser("visit", help="list, add, plan, walk through and close visits")
    deeds = group.add_subparsers(metavar="DEED", required=True, title="deeds")

    deed = deeds_on(deeds, options, about_visits=True)

    listing = deed("list", _list, "every visit, or those of a day or in a state", reference=False)
    listing.add_argument("--date", metavar="DAY", help="only those planned or wanted on this day")
    listing.add_argument("--state", help="only those in this state")
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")

    show = deed("show", _show, "one visit with its checklist, charge and events")
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")

    add = deed("add", _add, "put a request into the unscheduled queue", reference=False)
    add.add_argument("--client", required=True, metavar="NAME")
    add.add_argument("--site", metavar="NAME", help="needed where the client has more than one")
    add.add_argument("--work", required=True, metavar="TEXT", help="what is asked for")
    add.add_argument(
        "--minutes", required=True, type=minutes_option, help="the work, without the time for tests: 45, 1h30"
    )
    add.add_argument("--priority", default="P3", metavar="P1..P4")
    add.add_argument("--date", metavar="DAY", help="the wanted day")
    add.add_argument("--from", dest="promised_from", metavar="HH:MM", help="promised window, with --to and --date")
    add.add_argument("--to", dest="promised_to", metavar="HH:MM")
    add.add_argument("--skill", action="append", default=[], metavar="SKILL")
    add.add_argument("--tag", action="append", default=[], metavar="TAG")
    add.add_argument("--prefer", metavar="TECHNICIAN")
    add.add_argument("--reported-by", default="", metavar="NAME")
    add.add_argument("--came-by", default="", choices=CAME_BY, help=_CAME_BY)
    add.add_argument("--emergency", action="store_true")
    add.add_argument("--same-job", metavar="REF", help="another visit of the job that this visit belongs to")
    add.add_argument("--kind", default="visit", choices=KINDS)
    add.add_argument("--reference", metavar="REF", help="default: the next free one")
    add.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")

    quick = deed("quick", _quick, "put a request into the queue from one line", reference=False)
    quick.add_argument(
        "line",
        nargs="+",
        metavar="LINE",
        help="'harbor printer jam 45m tomorrow 9-11 p2 +server #many ~ana': client by some letters, the work, how long, when",
    )
    quick.add_argument("--check", action="store_true", help="only say what was understood")
    quick.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")

    edit = deed(
        "edit", _edit, "change what is asked for: only what is named changes, and a placed visit is checked anew"
    )
    edit.add_argument("--work", metavar="TEXT")
    edit.add_argument("--minutes", metavar="N", help="the work, without the time for tests")
    edit.add_argument("--priority", metavar="P1..P4")
    edit.add_argument("--date", metavar="DAY", help="the wanted day; '' for any")
    edit.add_argument("--promised", metavar="FROM-TO", help="09:00-11:00; '' for none")
    edit.add_argument("--skills", metavar="LIST", help="all of them, with commas; '' for none")
    edit.add_argument("--tags", metavar="LIST", help="all of them, with commas; '' for none")
    edit.add_argument("--prefer", metavar="TECHNICIAN", help="'' for nobody")
    edit.add_argument("--reported-by", metavar="NAME")
    edit.add_argument("--came-by", metavar="HOW", help=f"{', '.join(CAME_BY)}; '' where nobody knows")
    edit.add_argument("--description", metavar="TEXT")
    edit.add_argument("--emergency", action=argparse.BooleanOptionalAction, default=None)
    edit.add_argument("--confirm", action="store_true", help="yes, I mean it: what the check asks to be confirmed")
    edit.add_argument(
        "--override", default="", metavar="REASON", help="keep it placed although the check refuses; audited"
    )
    edit.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")

    assign = deed("assign", _assign, "give a visit its technician and time")
    assign.add_argument("--to", action="append", required=True, metavar="TECHNICIAN", help="repeat for a crew")
    move = deed("move", _move, "move a visit that nobody has reached to another time or technician")
    move.add_argument("--to", action="append", metavar="TECHNICIAN", help="default: the same crew")
    for parser, needed in ((assign, True), (move, False)):
        parser.add_argument("--at", required=needed, metavar="WHEN", help="2026-11-24T09:00, or 9:00, or tomorrow 9:00")
        parser.add_argument(
            "--confirm", action="store_true", help="yes, I mean it: what the check asks to be confirmed"
        )
        parser.add_argument(
            "--override", default="", metavar="REASON", help="place it although the check refuses; audited"
        )
        parser.add_argument("--check", action="store_true", help="only say what the check says")
        parser.add_argument(
            "--version", type=int, metavar="N", help="only if the visit still is as it was shown (from --check)"
        )

    unassign = deed("unassign", _unassign, "take a visit that nobody has reached back into the queue")
    unassign.add_argument("--confirm", action="store_true", help="yes, I mean it: technicians have been told of it")
    unassign.add_argument(
        "--override", default="", metavar="REASON", help="although somebody is on the way there; audited"
    )
    deed("confirm", _plain("confirm"), "the client has agreed to the time")
    deed("dispatch", _plain("dispatch"), "tell the technician")
    hold = deed("hold", responding.hold, "put a visit on hold: waiting for the client, parts or a vendor")
    cancel = deed("cancel", _cancel, "the client cancels, before arrival")
    deed("resume", _plain("resume"), "take a visit off hold, back into the queue")
    responding.hold_options(hold)
    responding.add_deeds(deed)
    pin = deed("pin", _pin, "keep a visit where it is: tools may not move it")
    pin.add_argument("--off", action="store_true", help="take the pin out")

    depart = deed("depart", _depart, "set out: en route")
    arrive = deed("arrive", _arrive, "check in at the site; on a re-opened visit: you went back")
    early = arrive.add_mutually_exclusive_group()
    early.add_argument(
        "--early-agreed-by", default="", metavar="NAME", help="who agreed to begin before the appointment"
    )
    early.add_argument(
        "--early-not-agreed", action="store_true", help="nobody did: the time before the appointment is not charged"
    )
    for parser in (depart, arrive):
        parser.add_argument("--technician", metavar="NAME", help="for whom, where a lead records it")

    attach = deed("attach", _attach, "hand in a photograph or another file for a checklist item, up to 20 MB")
    attach.add_argument("item", metavar="ITEM")
    attach.add_argument("file", metavar="FILE", help="- reads standard input")
    attach.add_argument("--name", default="", help="what it is called (default: the file's own name)")

    work = deed("work", _text("work"), "note what was changed; tests must pass again after it")
    work.add_argument("text")
    ask = deed("ask", _text("ask"), "the client asks for something more: another item of work")
    ask.add_argument("text")

    record = deed("record", _record, "record a result on a checklist item")
    record.add_argument("item", nargs="?", metavar="ITEM", help="A1 … L4, W1.2, T4.mail, L1.1")
    what = record.add_mutually_exclusive_group(required=True)
    what.add_argument("--done", action="store_true", help="done, confirmed; a named thing: done now")
    what.add_argument("--not-done", metavar="WHY", help="a requested item that was not done")
    what.add_argument("--answer", metavar="TEXT", help="what the client said")
    what.add_argument("--pass", dest="passed", action="store_true", help="the test passed")
    what.add_argument("--fail", action="store_true", help="the test failed")
    what.add_argument("--na", metavar="REASON", help="not applicable, and why")
    what.add_argument("--value", metavar="VALUE", help="a measured value; the test passed, if it is within bounds")
    what.add_argument("--run", dest="ran", action="store_true", help="run the item's test now")
    what.add_argument("--probe-result", metavar="FILE", help="what `dispatch probe` printed on your laptop; - reads it")
    what.add_argument(
        "--follow-up", metavar="DAY", help="a named thing: a follow-up visit is booked, wanted on that day"
    )
    what.add_argument("--declined", metavar="WORDS", help="a named thing: declined, in the client's words")
    what.add_argument("--override", metavar="REASON", help="lead only: settle the item without a result")
    record.add_argument(
        "--evidence", default="", metavar="TEXT", help="what was seen, at least 10 characters for a test"
    )
    record.add_argument("--minutes", type=minutes_option, default=60, help="length of a follow-up visit (default 60)")
    probing.add_run_options(record)

    sign = deed("sign-off", _sign_off, "the client's sign-off: the last item")
    sign.add_argument("--name", required=True)
    sign.add_argument("--satisfied", required=True, choices=["yes", "no"])
    sign.add_argument("--words", default="")

    close = deed("close", _close, "close the visit: refused, with every reason, until all gates hold (exit 3)")
    leave = deed("leave", _leave, "lead: leave the visit open, with a follow-up visit for the same technician")
    no_access = deed("no-access", _no_access, "nobody let us in")
    no_access.add_argument("--called", required=True, metavar="WHO", help="whom you called")
    no_access.add_argument("--reason", default="")
    abort = deed("abort", _abort, "we end it before work was done; its request goes back into the queue")
    reopen = deed("reopen", _reopen, "lead: take an ended visit back to on site")
    for parser in (close, leave):
        parser.add_argument(
            "--left-at", metavar="WHEN", help="when they really left, where the check-out was forgotten"
        )
    for parser in (hold, cancel, abort, reopen, leave):
        parser.add_argument("--reason", required=True, metavar="TEXT")
    abort.add_argument(
        "--not-again", default="", metavar="WHY", help="dispatcher or lead: why the request does not go back"
    )
    leave.add_argument("--follow-up", metavar="DAY", help="when the follow-up is wanted (default: the next day)")
    leave.add_argument("--none-wanted", metavar="WORDS", help="the client's own words that they want no follow-up")
    leave.add_argument("--said-by", default="", metavar="NAME", help="who said so, with --none-wanted")
    leave.add_argument("--minutes", type=minutes_option, help="its length (default: as this visit)")
    leave.add_argument(
        "--our-fault", action="store_true", help="the cause is our own failure: the follow-up is not charged"
    )

    crews.add_deeds(deed)
    stay.add_deeds(deed)
    reviewing.add_deeds(deed)
    probing.add_deeds(deed)
    permitting.add_deeds(deed)
    deed("undo", _undo, "take back your last change", reference=False)
    deed("redo", _redo, "do again what you took back", reference=False)


def _list(args: argparse.Namespace) -> int:
    from db import visits
    from dispatch.commands.forms import print_json, visit_form
    from dispatch.desk import views
    from dispatch.desk.refusals import Refusal
    from dispatch.model.instants import day_of
    from dispatch.model.states import State

    store = open_store(args)
    found = visits.all_visits(store)
    if args.state:
        wanted = args.state.strip().lower().replace(" ", "_").replace("-", "_")
        if wanted not in set(State):
            raise Refusal(f"There is no state {args.state!r}; the states are {', '.join(State)}.")
        found = [visit for visit in found if visit.state == wanted]
    if args.date:
        day = _day(args.date, views.today(store))
        found = [
            visit
            for visit in found
            if (day_of(visit.starts_at, visit.zone) if visit.starts_at is not None else visit.wanted_on) == day
        ]
    if args.json:
        print_json([visit_form(visit) for visit in found])
        return 0
    from dispatch.desk.plain import visit_lines

    print("\n".join(visit_lines(found)))
    return 0


def _show(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json, visit_page_form
    from dispatch.desk.plain import visit_page_lines
    from dispatch.desk.visit_page import visit_page

    page = visit_page(open_store(args), args.reference)
    if args.json:
        print_json(visit_page_form(page))
    else:
        print("\n".join(visit_page_lines(page)))
    return 0


def _edit(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json, visit_form
    from dispatch.desk import amending
    from dispatch.desk.visit_page import find
    from dispatch.model.text import show

    seat = open_seat(args)
    visit = find(seat.store, args.reference)
    named = {
        "work": args.work,
        "minutes": args.minutes,
        "priority": args.priority,
        "date": args.date,
        "promised": args.promised,
        "skills": args.skills,
        "tags": args.tags,
        "preferred": args.prefer,
        "reported_by": args.reported_by,
        "came_by": args.came_by,
        "description": args.description,
        "emergency": None if args.emergency is None else str(args.emergency),
    }
    texts = {name: text for name, text in named.items() if text is not None}
    after = amending.amend(
        seat, args.reference, texts, version=visit.version, reason=args.override, confirmed=args.confirm
    )
    if args.json:
        print_json(visit_form(after))
    elif after == visit:
        print(f"{show(after.reference)} is as it was.")
    else:
        print(f"{show(after.reference)} {show(after.client)}: {show(after.work)}, {after.minutes} min.")
    return 0


def _add(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json, visit_form
    from dispatch.desk.intake import add
    from dispatch.model.text import show

    texts = {
        "client": args.client,
        "site": args.site,
        "work": args.work,
        "minutes": str(args.minutes),
        "priority": args.priority,
        "date": args.date,
        "promised": f"{args.promised_from or ''}-{args.promised_to or ''}".strip("-"),
        "skills": ",".join((*args.skill, "")),
        "tags": ",".join((*args.tag, "")),
        "preferred": args.prefer,
        "reported_by": args.reported_by,
        "came_by": args.came_by,
        "emergency": str(args.emergency),
        "kind": args.kind,
        "reference": args.reference,
        "same_job": args.same_job,
    }
    visit = add(open_seat(args), {name: text for name, text in texts.items() if text is not None})
    if args.json:
        print_json(visit_form(visit))
    else:
        print(f"{show(visit.reference)} is in the queue: {show(visit.client)}, {show(visit.work)}.")
    return 0


def _quick(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json, quick_form, visit_form
    from dispatch.desk.intake import add
    from dispatch.desk.quick.reading import names, understand
    from dispatch.desk.quick.telling import told
    from dispatch.desk.refusals import Faulty
    from dispatch.model.text import show

    seat = open_seat(args)
    found = understand(" ".join(args.line), names(seat.store), seat_day(seat))
    if args.check:
        if args.json:
            print_json(quick_form(found))
        else:
            print("\n".join(text for text, _ in told(found, hours24=seat.firm.clock_hours == 24)))
        return 1 if found.problems else 0
    if found.problems:
        raise Faulty(found.problems)
    visit = add(seat, found.texts())
    if args.json:
        print_json(visit_form(visit))
    else:
        print(f"{show(visit.reference)} is in the queue.")
        print("\n".join(text for text, _ in told(found, hours24=seat.firm.clock_hours == 24)))
    return 0


def _assign(args: argparse.Namespace) -> int:
    return _place(args, "assign")


def _move(args: argparse.Namespace) -> int:
    from dispatch.desk.refusals import Refusal

    if args.to is None and args.at is None:
        raise Refusal("Say where it goes: --to TECHNICIAN, --at WHEN, or both.")
    return _place(args, "move")


def _place(args: argparse.Namespace, deed: str) -> int:
    from dispatch.desk import schedule
    from dispatch.model.instants import clock_text, day_of, day_text
    from dispatch.model.text import show
    from dispatch.planning.checker import Level

    seat = open_seat(args)
    at = _when(args.at, seat) if args.at is not None else None
    if args.check:
        placed = schedule.check_placement(seat.store, args.reference, args.to, at)
    else:
        meant = {"reason": args.override, "confirmed": args.confirm, "version": args.version}
        if deed == "assign":
            placed = schedule.assign(seat, args.reference, args.to, at or 0, **meant)
        else:
            placed = schedule.move(seat, args.reference, args.to, at, **meant)
    visit = placed.visit
    verb = "would stand" if args.check else "stands"
    when = f"{day_text(day_of(placed.starts_at, visit.zone))} {clock_text(placed.starts_at, visit.zone)}"
    print(f"{show(visit.reference)} {show(visit.client)} {verb} {when} with {', '.join(map(show, placed.crew))}.")
    print(placed.verdict.level.value + "".join(f"\n  {show(finding.text)}" for finding in placed.verdict.findings))
    if args.check:
        print(f"Version {visit.version} of the visit; with --version {visit.version} nothing else is placed.")
    return int(args.check and placed.verdict.level is Level.BLOCKED)


def _unassign(args: argparse.Namespace) -> int:
    from dispatch.desk import schedule

    return _said(schedule.unassign(open_seat(args), args.reference, reason=args.override, confirmed=args.confirm))


def _plain(name: str) -> Run:
    def run(args: argparse.Namespace) -> int:
        from dispatch.desk import schedule

        return _said(getattr(schedule, name)(open_seat(args), args.reference))

    return run


def _cancel(args: argparse.Namespace) -> int:
    from dispatch.desk import schedule

    return _said(schedule.cancel(open_seat(args), args.reference, args.reason))


def _reopen(args: argparse.Namespace) -> int:
    from dispatch.desk import leaving
    from dispatch.model.text import show

    visit, withdrawn = leaving.reopen(open_seat(args), args.reference, args.reason)
    _said(visit)
    for one in withdrawn:
        print(f"  {show(one.reference)}, its request in the queue, is withdrawn")
    return 0


def _text(name: str) -> Run:
    def run(args: argparse.Namespace) -> int:
        from dispatch.desk import onsite

        return _said(getattr(onsite, name)(open_seat(args), args.reference, args.text))

    return run


def _pin(args: argparse.Namespace) -> int:
    from dispatch.desk import schedule

    return _said(schedule.pin(open_seat(args), args.reference, not args.off))


def _depart(args: argparse.Namespace) -> int:
    from dispatch.desk import arriving

    return _said(arriving.depart(open_seat(args), args.reference, technician=args.technician))


def _arrive(args: argparse.Namespace) -> int:
    from dispatch.desk import arriving

    return _said(
        arriving.arrive(
            open_seat(args),
            args.reference,
            technician=args.technician,
            early_agreed_by=args.early_agreed_by,
            early_not_agreed=args.early_not_agreed,
        )
    )


def _attach(args: argparse.Namespace) -> int:
    from pathlib import Path

    from dispatch.desk.attaching import attach
    from dispatch.desk.refusals import Faulty
    from dispatch.model.text import show

    name = args.name or ("" if args.file == "-" else Path(args.file).name)
    if not name:
        raise Faulty(["--name: what the file is called, where it comes on standard input"])
    try:
        with file_named(args.file) as path, path.open("rb") as source:
            kept = attach(open_seat(args), args.reference, args.item, name, source)
    except OSError as error:
        raise Faulty([f"file: {show(args.file)} cannot be read ({error.strerror})"]) from None
    print(f"{show(kept.name)} ({kept.size:,} bytes) is kept with {show(args.reference)} {kept.item}.")
    return 0


def _record(args: argparse.Namespace) -> int:
    from dispatch.closeout.recording import Entry
    from dispatch.desk import onsite
    from dispatch.desk.refusals import Refusal
    from dispatch.model.checklists import Result
    from dispatch.model.text import show

    if args.probe_result is not None:
        return probing.bring(args)
    if args.item is None:
        raise Refusal("Say which item: T3, for example.")
    if args.ran:
        return probing.run_items(args, [args.item])
    seat = open_seat(args)
    follow_up_on: datetime.date | None = None
    text = args.evidence
    if args.follow_up is not None:
        result, follow_up_on = Result.FOLLOW_UP, _day(args.follow_up, seat_day(seat))
    elif args.done:
        result = Result.DONE
    elif args.passed or args.value is not None:
        result = Result.PASS
    elif args.fail:
        result = Result.FAIL
    else:
        worded = {
            Result.NOT_DONE: args.not_done,
            Result.ANSWERED: args.answer,
            Result.NA: args.na,
            Result.DECLINED: args.declined,
            Result.OVERRIDDEN: args.override,
        }
        result, text = next((result, words) for result, words in worded.items() if words is not None)
    recorded = onsite.record(
        seat,
        args.reference,
        args.item,
        Entry(result=result, text=text, value=args.value),
        follow_up_on=follow_up_on,
        follow_up_minutes=args.minutes,
    )
    stands = (recorded.result or result).value.replace("_", " ")
    print(f"{show(recorded.visit.reference)} {show(recorded.ref)} saved: {stands}.")
    for line in recorded.notes:
        print(f"  {show(line)}")
    return 0


def _sign_off(args: argparse.Namespace) -> int:
    from dispatch.desk import onsite

    seat = open_seat(args)
    visit = onsite.sign_off(seat, args.reference, args.name, args.satisfied == "yes", args.words)
    return _said(visit)


def _close(args: argparse.Namespace) -> int:
    from dispatch.desk import leaving
    from dispatch.desk.plain import charge_line
    from dispatch.desk.refusals import GatesUnmet

    seat = open_seat(args)
    left_at = None if args.left_at is None else stay.when(seat, args.reference, args.left_at)
    try:
        visit = leaving.close(seat, args.reference, left_at=left_at)
    except GatesUnmet as refused:
        return _not_yet(seat.store, args.reference, str(refused))
    _said(visit)
    print(f"  {charge_line(seat.store, visit)}")
    return 0


def _not_yet(store: Store, reference: str, refused: str) -> int:
    """Say what keeps a visit from being closed, and how each of it is recorded."""
    from dispatch.commands.line import EXIT_GATES
    from dispatch.commands.ways import way_lines
    from dispatch.desk.visit_page import visit_page
    from dispatch.model.text import show

    page = visit_page(store, reference)
    missing = {one.ref for one in page.unmet}
    ways = way_lines(page.visit.reference, [item for item in page.checklist.items if item.ref in missing])
    print(show(refused, multiline=True), *ways, sep="\n", file=sys.stderr)
    return EXIT_GATES


def _leave(args: argparse.Namespace) -> int:
    from dispatch.desk import leaving
    from dispatch.model.text import show

    seat = open_seat(args)
    wanted_on = _day(args.follow_up, seat_day(seat)) if args.follow_up else None
    visit, follow_up = leaving.leave(
        seat,
        args.reference,
        args.reason,
        follow_up_on=wanted_on,
        minutes=args.minutes,
        our_fault=args.our_fault,
        left_at=None if args.left_at is None else stay.when(seat, args.reference, args.left_at),
        none_wanted=None if args.none_wanted is None else leaving.NoneWanted(args.said_by, args.none_wanted),
    )
    _said(visit)
    if follow_up is None:
        print(f"  no follow-up: {show(args.said_by)} said “{show(args.none_wanted)}”")
        return 0
    print(f"  follow-up {show(follow_up.reference)} for {show(follow_up.preferred)}, wanted {follow_up.wanted_on}")
    return 0


def _abort(args: argparse.Namespace) -> int:
    from dispatch.desk import leaving
    from dispatch.desk.visit_page import visit_page
    from dispatch.model.text import show

    seat = open_seat(args)
    visit = leaving.abort(seat, args.reference, args.reason, not_again=args.not_again)
    _said(visit)
    if not args.not_again:
        print(
            f"  its request is in the queue as {show(visit_page(seat.store, visit.reference).follow_ups[-1].reference)}"
        )
    return 0


def _no_access(args: argparse.Namespace) -> int:
    from dispatch.desk import leaving

    return _said(leaving.no_access(open_seat(args), args.reference, called=args.called, reason=args.reason))


def _undo(args: argparse.Namespace) -> int:
    from dispatch.desk import undo
    from dispatch.model.text import show

    print(f"Taken back: {show(undo.undo(open_seat(args)))}.")
    return 0


def _redo(args: argparse.Namespace) -> int:
    from dispatch.desk import undo
    from dispatch.model.text import show

    print(f"Done again: {show(undo.redo(open_seat(args)))}.")
    return 0


def _said(visit: Visit) -> int:
    from dispatch.model.text import show

    print(f"{show(visit.reference)} {show(visit.client)}: {visit.state.label}.")
    return 0


def seat_day(seat: Seat) -> datetime.date:
    """The date at the seat."""
    from dispatch.desk import views

    return views.today(seat.store)


def _day(text: str, today: datetime.date) -> datetime.date:
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day

    try:
        return parse_day(text, today=today)
    except ValueError as fault:
        raise Faulty([str(fault)]) from None


def _when(text: str, seat: Seat) -> int:
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_when

    try:
        return parse_when(text, seat.firm.zone, now=seat.now)
    except ValueError as fault:
        raise Faulty([str(fault)]) from None
