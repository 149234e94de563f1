"""What extracts of OpenStreetMap bring to this machine, roads below the maps and addresses; and what a map of a day shows."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from db import settings
from db.faults import StoreFault
from db.store import Store
from dispatch.desk.session.refusals import NotFound, Refusal
from dispatch.desk.travel import drive_times
from dispatch.lazily import lazily
from dispatch.model.maps import Box, DayRoute, Road, Way
from dispatch.model.text import show
from dispatch.model.travel import Place

with lazily(__name__):
    from db import addresses
    from dispatch.desk.roads import carried_drives
    from dispatch.travel import extract_addresses, graphs, road_lines, roadmap

if TYPE_CHECKING:
    from dispatch.travel.graphs import Progress


def draw(extract: Path, tell: Progress = lambda step: None, stop: threading.Event | None = None) -> str:
    """Draw the roads of an extract below the maps of this machine from now on, and find its addresses without a network;
    returns the name of the extract.

    Raises:
        Refusal: the file is no extract, osmium is not installed, or `stop` was set. Nothing was changed.
    """
    if not extract.is_file():
        raise NotFound(f"There is no file {show(str(extract))}.")
    name = graphs.name_of(extract)
    try:
        found = extract_addresses.addresses_of(extract, tell, stop)
        roadmap.build(extract, roadmap.map_file(name), tell, stop)
        addresses.write(_address_file(name), found)
    except (road_lines.NotDrawn, OSError) as fault:
        raise Refusal(str(fault)) from fault
    return name


def try_draw(extract: Path, tell: Progress, stop: threading.Event | None = None) -> str:
    """The same, where drives are what matters: what keeps the roads from being drawn is said, and no refusal."""
    if carried_drives.is_drives_file(extract):
        return ""
    try:
        draw(extract, tell, stop)
    except Refusal as refusal:
        return f"Maps are without these roads. {refusal}"
    return ""


def erase(name: str) -> bool:
    """Take the drawn roads of an extract off this machine; False: there are none of that name.

    Raises:
        Refusal: the file cannot be removed.
    """
    if name not in roadmap.drawn():
        return False
    for path in (roadmap.map_file(name), _address_file(name)):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise Refusal(f"{path} could not be removed: {error.strerror or error}.") from error
    return True


def address_files() -> list[tuple[str, Path]]:
    """The name and the file of each extract whose addresses can be found without a network."""
    return [(name, path) for name in roadmap.drawn() if (path := _address_file(name)).is_file()]


def _address_file(name: str) -> Path:
    return roadmap.map_file(name).with_name(name + addresses.SUFFIX)


class Atlas:
    """Ways and roads for the maps of a store. Both may take a while: call them from a thread. Neither ever raises."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ways: dict[tuple[Place | None, ...], tuple[Way, ...]] = {}

    def ways(self, route: DayRoute) -> tuple[Way, ...]:
        """The way of each leg; nothing without a road engine, or while none can be asked."""
        legs = route.legs
        stops = (*(origin for origin, _, _ in legs), *(place for _, place, _ in legs[-1:]))
        if stops in self._ways:
            return self._ways[stops]
        try:
            if not stops or not drive_times.sources(settings.firm(self._store)):
                return ()
            routed = drive_times.travel(self._store, asked=True).route(stops, self._store.clock.now())
        except StoreFault:
            return ()
        ways = tuple(leg.path for leg in routed)
        if any(ways):
            self._ways[stops] = ways
        return ways

    def roads(self, box: Box, metres: float) -> list[Road]:
        """The roads in a part of the earth for a view of so many metres a dot; nothing without an extract."""
        return roadmap.roads_in(box, metres)
