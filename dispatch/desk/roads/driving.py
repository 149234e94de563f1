"""Drives as people ask for them: of a day, between two ends, learned from what was logged, or pinned by hand."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from db import clients, legs, people, settings, travel_times, visits
from db.legs import HOME
from db.store import Store
from dispatch.desk.book import editing
from dispatch.desk.book.records import end_named, end_title
from dispatch.desk.day import routing
from dispatch.desk.session.refusals import NotFound
from dispatch.desk.session.user import User
from dispatch.desk.travel import drive_times
from dispatch.model.instants import day_bounds
from dispatch.model.states import Role
from dispatch.model.travel import DEPOT, End, EndKind, Leg, Pin, Place, unplaced
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import Cell, Pair, point
from dispatch.travel.learning import Observed, TravelScale, learned_pairs, learned_scale
from dispatch.travel.sources import ESTIMATED


@dataclass(frozen=True, slots=True)
class KnownDrive:
    """One drive between two ends, in their titles; `technician` where it is somebody's leg, `pin` where it is pinned."""

    origin: str
    destination: str
    leg: Leg
    technician: str = ""
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned: from how many logged legs, how many pairs, and the scale of each source."""

    legs: int
    pairs: int
    scales: dict[str, TravelScale]


def drives_of(store: Store, day: datetime.date) -> list[KnownDrive]:
    """Every leg of a day as it is planned with, technician by technician, home at both ends."""
    starts_at, ends_at = day_bounds(day, settings.firm(store).zone)
    placed, kept_legs = visits.placed_between(store, starts_at, ends_at), legs.legs_of_day(store, day)
    pinned = {(one.origin, one.destination): one for one in legs.pins(store)}
    known = []
    for technician in people.technicians(store):
        own = kept_legs.get(technician.id, {})
        home = End(EndKind.HOME, technician.id)
        stops = [(visit.id, End(EndKind.SITE, visit.site_id)) for visit in placed if visit.id in own]
        stops += [(HOME, home)] if HOME in own else []
        for (_, origin), (key, destination) in pairwise([(HOME, home), *stops]):
            ends = end_title(store, origin), end_title(store, destination)
            known.append(KnownDrive(*ends, own[key], technician.name, pinned.get((origin, destination))))
    return known


def drive(store: Store, origin: str, destination: str, at: int) -> tuple[KnownDrive, list[str]]:
    """The drive between two ends as they are typed, leaving at an instant, with notes on what could not be asked.

    Raises:
        NotFound: one of them is not known.
    """
    ends = end_named(store, origin), end_named(store, destination)
    chain = drive_times.travel(store, asked=True)
    leg = chain.leg(place_of(store, ends[0]), place_of(store, ends[1]), at)
    titles = end_title(store, ends[0]), end_title(store, ends[1])
    return KnownDrive(*titles, leg, pin=legs.pin_between(store, *ends)), chain.notes


def matrix(store: Store, day: datetime.date, at: int) -> tuple[list[str], list[list[Leg]], list[str]]:
    """The drives between all places of a day: their titles, a row of legs for each, and notes."""
    named: dict[int, tuple[str, Place]] = {}
    points = {point(place) for place in drive_times.places_on(store, day)}
    ends = [DEPOT, *(End(EndKind.HOME, technician.id) for technician in people.technicians(store))]
    ends += [End(EndKind.SITE, site.id) for site in clients.all_sites(store) if site.place is not None]
    for end in ends:
        place = place_of(store, end)
        if place is not None and point(place) in points:
            named.setdefault(point(place), (end_title(store, end), place))
    places = [place for _, place in named.values()]
    chain = drive_times.travel(store, asked=True)
    return [title for title, _ in named.values()], chain.matrix(places, places, at), chain.notes


def place_of(store: Store, end: End) -> Place | None:
    """Where an end is; a site without coordinates has its stand-in, which pinned drives know."""
    if end.kind is EndKind.DEPOT:
        return settings.firm(store).depot
    if end.kind is EndKind.HOME:
        who = people.technician(store, end.id)
        return who.home if who is not None else None
    site = clients.site(store, end.id)
    return None if site is None else site.place or unplaced(site.id)


def pin(
    user: User, origin: str, destination: str, minutes: str, *, both: bool = False, reason: str | None = None
) -> list[Pin]:
    """Pin a drive, or the drives both ways, over what was pinned before; one change for undo.

    Raises:
        NotAllowed, Faulty: with everything that cannot be taken.
    """
    ways = [(origin, destination), (destination, origin)] if both else [(origin, destination)]
    texts = {"minutes": minutes} if reason is None else {"minutes": minutes, "reason": reason}
    entries = [(_pinned(user.store, begin, end), {"from": begin, "to": end, **texts}) for begin, end in ways]
    return editing.put(user, "pin", f"pin {origin} → {destination}", entries)


def unpin(user: User, origin: str, destination: str) -> Pin:
    """Let a pinned drive go.

    Raises:
        NotAllowed: neither lead nor dispatcher.
        NotFound: it is not pinned.
    """
    pinned = _pinned(user.store, origin, destination)
    if pinned is None:
        raise NotFound("This drive is not pinned. dispatch travel pins lists those that are.")
    editing.archive(user, "pin", pinned)
    return pinned


def learn(user: User) -> Learned:
    """Learn from all logged legs: medians of the pairs, and the firm's scale for the estimate and for each road engine.

    Raises:
        NotAllowed: neither lead nor dispatcher.
    """
    store, firm = user.store, user.firm
    observed = travel_times.observed(store)
    estimate = Estimated()
    said: dict[str, Callable[[Observed], int | None]] = {
        ESTIMATED: lambda one: estimate.leg(one.origin, one.destination, one.departed_at).seconds
    }
    for source in drive_times.sources(firm):
        ends = sorted({point(one.origin) for one in observed}), sorted({point(one.destination) for one in observed})
        cells = drive_times.cells(store, firm, source, *ends)

        def by_road(one: Observed, cells: Mapping[Pair, Cell] = cells) -> int | None:
            cell = cells.get((point(one.origin), point(one.destination)))
            return None if cell is None else cell.seconds

        said[source.key] = by_road
    learned = {key: learned_scale(observed, seconds, firm.zone) for key, seconds in said.items()}
    scales = {key: scale for key, scale in learned.items() if scale is not None}
    pairs = learned_pairs(observed)
    with user.write("learn drives", Role.LEAD, Role.DISPATCHER) as unit:
        travel_times.keep_learned(unit, pairs, scales)
        routing.reroute_ahead(unit)
    return Learned(len(observed), len(pairs), scales)


def _pinned(store: Store, origin: str, destination: str) -> Pin | None:
    try:
        return legs.pin_between(store, end_named(store, origin), end_named(store, destination))
    except NotFound:
        return None  # what is wrong with an end is said where the pin is written
