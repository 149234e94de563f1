"""Placing a site by its address: found as one types where an extract is on this machine, else looked up on enter; chosen
among what was found."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import cast

from db.faults import StoreFault
from dispatch.desk.files.table import Watch
from dispatch.desk.roads import locating, locating_all, maps
from dispatch.desk.roads.locating_all import PlacedSites
from dispatch.desk.session.refusals import Refusal
from dispatch.model.clients import Site
from dispatch.model.text import count_text
from dispatch.travel.geocoding import FoundPlace
from screens.asking import Left
from screens.dialogs.asked import ChoiceRow
from screens.dialogs.finder import FindScreen
from screens.files.import_preview import watched
from screens.user_screen import UserScreen
from widgets.listed import FoundLine


async def locate_all(screen: UserScreen) -> None:
    """Place all sites by their addresses, and go through those that are left, as long as somebody likes."""
    waiting = await asyncio.to_thread(locating_all.without_place, screen.user.store)
    if not waiting:
        screen.say("Every site has its place.")
        return
    title = f"Place {count_text(len(waiting), 'site')} by the addresses?"
    lines = ["Where an address is one house the site is placed there; the others are listed, to be gone through."]
    await screen.confirm(title, lines)

    def job(watch: Watch) -> PlacedSites:
        with screen.user.store.reopened() as own:
            return locating_all.place_all(dataclasses.replace(screen.user, store=own), watch)

    try:
        done = await watched(screen, "Looking addresses up", job)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    left = list(done.left)
    screen.say(f"{count_text(len(done.placed), 'site')} placed, {len(left) + done.waiting:,} left.")
    while left:
        rows = [ChoiceRow(one.title, one, one.why) for one in left]
        one = await screen.choose("Not placed yet", rows, "enter looks for it · esc leaves the others")
        with contextlib.suppress(Left):
            await locate(screen, one.site)
        now = {site.id for site in locating_all.without_place(screen.user.store)}
        left = [one for one in left if one.site.id in now]


class _Asked(str):
    """An address that is to be asked of the firm's endpoint."""


async def locate(screen: UserScreen, site: Site) -> None:
    """Ask for the address of a site and place it."""
    if maps.address_files():
        meant = await _type_ahead(screen, site)
    else:
        meant = await screen.ask(
            "Look up which address?", "enter asks the address server once", site.address, does="looks it up"
        )
    place = meant if isinstance(meant, FoundPlace) else await _look_up(screen, meant)
    if place is not None:
        await screen.insist("Is it there?", locating.place, site, place)


async def _type_ahead(screen: UserScreen, site: Site) -> FoundPlace | str:
    """An address of the extracts, narrowed letter by letter; or what was typed, for the endpoint."""
    asks = bool(screen.user.firm.geocoder_url)

    def more(typed: str, limit: int) -> list[FoundPlace | _Asked]:
        rows: list[FoundPlace | _Asked] = [*locating.near(typed, limit - 1)]
        return [*rows, _Asked(typed)] if asks and typed.strip() else rows

    chosen = await screen.answer(
        FindScreen[FoundPlace | _Asked](
            "Where is it?",
            list,
            _line,
            more=more,
            hint="number and street · enter places the site · esc leaves it",
            typed=site.address,
        )
    )
    return cast("FoundPlace | str", chosen.value)


def _line(match: FoundPlace | _Asked) -> FoundLine:
    if isinstance(match, FoundPlace):
        return FoundLine(match.precision, match.address, match.source)
    return FoundLine("ask", match, "look it up at the address server")


async def _look_up(screen: UserScreen, address: str) -> FoundPlace | None:
    """One look-up, and one of its results."""
    try:
        matches = await asyncio.to_thread(locating.ask, screen.user.store, address)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return None
    if not matches:
        screen.say(f"Nothing was found for {address}.", "warning")
        return None
    rows = [
        ChoiceRow(
            match.address,
            match,
            f"{match.precision or 'somewhere'} · {match.place.lat}, {match.place.lon} · {match.source}",
        )
        for match in matches
    ]
    return await screen.choose("Where is it?", rows, "enter places the site · esc leaves it")
