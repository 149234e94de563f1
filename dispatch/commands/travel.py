"""`dispatch travel …` and `dispatch roads …`: where travel times come from, pinned, learned, and reckoned by road."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import agreed, common_options, open_seat, open_store
from dispatch.model.paths import typed_path

if TYPE_CHECKING:
    from dispatch.desk.driving import Drive
    from dispatch.model.travel import Leg
    from dispatch.model.units import DistanceUnit

_ENDS = "a site, `depot`, or `home of NAME`"


def add_parsers(groups: Any) -> None:
    """Register the commands."""
    _add_travel(groups)
    _add_roads(groups)


def _add_travel(groups: Any) -> None:
    deeds = groups.add_parser("travel", help="travel times: show, pin, learn").add_subparsers(
        metavar="DEED", required=True, title="deeds"
    )
    options = common_options()

    show = deeds.add_parser(
        "show",
        parents=[options],
        help="the drives of a day, or one drive, with provenance and band",
        description="Without FROM and TO the legs of the day's routes. The band is where eight of ten drives end up.",
    )
    show.add_argument("origin", nargs="?", metavar="FROM", help=_ENDS)
    show.add_argument("destination", nargs="?", metavar="TO", help=_ENDS)
    show.add_argument("--date", metavar="DATE", help="default: today")
    show.add_argument("--at", metavar="WHEN", help="leaving then; default: now")
    show.add_argument("--matrix", action="store_true", help="every drive between the places of the day")
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    show.set_defaults(run=_show)

    pin = deeds.add_parser(
        "pin", parents=[options], help="say how long a drive takes", description="Counts before all other sources."
    )
    pin.add_argument("origin", metavar="FROM", help=_ENDS)
    pin.add_argument("destination", metavar="TO", help=_ENDS)
    pin.add_argument("minutes", metavar="MINUTES")
    pin.add_argument("--both", action="store_true", help="the way back too")
    pin.add_argument("--reason", metavar="TEXT", help="why, for example a ferry")
    pin.set_defaults(run=_pin)

    unpin = deeds.add_parser("unpin", parents=[options], help="let a pinned drive go; undo brings it back")
    unpin.add_argument("origin", metavar="FROM")
    unpin.add_argument("destination", metavar="TO")
    unpin.set_defaults(run=_unpin)

    pins = deeds.add_parser("pins", parents=[options], help="every pinned drive")
    pins.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    pins.set_defaults(run=_pins)

    learn = deeds.add_parser(
        "learn",
        parents=[options],
        help="learn from the logged legs",
        description="Medians of the pairs that were driven three times or more, and from 20 legs on the firm's own pace.",
    )
    learn.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    learn.set_defaults(run=_learn)


def _add_roads(groups: Any) -> None:
    deeds = groups.add_parser("roads", help="drives by road, without a network").add_subparsers(
        metavar="DEED", required=True, title="deeds"
    )
    options = common_options()
    add = deeds.add_parser(
        "add",
        parents=[options],
        help="build the road graph of an extract, and reckon drives on it from then on",
        description="EXTRACT is a file of OpenStreetMap data, for example of your state. Where the road engine is not "
        "installed it is fetched once, after asking. DRIVES.json, which `roads export` wrote on another machine, needs none.",
    )
    add.add_argument("extract", metavar="EXTRACT.osm.pbf | DRIVES.json")
    add.add_argument("--yes", action="store_true", help="fetch the road engine without asking")
    add.set_defaults(run=_roads_add)
    drawn = deeds.add_parser(
        "map",
        help="draw the roads of an extract below the maps, and find its addresses",
        description="`roads add` does this too. Needs osmium, which the extra maps installs; no road engine. A newer extract "
        "of the same name takes the place of the one before.",
    )
    drawn.add_argument("extract", nargs="?", metavar="EXTRACT.osm.pbf")
    drawn.add_argument("--remove", metavar="NAME", help="take the drawn roads of an extract off this machine")
    drawn.set_defaults(run=_roads_map)
    export = deeds.add_parser(
        "export", parents=[options], help="the drives between all places of the firm as JSON, for `roads add` elsewhere"
    )
    export.set_defaults(run=_roads_export)
    status = deeds.add_parser("status", parents=[options], help="engine, graph, and what is missing")
    status.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    status.set_defaults(run=_roads_status)
    remove = deeds.add_parser("remove", parents=[options], help="reckon drives without the graph again")
    remove.add_argument("--keep-files", action="store_true", help="leave the graph on the disk, for other databases")
    remove.set_defaults(run=_roads_remove)


def _show(args: argparse.Namespace) -> int:
    from dispatch.desk import driving, views
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day, parse_when

    if (args.origin is None) != (args.destination is None):
        raise Faulty(["FROM and TO belong together"])
    store = open_store(args)
    from db import settings

    firm, today = settings.firm(store), views.today(store)
    try:
        day = parse_day(args.date, today=today) if args.date else today
        at = parse_when(args.at, firm.zone, now=store.clock.now(), day=day) if args.at else store.clock.now()
    except ValueError as fault:
        raise Faulty([str(fault)]) from None
    notes: list[str] = []
    if args.matrix:
        titles, cells, notes = driving.matrix(store, day, at)
        _print_matrix(titles, cells, firm.distance_unit, as_json=args.json)
    else:
        if args.origin is not None:
            one, notes = driving.drive(store, args.origin, args.destination, at)
            drives = [one]
        else:
            drives = driving.drives_of(store, day)
        _print_drives(drives, firm.distance_unit, as_json=args.json)
    _tell(notes)
    return 0


def _pin(args: argparse.Namespace) -> int:
    from dispatch.desk import driving
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import show

    seat, shelf = open_seat(args), SHELVES["pin"]
    for one in driving.pin(seat, args.origin, args.destination, args.minutes, both=args.both, reason=args.reason):
        print(f"{show(shelf.title(seat.store, one))}: {show(shelf.line(seat.store, one))}")
    return 0


def _unpin(args: argparse.Namespace) -> int:
    from dispatch.desk import driving
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import show

    seat = open_seat(args)
    gone = driving.unpin(seat, args.origin, args.destination)
    print(f"{show(SHELVES['pin'].title(seat.store, gone))} is not pinned any more; dispatch visit undo brings it back.")
    return 0


def _pins(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import show

    store, shelf = open_store(args), SHELVES["pin"]
    found = shelf.all(store)
    if args.json:
        print_json([shelf.texts(store, one) | {"minutes": one.minutes} for one in found])
        return 0
    for one in found:
        print(f"{show(shelf.title(store, one))}  {show(shelf.line(store, one))}")
    if not found:
        print("None yet: dispatch travel pin FROM TO MINUTES")
    return 0


def _learn(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk import driving
    from dispatch.travel.learning import PAIR_LEGS, SCALE_LEGS

    learned = driving.learn(open_seat(args))
    if args.json:
        scales = {
            source: {
                "multiplier": round(one.multiplier, 3),
                "low": round(one.low, 3),
                "high": round(one.high, 3),
                "legs": one.legs,
                "half_hours": len(one.buckets),
            }
            for source, one in learned.scales.items()
        }
        print_json({"legs": learned.legs, "pairs": learned.pairs, "scales": scales})
        return 0
    print(f"{learned.legs} logged legs; {learned.pairs} pairs were driven {PAIR_LEGS} times or more.")
    for source, one in learned.scales.items():
        hours = f", {len(one.buckets)} half hours of their own" if one.buckets else ""
        print(f"{source}: drives take {one.multiplier:.2f} times as long ({one.low:.2f} to {one.high:.2f}{hours}).")
    if not learned.scales:
        print(f"A pace of the firm's own takes {SCALE_LEGS} legs.")
    return 0


def _step(words: str) -> None:
    print(f"{words} …", file=sys.stderr, flush=True)


def _roads_map(args: argparse.Namespace) -> int:
    from dispatch.desk import maps
    from dispatch.desk.refusals import Faulty, NotFound
    from dispatch.model.text import show

    if (args.extract is None) == (args.remove is None):
        raise Faulty(["either an EXTRACT or --remove NAME is expected"])
    if args.remove is not None:
        if not maps.erase(args.remove):
            raise NotFound(f"No roads of {show(args.remove)} are drawn; dispatch roads status lists those that are.")
        print(f"The roads of {show(args.remove)} are not drawn any more.")
        return 0
    name = maps.draw(typed_path(args.extract), _step)
    print(f"The roads of {show(name)} are drawn below the maps from now on, and its addresses found without a network.")
    return 0


def _roads_add(args: argparse.Namespace) -> int:
    from dispatch.desk import maps, roads, views
    from dispatch.desk.refusals import Refusal
    from dispatch.model.text import show
    from dispatch.travel.executables import DOWNLOAD_MB

    seat = open_seat(args)
    extract = typed_path(args.extract)
    fetching = roads.to_be_fetched(extract) and not args.yes
    if fetching and not agreed(f"Fetch the road engine ({DOWNLOAD_MB} MB)?"):
        raise Refusal(f"The road engine is not installed, and {DOWNLOAD_MB} MB would be fetched: say --yes.")
    name = roads.add(seat, extract, _step)
    undrawn = maps.try_draw(extract, _step)
    fetched = roads.prefetch(seat, views.today(seat.store))
    print(f"Drives are reckoned on the roads of {show(name)} from now on ({fetched.drives} of today are known).")
    _tell([*fetched.notes, *([undrawn] if undrawn else [])])
    return 0


def _roads_export(args: argparse.Namespace) -> int:
    import json

    from dispatch.desk import roads

    print(json.dumps(roads.export(open_seat(args)), separators=(",", ":")))
    return 0


def _roads_status(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from dispatch.commands.printing import print_json
    from dispatch.desk import maps, roads
    from dispatch.model.text import show

    status, drawn = roads.status(open_store(args)), maps.drawn()
    if args.json:
        form = {key: value if value != "" else None for key, value in asdict(status).items()}
        print_json(form | {"drawn": drawn})
        return 0
    graph = f"{status.graph} ({status.extract}, {status.megabytes} MB, {status.graph_id})" if status.graph else "none"
    print(f"road graph   {show(graph)}")
    print(f"road engine  {show(status.engine) or 'not installed'}")
    print(f"remote       {show(status.remote) or 'none'}")
    print(f"drawn        {', '.join(map(show, drawn)) or 'no roads'}")
    for key, count in status.drives.items():
        print(f"known        {count:,} drives of {show(key)}")
    _tell([status.note] if status.note else [])
    return 0


def _roads_remove(args: argparse.Namespace) -> int:
    from dispatch.desk import roads
    from dispatch.model.text import show

    name = roads.remove(open_seat(args), keep_files=args.keep_files)
    print(f"Drives are reckoned without the roads of {show(name)} again.")
    return 0


def _tell(notes: Sequence[str]) -> None:
    from dispatch.model.text import show

    for note in notes:
        print(show(note, 300), file=sys.stderr)


def _print_drives(drives: Sequence[Drive], unit: DistanceUnit, *, as_json: bool) -> None:
    from dispatch.commands.printing import print_json
    from dispatch.model.text import pad, show
    from dispatch.model.units import distance_text, leg_text

    if as_json:
        print_json({"distance_unit": unit, "drives": [_drive_form(one, unit) for one in drives]})
        return
    technician = ""
    for one in drives:
        if one.technician != technician:
            technician = one.technician
            print(show(technician))
        leg = one.leg
        figures = (
            f"{leg_text(leg.seconds, leg.provenance):>16}  {_band_text(leg):>12}  {distance_text(leg.metres, unit):>9}"
        )
        print(f"  {pad(one.origin, 30)} → {pad(one.destination, 30)} {figures}".rstrip())
    if not drives:
        print("Nobody drives on this day.")


def _print_matrix(titles: Sequence[str], cells: list[list[Leg]], unit: DistanceUnit, *, as_json: bool) -> None:
    from dispatch.commands.forms import leg_form
    from dispatch.commands.printing import print_json
    from dispatch.model.text import pad, show
    from dispatch.model.units import leg_text

    if as_json:
        rows = [[_with_band(leg_form(leg, unit), leg) for leg in row] for row in cells]
        print_json({"distance_unit": unit, "places": [show(title) for title in titles], "legs": rows})
        return
    for title, row in zip(titles, cells, strict=True):
        print(show(title))
        for other, leg in zip(titles, row, strict=True):
            if other != title:
                print(f"  → {pad(other, 40)} {leg_text(leg.seconds, leg.provenance):>16}  {_band_text(leg)}".rstrip())


def _drive_form(one: Drive, unit: DistanceUnit) -> dict[str, Any]:
    from dispatch.commands.forms import leg_form

    form = {"technician": one.technician or None, "from": one.origin, "to": one.destination}
    reason = one.pin.reason or None if one.pin is not None else None
    return form | _with_band(leg_form(one.leg, unit), one.leg) | {"pin_reason": reason}


def _with_band(form: dict[str, Any] | None, leg: Leg) -> dict[str, Any]:
    from dispatch.model.units import minutes_of

    low, high = (None if one is None else minutes_of(one) for one in (leg.low, leg.high))
    return (form or {}) | {"low": low, "high": high}


def _band_text(leg: Leg) -> str:
    from dispatch.model.units import minutes_of

    if leg.low is None or leg.high is None or leg.low == leg.high:
        return ""
    return f"{minutes_of(leg.low)}–{minutes_of(leg.high)} min"
