"""Placing a site by its address: typed once, looked up on Enter, chosen among what was found."""

from __future__ import annotations

import asyncio

from db.faults import StoreFault
from dispatch.desk.book import locating
from dispatch.desk.refusals import Refusal
from dispatch.model.clients import Site
from screens.dialogs import AskText, Choose, Row
from screens.seated import SeatedScreen


async def locate(screen: SeatedScreen, site: Site) -> bool:
    """Ask for the address of a site and place it; returns whether it was placed."""
    address = await screen.app.push_screen_wait(
        AskText("Look up which address?", "enter asks the address server once", site.address)
    )
    if address is None:
        return False
    try:
        found = await asyncio.to_thread(locating.look_up, screen.seat.store, address)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return False
    if not found:
        screen.say(f"Nothing was found for {address}.", "warning")
        return False
    rows = [
        Row(
            one.address,
            str(number),
            f"{one.precision or 'somewhere'} · {one.place.lat}, {one.place.lon} · {one.source}",
        )
        for number, one in enumerate(found)
    ]
    chosen = await screen.app.push_screen_wait(Choose("Where is it?", rows, "enter places the site · esc leaves it"))
    if chosen is None:
        return False
    return await screen.do(locating.place, site, found[int(chosen)]) is not None
