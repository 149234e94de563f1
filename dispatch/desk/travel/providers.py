"""Where the drive times of a firm come from: pinned, learned, said by a road engine, estimated."""

from __future__ import annotations

import datetime
from functools import partial

from db import legs, settings, travel_times
from db.store import Store
from dispatch.desk.travel import road_times
from dispatch.lazily import lazily
from dispatch.model.instants import day_bounds
from dispatch.planning.day import Drives
from dispatch.travel.chain import Chain, Provider, Unavailable
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import KnownDrives, Pinned, pinned_leg
from dispatch.travel.learning import Scaled
from dispatch.travel.sources import ESTIMATED

with lazily(__name__):
    from dispatch.travel import services


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
    if pinned := legs.pinned_places(store):
        trusted.append(Pinned({(origin, destination): pinned_leg(minutes) for origin, destination, minutes in pinned}))
    if travel_times.any_learned(store):
        trusted.append(KnownDrives(partial(travel_times.pairs, store)))
    for source in road_times.sources(firm):
        trusted.append(at_our_pace(source.key, KnownDrives(partial(road_times.legs, store, firm, source))))
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
