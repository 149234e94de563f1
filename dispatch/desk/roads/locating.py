"""Placing a site by its address: found in the extracts of this machine as one types, else by one look-up at the endpoint of
the settings; its results to choose from, the chosen one kept with who said it."""

from __future__ import annotations

from collections.abc import Sequence

from db import addresses, settings
from db.store import Store
from dispatch.desk.book import editing
from dispatch.desk.roads import maps
from dispatch.desk.session.refusals import NeedsConfirm, Refusal
from dispatch.desk.session.user import User
from dispatch.fields.trade import place_text
from dispatch.model.clients import Site
from dispatch.model.text import show
from dispatch.model.travel import Place
from dispatch.travel.geocoding import MOST, FoundPlace, NotLookedUp
from dispatch.travel.geocoding import look_up as asked


def near(typed: str, limit: int = MOST) -> list[FoundPlace]:
    """What the extracts of this machine have for the words of an address, the last one perhaps only begun. No network."""
    places: list[FoundPlace] = []
    for name, path in maps.address_files():
        for address in addresses.find(path, typed, limit - len(places)):
            source = f"{name[:40]}, OpenStreetMap"
            places.append(FoundPlace(Place(address.lat, address.lon), address.words, address.kind, source))
    return places


def look_up(store: Store, address: str) -> list[FoundPlace]:
    """What is found for an address, the likeliest first: in the extracts of this machine, and where these have no such house
    at the firm's endpoint, which takes as long as the network takes.

    Raises:
        Refusal: no endpoint is set, or it does not answer; the sentence says which.
    """
    here = near(address)
    if any(candidate.precision == "house" for candidate in here):
        return here
    try:
        return [*ask(store, address), *here]
    except Refusal:
        if here:
            return here
        raise


def ask(store: Store, address: str) -> list[FoundPlace]:
    """What the firm's endpoint finds for an address, whatever the extracts have.

    Raises:
        Refusal: no endpoint is set, or it does not answer; the sentence says which.
    """
    firm = settings.firm(store)
    try:
        return asked(address, firm.geocoder_url, firm.geocoder_agent)
    except NotLookedUp as fault:
        raise Refusal(str(fault)) from fault


def place(user: User, site: Site, address: FoundPlace, confirmed: Sequence[str] = ()) -> Site:
    """Place a site where it was found, with source and precision. Undo takes it back.

    Raises:
        NeedsConfirm: it is asked about, unless its mark is among those that are `confirmed`.
        NotAllowed: neither lead nor dispatcher.
        Stale: somebody else changed the site since it was read.
    """
    texts = {"place": place_text(address.place), "place_source": address.source, "place_precision": address.precision}
    try:
        placed = editing.edit(user, "site", site, texts, confirmed)
    except NeedsConfirm as question:
        raise NeedsConfirm(f"{show(address.address)} ({address.source}): {question.said}", question.marks) from None
    assert isinstance(placed, Site)
    return placed
