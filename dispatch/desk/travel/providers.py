"""Where the drive times of a firm come from: pinned, learned, said by a road engine, estimated."""

from __future__ import annotations

import datetime
from functools import partial

from db import pins, settings, travel_times
from db.store import Store
from dispatch.desk.travel import road_times
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds
from dispatch.planning.day import Drives
from dispatch.travel.chain import Chain, Provider
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import KnownDrives, Pinned, pinned_leg
from dispatch.travel.learning import Scaled
from dispatch.travel.sources import ESTIMATED, Source


def travel(store: Store | None = None) -> Chain:
    """The providers of travel times, the most trusted first; without a store those that every firm has.

    No road engine is asked here, only what it said before: this may be read in a transaction and while a visit is in
    hand. `dispatch.desk.roads.road_engines.prefetch` asks, and keeps the answers.
    """
    if store is None:
        return Chain([Estimated()])
    firm = settings.firm(store)
    return Chain(
        [
            *known_drives(store),
            *(cached_roads(store, firm, source) for source in road_times.sources(firm)),
            estimated(store, firm),
        ]
    )


def known_drives(store: Store) -> list[Provider]:
    """Pinned drives and learned pairs, where there are any."""
    providers: list[Provider] = []
    if pinned := pins.pinned_places(store):
        providers.append(
            Pinned({(origin, destination): pinned_leg(minutes) for origin, destination, minutes in pinned})
        )
    if travel_times.learned(store)[0]:
        providers.append(KnownDrives(partial(travel_times.pairs, store)))
    return providers


def cached_roads(store: Store, firm: Firm, source: Source) -> Provider:
    """What a road engine said before, at the firm's own pace where that is learned."""
    return scaled(store, firm, source.key, KnownDrives(partial(road_times.legs, store, firm, source)))


def estimated(store: Store, firm: Firm) -> Provider:
    """The estimate, at the firm's own pace where that is learned."""
    return scaled(store, firm, ESTIMATED, Estimated())


def scaled(store: Store, firm: Firm, source: str, provider: Provider) -> Provider:
    """A provider with the scale that was learned for it."""
    scale = travel_times.scale(store, source, firm.zone)
    return provider if scale is None else Scaled(provider, scale)


def drives_on(store: Store, day: datetime.date) -> Drives:
    """The legs of a day, each worked out once."""
    starts_at, ends_at = day_bounds(day, settings.firm(store).zone)
    return Drives(travel(store), (starts_at + ends_at) // 2, travel_times.by_hour(store))
