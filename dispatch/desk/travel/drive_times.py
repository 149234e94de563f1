"""The drive times of a firm: pinned, learned, said by a road engine, estimated.

Only `travel` asks a road engine, and only where it is told so; all else reads what is kept, and may stand in a transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from db import clients, people, settings, travel_times, visits
from db.legs import pinned_places
from db.store import Store
from dispatch.desk.session.user import User
from dispatch.lazily import lazily
from dispatch.model.clients import Site
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds
from dispatch.model.states import OCCUPYING, State
from dispatch.model.travel import Leg, Place, driven, minutes_of, to_unit
from dispatch.planning.day import Drives
from dispatch.travel.chain import Chain, Provider, Unavailable
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import Cell, KnownDrives, Pair, Pinned, pinned_leg, road_leg
from dispatch.travel.learning import Scaled
from dispatch.travel.sources import ESTIMATED, Source
from dispatch.travel.sources import sources as sources_named

with lazily(__name__):
    from dispatch.travel import services

HELD = 300
"""Seconds that a session remembers what it may not keep."""
_KEPT_AT_ONCE = 2_000
"""Drives written in one transaction: others get their turn in between."""


@dataclass(slots=True)
class _Held:
    """What a remote engine said whose answers the firm does not keep."""

    at: int = 0
    cells: dict[Pair, Cell] = field(default_factory=dict)


_held: dict[Path, dict[str, _Held]] = {}
"""By database and engine: whoever opens the database once more in this process remembers the same."""


def sources(firm: Firm) -> tuple[Source, ...]:
    """The road engines of a firm, the preferred one first."""
    return sources_named(firm.travel_engine, firm.travel_url, firm.roads)


def cells(
    store: Store,
    firm: Firm,
    source: Source,
    origins: Sequence[int],
    destinations: Sequence[int],
    *,
    fresh: bool = False,
) -> Mapping[Pair, Cell]:
    """What an engine said of these pairs and still counts.

    Args:
        fresh: only what is not in the second half of its time: the rest is to be asked again before it goes stale.
    """
    now, minutes = store.clock.now(), firm.travel_cache_minutes
    if source.local:
        return travel_times.cells(store, source.key, origins, destinations)
    if not minutes:
        held = _held.get(store.path, {}).get(source.key, _Held())
        if now - held.at > (HELD // 2 if fresh else HELD):
            return {}
        ends = set(destinations)
        return {pair: cell for pair, cell in held.cells.items() if pair[0] in set(origins) and pair[1] in ends}
    since = now - (minutes * 30 if fresh else minutes * 60)
    return travel_times.cells(store, source.key, origins, destinations, since)


def legs(
    store: Store, firm: Firm, source: Source, origins: Sequence[int], destinations: Sequence[int]
) -> dict[Pair, Leg]:
    """The same as legs."""
    return {pair: road_leg(cell) for pair, cell in cells(store, firm, source, origins, destinations).items()}


def keep(user: User, firm: Firm, source: Source, new: Mapping[Pair, Cell]) -> None:
    """Keep what an engine said: in the database, or (where the firm keeps nothing) with this session for a while."""
    store = user.store
    if not source.local and not firm.travel_cache_minutes:
        held = _held.setdefault(store.path, {}).setdefault(source.key, _Held())
        now = store.clock.now()
        if now - held.at > HELD:
            held.cells = {}
        held.at = now
        held.cells.update(new)
        return
    pairs = list(new)
    for begin in range(0, len(pairs), _KEPT_AT_ONCE):
        with user.write("keep drives") as unit:
            some = pairs[begin : begin + _KEPT_AT_ONCE]
            travel_times.keep_cells(unit, source.key, {pair: new[pair] for pair in some})
            if not source.local and not begin:
                travel_times.forget(unit, source.key, unit.at - firm.travel_cache_minutes * 60)


def places_on(store: Store, day: datetime.date) -> list[Place]:
    """Where somebody may drive on a day: the depot, the homes, the sites of its visits and of those that wait for it."""
    with store.read():
        firm = settings.firm(store)
        bounds = day_bounds(day, firm.zone)
        places: list[Place | None] = [firm.depot, *(technician.home for technician in people.technicians(store))]
        driven = [visit for visit in visits.placed_between(store, *bounds) if visit.state in OCCUPYING]
        driven += [
            visit
            for visit in visits.queued(store)
            if visit.state is State.REQUESTED and (visit.wanted_on is None or visit.wanted_on <= day)
        ]
        places += [place for visit in driven for place in (visit.place, visit.pickup_place)]
        places += [technician.ends for technician in people.technicians(store)]
    return distinct(places)


def places_of_firm(store: Store) -> list[Place]:
    """Where somebody may ever drive: the depot, the homes, where days end elsewhere, the sites."""
    with store.read():
        who = people.technicians(store)
        homes = [place for technician in who for place in (technician.home, technician.ends)]
        return distinct([settings.firm(store).depot, *homes, *(site.place for site in clients.all_sites(store))])


def distinct(places: Iterable[Place | None]) -> list[Place]:
    """The places that are known, each once."""
    return list(dict.fromkeys(place for place in places if place is not None))


def travel(store: Store, *, asked: bool = False) -> Chain:
    """The providers of travel times, the most trusted first, each at the firm's own pace where that is learned for it.

    By itself no road engine is asked, only what it said before is told: this may be read in a transaction and while a visit is in
    hand. `dispatch.desk.roads.road_engines.prefetch` asks, and keeps the answers. With `asked` the engines are asked where
    nothing is kept, and nothing is kept of what they say: call that from a thread.
    """
    firm = settings.firm(store)

    def at_our_pace(source: str, provider: Provider) -> Provider:
        scale = travel_times.scale(store, source, firm.zone)
        return provider if scale is None else Scaled(provider, scale)

    trusted: list[Provider] = []
    finders: list[services.Roads] = []
    notes = []
    if pinned := pinned_places(store):
        trusted.append(Pinned({(origin, destination): pinned_leg(minutes) for origin, destination, minutes in pinned}))
    if travel_times.any_learned(store):
        trusted.append(KnownDrives(partial(travel_times.pairs, store)))
    for source in sources(firm):
        trusted.append(at_our_pace(source.key, KnownDrives(partial(legs, store, firm, source))))
        if asked:
            try:
                finders.append(services.Roads(source.engine()))
                trusted.append(at_our_pace(source.key, finders[-1]))
            except Unavailable as fault:
                notes.append(str(fault))
    chain = Chain([*trusted, at_our_pace(ESTIMATED, Estimated())], finders)
    chain.notes += notes
    return chain


def drives_on(store: Store, day: datetime.date) -> Drives:
    """The legs of a day, each worked out once."""
    starts_at, ends_at = day_bounds(day, settings.firm(store).zone)
    return Drives(travel(store), (starts_at + ends_at) // 2, travel_times.by_hour(store))


def reckoned(firm: Firm, site: Site) -> Site:
    """A site with the estimated drive from the depot (design/charges.md B17): the distance to 0.1 in the firm's unit as decimal
    text, whole minutes; both None as long as either end has no coordinates, and where nobody drives so far: then a charge by it
    is blocked, not counted."""
    leg = driven(Estimated().leg(firm.depot, site.place, 0))
    return replace(
        site,
        one_way_distance=None if leg.metres is None else str(to_unit(leg.metres, firm.distance_unit)),
        one_way_minutes=None if leg.seconds is None else minutes_of(leg.seconds),
        one_way_provenance=leg.provenance.value,
    )
