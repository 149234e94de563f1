"""All sites that have an address and no place, placed in one go; those where it is not plain which house is meant are left to a
person, each with why."""

from __future__ import annotations

from dataclasses import dataclass

from db import clients
from db.store import Store
from dispatch.desk.book.records import site_title
from dispatch.desk.files.table import Stopped, Watch, unwatched
from dispatch.desk.roads import locating
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.model.clients import Site
from dispatch.travel.estimate import great_circle_km
from dispatch.travel.geocoding import FoundPlace

_DOORS = frozenset(
    {"house", "building", "apartments", "residential", "office", "shop", "amenity", "commercial", "retail"}
)
"""How extracts and address servers call what is as near as a door."""
_ONE_HOUSE = 0.15
"""Kilometres: results that are no farther apart are the same house, which maps have as a building, a door and a shop."""


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A site that was not placed, and why in words."""

    site: Site
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class PlacedSites:
    """What became of the sites without a place. `waiting` counts those that were not come to, because somebody stopped it."""

    placed: tuple[tuple[str, FoundPlace], ...]
    left: tuple[LeftOver, ...]
    waiting: int = 0


def without_place(store: Store) -> list[Site]:
    """The sites that are not placed, by client and name."""
    sites = [site for site in clients.all_sites(store) if site.place is None]
    return sorted(sites, key=lambda site: site_title(store, site).casefold())


def place_all(user: User, watch: Watch = unwatched) -> PlacedSites:
    """Place every site whose address is one house, each as a change of its own. What was placed stays where it is stopped.

    The extracts of this machine are asked first, then the firm's address server; one that does not answer is not asked again.

    Raises:
        NotAllowed: neither lead nor dispatcher.
    """
    waiting = without_place(user.store)
    placed: list[tuple[str, FoundPlace]] = []
    left: list[LeftOver] = []
    silent = ""
    for done, site in enumerate(waiting):
        title = site_title(user.store, site)
        try:
            watch("looking up", done, len(waiting))
        except Stopped:
            return PlacedSites(tuple(placed), tuple(left), len(waiting) - done)
        try:
            found = _found(user.store, site, silent)
            locating.place(user, site, found)
        except NotAllowed:
            raise
        except Refusal as refusal:
            silent = str(refusal) if isinstance(refusal, _NotAsked) else silent
            left.append(LeftOver(site, title, str(refusal)))
        else:
            placed.append((title, found))
    return PlacedSites(tuple(placed), tuple(left))


class _NotAsked(Refusal):
    """No address server answers."""


def _found(store: Store, site: Site, silent: str) -> FoundPlace:
    """The one house that the address of a site is.

    Raises:
        Refusal: it is none, or several; the sentence says which.
    """
    if not site.address.strip():
        raise Refusal("it has no address")
    results = locating.near(site.address)
    if not _doors(results):
        if silent:
            raise Refusal(silent)
        try:
            results = [*locating.ask(store, site.address), *results]
        except Refusal as refusal:
            raise _NotAsked(str(refusal)) from refusal
    doors = _doors(results)
    if not results:
        raise Refusal("nothing was found for its address")
    if not doors:
        raise Refusal(f"no house was found, only a {results[0].precision or 'place'}: {results[0].address}")
    if any(great_circle_km(doors[0].place, other.place) > _ONE_HOUSE for other in doors):
        raise Refusal(f"{len(doors)} houses are called so")
    return doors[0]


def _doors(results: list[FoundPlace]) -> list[FoundPlace]:
    return [result for result in results if result.precision in _DOORS]
