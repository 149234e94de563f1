"""Test targets that a site may have: what answers under the names of its mail domain, chosen among what was found."""

from __future__ import annotations

from dispatch.desk.book import suggesting
from dispatch.model.clients import Site
from screens.dialogs.asked import ChoiceRow
from screens.user_screen import UserScreen


async def suggest_targets(screen: UserScreen, site: Site) -> None:
    """Ask for the domain, look, and register what is chosen until nobody chooses any more."""
    user = screen.user
    domain = await screen.ask(
        "Look under which mail domain?",
        "mail, web, mail boxes and remote access are tried under the usual names",
        next(iter(suggesting.domains_of(user, site)), ""),
        does="looks",
    )
    screen.say(f"Looking what answers at {domain} …")
    found = await screen.look_aside(suggesting.suggest, user, site, domain)
    if found is None:
        return
    while found:
        rows: list[ChoiceRow[list[suggesting.Suggestion]]] = [
            ChoiceRow(f"{one.name}: {one.kind} {one.address}", [one], one.answer) for one in found
        ]
        if len(found) > 1:
            rows.insert(0, ChoiceRow(f"all {len(found)}", found))
        chosen = await screen.choose("Test which of what answers?", rows)
        taken = await screen.do(suggesting.take, site, chosen)
        if taken is None:
            return
        screen.say(f"Registered: {', '.join(one.name for one in taken)}. u takes it back.")
        found = [one for one in found if one not in chosen]
    screen.say("Nothing more answers that is not registered.")
