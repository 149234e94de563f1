"""`dispatch travel …` and `dispatch roads …`: where travel times come from, pinned, learned, and reckoned by road."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from dispatch.commands.declared import CommandGroup, acts, alone, by, reads
from dispatch.commands.opening import agreed
from dispatch.commands.options import JSON, Args, Store, User, flag, option
from dispatch.commands.printing import Answer, listing, print_result
from dispatch.commands.typed import day_or_today, moment_or_now
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.instants import day_of
from dispatch.model.paths import typed_path
from dispatch.model.text import count_text, pad, show
from dispatch.model.travel import distance_text, leg_text, minutes_of

with lazily(__name__):
    from db import settings
    from dispatch.commands import forms
    from dispatch.desk.book import record_stores
    from dispatch.desk.roads import driving, maps, road_engines
    from dispatch.model.travel import DistanceUnit, Leg
    from dispatch.travel import executables, learning, roadmap
    from dispatch.travel.learning import LearnedPair

_ENDS = "a site, `depot`, or `home of NAME`"
_WAY = (option("origin", "FROM", _ENDS), option("destination", "TO", _ENDS))


@reads(
    "show",
    "the drives of a day, or one drive, with provenance and band",
    option("origin", "FROM", _ENDS, nargs="?"),
    option("destination", "TO", _ENDS, nargs="?"),
    option("--date", "DATE", "default: today", reads=day_or_today),
    option("--at", "WHEN", "leaving then; default: now", reads=moment_or_now),
    flag("--matrix", "every drive between the places of the day"),
    JSON,
    about="Without FROM and TO the legs of the day's routes. The band is where eight of ten drives end up.",
)
def _show(store: Store, args: Args) -> int:
    if (args.origin is None) != (args.destination is None):
        raise Faulty(["FROM and TO belong together"])
    unit = settings.firm(store).distance_unit
    notes: list[str] = []
    if args.matrix:
        titles, cells, notes = driving.matrix(store, args.date, args.at)
        answer = _matrix(titles, cells, unit)
    else:
        drives = driving.drives_of(store, args.date) if args.origin is None else []
        if args.origin is not None:
            known, notes = driving.drive(store, args.origin, args.destination, args.at)
            drives = [known]
        answer = _drives(drives, unit, settings.firm(store).zone)
    print_result(answer, as_json=args.json)
    _tell(notes)
    return 0


def _drives(drives: Sequence[driving.KnownDrive], unit: DistanceUnit, zone: str) -> Answer:
    def json_form(known: driving.KnownDrive) -> dict[str, Any]:
        whose = form(known, "technician? from=origin to=destination")
        more = form(known, "pin_reason=pin.reason?") | (
            {} if known.doubt is None else {"doubted": _doubt_form(known.doubt, zone)}
        )
        return whose | (forms.leg_form(known.leg, unit, band=True) or {}) | more

    def lines(drives: Sequence[driving.KnownDrive]) -> Iterator[str]:
        technician = ""
        for known in drives:
            if known.technician != technician:
                technician = known.technician
                yield technician
            leg = known.leg
            figures = f"{_time(leg)}  {_band(leg):>12}  {distance_text(leg.metres, unit):>9}"
            yield f"  {pad(known.origin, 30)} → {pad(known.destination, 30)} {figures}".rstrip()
            if known.doubt is not None:
                yield f"    learned, not believed: {known.doubt.doubt(zone)}"
        if not drives:
            yield "Nobody drives on this day."

    return Answer(drives, lambda drives: {"distance_unit": unit, "drives": [*map(json_form, drives)]}, lines)


def _doubt_form(doubt: LearnedPair, zone: str) -> dict[str, Any]:
    last = day_of(doubt.last_at, zone).isoformat()
    return form(
        doubt, "minutes reckoned_minutes legs last", reckoned_minutes=minutes_of(doubt.reckoned or 0), last=last
    )


def _matrix(titles: Sequence[str], cells: list[list[Leg]], unit: DistanceUnit) -> Answer:
    def json_form(cells: list[list[Leg]]) -> dict[str, Any]:
        rows = [[forms.leg_form(leg, unit, band=True) for leg in row] for row in cells]
        return {"distance_unit": unit, "places": [show(title) for title in titles], "legs": rows}

    def lines(cells: list[list[Leg]]) -> Iterator[str]:
        for title, row in zip(titles, cells, strict=True):
            yield title
            for other, leg in zip(titles, row, strict=True):
                if other != title:
                    yield f"  → {pad(other, 40)} {_time(leg)}  {_band(leg)}".rstrip()

    return Answer(cells, json_form, lines)


def _time(leg: Leg) -> str:
    return f"{leg_text(leg.seconds, leg.provenance):>16}"


def _band(leg: Leg) -> str:
    if leg.low is None or leg.high is None or leg.low == leg.high:
        return ""
    return f"{minutes_of(leg.low)}–{minutes_of(leg.high)} min"


@acts(
    "pin",
    "say how long a drive takes",
    *_WAY,
    option("minutes", "MINUTES"),
    flag("--both", "the way back too"),
    option("--reason", "TEXT", "why, for example a ferry"),
    about="Counts before all other sources.",
)
def _pin(user: User, args: Args) -> Iterator[str]:
    record_store = record_stores.RECORD_STORES["pin"]
    for pin in driving.pin(user, args.origin, args.destination, args.minutes, both=args.both, reason=args.reason):
        yield f"{record_store.title(user.store, pin)}: {record_store.line(user.store, pin)}"


@acts("unpin", "let a pinned drive go; undo brings it back", option("origin", "FROM"), option("destination", "TO"))
def _unpin(user: User, args: Args) -> str:
    gone = driving.unpin(user, args.origin, args.destination)
    ends = record_stores.RECORD_STORES["pin"].title(user.store, gone)
    return f"{ends} is not pinned any more; dispatch visit undo brings it back."


@reads(
    "doubted",
    "learned drives that are not believed, and so not counted with",
    JSON,
    about="What was logged is too far from what is reckoned. Take one with `travel pin`, or drop it.",
)
def _doubted(store: Store, _: Args) -> Answer:
    zone = settings.firm(store).zone
    return listing(
        [(known, known.doubt) for known in driving.doubted(store) if known.doubt is not None],
        lambda pair: form(pair[0], "from=origin to=destination") | _doubt_form(pair[1], zone),
        lambda pair: f"{pair[0].origin} → {pair[0].destination}: {pair[1].doubt(zone)}",
        "None.",
    )


@reads("pins", "every pinned drive", JSON)
def _pins(store: Store, _: Args) -> Answer:
    record_store = record_stores.RECORD_STORES["pin"]
    return listing(
        [*record_store.all(store)],
        lambda pin: record_store.texts(store, pin) | {"minutes": pin.minutes},
        lambda pin: f"{record_store.title(store, pin)}  {record_store.line(store, pin)}",
        "None yet: dispatch travel pin FROM TO MINUTES",
    )


@acts(
    "learn",
    "learn from the logged legs",
    JSON,
    about="Medians of the pairs that were driven three times or more, and from 20 legs on the firm's own pace.",
)
def _learn(user: User, _: Args) -> Answer:
    def json_form(learned: driving.Learned) -> dict[str, Any]:
        scales = {
            source: {name: round(getattr(scale, name), 3) for name in ("multiplier", "low", "high")}
            | {"legs": scale.legs, "half_hours": len(scale.buckets)}
            for source, scale in learned.scales.items()
        }
        doubted = {"doubted": learned.doubted} if learned.doubted else {}
        return {"legs": learned.legs, "pairs": learned.pairs, **doubted, "scales": scales}

    def lines(learned: driving.Learned) -> Iterator[str]:
        pairs = f"{count_text(learned.pairs, 'pair')} driven {learning.PAIR_LEGS} times or more"
        yield f"{count_text(learned.legs, 'logged leg')}; {pairs}."
        if learned.doubted:
            yield f"{learned.doubted} more cannot be believed and are not counted with: dispatch travel doubted"
        for source, scale in learned.scales.items():
            hours = f", {len(scale.buckets)} half hours of their own" if scale.buckets else ""
            yield f"{source}: drives take {scale.multiplier:.2f} times as long ({scale.low:.2f} to {scale.high:.2f}{hours})."
        if not learned.scales:
            yield f"A pace of the firm's own takes {learning.SCALE_LEGS} legs."

    return Answer(driving.learn(user), json_form, lines)


_drop = acts("drop", "leave out a learned drive that is not believed, until it is driven again", *_WAY)(
    by("roads.driving.drop", "What was logged from {origin} to {destination} was no drive.")
)


def _step(words: str) -> None:
    print(f"{words} …", file=sys.stderr, flush=True)


@alone(
    "map",
    "draw the roads of an extract below the maps, and find its addresses",
    option("extract", "EXTRACT.osm.pbf", nargs="?"),
    option("--remove", "NAME", "take the drawn roads of an extract off this machine"),
    about="`roads add` does this too. Needs osmium, which the extra maps installs; no road engine. A newer extract "
    "of the same name takes the place of the one before.",
    common=False,
)
def _roads_map(args: Args) -> str:
    if (args.extract is None) == (args.remove is None):
        raise Faulty(["either an EXTRACT or --remove NAME is expected"])
    if args.extract is not None:
        name = maps.draw(typed_path(args.extract), _step)
        return f"The roads of {name} are drawn below the maps from now on, and its addresses found without a network."
    if not maps.erase(args.remove):
        raise NotFound(f"No roads of {args.remove} are drawn; dispatch roads status lists those that are.")
    return f"The roads of {args.remove} are not drawn any more."


@acts(
    "add",
    "build the road graph of an extract, and reckon drives on it from then on",
    option("extract", "EXTRACT.osm.pbf | DRIVES.json"),
    flag("--yes", "fetch the road engine without asking"),
    about="EXTRACT is a file of OpenStreetMap data, for example of your state. Where the road engine is not "
    "installed it is fetched once, after asking. DRIVES.json, which `roads export` wrote on another machine, needs none.",
)
def _roads_add(user: User, args: Args) -> str:
    extract = typed_path(args.extract)
    fetching = road_engines.to_be_fetched(extract) and not args.yes
    if fetching and not agreed(f"Fetch the road engine ({executables.DOWNLOAD_MB} MB)?"):
        raise Refusal(
            f"The road engine is not installed, and {executables.DOWNLOAD_MB} MB would be fetched: say --yes."
        )
    name = road_engines.add(user, extract, _step)
    undrawn = maps.try_draw(extract, _step)
    fetched = road_engines.prefetch(user, settings.today(user.store))
    _tell([*fetched.notes, *([undrawn] if undrawn else [])])
    return f"Drives are reckoned on the roads of {name} from now on ({count_text(fetched.drives, 'drive')} known of today)."


@reads("status", "engine, graph, and what is missing", JSON)
def _roads_status(store: Store, _: Args) -> Answer:
    drawn = roadmap.drawn()

    def lines(status: road_engines.Status) -> Iterator[str]:
        graph = (
            f"{status.graph} ({status.extract}, {status.megabytes} MB, {status.graph_id})" if status.graph else "none"
        )
        yield f"road graph   {graph}"
        yield f"road engine  {status.engine or 'not installed'}"
        yield f"remote       {status.remote or 'none'}"
        yield f"drawn        {', '.join(drawn) or 'no roads'}"
        for key, count in status.drives.items():
            yield f"known        {count_text(count, 'drive')} of {key}"
        _tell([status.note] if status.note else [])

    return Answer(
        road_engines.status(store),
        lambda status: (
            {key: None if value == "" else value for key, value in asdict(status).items()} | {"drawn": drawn}
        ),
        lines,
    )


def _tell(notes: Iterable[str]) -> None:
    for note in notes:
        print(show(note, 300), file=sys.stderr)


_ROADS = (
    _roads_add,
    _roads_map,
    acts("export", "the drives between all places of the firm as JSON, for `roads add` elsewhere")(
        by("roads.road_engines.export", lambda drives: json.dumps(drives, separators=(",", ":")))
    ),
    _roads_status,
    acts(
        "remove",
        "reckon drives without the graph again",
        flag("--keep-files", "leave the graph on the disk, for other databases"),
    )(by("roads.road_engines.remove", "Drives are reckoned without the roads of {0} again.")),
)
COMMANDS = (
    CommandGroup("travel", "travel times: show, pin, learn", (_show, _pin, _unpin, _pins, _learn, _doubted, _drop)),
    CommandGroup("roads", "drives by road, without a network", _ROADS),
)
