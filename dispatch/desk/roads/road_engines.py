"""Road engines at work for a firm: asked ahead of time, for a day, away from the interface and outside of transactions."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from db import settings, travel_times
from db.store import Store
from dispatch.desk.day import routing
from dispatch.desk.session.refusals import NotFound, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.travel import drive_times
from dispatch.lazily import lazily
from dispatch.model.firm import Firm
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.travel import Place
from dispatch.travel.chain import Unavailable
from dispatch.travel.known import Cell, Pair, point
from dispatch.travel.sources import Source, local_source

with lazily(__name__):
    from dispatch.desk.roads import carried_drives, maps
    from dispatch.travel import executables, graphs, sidecar

REST = 60.0
"""Seconds for which an engine that could not be asked is left alone."""

_down: dict[str, tuple[float, str]] = {}
_asking = threading.Lock()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking ahead: drives that are known now, whether legs changed by it, and what could not be had."""

    drives: int = 0
    renewed: bool = False
    notes: tuple[str, ...] = ()


def prefetch(user: User, day: datetime.date) -> Fetched:
    """Ask for the drives between all places of a day that are not known yet, keep them, and renew the day's legs.

    It takes as long as the engine takes: call it from a thread. An engine that is absent, has crashed or does not answer
    is a sentence in `notes`; the drives stay estimated.

    Raises:
        StoreFault: the answers cannot be kept.
    """
    firm = settings.firm(user.store)
    if not drive_times.sources(firm):
        return Fetched()
    with _asking:
        count, notes = _fetch(user, firm, drive_times.places_on(user.store, day))
    return Fetched(count, routing.renew(user, day), tuple(notes))


def _fetch(user: User, firm: Firm, places: Sequence[Place]) -> tuple[int, list[str]]:
    """Ask the first engine that answers."""
    notes: list[str] = []
    for source in drive_times.sources(firm):
        rested = _down.get(source.key)
        if rested is not None and monotonic() - rested[0] < REST and not source.local:
            notes.append(rested[1])
            continue
        count = 0
        try:
            for cells in _missing(user.store, firm, source, places):
                drive_times.keep(user, firm, source, cells)
                count += len(cells)
        except Unavailable as fault:
            _down[source.key] = monotonic(), str(fault)
            notes.append(str(fault))
            continue
        _down.pop(source.key, None)
        return count, notes
    return 0, notes


def _missing(store: Store, firm: Firm, source: Source, places: Sequence[Place]) -> Iterable[dict[Pair, Cell]]:
    """What the engine says of the pairs that it was not asked about yet: whole rows first, then the columns left."""
    by_point = {point(place): place for place in places}
    keys = sorted(by_point)
    known = set(drive_times.cells(store, firm, source, keys, keys, fresh=True))
    lacking = {origin: [end for end in keys if (origin, end) not in known] for origin in keys}
    rows = [origin for origin in keys if len(lacking[origin]) * 2 > len(keys)]
    others = [origin for origin in keys if lacking[origin] and origin not in set(rows)]
    columns = sorted({end for origin in others for end in lacking[origin]})
    for origins, destinations in ((rows, keys), (others, columns)):
        if origins and destinations:
            table = source.engine().table([by_point[end] for end in origins], [by_point[end] for end in destinations])
            yield {
                (origin, destination): cell
                for origin, row in zip(origins, table, strict=True)
                for destination, cell in zip(destinations, row, strict=True)
            }


# the graph of this machine


@dataclass(frozen=True, slots=True)
class Status:
    """How a firm's drives are reckoned on this machine. `drives` are those that the cache holds of each engine."""

    graph_id: str
    graph: str
    extract: str
    megabytes: float | None
    engine: str
    remote: str
    drives: dict[str, int]
    note: str


def status(store: Store) -> Status:
    """Which engine and graph there are, and what is missing."""
    firm = settings.firm(store)
    loaded = graphs.graph(firm.roads) if firm.roads else None
    engine = executables.executables()
    note = ""
    if firm.roads and loaded is None:
        note = "The road graph of this database is not on this machine: dispatch roads add makes it."
    elif firm.roads and engine is None:
        note = "The road engine is not installed on this machine: dispatch roads add installs it."
    elif not drive_times.sources(firm):
        note = "No road engine: drives are estimated. dispatch roads add EXTRACT.osm.pbf reckons them by road."
    return Status(
        graph_id=firm.roads,
        graph=loaded.name if loaded is not None else "",
        extract=loaded.extract if loaded is not None else "",
        megabytes=loaded.megabytes if loaded is not None else None,
        engine=engine.version or "?" if engine is not None else "",
        remote=f"{firm.travel_engine} {firm.travel_url}" if firm.travel_engine != "none" else "",
        drives={source.key: travel_times.counted(store, source.key) for source in drive_times.sources(firm)},
        note=note,
    )


def to_be_fetched(file: Path) -> bool:
    """Whether `add` fetches the road engine for this file first; somebody is asked before."""
    return not carried_drives.is_drives_file(file) and executables.executables() is None


def add(
    user: User, extract: Path, tell: Callable[[str], None] = lambda step: None, stop: threading.Event | None = None
) -> str:
    """Reckon drives on the roads of an extract from now on; returns the name of the graph.

    The engine is fetched first where it is not here, so whoever calls has asked. `tell` hears each step as it begins, and
    `stop` ends the building. A file of `export`, `*.json`, brings the drives of a graph that is elsewhere: they are kept,
    and others are estimated until engine and graph are here too.

    Raises:
        NotAllowed: not a lead.
        Refusal: the engine cannot be had, or the file is no extract. Nothing was changed.
    """
    with user.write("add roads", Role.LEAD) as unit:
        unit.leave_unchanged()  # before minutes of work, not after them
    if not extract.is_file():
        raise NotFound(f"There is no file {show(str(extract))}.")
    if carried_drives.is_drives_file(extract):
        carried = carried_drives.read_drives(extract)
        drive_times.keep(user, user.firm, local_source(carried.graph), carried.cells)
        _use(user, carried.graph)
        return carried.name
    try:
        engine = executables.executables()
        if engine is None:
            tell("fetching the road engine")
            engine = executables.fetch()
        graph = graphs.build(engine, extract, tell, stop)
    except (executables.NotInstalled, graphs.NotBuilt) as fault:
        raise Refusal(str(fault)) from fault
    _use(user, graph.id)
    return graph.name


def export(user: User) -> dict[str, Any]:
    """The drives between all places of the firm on its road graph, asked where they are not known yet, for `add` elsewhere.

    Raises:
        Refusal: there is no graph, or its engine cannot be asked for what is missing.
    """
    store, firm = user.store, user.firm
    if not firm.roads:
        raise Refusal("This database uses no road graph.")
    source, places = local_source(firm.roads), drive_times.places_of_firm(store)
    try:
        for cells in _missing(store, firm, source, places):
            drive_times.keep(user, firm, source, cells)
    except Unavailable as fault:
        raise Refusal(str(fault)) from fault
    points = [point(place) for place in places]
    about = graphs.graph(firm.roads)
    name = firm.roads if about is None else about.name
    return carried_drives.drives_form(firm.roads, name, places, drive_times.cells(store, firm, source, points, points))


def remove(user: User, *, keep_files: bool = False) -> str:
    """Reckon drives without the graph again, and take its files off this machine; returns its name.

    Raises:
        NotAllowed: not a lead.
        Refusal: there is none, or its files cannot be removed.
    """
    graph_id = user.firm.roads
    if not graph_id:
        raise Refusal("This database uses no road graph.")
    _use(user, "")
    sidecar.stop_all()
    graph = graphs.graph(graph_id)
    if graph is None:
        return graph_id
    if not keep_files:
        maps.erase(graph.name)
        try:
            graphs.remove(graph)
        except OSError as error:
            raise Refusal(f"{graph.folder} could not be removed: {error.strerror or error}.") from error
    return graph.name


def _use(user: User, graph_id: str) -> None:
    """Set the graph; what an earlier one said is forgotten."""
    with user.write("set roads", Role.LEAD) as unit:
        firm = settings.firm(user.store)
        if firm.roads == graph_id:
            unit.leave_unchanged()
            return
        settings.set_firm(unit, roads=graph_id)
        in_use = {source.key for source in drive_times.sources(settings.firm(user.store))}
        for source in drive_times.sources(firm):
            if source.key not in in_use:
                travel_times.forget(unit, source.key)
        routing.reroute_ahead(unit)
