"""Drives as people ask for them: of a day, between two ends, learned from what was logged, or pinned by hand."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import partial
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
from dispatch.fields.trade import place_text
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.states import Role
from dispatch.model.travel import DEPOT, End, EndKind, Leg, Pin, Place, placed, unplaced
from dispatch.travel.chain import Chain, Provider
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import KnownDrives, Pair, point
from dispatch.travel.learning import (
    LASTING_DAYS,
    LearnedPair,
    Observed,
    Scaled,
    TravelScale,
    learned_pairs,
    learned_scale,
)
from dispatch.travel.sources import ESTIMATED

DriveEnd = End | Place
"""An end of a drive; a place where a day ends that is neither a home, nor a site, nor the depot."""


@dataclass(frozen=True, slots=True)
class KnownDrive:
    """One drive between two ends, in their titles; `technician` where it is somebody's leg, `pin` where it is pinned, `doubt` what
    was learned of it and is not counted with."""

    origin: str
    destination: str
    leg: Leg
    technician: str = ""
    pin: Pin | None = None
    doubt: LearnedPair | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned: from how many logged legs, how many pairs that are believed and not, and the scale of each source."""

    legs: int
    pairs: int
    doubted: int
    scales: dict[str, TravelScale]


def drives_of(store: Store, day: datetime.date) -> list[KnownDrive]:
    """Every leg of a day as it is planned with, technician by technician, from home to where it ends."""
    starts_at, ends_at = day_bounds(day, settings.firm(store).zone)
    placed, kept_legs = visits.placed_between(store, starts_at, ends_at), legs.legs_of_day(store, day)
    pinned: dict[tuple[object, object], Pin] = {(one.origin, one.destination): one for one in legs.pins(store)}
    doubts, ends_at_point = _doubts(store), _placed_ends(store)
    # with a stop on the way it is not the drive between its ends: what is pinned or learned of that says nothing of it
    by_way_of = {visit.id for visit in placed if visit.pickup_place is not None}
    known = []
    for technician in people.technicians(store):
        own = kept_legs.get(technician.id, {})
        home = End(EndKind.HOME, technician.id)
        stops: list[tuple[int, DriveEnd]] = [
            (visit.id, End(EndKind.SITE, visit.site_id)) for visit in placed if visit.id in own
        ]
        if HOME in own:
            last = technician.ends
            stops.append((HOME, home if last is None else ends_at_point[point(last)][0]))
        for (_, origin), (key, destination) in pairwise([(HOME, home), *stops]):
            ends = _title(store, origin), _title(store, destination)
            if key in by_way_of:
                known.append(KnownDrive(*ends, own[key], technician.name))
                continue
            pair = _pair(store, origin, destination)
            doubt = doubts.get(pair) if pair is not None else None
            known.append(KnownDrive(*ends, own[key], technician.name, pinned.get((origin, destination)), doubt))
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
    pair = _pair(store, *ends)
    doubt = _doubts(store).get(pair) if pair is not None else None
    far = [] if leg.known or pair is None else [f"{' and '.join(titles)} are farther apart than anybody drives."]
    return KnownDrive(*titles, leg, pin=legs.pin_between(store, *ends), doubt=doubt), [*chain.notes, *far]


def doubted(store: Store) -> list[KnownDrive]:
    """The learned drives that are not believed, as they were learned; what somebody has pinned or dropped is settled."""
    titles = {key: _title(store, end) for key, (end, _) in _placed_ends(store).items()}
    return [
        KnownDrive(titles[origin], titles[destination], learned.leg, doubt=learned)
        for (origin, destination), learned in sorted(_doubts(store).items())
        if origin in titles and destination in titles
    ]


def drop(user: User, origin: str, destination: str) -> None:
    """Ask no more about a learned drive that is not believed, until it is driven again.

    Raises:
        NotAllowed: neither lead nor dispatcher.
        NotFound: nothing is doubted of that drive.
    """
    with user.write("drop a learned drive", Role.LEAD, Role.DISPATCHER) as unit:
        pair = _pair(user.store, end_named(user.store, origin), end_named(user.store, destination))
        if pair is None or pair not in _doubts(user.store):
            raise NotFound("Nothing that was learned of this drive is doubted. dispatch travel doubted lists what is.")
        travel_times.drop(unit, pair)


def matrix(store: Store, day: datetime.date, at: int) -> tuple[list[str], list[list[Leg]], list[str]]:
    """The drives between all places of a day: their titles, a row of legs for each, and notes."""
    points = {point(place) for place in drive_times.places_on(store, day)}
    named = [(_title(store, end), place) for key, (end, place) in _placed_ends(store).items() if key in points]
    places = [place for _, place in named]
    chain = drive_times.travel(store, asked=True)
    return [title for title, _ in named], chain.matrix(places, places, at), chain.notes


def _placed_ends(store: Store) -> dict[int, tuple[DriveEnd, Place]]:
    """The depot, the homes, the sites and where days end by their points; of several at one point the first."""
    who = people.technicians(store)
    ends: list[DriveEnd] = [DEPOT, *(End(EndKind.HOME, technician.id) for technician in who)]
    ends += [End(EndKind.SITE, site.id) for site in clients.all_sites(store) if site.place is not None]
    ends += [technician.ends for technician in who if technician.ends is not None]
    named: dict[int, tuple[DriveEnd, Place]] = {}
    for end in ends:
        if (place := place_of(store, end)) is not None:
            named.setdefault(point(place), (end, place))
    return named


def _title(store: Store, end: DriveEnd) -> str:
    return place_text(end) if isinstance(end, Place) else end_title(store, end)


def _pair(store: Store, origin: DriveEnd, destination: DriveEnd) -> Pair | None:
    """The points of two ends; None where one has no coordinates."""
    return _points(place_of(store, origin), place_of(store, destination))


def _points(origin: Place | None, destination: Place | None) -> Pair | None:
    if origin is None or destination is None or not (placed(origin) and placed(destination)):
        return None
    return point(origin), point(destination)


def _doubts(store: Store) -> dict[Pair, LearnedPair]:
    """What was learned and is not believed, where no pin has settled it."""
    pinned = {_points(origin, destination) for origin, destination, _ in legs.pinned_places(store)}
    return {pair: learned for pair, learned in travel_times.doubted(store).items() if pair not in pinned}


def place_of(store: Store, end: DriveEnd) -> Place | None:
    """Where an end is; a site without coordinates has its stand-in, which pinned drives know."""
    if isinstance(end, Place):
        return end
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
    since = day_of(user.now, firm.zone) - datetime.timedelta(LASTING_DAYS)
    observed = travel_times.observed(store, day_bounds(since, firm.zone)[0])
    ends = sorted({point(one.origin) for one in observed}), sorted({point(one.destination) for one in observed})
    reckoned: dict[str, Provider] = {}
    for source in drive_times.sources(firm):
        said = drive_times.legs(store, firm, source, *ends)
        reckoned[source.key] = KnownDrives(lambda _starts, _ends, said=said: said)  # type: ignore[misc]
    reckoned[ESTIMATED] = Estimated()
    scales = {
        key: scale
        for key, provider in reversed(reckoned.items())
        if (scale := learned_scale(observed, partial(_reckoned, provider), firm.zone)) is not None
    }
    at_its_hour = [Scaled(one, scales[key]) if key in scales else one for key, one in reckoned.items()]
    pairs = learned_pairs(observed, partial(_reckoned, Chain(at_its_hour)))
    with user.write("learn drives", Role.LEAD, Role.DISPATCHER) as unit:
        travel_times.keep_learned(unit, pairs, scales)
        routing.reroute_ahead(unit)
    doubted_of = sum(pair.reckoned is not None for pair in pairs.values())
    return Learned(len(observed), len(pairs) - doubted_of, doubted_of, scales)


def _reckoned(provider: Provider | Chain, one: Observed) -> int | None:
    """What is reckoned for a leg at its hour."""
    return provider.leg(one.origin, one.destination, one.departed_at).seconds


def _pinned(store: Store, origin: str, destination: str) -> Pin | None:
    try:
        return legs.pin_between(store, end_named(store, origin), end_named(store, destination))
    except NotFound:
        return None  # what is wrong with an end is said where the pin is written
