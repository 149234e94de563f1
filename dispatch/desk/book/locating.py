"""Placing a site by its address: one look-up, its results to choose from, the chosen one kept with who said it."""

from __future__ import annotations

from db import settings
from db.store import Store
from dispatch.desk.book import keeping
from dispatch.desk.book.blanks import place_text
from dispatch.desk.refusals import Refusal
from dispatch.desk.seat import Seat
from dispatch.model.clients import Site
from dispatch.travel.geocoding import Found, NotLookedUp
from dispatch.travel.geocoding import look_up as asked


def look_up(store: Store, address: str) -> list[Found]:
    """What the firm's endpoint finds for an address, the likeliest first. It takes as long as the network takes.

    Raises:
        Refusal: no endpoint is set, or it does not answer; the sentence says which.
    """
    firm = settings.firm(store)
    try:
        return asked(address, firm.geocoder_url, firm.geocoder_agent)
    except NotLookedUp as fault:
        raise Refusal(str(fault)) from fault


def place(seat: Seat, site: Site, found: Found) -> Site:
    """Place a site where it was found, with source and precision. Undo takes it back.

    Raises:
        NotAllowed: neither lead nor dispatcher.
        Stale: somebody else changed the site since it was read.
    """
    texts = {"place": place_text(found.place), "place_source": found.source, "place_precision": found.precision}
    placed = keeping.edit(seat, "site", site, texts)
    assert isinstance(placed, Site)
    return placed
