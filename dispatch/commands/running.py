"""`dispatch candidates`, `emergency`, `late` and `call`: the running day."""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat, open_store

if TYPE_CHECKING:
    from db.store import Store


def add_parsers(groups: Any) -> None:
    """Register the commands."""
    options = common_options()

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = groups.add_parser(name, parents=[options], help=text, description=text)
        parser.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
        parser.set_defaults(run=run)
        return parser

    candidates = command(
        "candidates", _candidates, "who could do a visit and when, the best first, with reasons and cost"
    )
    candidates.add_argument("reference", metavar="REFERENCE", help="the visit, for example R4001")
    candidates.add_argument(
        "--date",
        metavar="DAY",
        help="2026-11-24, today, tomorrow, tue (default: its planned or wanted day, else today)",
    )

    emergency = command(
        "emergency",
        _emergency,
        "how a visit gets into the running day at once: who is there when, and what is pushed by how much",
    )
    emergency.add_argument("reference", metavar="REFERENCE", help="the visit, for example R4001")
    emergency.add_argument("--to", metavar="TECHNICIAN", help="only with this technician (name or login)")
    emergency.add_argument("--apply", action="store_true", help="place it, the best way; undo takes all of it back")
    emergency.add_argument(
        "--override", default="", metavar="REASON", help="place it although the check refuses; audited"
    )

    late = command("late", _late, "who is late or runs over, and whom to call, the first call first")
    late.add_argument("--date", metavar="DAY", help="2026-11-24, today, tomorrow, tue (default: today)")

    call = command("call", _call, "log a call to a client before we arrive")
    call.add_argument("reference", metavar="REFERENCE", help="the visit, for example R4001")
    call.add_argument(
        "--promised",
        metavar="WHEN",
        help="the time the client was told, such as 15:40 (default: the projected arrival)",
    )
    call.add_argument("--no-answer", action="store_true", help="nobody answered; after ten minutes it goes to the lead")
    call.add_argument("--note", default="", metavar="TEXT", help="what was said")


def _candidates(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.commands.running_forms import candidates_form
    from dispatch.desk import schedule
    from dispatch.desk.visit_page import find
    from dispatch.model.instants import clock_text, day_of, day_text
    from dispatch.model.text import pad, show

    store = open_store(args)
    zone, today = _zone(store), _today(store)
    visit = find(store, args.reference)
    own = day_of(visit.starts_at, zone) if visit.starts_at is not None else visit.wanted_on
    day = _day(args.date, store) if args.date else max(own or today, today)
    found = schedule.candidates(store, args.reference, day)
    if args.json:
        print_json(candidates_form(visit, day, found, zone))
        return 0
    print(f"{show(visit.reference)} {show(visit.client)}, {show(visit.work)}: {day_text(day)}")
    for one in found:
        head = f"{pad(one.name, 18)} {clock_text(one.start, zone)}  {one.verdict.level.value:<8}  cost {one.cost:7.1f}"
        print(f"{head}  {show(one.words, 300)}")
    if not found:
        print("Nobody works on this day.")
    return 0


def _emergency(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.commands.running_forms import ways_form
    from dispatch.desk import emergency
    from dispatch.desk.visit_page import find
    from dispatch.model.instants import clock_text
    from dispatch.model.text import pad, show

    if args.apply:
        return _apply(args)
    store = open_store(args)
    zone = _zone(store)
    found = emergency.ways(store, args.reference, args.to)
    visit = find(store, args.reference)
    if args.json:
        print_json(ways_form(visit, found, emergency.references(store, found), zone, applied=False))
        return 0
    print(f"{show(visit.reference)} {show(visit.client)}, {show(visit.work)}: nothing is placed yet, --apply does it")
    for one in found:
        head = f"{pad(one.name, 18)} {clock_text(one.start, zone)}  {one.level.value:<8}  cost {one.cost:7.1f}"
        print(f"{head}  {show(one.words(zone), 400)}")
    if not found:
        print("Nobody works today.")
    return 0


def _apply(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.commands.running_forms import ways_form
    from dispatch.desk import emergency
    from dispatch.model.instants import clock_text
    from dispatch.model.text import show

    seat = open_seat(args)
    placed = emergency.insert(seat, args.reference, args.to, reason=args.override)
    visit, way, zone = placed.visit, placed.way, seat.firm.zone
    if args.json:
        print_json(ways_form(visit, [way], emergency.references(seat.store, [way]), zone, applied=True))
        return 0
    print(
        f"{show(visit.reference)} {show(visit.client)} stands at {clock_text(way.start, zone)} with {show(way.name)}."
    )
    for push in way.pushed:
        print(f"  {show(push.client)} is pushed by {push.minutes} min to {clock_text(push.start, zone)}: call them")
    for finding in way.findings:
        print(f"  {show(finding.text)}")
    return 0


def _late(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.commands.running_forms import late_form
    from dispatch.desk import views
    from dispatch.desk.plain import late_lines

    store = open_store(args)
    board = views.board(store, _day(args.date, store) if args.date else _today(store))
    if args.json:
        print_json(late_form(board))
    else:
        print("\n".join(late_lines(board)))
    return 0


def _call(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.commands.running_forms import called_form
    from dispatch.desk import calling
    from dispatch.desk.refusals import Faulty
    from dispatch.desk.visit_page import find
    from dispatch.model.instants import clock_text, day_of, parse_when
    from dispatch.model.text import show
    from dispatch.planning.calls import ESCALATED_AFTER

    seat = open_seat(args)
    if args.no_answer and args.promised:
        raise Faulty(["--promised: nobody answered, so nothing was promised"])
    promised = None
    if args.promised:
        visit = find(seat.store, args.reference)
        day = day_of(visit.starts_at, visit.zone) if visit.starts_at is not None else None
        try:
            promised = parse_when(args.promised, visit.zone, now=seat.now, day=day)
        except ValueError as fault:
            raise Faulty([f"--promised: {fault}"]) from None
    logged = calling.call(seat, args.reference, answered=not args.no_answer, promised=promised, note=args.note)
    zone = logged.visit.zone
    if args.json:
        print_json(called_form(logged))
        return 0
    zone, told = logged.visit.zone, logged.call.promised
    if told is None:
        said = f"no answer. It goes to the lead at {clock_text(logged.call.at + ESCALATED_AFTER, zone)}"
    else:
        said = f"told {clock_text(told, zone)}"
    print(f"{show(logged.visit.reference)} {show(logged.visit.client)}: {said}.")
    return 0


def _zone(store: Store) -> str:
    from db import settings

    return settings.firm(store).zone


def _today(store: Store) -> datetime.date:
    from dispatch.desk import views

    return views.today(store)


def _day(text: str, store: Store) -> datetime.date:
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day

    try:
        return parse_day(text, today=_today(store))
    except ValueError as fault:
        raise Faulty([str(fault)]) from None
